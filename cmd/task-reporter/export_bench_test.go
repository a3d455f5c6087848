package main

import (
	"io"
	"net/http"
	"testing"
	"time"

	"taskreporter/storage/storagetest"
)

// BenchmarkExport exports a room of 100,000 messages on PostgreSQL: how long its first
// byte takes, how long all, and by what the server's memory grows. Run it once, without
// the race detector:
//
//	go test -run '^$' -bench Export -benchtime 1x ./cmd/task-reporter
func BenchmarkExport(b *testing.B) {
	cfg := storagetest.Postgres(b)
	room := storagetest.LongRoom(b, cfg, 100_000)
	in := newInstallation(b, "TASK_REPORTER_DATABASE_URL="+cfg.URL)
	s := in.start()
	auditor := in.join("auditor", "稽核員", "AUDITOR")
	s.kill() // what checking passwords took
	s = in.start()
	for b.Loop() {
		before, began := s.memory(), time.Now()
		peak, stop := s.peakMemory()
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, in.url("/api/rooms/"+string(room)+"/export"), nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+auditor.token)
		res, err := in.http().Do(req)
		if err != nil {
			b.Fatal(err)
		}
		first := time.Since(began)
		n, err := io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			b.Fatalf("export: %d, %d bytes, %v", res.StatusCode, n, err)
		}
		stop()
		b.ReportMetric(first.Seconds(), "s-to-first-byte")
		b.ReportMetric(float64(*peak-before)/(1<<20), "MiB-RSS")
		b.ReportMetric(float64(n)/(1<<20), "MiB-sent")
	}
}
