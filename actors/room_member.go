package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

func (r *room) addMember(m *addMember, from *actor.PID) error {
	if err := r.members.MayAdd(m.By, m.Person.ID, m.Role); err != nil {
		return err
	}
	if err := r.open("add member"); err != nil {
		return err
	}
	if there, ok := r.members[m.Person.ID]; ok {
		if there.Role != m.Role {
			return incident.E(incident.Conflict, "add member", "This person is a member already, as %s.", there.Role)
		}
		r.world.reply(from, &memberChanged{Member: there})
		return nil
	}
	if len(r.members) >= incident.MaxMembers {
		return incident.E(incident.Conflict, "add member", "The room has %d members: that is the most. Remove somebody first.", incident.MaxMembers)
	}
	at := r.clock()
	member := incident.Member{Person: m.Person, Role: m.Role, AddedBy: m.By.ID, AddedAt: at}
	return r.appendAlone(&entry{
		key: "member", by: m.By.Person, at: at, askers: []*actor.PID{from},
		audit:   r.audit(m.By, at, "member_added", "member "+string(m.Person.ID)+" "+string(m.Role)),
		changes: []incident.Change{incident.MemberAdded{Member: member}},
		answer:  func(_ []incident.Event, err error) answer { return &memberChanged{Member: member, Err: err} },
	})
}

func (r *room) setRole(m *setRole, from *actor.PID) error {
	if err := r.members.MaySetRole(m.By, m.User, m.Role); err != nil {
		return err
	}
	if err := r.open("set role"); err != nil {
		return err
	}
	member := r.members[m.User]
	if member.Role == m.Role {
		r.world.reply(from, &memberChanged{Member: member})
		return nil
	}
	change := incident.RoleChanged{Person: member.Person, From: member.Role, To: m.Role}
	member.Role = m.Role
	at := r.clock()
	return r.appendMember(m.Op, m.By, at, from, &memberChanged{Member: member},
		r.audit(m.By, at, "role_changed", "member "+string(m.User)+" "+string(change.From)+" to "+string(change.To)), change)
}

func (r *room) removeMember(m *removeMember, from *actor.PID) error {
	if err := r.members.MayRemove(m.By, m.User); err != nil {
		return err
	}
	if err := r.open("remove member"); err != nil {
		return err
	}
	at := r.clock()
	changes := []incident.Change{incident.MemberRemoved{Person: r.members[m.User].Person}}
	if after, ok := r.unassigned(m.User); ok {
		changes = append(changes, after)
	}
	return r.appendMember(m.Op, m.By, at, from, &memberChanged{},
		r.audit(m.By, at, "member_removed", "member "+string(m.User)), changes...)
}

// unassigned is the change that takes the incident from an assignee who leaves.
func (r *room) unassigned(user incident.UserID) (incident.Change, bool) {
	if r.info.Assignee == nil || r.info.Assignee.ID != user {
		return nil, false
	}
	nobody := incident.UserID("")
	after, changed, err := r.info.Update(incident.RoomPatch{Version: r.info.Version, Assignee: &nobody}, r.members)
	return incident.RoomUpdated{Room: after, Changed: changed}, err == nil
}

// transfer hands an ownership on: both roles change in one entry, so the room is
// never without an owner.
func (r *room) transfer(m *transfer, from *actor.PID) error {
	if err := r.members.MayTransfer(m.By, m.From, m.To); err != nil {
		return err
	}
	if err := r.open("transfer ownership"); err != nil {
		return err
	}
	at := r.clock()
	old, heir := r.members[m.From], r.members[m.To]
	var changes []incident.Change
	if heir.Role != incident.Owner {
		changes = append(changes, incident.RoleChanged{Person: heir.Person, From: heir.Role, To: incident.Owner})
	}
	changes = append(changes, incident.RoleChanged{Person: old.Person, From: incident.Owner, To: incident.Editor})
	return r.appendMember(m.Op, m.By, at, from, &memberChanged{},
		r.audit(m.By, at, "ownership_transferred", "from "+string(m.From)+" to "+string(m.To)), changes...)
}

// open refuses changes of a room that is read-only.
func (r *room) open(op string) error {
	if r.info.Status.ReadOnly() {
		return errReadOnly(op)
	}
	return nil
}

// appendMember appends a change of the members, answered by ok once it is
// committed.
func (r *room) appendMember(op incident.ClientMsgID, by incident.Principal, at time.Time, from *actor.PID, ok *memberChanged, audit []incident.AuditEntry, changes ...incident.Change) error {
	return r.appendAlone(&entry{
		key: "op/" + string(op), by: by.Person, at: at, sent: incident.SendKey{Author: by.ID, ID: op},
		askers: []*actor.PID{from}, audit: audit, changes: changes,
		answer: func(_ []incident.Event, err error) answer { return &memberChanged{Member: ok.Member, Err: err} },
	})
}

func errReadOnly(op string) error {
	return incident.E(incident.Conflict, op, "The room is archived and can only be read.")
}
