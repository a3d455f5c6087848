package actors

import (
	"context"
	"sync"
	"time"

	"taskreporter/incident"
)

// pages reads the log for those who come back. After a deploy or a lost network all clients of
// a room do at once, and want the same: events are read in pages that begin at fixed numbers,
// each page once however many ask for it, and it is kept, encoded, for a moment after.
type pages struct {
	read   func(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error)
	encode func(incident.Event) Frame
	start  func(f func(ctx context.Context)) // beside the caller

	mu    sync.Mutex
	kept  map[pageID]*page
	bytes int // of all that wait to be forgotten
}

// pageID names the events number·pageEvents < seq ≤ (number+1)·pageEvents.
type pageID struct {
	room   incident.RoomID
	number incident.Seq
}

// page is one that is being read, until done is closed, or was.
type page struct {
	upTo incident.Seq // asked for; the newest page of a room grows
	done chan struct{}
	bundle
	err error
}

// get returns events of the room from at most after+1 on: those of one page, as far as upTo or
// its end. There may be more.
func (p *pages) get(ctx context.Context, room incident.RoomID, after, upTo incident.Seq) (*bundle, error) {
	id := pageID{room, after / pageEvents}
	upTo = min(upTo, (id.number+1)*pageEvents)
	p.mu.Lock()
	some := p.kept[id]
	if some == nil || some.upTo < upTo {
		some = &page{upTo: upTo, done: make(chan struct{})}
		put(&p.kept, id, some)
		readFromLog.Inc()
		p.start(func(ctx context.Context) { p.fill(ctx, id, some) })
	} else {
		readShared.Inc()
	}
	p.mu.Unlock()
	select {
	case <-some.done:
		return &some.bundle, some.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fill reads a page. It is nobody's own: who asked first may leave meanwhile.
func (p *pages) fill(ctx context.Context, id pageID, some *page) {
	ctx, cancel := context.WithTimeout(ctx, claimTimeout)
	defer cancel()
	events, err := p.read(ctx, id.room, id.number*pageEvents, some.upTo, pageEvents)
	some.err = err
	for _, ev := range events {
		some.add(ev.Seq, p.encode(ev))
	}
	close(some.done)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept[id] != some {
		return // a longer one took its place
	}
	if err != nil || p.bytes+len(some.joined) > maxPages {
		delete(p.kept, id)
		return
	}
	p.bytes += len(some.joined)
	time.AfterFunc(pageTime, func() { p.forget(id, some) })
}

// forget gives a page's memory back.
func (p *pages) forget(id pageID, some *page) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes -= len(some.joined)
	if p.kept[id] == some {
		delete(p.kept, id)
	}
}
