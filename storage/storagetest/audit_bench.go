package storagetest

import (
	"fmt"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

// BenchmarkRecord measures one audit row by four writers at once.
func BenchmarkRecord(b *testing.B, fresh Fresh) {
	audit := Open(b, fresh(b)).Audit()
	e := incident.AuditEntry{
		Who: person("王小明").Person, Act: "access_refused", Target: "room " + newID() + " GET /api/rooms/:room_id",
		From: "10.0.0.7", Outcome: "refused", Request: newID(),
	}
	b.SetParallelism(2)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := audit.Record(b.Context(), e); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkSeal measures how many rows are sealed per second, and verified, of 100,000
// that wait at once.
func BenchmarkSeal(b *testing.B, fresh Fresh) {
	const rows = 100_000
	for b.Loop() {
		b.StopTimer()
		cfg := fresh(b)
		audit := Open(b, cfg).Audit()
		manyRows(b, raw(b, cfg), cfg, rows)
		b.StartTimer()
		began := time.Now()
		seal(b, audit, rows)
		sealed := time.Now()
		if _, err := audit.Verify(b.Context(), nil, func(f storage.AuditFinding) error { return fmt.Errorf("%+v", f) }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(rows/sealed.Sub(began).Seconds(), "sealed/s")
		b.ReportMetric(rows/time.Since(sealed).Seconds(), "verified/s")
	}
}
