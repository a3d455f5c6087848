package actors

import "github.com/asynkron/protoactor-go/cluster"

// alone is the cluster provider of a single node: one member, for ever.
type alone struct{}

var _ cluster.ClusterProvider = alone{}

// StartMember implements [cluster.ClusterProvider]. The member's id must be the
// actor system's, or the library's gossip takes it for a stranger.
func (alone) StartMember(c *cluster.Cluster) error {
	host, port, err := c.ActorSystem.GetHostPort()
	if err != nil {
		return err
	}
	c.MemberList.UpdateClusterTopology(cluster.Members{{
		Id: c.ActorSystem.ID, Host: host, Port: int32(port), Kinds: c.GetClusterKinds(), // #nosec G115 -- a port
	}})
	return nil
}

// StartClient implements [cluster.ClusterProvider].
func (alone) StartClient(*cluster.Cluster) error { return nil }

// Shutdown implements [cluster.ClusterProvider].
func (alone) Shutdown(bool) error { return nil }
