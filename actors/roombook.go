package actors

import (
	"context"
	"errors"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"golang.org/x/sync/singleflight"

	"taskreporter/incident"
)

// roomBook knows where rooms live. The library's own look-up neither caches nor
// ends in time, so the cache, the deadline and the single flight are here.
type roomBook struct {
	cluster *cluster.Cluster
	flight  singleflight.Group
}

// find returns the room's activation, making one where there is none. It may
// wait until ctx ends: never call it from Receive.
func (b *roomBook) find(ctx context.Context, room incident.RoomID) (*actor.PID, error) {
	if pid, ok := b.cluster.PidCache.Get(string(room), roomKind); ok {
		return pid, nil
	}
	found := b.flight.DoChan(string(room), func() (any, error) {
		pid := b.cluster.Get(string(room), roomKind)
		if pid == nil {
			return nil, errors.New("no node can take the room")
		}
		b.cluster.PidCache.Set(string(room), roomKind, pid)
		return pid, nil
	})
	select {
	case r := <-found:
		if r.Err != nil {
			return nil, incident.Wrap(incident.Unavailable, "find room", r.Err, "The room cannot be reached now: try again in a moment.")
		}
		return r.Val.(*actor.PID), nil
	case <-ctx.Done():
		return nil, incident.Wrap(incident.Unavailable, "find room", ctx.Err(), "The room cannot be reached now: try again in a moment.")
	}
}

// forget drops a place that turned out to be wrong.
func (b *roomBook) forget(room incident.RoomID, pid *actor.PID) {
	b.cluster.PidCache.RemoveByValue(string(room), roomKind, pid)
}
