package auth

import (
	"context"
	"errors"
	"time"

	"taskreporter/incident"
)

// TicketTTL is how long a socket's ticket works: enough to open the socket on a
// bad line.
const TicketTTL = 30 * time.Second

// Ticket returns a one-use proof for the first frame of a socket (F-AU-06).
func (g *Gate) Ticket(ctx context.Context, p incident.Principal) (string, error) {
	t := newSecret()
	if err := g.store.CreateTicket(ctx, t.digest(), p.Session, g.now().Add(TicketTTL)); err != nil {
		return "", err
	}
	return t.String(), nil
}

// Redeem takes a ticket and returns whose it is. A ticket that is unknown, was
// used or has expired is Unauthenticated, as is one whose session has ended.
func (g *Gate) Redeem(ctx context.Context, ticket string) (incident.Principal, error) {
	const op = "auth.Redeem"
	t, ok := parseSecret(ticket)
	if !ok {
		return incident.Principal{}, signedOut(op, errors.New("not a ticket"))
	}
	id, err := g.store.TakeTicket(ctx, t.digest(), g.now())
	if incident.KindOf(err) == incident.NotFound {
		return incident.Principal{}, signedOut(op, err)
	}
	if err != nil {
		return incident.Principal{}, err
	}
	return g.Live(ctx, id)
}
