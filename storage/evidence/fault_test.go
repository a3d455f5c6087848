package evidence_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

// F-UP-16, F-UP-22: the connection to the store breaks at every point of a PUT:
// in its header, in its body, before its last byte, and when the object is
// stored but the answer is lost.
func TestReceiveLeavesNothingWhenTheStoreBreaksOff(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	wire := newWire(t, cfg.Endpoint)
	direct := cfg
	cfg.Endpoint = wire.addr
	s, err := object.OpenS3(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l := locker(s)
	f := objecttest.Fixture{Store: s, Keys: func(t *testing.T) []string { return objecttest.Objects(t, direct) }}
	b := append(photo(64, 48), make([]byte, 400_000)...)
	for _, after := range []int{0, 1, 300, 2_000, 70_000, len(b) / 2, len(b), lostAnswer} {
		wire.cut(after)
		_, err := l.Receive(t.Context(), upload("a.jpg", len(b)), bytes.NewReader(b))
		wantKind(t, fmt.Sprintf("cut after %d bytes", after), err, incident.StoreDown)
		if !wire.wasCut() {
			t.Fatalf("the connection was not cut after %d bytes", after)
		}
		wantKeys(t, f)
	}
	rec := receive(t, l, "a.jpg", b)

	c, err := l.Open(t.Context(), rec)
	if err != nil {
		t.Fatal(err)
	}
	wire.cut(lostAnswer)
	if !bytes.Equal(read(t, c, nil), b) || !wire.wasCut() {
		t.Error("reading did not go on after a broken connection")
	}
}

// lostAnswer cuts when the server begins to answer.
const lostAnswer = -1

// wire is a connection to a server that can be cut.
type wire struct {
	addr string
	mu   sync.Mutex
	arm  bool
	left int // bytes to the server before the cut, or lostAnswer
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{addr: l.Addr().String()}
	var all sync.WaitGroup
	var open sync.Map
	t.Cleanup(func() {
		_ = l.Close()
		open.Range(func(c, _ any) bool { _ = c.(net.Conn).Close(); return true })
		all.Wait()
	})
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", server)
			if err != nil {
				_ = in.Close()
				continue
			}
			open.Store(in, nil)
			open.Store(out, nil)
			all.Go(func() { w.carry(out, in, true) })
			all.Go(func() { w.carry(in, out, false) })
		}
	})
	return w
}

// cut makes the next bytes the last ones.
func (w *wire) cut(after int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arm, w.left = true, after
}

func (w *wire) wasCut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.arm
}

func (w *wire) carry(dst, src net.Conn, toServer bool) {
	defer dst.Close()
	defer src.Close()
	buf := make([]byte, 4096)
	for {
		n, err := src.Read(buf)
		pass := w.allow(n, toServer)
		if _, e := dst.Write(buf[:pass]); e != nil || err != nil || pass < n {
			return
		}
	}
}

// allow returns how many of n bytes pass.
func (w *wire) allow(n int, toServer bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.arm || n == 0 || toServer == (w.left == lostAnswer):
		return n
	case !toServer:
		w.arm = false
		return 0
	case n <= w.left:
		w.left -= n
		return n
	}
	w.arm = false
	return w.left
}
