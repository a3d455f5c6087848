package actors

import (
	"net"
	"strconv"

	"github.com/asynkron/protoactor-go/cluster"

	"taskreporter/incident"
)

// provider tells the actor library who belongs to the cluster. Alone, that is
// this node for ever; in a cluster it follows the list of nodes.
type provider struct {
	cluster *cluster.Cluster
	members *membership  // nil when alone
	ready   func() error // called once, when this node has its address
	err     error        // what ready returned: the library would panic
}

var _ cluster.ClusterProvider = (*provider)(nil)

// StartMember implements [cluster.ClusterProvider]. A member's id must be its
// actor system's, or the library's gossip takes it for a stranger.
func (p *provider) StartMember(c *cluster.Cluster) error {
	p.cluster = c
	if p.err = p.ready(); p.err != nil {
		return nil //nolint:nilerr // told by the engine
	}
	nodes := []incident.Node{{ID: incident.NodeID(c.ActorSystem.ID), Address: c.ActorSystem.Address()}}
	if p.members != nil {
		nodes = p.members.list()
	}
	p.publish(nodes)
	return nil
}

// publish gives the library the list. It may wait for the library's locks.
func (p *provider) publish(nodes []incident.Node) {
	members := make(cluster.Members, 0, len(nodes))
	for _, n := range nodes {
		host, port, err := net.SplitHostPort(n.Address)
		number, perr := strconv.ParseUint(port, 10, 16)
		if err != nil || perr != nil {
			continue // no address that anybody could reach
		}
		members = append(members, &cluster.Member{
			Id: string(n.ID), Host: host, Port: int32(number), Kinds: []string{roomKind}, // #nosec G115 -- a port
		})
	}
	p.cluster.MemberList.UpdateClusterTopology(members)
}

// StartClient implements [cluster.ClusterProvider].
func (*provider) StartClient(*cluster.Cluster) error { return nil }

// Shutdown implements [cluster.ClusterProvider].
func (*provider) Shutdown(bool) error { return nil }
