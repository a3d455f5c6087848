package actors

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// world is what a room does to everything around it. No method waits; outcomes
// come back through the room's on… methods.
type world interface {
	now() time.Time
	newID() string
	claim()                                          // → onClaimed
	commit(b incident.Batch, of []trace.SpanContext) // → onCommitted
	lookUpSent(keys []incident.SendKey)              // → onSentFound
	lookUpMessage(id incident.MessageID)             // → onMessageFound
	saveReads(reads []incident.ReadPointer)          // no outcome
	openUpload(up incident.Upload)                   // → onUploadOpened
	closeUpload(file incident.FileID)                // no outcome
	reply(to *actor.PID, a answer)                   // to may be nil
	publish(relay *actor.PID, told *published)       // in order of calls, per relay
	ackUpload(f incident.File)                       // to the uploader, wherever they are
	suspended() bool                                 // this node has no lease for now
	misplaced() bool                                 // another node should have the room, if nobody is using it
	announceSoon()                                   // → announce
	pulseSoon()                                      // → pulse
	tellRelay(relay *actor.PID, m any)               // what has no place in the log's order
	tellAll(m any)                                   // the relays of all nodes

	// settleRepeated answers a repeated operation that is refused now: it may have
	// been carried out before its answer was lost.
	settleRepeated(op operation, from *actor.PID, refusal error)
	stop() // the room serves no more

	// giveBack lets other nodes claim the room, then calls told, from another
	// goroutine.
	giveBack(epoch incident.Epoch, told func())
}

type roomPhase int

const (
	claiming  roomPhase = iota // requests wait for the claim's outcome
	serving                    // requests are served
	releasing                  // no new requests; what is in hand is committed first
	stopped                    // everything is answered "moved"
)

// room is one incident room while it is active: what it says of itself, its
// members, its uploads, its place in the log and what waits to be appended. It is
// not safe for concurrent use; roomActor calls it.
//
// Who may do what is decided by what is committed. So while a change of that, a
// barrier, is being committed, everything else waits behind it.
type room struct {
	id     incident.RoomID
	world  world
	limits Limits

	phase   roomPhase
	info    incident.Room
	epoch   incident.Epoch
	head    incident.Seq // of the last committed event
	lastAt  time.Time    // times never run backwards inside a room
	lastUse time.Time    // asked for anything
	lastAct time.Time    // asked to change or to read something, not only to be watched

	members   incident.Members
	checklist []incident.ChecklistItem
	uploads   map[incident.FileID]incident.Upload
	opening   map[incident.FileID]*actor.PID // who waits for an upload's admission
	deleted   map[incident.FileID]bool       // since this activation began
	infected  map[incident.FileID]bool       // the same
	relays    map[string]*actor.PID
	here      map[string][]incident.Person // by relay: members who watch
	pulses    pulses

	targets map[incident.MessageID]*target // messages that were changed lately
	asking  trace.SpanContext              // the trace of the request that is being served

	lookups map[incident.MessageID][]stashed // what waits for a message to be read
	looking int                              // how many wait so

	announcing bool // announce is about to be called

	onReleased []*actor.PID // who waits for the release

	stash   []stashed         // requests that came before the claim's outcome, or behind a barrier
	barrier *entry            // in hand; nil for none
	pending []*entry          // for the next batch
	flight  []*entry          // in the batch that is being committed
	inHand  map[string]*entry // pending and flight, by key
	recent  sendMemory
}

type stashed struct {
	req   request
	from  *actor.PID
	trace trace.SpanContext
}

func newRoom(id incident.RoomID, w world, limits Limits) *room {
	return &room{
		id: id, world: w, limits: limits, lastUse: w.now(), lastAct: w.now(),
		members: incident.Members{}, recent: sendMemory{size: recentSends},
	}
}

// put adds to a map that is made when something is put into it: most rooms are
// quiet, and there are many of them.
func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// onClaimed starts to serve, or gives up when the room could not be claimed.
func (r *room) onClaimed(state incident.RoomState, err error) {
	if r.phase != claiming { // released meanwhile
		if err == nil {
			r.world.giveBack(state.Room.Epoch, func() {})
		}
		return
	}
	if err != nil {
		if incident.KindOf(err) == incident.NotFound {
			err = incident.Refusal(incident.Principal{}, incident.NoRole, incident.ActRead)
		}
		r.giveUp(err)
		return
	}
	r.phase = serving
	r.info, r.checklist = state.Room, state.Checklist
	r.epoch, r.head, r.lastAt = state.Room.Epoch, state.Room.Head, state.Room.LastActivity
	for _, m := range state.Members {
		r.members[m.ID] = m
	}
	for _, up := range state.Uploads {
		up.Parts = nil // they pass beside the room
		put(&r.uploads, up.FileID, up)
	}
	r.serveStash()
}

// serveStash serves what waited, until the next barrier.
func (r *room) serveStash() {
	for len(r.stash) > 0 && r.barrier == nil && r.phase == serving {
		next := r.stash[0]
		r.stash = r.stash[1:]
		r.asking = next.trace
		r.serve(next.req, next.from)
	}
	if len(r.stash) == 0 {
		r.stash = nil
	}
}

// ask serves a request, or keeps it until the room is claimed and no barrier is in
// hand.
func (r *room) ask(req request, from *actor.PID) {
	r.lastUse = r.world.now()
	_, watching := req.(*watch)
	if !watching {
		r.lastAct = r.lastUse
	}
	switch {
	case r.phase == serving && r.world.suspended():
		r.world.reply(from, req.refused(errMoved()))
	case r.phase == serving && (watching || r.barrier == nil && r.stash == nil):
		r.serve(req, from)
	case r.phase == releasing || r.phase == stopped:
		r.world.reply(from, req.refused(errMoved()))
	case len(r.stash) >= maxStash:
		r.world.reply(from, req.refused(errBusy()))
	default:
		r.stash = append(r.stash, stashed{req, from, r.asking})
	}
}

func (r *room) serve(req request, from *actor.PID) {
	err := r.carryOut(req, from)
	if err == nil {
		return
	}
	if op, ok := req.(operation); ok && op.repeated() {
		r.world.settleRepeated(op, from, err)
		return
	}
	r.world.reply(from, req.refused(err))
}

func (r *room) carryOut(req request, from *actor.PID) error {
	switch m := req.(type) {
	case *post:
		return r.post(m, from)
	case *changeMessage:
		return r.changeMessage(m, from)
	case *updateRoom:
		return r.updateRoom(m, from)
	case *moveRoom:
		return r.moveRoom(m, from)
	case *addMember:
		return r.addMember(m, from)
	case *setRole:
		return r.setRole(m, from)
	case *removeMember:
		return r.removeMember(m, from)
	case *transfer:
		return r.transfer(m, from)
	case *tickItem:
		return r.tickItem(m, from)
	case *markRead:
		return r.markRead(m, from)
	case *startTyping:
		return r.startTyping(m, from)
	case *beginUpload:
		return r.beginUpload(m, from)
	case *finishUpload:
		return r.finishUpload(m, from)
	case *deleteFile:
		return r.deleteFile(m, from)
	case *recordVerdict:
		return r.recordVerdict(m, from)
	case *endRoom:
		r.world.reply(from, &carriedOut{})
		r.hand()
		r.giveUp(errMoved()) // whoever asks again finds no room
		return nil
	case *join:
		return r.join(m, from)
	case *watch:
		put(&r.relays, m.Relay.String(), m.Relay)
		r.setHere(m.Relay, m.Here)
		r.world.reply(from, &watching{Room: r.id, Epoch: r.epoch, Head: r.head})
		return nil
	default:
		return incident.E(incident.Internal, "room", "")
	}
}

func (r *room) role(p incident.Principal) incident.Role { return r.members[p.ID].Role }

// may decides an act, and refuses changes of a room that is read-only.
func (r *room) may(p incident.Principal, act incident.Act) error {
	if role := r.role(p); !incident.Can(p, role, act) {
		return incident.Refusal(p, role, act)
	}
	if act != incident.ActRead && r.info.Status.ReadOnly() {
		return errReadOnly(string(act))
	}
	return nil
}

func (r *room) join(m *join, from *actor.PID) error {
	if err := r.may(m.By, incident.ActRead); err != nil {
		return err
	}
	r.world.reply(from, &joined{
		Room: r.id, Epoch: r.epoch, Head: r.head,
		Office: incident.ByOffice(m.By, r.role(m.By), incident.ActRead),
	})
	return nil
}

// clock is the time of the next event: never before the one before.
func (r *room) clock() time.Time {
	if now := incident.Now(r.world.now()); now.After(r.lastAt) {
		r.lastAt = now
	}
	return r.lastAt
}

func (r *room) unwatch(relay *actor.PID) {
	delete(r.relays, relay.String())
	r.dropHere(relay)
}

// onTick forgets uploads that nobody finished and passivates a room that nobody
// used for a while.
func (r *room) onTick() {
	now := r.world.now()
	streaming := 0
	for id, up := range r.uploads {
		switch {
		case up.Resumable: // its record outlives this activation
		case now.Sub(up.StartedAt) > uploadExpiry:
			delete(r.uploads, id)
		default:
			streaming++
		}
	}
	idle := streaming == 0 && len(r.pending) == 0 && r.flight == nil && r.looking == 0
	unused := len(r.relays) == 0 && now.Sub(r.lastUse) >= r.limits.RoomIdle
	// A room that is only watched moves without being missed: its watchers follow.
	quiet := now.Sub(r.lastAct) >= quietAfter && r.world.misplaced()
	if r.phase == serving && idle && (unused || quiet) {
		r.hand()
		r.giveUp(errMoved())
	}
}

// hand gives the room back: this activation ends with nothing in hand.
func (r *room) hand() {
	waiting := r.onReleased
	r.onReleased = nil
	r.world.giveBack(r.epoch, func() {
		for _, from := range waiting {
			r.world.reply(from, &released{})
		}
	})
}

// release ends this activation once everything in hand is committed (drain).
func (r *room) release(from *actor.PID) {
	if r.phase == stopped {
		r.world.reply(from, &released{})
		return
	}
	r.onReleased = append(r.onReleased, from)
	if r.phase == claiming {
		r.giveUp(errMoved())
		return
	}
	r.phase = releasing
	r.dropLookups(errMoved())
	r.endRelease()
}

// endRelease ends the activation if it is being released and nothing is left.
func (r *room) endRelease() {
	if r.phase == releasing && r.flight == nil && len(r.pending) == 0 {
		r.hand()
		r.giveUp(errMoved())
	}
}

// giveUp refuses everything in hand and ends this activation. What was in flight
// may or may not be stored: "moved" makes its senders ask again.
func (r *room) giveUp(err error) {
	if r.phase == stopped {
		return
	}
	r.phase = stopped
	for _, e := range append(r.flight, r.pending...) {
		r.settle(e, nil, err)
	}
	r.flight, r.pending = nil, nil
	r.barrier = nil
	for _, s := range r.stash {
		r.world.reply(s.from, s.req.refused(err))
	}
	r.stash = nil
	r.dropLookups(err)
	r.saveReads()
	for file, from := range r.opening {
		r.world.reply(from, &uploadBegun{Err: err})
		delete(r.opening, file)
	}
	for _, from := range r.onReleased {
		r.world.reply(from, &released{})
	}
	r.onReleased = nil
	r.world.stop()
}

// lost reports whether an append's outcome ends the activation: another one owns
// the room, or nobody knows what is stored.
func lost(err error) bool {
	return errors.Is(err, incident.ErrFenced) || errors.Is(err, incident.ErrOutcomeUnknown)
}
