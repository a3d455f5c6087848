package object

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"taskreporter/incident"
)

// faultyS3 is a store whose server is handler and whose connections dial makes.
func faultyS3(t *testing.T, handler http.HandlerFunc, dial dialer) *S3 {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	cfg := S3Config{Endpoint: strings.TrimPrefix(srv.URL, "http://"), AccessKey: "a", SecretKey: "secretkey", Bucket: "bucket"}
	s, err := newS3(cfg, slog.New(slog.DiscardHandler), dial)
	if err != nil {
		t.Fatal(err)
	}
	s.found.Store(true)
	return s
}

const testKey = "room-1/log/a.log"

// F-ST-07: a fault before the first byte is no fault of the upload.
func TestS3PutIsRepeatedUntilItsFirstByte(t *testing.T) {
	t.Parallel()
	var dials, puts atomic.Int32
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if dials.Add(1) == 1 {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	s := faultyS3(t, func(_ http.ResponseWriter, r *http.Request) {
		puts.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
	}, dial)
	if err := s.Put(t.Context(), testKey, "text/plain", 3, strings.NewReader("abc")); err != nil {
		t.Fatalf("Put: %v", err)
	}
	if dials.Load() != 2 || puts.Load() != 1 {
		t.Errorf("%d dials, %d requests, want 2 and 1", dials.Load(), puts.Load())
	}
}

// F-ST-07: a stream cannot be rewound, so a half-sent one is never sent again.
func TestS3PutIsNotRepeatedAfterItsFirstByte(t *testing.T) {
	t.Parallel()
	var puts atomic.Int32
	s := faultyS3(t, func(w http.ResponseWriter, r *http.Request) {
		puts.Add(1)
		_, _ = io.CopyN(io.Discard, r.Body, 1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}, nil)
	err := s.Put(t.Context(), testKey, "text/plain", 3, strings.NewReader("abc"))
	if incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Put: %v, want store_unavailable", err)
	}
	if puts.Load() != 1 {
		t.Errorf("%d requests, want 1", puts.Load())
	}
}

// F-ST-07
func TestS3RepeatsWhatCanBeRepeated(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	s := faultyS3(t, func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1)%2 == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Length", "0")
		w.Header().Set("Last-Modified", time.Unix(0, 0).UTC().Format(http.TimeFormat))
	}, nil)
	if _, err := s.Stat(t.Context(), testKey); err != nil {
		t.Errorf("Stat: %v", err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	if requests.Load() != 4 {
		t.Errorf("%d requests, want 4", requests.Load())
	}
}

// A response that breaks in the middle goes on from where it broke.
func TestS3ReaderGoesOnAfterABrokenResponse(t *testing.T) {
	t.Parallel()
	const text = "0123456789"
	ranges := make(chan string, 10)
	s := faultyS3(t, func(w http.ResponseWriter, r *http.Request) {
		asked, from, status := r.Header.Get("Range"), 0, http.StatusOK
		if v, ok := strings.CutPrefix(asked, "bytes="); ok {
			from, _ = strconv.Atoi(strings.TrimSuffix(v, "-"))
			status = http.StatusPartialContent
		}
		w.Header().Set("Last-Modified", time.Unix(0, 0).UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Length", strconv.Itoa(len(text)-from))
		w.WriteHeader(status)
		if r.Method == http.MethodHead {
			return
		}
		ranges <- asked
		to := min(from+4, len(text))
		_, _ = io.WriteString(w, text[from:to])
		if to < len(text) {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}, nil)
	c, err := s.Open(t.Context(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if err != nil || string(got) != text {
		t.Errorf("read %q, %v", got, err)
	}
	for _, want := range []string{"", "bytes=4-", "bytes=8-"} {
		if asked := <-ranges; asked != want {
			t.Errorf("request for range %q, want %q", asked, want)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("read of a closed object: %v, want an error", err)
	}
}

// F-UP-22: the server hangs; a client that is slow is no reason to give up.
func TestS3ThatStopsTakingBytesIsDown(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	s := faultyS3(t, func(_ http.ResponseWriter, r *http.Request) { <-ended }, nil)
	defer close(ended)
	s.patience = 50 * time.Millisecond
	const size = 64 << 20 // more than the kernel buffers
	err := s.Put(t.Context(), testKey, "text/plain", size, io.LimitReader(zeros{}, size))
	if incident.KindOf(err) != incident.StoreDown || !errors.Is(err, errStalled) {
		t.Errorf("Put: %v, want store_unavailable because it stalled", err)
	}
}

// F-UP-22: the time that a client takes is not counted, the store's is.
func TestOnlyTheStoreCanStall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		req, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		slow := readFunc(func(p []byte) (int, error) {
			<-time.After(time.Hour)
			return 1, nil
		})
		src := &source{ctx: t.Context(), r: slow, size: 10, patrol: newPatrol(streamPatience, cancel)}
		for range 3 {
			if _, err := src.Read(make([]byte, 4)); err != nil {
				t.Fatal(err)
			}
			<-time.After(streamPatience - time.Second)
		}
		if req.Err() != nil {
			t.Fatalf("the request was ended: %v", context.Cause(req))
		}
		<-time.After(2 * time.Second)
		if !errors.Is(context.Cause(req), errStalled) {
			t.Errorf("the request ended with %v, want %v", context.Cause(req), errStalled)
		}
	})
}

// An HTTP transport may go on reading a request's body when Put has returned.
func TestASourceIsNotReadAfterItsPut(t *testing.T) {
	t.Parallel()
	read := false
	src := &source{ctx: t.Context(), size: 3, r: readFunc(func([]byte) (int, error) { read = true; return 3, nil })}
	if taken, err := src.close(); taken != 0 || err != nil {
		t.Errorf("close: %d, %v", taken, err)
	}
	if _, err := src.Read(make([]byte, 3)); !errors.Is(err, errShut) || read {
		t.Errorf("Read after close: %v, source read: %t", err, read)
	}
}

func TestS3ThatStopsGivingBytesIsDown(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	s := faultyS3(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", time.Unix(0, 0).UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Length", "1000")
		if r.Method == http.MethodGet {
			w.(http.Flusher).Flush()
			<-ended
		}
	}, nil)
	defer close(ended)
	s.patience = 50 * time.Millisecond
	c, err := s.Open(t.Context(), testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 10)); incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Read: %v, want store_unavailable", err)
	}
}

type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
