package auth

import (
	"context"
	"errors"
	"time"

	"taskreporter/incident"
)

// reuseGrace is how long a used refresh token may come back: from a second tab
// that refreshed at the same moment, or from a phone whose Wi-Fi lost the answer.
const reuseGrace = 30 * time.Second

// Refresh trades a refresh token for a new access token and a new refresh token.
// Each works once; a used one that comes back after the grace ends its session
// and is Unauthenticated with a [ReplayError] (RFC 9700, 4.14.2).
func (g *Gate) Refresh(ctx context.Context, refreshToken string) (Grant, error) {
	const op = "auth.Refresh"
	old, ok := parseSecret(refreshToken)
	if !ok {
		return Grant{}, signedOut(op, errors.New("not a refresh token"))
	}
	next, now := newSecret(), g.now()
	s, usedAt, err := g.store.RotateRefresh(ctx, old.digest(), next.digest(), now)
	used := incident.KindOf(err) == incident.Conflict
	if incident.KindOf(err) == incident.NotFound {
		return Grant{}, signedOut(op, err)
	}
	if err != nil && !used {
		return Grant{}, err
	}
	u, err := g.store.User(ctx, s.User)
	if incident.KindOf(err) == incident.NotFound {
		return Grant{}, signedOut(op, err)
	}
	if err != nil {
		return Grant{}, err
	}
	if err := g.admit(ctx, s, u); err != nil {
		return Grant{}, err
	}
	if used {
		if now.Sub(usedAt) > reuseGrace {
			if err := g.end(ctx, s.ID); err != nil {
				return Grant{}, err
			}
			return Grant{}, signedOut(op, &ReplayError{Session: s})
		}
		if err := g.store.AddRefresh(ctx, s.ID, next.digest()); err != nil {
			return Grant{}, err
		}
	}
	return g.grant(s, u, next)
}
