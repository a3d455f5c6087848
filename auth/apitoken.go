package auth

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"taskreporter/incident"
)

const (
	// apiTokenPrefix tells API tokens from access tokens, and lets scanners for leaked
	// secrets find them.
	apiTokenPrefix = "trt_"
	// MaxTokenTTL is how long an API token may work.
	MaxTokenTTL = 366 * 24 * time.Hour
	// tokensEach is how many API tokens one account may have.
	tokensEach = 50
)

// MakeToken makes an API token that acts for an account, and returns it with what proves
// it, which is kept nowhere (F-AU-10). Errors: Invalid, Conflict when the account has too
// many.
func (g *Gate) MakeToken(ctx context.Context, by incident.Principal, u incident.User, name string, scopes incident.Scopes, ttl time.Duration) (string, incident.Token, error) {
	const op = "auth.MakeToken"
	name, err := tidyName(name)
	if err != nil {
		return "", incident.Token{}, err
	}
	switch {
	case by.Token():
		return "", incident.Token{}, incident.E(incident.Forbidden, op, "An API token makes no other. Sign in.")
	case ttl < time.Minute || ttl > MaxTokenTTL:
		return "", incident.Token{}, incident.E(incident.Invalid, op, "A token works for at most 366 days.")
	case scopes&incident.ScopeRead == 0:
		return "", incident.Token{}, incident.E(incident.Invalid, op, "Every token needs the scope read.")
	case scopes&incident.ScopeAdmin != 0 && u.System == incident.SystemUser:
		return "", incident.Token{}, incident.E(incident.Invalid, op, "The scope admin is for the tokens of administrators and auditors.")
	}
	secret, now := newSecret(), g.now()
	t := incident.Token{Name: name, Session: incident.Session{
		ID:        incident.SessionID(uuid.Must(uuid.NewV7()).String()),
		User:      u.ID,
		CreatedAt: now,
		ExpiresAt: now.Add(ttl),
		EndsAt:    now.Add(ttl),
		From:      clip(by.From, 64),
		Scopes:    scopes,
	}}
	made := by.Did("token_made", "token "+string(t.ID)+" "+scopes.String()+" of user "+string(t.User))
	if err := g.store.CreateToken(ctx, t, secret.digest(), tokensEach, made); err != nil {
		return "", incident.Token{}, err
	}
	return apiTokenPrefix + secret.String(), t, nil
}

// Tokens returns an account's API tokens that work, newest first.
func (g *Gate) Tokens(ctx context.Context, user incident.UserID) ([]incident.Token, error) {
	return g.store.Tokens(ctx, user, g.now())
}

// RevokeToken ends an API token: one of owner's, or anybody's where owner is empty.
// Errors: NotFound, also for another's and for one that has ended.
func (g *Gate) RevokeToken(ctx context.Context, by incident.Principal, id incident.SessionID, owner incident.UserID) error {
	return g.revoke(ctx, by, id, owner, true)
}

func (g *Gate) verifyAPIToken(ctx context.Context, text string) (incident.Principal, error) {
	const op = "auth.Verify"
	secret, ok := parseSecret(text)
	if !ok {
		return incident.Principal{}, signedOut(op, errors.New("not an API token"))
	}
	s, u, err := g.store.TokenSession(ctx, secret.digest())
	if incident.KindOf(err) == incident.NotFound {
		return incident.Principal{}, signedOut(op, err)
	}
	if err != nil {
		return incident.Principal{}, err
	}
	return g.principal(ctx, s, u)
}
