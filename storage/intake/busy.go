package intake

import (
	"context"
	"sync"
	"time"

	"taskreporter/incident"
)

// busy lets one request of this node at an upload. A newer one ends the older, whose
// line may be dead without anybody knowing; between nodes the database decides.
type busy struct {
	mu  sync.Mutex
	now map[incident.FileID]*request
}

type request struct {
	stop func()
	over chan struct{}
}

// enter waits until the upload is free and returns how to leave. stop ends what the
// request waits for; nil for one that ends soon by itself. Errors: Busy.
func (b *busy) enter(ctx context.Context, id incident.FileID, stop func()) (leave func(), err error) {
	patience := time.NewTimer(stopTime)
	defer patience.Stop()
	me := &request{stop: stop, over: make(chan struct{})}
	for {
		b.mu.Lock()
		other := b.now[id]
		if other == nil {
			if b.now == nil {
				b.now = map[incident.FileID]*request{}
			}
			b.now[id] = me
			b.mu.Unlock()
			return func() {
				b.mu.Lock()
				delete(b.now, id)
				b.mu.Unlock()
				close(me.over)
			}, nil
		}
		b.mu.Unlock()
		if other.stop != nil {
			other.stop()
		}
		select {
		case <-other.over:
		case <-patience.C:
			return nil, &wait{incident.E(incident.Busy, "enter upload", "Another request is still at this upload. Ask again in a moment.")}
		case <-ctx.Done():
			return nil, incident.Wrap(incident.Busy, "enter upload", context.Cause(ctx), "Another request is still at this upload. Ask again in a moment.")
		}
	}
}
