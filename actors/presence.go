package actors

import (
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// Who is in a room now (F-MB-06): each relay says which members watch from its
// node, with every watch and whenever that changes; the room puts the sets
// together and tells all relays. A set ends with its relay's watch, so the ghosts
// of a node go when the node does.
type (
	// here says which members watch the room from the relay's node. It is not
	// answered.
	here struct {
		Room   incident.RoomID
		Relay  *actor.PID
		People []incident.Person
	}
	// present tells a relay who is in the room, on whatever node.
	present struct {
		Room   incident.RoomID
		Epoch  incident.Epoch
		Count  int
		People []incident.Person // at most maxPresent, by name
	}
	// entered says that a subscription belongs to a member who may read the room.
	entered struct{ Sub *subscription }

	announceNow struct{}
	// tellHere is the relay's word to itself that a room is to be told who is here.
	tellHere struct{ Room incident.RoomID }
)

// setHere takes what a relay says about its node.
func (r *room) setHere(relay *actor.PID, people []incident.Person) {
	key := relay.String()
	if _, watches := r.relays[key]; !watches || slices.Equal(r.here[key], people) {
		return
	}
	put(&r.here, key, people)
	r.presenceChanged()
}

// dropHere forgets a relay's people.
func (r *room) dropHere(relay *actor.PID) {
	if len(r.here[relay.String()]) > 0 {
		r.presenceChanged()
	}
	delete(r.here, relay.String())
}

// presenceChanged announces soon: many come and go at once.
func (r *room) presenceChanged() {
	if !r.announcing {
		r.announcing = true
		r.world.announceSoon()
	}
}

// announce tells all relays who is here.
func (r *room) announce() {
	r.announcing = false
	if r.phase != serving {
		return
	}
	var all []incident.Person
	for _, people := range r.here {
		all = append(all, people...)
	}
	byID := func(a, b incident.Person) int { return strings.Compare(string(a.ID), string(b.ID)) }
	slices.SortFunc(all, byID)
	all = slices.CompactFunc(all, func(a, b incident.Person) bool { return a.ID == b.ID })
	m := &present{Room: r.id, Epoch: r.epoch, Count: len(all)}
	slices.SortStableFunc(all, func(a, b incident.Person) int { return strings.Compare(a.Name, b.Name) })
	m.People = all[:min(len(all), maxPresent)]
	for _, relay := range r.relays {
		r.world.tellRelay(relay, m)
	}
}

// entered counts a member's subscription, and shows it who is there already.
func (r *relay) entered(sub *subscription) {
	w := r.rooms[sub.room]
	if w == nil || !w.subs[sub] || w.people[sub] {
		return
	}
	put(&w.people, sub, true)
	if w.present != nil {
		sub.tell(w.present)
	}
	r.hereChanged(w)
}

// hereChanged tells the room soon: after a lost network many come at once.
func (r *relay) hereChanged(w *watched) {
	if w.telling {
		return
	}
	w.telling = true
	room, self, root := w.room, r.self, r.engine.root
	time.AfterFunc(herePause, func() { root.Send(self, &tellHere{room}) })
}

// tellHere tells the room who watches it from this node.
func (r *relay) tellHere(room incident.RoomID) {
	w := r.rooms[room]
	if w == nil {
		return
	}
	w.telling = false
	if w.pid != nil && w.known {
		r.engine.tell(w.pid, &here{Room: w.room, Relay: r.self, People: w.whoIsHere()})
	}
}

// whoIsHere returns the members who watch from this node, by id.
func (w *watched) whoIsHere() []incident.Person {
	people := make([]incident.Person, 0, len(w.people))
	for sub := range w.people {
		people = append(people, sub.by.Person)
	}
	slices.SortFunc(people, func(a, b incident.Person) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return slices.CompactFunc(people, func(a, b incident.Person) bool { return a.ID == b.ID })
}

// showPresent passes on who is in the room.
func (r *relay) showPresent(m *present) {
	w := r.rooms[m.Room]
	if w == nil || m.Epoch < w.epoch {
		return
	}
	w.present = r.engine.frames.Presence(m.Room, m.Count, m.People)
	for sub := range w.subs {
		sub.tell(w.present)
	}
}
