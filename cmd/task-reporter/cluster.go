package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"taskreporter/actors"
	"taskreporter/auth"
	"taskreporter/storage"
)

// ClusterConfig makes this process a node of a cluster.
type ClusterConfig struct {
	Listen    string        `help:"host:port where other nodes are listened to; empty for a server alone."`
	Advertise string        `help:"host:port where other nodes reach this one; the address listened to when empty."`
	Cert      string        `type:"path" help:"PEM file of this node's certificate; read again when it changes."`
	Key       string        `type:"path" help:"PEM file of its key."`
	CA        string        `name:"ca" type:"path" help:"PEM file of the authorities that sign nodes' certificates."`
	Lease     time.Duration `default:"3s" help:"How long a node that the database does not hear of keeps its rooms."`
	Zone      string        `help:"Where this node stands, as people call it."`
}

// checkCluster reports what keeps a cluster from working.
func (c *Config) checkCluster() error {
	var errs []error
	check := func(flag string, ok bool, want string) {
		if !ok {
			errs = append(errs, fmt.Errorf("--%s: in a cluster, want %s", flag, want))
		}
	}
	k := c.Cluster
	check("cluster-listen", isAddress(k.Listen), "host:port")
	check("cluster-advertise", k.Advertise == "" && reachable(k.Listen) || isAddress(k.Advertise) && reachable(k.Advertise),
		"host:port that other nodes can reach")
	check("cluster-cert", k.Cert != "" && k.Key != "" && k.CA != "", "a certificate, its key and its authority; admin cluster-cert makes them")
	check("cluster-zone", len(k.Zone) <= 64, "at most 64 bytes")
	check("cluster-lease", k.Lease >= time.Second && k.Lease <= time.Minute, "1s to 1m")
	check("database-url", strings.HasPrefix(c.DatabaseURL(), "postgres"), "a PostgreSQL that all nodes share")
	check("minio-endpoint", c.UsesMinIO(), "an object store that all nodes share")
	return errors.Join(errs...)
}

// reachable reports whether an address names one host and port.
func reachable(address string) bool {
	return !strings.HasPrefix(address, ":") && !strings.HasPrefix(address, "0.0.0.0:") &&
		!strings.HasPrefix(address, "[::]:") && !strings.HasSuffix(address, ":0")
}

// joinCluster fills in what a node of a cluster needs.
func (h *house) joinCluster(cfg *Config, node *actors.Config, keys *auth.Keys, errs io.Writer) error {
	k := cfg.Cluster
	var err error
	if h.roll, err = storage.OpenRoll(cfg.storage(errs), k.Lease); err != nil {
		return err
	}
	if k.Advertise == "" {
		k.Advertise = k.Listen
	}
	node.Records = h.db.Records().Leased()
	node.Cluster = &actors.ClusterConfig{
		Roll: h.roll, Listen: k.Listen, Advertise: k.Advertise, Lease: k.Lease,
		Zone: k.Zone,
		TLS:  actors.TLSFiles{Cert: k.Cert, Key: k.Key, CA: k.CA},
		Keys: keys.Derive("cluster"),
		Drain: func() {
			select {
			case h.drain <- struct{}{}:
			default: // told already
			}
		},
	}
	return nil
}

// errGone ends the process so that its supervisor starts it again.
var errGone = errors.New("the cluster has given this node up: start it again")

// leave lets the others take over while everything here is still served: load
// balancers see that this node is not ready, rooms move, sockets are sent away.
func (h *house) leave(ctx context.Context, cfg *Config) error {
	if h.roll == nil {
		return nil
	}
	select {
	case <-time.After(cfg.DrainDelay):
	case <-h.engine.Gone():
		return errGone
	}
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	return h.engine.Leaving(ctx)
}
