package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

// cluster looks at this node's certificate and at what the nodes say of themselves.
func (d *doctor) cluster(ctx context.Context, tell func(...diagnosis)) {
	k := d.cfg.Cluster
	if k.Listen == "" {
		return
	}
	tell(check(ctx, "cluster_certificate", checkLimit, one(func(context.Context) diagnosis { return d.lookAtNodeCertificate() }))...)
	tell(check(ctx, "cluster_nodes", checkLimit, func(ctx context.Context) []diagnosis {
		i, err := storage.Inspect(ctx, d.cfg.storage(io.Discard))
		if err != nil {
			return nil // the line of the database says it
		}
		defer func() { _ = i.Close() }()
		nodes, err := i.Nodes(ctx)
		if err != nil {
			return nil // the line of the schema says it
		}
		return judgeNodes(nodes)
	})...)
}

func (d *doctor) lookAtNodeCertificate() diagnosis {
	k := d.cfg.Cluster
	chain, bad := d.readPair(k.Cert, k.Key)
	if bad != nil {
		return *bad
	}
	text, err := os.ReadFile(k.CA)
	if err != nil {
		return broken(err.Error(), "Put the authority's certificate there, readable by the server's account.")
	}
	trust, between := x509.NewCertPool(), x509.NewCertPool()
	if !trust.AppendCertsFromPEM(text) {
		return broken(k.CA+" holds no certificate", "Put the authority's certificate there, in PEM form.")
	}
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	address := k.Advertise
	if address == "" {
		address = k.Listen
	}
	host, _, _ := net.SplitHostPort(address) // checked with the settings
	leaf := chain[0]
	life := d.lifeOf(leaf, "certificate of this node for "+strings.Join(namesOf(leaf), ", "))
	if life.State == stateFailed {
		return life
	}
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		_, err := leaf.Verify(x509.VerifyOptions{
			DNSName: host, Roots: trust, Intermediates: between, CurrentTime: d.now(), KeyUsages: []x509.ExtKeyUsage{use},
		})
		if err != nil {
			return broken(fmt.Sprintf("other nodes refuse this node's certificate: %v", err),
				"Make one for the host of TASK_REPORTER_CLUSTER_ADVERTISE with the authority of all nodes: task-reporter admin cluster-cert.")
		}
	}
	return life
}

func judgeNodes(nodes []incident.Node) []diagnosis {
	var list []diagnosis
	live := 0
	for _, n := range nodes {
		name := fmt.Sprintf("node %s at %s", n.ID, n.Address)
		if n.Expired() {
			list = append(list, warn(fmt.Sprintf("%s: its lease ended %s ago", name, n.LeaseLeft.Abs().Round(time.Second)),
				"Is its process alive, and does it reach the database? Others take its rooms over; start it again."))
			continue
		}
		live++
		if n.Version != version {
			list = append(list, warn(fmt.Sprintf("%s runs version %s, this binary is %s", name, n.Version, version), "Finish the rolling update (docs/cluster.md, Upgrade without an outage)."))
		}
		if len(n.Unreachable) > 0 {
			list = append(list, warn(fmt.Sprintf("%s does not hear %v", name, n.Unreachable), "Look at the network between them, the cluster's port in the firewall, and their certificates."))
		}
		if n.Draining {
			list = append(list, warn(name+" is draining", "Wait until it has left."))
		}
	}
	if len(list) == 0 {
		return []diagnosis{well("%d of the cluster's nodes are alive, and all is well between them", live)}
	}
	return list
}
