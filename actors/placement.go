package actors

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"

	"taskreporter/incident"
)

// roomKind is the kind of the virtual actors; their identity is the room id.
const roomKind = "room"

// placement is the identity lookup of a node: where a room lives. On a single
// node that is here, and the first request activates it. The map is shared
// between callers, hence the lock; the database's epoch, not this map, decides
// which activation may append.
type placement struct {
	cluster *cluster.Cluster

	mu     sync.Mutex
	rooms  map[string]*actor.PID
	closed bool
}

var _ cluster.IdentityLookup = (*placement)(nil)

func newPlacement() *placement { return &placement{rooms: map[string]*actor.PID{}} }

// Setup implements [cluster.IdentityLookup].
func (p *placement) Setup(c *cluster.Cluster, _ []string, _ bool) { p.cluster = c }

// Get implements [cluster.IdentityLookup]: it returns the room's activation and
// makes one if there is none; nil when the node is going away.
func (p *placement) Get(id *cluster.ClusterIdentity) *actor.PID {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	if pid := p.rooms[id.Identity]; pid != nil {
		return pid
	}
	kind, ok := p.cluster.TryGetClusterKind(id.Kind)
	if !ok || id.Kind != roomKind {
		return nil
	}
	pid := p.cluster.ActorSystem.Root.SpawnPrefix(cluster.WithClusterIdentity(kind.Props, id), "room/"+id.Identity+"/")
	p.rooms[id.Identity] = pid
	return pid
}

// retire takes an activation out of the map and lets it end after what its
// mailbox holds.
func (p *placement) retire(room incident.RoomID, pid *actor.PID) {
	p.mu.Lock()
	if pid.Equal(p.rooms[string(room)]) {
		delete(p.rooms, string(room))
	}
	p.mu.Unlock()
	p.cluster.PidCache.RemoveByValue(string(room), roomKind, pid)
	p.cluster.ActorSystem.Root.Poison(pid)
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
	clear(p.rooms)
	return pids
}

// active is how many rooms live here.
func (p *placement) active() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.rooms)
}
