package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

func (r *room) updateRoom(m *updateRoom, from *actor.PID) error {
	for _, act := range m.Patch.Acts() {
		if err := r.may(m.By, act); err != nil {
			return err
		}
	}
	after, changed, err := r.info.Update(m.Patch, r.members)
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		r.world.reply(from, &roomChanged{Room: r.info})
		return nil
	}
	at := r.clock()
	return r.appendRoom(m.Op, m.By, at, from, r.audit(m.By, at, "room_updated", ""), incident.RoomUpdated{Room: after, Changed: changed})
}

// moveRoom changes the status: the move and the message that says so are one
// entry (F-RM-09).
func (r *room) moveRoom(m *moveRoom, from *actor.PID) error {
	if err := r.may(m.By, m.Move.Act(r.info.Status)); err != nil {
		return err
	}
	at := r.clock()
	was := r.info.Status
	after, changed, err := r.info.Move(m.Move, at)
	if err != nil {
		return err
	}
	text := m.Move.Reason
	for _, said := range []string{m.Move.Resolution, m.Move.RootCause, m.Move.Waiver} {
		if said != "" && text != "" {
			text += "\n\n"
		}
		text += said
	}
	return r.appendRoom(m.Op, m.By, at, from,
		r.audit(m.By, at, "room_moved", string(was)+" to "+string(after.Status)),
		incident.RoomUpdated{Room: after, Changed: changed, Reason: m.Move.Reason},
		incident.MessagePosted{Message: incident.Message{
			ID: incident.MessageID(r.world.newID()), Author: m.By.Person, Type: incident.StatusUpdate, Text: text, At: at,
			Status: &incident.StatusChange{From: was, To: after.Status},
		}})
}

// appendRoom appends a change of the room's own fields, which comes first in the
// entry.
func (r *room) appendRoom(op incident.ClientMsgID, by incident.Principal, at time.Time, from *actor.PID, audit []incident.AuditEntry, changes ...incident.Change) error {
	return r.appendAlone(&entry{
		key: "op/" + string(op), by: by.Person, at: at, sent: incident.SendKey{Author: by.ID, ID: op},
		askers: []*actor.PID{from}, audit: audit, changes: changes,
		answer: func(events []incident.Event, err error) answer {
			if err != nil {
				return &roomChanged{Err: err}
			}
			return roomChangedBy(events[0])
		},
	})
}

func roomChangedBy(ev incident.Event) answer {
	c, ok := ev.Change.(incident.RoomUpdated)
	if !ok {
		return &roomChanged{Err: incident.E(incident.Internal, "change room", "")}
	}
	c.Room.LastActivity = ev.At
	return &roomChanged{Room: c.Room}
}

func (r *room) tickItem(m *tickItem, from *actor.PID) error {
	if err := r.may(m.By, incident.ActPost); err != nil {
		return err
	}
	i := slices.IndexFunc(r.checklist, func(item incident.ChecklistItem) bool { return item.ID == m.Item })
	if i < 0 {
		return incident.E(incident.NotFound, "tick item", "The checklist has no item %d.", m.Item)
	}
	if (r.checklist[i].Done != nil) == m.Done {
		r.world.reply(from, &carriedOut{})
		return nil
	}
	return r.appendAlone(&entry{
		key: "tick", by: m.By.Person, at: r.clock(), askers: []*actor.PID{from},
		changes: []incident.Change{incident.ChecklistChanged{ItemID: m.Item, Done: m.Done}},
		answer:  func(_ []incident.Event, err error) answer { return &carriedOut{Err: err} },
	})
}

func (r *room) applyTick(c incident.ChecklistChanged, ev incident.Event) {
	for i := range r.checklist {
		if r.checklist[i].ID != c.ItemID {
			continue
		}
		r.checklist[i].Done = nil
		if c.Done {
			r.checklist[i].Done = &incident.Done{By: ev.By, At: ev.At}
		}
	}
}

// audit makes the row that is stored with an entry; what names the thing inside
// the room, and may be empty.
func (r *room) audit(by incident.Principal, at time.Time, act, what string) []incident.AuditEntry {
	target := "room " + string(r.id)
	if what != "" {
		target += " " + what
	}
	return []incident.AuditEntry{{
		At: at, Who: by.Person, Act: act, Target: target, From: by.From, Outcome: "ok", Request: by.Request,
	}}
}
