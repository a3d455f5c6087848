package object_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

func logTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func openS3(t *testing.T, cfg object.S3Config) *object.S3 {
	t.Helper()
	s, err := object.OpenS3(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// F-ST-02, F-ST-12: several nodes start on an empty server at once.
func TestS3MakesItsBucketOnce(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	var nodes sync.WaitGroup
	var logs [3]bytes.Buffer
	for i := range logs {
		nodes.Go(func() {
			s, err := object.OpenS3(t.Context(), cfg, logTo(&logs[i]))
			if err != nil {
				t.Errorf("node %d: %v", i, err)
				return
			}
			if err := s.Check(t.Context()); err != nil {
				t.Errorf("node %d: %v", i, err)
			}
		})
	}
	nodes.Wait()
	for i := range logs {
		if got := logs[i].String(); !strings.Contains(got, "object store ready") || !strings.Contains(got, cfg.Bucket) {
			t.Errorf("node %d logged %q", i, got)
		}
		if strings.Contains(logs[i].String(), cfg.SecretKey) {
			t.Errorf("node %d logged the secret key", i)
		}
	}
}

// F-ST-12
func TestS3RefusesToStartWithWrongCredentials(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	cfg.SecretKey += "x"
	var log bytes.Buffer
	_, err := object.OpenS3(t.Context(), cfg, logTo(&log))
	if err == nil || !strings.Contains(err.Error(), cfg.Bucket) {
		t.Fatalf("OpenS3: %v, want an error that names the bucket", err)
	}
	if strings.Contains(err.Error(), cfg.SecretKey) {
		t.Error("the error shows the secret key")
	}
}

// F-UP-22: nobody listens there.
func TestS3OnAClosedPortIsDownAtOnce(t *testing.T) {
	t.Parallel()
	l := listen(t)
	cfg := object.S3Config{Endpoint: l.Addr().String(), AccessKey: "a", SecretKey: "secretkey", Bucket: "task-reporter-files"}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	// A guard against hanging, far above what is promised.
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var log bytes.Buffer
	s, err := object.OpenS3(ctx, cfg, logTo(&log))
	if err != nil {
		t.Fatalf("a store that is away must not stop the server: %v", err)
	}
	if !strings.Contains(log.String(), "uploads wait") {
		t.Errorf("logged %q", log.String())
	}
	const key = "room-1/log/a.log"
	read := false
	body := readerFunc(func([]byte) (int, error) { read = true; return 0, io.EOF })
	_, openErr := s.Open(ctx, key)
	_, statErr := s.Stat(ctx, key)
	for name, err := range map[string]error{
		"Put":    s.Put(ctx, key, "text/plain", 10, body),
		"Open":   openErr,
		"Stat":   statErr,
		"Delete": s.Delete(ctx, key),
		"Check":  s.Check(ctx),
	} {
		if incident.KindOf(err) != incident.StoreDown || !strings.Contains(incident.DetailOf(err), "Chat goes on") {
			t.Errorf("%s: %v, want store_unavailable that says that chat goes on", name, err)
		}
	}
	if read {
		t.Error("the upload was read although nobody takes it")
	}
	if ctx.Err() != nil {
		t.Error("the store needed the whole 30 s to be found down")
	}
}

// F-ST-02: the server came up after us, empty.
func TestS3FindsItsBucketWhenTheServerComesBack(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	server := cfg.Endpoint
	l := listen(t)
	cfg.Endpoint = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := openS3(t, cfg)
	l, err := net.Listen("tcp", cfg.Endpoint)
	if err != nil {
		t.Skipf("the port was taken by another process: %v", err)
	}
	forward(t, l, server)
	if err := s.Put(t.Context(), "room-1/log/a.log", "text/plain", 3, strings.NewReader("abc")); err != nil {
		t.Fatalf("Put when the server is back: %v", err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check when the server is back: %v", err)
	}
}

// F-ST-05: signing asks no server, and names any language right (RFC 6266).
func TestS3PresignsForThePublicEndpoint(t *testing.T) {
	t.Parallel()
	cfg := object.S3Config{
		Endpoint: "127.0.0.1:1", AccessKey: "a", SecretKey: "secretkey", Bucket: "task-reporter-files",
		PublicEndpoint: "https://files.plant.example",
	}
	s := openS3(t, cfg)
	for _, ttl := range []time.Duration{0, time.Hour, 30 * 24 * time.Hour} {
		link, err := s.Presign(t.Context(), "room-1/log/a.log", ttl, object.Presentation{})
		if err != nil || !strings.HasPrefix(link, "https://files.plant.example/task-reporter-files/room-1/log/a.log?") {
			t.Errorf("ttl %v: %s, %v", ttl, link, err)
		}
	}
	cfg.PublicEndpoint = ""
	link, err := openS3(t, cfg).Presign(t.Context(), "room-1/log/a.log", time.Hour, object.Presentation{})
	if err != nil || link != "" {
		t.Errorf("without a public endpoint: %q, %v, want no link", link, err)
	}
}

// F-ST-14: a server whose answer is no S3 at all.
func TestS3ServerThatOnlyFailsIsDown(t *testing.T) {
	t.Parallel()
	endpoint := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<html>bad gateway", http.StatusBadGateway)
	})
	s := openS3(t, object.S3Config{Endpoint: endpoint, AccessKey: "a", SecretKey: "secretkey", Bucket: "task-reporter-files"})
	err := s.Put(t.Context(), "room-1/log/a.log", "text/plain", 3, strings.NewReader("abc"))
	if incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Put: %v, want store_unavailable", err)
	}
	if _, err := s.Open(t.Context(), "room-1/log/a.log"); incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Open: %v, want store_unavailable", err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// forward passes every connection of l on to addr until the test ends.
func forward(t *testing.T, l net.Listener, addr string) {
	var all sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", addr)
			if err != nil {
				_ = in.Close()
				continue
			}
			stop := context.AfterFunc(t.Context(), func() { _ = in.Close(); _ = out.Close() })
			all.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
			all.Go(func() { _, _ = io.Copy(in, out); _ = in.Close(); stop() })
		}
	})
}
