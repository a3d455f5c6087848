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

// What a relay does with a batch: the cost a delivery, and that no delivery allocates.
func BenchmarkRelay(b *testing.B) {
	for _, c := range []struct{ watchers, events int }{{1, 1}, {100, 1}, {1000, 1}, {20, 16}, {1000, 100}} {
		b.Run(fmt.Sprintf("%d/%d", c.watchers, c.events), func(b *testing.B) {
			w := &watched{room: testRoom, subs: map[*subscription]bool{}, known: true}
			for range c.watchers {
				w.subs[&subscription{room: testRoom, sink: sunk{}, phase: live}] = true
			}
			r := &relay{engine: &Engine{frames: oneFrame{}, now: time.Now}, rooms: map[incident.RoomID]*watched{testRoom: w}}
			told := &published{Room: testRoom, Events: make([]incident.Event, c.events), durable: time.Now()}
			b.ReportAllocs()
			for b.Loop() {
				for i := range told.Events {
					told.Events[i].Seq = w.pos + incident.Seq(i) + 1
				}
				r.published(told)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.watchers*c.events), "ns/delivery")
		})
	}
}
