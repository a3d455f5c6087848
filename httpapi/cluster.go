package httpapi

import (
	"cmp"
	"context"
	"slices"

	"taskreporter/incident"
)

// ShowCluster implements GET /api/admin/cluster (F-OP-06).
func (s *Server) ShowCluster(ctx context.Context, _ ShowClusterRequestObject) (ShowClusterResponseObject, error) {
	if !incident.Can(requestOf(ctx).principal, incident.NoRole, incident.ActReadCluster) {
		return nil, incident.E(incident.Forbidden, "show cluster", "The cluster is for administrators and auditors.")
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
	if !incident.Can(requestOf(ctx).principal, incident.NoRole, incident.ActDrainNode) {
		return nil, incident.E(incident.Forbidden, op, "Only an administrator drains a node.")
	}
	if err := checkID("node_id", req.NodeId); err != nil {
		return nil, err
	}
	id := incident.NodeID(req.NodeId)
	nodes, err := s.cluster.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(nodes, func(n incident.Node) bool { return n.ID == id }) {
		return nil, incident.E(incident.NotFound, op, "There is no such node. GET /api/admin/cluster lists those there are.")
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
		if n.Expired() {
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
	case n.Expired():
		return Expired
	case n.Draining:
		return Draining
	case unheard:
		return Suspect
	default:
		return Up
	}
}
