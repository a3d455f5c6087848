package actors

import (
	"errors"
	"sync/atomic"

	"taskreporter/incident"
)

// Stats is what an operator may ask of a node's engine at any moment.
type Stats struct {
	ActiveRooms int64 // rooms that live on this node
	Connections int64 // authenticated sockets
	Waiting     int64 // batches that wait for a transaction

	// Since the start:
	Activations int64 // claims that succeeded
	Commits     int64 // transactions
	Events      int64 // made durable
	Fenced      int64 // batches refused because another activation owns the room
	Unknown     int64 // batches whose outcome nobody knows
	Refused     int64 // batches that were not written for another reason
}

// counters are shared by the engine's goroutines.
type counters struct {
	connections, activations, commits, events, fenced, unknown, refused atomic.Int64
}

// count takes the outcome of one batch.
func (c *counters) count(b incident.Batch, outcome error) {
	switch {
	case outcome == nil:
		c.events.Add(int64(len(b.Events)))
	case errors.Is(outcome, incident.ErrFenced):
		c.fenced.Add(1)
	case errors.Is(outcome, incident.ErrOutcomeUnknown):
		c.unknown.Add(1)
	default:
		c.refused.Add(1)
	}
}

// Stats returns the engine's figures.
func (e *Engine) Stats() Stats {
	c := &e.counters
	return Stats{
		ActiveRooms: int64(e.placement.active()),
		Connections: c.connections.Load(),
		Waiting:     int64(e.committer.waiting()),
		Activations: c.activations.Load(),
		Commits:     c.commits.Load(),
		Events:      c.events.Load(),
		Fenced:      c.fenced.Load(),
		Unknown:     c.unknown.Load(),
		Refused:     c.refused.Load(),
	}
}
