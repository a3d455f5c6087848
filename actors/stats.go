package actors

import (
	"errors"
	"maps"
	"sync/atomic"
	"time"

	"taskreporter/incident"
)

// counters are shared by the engine's goroutines.
type counters struct {
	connections, activations, takeovers, commits, events, fenced, unknown, refused, dropped atomic.Int64
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

// Figures returns what an operator may ask of a node's engine at any moment.
func (e *Engine) Figures() incident.Figures {
	c := &e.counters
	return incident.Figures{
		Rooms:       int64(e.placement.active()),
		Connections: c.connections.Load(),
		Waiting:     int64(e.committer.waiting()),
		Activations: c.activations.Load(),
		Takeovers:   c.takeovers.Load(),
		Commits:     c.commits.Load(),
		Events:      c.events.Load(),
		Fenced:      c.fenced.Load(),
		Unknown:     c.unknown.Load(),
		Refused:     c.refused.Load(),
	}
}

// ClusterStats is what an operator may ask about this node's place in a cluster.
type ClusterStats struct {
	Members   int
	LeaseLeft time.Duration // negative while suspended
	Dropped   int64         // envelopes of other nodes that were forged or not understood
	Buried    map[incident.Burial]int64
}

// ClusterStats returns the zero value for a node alone.
func (e *Engine) ClusterStats() ClusterStats {
	m := e.members
	if m == nil {
		return ClusterStats{}
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return ClusterStats{
		Members: len(m.nodes), LeaseLeft: m.leaseEnd.Sub(m.now()),
		Dropped: e.counters.dropped.Load(), Buried: maps.Clone(m.buried),
	}
}
