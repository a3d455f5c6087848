package auth

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"taskreporter/incident"
)

// failureStep is what a refused login takes, or a whole number of it: how long the work
// took shows neither which accounts there are nor who knows them, the directory or this
// installation.
const failureStep = 500 * time.Millisecond

// check asks the accounts, and before them how often this account and this address have
// failed lately, on all nodes. An attempt counts from its start until it is known to be
// no failure, so that many at once are no way around the limit; one whose client hangs
// up stays counted.
func (g *Gate) check(ctx context.Context, username, password, from string) (incident.User, error) {
	const op = "auth.Login"
	begun := g.now()
	a := incident.Attempt{
		ID:      uuid.Must(uuid.NewV7()).String(),
		Account: sha256.Sum256([]byte("account " + g.accountName(username))),
		Address: sha256.Sum256([]byte("address " + addressKey(from))),
		At:      begun,
	}
	oldest, err := g.store.BeginAttempt(ctx, a, g.config.Failures, g.config.AddressFails, begun.Add(-g.config.FailureWindow))
	if err != nil {
		return incident.User{}, err
	}
	if !oldest.IsZero() {
		wait := oldest.Add(g.config.FailureWindow).Sub(begun)
		return incident.User{}, incident.Wrap(incident.RateLimited, op, g.limits.refusal(oldest, wait, begun), "Too many attempts to sign in. Wait, then try again.")
	}
	u, err := g.verify(ctx, username, password)
	switch {
	case err == nil:
		return u, g.store.ForgetAttempts(ctx, a.Account)
	case incident.KindOf(err) == incident.BadCredentials:
		g.pause(ctx, failureStep-g.now().Sub(begun)%failureStep)
	case ctx.Err() == nil:
		_ = g.store.UndoAttempt(ctx, a.ID) // it counts for a while, then
	}
	return incident.User{}, err
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// accountName brings together what may be one account; what is no name at all
// shares one budget.
func (g *Gate) accountName(username string) string {
	if g.people != nil {
		return g.people.Account(username)
	}
	name, err := tidyName(username)
	if err != nil {
		return ""
	}
	return strings.ToLower(name)
}

// addressKey is what one client cannot change at will: its IPv4 address, or the
// /64 network that an IPv6 host has for itself.
func addressKey(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64) // 64 fits every IPv6 address
	return p.String()
}
