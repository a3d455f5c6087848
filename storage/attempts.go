package storage

import (
	"context"
	"encoding/binary"
	"time"

	"taskreporter/ent"
	"taskreporter/ent/loginattempt"
	"taskreporter/ent/predicate"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// BeginAttempt counts an attempt to sign in, for all nodes, unless its account has had
// perAccount of them after since or its address perAddress. Then it counts none, and
// oldest is the one whose end of the window is to be waited for.
func (a *Accounts) BeginAttempt(ctx context.Context, t incident.Attempt, perAccount, perAddress int, since time.Time) (oldest time.Time, err error) {
	err = a.db.inTx(ctx, "begin login", func(tx *ent.Tx) error {
		for _, budget := range []struct {
			digest incident.Digest
			of     func(string) predicate.LoginAttempt
			limit  int
		}{{t.Account, loginattempt.Account, perAccount}, {t.Address, loginattempt.Address, perAddress}} {
			// Of many at once each counts those before. All take the account's lock first,
			// then the address's. SQLite has one writer.
			if a.db.kind == migration.Postgres {
				lock := int64(binary.BigEndian.Uint64(budget.digest[:8]))
				if _, err := tx.ExecContext(ctx, `select pg_advisory_xact_lock($1)`, lock); err != nil {
					return err
				}
			}
			// The newest that count; more there cannot be, but where the limit was lowered.
			rows, err := tx.LoginAttempt.Query().
				Where(budget.of(incident.HexDigest(budget.digest)), loginattempt.AtGT(incident.Now(since))).
				Order(ent.Desc(loginattempt.FieldAt)).Limit(budget.limit).All(ctx)
			if err != nil {
				return err
			}
			if len(rows) == budget.limit {
				oldest = incident.Now(rows[len(rows)-1].At)
				return nil
			}
		}
		return tx.LoginAttempt.Create().SetID(t.ID).SetAccount(incident.HexDigest(t.Account)).
			SetAddress(incident.HexDigest(t.Address)).SetAt(incident.Now(t.At)).Exec(ctx)
	})
	return oldest, err
}

// UndoAttempt takes back an attempt that was no failure.
func (a *Accounts) UndoAttempt(ctx context.Context, id string) error {
	_, err := a.db.write.LoginAttempt.Delete().Where(loginattempt.ID(id)).Exec(ctx)
	return fail("undo login attempt", err)
}

// ForgetAttempts forgets an account's attempts.
func (a *Accounts) ForgetAttempts(ctx context.Context, account incident.Digest) error {
	_, err := a.db.write.LoginAttempt.Delete().Where(loginattempt.Account(incident.HexDigest(account))).Exec(ctx)
	return fail("forget login attempts", err)
}
