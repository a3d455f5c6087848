package httpapi

import (
	"context"

	"taskreporter/incident"
)

// visit is a request inside a room whose permission was checked.
type visit struct {
	incident.Principal
	room incident.RoomID
	role incident.Role
	act  incident.Act // what was allowed
}

// byOffice reports whether only the asker's office allows the act.
func (v visit) byOffice() bool { return incident.ByOffice(v.Principal, v.role, v.act) }

// enter is the way into every room: it decides by the asker's role which of the
// acts, the first that can be, is allowed (F-SE-01). Acts that only the asker's
// office allows are audited before they happen; refusals are audited where they are
// answered.
func (s *Server) enter(ctx context.Context, id RoomID, acts ...incident.Act) (visit, error) {
	v, err := s.decide(ctx, id, acts)
	if err != nil {
		return visit{}, err
	}
	return v, s.auditOffice(ctx, v)
}

// enterToDelete is enter for what an office does only with a reason.
func (s *Server) enterToDelete(ctx context.Context, id RoomID, reason string, acts ...incident.Act) (visit, error) {
	v, err := s.decide(ctx, id, acts)
	if err != nil {
		return visit{}, err
	}
	if v.byOffice() && reason == "" {
		return visit{}, incident.E(incident.Invalid, string(v.act), "reason is empty: say why you delete what is not yours.")
	}
	return v, s.auditOffice(ctx, v)
}

func (s *Server) decide(ctx context.Context, id RoomID, acts []incident.Act) (visit, error) {
	r := requestOf(ctx)
	if err := r.named(acts...); err != nil {
		return visit{}, err
	}
	if err := checkID("room_id", id); err != nil {
		return visit{}, err
	}
	r.room = id // also where it is no part of the path
	v := visit{Principal: r.principal, room: incident.RoomID(id)}
	var err error
	if v.role, err = s.library.Role(ctx, v.room, v.ID); err != nil {
		return visit{}, err
	}
	for _, v.act = range acts {
		if incident.Can(v.Principal, v.role, v.act) {
			return v, nil
		}
	}
	return visit{}, incident.Refusal(v.Principal, v.role, v.act)
}

// auditOffice writes the row of an act by office. Without membership nothing has
// shown yet that the room exists; people of these offices may know.
func (s *Server) auditOffice(ctx context.Context, v visit) error {
	if !v.byOffice() {
		return nil
	}
	if _, err := s.library.Room(ctx, v.room, v.ID); err != nil {
		return err
	}
	return s.audit.Record(ctx, s.entry(ctx, string(v.act)+"_by_office", "ok"))
}

// refusedOutside is what somebody is told whose account does not allow an act that
// concerns no room.
var refusedOutside = map[incident.Act]string{
	incident.ActDeclare:         "Your account reads only: it cannot declare an incident.",
	incident.ActManageTemplates: "Only an administrator changes templates.",
	incident.ActReadUsers:       "The accounts are for administrators and auditors.",
	incident.ActManageUsers:     "Only an administrator changes accounts and ends others' sessions.",
	incident.ActReadAudit:       "The audit trail is for administrators and auditors.",
	incident.ActReadStorage:     "What files take is for administrators and auditors.",
	incident.ActReadCluster:     "The cluster is for administrators and auditors.",
	incident.ActDrainNode:       "Only an administrator drains a node.",
	incident.ActReadRetention:   "The retention of rooms is for administrators and auditors.",
	incident.ActManageRetention: "Only an administrator changes the retention of rooms and purges them.",
	incident.ActHoldRoom:        "Only an administrator holds a room or lets it go.",
}

// allow decides an act that concerns no room by the asker's system role.
func (s *Server) allow(ctx context.Context, act incident.Act) (incident.Principal, error) {
	r := requestOf(ctx)
	if err := r.named(act); err != nil {
		return incident.Principal{}, err
	}
	if err := incident.OutOfScope(r.principal, incident.NoRole, act); err != nil {
		return incident.Principal{}, err
	}
	if !incident.Can(r.principal, incident.NoRole, act) {
		return incident.Principal{}, incident.E(incident.Forbidden, string(act), "%s", refusedOutside[act])
	}
	return r.principal, nil
}

// named makes sure that the contract names what is about to be decided: what it
// does not name is in no test of who may do what.
func (r *request) named(acts ...incident.Act) error {
	for _, act := range acts {
		if !r.operation.names(act) {
			return incident.E(incident.Internal, "authorise", "the contract does not name the act %s of %s", act, r.route)
		}
	}
	return nil
}

// mayRead reports whether p may read a room that another request is about. One that
// does not exist nobody may read.
func (s *Server) mayRead(ctx context.Context, p incident.Principal, room incident.RoomID) (bool, error) {
	role, err := s.library.Role(ctx, room, p.ID)
	if err != nil || !incident.Can(p, role, incident.ActRead) {
		return false, err
	}
	_, err = s.library.Room(ctx, room, p.ID)
	if incident.KindOf(err) == incident.NotFound {
		return false, nil
	}
	return err == nil, err
}
