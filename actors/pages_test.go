package actors

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"taskreporter/incident"
)

// library is a log of so many events, whose reads wait for leave.
type library struct {
	head  incident.Seq
	reads atomic.Int32
	leave chan struct{} // nil for no waiting
	fail  atomic.Bool
	work  sync.WaitGroup
}

func (l *library) pages() *pages {
	return &pages{
		read:   l.events,
		encode: func(ev incident.Event) Frame { return Frame(fmt.Sprintf("%d ", ev.Seq)) },
		start:  func(f func(context.Context)) { l.work.Go(func() { f(context.Background()) }) },
	}
}

func (l *library) events(_ context.Context, _ incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error) {
	l.reads.Add(1)
	if l.leave != nil {
		<-l.leave
	}
	if l.fail.Load() {
		return nil, errors.New("no database")
	}
	var events []incident.Event
	for seq := after + 1; seq <= min(upTo, l.head) && len(events) < limit; seq++ {
		events = append(events, incident.Event{Seq: seq})
	}
	return events, nil
}

// F-RT-10: however many come back at once, a page of the log is read once, and who leaves
// before it is there takes nobody along.
func TestAPageIsReadOnceForAllWhoComeBack(t *testing.T) {
	t.Parallel()
	l := &library{head: 200, leave: make(chan struct{})}
	p := l.pages()
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := p.get(gone, testRoom, 0, 200); err == nil {
		t.Error("who is gone got a page")
	}
	var asking sync.WaitGroup
	for n := range 100 {
		asking.Go(func() {
			page, err := p.get(t.Context(), testRoom, incident.Seq(n), 200)
			if err != nil || page.last() != pageEvents {
				t.Errorf("page after %d: %v", n, err)
			}
		})
	}
	close(l.leave)
	asking.Wait()
	l.work.Wait()
	if n := l.reads.Load(); n != 1 {
		t.Errorf("%d reads", n)
	}
}

// A room's newest page is read again once there is more, and a failed read is not kept.
func TestAPageIsReadAgainWhenItMust(t *testing.T) {
	t.Parallel()
	l := &library{head: 10}
	p := l.pages()
	for _, c := range []struct {
		head  incident.Seq
		fail  bool
		reads int32
	}{{10, true, 1}, {10, false, 2}, {10, false, 2}, {20, false, 3}, {10, false, 3}} {
		l.head = c.head
		l.fail.Store(c.fail)
		page, err := p.get(t.Context(), testRoom, 0, c.head)
		l.work.Wait()
		if (err != nil) != c.fail || l.reads.Load() != c.reads {
			t.Errorf("%+v: %v after %d reads", c, err, l.reads.Load())
		}
		if err == nil && page.last() < c.head {
			t.Errorf("%+v: the page ends at %d", c, page.last())
		}
	}
}

// A part of a bundle is exactly the frames that are wanted, in order, whatever they are.
func TestAPartOfABundleIsItsFrames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b bundle
		first := incident.Seq(rapid.IntRange(1, 5).Draw(t, "first"))
		texts := rapid.SliceOfN(rapid.StringMatching(`[a-z]{0,3}`), 1, 8).Draw(t, "frames")
		for i, text := range texts {
			b.add(first+incident.Seq(i), Frame(text))
		}
		after := incident.Seq(rapid.IntRange(0, 14).Draw(t, "after"))
		upTo := incident.Seq(rapid.IntRange(0, 14).Draw(t, "up to"))
		var want strings.Builder
		last := incident.Seq(0)
		for _, p := range b.events {
			if p.seq > after && p.seq <= upTo {
				want.Write(p.frame)
				last = p.seq
			}
		}
		if f, to := b.part(after, upTo); string(f) != want.String() || to != last {
			t.Fatalf("part(%d, %d) = %q up to %d, want %q up to %d", after, upTo, f, to, want.String(), last)
		}
	})
}
