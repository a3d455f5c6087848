package actors

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"taskreporter/incident"
)

// house is a room's log as the database holds it, and what the log says.
type house struct {
	log      []incident.Event
	stored   map[incident.SendKey]incident.Event
	epoch    incident.Epoch
	room     incident.Room
	members  incident.Members
	items    []incident.ChecklistItem
	messages map[incident.MessageID]incident.Message
}

func newHouse() *house {
	h := &house{
		stored: map[incident.SendKey]incident.Event{}, epoch: 7, messages: map[incident.MessageID]incident.Message{},
		room: incident.Room{ID: testRoom, Title: "t", Type: incident.IT, Severity: incident.Low, Status: incident.Open, Version: 1},
		members: incident.Members{
			"wang": {Person: wang.Person, Role: incident.Owner}, "boss": {Person: boss.Person, Role: incident.Owner},
			"lee": {Person: lee.Person, Role: incident.Editor}, "chen": {Person: chen.Person, Role: incident.Viewer},
		},
		items: []incident.ChecklistItem{{ID: 1}, {ID: 2}},
	}
	for _, id := range []incident.MessageID{"m1", "m2"} { // said before
		h.messages[id] = incident.Message{ID: id, Author: lee.Person, Text: "text", At: newScript().clock}
	}
	return h
}

// boss and chief are ADMINs; boss is an OWNER besides.
var (
	boss  = office("boss")
	chief = office("chief")
)

func office(name string) incident.Principal {
	p := person(name)
	p.System = incident.SystemAdmin
	return p
}

func (h *house) state() incident.RoomState {
	s := incident.RoomState{Room: h.room, Checklist: slices.Clone(h.items)}
	s.Room.Epoch, s.Room.Head = h.epoch, incident.Seq(len(h.log))
	for _, m := range h.members {
		s.Members = append(s.Members, m)
	}
	return s
}

// store appends a batch as the database would.
func (h *house) store(t *rapid.T, b incident.Batch) error {
	if b.Epoch != h.epoch || b.Lo != incident.Seq(len(h.log)) {
		return incident.ErrFenced
	}
	for _, ev := range b.Events {
		if _, twice := h.stored[incident.SendKey{Author: ev.By.ID, ID: ev.ClientMsgID}]; twice && ev.ClientMsgID != "" {
			return incident.ErrDuplicate
		}
	}
	for i, ev := range b.Events {
		h.apply(t, ev)
		if _, first := ev.Change.(incident.RoleChanged); first && i+1 < len(b.Events) {
			if _, second := b.Events[i+1].Change.(incident.RoleChanged); second {
				continue // the two halves of a transfer
			}
		}
		h.check(t, ev)
	}
	return nil
}

// apply judges an event by what the log said before it: the room may be wrong.
func (h *house) apply(t *rapid.T, ev incident.Event) {
	h.log = append(h.log, ev)
	if ev.ClientMsgID != "" {
		h.stored[incident.SendKey{Author: ev.By.ID, ID: ev.ClientMsgID}] = ev
	}
	role := h.members[ev.By.ID].Role
	said, isMessage := ev.Change.(incident.MessagePosted)
	if h.room.Status.ReadOnly() && (!isMessage || said.Message.Status == nil) { // the move's own message
		t.Fatalf("%T in an archived room", ev.Change)
	}
	switch c := ev.Change.(type) {
	case incident.RoomUpdated:
		if c.Room.Version != h.room.Version+1 {
			t.Fatalf("version %d after %d: somebody was overwritten", c.Room.Version, h.room.Version)
		}
		if c.Room.Status != h.room.Status && !slices.Contains(h.room.Status.Moves(), c.Room.Status) {
			t.Fatalf("%s became %s", h.room.Status, c.Room.Status)
		}
		h.room = c.Room
	case incident.MemberAdded:
		if h.members[c.Member.ID].Role != incident.NoRole {
			t.Fatalf("%s added twice", c.Member.ID)
		}
		h.members[c.Member.ID] = c.Member
	case incident.MemberRemoved:
		if h.members[c.Person.ID].Role == incident.NoRole {
			t.Fatalf("%s removed, but no member", c.Person.ID)
		}
		delete(h.members, c.Person.ID)
	case incident.RoleChanged:
		if last := h.log[max(0, len(h.log)-2)]; ev.ClientMsgID == "" && last.Change.EventType() != ev.Change.EventType() {
			t.Fatal("a change of a role has no name in the log")
		}
		m := h.members[c.Person.ID]
		if m.Role != c.From {
			t.Fatalf("%s is %s, not %s", c.Person.ID, m.Role, c.From)
		}
		m.Role = c.To
		h.members[c.Person.ID] = m
	case incident.MessagePosted:
		if c.Message.Status == nil && role != incident.Owner && role != incident.Editor {
			t.Fatalf("%s posted as %q", ev.By.ID, role)
		}
		m := c.Message
		m.Seq = ev.Seq
		h.messages[m.ID] = m
	case incident.MessageEdited:
		m := h.messages[c.MessageID]
		if m.Deleted != nil || m.Author.ID != ev.By.ID || m.Text == c.Text {
			t.Fatalf("%s edited %+v into %q", ev.By.ID, m, c.Text)
		}
		m.Text, m.Edits = c.Text, m.Edits+1
		h.messages[c.MessageID] = m
	case incident.MessageDeleted:
		m := h.messages[c.MessageID]
		if m.Deleted != nil {
			t.Fatal("deleted twice")
		}
		m.Deleted = &incident.Done{By: ev.By, At: ev.At}
		m.Text, m.Reactions, m.Pinned = "", nil, nil
		h.messages[c.MessageID] = m
	case incident.ReactionAdded:
		h.react(t, c.MessageID, c.Emoji, ev.By, true)
	case incident.ReactionRemoved:
		h.react(t, c.MessageID, c.Emoji, ev.By, false)
	case incident.ChecklistChanged:
		i := int(c.ItemID) - 1
		if (h.items[i].Done != nil) == c.Done {
			t.Fatal("ticked twice")
		}
		h.items[i].Done = nil
		if c.Done {
			h.items[i].Done = &incident.Done{By: ev.By, At: ev.At}
		}
	}
}

func (h *house) react(t *rapid.T, id incident.MessageID, emoji string, by incident.Person, there bool) {
	m := h.messages[id]
	i, j := reactionOf(&target{Message: m}, emoji, by.ID)
	if m.Deleted != nil || (j >= 0) == there {
		t.Fatalf("%s reacts (%v) to %+v", by.ID, there, m)
	}
	m.Reactions = slices.Clone(m.Reactions)
	switch {
	case !there:
		m.Reactions[i].People = slices.Delete(slices.Clone(m.Reactions[i].People), j, j+1)
		m.Reactions = slices.DeleteFunc(m.Reactions, func(x incident.Reaction) bool { return len(x.People) == 0 })
	case i < 0:
		m.Reactions = append(m.Reactions, incident.Reaction{Emoji: emoji, People: []incident.Person{by}})
	default:
		m.Reactions[i].People = append(slices.Clone(m.Reactions[i].People), by)
	}
	h.messages[id] = m
}

// check holds after every event but between the halves of a transfer (F-MB-04).
func (h *house) check(t *rapid.T, ev incident.Event) {
	for _, m := range h.members {
		if m.Role == incident.Owner {
			return
		}
	}
	t.Fatalf("no owner after %T", ev.Change)
}

// F-RM-09, F-RM-10, F-MB-03, F-MB-04, F-RT-03, F-RT-11 as properties: whatever
// people ask for at once, and whatever becomes of commits and activations, the log
// never holds an illegal change, nothing is done twice, and what is told is the log.
func TestNoSequenceOfActsBreaksARoom(t *testing.T) {
	t.Parallel()
	everybody := []incident.Principal{wang, lee, chen, chang, boss, chief}
	rapid.Check(t, func(t *rapid.T) {
		h := newHouse()
		var w *script
		var r *room
		var told []incident.Event
		activate := func() {
			w = newScript()
			w.ids = 1000 * int(h.epoch)
			r = newRoom(testRoom, w, DefaultLimits)
			r.onClaimed(h.state(), nil)
			r.ask(&watch{Relay: asker("relay")}, nil)
			told = slices.Clone(h.log)
		}
		n := 0
		name := func() op { n++; return op{Op: incident.ClientMsgID(fmt.Sprint("op", n))} }
		who := rapid.SampledFrom(everybody)
		message := func() incident.MessageID {
			ids := []incident.MessageID{"nowhere"}
			for id := range h.messages {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			return rapid.SampledFrom(ids).Draw(t, "message")
		}
		var repeats []operation
		request := func() request {
			by := who.Draw(t, "by")
			someone := who.Draw(t, "someone").Person
			role := rapid.SampledFrom(incident.Roles).Draw(t, "role")
			switch rapid.IntRange(0, 12).Draw(t, "act") {
			case 0, 1:
				n++
				return say(by, fmt.Sprint("c", n), "text")
			case 2, 10, 11, 12:
				acts := []messageAct{editMessage, deleteMessage, react, react, unreact, pin, unpin}
				n++
				return &changeMessage{
					By: by, Room: testRoom, ID: incident.ClientMsgID(fmt.Sprint("x", n)), Act: rapid.SampledFrom(acts).Draw(t, "change"),
					Message: message(), Text: fmt.Sprint("edit", n%3), Emoji: rapid.SampledFrom([]string{"👍", "✅"}).Draw(t, "emoji"), Reason: "r",
				}
			case 3:
				return &addMember{By: by, Person: someone, Role: role}
			case 4:
				return &setRole{op: name(), By: by, User: someone.ID, Role: role}
			case 5:
				return &removeMember{op: name(), By: by, User: someone.ID}
			case 6:
				return &transfer{op: name(), By: by, From: by.ID, To: someone.ID}
			case 7:
				title := fmt.Sprint("title", n)
				return &updateRoom{op: name(), By: by, Patch: incident.RoomPatch{Version: h.room.Version - n%2, Title: &title}}
			case 8:
				return &moveRoom{op: name(), By: by, Move: incident.Move{
					To: rapid.SampledFrom(incident.Statuses).Draw(t, "status"), Version: h.room.Version,
					Reason: "r", Resolution: "r", RootCause: "r", Of: "another",
				}}
			default:
				return &tickItem{By: by, Item: incident.ItemID(1 + n%2), Done: rapid.Bool().Draw(t, "done")}
			}
		}
		settle := func(outcome string) {
			for len(w.found) > 0 {
				id := w.found[0]
				w.found = w.found[1:]
				m, ok := h.messages[id]
				var err error
				if !ok {
					err = incident.E(incident.NotFound, "find message", "")
				}
				r.onMessageFound(id, m, err)
			}
			if len(w.batches) == 0 {
				return
			}
			b := w.batches[0]
			w.batches = w.batches[1:]
			switch outcome {
			case "stored":
				r.onCommitted(h.store(t, b))
			case "lost before":
				r.onCommitted(incident.ErrOutcomeUnknown)
			case "lost after":
				_ = h.store(t, b)
				r.onCommitted(incident.ErrOutcomeUnknown)
			case "away":
				r.onCommitted(incident.E(incident.Unavailable, "append", ""))
			}
			for len(w.lookUps) > 0 {
				found := map[incident.SendKey]incident.Event{}
				for _, k := range w.lookUps[0] {
					if ev, ok := h.stored[k]; ok {
						found[k] = ev
					}
				}
				w.lookUps = w.lookUps[1:]
				r.onSentFound(found, nil)
			}
		}
		activate()
		outcomes := []string{"stored", "stored", "stored", "lost before", "lost after", "away"}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1, 2:
				req := request()
				if again, ok := req.(operation); ok {
					repeats = append(repeats, again)
				}
				r.ask(req, asker("x"))
			case 3, 4, 5:
				settle(rapid.SampledFrom(outcomes).Draw(t, "outcome"))
			default: // the answer of an operation was lost, and it is asked again
				if len(repeats) > 0 {
					again := rapid.SampledFrom(repeats).Draw(t, "again").repeat()
					if _, done := h.stored[again.key()]; done {
						before := len(h.log)
						r.ask(again, asker("x"))
						for len(w.batches) > 0 || len(w.found) > 0 {
							settle("stored")
						}
						for _, ev := range h.log[before:] {
							if (incident.SendKey{Author: ev.By.ID, ID: ev.ClientMsgID}) == again.key() {
								t.Fatalf("%T was carried out twice", again)
							}
						}
					}
				}
			}
			for _, p := range w.told {
				told = append(told, p.Events...)
			}
			w.told = nil
			if w.stops > 0 {
				h.epoch++
				activate()
			}
		}
		for range 200 {
			settle("stored")
		}
		for _, p := range w.told {
			told = append(told, p.Events...)
		}
		if len(told) != len(h.log) {
			t.Fatalf("told %d events, the log has %d", len(told), len(h.log))
		}
		for i, ev := range told {
			if ev.Seq != incident.Seq(i+1) || ev.Seq != h.log[i].Seq || ev.Change.EventType() != h.log[i].Change.EventType() {
				t.Fatalf("told %d (%s) at place %d", ev.Seq, ev.Change.EventType(), i+1)
			}
		}
		if len(r.stash) > 0 || r.barrier != nil || len(r.inHand) > 0 {
			t.Fatalf("%d requests still wait, barrier %v, %d in hand", len(r.stash), r.barrier != nil, len(r.inHand))
		}
		for id, tg := range r.targets {
			if m := h.messages[id]; m.Text != tg.Text || m.Edits != tg.Edits || (m.Deleted == nil) != (tg.Deleted == nil) || len(m.Reactions) != len(tg.Reactions) {
				t.Fatalf("the room believes %+v, the log says %+v", tg.Message, m)
			}
		}
	})
}
