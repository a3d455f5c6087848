package actors

import (
	"context"
	"fmt"
	"testing"
	"time"

	"taskreporter/incident"
)

// sunk takes frames and forgets them.
type sunk struct{ Sink }

func (sunk) Offer(Frame) bool            { return true }
func (sunk) Await(context.Context) error { return nil }

// oneFrame encodes every event as the same.
type oneFrame struct{ Frames }

func (oneFrame) Event(incident.Event) Frame { return Frame("event") }

// What a relay does with a batch of one event: the cost a delivery, and that no
// delivery allocates.
func BenchmarkRelay(b *testing.B) {
	for _, watchers := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("%d", watchers), func(b *testing.B) {
			w := &watched{room: testRoom, subs: map[*subscription]bool{}, known: true}
			for range watchers {
				w.subs[&subscription{room: testRoom, sink: sunk{}, phase: live}] = true
			}
			r := &relay{engine: &Engine{frames: oneFrame{}, now: time.Now}, rooms: map[incident.RoomID]*watched{testRoom: w}}
			told := &published{Room: testRoom, Events: []incident.Event{{}}, durable: time.Now()}
			b.ReportAllocs()
			for b.Loop() {
				told.Events[0].Seq++
				r.published(told)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(watchers), "ns/delivery")
		})
	}
}
