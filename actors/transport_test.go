package actors

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"taskreporter/incident"
)

// authority signs certificates for one test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	a.cert, a.key = template, nil
	der, key := a.sign(template)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a.cert, a.key = cert, key
	return a
}

func (a *authority) sign(template *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	parentKey := a.key
	if parentKey == nil {
		parentKey = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), parentKey)
	if err != nil {
		a.t.Fatal(err)
	}
	return der, key
}

// node makes a certificate for host and writes it, its key and the authority's to dir.
func (a *authority) node(dir, host string) (TLSFiles, tls.Certificate) {
	a.t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.ParseIP(host)},
	}
	der, key := a.sign(template)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	files := TLSFiles{filepath.Join(dir, "node.pem"), filepath.Join(dir, "node-key.pem"), filepath.Join(dir, "ca.pem")}
	for path, block := range map[string]*pem.Block{
		files.Cert: {Type: "CERTIFICATE", Bytes: der},
		files.Key:  {Type: "PRIVATE KEY", Bytes: keyDER},
		files.CA:   {Type: "CERTIFICATE", Bytes: a.cert.Raw},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return files, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// soleRoll is the list of a cluster with one node.
type soleRoll struct{ self incident.Node }

func (r *soleRoll) Join(_ context.Context, n incident.Node, ttl time.Duration) error {
	r.self = n
	r.self.LeaseLeft = ttl
	return nil
}

func (r *soleRoll) Renew(_ context.Context, _ incident.Node, ttl time.Duration) ([]incident.Node, error) {
	r.self.LeaseLeft = ttl
	return []incident.Node{r.self}, nil
}

func (r *soleRoll) Bury(context.Context, incident.NodeID, incident.Burial) (bool, error) {
	return false, nil
}
func (r *soleRoll) Leave(context.Context, incident.NodeID) error { return nil }

// stranger speaks the nodes' protocol to an address.
type stranger struct{ stream remote.Remoting_ReceiveClient }

func callNode(t *testing.T, address string, creds credentials.TransportCredentials) (*stranger, error) {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	stream, err := remote.NewRemotingClient(conn).Receive(ctx)
	if err != nil {
		return nil, err
	}
	hello := &remote.ConnectRequest{ConnectionType: &remote.ConnectRequest_ServerConnection{
		ServerConnection: &remote.ServerConnection{SystemId: "stranger", Address: "127.0.0.1:1"},
	}}
	if err := stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_ConnectRequest{ConnectRequest: hello}}); err != nil {
		return nil, err
	}
	if _, err := stream.Recv(); err != nil {
		return nil, err
	}
	return &stranger{stream}, nil
}

// send sends one message to an actor of the node.
func (s *stranger) send(t *testing.T, to *actor.PID, m proto.Message) {
	t.Helper()
	body, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	batch := &remote.MessageBatch{
		TypeNames: []string{string(m.ProtoReflect().Descriptor().FullName())},
		Targets:   []*actor.PID{to},
		Envelopes: []*remote.MessageEnvelope{{MessageData: body}},
	}
	if err := s.stream.Send(&remote.RemoteMessage{MessageType: &remote.RemoteMessage_MessageBatch{MessageBatch: batch}}); err != nil {
		t.Fatal(err)
	}
}

// A peer without a certificate of the cluster cannot talk to a node, and one with
// it, but without the cluster's key, can make it do nothing.
func TestStrangersCannotActThroughTheClusterPort(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	dir, ca := t.TempDir(), newAuthority(t)
	files, cert := ca.node(dir, "127.0.0.1")
	drained := make(chan struct{}, 8)
	e, err := Start(t.Context(), Config{
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Limits: DefaultLimits,
		Cluster: &ClusterConfig{
			Roll: &soleRoll{}, Listen: address, Advertise: address, Lease: 3 * time.Second, TLS: files, Keys: testSealer.keys,
			Drain: func() { drained <- struct{}{} },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})

	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	_, foreign := newAuthority(t).node(t.TempDir(), "127.0.0.1")
	for name, creds := range map[string]credentials.TransportCredentials{
		"in plain text":                      insecure.NewCredentials(),
		"without a certificate":              credentials.NewTLS(&tls.Config{RootCAs: pool}),
		"with another authority's":           credentials.NewTLS(&tls.Config{RootCAs: pool, Certificates: []tls.Certificate{foreign}}),
		"to a host that it does not believe": credentials.NewTLS(&tls.Config{RootCAs: x509.NewCertPool(), Certificates: []tls.Certificate{cert}}),
	} {
		if _, err := callNode(t, address, creds); err == nil {
			t.Errorf("a peer %s was let in", name)
		}
	}

	insider, err := callNode(t, address, credentials.NewTLS(&tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}}))
	if err != nil {
		t.Fatal(err)
	}
	node := actor.NewPID(address, nodeName)
	forged, err := sealer{oneKey("not the cluster's")}.seal(node, &drain{})
	if err != nil {
		t.Fatal(err)
	}
	insider.send(t, node, forged)
	honest, err := testSealer.seal(node, &drain{})
	if err != nil {
		t.Fatal(err)
	}
	insider.send(t, node, honest) // after the forged one, on the same stream
	<-drained
	if n := e.ClusterStats().Dropped; n != 1 || len(drained) != 0 {
		t.Errorf("%d envelopes dropped and %d more drains, want the forged one dropped", n, len(drained))
	}
}

// Certificates change without a restart; what cannot be used leaves the one before,
// and is logged once.
func TestCertificatesAreReadAgainWhenTheyChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files, _ := newAuthority(t).node(dir, "127.0.0.1")
	var logged bytes.Buffer
	r, err := newReloading(files, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	serial := func() *big.Int {
		t.Helper()
		leaf, err := x509.ParseCertificate(r.now.Now().server.Certificates[0].Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.SerialNumber
	}
	first := serial()
	if err := os.WriteFile(files.Cert, []byte("half written"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if serial().Cmp(first) != 0 {
			t.Error("a file that is being replaced was believed")
		}
	}
	if n := strings.Count(logged.String(), "level=ERROR"); n != 1 {
		t.Errorf("logged %d times: %s", n, logged.String())
	}
	newAuthority(t).node(dir, "127.0.0.1")
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(files.Cert, later, later); err != nil {
		t.Fatal(err)
	}
	if serial().Cmp(first) == 0 {
		t.Error("the new certificate is not used")
	}
	if _, err := newReloading(TLSFiles{Cert: "none", Key: "none", CA: "none"}, slog.New(slog.DiscardHandler)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("files that were never there: %v", err)
	}
}

// What failed for another reason than its bytes is tried again.
func TestReadingIsTriedAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	fail, value := error(nil), 1
	r, err := NewReread(slog.New(slog.DiscardHandler), func() (int, error) { return value, fail }, name)
	if err != nil {
		t.Fatal(err)
	}
	if fail, value = errors.New("permission denied"), 2; r.Now() != 1 {
		t.Error("read again without a change")
	}
	if err := os.WriteFile(name, []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r.Now() != 1 {
		t.Error("what failed was believed")
	}
	if fail = nil; r.Now() != 2 {
		t.Error("not tried again")
	}
}
