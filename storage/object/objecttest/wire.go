package objecttest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Wire is a way to a server that can be cut.
type Wire struct {
	Address string // host:port that leads to the server

	server string
	all    sync.WaitGroup
	mu     sync.Mutex
	cut    bool
	dials  int
	open   map[net.Conn]bool
}

// NewWire leads to a server until t ends.
func NewWire(t testing.TB, server string) *Wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Wire{Address: l.Addr().String(), server: server, open: map[net.Conn]bool{}}
	w.all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			w.all.Go(func() { w.carry(in) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		w.Cut()
		w.all.Wait()
	})
	return w
}

// Cut resets all connections, and those that are made from now on.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for c := range w.open {
		reset(c)
	}
}

// Mend lets new connections through.
func (w *Wire) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = false
}

// Dials counts the connections that were tried.
func (w *Wire) Dials() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dials
}

func (w *Wire) carry(in net.Conn) {
	if !w.add(in, true) {
		return
	}
	defer w.drop(in)
	out, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	if !w.add(out, false) {
		return
	}
	defer w.drop(out)
	var back sync.WaitGroup
	back.Go(func() { _, _ = io.Copy(in, out); _ = in.Close() })
	_, _ = io.Copy(out, in)
	_ = out.Close()
	back.Wait()
}

// add reports whether the wire is whole, and resets c when it is not.
func (w *Wire) add(c net.Conn, dialed bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if dialed {
		w.dials++
	}
	if w.cut {
		reset(c)
		return false
	}
	w.open[c] = true
	return true
}

func (w *Wire) drop(c net.Conn) {
	_ = c.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, c)
}

func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}
