package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"taskreporter/incident"
)

// BenchmarkClaim measures the activation of 512 rooms with three members each, in
// claims of so many rooms.
func BenchmarkClaim(b *testing.B, fresh Fresh) {
	const rooms = 512
	cfg := fresh(b)
	db := Open(b, cfg)
	ids := make([]incident.RoomID, rooms)
	for i := range ids {
		r := claim(b, db)
		appendAll(b, db, r.batch(member("李四", incident.Editor, r.owner.ID), member("張三", incident.Viewer, r.owner.ID)))
		ids[i] = r.ID
	}
	enter(b, raw(b, cfg), cfg, "node-1", time.Hour)
	for _, size := range []int{1, 16, 64, rooms} {
		b.Run(fmt.Sprintf("rooms=%d", size), func(b *testing.B) {
			records := db.Records().Leased()
			b.ReportAllocs()
			for range b.N {
				for chunk := range slices.Chunk(ids, size) {
					if _, err := records.Claim(b.Context(), "node-1", chunk); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(rooms*b.N)/b.Elapsed().Seconds(), "rooms/s")
		})
	}
}

// BenchmarkAppend measures one call of Append with so many messages in all,
// spread over so many rooms.
func BenchmarkAppend(b *testing.B, fresh Fresh) {
	for _, size := range []struct{ rooms, events int }{{1, 1}, {1, 100}, {1, 1000}, {64, 64}, {64, 1024}} {
		b.Run(fmt.Sprintf("rooms=%d/events=%d", size.rooms, size.events), func(b *testing.B) {
			db := Open(b, fresh(b))
			log := db.Records()
			rooms := make([]*claimed, size.rooms)
			for i := range rooms {
				rooms[i] = claim(b, db)
			}
			batches := make([]incident.Batch, size.rooms)
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				b.StopTimer()
				for i, r := range rooms {
					batches[i] = r.says(size.events / size.rooms)
				}
				b.StartTimer()
				for _, err := range log.Append(b.Context(), batches) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(size.events*b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
