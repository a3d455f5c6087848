package actors

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// Self is this node's id.
func (e *Engine) Self() incident.NodeID { return e.node }

// Nodes returns the nodes of the cluster, oldest first, as this node last read
// them; alone, that is this node.
func (e *Engine) Nodes(context.Context) ([]incident.Node, error) {
	if e.members == nil {
		now := incident.Now(e.now())
		return []incident.Node{{ID: e.node, Version: e.version, StartedAt: e.started, RenewedAt: now, Figures: e.Figures()}}, nil
	}
	nodes := e.members.list()
	for i := range nodes {
		if nodes[i].ID == e.node {
			nodes[i].Figures = e.Figures()
		}
	}
	return nodes, nil
}

// Drain asks a node to leave the cluster. It returns when the node has been told;
// it may not have heard.
func (e *Engine) Drain(_ context.Context, id incident.NodeID) error {
	const op = "drain node"
	if e.members == nil {
		return incident.E(incident.Conflict, op, "This installation has one node. To stop it, stop the program.")
	}
	if id == e.node {
		e.onDrain()
		return nil
	}
	n, ok := e.members.node(id)
	if !ok {
		return incident.E(incident.NotFound, op, "There is no such node. It may have left already.")
	}
	e.tell(actor.NewPID(n.Address, nodeName), &drain{})
	return nil
}

// Leaving takes this node out of use while its sockets and requests go on being
// served: it takes no more rooms, those that live here move, and sockets are told,
// one after the other, to come back elsewhere. Stop ends the rest. Alone it does
// nothing.
func (e *Engine) Leaving(ctx context.Context) error {
	if e.members == nil {
		return nil
	}
	e.members.drain()
	err := e.releaseRooms()
	_, cerr := e.askActor(ctx, e.relay, &closeAll{Why: Elsewhere, Gap: closeGap})
	return errors.Join(err, cerr)
}

// Gone is closed when the cluster has given this node up; its process must end.
// It is nil, and so never ready, for a node alone.
func (e *Engine) Gone() <-chan struct{} {
	if e.members == nil {
		return nil
	}
	return e.members.departed
}

// Suspended reports whether the node has lost its lease for now: it serves no
// room until the database answers again.
func (e *Engine) Suspended() bool { return e.members != nil && e.members.suspended() }

// Ready returns nil once this node has met all others of its cluster.
func (e *Engine) Ready(context.Context) error {
	if e.members == nil || e.members.introduced() {
		return nil
	}
	return errors.New("not all nodes of the cluster were heard of yet")
}

// onStreamBroke acts on the loss of the stream to another node: what was sent may
// be lost, and its process may be dead.
func (e *Engine) onStreamBroke(address string) {
	if e.members == nil {
		return
	}
	e.losses.lose(address)
	e.members.streamBroke(address)
	if e.relay != nil {
		e.root.Send(e.relay, &nodeLost{address})
	}
}

// onNodes acts on a changed list of nodes.
func (e *Engine) onNodes(nodes []incident.Node) {
	// The library tells the loss of those that left as EndpointTerminatedEvent.
	e.provider.publish(nodes)
}

// watchLease sends sockets away when this node has long been without a lease:
// other nodes may be better off.
func (e *Engine) watchLease(ctx context.Context) {
	sent := false
	for {
		select {
		case <-time.After(e.members.ttl):
		case <-ctx.Done():
			return
		}
		long := e.members.suspendedFor() > suspendedLeases*e.members.ttl
		if long && !sent {
			e.log.Error("no lease for long: sockets are sent away", "for", e.members.suspendedFor().String())
			e.root.Send(e.relay, &closeAll{Why: GoingAway, Gap: closeGap})
		}
		sent = long
	}
}

// losses counts how often the stream to an address broke, and wakes those that
// wait for an answer from there.
type losses struct {
	mu     sync.Mutex
	counts map[string]int
	waits  map[string]chan struct{}
}

func (l *losses) lose(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[address]++
	if c, ok := l.waits[address]; ok {
		close(c)
		delete(l.waits, address)
	}
}

func (l *losses) count(address string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[address]
}

// lost is closed when the stream to the address breaks next.
func (l *losses) lost(address string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.waits[address]
	if c == nil {
		if l.waits == nil {
			l.waits = map[string]chan struct{}{}
		}
		c = make(chan struct{})
		l.waits[address] = c
	}
	return c
}
