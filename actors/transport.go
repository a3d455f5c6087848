package actors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
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
func transport(c *ClusterConfig, log *slog.Logger) ([]grpc.ServerOption, []grpc.DialOption, error) {
	creds, err := newReloading(c.TLS, log)
	if err != nil {
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

// reloading is credentials whose files may be replaced at any time.
type reloading struct{ now *Reread[sides] }

// sides are the configurations of whoever answers and whoever calls.
type sides struct{ server, client *tls.Config }

var _ credentials.TransportCredentials = (*reloading)(nil)

func newReloading(files TLSFiles, log *slog.Logger) (*reloading, error) {
	now, err := NewReread(log, files.sides, files.Cert, files.Key, files.CA)
	return &reloading{now}, err
}

func (f TLSFiles) sides() (sides, error) {
	cert, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return sides{}, err
	}
	text, err := os.ReadFile(f.CA)
	if err != nil {
		return sides{}, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return sides{}, errors.New("the authority's file holds no certificate")
	}
	certs := []tls.Certificate{cert}
	return sides{
		server: &tls.Config{
			MinVersion: tls.VersionTLS13, Certificates: certs, NextProtos: []string{"h2"},
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
		},
		client: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: certs, NextProtos: []string{"h2"}, RootCAs: pool},
	}, nil
}

// ClientHandshake implements [credentials.TransportCredentials]: the other node
// must show a certificate for the host that was dialled.
func (r *reloading) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return credentials.NewTLS(r.now.Now().client).ClientHandshake(ctx, authority, conn)
}

// ServerHandshake implements [credentials.TransportCredentials].
func (r *reloading) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return credentials.NewTLS(r.now.Now().server).ServerHandshake(conn)
}

// Info implements [credentials.TransportCredentials].
func (*reloading) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

// Clone implements [credentials.TransportCredentials].
func (r *reloading) Clone() credentials.TransportCredentials { return r }

// OverrideServerName implements [credentials.TransportCredentials].
func (*reloading) OverrideServerName(string) error { return nil }
