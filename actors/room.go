package actors

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// world is what a room does to everything around it. No method waits; outcomes
// come back through the room's on… methods.
type world interface {
	now() time.Time
	newID() string
	claim()                                    // → onClaimed
	commit(b incident.Batch)                   // → onCommitted
	lookUpSent(keys []incident.SendKey)        // → onSentFound
	openUpload(up incident.Upload)             // → onUploadOpened
	closeUpload(file incident.FileID)          // no outcome
	reply(to *actor.PID, a answer)             // to may be nil
	publish(relay *actor.PID, told *published) // in order of calls, per relay
	ackUpload(f incident.File)                 // to the uploader, wherever they are
	suspended() bool                           // this node has no lease for now
	misplaced() bool                           // another node should have the room, if nobody is using it
	announceSoon()                             // → announce
	tellPresent(relay *actor.PID, m *present)
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

// room is one incident room while it is active: its members, its uploads, its
// place in the log and what waits to be appended. It is not safe for concurrent
// use; roomActor calls it.
type room struct {
	id     incident.RoomID
	world  world
	limits Limits

	phase   roomPhase
	status  incident.Status
	epoch   incident.Epoch
	head    incident.Seq // of the last committed event
	lastAt  time.Time    // times never run backwards inside a room
	lastUse time.Time    // asked for anything
	lastAct time.Time    // asked to change or to read something, not only to be watched

	members map[incident.UserID]incident.Member
	uploads map[incident.FileID]incident.Upload
	opening map[incident.FileID]*actor.PID // who waits for an upload's admission
	deleted map[incident.FileID]bool       // since this activation began
	relays  map[string]*actor.PID
	here    map[string][]incident.Person // by relay: members who watch

	announcing bool // announce is about to be called

	onReleased []*actor.PID // who waits for the release

	stash   []stashed         // requests that came before the claim's outcome
	pending []*entry          // for the next batch
	flight  []*entry          // in the batch that is being committed
	inHand  map[string]*entry // pending and flight, by key
	recent  sendMemory
}

type stashed struct {
	req  request
	from *actor.PID
}

func newRoom(id incident.RoomID, w world, limits Limits) *room {
	return &room{
		id: id, world: w, limits: limits, lastUse: w.now(), lastAct: w.now(),
		members: map[incident.UserID]incident.Member{}, recent: sendMemory{size: recentSends},
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
			err = incident.Refusal(incident.NoRole, incident.ActRead)
		}
		r.giveUp(err)
		return
	}
	r.phase = serving
	r.status = state.Room.Status
	r.epoch, r.head, r.lastAt = state.Room.Epoch, state.Room.Head, state.Room.LastActivity
	for _, m := range state.Members {
		r.members[m.ID] = m
	}
	for _, up := range state.Uploads {
		put(&r.uploads, up.FileID, up)
	}
	waiting := r.stash
	r.stash = nil
	for _, s := range waiting {
		r.serve(s.req, s.from)
	}
}

// ask serves a request, or keeps it until the room is claimed.
func (r *room) ask(req request, from *actor.PID) {
	r.lastUse = r.world.now()
	if _, watching := req.(*watch); !watching {
		r.lastAct = r.lastUse
	}
	switch {
	case r.phase == serving && r.world.suspended():
		r.world.reply(from, req.refused(errMoved()))
	case r.phase == serving:
		r.serve(req, from)
	case r.phase == releasing || r.phase == stopped:
		r.world.reply(from, req.refused(errMoved()))
	case len(r.stash) >= maxStash:
		r.world.reply(from, req.refused(errBusy()))
	default:
		r.stash = append(r.stash, stashed{req, from})
	}
}

func (r *room) serve(req request, from *actor.PID) {
	var err error
	switch m := req.(type) {
	case *post:
		err = r.post(m, from)
	case *addMember:
		err = r.addMember(m, from)
	case *beginUpload:
		err = r.beginUpload(m, from)
	case *finishUpload:
		err = r.finishUpload(m, from)
	case *deleteFile:
		err = r.deleteFile(m, from)
	case *join:
		err = r.join(m, from)
	case *watch:
		put(&r.relays, m.Relay.String(), m.Relay)
		r.setHere(m.Relay, m.Here)
		r.world.reply(from, &watching{Room: r.id, Epoch: r.epoch, Head: r.head})
	default:
		err = incident.E(incident.Internal, "room", "")
	}
	if err != nil {
		r.world.reply(from, req.refused(err))
	}
}

func (r *room) role(p incident.Principal) incident.Role { return r.members[p.ID].Role }

// may decides an act, and refuses changes of a room that is read-only.
func (r *room) may(p incident.Principal, act incident.Act) error {
	if role := r.role(p); !incident.Can(p, role, act) {
		return incident.Refusal(role, act)
	}
	if act != incident.ActRead && r.status.ReadOnly() {
		return incident.E(incident.Conflict, string(act), "The room is archived and can only be read.")
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

func (r *room) post(m *post, from *actor.PID) error {
	if err := r.may(m.By, incident.ActPost); err != nil {
		return err
	}
	key := incident.SendKey{Author: m.By.ID, ID: m.Draft.ClientMsgID}
	digest := m.Draft.Digest()
	if stored, ok := r.recent.find(key); ok {
		return r.answerAgain(m, from, stored, digest)
	}
	name := "post/" + string(key.Author) + "/" + string(key.ID)
	if e := r.inHand[name]; e != nil {
		if e.digest != digest {
			return errIDReused()
		}
		e.askers = append(e.askers, from)
		return nil
	}
	at := r.clock()
	return r.append(&entry{
		key: name, by: m.By.Person, at: at, sent: key, digest: digest, askers: []*actor.PID{from},
		changes: []incident.Change{incident.MessagePosted{Message: incident.Message{
			ID: incident.MessageID(r.world.newID()), Author: m.By.Person, Type: incident.Text,
			Text: m.Draft.Text, ReplyTo: m.Draft.ReplyTo, ClientMsgID: m.Draft.ClientMsgID, At: at,
		}}},
		answer: func(events []incident.Event, err error) answer {
			if err != nil {
				return m.refused(err)
			}
			stored := messageOf(events[0])
			return &posted{Room: r.id, ID: key.ID, Message: stored, Seq: stored.Seq}
		},
	})
}

// answerAgain answers a repeated send from what is stored (F-RT-09).
func (r *room) answerAgain(m *post, from *actor.PID, stored incident.Message, digest incident.Digest) error {
	if stored.Digest() != digest {
		return errIDReused()
	}
	r.world.reply(from, &posted{Room: r.id, ID: m.Draft.ClientMsgID, Message: stored, Seq: stored.Seq})
	return nil
}

func (r *room) addMember(m *addMember, from *actor.PID) error {
	role := r.role(m.By)
	if !incident.MayAdd(m.By, role, m.Role) {
		return incident.Refusal(role, incident.ActAddMember)
	}
	if err := r.may(m.By, incident.ActAddViewer); err != nil {
		return err
	}
	if there, ok := r.members[m.Person.ID]; ok {
		if there.Role != m.Role {
			return errOtherRole(there.Role)
		}
		r.world.reply(from, &memberAdded{Member: there})
		return nil
	}
	key := "member/" + string(m.Person.ID)
	at := r.clock()
	member := incident.Member{Person: m.Person, Role: m.Role, AddedBy: m.By.ID, AddedAt: at}
	if e := r.inHand[key]; e != nil {
		if coming := e.changes[0].(incident.MemberAdded).Member; coming.Role != m.Role {
			return errOtherRole(coming.Role)
		}
		e.askers = append(e.askers, from)
		return nil
	}
	return r.append(&entry{
		key: key, by: m.By.Person, at: at, askers: []*actor.PID{from},
		changes: []incident.Change{incident.MemberAdded{Member: member}},
		answer: func(_ []incident.Event, err error) answer {
			return &memberAdded{Member: member, Err: err}
		},
	})
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
	for id, up := range r.uploads {
		if now.Sub(up.StartedAt) > uploadExpiry {
			delete(r.uploads, id)
		}
	}
	idle := len(r.uploads) == 0 && len(r.pending) == 0 && r.flight == nil
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
	for _, s := range r.stash {
		r.world.reply(s.from, s.req.refused(err))
	}
	r.stash = nil
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

func errIDReused() error {
	return incident.E(incident.IDReused, "post message", "This client_msg_id was used for another message. Send with a new one.")
}

func errOtherRole(role incident.Role) error {
	return incident.E(incident.Conflict, "add member", "This person is a member already, as %s.", role)
}
