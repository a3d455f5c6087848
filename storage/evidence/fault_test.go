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

// F-UP-16, F-UP-22: the connection to the store breaks at every point of a PUT: in
// its body, before its last byte, and when the object is stored but the answer is
// lost. F-ST-07: in its header, when no byte of the file is gone yet, is no failure.
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
	for name, cut := range map[string]func(){
		"at once":                   func() { wire.cut(0) },
		"in the header":             func() { wire.cut(300) },
		"before the body is let in": func() { wire.cutAnswer(300) },
	} {
		cut()
		rec := receive(t, l, "a.jpg", b)
		if !wire.wasCut() {
			t.Fatalf("%s: the connection was not cut", name)
		}
		wantKeys(t, f, rec.Key)
		if err := l.Discard(t.Context(), upload("a.jpg", len(b))); err != nil {
			t.Fatal(err)
		}
	}
	for _, after := range []int{2_000, 70_000, len(b) / 2, len(b), lostAnswer} {
		if wire.cut(after); after == lostAnswer {
			wire.cutAnswer(len(b))
		}
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
	wire.cutAnswer(0)
	if !bytes.Equal(read(t, c, nil), b) || !wire.wasCut() {
		t.Error("reading did not go on after a broken connection")
	}
}

// lostAnswer cuts when the server begins to answer the whole object.
const lostAnswer = -1

// wire is a connection to a server that can be cut.
type wire struct {
	addr   string
	mu     sync.Mutex
	arm    bool
	answer bool // cut the server's next bytes, when left is none
	left   int  // bytes to the server before the cut
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

// cut makes so many next bytes to the server the last ones.
func (w *wire) cut(after int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arm, w.answer, w.left = true, false, after
}

// cutAnswer loses what the server says when it has got so many bytes.
func (w *wire) cutAnswer(after int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arm, w.answer, w.left = true, true, after
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
	case !w.arm || n == 0:
		return n
	case toServer && (w.answer || n <= w.left):
		w.left -= n
		return n
	case toServer:
		w.arm = false
		return w.left
	case w.answer && w.left <= 0:
		w.arm = false
		return 0
	}
	return n
}
