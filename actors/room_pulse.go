package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// pulses is what a room tells now and then and not with each event: read pointers,
// and what its members' lists show. It is gathered for pulsePause, then told.
type pulses struct {
	due     bool // a pulse is on its way
	reads   map[incident.UserID]incident.ReadPointer
	known   map[incident.UserID]incident.Seq // read pointers that were told by this activation
	typing  map[incident.UserID]time.Time    // when it was last told
	active  bool                             // something happened that lists show
	posted  []incident.Posted
	latest  string
	gone    []incident.UserID
	renewed bool
}

// What a relay is told without a place in the log's order.
type (
	// typingNow says that somebody writes.
	typingNow struct {
		Room incident.RoomID
		Who  incident.Person
	}
	// readsNow says up to where members have read.
	readsNow struct {
		Room  incident.RoomID
		Reads []incident.ReadPointer
	}
	// activityNow goes to the relays of all nodes: members may be anywhere.
	activityNow struct{ Activity incident.Activity }

	pulseNow struct{}
)

func (r *room) pulseLater() {
	if !r.pulses.due {
		r.pulses.due = true
		r.world.pulseSoon()
	}
}

// noteActivity keeps what the next pulse tells of an event.
func (r *room) noteActivity(ev incident.Event) {
	p := &r.pulses
	switch c := ev.Change.(type) {
	case incident.MessagePosted:
		if len(p.posted) >= incident.MaxPosted {
			p.posted = p.posted[1:]
		}
		p.posted = append(p.posted, incident.Posted{Seq: ev.Seq, Author: ev.By.ID, Mentions: c.Message.Mentions})
		if line := incident.FirstLine(c.Message.Text); line != "" {
			p.latest = line
		}
	case incident.MemberRemoved:
		p.gone, p.renewed = append(p.gone, c.Person.ID), true
	case incident.MemberAdded, incident.RoleChanged:
		p.renewed = true
	case incident.MessageDeleted:
		p.renewed = true // it may have been unread, or the newest
	case incident.RoomUpdated, incident.FileUploaded, incident.FileDeleted:
	default:
		return
	}
	p.active = true
	r.pulseLater()
}

// pulse tells what was gathered.
func (r *room) pulse() {
	p := &r.pulses
	p.due = false
	if r.phase != serving {
		return
	}
	r.saveReads()
	if !p.active {
		return
	}
	a := incident.Activity{
		Room: r.info, Head: r.head, Posted: p.posted, Gone: p.gone, Latest: p.latest,
		Renewed: p.renewed, Count: len(r.members), Members: make([]incident.UserID, 0, len(r.members)),
	}
	for id := range r.members {
		a.Members = append(a.Members, id)
	}
	p.active, p.posted, p.latest, p.gone, p.renewed = false, nil, "", nil, false
	r.world.tellAll(&activityNow{a})
}

// markRead moves a member's read pointer. It is no change of the room: it passes
// where the room is read-only.
func (r *room) markRead(m *markRead, from *actor.PID) error {
	role := r.role(m.By)
	if !incident.Can(m.By, role, incident.ActReact) {
		return incident.Refusal(m.By, role, incident.ActReact)
	}
	p, upTo := &r.pulses, min(m.UpTo, r.head)
	if upTo > p.known[m.By.ID] {
		put(&p.known, m.By.ID, upTo)
		put(&p.reads, m.By.ID, incident.ReadPointer{User: m.By.ID, Seq: upTo, At: incident.Now(r.world.now())})
		r.pulseLater()
	}
	r.world.reply(from, &carriedOut{})
	return nil
}

// saveReads stores and tells the read pointers that moved.
func (r *room) saveReads() {
	if len(r.pulses.reads) == 0 {
		return
	}
	reads := make([]incident.ReadPointer, 0, len(r.pulses.reads))
	for _, read := range r.pulses.reads {
		reads = append(reads, read)
	}
	r.pulses.reads = nil
	r.world.saveReads(reads)
	r.world.tellAll(&readsNow{Room: r.id, Reads: reads})
}

// startTyping tells the others that somebody writes (F-RT-02). It is not stored.
func (r *room) startTyping(m *startTyping, from *actor.PID) error {
	if err := r.may(m.By, incident.ActPost); err != nil {
		return err
	}
	now := r.world.now()
	if now.Sub(r.pulses.typing[m.By.ID]) >= typingPause {
		put(&r.pulses.typing, m.By.ID, now)
		for _, relay := range r.relays {
			r.world.tellRelay(relay, &typingNow{Room: r.id, Who: m.By.Person})
		}
	}
	r.world.reply(from, &carriedOut{})
	return nil
}

// typing passes on that somebody writes, to all but themselves.
func (r *relay) typing(m *typingNow) {
	w := r.rooms[m.Room]
	if w == nil {
		return
	}
	var frame Frame
	for sub := range w.subs {
		if sub.by.ID == m.Who.ID {
			continue
		}
		if frame == nil {
			frame = r.engine.frames.Typing(m.Room, m.Who)
		}
		sub.hint(frame)
	}
}

// reads passes read pointers on, to who watches the room and to the readers' other
// sockets.
func (r *relay) reads(m *readsNow) {
	frame := r.engine.frames.Reads(m.Room, m.Reads)
	told := map[Sink]bool{}
	if w := r.rooms[m.Room]; w != nil {
		for sub := range w.subs {
			told[sub.sink] = true
			sub.hint(frame)
		}
	}
	for _, read := range m.Reads {
		for c := range r.here[read.User] {
			if !told[c.sink] {
				c.sink.Offer(frame)
			}
		}
	}
}

// activity tells the members of a room who are here, and those who were.
func (r *relay) activity(a incident.Activity) {
	var frame Frame
	tell := func(users []incident.UserID) {
		for _, u := range users {
			for c := range r.here[u] {
				if frame == nil {
					frame = r.engine.frames.Activity(a)
				}
				c.sink.Offer(frame)
			}
		}
	}
	tell(a.Members)
	tell(a.Gone)
}
