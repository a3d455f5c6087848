package storagetest

import (
	"testing"

	"taskreporter/incident"
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
