package actors

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"

	"taskreporter/incident"
)

// roomKind is the kind of the virtual actors; their identity is the room id.
const roomKind = "room"

// placement is the identity lookup of a node: where a room lives. A room stays
// with its owner as long as that is on the list of nodes, so nothing moves when a
// node joins; a room without one goes where the rendezvous says. Nodes that
// disagree for a moment do no harm: the claim in the database has one winner, and
// the others are answered "moved".
type placement struct {
	cluster *cluster.Cluster
	engine  *Engine
	owners  gather[incident.RoomID, incident.NodeID]

	mu     sync.Mutex
	rooms  map[incident.RoomID]*actor.PID // activated here
	closed bool
}

var _ cluster.IdentityLookup = (*placement)(nil)

func newPlacement(e *Engine) *placement {
	return &placement{
		engine: e,
		rooms:  map[incident.RoomID]*actor.PID{},
		owners: gather[incident.RoomID, incident.NodeID]{
			start: e.background, limit: findTimeout, most: maxClaims,
			ask: func(ctx context.Context, rooms []incident.RoomID) ([]incident.NodeID, error) {
				owners, err := e.records.Owners(ctx, rooms)
				list := make([]incident.NodeID, len(rooms))
				for i, room := range rooms {
					list[i] = owners[room]
				}
				return list, err
			},
		},
	}
}

// Setup implements [cluster.IdentityLookup].
func (p *placement) Setup(c *cluster.Cluster, _ []string, _ bool) { p.cluster = c }

// Get implements [cluster.IdentityLookup]: it returns the room's activation and
// makes one if there is none; nil when no node takes the room within findTimeout.
func (p *placement) Get(id *cluster.ClusterIdentity) *actor.PID {
	if id.Kind != roomKind {
		return nil
	}
	room := incident.RoomID(id.Identity)
	if pid := p.local(room); pid != nil {
		return pid
	}
	members := p.engine.members
	if members == nil {
		return p.activate(room)
	}
	ctx, cancel := context.WithTimeout(p.engine.life, findTimeout)
	defer cancel()
	owner, err := p.owners.get(ctx, room)
	if err != nil {
		return nil
	}
	at, alive := members.node(owner)
	if !alive {
		if at, alive = members.node(prefer(room, members.takers())); !alive {
			return nil
		}
	}
	if at.ID == members.self.ID {
		return p.activate(room)
	}
	a, err := p.engine.askActor(ctx, actor.NewPID(at.Address, nodeName), &activate{Room: room})
	if err != nil {
		return nil
	}
	if pid := a.(*activated).Pid; pid != nil {
		return pid
	}
	members.hearLeaving(at.ID) // it takes no more rooms, whatever we have been told
	return nil
}

// local returns the room's activation on this node.
func (p *placement) local(room incident.RoomID) *actor.PID {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rooms[room]
}

// activate returns the room's activation on this node and makes one if there is
// none; nil when the node is going away. Whether the room may live here is for the
// claim to decide.
func (p *placement) activate(room incident.RoomID) *actor.PID {
	p.mu.Lock()
	defer p.mu.Unlock()
	if pid := p.rooms[room]; pid != nil {
		return pid
	}
	kind, ok := p.cluster.TryGetClusterKind(roomKind)
	if p.closed || !ok {
		return nil
	}
	id := cluster.NewClusterIdentity(string(room), roomKind)
	pid := p.cluster.ActorSystem.Root.SpawnPrefix(cluster.WithClusterIdentity(kind.Props, id), "room/"+string(room)+"/")
	p.rooms[room] = pid
	return pid
}

// retire takes an activation out of the map and lets it end after what its
// mailbox holds.
func (p *placement) retire(room incident.RoomID, pid *actor.PID) {
	p.mu.Lock()
	if pid.Equal(p.rooms[room]) {
		delete(p.rooms, room)
	}
	p.mu.Unlock()
	p.cluster.PidCache.RemoveByValue(string(room), roomKind, pid)
	p.cluster.ActorSystem.Root.Poison(pid)
}

// misplaced reports whether a room that nobody needs here would be placed
// elsewhere now.
func (p *placement) misplaced(room incident.RoomID) bool {
	members := p.engine.members
	if members == nil {
		return false
	}
	best := prefer(room, members.takers())
	return best != "" && best != members.self.ID
}

// RemovePid implements [cluster.IdentityLookup].
func (p *placement) RemovePid(id *cluster.ClusterIdentity, pid *actor.PID) {
	p.retire(incident.RoomID(id.Identity), pid)
}

// Shutdown implements [cluster.IdentityLookup]. The library calls it twice.
func (p *placement) Shutdown() { p.drain() }

// drain activates nothing any more and returns who still lives here.
func (p *placement) drain() []*actor.PID {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	pids := make([]*actor.PID, 0, len(p.rooms))
	for _, pid := range p.rooms {
		pids = append(pids, pid)
	}
	return pids
}

// active is how many rooms live here.
func (p *placement) active() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.rooms)
}
