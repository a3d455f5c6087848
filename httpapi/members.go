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
	act := incident.ActManageMembers
	if role == incident.Viewer {
		act = incident.ActAddViewer
	}
	v, err := s.enter(ctx, req.RoomId, act)
	if err != nil {
		return nil, err
	}
	if err := checkRole(role); err != nil {
		return nil, err
	}
	user, err := s.whom(ctx, *req.Body)
	if err != nil {
		return nil, err
	}
	member, err := s.rooms.AddMember(ctx, v.Principal, v.room, user, role)
	if err != nil {
		return nil, err
	}
	return AddMember201JSONResponse(toMember(member)), nil
}

// SetRole implements PATCH …/members/{user_id} (F-MB-03).
func (s *Server) SetRole(ctx context.Context, req SetRoleRequestObject) (SetRoleResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActManageMembers)
	if err != nil {
		return nil, err
	}
	if err := checkID("user_id", req.UserId); err != nil {
		return nil, err
	}
	role := incident.Role(req.Body.Role)
	if err := checkRole(role); err != nil {
		return nil, err
	}
	member, err := s.rooms.SetRole(ctx, v.Principal, v.room, incident.UserID(req.UserId), role)
	if err != nil {
		return nil, err
	}
	return SetRole200JSONResponse(toMember(member)), nil
}

// RemoveMember implements DELETE …/members/{user_id} (F-MB-01).
func (s *Server) RemoveMember(ctx context.Context, req RemoveMemberRequestObject) (RemoveMemberResponseObject, error) {
	user := incident.UserID(req.UserId)
	act := incident.ActManageMembers
	if user == requestOf(ctx).principal.ID {
		act = incident.ActLeave
	}
	v, err := s.enter(ctx, req.RoomId, act)
	if err != nil {
		return nil, err
	}
	if err := checkID("user_id", req.UserId); err != nil {
		return nil, err
	}
	if err := s.rooms.RemoveMember(ctx, v.Principal, v.room, user); err != nil {
		return nil, err
	}
	return RemoveMember204Response{}, nil
}

// TransferOwnership implements POST …/transfer-ownership (F-MB-03).
func (s *Server) TransferOwnership(ctx context.Context, req TransferOwnershipRequestObject) (TransferOwnershipResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActTransfer)
	if err != nil {
		return nil, err
	}
	if err := checkID("user_id", req.Body.UserId); err != nil {
		return nil, err
	}
	from := v.ID
	if req.Body.From != nil {
		if err := checkID("from", *req.Body.From); err != nil {
			return nil, err
		}
		from = incident.UserID(*req.Body.From)
	}
	if err := s.rooms.Transfer(ctx, v.Principal, v.room, from, incident.UserID(req.Body.UserId)); err != nil {
		return nil, err
	}
	return TransferOwnership204Response{}, nil
}

func checkRole(role incident.Role) error {
	if !role.Valid() {
		return incident.E(incident.Invalid, "read role", "role must be OWNER, EDITOR or VIEWER.")
	}
	return nil
}
