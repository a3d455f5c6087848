package crowd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"taskreporter/httpapi/client"
	"taskreporter/incident"
	"taskreporter/loadtest/check"
)

const (
	// pingEvery and silence find a connection that is open on this side only: a
	// client that asks once a second knows after three.
	pingEvery = time.Second
	silence   = 3 * time.Second
	// answerTime is how long an ack may take before the message is repeated, which
	// is harmless, and a subscription before the socket is given up.
	answerTime    = 2 * time.Second
	subscribeTime = 5 * time.Second
	// backoffLeast and backoffMost bound the random time before another try.
	backoffLeast = 50 * time.Millisecond
	backoffMost  = 500 * time.Millisecond
	// beat is how often a socket looks whether something is due.
	beat = 50 * time.Millisecond

	writeTime = 2 * time.Second

	closeForGood = 4500 // close codes from here on mean: do not come back by yourself
	closeTicket  = 4501 // but this one means: with a new ticket, which is what a socket does anyway
)

// socket is one browser tab: some rooms that it watches, and messages that it wants
// in the first of them.
type socket struct {
	name    string
	person  *Person
	rooms   []incident.RoomID
	views   map[incident.RoomID]*check.View
	history *check.History
	nodes   []string
	at      int // the node in use
	trouble func(string)

	mu         sync.Mutex
	random     *rand.Rand
	conn       *websocket.Conn // nil while away
	pending    []*outgoing     // not answered for good, in order
	subscribed map[incident.RoomID]bool
	due        map[incident.RoomID]time.Time // when to subscribe again, or to give up waiting
	byeDelay   time.Duration
	heard      time.Time
	connects   int
	expelled   bool // or about to be: a refused subscription is no trouble
	resent     int
	refused    int // answers that said "try again"
}

// outgoing is a message that is not acked yet.
type outgoing struct {
	check.Send
	writes int
	due    time.Time // when to write it again
}

// send wants a message in the first room, now or as soon as there is a connection.
func (s *socket) send(id incident.ClientMsgID, text string) {
	now := time.Now()
	o := &outgoing{Send: check.Send{Room: s.rooms[0], ID: id, Author: s.person.ID, Text: text}}
	s.history.Invoke(o.Send, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = append(s.pending, o)
	if s.conn != nil && s.subscribed != nil {
		s.transmit(o, now)
	}
}

// transmit writes a message; s.mu is held.
func (s *socket) transmit(o *outgoing, now time.Time) {
	if o.writes++; o.writes > 1 {
		s.resent++
		s.history.Invoke(o.Send, now)
	}
	o.due = now.Add(answerTime)
	s.write(sendFrame{"send_message", o.Room, o.ID, o.Text})
}

// write sends a frame; s.mu is held. A failure ends the connection, which its
// reader notices.
func (s *socket) write(frame any) {
	_ = s.conn.SetWriteDeadline(time.Now().Add(writeTime))
	if s.conn.WriteJSON(frame) != nil {
		_ = s.conn.Close()
	}
}

// run keeps the socket connected until ctx ends.
func (s *socket) run(ctx context.Context) {
	for ctx.Err() == nil {
		if conn, err := s.connect(ctx); err == nil {
			s.serve(ctx, conn)
		}
		s.at = (s.at + 1) % len(s.nodes)
		if wait(ctx, s.delay()) != nil {
			return
		}
	}
}

// delay is how long to stay away.
func (s *socket) delay() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.byeDelay
	s.byeDelay = 0
	if d == 0 {
		d = s.jitter()
	}
	return d
}

func (s *socket) jitter() time.Duration {
	return backoffLeast + time.Duration(s.random.Int64N(int64(backoffMost-backoffLeast)))
}

func (s *socket) connect(ctx context.Context) (*websocket.Conn, error) {
	node := s.nodes[s.at]
	var ticket client.Ticket
	if err := s.person.At(ctx, node, http.MethodPost, "/api/ws/ticket", nil, &ticket); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	dialer := websocket.Dialer{Subprotocols: []string{"task-reporter.v1"}, HandshakeTimeout: requestTimeout}
	conn, res, err := dialer.DialContext(ctx, "ws://"+node+"/api/ws", nil)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	if err := conn.WriteJSON(authFrame{"auth", ticket.Ticket}); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// serve reads until the connection ends.
func (s *socket) serve(ctx context.Context, conn *websocket.Conn) {
	s.mu.Lock()
	s.conn, s.heard = conn, time.Now()
	s.mu.Unlock()
	done := make(chan struct{})
	var keeper sync.WaitGroup
	keeper.Go(func() { s.keep(ctx, conn, done) })
	var err error
	for {
		var payload []byte
		if _, payload, err = conn.ReadMessage(); err != nil {
			break
		}
		var f frame
		if err = json.Unmarshal(payload, &f); err != nil {
			s.trouble(fmt.Sprintf("%s: frame %.200s: %v", s.name, payload, err))
			break
		}
		s.take(f)
	}
	_ = conn.Close()
	close(done)
	keeper.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn, s.subscribed, s.due = nil, nil, nil
	for _, o := range s.pending {
		if o.writes > 0 {
			s.history.Unknown(o.ID)
		}
	}
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code >= closeForGood && closed.Code != closeTicket && ctx.Err() == nil {
		s.trouble(fmt.Sprintf("%s: closed for good: %v", s.name, closed))
	}
}

// keep pings, repeats what is due and ends a connection that is silent.
func (s *socket) keep(ctx context.Context, conn *websocket.Conn, done <-chan struct{}) {
	ticks := time.NewTicker(beat)
	defer ticks.Stop()
	pinged := time.Now()
	for {
		select {
		case <-ctx.Done():
			_ = conn.Close()
			return
		case <-done:
			return
		case <-ticks.C:
		}
		now := time.Now()
		s.mu.Lock()
		if now.Sub(s.heard) > silence {
			_ = conn.Close()
		}
		if now.Sub(pinged) >= pingEvery {
			pinged = now
			s.write(pingFrame{"ping"})
		}
		if s.subscribed != nil {
			s.repeat(now)
		}
		s.mu.Unlock()
	}
}

// repeat does what is due; s.mu is held.
func (s *socket) repeat(now time.Time) {
	for room, due := range s.due {
		switch {
		case now.Before(due):
		case s.subscribed[room]: // asked, and not answered in time
			_ = s.conn.Close()
		default:
			s.subscribe(room, now)
		}
	}
	for _, o := range s.pending {
		if !now.Before(o.due) {
			s.transmit(o, now)
		}
	}
}

func (s *socket) subscribe(room incident.RoomID, now time.Time) {
	s.subscribed[room] = true
	s.due[room] = now.Add(subscribeTime)
	s.write(subscribeFrame{"subscribe", room, s.views[room].Last()})
}

// take handles one frame.
func (s *socket) take(f frame) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = now
	switch f.Type {
	case "ready":
		s.connects++
		s.subscribed, s.due = map[incident.RoomID]bool{}, map[incident.RoomID]time.Time{}
		for _, room := range s.rooms {
			s.subscribe(room, now)
		}
		for _, o := range s.pending {
			s.transmit(o, now)
		}
	case "subscribed":
		delete(s.due, f.RoomID)
	case "reset":
		if v := s.views[f.RoomID]; v != nil {
			v.Reset(f.FromSeq)
		}
	case "ack":
		s.history.OK(f.ClientMsgID, f.Seq, now)
		s.answered(f.ClientMsgID)
	case "error":
		s.takeError(f, now)
	case "bye":
		s.byeDelay = milliseconds(f.ReconnectAfterMS)
	default:
		if v := s.views[f.RoomID]; v != nil && f.fromLog() {
			v.Deliver(f.entry(), now)
		}
	}
}

func (s *socket) takeError(f frame, now time.Time) {
	again := now.Add(s.jitter())
	if f.RetryAfterMS > 0 {
		again = now.Add(milliseconds(f.RetryAfterMS))
	}
	switch {
	case f.Retryable && f.ClientMsgID != "":
		s.refused++
		s.history.Unknown(f.ClientMsgID)
		for _, o := range s.pending {
			if o.ID == f.ClientMsgID {
				o.due = again
			}
		}
	case f.Retryable && s.views[f.RoomID] != nil && s.subscribed != nil:
		s.subscribed[f.RoomID] = false
		s.due[f.RoomID] = again
	case s.expelled && f.code() == string(incident.Forbidden):
		if s.subscribed != nil {
			delete(s.due, f.RoomID)
		}
	case f.ClientMsgID != "":
		s.history.Fail(f.ClientMsgID, f.code())
		s.answered(f.ClientMsgID)
	default:
		s.trouble(fmt.Sprintf("%s: error %s: %s", s.name, f.code(), f.Detail))
	}
}

func (s *socket) answered(id incident.ClientMsgID) {
	s.pending = slices.DeleteFunc(s.pending, func(o *outgoing) bool { return o.ID == id })
}

// waiting counts the messages that are not answered for good.
func (s *socket) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// live reports whether the socket watches all its rooms.
func (s *socket) live() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn != nil && s.subscribed != nil && len(s.due) == 0
}

func (s *socket) expel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expelled = true
}
