package actors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

// TLSFiles are PEM files: this node's certificate and key, and the authorities
// whose certificates other nodes show. They are read again when they change.
type TLSFiles struct{ Cert, Key, CA string }

// Nodes notice a silent stream by these.
const (
	dialTime      = time.Second
	keepaliveTime = 10 * time.Second // the least that the library allows
	maxEnvelope   = 64 << 20         // bytes of one batch of messages between nodes
)

// transport is the remote's mutual TLS with certificates from files.
func transport(c *ClusterConfig) ([]grpc.ServerOption, []grpc.DialOption, error) {
	creds := &reloading{files: c.TLS}
	if _, _, err := creds.configs(); err != nil {
		return nil, nil, fmt.Errorf("cluster certificates: %w", err)
	}
	server := []grpc.ServerOption{
		grpc.Creds(creds),
		grpc.MaxRecvMsgSize(maxEnvelope),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: keepaliveTime / 2, PermitWithoutStream: true}),
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(creds),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(maxEnvelope)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepaliveTime, Timeout: 2 * time.Second}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: dialTime,
		}),
	}
	return server, dial, nil
}

// reloading is credentials whose files may be replaced at any time. A handshake
// with files that cannot be read, as while they are being replaced, uses those
// before.
type reloading struct {
	files TLSFiles

	mu     sync.Mutex
	seen   [3]time.Time
	server *tls.Config
	client *tls.Config
}

var _ credentials.TransportCredentials = (*reloading)(nil)

// configs returns the configurations of both sides as the files are now.
func (r *reloading) configs() (server, client *tls.Config, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var seen [3]time.Time
	for i, f := range []string{r.files.Cert, r.files.Key, r.files.CA} {
		info, err := os.Stat(f)
		if err != nil {
			return r.last(err)
		}
		seen[i] = info.ModTime()
	}
	if r.server != nil && seen == r.seen {
		return r.server, r.client, nil
	}
	cert, err := tls.LoadX509KeyPair(r.files.Cert, r.files.Key)
	if err != nil {
		return r.last(err)
	}
	text, err := os.ReadFile(r.files.CA)
	if err != nil {
		return r.last(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return r.last(errors.New("the authority's file holds no certificate"))
	}
	certs := []tls.Certificate{cert}
	r.server = &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: certs, NextProtos: []string{"h2"},
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
	}
	r.client = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: certs, NextProtos: []string{"h2"}, RootCAs: pool}
	r.seen = seen
	return r.server, r.client, nil
}

// last returns what was read before, if anything.
func (r *reloading) last(err error) (*tls.Config, *tls.Config, error) {
	if r.server == nil {
		return nil, nil, err
	}
	return r.server, r.client, nil
}

// ClientHandshake implements [credentials.TransportCredentials]: the other node
// must show a certificate for the host that was dialled.
func (r *reloading) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	_, client, err := r.configs()
	if err != nil {
		return nil, nil, err
	}
	return credentials.NewTLS(client).ClientHandshake(ctx, authority, conn)
}

// ServerHandshake implements [credentials.TransportCredentials].
func (r *reloading) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	server, _, err := r.configs()
	if err != nil {
		return nil, nil, err
	}
	return credentials.NewTLS(server).ServerHandshake(conn)
}

// Info implements [credentials.TransportCredentials].
func (*reloading) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

// Clone implements [credentials.TransportCredentials].
func (r *reloading) Clone() credentials.TransportCredentials { return r }

// OverrideServerName implements [credentials.TransportCredentials].
func (*reloading) OverrideServerName(string) error { return nil }
