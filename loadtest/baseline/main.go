// Command baseline is a bare broadcaster to compare the server with: what one gets from
// gorilla/websocket in an afternoon. A hub goroutine for each room, a queue and a writer
// goroutine for each connection, PreparedMessage so that a frame is built once. What a
// socket sends goes to all of its room, itself included. No accounts, no JSON, no storage,
// no numbers, nothing after a reconnect.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// The sizes and times of the library's own chat example.
	bufferSize = 1024
	queueSize  = 256
	writeWait  = 10 * time.Second
	pongWait   = 60 * time.Second
	pingPeriod = pongWait * 9 / 10
)

var upgrader = websocket.Upgrader{ReadBufferSize: bufferSize, WriteBufferSize: bufferSize}

// hello is queued first and written once the room has its socket: all that is said from then
// on is heard.
var hello, _ = websocket.NewPreparedMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))

// hub is one room.
type hub struct {
	members    map[*member]bool
	register   chan *member
	unregister chan *member
	broadcast  chan []byte
}

// member is one connection.
type member struct {
	conn *websocket.Conn
	send chan *websocket.PreparedMessage
}

func newHub() *hub {
	h := &hub{
		members: map[*member]bool{}, register: make(chan *member),
		unregister: make(chan *member), broadcast: make(chan []byte, queueSize),
	}
	go h.run()
	return h
}

func (h *hub) run() {
	for {
		select {
		case m := <-h.register:
			h.members[m] = true
		case m := <-h.unregister:
			if h.members[m] {
				delete(h.members, m)
				close(m.send)
			}
		case payload := <-h.broadcast:
			prepared, err := websocket.NewPreparedMessage(websocket.TextMessage, payload)
			if err != nil {
				continue
			}
			for m := range h.members {
				m.send <- prepared // waits where the example would cut off: a comparison loses nothing
			}
		}
	}
}

func (m *member) write() {
	ticker := time.NewTicker(pingPeriod)
	defer func() {
		ticker.Stop()
		_ = m.conn.Close()
		for range m.send { // so that the hub never waits for who is gone
		}
	}()
	for {
		select {
		case prepared, open := <-m.send:
			_ = m.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if !open || m.conn.WritePreparedMessage(prepared) != nil {
				return
			}
		case <-ticker.C:
			_ = m.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if m.conn.WriteMessage(websocket.PingMessage, nil) != nil {
				return
			}
		}
	}
}

func (m *member) read(h *hub) {
	defer func() {
		h.unregister <- m
		_ = m.conn.Close()
	}()
	_ = m.conn.SetReadDeadline(time.Now().Add(pongWait))
	m.conn.SetPongHandler(func(string) error { return m.conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		_, payload, err := m.conn.ReadMessage()
		if err != nil {
			return
		}
		h.broadcast <- payload
	}
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address of the sockets: /ws?room=NAME")
	flag.Parse()
	if err := serve(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "baseline:", err)
		os.Exit(1)
	}
}

func serve(address string) error {
	var mu sync.Mutex
	hubs := map[string]*hub{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /memory", func(w http.ResponseWriter, _ *http.Request) {
		var stats runtime.MemStats
		debug.FreeOSMemory() // collects garbage, too
		runtime.ReadMemStats(&stats)
		fmt.Fprintln(w, stats.HeapAlloc+stats.StackInuse)
	})
	mux.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		mu.Lock()
		h := hubs[r.FormValue("room")]
		if h == nil {
			h = newHub()
			hubs[r.FormValue("room")] = h
		}
		mu.Unlock()
		m := &member{conn: conn, send: make(chan *websocket.PreparedMessage, queueSize)}
		m.send <- hello
		h.register <- m
		go m.write()
		m.read(h) // in the handler's goroutine
	})
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: writeWait}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
