package actors

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"taskreporter/incident"
)

// membership is this node's place in the cluster. The database's list of nodes
// decides who belongs to it; everything here follows that list:
//
//   - A lease is renewed every quarter of its length. A node that cannot renew for
//     a whole lease suspends its rooms, and resumes with the next renewal.
//   - An expired node is buried only by one whose own renewals ran unbroken for a
//     whole lease, so that an outage of the database costs no node.
//   - A node whose stream broke is buried at once if the lock that its process held
//     in the database is free.
//   - A node that most of all nodes have not heard of is buried; of two, the older
//     stays. When only two of many do not hear each other, one that hears both
//     buries the younger after two thirds of a lease more: else people at one could not reach
//     rooms at the other.
//   - A node that was buried ends: its rooms live elsewhere, and the cluster knows
//     its id as gone for ever.
//
// run owns the roll; everybody else reads what it last saw.
type membership struct {
	roll Roll
	ttl  time.Duration
	now  func() time.Time // monotonic, so that a paused process sees the pause
	log  *slog.Logger
	told func(nodes []incident.Node) // of a changed list; called from one goroutine, may wait
	beat func(to incident.Node)      // sends a sign of life; must not wait
	sent func(to incident.Node, m any)
	// figures are written with each renewal.
	figures func() incident.Figures

	self     incident.Node
	wake     chan struct{} // renew now
	broken   chan string   // an address whose stream broke
	departed chan struct{} // closed when this node is no longer on the list
	changed  chan []incident.Node

	mu       sync.RWMutex
	nodes    []incident.Node // as last read, oldest first
	heard    map[incident.NodeID]time.Time
	leaving  map[incident.NodeID]bool // said so themselves
	gone     map[incident.NodeID]bool // were on the list and are no more
	leaseEnd time.Time
	unbroken time.Time // since when renewals came in time
	draining bool
	cause    error // why departed is closed
	buried   map[incident.Burial]int64
	deaf     map[incident.NodeID]time.Time // the younger of two that do not hear each other, and since when
	met      map[incident.NodeID]bool      // heard of at least once
	ready    bool                          // met all others at one moment
}

const (
	// renewals and beats are how often each happens in the length of a lease.
	renewals = 4
	beats    = 8
)

func newMembership(c *ClusterConfig, self incident.Node, now func() time.Time, log *slog.Logger) *membership {
	return &membership{
		roll: c.Roll, ttl: c.Lease, now: now, log: log, self: self,
		wake: make(chan struct{}, 1), broken: make(chan string, 16),
		departed: make(chan struct{}), changed: make(chan []incident.Node, 1),
		heard: map[incident.NodeID]time.Time{}, leaving: map[incident.NodeID]bool{},
		met: map[incident.NodeID]bool{}, deaf: map[incident.NodeID]time.Time{},
		gone: map[incident.NodeID]bool{}, buried: map[incident.Burial]int64{},
	}
}

// enter takes the node's place on the list.
func (m *membership) enter(ctx context.Context) error {
	asked := m.now()
	if err := m.roll.Join(ctx, m.self, m.ttl); err != nil {
		return err
	}
	nodes, err := m.roll.Renew(ctx, m.self, m.ttl)
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.leaseEnd, m.unbroken = asked.Add(m.ttl), asked
	m.mu.Unlock()
	m.see(nodes)
	return nil
}

// run renews until ctx ends or the node is buried.
func (m *membership) run(ctx context.Context) {
	next := m.ttl / renewals
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.departed:
			return
		case <-time.After(next):
		case <-m.wake:
		case address := <-m.broken:
			m.checkDeath(ctx, address)
		}
		next = m.renew(ctx)
	}
}

// renew extends the lease, acts on what the list says, and returns when to come
// back.
func (m *membership) renew(ctx context.Context) time.Duration {
	asked := m.now()
	call, cancel := context.WithTimeout(ctx, m.ttl/2)
	nodes, err := m.roll.Renew(call, m.report(), m.ttl)
	cancel()
	switch {
	case ctx.Err() != nil:
		return m.ttl
	case incident.KindOf(err) == incident.NotFound:
		m.depart(errors.New("this node was taken off the list of nodes"))
		return m.ttl
	case err != nil:
		m.log.Warn("lease not renewed", "err", err, "suspended", m.suspended())
		return m.ttl / renewals / 3
	}
	m.mu.Lock()
	if asked.After(m.leaseEnd) {
		m.unbroken = asked
		m.log.Warn("lease renewed after it had ended: rooms resume")
	}
	m.leaseEnd = asked.Add(m.ttl)
	unbroken := asked.Sub(m.unbroken)
	m.mu.Unlock()

	if id, cause := m.condemned(nodes, unbroken); id != "" {
		if m.bury(ctx, id, cause) {
			nodes = slices.DeleteFunc(nodes, func(n incident.Node) bool { return n.ID == id })
		}
	}
	m.see(nodes)
	return m.pace(nodes)
}

// pace is the time to the next renewal: sooner when a lease ends before.
func (m *membership) pace(nodes []incident.Node) time.Duration {
	next := m.ttl / renewals
	for _, n := range nodes {
		if n.ID != m.self.ID {
			next = min(next, max(n.LeaseLeft, 0)+10*time.Millisecond)
		}
	}
	return max(next, 20*time.Millisecond)
}

// report is this node as the list shall show it.
func (m *membership) report() incident.Node {
	n := m.self
	n.Figures = m.figures()
	m.mu.RLock()
	defer m.mu.RUnlock()
	n.Draining = m.draining
	for _, peer := range m.nodes {
		if peer.ID != n.ID && m.silent(peer.ID) {
			n.Unreachable = append(n.Unreachable, peer.ID)
		}
	}
	return n
}

// silent reports whether a node was not heard of for two thirds of a lease. The
// caller holds mu.
func (m *membership) silent(id incident.NodeID) bool {
	return m.now().Sub(m.heard[id]) > m.ttl*2/3
}

// see takes a list that was read.
func (m *membership) see(nodes []incident.Node) {
	now := m.now()
	m.mu.Lock()
	for _, old := range m.nodes {
		if !has(nodes, old.ID) {
			m.gone[old.ID] = true
			delete(m.heard, old.ID)
			delete(m.leaving, old.ID)
			delete(m.met, old.ID)
		}
	}
	same := len(nodes) == len(m.nodes)
	for _, n := range nodes {
		if _, known := m.heard[n.ID]; !known {
			m.heard[n.ID] = now // time to be heard of
		}
		same = same && has(m.nodes, n.ID)
	}
	m.nodes = nodes
	m.mu.Unlock()
	if same {
		return
	}
	select { // only the newest list counts
	case <-m.changed:
	default:
	}
	m.changed <- nodes
}

// announce tells of changed lists until ctx ends. Telling may wait for locks of
// the library, so it has its own goroutine.
func (m *membership) announce(ctx context.Context) {
	for {
		select {
		case nodes := <-m.changed:
			m.told(nodes)
		case <-ctx.Done():
			return
		}
	}
}

// sendBeats gives signs of life until ctx ends. After a pause of the whole
// process everybody's silence is forgiven: it was ours.
func (m *membership) sendBeats(ctx context.Context) {
	last := m.now()
	for {
		select {
		case <-time.After(m.ttl / beats):
		case <-ctx.Done():
			return
		}
		now := m.now()
		if now.Sub(last) > m.ttl/beats*3 {
			m.mu.Lock()
			for id := range m.heard {
				m.heard[id] = now
			}
			m.mu.Unlock()
		}
		last = now
		silence := false
		for _, n := range m.peers() {
			m.beat(n)
			m.mu.RLock()
			silence = silence || m.silent(n.ID) && now.Sub(m.heard[n.ID]) < m.ttl*2/3+2*m.ttl/beats
			m.mu.RUnlock()
		}
		if silence {
			m.poke() // say so at once
		}
	}
}

// hear notes a sign of life. It reports whether the node was buried and does not
// know it yet.
func (m *membership) hear(id incident.NodeID) (buried bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone[id] {
		return true
	}
	if _, known := m.heard[id]; known {
		m.heard[id] = m.now()
	}
	m.met[id] = true
	return false
}

// introduced reports whether this node has met all others, once: before, people
// would not reach the rooms of some from here.
func (m *membership) introduced() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ready = m.ready || !slices.ContainsFunc(m.nodes, func(n incident.Node) bool {
		return n.ID != m.self.ID && !n.Expired() && !m.met[n.ID]
	})
	return m.ready
}

// hearLeaving notes that a node takes no more rooms.
func (m *membership) hearLeaving(id incident.NodeID) {
	m.mu.Lock()
	m.leaving[id] = true
	m.mu.Unlock()
}

// poke makes the next renewal happen now.
func (m *membership) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *membership) streamBroke(address string) {
	select {
	case m.broken <- address:
	default: // enough to do; the lease will tell
	}
}

// depart ends this node's part in the cluster.
func (m *membership) depart(cause error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cause == nil {
		m.cause = cause
		close(m.departed)
	}
}

// isGone reports whether the node was taken off the list.
func (m *membership) isGone() bool {
	select {
	case <-m.departed:
		return true
	default:
		return false
	}
}

// drain says that this node takes no more rooms.
func (m *membership) drain() {
	m.mu.Lock()
	m.draining = true
	m.mu.Unlock()
	m.tellPeers(&leaving{m.self.ID})
	m.poke()
}

// tellPeers sends a message to all other nodes.
func (m *membership) tellPeers(msg any) {
	for _, n := range m.peers() {
		m.sent(n, msg)
	}
}

// suspended reports whether the lease has ended.
func (m *membership) suspended() bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return !m.now().Before(m.leaseEnd)
}

// suspendedFor is how long ago the lease ended; negative while it lasts.
func (m *membership) suspendedFor() time.Duration {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.now().Sub(m.leaseEnd)
}

// list returns all nodes, oldest first.
func (m *membership) list() []incident.Node {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Clone(m.nodes)
}

// peers returns the other nodes.
func (m *membership) peers() []incident.Node {
	return slices.DeleteFunc(m.list(), func(n incident.Node) bool { return n.ID == m.self.ID })
}

// node returns a node that is on the list.
func (m *membership) node(id incident.NodeID) (incident.Node, bool) {
	return m.find(func(n incident.Node) bool { return n.ID == id })
}

// at returns the node with an address.
func (m *membership) at(address string) (incident.Node, bool) {
	return m.find(func(n incident.Node) bool { return n.Address == address })
}

func (m *membership) find(match func(incident.Node) bool) (incident.Node, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if i := slices.IndexFunc(m.nodes, match); i >= 0 {
		return m.nodes[i], true
	}
	return incident.Node{}, false
}

// takers returns the nodes that may be given rooms: neither expired nor draining,
// and heard of.
func (m *membership) takers() []incident.NodeID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var ids []incident.NodeID
	for _, n := range m.nodes {
		me := n.ID == m.self.ID
		if me && !m.draining || !me && !n.Draining && !m.leaving[n.ID] && !n.Expired() && !m.silent(n.ID) {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

func has(nodes []incident.Node, id incident.NodeID) bool {
	return slices.ContainsFunc(nodes, func(n incident.Node) bool { return n.ID == id })
}
