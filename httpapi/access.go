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
}

// enter is the way into every room: it decides by the asker's role whether act is
// allowed (F-SE-01). Acts that only the asker's office allows are audited before
// they happen; refusals are audited where they are answered.
func (s *Server) enter(ctx context.Context, id RoomID, act incident.Act) (visit, error) {
	const op = "enter room"
	p := requestOf(ctx).principal
	if err := checkID("room_id", id); err != nil {
		return visit{}, err
	}
	room := incident.RoomID(id)
	role, err := s.library.Role(ctx, room, p.ID)
	if err != nil {
		return visit{}, err
	}
	if !incident.Can(p, role, act) {
		return visit{}, forbidden(op, role)
	}
	if incident.ByOffice(p, role, act) {
		// Without membership nothing has shown yet that the room exists; people of
		// these offices may know.
		if _, err := s.library.Room(ctx, room, p.ID); err != nil {
			return visit{}, err
		}
		if err := s.audit.Record(ctx, s.entry(ctx, "access_by_office", "ok")); err != nil {
			return visit{}, err
		}
	}
	return visit{Principal: p, room: room, role: role}, nil
}

// forbidden has one text for non-members, whether the room exists or not (F-SE-02).
func forbidden(op string, role incident.Role) error {
	if role == incident.NoRole {
		return incident.E(incident.Forbidden, op, "You are not a member of this room. Ask one of its owners to add you.")
	}
	return incident.E(incident.Forbidden, op, "Your role in this room, %s, does not allow this. Ask one of its owners.", role)
}
