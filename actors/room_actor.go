package actors

import (
	"cmp"
	"context"
	"runtime/debug"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// Outcomes of a room's I/O.
type (
	claimed struct {
		Claimed incident.Claimed
		Err     error
	}
	committed struct {
		Err error
		At  time.Time
	}
	sentFound struct {
		Found map[incident.SendKey]incident.Event
		Err   error
	}
	uploadOpened struct {
		File incident.FileID
		Err  error
	}
	messageFound struct {
		ID      incident.MessageID
		Message incident.Message
		Err     error
	}
	tick struct{}
)

// roomActor lets a room live in the actor system: it turns messages into calls
// and the room's wishes into I/O.
type roomActor struct {
	engine *Engine
	id     incident.RoomID
	self   *actor.PID
	room   *room
	ticker *time.Timer

	committedAt time.Time // the batch that is being told
}

func (a *roomActor) Receive(ctx actor.Context) {
	defer func() {
		if cause := recover(); cause != nil {
			a.engine.log.Error("room panicked", "room_id", string(a.id), "cause", cause, "stack", string(debug.Stack()))
			if a.room != nil {
				a.room.giveUp(errMoved()) // what is stored decides; the next activation reads it
			}
		}
	}()
	switch m := a.engine.open(ctx.Self(), ctx.Message()).(type) {
	case *cluster.ClusterInit:
		a.id, a.self = incident.RoomID(m.Identity.Identity), ctx.Self()
		a.room = newRoom(a.id, a, a.engine.limits)
		a.claim()
		a.tickLater()
	case *actor.Stopped:
		if a.ticker != nil {
			a.ticker.Stop()
		}
	case *actor.Terminated:
		a.room.unwatch(m.Who)
	case *claimed:
		a.room.onClaimed(m.Claimed.State, cmp.Or(m.Err, m.Claimed.Err))
	case *committed:
		a.committedAt = m.At
		a.room.onCommitted(m.Err)
	case *sentFound:
		a.room.onSentFound(m.Found, m.Err)
	case *messageFound:
		a.room.onMessageFound(m.ID, m.Message, m.Err)
	case *uploadOpened:
		a.room.onUploadOpened(m.File, m.Err)
	case *abortUpload:
		a.room.abortUpload(m.File, m.Gone)
	case *unwatch:
		a.room.unwatch(m.Relay)
		ctx.Unwatch(m.Relay)
	case *watch:
		ctx.Watch(m.Relay)
		a.room.asking = trace.SpanContext{}
		a.room.ask(m, ctx.Sender())
	case *here:
		a.room.setHere(m.Relay, m.People)
	case *announceNow:
		a.room.announce()
	case *pulseNow:
		a.room.pulse()
	case *release:
		a.room.release(ctx.Sender())
	case *tick:
		a.room.onTick()
		a.tickLater()
	case request:
		a.room.asking = a.engine.askedIn(ctx)
		a.room.ask(m, ctx.Sender())
	}
}

func (a *roomActor) tickLater() {
	self, root := a.self, a.engine.root
	a.ticker = time.AfterFunc(a.engine.limits.RoomIdle/5, func() { root.Send(self, &tick{}) })
}

// do runs one piece of I/O beside the actor and sends it the outcome.
func (a *roomActor) do(limit time.Duration, io func(ctx context.Context) any) {
	self := a.self
	a.engine.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		a.engine.root.Send(self, io(ctx))
	})
}

func (a *roomActor) now() time.Time { return a.engine.now() }
func (a *roomActor) newID() string  { return newID() }

func (a *roomActor) claim() {
	self, e := a.self, a.engine
	e.claims.submit(a.id, func(c incident.Claimed, err error) {
		if err == nil && c.Err == nil {
			e.counters.activations.Add(1)
			if c.TakenOver && e.members != nil {
				e.counters.takeovers.Add(1)
			}
		}
		e.root.Send(self, &claimed{Claimed: c, Err: err})
	})
}

// giveBack lets another node claim the room at once.
func (a *roomActor) giveBack(epoch incident.Epoch, told func()) {
	e := a.engine
	e.releases.submit(incident.Hold{Room: a.id, Epoch: epoch}, func(_ struct{}, err error) {
		if err != nil {
			e.log.Warn("room not given back: it stays with this node", "room_id", string(a.id), "err", err)
		}
		told()
	})
}

func (a *roomActor) commit(b incident.Batch, traces []trace.SpanContext) {
	self, e := a.self, a.engine
	e.committer.submit(b, traces, func(err error) { e.root.Send(self, &committed{Err: err, At: e.now()}) })
}

func (a *roomActor) lookUpSent(keys []incident.SendKey) {
	id, e := a.id, a.engine
	a.do(commitTimeout, func(ctx context.Context) any {
		found, err := e.records.Sent(ctx, id, keys)
		return &sentFound{Found: found, Err: err}
	})
}

func (a *roomActor) lookUpMessage(message incident.MessageID) {
	id, e := a.id, a.engine
	a.do(commitTimeout, func(ctx context.Context) any {
		found, err := e.records.Message(ctx, id, message)
		if incident.KindOf(err) == incident.NotFound {
			err = incident.Wrap(incident.NotFound, "find message", err, "The room has no such message.")
		}
		return &messageFound{ID: message, Message: found, Err: err}
	})
}

func (a *roomActor) settleRepeated(op operation, from *actor.PID, refusal error) {
	id, e := a.id, a.engine
	e.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, commitTimeout)
		defer cancel()
		found, err := e.records.Sent(ctx, id, []incident.SendKey{op.key()})
		ev, done := found[op.key()]
		switch {
		case err != nil:
			a.reply(from, op.refused(err))
		case done:
			a.reply(from, op.done(ev))
		default:
			a.reply(from, op.refused(refusal))
		}
	})
}

func (a *roomActor) saveReads(reads []incident.ReadPointer) {
	id, e := a.id, a.engine
	e.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, commitTimeout)
		defer cancel()
		if err := e.records.SaveReads(ctx, id, reads); err != nil {
			e.log.Warn("read pointers not stored: the next ones will be", "room_id", string(id), "err", err)
		}
	})
}

func (a *roomActor) openUpload(up incident.Upload) {
	e := a.engine
	a.do(commitTimeout, func(ctx context.Context) any {
		return &uploadOpened{File: up.FileID, Err: e.records.OpenUpload(ctx, up)}
	})
}

func (a *roomActor) closeUpload(file incident.FileID) {
	id, e := a.id, a.engine
	e.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, commitTimeout)
		defer cancel()
		if err := e.records.CloseUpload(ctx, id, file); err != nil {
			e.log.Warn("upload not closed: a later pass will", "room_id", string(id), "file_id", string(file), "err", err)
		}
	})
}

func (a *roomActor) reply(to *actor.PID, m answer) {
	if to == nil {
		return
	}
	a.engine.tell(to, m)
}

func (a *roomActor) publish(relay *actor.PID, told *published) {
	if told.durable.IsZero() { // nobody has it yet
		told.durable = a.committedAt
	}
	a.engine.tell(relay, told)
}

func (a *roomActor) announceSoon() {
	self, root := a.self, a.engine.root
	time.AfterFunc(announcePause, func() { root.Send(self, &announceNow{}) })
}

func (a *roomActor) pulseSoon() {
	self, root := a.self, a.engine.root
	time.AfterFunc(pulsePause, func() { root.Send(self, &pulseNow{}) })
}

func (a *roomActor) tellRelay(relay *actor.PID, m any) { a.engine.tell(relay, m) }

func (a *roomActor) tellAll(m any) { a.engine.tellRelays(m) }

func (a *roomActor) suspended() bool { return a.engine.Suspended() }

func (a *roomActor) misplaced() bool { return a.engine.placement.misplaced(a.id) }

func (a *roomActor) ackUpload(f incident.File) { a.engine.tellUser(f.Uploader.ID, &uploadAck{File: f}) }

// stop retires this activation: out of the placement's map first, so that the
// next request starts another one, then this actor ends. What still waits in the
// mailbox is answered "moved".
func (a *roomActor) stop() { a.engine.placement.retire(a.id, a.self) }
