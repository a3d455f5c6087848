package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ListMembers implements GET …/members.
func (s *Server) ListMembers(ctx context.Context, req ListMembersRequestObject) (ListMembersResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	members, err := s.library.Members(ctx, v.room)
	if err != nil {
		return nil, err
	}
	return ListMembers200JSONResponse{Members: each(members, toMember)}, nil
}

// AddMember implements POST …/members (F-MB-01).
func (s *Server) AddMember(ctx context.Context, req AddMemberRequestObject) (AddMemberResponseObject, error) {
	role := incident.Role(req.Body.Role)
	act := incident.ActAddMember
	if role == incident.Viewer {
		act = incident.ActAddViewer
	}
	v, err := s.enter(ctx, req.RoomId, act)
	if err != nil {
		return nil, err
	}
	if !role.Valid() {
		return nil, incident.E(incident.Invalid, "add member", "role must be OWNER, EDITOR or VIEWER.")
	}
	if err := checkID("user_id", req.Body.UserId); err != nil {
		return nil, err
	}
	member, err := s.rooms.AddMember(ctx, v.Principal, v.room, incident.UserID(req.Body.UserId), role)
	if err != nil {
		return nil, err
	}
	return AddMember201JSONResponse(toMember(member)), nil
}
