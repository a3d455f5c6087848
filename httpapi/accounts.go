package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ListMySessions implements GET /api/auth/sessions (F-AU-03).
func (s *Server) ListMySessions(ctx context.Context, _ ListMySessionsRequestObject) (ListMySessionsResponseObject, error) {
	list, err := s.sessionsOf(ctx, requestOf(ctx).principal.ID)
	return ListMySessions200JSONResponse(list), err
}

// EndMySession implements DELETE /api/auth/sessions/{session_id}.
func (s *Server) EndMySession(ctx context.Context, req EndMySessionRequestObject) (EndMySessionResponseObject, error) {
	err := s.endSession(ctx, req.SessionId, requestOf(ctx).principal.ID)
	return EndMySession204Response{}, err
}

// ListAccounts implements GET /api/admin/users (F-OP-06).
func (s *Server) ListAccounts(ctx context.Context, req ListAccountsRequestObject) (ListAccountsResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadUsers); err != nil {
		return nil, err
	}
	q := incident.AccountQuery{Disabled: req.Params.Disabled}
	var err error
	if q.Text, err = words("q", req.Params.Q, 100); err != nil {
		return nil, err
	}
	if q.After, err = words("after", req.Params.After, maxUsername); err != nil {
		return nil, err
	}
	if q.Limit, err = within("limit", req.Params.Limit, 50, 1, 200); err != nil {
		return nil, err
	}
	if req.Params.Role != nil {
		if q.System, err = systemRole("role", string(*req.Params.Role)); err != nil {
			return nil, err
		}
	}
	list, err := s.library.Accounts(ctx, q, s.now())
	if err != nil {
		return nil, err
	}
	return ListAccounts200JSONResponse{Users: each(list, toAccount)}, nil
}

// ChangeAccount implements PATCH /api/admin/users/{user_id}.
func (s *Server) ChangeAccount(ctx context.Context, req ChangeAccountRequestObject) (ChangeAccountResponseObject, error) {
	p, err := s.allow(ctx, incident.ActManageUsers)
	if err != nil {
		return nil, err
	}
	if err := checkID("user_id", req.UserId); err != nil {
		return nil, err
	}
	c := incident.AccountChange{Disabled: req.Body.Disabled}
	if req.Body.SystemRole != nil {
		role, err := systemRole("system_role", string(*req.Body.SystemRole))
		if err != nil {
			return nil, err
		}
		c.System = &role
	}
	if c == (incident.AccountChange{}) {
		return nil, incident.E(incident.Invalid, string(incident.ActManageUsers), "Say what to change: disabled, system_role, or both.")
	}
	u, err := s.sessions.ChangeAccount(ctx, p, incident.UserID(req.UserId), c)
	if err != nil {
		return nil, err
	}
	return ChangeAccount200JSONResponse(toUser(u)), nil
}

// ListSessions implements GET /api/admin/users/{user_id}/sessions.
func (s *Server) ListSessions(ctx context.Context, req ListSessionsRequestObject) (ListSessionsResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadUsers); err != nil {
		return nil, err
	}
	if err := checkID("user_id", req.UserId); err != nil {
		return nil, err
	}
	list, err := s.sessionsOf(ctx, incident.UserID(req.UserId))
	return ListSessions200JSONResponse(list), err
}

// EndSessions implements DELETE /api/admin/users/{user_id}/sessions.
func (s *Server) EndSessions(ctx context.Context, req EndSessionsRequestObject) (EndSessionsResponseObject, error) {
	p, err := s.allow(ctx, incident.ActManageUsers)
	if err != nil {
		return nil, err
	}
	if err := checkID("user_id", req.UserId); err != nil {
		return nil, err
	}
	_, err = s.sessions.RevokeAll(ctx, p, incident.UserID(req.UserId))
	return EndSessions204Response{}, err
}

// EndSession implements DELETE /api/admin/sessions/{session_id}.
func (s *Server) EndSession(ctx context.Context, req EndSessionRequestObject) (EndSessionResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActManageUsers); err != nil {
		return nil, err
	}
	return EndSession204Response{}, s.endSession(ctx, req.SessionId, "")
}

func (s *Server) endSession(ctx context.Context, id string, owner incident.UserID) error {
	if err := checkID("session_id", id); err != nil {
		return err
	}
	return s.sessions.Revoke(ctx, requestOf(ctx).principal, incident.SessionID(id), owner)
}

func (s *Server) sessionsOf(ctx context.Context, user incident.UserID) (SessionList, error) {
	list, err := s.sessions.Sessions(ctx, user)
	current := requestOf(ctx).principal.Session
	return SessionList{Sessions: each(list, func(one incident.Session) Session {
		used := one.UsedAt
		if used.IsZero() {
			used = one.CreatedAt
		}
		return Session{
			SessionId: string(one.ID), CreatedAt: one.CreatedAt, ExpiresAt: one.EndsAt, LastUsedAt: used,
			UserAgent: one.UserAgent, From: one.From, Current: one.ID == current,
		}
	})}, err
}

func systemRole(field, text string) (incident.SystemRole, error) {
	role := incident.SystemRole(text)
	if !role.Valid() {
		return "", incident.E(incident.Invalid, field, "%s is one of USER, AUDITOR and ADMIN.", field)
	}
	return role, nil
}

func toAccount(u incident.ListedUser) Account {
	return Account{
		UserId: string(u.ID), Name: u.Name, Username: u.Username, SystemRole: AccountSystemRole(u.System),
		Disabled: u.Disabled, Local: u.Local, CreatedAt: u.CreatedAt, Sessions: u.Sessions,
	}
}
