package storage

import (
	"context"
	"time"

	"taskreporter/ent"
	"taskreporter/ent/apitoken"
	"taskreporter/ent/loginattempt"
	"taskreporter/ent/refreshtoken"
	"taskreporter/ent/session"
	"taskreporter/ent/ticket"
	"taskreporter/incident"
)

// forgottenAtOnce bounds one transaction.
const forgottenAtOnce = 200

// Forget removes sessions and API tokens that ended or expired before then, with all
// that proved them, and attempts to sign in from before attempts. The audit trail keeps
// what happened. It returns how many sessions it removed.
func (a *Accounts) Forget(ctx context.Context, then, attempts time.Time) (n int, err error) {
	const op = "forget sessions"
	if _, err := a.db.write.LoginAttempt.Delete().Where(loginattempt.AtLT(incident.Now(attempts))).Exec(ctx); err != nil {
		return 0, fail(op, err)
	}
	if _, err := a.db.write.Ticket.Delete().Where(ticket.ExpiresAtLT(incident.Now(a.db.now()))).Exec(ctx); err != nil {
		return 0, fail(op, err)
	}
	then = incident.Now(then)
	for {
		gone := 0
		err := a.db.inTx(ctx, op, func(tx *ent.Tx) error {
			ids, err := tx.Session.Query().Where(session.Or(session.ExpiresAtLT(then), session.EndedAtLT(then))).
				Limit(forgottenAtOnce).IDs(ctx)
			if err != nil || len(ids) == 0 {
				return err
			}
			for _, del := range []interface {
				Exec(context.Context) (int, error)
			}{
				tx.RefreshToken.Delete().Where(refreshtoken.SessionIDIn(ids...)),
				tx.Ticket.Delete().Where(ticket.SessionIDIn(ids...)),
				tx.APIToken.Delete().Where(apitoken.SessionIDIn(ids...)),
				tx.Session.Delete().Where(session.IDIn(ids...)),
			} {
				if _, err := del.Exec(ctx); err != nil {
					return err
				}
			}
			gone = len(ids)
			return nil
		})
		n += gone
		if err != nil || gone < forgottenAtOnce {
			return n, err
		}
	}
}
