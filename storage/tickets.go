package storage

import (
	"context"
	"time"

	"taskreporter/ent"
	"taskreporter/ent/ticket"
	"taskreporter/incident"
)

// CreateTicket records a one-use ticket, and clears those that nobody took.
func (a *Accounts) CreateTicket(ctx context.Context, t incident.Digest, s incident.SessionID, expires time.Time) error {
	return a.db.inTx(ctx, "create ticket", func(tx *ent.Tx) error {
		if _, err := tx.Ticket.Delete().Where(ticket.ExpiresAtLT(incident.Now(a.db.now()))).Exec(ctx); err != nil {
			return err
		}
		return tx.Ticket.Create().
			SetID(incident.HexDigest(t)).SetSessionID(string(s)).SetExpiresAt(incident.Now(expires)).
			Exec(ctx)
	})
}

// TakeTicket removes a ticket that has not expired and returns its session;
// incident.NotFound for all others.
func (a *Accounts) TakeTicket(ctx context.Context, t incident.Digest, now time.Time) (incident.SessionID, error) {
	var id string
	err := a.db.writer.QueryRowContext(ctx, `delete from tickets where digest = $1 and expires_at > $2 returning session_id`,
		incident.HexDigest(t), incident.Now(now)).Scan(&id)
	return incident.SessionID(id), fail("take ticket", err)
}
