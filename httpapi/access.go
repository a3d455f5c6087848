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
		return visit{}, incident.Refusal(role, act)
	}
	if incident.ByOffice(p, role, act) {
		// Without membership nothing has shown yet that the room exists; people of
		// these offices may know.
		if _, err := s.library.Room(ctx, room, p.ID); err != nil {
			return visit{}, err
		}
		if err := s.audit.Record(ctx, s.entry(ctx, string(act)+"_by_office", "ok")); err != nil {
			return visit{}, err
		}
	}
	return visit{Principal: p, room: room, role: role}, nil
}
