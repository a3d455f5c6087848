package actors

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// The fixed names that every node's actors have for the others.
const (
	nodeName  = "node"
	relayName = "relay"
)

// What nodes tell one another.
type (
	// activate asks for a room's activation and is answered by activated.
	activate  struct{ Room incident.RoomID }
	activated struct {
		Pid *actor.PID // nil when the node takes no rooms
	}
	// beat is a sign of life. Stream counts how often the sender lost its stream to
	// the receiver: what it had sent may be lost with it.
	beat struct {
		From   incident.NodeID
		Stream int
	}
	// leaving says that a node takes no more rooms.
	leaving struct{ From incident.NodeID }
	// poke says that the list of nodes has changed.
	poke struct{}
	// buried tells a node that it is on the list no more.
	buried struct{}
	// drain asks a node to leave the cluster.
	drain struct{}
)

// nodeActor is where the other nodes reach this one.
type nodeActor struct {
	engine  *Engine
	streams map[incident.NodeID]int
}

func (a *nodeActor) Receive(ctx actor.Context) {
	e := a.engine
	switch m := e.open(ctx.Self(), ctx.Message()).(type) {
	case *activate:
		pid := e.placement.activate(m.Room)
		if sender := ctx.Sender(); sender != nil {
			e.tell(sender, &activated{Pid: pid})
		}
	case *beat:
		a.hear(ctx, m)
	case *leaving:
		e.members.hearLeaving(m.From)
	case *poke:
		e.members.poke()
	case *buried:
		e.members.depart(errors.New("the other nodes took this one off the list of nodes"))
	case *drain:
		e.onDrain()
	}
}

func (a *nodeActor) hear(ctx actor.Context, m *beat) {
	e := a.engine
	if e.members.hear(m.From) {
		if from := ctx.Sender(); from != nil {
			e.tell(from, &buried{})
		}
		return
	}
	if before, known := a.streams[m.From]; known && before != m.Stream {
		if n, ok := e.members.node(m.From); ok {
			e.root.Send(e.relay, &nodeLost{n.Address})
		}
	}
	a.streams[m.From] = m.Stream
}

func (m *activated) failure() error { return nil }
func (m *activated) fail(error)     {}
