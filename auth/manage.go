package auth

import (
	"context"

	"taskreporter/incident"
)

// Everything here is audited with it, as done by the principal given.

// Sessions returns an account's sessions that live, newest first (F-AU-03).
func (g *Gate) Sessions(ctx context.Context, user incident.UserID) ([]incident.Session, error) {
	return g.store.Sessions(ctx, user, g.now())
}

// Revoke ends a login: one of owner's, or anybody's where owner is empty. Errors:
// NotFound, also for another's and for one that has ended.
func (g *Gate) Revoke(ctx context.Context, by incident.Principal, id incident.SessionID, owner incident.UserID) error {
	return g.revoke(ctx, by, id, owner, false)
}

func (g *Gate) revoke(ctx context.Context, by incident.Principal, id incident.SessionID, owner incident.UserID, token bool) error {
	act, what, name := "session_ended", "session ", "session"
	if token {
		act, what, name = "token_revoked", "token ", "API token"
	}
	s, err := g.store.Session(ctx, id)
	over := err == nil && (s.EndedAt != nil || !g.now().Before(s.ExpiresAt) || owner != "" && s.User != owner || (s.Scopes != 0) != token)
	if over || incident.KindOf(err) == incident.NotFound {
		return incident.E(incident.NotFound, "auth.Revoke", "There is no such %s, or it has ended.", name)
	}
	if err != nil {
		return err
	}
	return g.end(ctx, id, by.Did(act, what+string(id)+" of user "+string(s.User)))
}

// RevokeAll ends all sessions and API tokens of an account and returns how many lived.
func (g *Gate) RevokeAll(ctx context.Context, by incident.Principal, user incident.UserID) (int, error) {
	if _, err := g.store.User(ctx, user); err != nil {
		return 0, noAccount(err)
	}
	ended, err := g.store.EndSessions(ctx, user, g.now(), by.Did("sessions_ended", "user "+string(user)))
	g.ended(ended)
	return len(ended), err
}

// ChangeAccount disables or enables an account or changes its system role, and signs
// it out everywhere. Errors: NotFound, Conflict for one's own and for the last
// administrator who may sign in.
func (g *Gate) ChangeAccount(ctx context.Context, by incident.Principal, user incident.UserID, c incident.AccountChange) (incident.User, error) {
	if err := incident.MayChangeAccount(by, user); err != nil {
		return incident.User{}, err
	}
	what := "user " + string(user)
	var audit []incident.AuditEntry
	if c.Disabled != nil {
		audit = append(audit, by.Did(map[bool]string{true: "user_disabled", false: "user_enabled"}[*c.Disabled], what))
	}
	if c.System != nil {
		audit = append(audit, by.Did("system_role_changed", what+" "+string(*c.System)))
	}
	u, ended, err := g.store.ChangeAccount(ctx, user, c, g.now(), audit...)
	if err != nil {
		return incident.User{}, noAccount(err)
	}
	g.ended(ended)
	return u, nil
}

func (g *Gate) ended(sessions []incident.SessionID) {
	for _, id := range sessions {
		g.onEnd(id)
	}
}

func noAccount(err error) error {
	if incident.KindOf(err) == incident.NotFound {
		return incident.Wrap(incident.NotFound, "auth.account", err, "There is no such account.")
	}
	return err
}
