package actors

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// relay is the one actor of a node that knows which local connections watch
// which rooms, and who is here. A room sends it each batch once; it encodes each
// event once and offers the frame to every watcher.
type relay struct {
	engine *Engine
	self   *actor.PID
	rooms  map[incident.RoomID]*watched
	byPid  map[string]*watched // whose actor is watched for its death
	here   map[incident.UserID]map[*Connection]bool
	ticker *time.Timer
}

// watched is a room with local watchers.
type watched struct {
	room incident.RoomID
	subs map[*subscription]bool
	// waiting are subscriptions whose connections have not been told yet that
	// every event from now on reaches them.
	waiting []*attach

	pid     *actor.PID // nil while the room is looked for
	asked   time.Time  // since when an answer of pid is waited for; else zero
	epoch   incident.Epoch
	known   bool         // pos is known: the room answered once
	pos     incident.Seq // offered up to here
	reading bool         // the log is being read from pos

	people  map[*subscription]bool // of members; see presence.go
	telling bool                   // tellHere is on its way
	present Frame                  // who was in the room when it last told; nil before

	behind []incident.Event
}

// What a relay is told.
type (
	// attach adds a watcher; Ready is sent to Conn when no event can pass by.
	attach struct {
		Sub  *subscription
		Conn *actor.PID
	}
	attached struct{ Sub *subscription }
	detach   struct{ Sub *subscription }
	// arrive and leave say that a connection is here, or no more.
	arrive struct{ Conn *Connection }
	leave  struct{ Conn *Connection }
	// endSession closes the sockets of a session.
	endSession struct{ Session incident.SessionID }
	// uploadAck tells an uploader about a stored file, on all their connections.
	uploadAck struct{ File incident.File }
	toUser    struct {
		User incident.UserID
		Ack  *uploadAck
	}
	// closeAll closes every socket of the node, with a gap between two, and is
	// answered by released.
	closeAll struct {
		Why CloseCode
		Gap time.Duration
	}
	// nodeLost says that what another node sent, or was sent, may be lost.
	nodeLost struct{ Address string }

	roomFound struct {
		Room incident.RoomID
		Pid  *actor.PID
		Err  error
	}
	logRead struct {
		Room   incident.RoomID
		Events []incident.Event
		Head   incident.Seq
		Err    error
	}
	findAgain struct{ Room incident.RoomID }
	// expelled tells a connection that its person is no member any more.
	expelled struct{ Sub *subscription }
)

func (r *relay) Receive(ctx actor.Context) {
	switch m := r.engine.open(ctx.Self(), ctx.Message()).(type) {
	case *actor.Started:
		r.self = ctx.Self()
		r.tickLater()
	case *actor.Stopped:
		r.ticker.Stop()
	case *published:
		r.published(m)
	case *attach:
		r.attach(m)
	case *detach:
		r.detach(ctx, m.Sub)
	case *roomFound:
		r.roomFound(ctx, m)
	case *watching:
		r.watching(m)
	case *logRead:
		r.logRead(m)
	case *findAgain:
		if w := r.rooms[m.Room]; w != nil && w.pid == nil {
			r.find(w)
		}
	case *actor.Terminated:
		r.roomLost(m.Who)
	case *arrive:
		r.arrive(m.Conn)
	case *leave:
		r.leave(m.Conn)
	case *endSession:
		r.closeWhere(SessionEnded, func(c *Connection) bool { return c.by.Session == m.Session })
	case *entered:
		r.entered(m.Sub)
	case *present:
		r.showPresent(m)
	case *typingNow:
		r.typing(m)
	case *readsNow:
		r.reads(m)
	case *previewNow:
		r.preview(m)
	case *activityNow:
		r.activity(m.Activity)
	case *tellHere:
		r.tellHere(m.Room)
	case *closeAll:
		r.closeAll(m, ctx.Sender())
	case *nodeLost:
		r.nodeLost(ctx, m.Address)
	case *toUser:
		r.tellUser(m)
	case *tick:
		r.compare()
		r.tickLater()
	}
}

func (r *relay) tickLater() {
	self, root := r.self, r.engine.root
	r.ticker = time.AfterFunc(relayTick, func() { root.Send(self, &tick{}) })
}

func (r *relay) attach(m *attach) {
	w := r.rooms[m.Sub.room]
	if w == nil {
		w = &watched{room: m.Sub.room, subs: map[*subscription]bool{}}
		r.rooms[w.room] = w
		r.find(w)
	}
	w.subs[m.Sub] = true
	if w.known {
		r.engine.root.Send(m.Conn, &attached{m.Sub})
		return
	}
	w.waiting = append(w.waiting, m)
}

func (r *relay) detach(ctx actor.Context, sub *subscription) {
	sub.end()
	w := r.rooms[sub.room]
	if w == nil {
		return
	}
	delete(w.subs, sub)
	wasHere := w.people[sub]
	delete(w.people, sub)
	if len(w.subs) > 0 {
		if wasHere {
			r.hereChanged(w)
		}
		return
	}
	delete(r.rooms, w.room)
	if w.pid != nil {
		delete(r.byPid, w.pid.String())
		ctx.Unwatch(w.pid)
		r.engine.tell(w.pid, &unwatch{Relay: r.self})
	}
}

// find looks for the room's activation beside the actor.
func (r *relay) find(w *watched) {
	room, e, self := w.room, r.engine, r.self
	e.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, claimTimeout)
		defer cancel()
		pid, err := e.rooms.find(ctx, room)
		e.root.Send(self, &roomFound{Room: room, Pid: pid, Err: err})
	})
}

func (r *relay) findLater(w *watched) {
	room, root, self := w.room, r.engine.root, r.self
	time.AfterFunc(rewatchPause, func() { root.Send(self, &findAgain{room}) })
}

func (r *relay) roomFound(ctx actor.Context, m *roomFound) {
	w := r.rooms[m.Room]
	if w == nil || w.pid != nil {
		return
	}
	if m.Err != nil {
		r.findLater(w)
		return
	}
	w.pid = m.Pid
	r.byPid[m.Pid.String()] = w
	ctx.Watch(m.Pid)
	w.asked = r.engine.now()
	r.engine.request(m.Pid, &watch{Room: w.room, Relay: r.self, Here: w.whoIsHere()}, r.self)
}

// watching says that every event after Head will be published to this relay.
func (r *relay) watching(m *watching) {
	w := r.rooms[m.Room]
	if w == nil {
		return
	}
	if m.Err != nil {
		r.refused(w, m.Err)
		return
	}
	if m.Epoch < w.epoch {
		return // from an activation that was replaced
	}
	w.epoch, w.asked = m.Epoch, time.Time{}
	if !w.known {
		w.known, w.pos = true, m.Head
	}
	for _, a := range w.waiting {
		r.engine.root.Send(a.Conn, &attached{a.Sub})
	}
	w.waiting = nil
	r.readUpTo(w, m.Head)
}

// refused handles a room that cannot be watched: for ever, when it does not
// exist, or was ended while people watched it; else it is looked for again.
func (r *relay) refused(w *watched, err error) {
	if incident.KindOf(err) == incident.Forbidden {
		waits := make(map[*subscription]bool, len(w.waiting))
		for _, a := range w.waiting {
			waits[a.Sub] = true
			r.engine.root.Send(a.Conn, &attached{a.Sub}) // joining tells why not
		}
		w.waiting = nil
		for sub := range w.subs {
			if !waits[sub] {
				sub.end()
				r.engine.root.Send(sub.conn, &expelled{sub}) // it will detach it
			}
		}
	}
	r.drop(w)
	r.findLater(w)
}

// drop forgets where a room lives.
func (r *relay) drop(w *watched) {
	if w.pid == nil {
		return
	}
	r.engine.rooms.forget(w.room, w.pid)
	delete(r.byPid, w.pid.String())
	w.pid = nil
}

func (r *relay) roomLost(pid *actor.PID) {
	if w := r.byPid[pid.String()]; w != nil {
		r.drop(w)
		r.find(w)
	}
}

// published offers a batch's events, or reads the log first when some are missing.
func (r *relay) published(m *published) {
	w := r.rooms[m.Room]
	if w == nil || !w.known || m.Epoch < w.epoch || len(m.Events) == 0 {
		return
	}
	w.epoch = m.Epoch
	if w.reading {
		if len(w.behind) < maxBehind {
			w.behind = append(w.behind, m.Events...)
		} // else: the gap is found when the reading ends
		return
	}
	r.deliver(w, m.Events)
	if !m.durable.IsZero() {
		fanOutSeconds.Observe(r.engine.now().Sub(m.durable).Seconds())
	}
}

// deliver offers events by rising seq from pos on; a gap is read from the log.
func (r *relay) deliver(w *watched, events []incident.Event) {
	var b bundle
	for i, ev := range events {
		if ev.Seq <= w.pos {
			continue
		}
		if ev.Seq != w.pos+1 {
			r.hand(w, &b)
			w.behind = append(w.behind[:0:0], events[i:]...)
			r.readUpTo(w, ev.Seq-1)
			return
		}
		w.pos = ev.Seq
		b.add(ev.Seq, r.engine.frames.Event(ev))
		c, removed := ev.Change.(incident.MemberRemoved)
		if removed || len(b.joined) >= maxBundle {
			r.hand(w, &b)
		}
		if removed {
			r.expel(w, c.Person.ID)
		}
	}
	r.hand(w, &b)
}

// hand offers what was put together to every watcher, and empties it.
func (r *relay) hand(w *watched, b *bundle) {
	if len(b.events) == 0 {
		return
	}
	deliveries.Add(float64(len(w.subs) * len(b.events)))
	for sub := range w.subs {
		if !sub.offer(b) {
			delete(w.subs, sub) // its connection is ending and will detach it
		}
	}
	*b = bundle{}
}

// expel ends what somebody watches of a room: the event that removed them is the
// last that they get (F-MB-05).
func (r *relay) expel(w *watched, user incident.UserID) {
	wasHere := false
	for sub := range w.subs {
		if sub.by.ID != user {
			continue
		}
		sub.end()
		delete(w.subs, sub)
		wasHere = wasHere || w.people[sub]
		delete(w.people, sub)
		r.engine.root.Send(sub.conn, &expelled{sub}) // it will detach it
	}
	if wasHere {
		r.hereChanged(w)
	}
}

// readUpTo reads the events after pos up to head from the log, if there are any.
func (r *relay) readUpTo(w *watched, head incident.Seq) {
	if w.reading || head <= w.pos {
		return
	}
	w.reading = true
	room, after, e, self := w.room, w.pos, r.engine, r.self
	e.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, claimTimeout)
		defer cancel()
		events, err := e.records.Events(ctx, room, after, head, catchUpPage)
		if err == nil && len(events) == 0 {
			err = errors.New("the log ends before the room's head")
		}
		e.root.Send(self, &logRead{Room: room, Events: events, Head: head, Err: err})
	})
}

func (r *relay) logRead(m *logRead) {
	w := r.rooms[m.Room]
	if w == nil || !w.reading {
		return
	}
	w.reading = false
	if m.Err != nil {
		r.engine.log.Warn("relay could not read the log", "room_id", string(m.Room), "err", m.Err)
		r.drop(w) // starts again from pos
		r.findLater(w)
		return
	}
	r.deliver(w, m.Events)
	if w.pos < m.Head {
		r.readUpTo(w, m.Head)
		return
	}
	behind := w.behind
	w.behind = nil
	r.deliver(w, behind)
}

// compare asks every room for its head now and then: the cure for a message that
// was lost on its way. A room that did not answer the last time is looked for
// again.
func (r *relay) compare() {
	now := r.engine.now()
	for _, w := range r.rooms {
		switch {
		case w.pid == nil:
		case !w.asked.IsZero() && now.Sub(w.asked) >= remoteTimeout:
			r.drop(w)
			r.find(w)
		default:
			r.askHead(w, now)
		}
	}
}

func (r *relay) askHead(w *watched, now time.Time) {
	if w.asked.IsZero() {
		w.asked = now
	}
	r.engine.request(w.pid, &watch{Room: w.room, Relay: r.self, Here: w.whoIsHere()}, r.self)
}

// nodeLost looks again at all that lives at an address: what was on its way from
// or to there may be lost.
func (r *relay) nodeLost(ctx actor.Context, address string) {
	for _, w := range r.rooms {
		if w.pid == nil || w.pid.Address != address {
			continue
		}
		ctx.Unwatch(w.pid)
		r.drop(w)
		r.find(w)
	}
	for _, conns := range r.here {
		for c := range conns {
			r.engine.root.Send(c.pid, &nodeLost{address})
		}
	}
}
