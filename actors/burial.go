package actors

import (
	"context"
	"slices"
	"time"

	"taskreporter/incident"
)

const (
	// deathChecks is how often, and deathPause how long apart, the lock of a node
	// whose stream broke is tried: the database needs a moment to see the death.
	deathChecks = 12
	deathPause  = 15 * time.Millisecond
)

// condemned returns one node that is to be buried, if any.
func (m *membership) condemned(nodes []incident.Node, unbroken time.Duration) (incident.NodeID, incident.Burial) {
	alive := 0
	for _, n := range nodes {
		if !n.Expired() {
			alive++
		}
	}
	for i, n := range nodes {
		if n.ID == m.self.ID {
			continue
		}
		if n.Expired() {
			if unbroken >= m.ttl {
				return n.ID, incident.LeaseExpired
			}
			continue
		}
		votes := 0
		for j, voter := range nodes {
			if i != j && !voter.Expired() && slices.Contains(voter.Unreachable, n.ID) {
				votes++
			}
		}
		older := slices.IndexFunc(nodes, func(o incident.Node) bool { return o.ID == m.self.ID }) < i
		if 2*votes > alive || alive == 2 && votes == 1 && older {
			return n.ID, incident.CutOff
		}
	}
	return m.deafest(nodes)
}

// deafest returns the younger of two nodes that have not heard each other for
// long, while this one hears both.
func (m *membership) deafest(nodes []incident.Node) (incident.NodeID, incident.Burial) {
	now, still := m.now(), map[incident.NodeID]time.Time{}
	m.mu.Lock()
	defer m.mu.Unlock()
	hears := func(n incident.Node) bool { return n.ID != m.self.ID && !n.Expired() && !m.silent(n.ID) }
	for i, older := range nodes {
		for _, younger := range nodes[i+1:] {
			apart := slices.Contains(older.Unreachable, younger.ID) || slices.Contains(younger.Unreachable, older.ID)
			if !apart || !hears(older) || !hears(younger) {
				continue
			}
			since, known := m.deaf[younger.ID]
			if !known {
				since = now
			}
			still[younger.ID] = since
		}
	}
	m.deaf = still
	for _, n := range nodes {
		if since, ok := still[n.ID]; ok && now.Sub(since) >= m.ttl*2/3 {
			return n.ID, incident.CutOff
		}
	}
	return "", ""
}

func (m *membership) bury(ctx context.Context, id incident.NodeID, cause incident.Burial) bool {
	ctx, cancel := context.WithTimeout(ctx, m.ttl/2)
	defer cancel()
	done, err := m.roll.Bury(ctx, id, cause)
	if err != nil {
		m.log.Warn("node not buried", "node_id", string(id), "cause", string(cause), "err", err)
		return false
	}
	if done {
		m.log.Warn("node buried", "node_id", string(id), "cause", string(cause))
		m.mu.Lock()
		m.buried[cause]++
		m.mu.Unlock()
	}
	return done
}

// checkDeath looks whether the process behind a broken stream has died.
func (m *membership) checkDeath(ctx context.Context, address string) {
	n, ok := m.at(address)
	if !ok || n.ID == m.self.ID {
		return
	}
	for range deathChecks {
		if m.bury(ctx, n.ID, incident.ProcessDead) {
			m.tellPeers(&poke{})
			return
		}
		select {
		case <-time.After(deathPause):
		case <-ctx.Done():
			return
		}
	}
}
