package httpapi

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"taskreporter/incident"
)

const (
	nodeA = incident.NodeID("0192f0c1-2b7a-7c3e-9a51-00000000e001")
	nodeB = incident.NodeID("0192f0c1-2b7a-7c3e-9a51-00000000e002")
	nodeC = incident.NodeID("0192f0c1-2b7a-7c3e-9a51-00000000e003")
)

func drainPath(id incident.NodeID) string { return "/api/admin/cluster/" + string(id) + "/drain" }

// F-OP-06: every node with all that ops want of it, oldest first.
func TestClusterTellsEveryNode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.nodes = []incident.Node{
		{ID: nodeB, StartedAt: epochStart.Add(time.Hour), LeaseLeft: time.Second},
		{
			ID: nodeA, Address: "10.20.0.11:7400", Version: "1.4.0", Zone: "hall-2",
			StartedAt: epochStart, RenewedAt: epochStart.Add(time.Minute), LeaseLeft: -1500 * time.Millisecond,
			Unreachable: []incident.NodeID{nodeB},
			Figures: incident.Figures{
				Rooms: 1, Connections: 2, Waiting: 3, Activations: 4, Takeovers: 5, Commits: 6, Events: 7, Fenced: 8, Unknown: 9, Refused: 10,
			},
		},
	}
	got := decodeAs[ClusterNodes](t, h.call(t, "auditor", "GET", "/api/admin/cluster", nil), 200)
	if got.NodeId != string(nodeA) || len(got.Nodes) != 2 || got.Nodes[1].NodeId != string(nodeB) {
		t.Fatalf("answer: %+v", got)
	}
	const want = "{Address:10.20.0.11:7400 Figures:{Activations:4 BatchesWaiting:3 Commits:6 Connections:2 Events:7 Fenced:8 Refused:10 Rooms:1 Takeovers:5 Unknown:9} " +
		"LeaseLeftMs:-1500 NodeId:" + string(nodeA) + " RenewedAt:2026-11-22 05:42:07.120345 +0000 UTC StartedAt:2026-11-22 05:41:07.120345 +0000 UTC " +
		"State:expired Unreachable:[" + string(nodeB) + "] Version:1.4.0 Zone:hall-2}"
	if text := fmt.Sprintf("%+v", got.Nodes[0]); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestANodesStateIsTheOneThatSaysMost(t *testing.T) {
	t.Parallel()
	live := func(id incident.NodeID, unreachable ...incident.NodeID) incident.Node {
		return incident.Node{ID: id, LeaseLeft: time.Second, Unreachable: unreachable}
	}
	draining := func(n incident.Node) incident.Node { n.Draining = true; return n }
	expired := func(n incident.Node) incident.Node { n.LeaseLeft = 0; return n }
	for name, c := range map[string]struct {
		nodes []incident.Node
		want  []NodeState
	}{
		"all hear each other":           {[]incident.Node{live(nodeA), live(nodeB)}, []NodeState{Up, Up}},
		"one is not heard":              {[]incident.Node{live(nodeA, nodeC), live(nodeB), live(nodeC)}, []NodeState{Up, Up, Suspect}},
		"what an expired one said":      {[]incident.Node{expired(live(nodeA, nodeB)), live(nodeB)}, []NodeState{Expired, Up}},
		"on its way out and not heard":  {[]incident.Node{live(nodeA, nodeB), draining(live(nodeB))}, []NodeState{Up, Draining}},
		"on its way out and expired":    {[]incident.Node{expired(draining(live(nodeA)))}, []NodeState{Expired}},
		"one does not hear who is gone": {[]incident.Node{live(nodeA, nodeC)}, []NodeState{Up}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.nodes = c.nodes
			got := decodeAs[ClusterNodes](t, h.call(t, "admin", "GET", "/api/admin/cluster", nil), 200)
			if states := each(got.Nodes, func(n Node) NodeState { return n.State }); !slices.Equal(states, c.want) {
				t.Errorf("got %v, want %v", states, c.want)
			}
		})
	}
}

// F-OP-08, F-SE-05: an ADMIN drains a node, again if need be, and each time
// leaves a row.
func TestDrainIsAskedForAndAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 2 {
		if a := h.call(t, "admin", "POST", drainPath(nodeA), nil); a.StatusCode != 202 || len(a.body) != 0 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	if !slices.Equal(h.drained, []incident.NodeID{nodeA, nodeA}) {
		t.Errorf("drained: %v", h.drained)
	}
	rows := h.audited("drain_node")
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	if row := rows[0]; row.Who != people["admin"].Person || row.Target != "node "+string(nodeA) || row.Outcome != "ok" || row.Request == "" {
		t.Errorf("row: %+v", row)
	}
}

func TestNoNodeIsDrainedForNoReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "auditor", "POST", drainPath(nodeA), nil).wants(t, 403, incident.Forbidden)
	// Who may not drain does not learn which nodes there are.
	h.call(t, "wang", "POST", drainPath(nodeB), nil).wants(t, 403, incident.Forbidden)
	h.call(t, "admin", "POST", drainPath(nodeB), nil).wants(t, 404, incident.NotFound)
	h.call(t, "admin", "POST", drainPath("node-1"), nil).wants(t, 400, incident.Invalid)
	if rows := h.audited("drain_node"); len(rows) != 0 {
		t.Errorf("audited: %+v", rows)
	}
	h.auditFails = true
	h.call(t, "admin", "POST", drainPath(nodeA), nil).wants(t, 500, incident.Internal)
	if len(h.drained) != 0 {
		t.Errorf("drained: %v", h.drained)
	}
}

func TestClusterFailuresAreTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.onDrain = incident.E(incident.NotFound, "drain", "It has left.")
	h.call(t, "admin", "POST", drainPath(nodeA), nil).wants(t, 404, incident.NotFound)
	h.fail = incident.E(incident.Unavailable, "nodes", "")
	h.call(t, "admin", "GET", "/api/admin/cluster", nil).wants(t, 503, incident.Unavailable)
	h.call(t, "admin", "POST", drainPath(nodeA), nil).wants(t, 503, incident.Unavailable)
}
