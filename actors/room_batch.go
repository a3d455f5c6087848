package actors

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// entry is one request on its way into the log: the changes that are committed
// together, and who is told.
type entry struct {
	key     string // two requests with the same key are one
	by      incident.Person
	at      time.Time
	sent    incident.SendKey // what its author chose, so that it happens once; zero for none
	digest  incident.Digest  // of a client's message
	changes []incident.Change
	audit   []incident.AuditEntry
	target  *target // the message that it changes; nil for none
	askers  []*actor.PID
	answer  func(events []incident.Event, err error) answer

	trace  trace.SpanContext // of the request
	events []incident.Event  // once it is in a batch
}

// appendAlone appends a change of what decides who may do what: until it is
// committed, everything else waits.
func (r *room) appendAlone(e *entry) error {
	if err := r.append(e); err != nil {
		return err
	}
	if r.inHand[e.key] == e { // not settled yet
		r.barrier = e
	}
	return nil
}

// append puts an entry into the next batch.
func (r *room) append(e *entry) error {
	if len(r.pending) >= maxPending {
		return errBusy()
	}
	e.trace = r.asking
	put(&r.inHand, e.key, e)
	r.pending = append(r.pending, e)
	r.flush()
	return nil
}

// flush hands the next batch over when none is under way: while one is being
// committed, the next fills.
func (r *room) flush() {
	if r.phase != serving && r.phase != releasing {
		return
	}
	if r.flight != nil || len(r.pending) == 0 {
		r.endRelease()
		return
	}
	b := incident.Batch{RoomID: r.id, Epoch: r.epoch, Lo: r.head}
	n := 0
	for n < len(r.pending) && len(b.Events) < maxBatchEvents {
		e := r.pending[n]
		from := len(b.Events)
		for _, c := range e.changes {
			seq := r.head + incident.Seq(len(b.Events)) + 1
			b.Events = append(b.Events, r.event(e, c, seq))
		}
		b.Events[from].ClientMsgID = e.sent.ID
		b.Audit = append(b.Audit, e.audit...)
		e.events = b.Events[from:len(b.Events):len(b.Events)]
		n++
	}
	r.flight = r.pending[:n:n]
	r.pending = append([]*entry(nil), r.pending[n:]...)
	r.world.commit(b, tracesOf(r.flight))
}

func (r *room) event(e *entry, c incident.Change, seq incident.Seq) incident.Event {
	ev := incident.Event{RoomID: r.id, Seq: seq, Epoch: r.epoch, At: e.at, By: e.by, Change: c}
	if m, ok := c.(incident.MessagePosted); ok {
		m.Message.Seq = seq
		ev.Change = m
	}
	return ev
}

// onCommitted takes the outcome of the batch under way.
func (r *room) onCommitted(err error) {
	if r.phase == stopped || r.flight == nil {
		return
	}
	done := r.flight
	switch {
	case err == nil:
		r.flight = nil
		r.applyAll(done)
		if len(r.pending) > 0 {
			r.flush() // the database has its work while these are told
		}
		r.tell(done)
		r.flush()
		r.serveStash()
		return
	case lost(err):
		r.giveUp(errMoved())
		return
	case errors.Is(err, incident.ErrDuplicate):
		r.findDuplicates()
		return
	default:
		for _, e := range done {
			r.settle(e, nil, err)
		}
		r.refuseFollowers(err)
	}
	r.flight = nil
	r.flush()
	r.serveStash()
}

// applyAll brings the room's own state up to what is durable.
func (r *room) applyAll(done []*entry) {
	for _, e := range done {
		for _, ev := range e.events {
			r.apply(ev)
		}
	}
}

// tell acks and broadcasts what is durable.
func (r *room) tell(done []*entry) {
	told := &published{Room: r.id, Epoch: r.epoch}
	for _, e := range done {
		told.Events = append(told.Events, e.events...)
		if e.digest != (incident.Digest{}) {
			r.recent.add(e.sent, e.digest, messageOf(e.events[0]))
		}
		r.settle(e, e.events, nil)
	}
	for _, relay := range r.relays {
		r.world.publish(relay, told)
	}
}

// apply brings the room's own state up to a committed event.
func (r *room) apply(ev incident.Event) {
	r.head = ev.Seq
	r.info.LastActivity = ev.At
	switch c := ev.Change.(type) {
	case incident.RoomUpdated:
		r.info = c.Room
		r.info.LastActivity = ev.At
	case incident.MemberAdded:
		r.members[c.Member.ID] = c.Member
	case incident.MemberRemoved:
		delete(r.members, c.Person.ID)
		delete(r.pulses.reads, c.Person.ID)
	case incident.RoleChanged:
		m := r.members[c.Person.ID]
		m.Role = c.To
		r.members[c.Person.ID] = m
	case incident.ChecklistChanged:
		r.applyTick(c, ev)
	case incident.MessagePosted:
		delete(r.pulses.typing, ev.By.ID)
	case incident.FileUploaded:
		delete(r.uploads, c.File.ID)
		r.world.ackUpload(c.File)
	case incident.FileDeleted:
		put(&r.deleted, c.FileID, true)
	case incident.FileScanned:
		r.applyVerdict(c)
	}
	r.noteActivity(ev)
}

// settle answers all who asked for an entry.
func (r *room) settle(e *entry, events []incident.Event, err error) {
	delete(r.inHand, e.key)
	if r.barrier == e {
		r.barrier = nil
	}
	if e.target != nil {
		r.settleTarget(e.target, err)
	}
	a := e.answer(events, err)
	for _, to := range e.askers {
		r.world.reply(to, a)
	}
}

// findDuplicates asks which of the batch's entries are stored already: one that is
// refuses the whole batch.
func (r *room) findDuplicates() {
	var keys []incident.SendKey
	for _, e := range r.flight {
		if e.sent.ID != "" {
			keys = append(keys, e.sent)
		}
	}
	r.world.lookUpSent(keys)
}

// onSentFound answers the repeated entries from the log and commits the others.
func (r *room) onSentFound(found map[incident.SendKey]incident.Event, err error) {
	if r.phase == stopped || r.flight == nil {
		return
	}
	if err == nil && len(found) == 0 {
		err = incident.E(incident.Internal, "append", "") // refused for another reason: do not try for ever
	}
	var again []*entry
	for _, e := range r.flight {
		stored, repeated := found[e.sent]
		switch {
		case err != nil:
			r.settle(e, nil, err)
		case !repeated || e.sent.ID == "":
			again = append(again, e)
		case e.digest == incident.Digest{}: // no message, but the same operation
			r.settle(e, []incident.Event{stored}, nil)
		case messageOf(stored).Digest() != e.digest:
			r.settle(e, nil, errIDReused())
		default:
			r.recent.add(e.sent, e.digest, messageOf(stored))
			r.settle(e, []incident.Event{stored}, nil)
		}
	}
	r.flight = nil
	r.pending = append(again, r.pending...)
	r.flush()
	r.serveStash()
}

// messageOf returns the message that an event posted, with its place in the log.
func messageOf(ev incident.Event) incident.Message {
	c, ok := ev.Change.(incident.MessagePosted)
	if !ok {
		return incident.Message{}
	}
	m := c.Message
	m.Seq = ev.Seq
	return m
}

// sendMemory remembers the newest sends, oldest forgotten first.
type sendMemory struct {
	byKey map[incident.SendKey]sent
	order []incident.SendKey // a ring once it is full
	next  int
	size  int
}

// sent is a message without its text, which whoever sends it again brings along.
type sent struct {
	digest  incident.Digest
	message incident.Message
}

func (s *sendMemory) find(k incident.SendKey) (sent, bool) {
	m, ok := s.byKey[k]
	return m, ok
}

func (s *sendMemory) add(k incident.SendKey, digest incident.Digest, m incident.Message) {
	if _, ok := s.byKey[k]; ok {
		return
	}
	if len(s.order) < s.size {
		s.order = append(s.order, k)
	} else {
		delete(s.byKey, s.order[s.next])
		s.order[s.next] = k
		s.next = (s.next + 1) % s.size
	}
	m.Text = ""
	put(&s.byKey, k, sent{digest, m})
}
