package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ListUsers implements GET /api/users: people to bring into a room.
func (s *Server) ListUsers(ctx context.Context, req ListUsersRequestObject) (ListUsersResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActFindPeople); err != nil {
		return nil, err
	}
	q, err := words("q", req.Params.Q, 100)
	if err != nil {
		return nil, err
	}
	limit, err := within("limit", req.Params.Limit, 20, 1, 50)
	if err != nil {
		return nil, err
	}
	users, err := s.library.Users(ctx, q, limit)
	if err != nil {
		return nil, err
	}
	return ListUsers200JSONResponse{Users: each(users, toUser)}, nil
}
