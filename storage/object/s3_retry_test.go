package object

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/incident"
)

// transient are the answers of a server, or of the way to it, that a second try
// gets past.
var transient = map[string]http.HandlerFunc{
	"503": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
	"SlowDown": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>`)
	},
	"reset": func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	},
}

// healthy is a server that has one object of three bytes.
func healthy(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPut:
		_, _ = io.Copy(io.Discard, r.Body)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Query().Has("list-type"):
		_, _ = io.WriteString(w, `<ListBucketResult><Contents><Key>`+testKey+`</Key><Size>3</Size></Contents></ListBucketResult>`)
	default:
		w.Header().Set("Last-Modified", time.Unix(0, 0).UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Length", "3")
		_, _ = io.WriteString(w, "abc")
	}
}

// calls are the requests of a Store; faults counts those that Open makes before
// its first byte comes.
var calls = map[string]func(t *testing.T, s *S3) error{
	"Stat": func(t *testing.T, s *S3) error { _, err := s.Stat(t.Context(), testKey); return err },
	"Open": func(t *testing.T, s *S3) error {
		c, err := s.Open(t.Context(), testKey)
		if err != nil {
			return err
		}
		defer c.Close()
		b, err := io.ReadAll(c)
		if err == nil && string(b) != "abc" {
			t.Errorf("read %q", b)
		}
		return err
	},
	"Delete": func(t *testing.T, s *S3) error { return s.Delete(t.Context(), testKey) },
	"List": func(t *testing.T, s *S3) error {
		return s.List(t.Context(), "", func(Entry) error { return nil })
	},
	"Check": func(t *testing.T, s *S3) error { return s.Check(t.Context()) },
	"Put": func(t *testing.T, s *S3) error {
		return s.Put(t.Context(), testKey, "text/plain", 3, strings.NewReader("abc"))
	},
}

// F-ST-07: each request is made again after a fault that may pass, a Put too: its
// body is sent only when the server has asked for it.
func TestS3TriesAgainAfterATransientFault(t *testing.T) {
	t.Parallel()
	for fault, fail := range transient {
		for name, call := range calls {
			t.Run(name+" after "+fault, func(t *testing.T) {
				t.Parallel()
				var tries atomic.Int32
				s := faultyS3(t, func(w http.ResponseWriter, r *http.Request) {
					if tries.Add(1) == 1 {
						fail(w, r)
						return
					}
					healthy(w, r)
				}, nil)
				want := int32(2)
				if name == "Open" {
					want = 3 // the size, twice, and the bytes
				}
				if err := call(t, s); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if tries.Load() != want {
					t.Errorf("%d requests, want %d", tries.Load(), want)
				}
			})
		}
	}
}

// F-ST-07, F-UP-22: it tries a bounded number of times, so that whoever waits is
// told soon, and not at all where asking again is no use.
func TestS3GivesUpAfterItsTries(t *testing.T) {
	t.Parallel()
	always := map[string]http.HandlerFunc{
		"403": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
	}
	for fault, fail := range transient {
		always[fault] = fail
	}
	for fault, fail := range always {
		for name, call := range calls {
			t.Run(name+" and "+fault, func(t *testing.T) {
				t.Parallel()
				var tries atomic.Int32
				s := faultyS3(t, func(w http.ResponseWriter, r *http.Request) {
					tries.Add(1)
					fail(w, r)
				}, nil)
				if err := call(t, s); incident.KindOf(err) != incident.StoreDown {
					t.Errorf("%s: %v, want store_unavailable", name, err)
				}
				want := int32(attempts)
				if fault == "403" {
					want = 1
				}
				if tries.Load() != want {
					t.Errorf("%d requests, want %d", tries.Load(), want)
				}
			})
		}
	}
}

// The bytes of a Put that was tried again are those of its reader, all of them.
func TestS3PutSendsItsBytesOnceWhenItTriesAgain(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	got := make(chan []byte, 2)
	s := faultyS3(t, func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			transient["SlowDown"](w, r)
			return
		}
		b, _ := io.ReadAll(r.Body)
		got <- b
	}, nil)
	want := bytes.Repeat([]byte("0123456789"), 100_000)
	if err := s.Put(t.Context(), testKey, "text/plain", int64(len(want)), bytes.NewBuffer(want)); err != nil {
		t.Fatal(err)
	}
	if b := <-got; !bytes.Contains(b, []byte("0123456789")) || len(got) != 0 {
		t.Errorf("the server got %d bytes, and %d bodies more", len(b), len(got))
	}
}
