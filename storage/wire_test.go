package storage_test

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// cut says when a wire breaks: when word passes towards the server, or at once.
type cut struct {
	word    string
	deliver bool // the server still gets it, and its answer is lost
	all     bool
	once    bool // the next connection holds
	mute    bool // from then on nothing passes, and nobody is told
}

// wire is a line to the server that can be cut.
type wire struct {
	t        *testing.T
	url      string
	server   string
	mu       sync.Mutex
	cut      cut
	conns    map[net.Conn]bool
	lines    sync.WaitGroup
	listener net.Listener
}

func newWire(t *testing.T, address string) *wire {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		t.Skipf("needs a server that is reached over TCP (%v)", err)
	}
	port := u.Port()
	if port == "" {
		port = "5432"
	}
	w := &wire{t: t, server: net.JoinHostPort(u.Hostname(), port), conns: map[net.Conn]bool{}}
	if w.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u.Host = w.listener.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable") // words pass in the clear
	u.RawQuery = q.Encode()
	w.url = u.String()
	w.lines.Go(w.accept)
	t.Cleanup(func() {
		w.listener.Close()
		w.arm(cut{all: true})
		w.lines.Wait()
	})
	return w
}

// arm decides when the wire breaks next; a cut of all breaks it now.
func (w *wire) arm(c cut) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = c
	if c.all {
		for conn := range w.conns {
			conn.Close()
		}
	}
}

// muted reports whether nothing passes.
func (w *wire) muted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut.mute && w.cut.word == ""
}

func (w *wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.DialTimeout("tcp", w.server, 5*time.Second)
		if err != nil {
			client.Close()
			continue
		}
		w.mu.Lock()
		down := w.cut.all
		w.conns[client], w.conns[server] = true, true
		w.mu.Unlock()
		if down {
			client.Close()
			server.Close()
		}
		lost := make(chan struct{})
		w.lines.Go(func() { w.answer(server, client, lost) })
		w.lines.Go(func() { w.ask(client, server, lost) })
	}
}

// ask carries what goes to the server, until the word passes.
func (w *wire) ask(client, server net.Conn, lost chan struct{}) {
	b := make([]byte, 1<<16)
	for {
		n, err := client.Read(b)
		w.mu.Lock()
		c := w.cut
		w.mu.Unlock()
		spoken := c.word != "" && bytes.Contains(b[:n], []byte(c.word))
		if spoken && c.mute {
			c = cut{mute: true}
			w.arm(c)
		}
		broken := spoken && !c.mute
		if broken && c.once {
			w.arm(cut{})
		}
		if err != nil || broken && !c.deliver {
			server.Close() // answer closes the client's side
			return
		}
		if broken {
			close(lost) // answer closes both sides once the server has answered
		}
		if c.mute && c.word == "" {
			continue
		}
		if _, err := server.Write(b[:n]); err != nil || broken {
			return
		}
	}
}

// answer carries what comes back, until it is to be lost.
func (w *wire) answer(server, client net.Conn, lost chan struct{}) {
	defer server.Close()
	defer client.Close()
	b := make([]byte, 1<<16)
	for {
		n, err := server.Read(b)
		if err != nil {
			return
		}
		select {
		case <-lost:
			return
		default:
		}
		if _, err := client.Write(b[:n]); err != nil {
			return
		}
	}
}
