package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

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
			ID: incident.MessageID(r.world.newID()), Author: m.By.Person, Type: m.Draft.Type,
			Text: m.Draft.Text, ReplyTo: m.Draft.ReplyTo, Mentions: r.mentioned(m.Draft.Mentions),
			ClientMsgID: m.Draft.ClientMsgID, At: at,
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
func (r *room) answerAgain(m *post, from *actor.PID, stored sent, digest incident.Digest) error {
	if stored.digest != digest {
		return errIDReused()
	}
	message := stored.message
	message.Text = m.Draft.Text
	r.world.reply(from, &posted{Room: r.id, ID: m.Draft.ClientMsgID, Message: message, Seq: message.Seq})
	return nil
}

// mentioned leaves out who is no member, and what is said twice; nil for nobody.
func (r *room) mentioned(m incident.Mentions) *incident.Mentions {
	slices.Sort(m.Users)
	slices.Sort(m.Roles)
	kept := incident.Mentions{All: m.All, Roles: slices.Compact(m.Roles)}
	for _, u := range slices.Compact(m.Users) {
		if r.members[u].Role != incident.NoRole {
			kept.Users = append(kept.Users, u)
		}
	}
	if kept.Empty() {
		return nil
	}
	return &kept
}

// messageAct is what is done to a message.
type messageAct string

const (
	editMessage   messageAct = "edit"
	deleteMessage messageAct = "delete"
	react         messageAct = "react"
	unreact       messageAct = "unreact"
	pin           messageAct = "pin"
	unpin         messageAct = "unpin"
)

// target is a message as it will read once everything in hand is committed. What
// is decided about a message is decided on it, so that many changes share a batch
// and still follow one another.
type target struct {
	incident.Message
	hands int  // entries in hand
	stale bool // one of them was refused: this is not how the message reads
}

// maxTargets is how many messages a room keeps at hand for the next change.
const maxTargets = 256

// changeMessage decides about a change of a message, reading the message first if
// it is not at hand. Changes of one message are decided in the order in which they
// came.
func (r *room) changeMessage(m *changeMessage, from *actor.PID) error {
	if err := r.mayTouch(m); err != nil {
		return err
	}
	if t := r.targets[m.Message]; t != nil {
		return r.changeTarget(m, t, from)
	}
	if r.looking >= maxStash {
		return errBusy()
	}
	waiting := r.lookups[m.Message]
	put(&r.lookups, m.Message, append(waiting, stashed{m, from, r.asking}))
	r.looking++
	if len(waiting) == 0 {
		r.world.lookUpMessage(m.Message)
	}
	return nil
}

// mayTouch decides what can be decided without the message.
func (r *room) mayTouch(m *changeMessage) error {
	act := incident.ActPost
	switch {
	case m.Act == react || m.Act == unreact:
		act = incident.ActReact
	case m.Act == deleteMessage && incident.Can(m.By, r.role(m.By), incident.ActDeleteAnyMessage):
		act = incident.ActDeleteAnyMessage
	}
	return r.may(m.By, act)
}

// onMessageFound decides about what waited for the message.
func (r *room) onMessageFound(id incident.MessageID, found incident.Message, err error) {
	waiting := r.lookups[id]
	delete(r.lookups, id)
	r.looking -= len(waiting)
	if r.phase != serving {
		err = errMoved()
	}
	if err == nil {
		r.keepTarget(&target{Message: found})
	}
	for _, w := range waiting {
		if err != nil {
			r.world.reply(w.from, w.req.refused(err))
			continue
		}
		r.asking = w.trace
		r.ask(w.req, w.from)
	}
}

func (r *room) keepTarget(t *target) {
	if len(r.targets) >= maxTargets {
		for id, old := range r.targets {
			if old.hands == 0 {
				delete(r.targets, id)
				break
			}
		}
	}
	put(&r.targets, t.ID, t)
}

// dropLookups refuses what waits for messages to be read.
func (r *room) dropLookups(err error) {
	for id, waiting := range r.lookups {
		for _, w := range waiting {
			r.world.reply(w.from, w.req.refused(err))
		}
		delete(r.lookups, id)
	}
	r.looking = 0
}

func (r *room) changeTarget(m *changeMessage, t *target, from *actor.PID) error {
	key := "change/" + string(m.By.ID) + "/" + string(m.ID)
	if e := r.inHand[key]; e != nil {
		e.askers = append(e.askers, from)
		return nil
	}
	at := r.clock()
	before := t.Message
	change, audit, err := r.decide(m, t, at)
	if err != nil {
		return err
	}
	if change == nil { // it is so already
		r.world.reply(from, &messageChanged{Room: r.id, ID: m.ID, Message: m.Message, Seq: t.Seq, At: t.At})
		return nil
	}
	e := &entry{
		key: key, by: m.By.Person, at: at, target: t, askers: []*actor.PID{from}, audit: audit,
		changes: []incident.Change{change},
		answer: func(events []incident.Event, err error) answer {
			if err != nil {
				return m.refused(err)
			}
			return &messageChanged{Room: r.id, ID: m.ID, Message: m.Message, Seq: events[0].Seq, At: at}
		},
	}
	t.hands++
	if err := r.append(e); err != nil {
		t.hands--
		t.Message = before
		return err
	}
	return nil
}

// decide changes the target and returns what the log will say, or nil when the
// target is so already.
func (r *room) decide(m *changeMessage, t *target, at time.Time) (incident.Change, []incident.AuditEntry, error) {
	done := &incident.Done{By: m.By.Person, At: at}
	if t.Deleted != nil && m.Act != deleteMessage {
		return nil, nil, incident.E(incident.Conflict, "change message", "The message is deleted.")
	}
	switch m.Act {
	case editMessage:
		if err := t.MayEdit(m.By.ID, at); err != nil {
			return nil, nil, err
		}
		if t.Text == m.Text {
			return nil, nil, nil
		}
		t.Text, t.Mentions, t.Edits, t.EditedAt = m.Text, r.mentioned(m.Mentions), t.Edits+1, &at
		return incident.MessageEdited{MessageID: t.ID, Text: t.Text, Mentions: t.Mentions}, nil, nil
	case deleteMessage:
		return r.decideDeletion(m, t, done)
	case react:
		return r.decideReaction(m, t)
	case unreact:
		i, j := reactionOf(t, m.Emoji, m.By.ID)
		if j < 0 {
			return nil, nil, nil
		}
		t.Reactions = slices.Clone(t.Reactions)
		t.Reactions[i].People = slices.Delete(slices.Clone(t.Reactions[i].People), j, j+1)
		if len(t.Reactions[i].People) == 0 {
			t.Reactions = slices.Delete(t.Reactions, i, i+1)
		}
		return incident.ReactionRemoved{MessageID: t.ID, Emoji: m.Emoji}, nil, nil
	case pin:
		if t.Pinned != nil {
			return nil, nil, nil
		}
		t.Pinned = done
		return incident.MessagePinned{MessageID: t.ID}, nil, nil
	case unpin:
		if t.Pinned == nil {
			return nil, nil, nil
		}
		t.Pinned = nil
		return incident.MessageUnpinned{MessageID: t.ID}, nil, nil
	default:
		return nil, nil, incident.E(incident.Internal, "change message", "")
	}
}

func (r *room) decideDeletion(m *changeMessage, t *target, done *incident.Done) (incident.Change, []incident.AuditEntry, error) {
	role, own := r.role(m.By), t.Author.ID == m.By.ID
	if !own && !incident.Can(m.By, role, incident.ActDeleteAnyMessage) {
		return nil, nil, incident.Refusal(m.By, role, incident.ActDeleteAnyMessage)
	}
	if t.Deleted != nil {
		return nil, nil, nil
	}
	if err := t.MayDelete(); err != nil {
		return nil, nil, err
	}
	if incident.ByOffice(m.By, role, incident.ActDeleteAnyMessage) && m.Reason == "" {
		return nil, nil, errNoReason("delete message")
	}
	t.Deleted, t.Text, t.Pinned, t.Reactions, t.Mentions = done, "", nil, nil, nil
	audit := r.audit(m.By, done.At, "message_deleted", "message "+string(t.ID))
	return incident.MessageDeleted{MessageID: t.ID, Reason: m.Reason}, audit, nil
}

func (r *room) decideReaction(m *changeMessage, t *target) (incident.Change, []incident.AuditEntry, error) {
	i, j := reactionOf(t, m.Emoji, m.By.ID)
	switch {
	case j >= 0:
		return nil, nil, nil
	case i < 0 && len(t.Reactions) >= incident.MaxReactions:
		return nil, nil, incident.E(incident.Conflict, "react", "The message has %d different reactions already. Use one of them.", incident.MaxReactions)
	case i < 0:
		t.Reactions = append(slices.Clone(t.Reactions), incident.Reaction{Emoji: m.Emoji, People: []incident.Person{m.By.Person}})
	default:
		t.Reactions = slices.Clone(t.Reactions)
		t.Reactions[i].People = append(slices.Clone(t.Reactions[i].People), m.By.Person)
	}
	return incident.ReactionAdded{MessageID: t.ID, Emoji: m.Emoji}, nil, nil
}

// reactionOf finds an emoji under a message and the person's place there; -1 for
// none.
func reactionOf(t *target, emoji string, user incident.UserID) (i, j int) {
	i = slices.IndexFunc(t.Reactions, func(x incident.Reaction) bool { return x.Emoji == emoji })
	if i < 0 {
		return -1, -1
	}
	return i, slices.IndexFunc(t.Reactions[i].People, func(p incident.Person) bool { return p.ID == user })
}

// settleTarget lets go of a message. One whose change was refused is read again
// before the next.
func (r *room) settleTarget(t *target, err error) {
	t.hands--
	if err != nil {
		t.stale = true
		if r.targets[t.ID] == t {
			delete(r.targets, t.ID)
		}
	}
}

// refuseFollowers refuses what was decided on messages whose earlier change failed.
func (r *room) refuseFollowers(err error) {
	kept := r.pending[:0:0]
	for _, e := range r.pending {
		if e.target != nil && e.target.stale {
			r.settle(e, nil, err)
			continue
		}
		kept = append(kept, e)
	}
	r.pending = kept
}

func errIDReused() error {
	return incident.E(incident.IDReused, "post message", "This client_msg_id was used for another message. Send with a new one.")
}

func errNoReason(op string) error {
	return incident.E(incident.Invalid, op, "reason is empty: say why you delete what is not yours")
}
