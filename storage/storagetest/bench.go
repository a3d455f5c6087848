package storagetest

import (
	"fmt"
	"testing"

	"taskreporter/incident"
)

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
