package storage

import (
	"context"
	"database/sql"
	"time"

	"taskreporter/incident"
)

// CreateTicket records a one-use ticket. Those that nobody took go with [Accounts.Forget].
func (a *Accounts) CreateTicket(ctx context.Context, t incident.Digest, s incident.SessionID, expires time.Time) error {
	_, err := a.db.orders().ExecContext(ctx, `insert into tickets (digest, session_id, expires_at) values ($1, $2, $3)`,
		incident.HexDigest(t), string(s), incident.Now(expires))
	return fail("create ticket", err)
}

// TakeTicket removes a ticket that has not expired and returns its session;
// incident.NotFound for all others.
func (a *Accounts) TakeTicket(ctx context.Context, t incident.Digest, now time.Time) (incident.SessionID, error) {
	const op = "take ticket"
	rows, err := a.db.orders().QueryContext(ctx, `delete from tickets where digest = $1 and expires_at > $2 returning session_id`,
		incident.HexDigest(t), incident.Now(now))
	if err != nil {
		return "", fail(op, err)
	}
	var ids []string
	if err := scanAll(rows, &ids); err != nil {
		return "", fail(op, err)
	}
	if len(ids) == 0 {
		return "", fail(op, sql.ErrNoRows)
	}
	return incident.SessionID(ids[0]), nil
}
