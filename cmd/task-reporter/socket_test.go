package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"taskreporter/httpapi/client"
)

// frame is any frame of the server: the fields that the tests look at.
type frame struct {
	Type        string               `json:"type"`
	RoomID      string               `json:"room_id"`
	Seq         int64                `json:"seq"`
	Epoch       int64                `json:"epoch"`
	HeadSeq     int64                `json:"head_seq"`
	FromSeq     int64                `json:"from_seq"`
	ClientMsgID string               `json:"client_msg_id"`
	MessageID   string               `json:"message_id"`
	FileID      string               `json:"file_id"`
	Code        json.RawMessage      `json:"code"`
	Detail      string               `json:"detail"`
	Message     *client.Message      `json:"message"`
	File        *client.File         `json:"file"`
	DownloadURL string               `json:"download_url"`
	ScanState   client.ScanState     `json:"scan_state"`
	Count       int                  `json:"count"`
	Users       []client.Person      `json:"users"`
	User        client.Person        `json:"user"`
	Room        *client.Room         `json:"room"`
	Posted      []client.Posted      `json:"posted"`
	Renewed     bool                 `json:"renewed"`
	Readers     []client.ReadPointer `json:"readers"`

	raw []byte
}

// socket is a client's realtime connection. Frames are taken in order with next
// or until.
type socket struct {
	t    testing.TB
	conn *websocket.Conn
	in   chan frame
	err  error // why the connection ended; valid after in is closed
	mu   sync.Mutex
}

// ticket gets a one-use ticket.
func (u *someone) ticket() string {
	u.in.t.Helper()
	res, err := u.CreateTicketWithResponse(context.Background())
	if err != nil {
		u.in.t.Fatal(err)
	}
	if res.JSON201 == nil {
		u.in.t.Fatalf("ticket: %s %s", res.Status(), res.Body)
	}
	return res.JSON201.Ticket
}

// dial opens a socket without authenticating.
func (in *installation) dial() *socket {
	in.t.Helper()
	s, err := in.tryDial()
	if err != nil {
		in.t.Fatal(err)
	}
	return s
}

func (in *installation) tryDial() (*socket, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"task-reporter.v1"}, HandshakeTimeout: patience}
	if in.web != nil {
		dialer.TLSClientConfig = in.web.Transport.(*http.Transport).TLSClientConfig.Clone()
		dialer.TLSClientConfig.NextProtos = []string{"http/1.1"} // as browsers do
	}
	conn, res, err := dialer.Dial(strings.Replace(in.url("/api/ws"), "http", "ws", 1), http.Header{})
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	s := &socket{t: in.t, conn: conn, in: make(chan frame, 16384)}
	go s.read()
	in.t.Cleanup(func() { _ = conn.Close() })
	return s, nil
}

// connect opens an authenticated socket.
func (u *someone) connect() *socket {
	u.in.t.Helper()
	s := u.in.dial()
	s.send(map[string]any{"type": "auth", "ticket": u.ticket()})
	s.until("ready", func(f frame) bool { return f.Type == "ready" })
	return s
}

func (s *socket) read() {
	defer close(s.in)
	for {
		_, b, err := s.conn.ReadMessage()
		if err != nil {
			s.err = err
			return
		}
		var f frame
		if err := json.Unmarshal(b, &f); err != nil {
			s.err = fmt.Errorf("frame %.200s: %w", b, err)
			return
		}
		f.raw = b
		s.in <- f
	}
}

func (s *socket) send(v any) {
	s.t.Helper()
	if err := s.trySend(v); err != nil {
		s.t.Fatal(err)
	}
}

func (s *socket) trySend(v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn.WriteJSON(v)
}

// until takes frames up to the first that fits.
func (s *socket) until(what string, fits func(frame) bool) frame {
	s.t.Helper()
	late := time.After(patience)
	for {
		select {
		case f, ok := <-s.in:
			if !ok {
				s.t.Fatalf("connection ended before %s: %v", what, s.err)
			}
			if fits(f) {
				return f
			}
		case <-late:
			s.t.Fatalf("no %s", what)
		}
	}
}

// untilType takes frames up to the first of a type.
func (s *socket) untilType(kind string) frame {
	s.t.Helper()
	return s.until(kind, func(f frame) bool { return f.Type == kind })
}

// closeCode takes all frames until the connection ends, and returns why it did.
func (s *socket) closeCode() int {
	s.t.Helper()
	return s.closeCodeAfter(func(frame) {})
}

// closeCodeAfter shows the frames to see meanwhile.
func (s *socket) closeCodeAfter(see func(frame)) int {
	s.t.Helper()
	late := time.After(patience)
	for {
		select {
		case f, ok := <-s.in:
			if ok {
				see(f)
				continue
			}
			var closed *websocket.CloseError
			if errors.As(s.err, &closed) {
				return closed.Code
			}
			s.t.Fatalf("connection ended without a close frame: %v", s.err)
		case <-late:
			s.t.Fatal("the connection stays open")
		}
	}
}

func (s *socket) subscribe(room string, after int64) frame {
	s.t.Helper()
	s.send(map[string]any{"type": "subscribe", "room_id": room, "after_seq": after})
	return s.until("subscribed", func(f frame) bool { return f.Type == "subscribed" && f.RoomID == room })
}
