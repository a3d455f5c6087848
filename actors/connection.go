package actors

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// Connection is one authenticated socket. Its methods may be called from any
// goroutine and never wait; the answers go to its sink.
type Connection struct {
	engine  *Engine
	by      incident.Principal
	sink    Sink
	pid     *actor.PID
	unacked atomic.Int32
	hints   atomic.Int32 // typing and read pointers on their way
}

// Subscribe asks for the room's events after the given seq, or from now on when
// after is nil.
func (c *Connection) Subscribe(room incident.RoomID, after *incident.Seq) {
	c.engine.root.Send(c.pid, &subscribe{room, after})
}

// Unsubscribe ends a subscription; it is no error if there is none.
func (c *Connection) Unsubscribe(room incident.RoomID) {
	c.engine.root.Send(c.pid, &unsubscribe{room})
}

// Post sends a message. The draft is normalized by the caller.
func (c *Connection) Post(room incident.RoomID, d incident.Draft) {
	c.send(&post{By: c.by, Room: room, Draft: d})
}

// EditMessage changes a message of one's own. id names the answer, as for the next
// two; text is normalized by the caller.
func (c *Connection) EditMessage(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, text string, mentions incident.Mentions) {
	c.send(&changeMessage{By: c.by, Room: room, ID: id, Act: editMessage, Message: m, Text: text, Mentions: mentions})
}

// DeleteMessage leaves a tombstone of a message.
func (c *Connection) DeleteMessage(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, reason string) {
	c.send(&changeMessage{By: c.by, Room: room, ID: id, Act: deleteMessage, Message: m, Reason: reason})
}

// React puts an emoji under a message, or takes it away.
func (c *Connection) React(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, emoji string, there bool) {
	c.send(&changeMessage{By: c.by, Room: room, ID: id, Act: reaction(there), Message: m, Emoji: emoji})
}

func reaction(there bool) messageAct {
	if there {
		return react
	}
	return unreact
}

func (c *Connection) send(m fromSocket) {
	if c.unacked.Add(1) > maxUnacked {
		c.unacked.Add(-1)
		room, id := m.name()
		c.sink.Refused(room, id, errTooManyUnacked())
		return
	}
	if c.engine.tracer != nil {
		room, _ := m.name()
		_, span := c.engine.span(context.Background(), room, m)
		m = &tracedSend{m, span}
	}
	c.engine.root.Send(c.pid, m)
}

// Typing says that this person writes; it is answered only when it is refused, as
// is Read.
func (c *Connection) Typing(room incident.RoomID) { c.tell(room, &startTyping{By: c.by}) }

// Read moves this person's read pointer.
func (c *Connection) Read(room incident.RoomID, upTo incident.Seq) {
	c.tell(room, &markRead{By: c.by, UpTo: upTo})
}

// tell sends what is worth little later: while a room cannot be reached, only so
// many wait for it, and the rest is dropped.
func (c *Connection) tell(room incident.RoomID, m request) {
	if c.hints.Add(1) > maxHints {
		c.hints.Add(-1)
		return
	}
	c.engine.background(func(ctx context.Context) {
		defer c.hints.Add(-1)
		_, err := c.engine.ask(ctx, room, m)
		if k := incident.KindOf(err); err != nil && !k.Retryable() {
			c.sink.Refused(room, "", err)
		}
	})
}

// Close ends the connection's part in all rooms. The socket calls it once, when
// it is closed.
func (c *Connection) Close() { c.engine.root.Poison(c.pid) }

// What a connection is told by its socket, and by its own goroutines.
type (
	subscribe struct {
		Room  incident.RoomID
		After *incident.Seq
	}
	unsubscribe struct{ Room incident.RoomID }
	mayJoin     struct {
		Sub *subscription
		*joined
	}
	caughtUp struct {
		Sub *subscription
		Err error
	}
	resend struct{ Room incident.RoomID }
	// unanswered reminds of sends to another node.
	unanswered struct {
		Room incident.RoomID
		Pid  *actor.PID
		Sent int
	}
)

// connectionActor owns what a socket is doing: its subscriptions and the sends
// that are not acked yet.
type connectionActor struct {
	conn   *Connection
	self   *actor.PID
	subs   map[incident.RoomID]*joining
	routes map[incident.RoomID]*route
	cancel context.CancelFunc
	ctx    context.Context // ends with the actor; for its catch-ups
}

// joining is a subscription and how far it has come.
type joining struct {
	sub   *subscription
	after *incident.Seq
}

// route is the way to one room: where it lives, and the sends that wait for
// their ack, in order. After a move all of them are sent again, which their ids
// make harmless.
type route struct {
	pid     *actor.PID
	finding bool
	tries   int
	trying  time.Time // since when the room could not be reached
	waiting []fromSocket
	got     int  // answers so far
	watched bool // an unanswered is on its way
}

func (a *connectionActor) Receive(ctx actor.Context) {
	switch m := a.conn.engine.open(ctx.Self(), ctx.Message()).(type) {
	case *actor.Started:
		a.self = ctx.Self()
	case *actor.Stopping:
		a.end()
	case *subscribe:
		a.subscribe(m)
	case *unsubscribe:
		a.unsubscribe(m.Room)
	case *attached:
		a.attached(m.Sub)
	case *mayJoin:
		a.mayJoin(m)
	case *caughtUp:
		a.caughtUp(m)
	case fromSocket:
		a.send(m)
	case toSocket:
		a.answered(m)
	case *expelled:
		a.expelled(m.Sub)
	case *roomFound:
		a.roomFound(m)
	case *resend:
		a.find(m.Room)
	case *unanswered:
		a.unanswered(m)
	case *nodeLost:
		for room, r := range a.routes {
			if r.pid != nil && r.pid.Address == m.Address {
				a.reroute(room, r)
			}
		}
	}
}

// end gives back everything that the connection holds elsewhere.
func (a *connectionActor) end() {
	a.cancel()
	for _, j := range a.subs {
		a.tellRelay(&detach{j.sub})
	}
	a.tellRelay(&leave{a.conn})
	for _, r := range a.routes {
		for _, w := range r.waiting {
			endTrace(w, context.Canceled)
		}
	}
	a.conn.engine.counters.connections.Add(-1)
}

func (a *connectionActor) tellRelay(m any) { a.conn.engine.root.Send(a.conn.engine.relay, m) }

// subscribe starts with the relay: only when every event from now on is held for
// this client does it make sense to ask where the log ends.
func (a *connectionActor) subscribe(m *subscribe) {
	if len(a.subs) >= maxSubscriptions {
		a.conn.sink.Refused(m.Room, "", incident.E(incident.Busy, "subscribe", "Too many rooms on one socket: unsubscribe from some."))
		return
	}
	a.unsubscribe(m.Room) // a repeated subscribe starts over
	sub := &subscription{room: m.Room, by: a.conn.by, sink: a.conn.sink, conn: a.self}
	a.subs[m.Room] = &joining{sub: sub, after: m.After}
	a.tellRelay(&attach{Sub: sub, Conn: a.self})
}

func (a *connectionActor) unsubscribe(room incident.RoomID) {
	if j := a.subs[room]; j != nil {
		delete(a.subs, room)
		j.sub.end()
		a.tellRelay(&detach{j.sub})
	}
}

// attached asks the room whether this person may read it, and for its head. The
// question is asked after attaching, so that a removal is either seen by the
// room's answer or told by the events.
func (a *connectionActor) attached(sub *subscription) {
	j := a.subs[sub.room]
	if j == nil || j.sub != sub {
		return
	}
	e, self, by, room := a.conn.engine, a.self, a.conn.by, sub.room
	e.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, askTimeout)
		defer cancel()
		res, err := e.ask(ctx, room, &join{By: by, Room: room})
		if err != nil {
			res = &joined{Room: room, Err: err}
		}
		e.root.Send(self, &mayJoin{sub, res.(*joined)})
	})
}

// mayJoin tells the client where it stands and starts the catch-up.
func (a *connectionActor) mayJoin(m *mayJoin) {
	j := a.subs[m.Room]
	if j == nil || j.sub != m.Sub {
		return
	}
	if m.Err != nil {
		a.unsubscribe(m.Room)
		a.conn.sink.Refused(m.Room, "", m.Err)
		return
	}
	start := m.Head
	if j.after != nil {
		start = min(*j.after, m.Head)
	}
	sub, sink := j.sub, a.conn.sink
	sink.Subscribed(m.Room, m.Epoch, m.Head, m.Office)
	if !m.Office {
		a.tellRelay(&entered{sub})
	}
	if m.Head-start > maxCatchUp {
		start = m.Head - resetEvents
		sink.Reset(m.Room, start, m.Head)
	}
	sub.mu.Lock()
	sub.last = start
	sub.mu.Unlock()

	e, self, ctx := a.conn.engine, a.self, a.ctx
	e.background(func(context.Context) {
		select {
		case e.catchUps <- struct{}{}:
		case <-ctx.Done():
			return
		}
		defer func() { <-e.catchUps }()
		e.root.Send(self, &caughtUp{sub, sub.catchUp(ctx, e, m.Head)})
	})
}

func (a *connectionActor) caughtUp(m *caughtUp) {
	if m.Err == nil || a.ctx.Err() != nil {
		return
	}
	if j := a.subs[m.Sub.room]; j == nil || j.sub != m.Sub {
		return
	}
	a.conn.engine.log.Warn("catch-up failed", "room_id", string(m.Sub.room), "err", m.Err)
	a.unsubscribe(m.Sub.room)
	a.conn.sink.Refused(m.Sub.room, "", incident.Wrap(incident.Unavailable, "catch up", m.Err, "The history cannot be read now: subscribe again in a moment."))
}

// expelled tells a client that a room is closed to it now.
func (a *connectionActor) expelled(sub *subscription) {
	if j := a.subs[sub.room]; j == nil || j.sub != sub {
		return
	}
	a.unsubscribe(sub.room)
	a.conn.sink.Removed(sub.room)
}

func (a *connectionActor) send(m fromSocket) {
	room, _ := m.name()
	r := a.routes[room]
	if r == nil {
		r = &route{}
		a.routes[room] = r
	}
	r.waiting = append(r.waiting, m)
	if r.pid != nil {
		a.pass(r.pid, m)
		a.remind(room, r)
		return
	}
	a.find(room)
}

// pass sends what came from the socket on to the room.
func (a *connectionActor) pass(room *actor.PID, m fromSocket) {
	m, of := traceOf(m)
	a.conn.engine.requestIn(of, room, m, a.self)
}

// remind looks after sends to another node: they, or their answers, may be lost
// without a word.
func (a *connectionActor) remind(room incident.RoomID, r *route) {
	e, self := a.conn.engine, a.self
	if r.watched || r.pid.Address == e.address {
		return
	}
	r.watched = true
	m := &unanswered{Room: room, Pid: r.pid, Sent: r.got}
	time.AfterFunc(remoteTimeout, func() { e.root.Send(self, m) })
}

// unanswered sends again when nothing came back since the reminder was set.
func (a *connectionActor) unanswered(m *unanswered) {
	r := a.routes[m.Room]
	if r == nil {
		return
	}
	r.watched = false
	switch {
	case r.pid == nil || len(r.waiting) == 0:
	case r.got == m.Sent && r.pid.Equal(m.Pid):
		a.reroute(m.Room, r)
	default:
		a.remind(m.Room, r)
	}
}

// reroute looks for the room again and repeats what waits.
func (a *connectionActor) reroute(room incident.RoomID, r *route) {
	a.conn.engine.rooms.forget(room, r.pid)
	r.pid = nil
	if len(r.waiting) > 0 {
		a.tryAgain(room, r, errMoved())
	}
}

// find looks for the room's activation beside the actor.
func (a *connectionActor) find(room incident.RoomID) {
	r := a.routes[room]
	if r == nil || r.finding || r.pid != nil {
		return
	}
	r.finding = true
	e, self := a.conn.engine, a.self
	e.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, claimTimeout)
		defer cancel()
		pid, err := e.rooms.find(ctx, room)
		e.root.Send(self, &roomFound{Room: room, Pid: pid, Err: err})
	})
}

func (a *connectionActor) roomFound(m *roomFound) {
	r := a.routes[m.Room]
	if r == nil {
		return
	}
	r.finding = false
	if m.Err != nil {
		a.tryAgain(m.Room, r, m.Err)
		return
	}
	r.pid = m.Pid
	for _, p := range r.waiting {
		a.pass(r.pid, p)
	}
	if len(r.waiting) > 0 {
		a.remind(m.Room, r)
	}
}

// answered takes the room's answer to a send.
func (a *connectionActor) answered(m toSocket) {
	room, id := m.name()
	r := a.routes[room]
	if r == nil {
		return
	}
	if incident.KindOf(m.failure()) == incident.Moved {
		if r.pid != nil {
			a.reroute(room, r)
		}
		return
	}
	r.got++
	for i, w := range r.waiting {
		if _, waits := w.name(); waits == id {
			r.waiting = append(r.waiting[:i:i], r.waiting[i+1:]...)
			r.tries, r.trying = 0, time.Time{}
			endTrace(w, m.failure())
			a.answer(m)
			return
		}
	}
	// Answered before: a send that was repeated after a move has two answers.
}

func (a *connectionActor) answer(m toSocket) {
	a.conn.unacked.Add(-1)
	if err := m.failure(); err != nil {
		room, id := m.name()
		a.conn.sink.Refused(room, id, err)
		return
	}
	m.tell(a.conn.sink)
}

// tryAgain looks for the room again after a pause that doubles, or gives up on
// what waits; the client may still repeat it.
func (a *connectionActor) tryAgain(room incident.RoomID, r *route, err error) {
	if r.tries++; r.tries == 1 {
		r.trying = a.conn.engine.now()
	}
	if a.conn.engine.now().Sub(r.trying) > movePatience {
		waiting := r.waiting
		delete(a.routes, room)
		for _, w := range waiting {
			endTrace(w, err)
			a.answer(w.refused(err).(toSocket))
		}
		return
	}
	root, self := a.conn.engine.root, a.self
	time.AfterFunc(pauseAfter(r.tries-1), func() { root.Send(self, &resend{room}) })
}

func errTooManyUnacked() error {
	return incident.Wrap(incident.Busy, "post message", unackedPause(time.Second), "Too many messages wait for their ack. Wait for some, then send this one again.")
}

// unackedPause is the cause of an error that knows when the same may succeed.
type unackedPause time.Duration

func (p unackedPause) Error() string { return "too many unacked" }

// RetryAfter is how long to wait.
func (p unackedPause) RetryAfter() time.Duration { return time.Duration(p) }
