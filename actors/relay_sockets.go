package actors

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// closeAll sends every socket away, in no order, within closeTime.
func (r *relay) closeAll(m *closeAll, from *actor.PID) {
	var all []*Connection
	for _, conns := range r.here {
		for c := range conns {
			all = append(all, c)
		}
	}
	gap := min(m.Gap, closeTime/time.Duration(max(1, len(all))))
	e := r.engine
	e.background(func(ctx context.Context) {
		for _, c := range all {
			c.sink.Close(m.Why)
			if gap > 0 {
				select {
				case <-time.After(gap):
				case <-ctx.Done():
					gap = 0
				}
			}
		}
		if from != nil {
			e.root.Send(from, &released{})
		}
	})
}

func (r *relay) arrive(c *Connection) {
	if r.here[c.by.ID] == nil {
		r.here[c.by.ID] = map[*Connection]bool{}
	}
	r.here[c.by.ID][c] = true
}

func (r *relay) leave(c *Connection) {
	delete(r.here[c.by.ID], c)
	if len(r.here[c.by.ID]) == 0 {
		delete(r.here, c.by.ID)
	}
}

func (r *relay) closeWhere(why CloseCode, match func(*Connection) bool) {
	for _, conns := range r.here {
		for c := range conns {
			if match(c) {
				c.sink.Close(why)
			}
		}
	}
}

func (r *relay) tellUser(m *toUser) {
	conns := r.here[m.User]
	if len(conns) == 0 {
		return
	}
	frame := r.engine.frames.UploadAck(m.Ack.File)
	for c := range conns {
		c.sink.Offer(frame)
	}
}
