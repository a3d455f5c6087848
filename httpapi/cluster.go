package httpapi

import (
	"cmp"
	"context"
	"slices"

	"taskreporter/incident"
)

// ShowCluster implements GET /api/admin/cluster (F-OP-06).
func (s *Server) ShowCluster(ctx context.Context, _ ShowClusterRequestObject) (ShowClusterResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadCluster); err != nil {
		return nil, err
	}
	nodes, err := s.cluster.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(nodes, func(a, b incident.Node) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	unheard := unheardOf(nodes)
	return ShowCluster200JSONResponse{
		NodeId: string(s.cluster.Self()),
		Nodes:  each(nodes, func(n incident.Node) Node { return toNode(n, stateOf(n, unheard[n.ID])) }),
	}, nil
}

// DrainNode implements POST /api/admin/cluster/{node_id}/drain (F-OP-08). It is
// audited before it happens: without its row no node is drained.
func (s *Server) DrainNode(ctx context.Context, req DrainNodeRequestObject) (DrainNodeResponseObject, error) {
	const op = "drain node"
	if _, err := s.allow(ctx, incident.ActDrainNode); err != nil {
		return nil, err
	}
	id := incident.NodeID(req.NodeId)
	nodes, err := s.cluster.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(nodes, func(n incident.Node) bool { return n.ID == id })
	if i < 0 {
		return nil, incident.E(incident.NotFound, op, "There is no such node. GET /api/admin/cluster lists those there are.")
	}
	if alone(nodes[i]) {
		return nil, incident.E(incident.Conflict, op, "This installation has one node. To stop it, stop the program.")
	}
	row := s.entry(ctx, string(incident.ActDrainNode), "ok")
	row.Target = "node " + string(id)
	if err := s.audit.Record(ctx, row); err != nil {
		return nil, err
	}
	if err := s.cluster.Drain(ctx, id); err != nil {
		return nil, err
	}
	return DrainNode202Response{}, nil
}

// unheardOf are the nodes that a live node does not hear. What an expired one
// said is old: it was cut off itself.
func unheardOf(nodes []incident.Node) map[incident.NodeID]bool {
	unheard := map[incident.NodeID]bool{}
	for _, n := range nodes {
		if expired(n) {
			continue
		}
		for _, id := range n.Unreachable {
			unheard[id] = true
		}
	}
	return unheard
}

// stateOf is a node's state in one word: the one that says most.
func stateOf(n incident.Node, unheard bool) NodeState {
	switch {
	case expired(n):
		return Expired
	case n.Draining:
		return Draining
	case unheard:
		return Suspect
	default:
		return Up
	}
}

func alone(n incident.Node) bool { return n.Address == "" }

func expired(n incident.Node) bool { return !alone(n) && n.Expired() }
