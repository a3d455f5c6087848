package check

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"taskreporter/incident"
)

// Entry is one event of a room: what must be the same wherever it is read.
type Entry struct {
	Seq     incident.Seq         `json:"seq"`
	Epoch   incident.Epoch       `json:"epoch"`
	Type    incident.EventType   `json:"type"`
	By      incident.UserID      `json:"by"`
	ID      incident.ClientMsgID `json:"client_msg_id,omitempty"` // of a message that a client sent
	Text    string               `json:"text,omitempty"`          // of a message
	Subject incident.UserID      `json:"subject,omitempty"`       // who was added or removed
}

// The changes of membership that the checker must understand.
const (
	memberAdded   incident.EventType = "member_added"
	memberRemoved incident.EventType = "member_removed"
	message       incident.EventType = "message"
)

// Log is what is stored of a room.
type Log struct {
	Head    incident.Seq // as the room itself tells
	Entries []Entry
}

// Send is one message that a client wants in a room, over all its attempts. Ids
// are unique in a history.
type Send struct {
	Room   incident.RoomID
	ID     incident.ClientMsgID
	Author incident.UserID
	Text   string

	Invoked  time.Time // of the first attempt
	Attempts int
	Acks     []Ack
	// Unknown says that an attempt ended without an answer: it may be stored.
	Unknown bool
	// Refused is the code of a refusal for good; empty without one.
	Refused string
}

// Acked returns the first ack, and whether there is one.
func (s Send) Acked() (Ack, bool) {
	if len(s.Acks) == 0 {
		return Ack{}, false
	}
	return s.Acks[0], true
}

// Ack is the server's word that a message is durable.
type Ack struct {
	Seq incident.Seq
	At  time.Time
}

// History records what clients saw. Its methods may be called from any goroutine.
type History struct {
	mu    sync.Mutex
	order []*Send
	sends map[incident.ClientMsgID]*Send
	views []*View
}

// NewHistory makes an empty history.
func NewHistory() *History { return &History{sends: map[incident.ClientMsgID]*Send{}} }

// Invoke records an attempt to send; s says what is sent, and only the first
// attempt's moment counts.
func (h *History) Invoke(s Send, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.sends[s.ID]
	if known == nil {
		known = &Send{Room: s.Room, ID: s.ID, Author: s.Author, Text: s.Text, Invoked: at}
		h.sends[s.ID] = known
		h.order = append(h.order, known)
	}
	known.Attempts++
}

// OK records an ack.
func (h *History) OK(id incident.ClientMsgID, seq incident.Seq, at time.Time) {
	h.update(id, func(s *Send) { s.Acks = append(s.Acks, Ack{seq, at}) })
}

// Fail records a refusal for good: an error that says that no repetition helps.
func (h *History) Fail(id incident.ClientMsgID, code string) {
	h.update(id, func(s *Send) { s.Refused = code })
}

// Unknown records that an attempt has no answer, or one that says "try again".
func (h *History) Unknown(id incident.ClientMsgID) {
	h.update(id, func(s *Send) { s.Unknown = true })
}

func (h *History) update(id incident.ClientMsgID, change func(*Send)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.sends[id]; s != nil {
		change(s)
	}
}

// Sends returns all messages in the order of their first attempts.
func (h *History) Sends() []Send {
	h.mu.Lock()
	defer h.mu.Unlock()
	sends := make([]Send, len(h.order))
	for i, s := range h.order {
		sends[i] = *s
		sends[i].Acks = slices.Clone(s.Acks)
	}
	return sends
}

// Watch adds a subscriber who asks for everything after a seq. Who names it in
// violations.
func (h *History) Watch(who string, user incident.UserID, room incident.RoomID, after incident.Seq) *View {
	v := &View{Who: who, User: user, Room: room, spans: []span{{after: after}}}
	v.last.Store(int64(after))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.views = append(h.views, v)
	return v
}

// Views returns all subscribers.
func (h *History) Views() []*View {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.views)
}

// View is what one subscriber saw of one room, across its connections.
type View struct {
	Who  string
	User incident.UserID
	Room incident.RoomID

	last  atomic.Int64
	mu    sync.Mutex
	spans []span // a new one after each reset
}

type span struct {
	after incident.Seq // everything after it must follow
	seen  []Delivery
}

// Delivery is an event as a subscriber got it.
type Delivery struct {
	Entry
	At time.Time
}

// Deliver records an event.
func (v *View) Deliver(e Entry, at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := &v.spans[len(v.spans)-1]
	s.seen = append(s.seen, Delivery{e, at})
	v.last.Store(max(v.last.Load(), int64(e.Seq)))
}

// Deliveries returns all that was seen, in order.
func (v *View) Deliveries() []Delivery {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []Delivery
	for _, s := range v.spans {
		all = append(all, s.seen...)
	}
	return all
}

// Reset records that the server told the subscriber to forget the room and to go
// on after a seq.
func (v *View) Reset(after incident.Seq) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.spans = append(v.spans, span{after: after})
	v.last.Store(int64(after))
}

// Last is the highest seq seen since the last reset: where to resume.
func (v *View) Last() incident.Seq { return incident.Seq(v.last.Load()) }

// Resets counts how often the view had to start anew.
func (v *View) Resets() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.spans) - 1
}
