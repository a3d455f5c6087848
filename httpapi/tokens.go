package httpapi

import (
	"context"
	"time"

	"taskreporter/incident"
)

// ListMyTokens implements GET /api/auth/tokens (F-AU-10).
func (s *Server) ListMyTokens(ctx context.Context, _ ListMyTokensRequestObject) (ListMyTokensResponseObject, error) {
	list, err := s.tokensOf(ctx, requestOf(ctx).principal.ID)
	return ListMyTokens200JSONResponse(list), err
}

// CreateToken implements POST /api/auth/tokens.
func (s *Server) CreateToken(ctx context.Context, req CreateTokenRequestObject) (CreateTokenResponseObject, error) {
	const day = 24 * time.Hour
	name, err := words("name", &req.Body.Name, 80)
	if err != nil {
		return nil, err
	}
	scopes, err := incident.ParseScopes(each(req.Body.Scopes, func(s Scope) string { return string(s) }))
	if err != nil {
		return nil, err
	}
	days, err := within("expires_in_days", &req.Body.ExpiresInDays, 0, 1, 366)
	if err != nil {
		return nil, err
	}
	p := requestOf(ctx).principal
	secret, t, err := s.sessions.MakeToken(ctx, p, incident.User{Person: p.Person, System: p.System}, name, scopes, time.Duration(days)*day)
	if err != nil {
		return nil, err
	}
	return CreateToken201JSONResponse{Token: secret, ApiToken: toAPIToken(t)}, nil
}

// RevokeMyToken implements DELETE /api/auth/tokens/{token_id}.
func (s *Server) RevokeMyToken(ctx context.Context, req RevokeMyTokenRequestObject) (RevokeMyTokenResponseObject, error) {
	return RevokeMyToken204Response{}, s.revokeToken(ctx, req.TokenId, requestOf(ctx).principal.ID)
}

// ListTokens implements GET /api/admin/users/{user_id}/tokens.
func (s *Server) ListTokens(ctx context.Context, req ListTokensRequestObject) (ListTokensResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadUsers); err != nil {
		return nil, err
	}
	if err := checkID("user_id", req.UserId); err != nil {
		return nil, err
	}
	list, err := s.tokensOf(ctx, incident.UserID(req.UserId))
	return ListTokens200JSONResponse(list), err
}

// RevokeToken implements DELETE /api/admin/tokens/{token_id}.
func (s *Server) RevokeToken(ctx context.Context, req RevokeTokenRequestObject) (RevokeTokenResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActManageUsers); err != nil {
		return nil, err
	}
	return RevokeToken204Response{}, s.revokeToken(ctx, req.TokenId, "")
}

func (s *Server) revokeToken(ctx context.Context, id string, owner incident.UserID) error {
	if err := checkID("token_id", id); err != nil {
		return err
	}
	return s.sessions.RevokeToken(ctx, requestOf(ctx).principal, incident.SessionID(id), owner)
}

func (s *Server) tokensOf(ctx context.Context, user incident.UserID) (ApiTokenList, error) {
	list, err := s.sessions.Tokens(ctx, user)
	return ApiTokenList{Tokens: each(list, toAPIToken)}, err
}

func toAPIToken(t incident.Token) ApiToken {
	out := ApiToken{
		TokenId: string(t.ID), Name: t.Name, CreatedAt: t.CreatedAt, ExpiresAt: t.EndsAt,
		Scopes: each(t.Scopes.Names(), func(name string) Scope { return Scope(name) }),
	}
	if !t.UsedAt.IsZero() {
		out.LastUsedAt = &t.UsedAt
	}
	return out
}
