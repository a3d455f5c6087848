package storage

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/predicate"
	"taskreporter/ent/session"
	"taskreporter/ent/user"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// Accounts returns a page of all accounts, disabled ones included, by user name,
// and how many sessions of each live at now.
func (l *Library) Accounts(ctx context.Context, q incident.AccountQuery, now time.Time) ([]incident.ListedUser, error) {
	const op = "list accounts"
	find := l.db.read.User.Query().Order(user.ByUsernameKey()).Limit(q.Limit)
	if q.Text != "" {
		find.Where(user.Or(user.NameContainsFold(q.Text), user.UsernameContainsFold(q.Text)))
	}
	if q.System != "" {
		find.Where(user.SystemRole(string(q.System)))
	}
	if q.Disabled != nil {
		find.Where(user.Disabled(*q.Disabled))
	}
	if q.After != "" {
		find.Where(user.UsernameKeyGT(usernameKey(q.After)))
	}
	rows, err := find.All(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	var counts []struct {
		UserID string `sql:"user_id"`
		Count  int    `sql:"count"`
	}
	err = l.db.read.Session.Query().Where(l.db.oneOf(session.FieldUserID, ids), session.Scopes(0)).Where(live(now)...).
		GroupBy(session.FieldUserID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fail(op, err)
	}
	sessions := make(map[string]int, len(counts))
	for _, c := range counts {
		sessions[c.UserID] = c.Count
	}
	list := make([]incident.ListedUser, len(rows))
	for i, row := range rows {
		list[i] = incident.ListedUser{
			User: toUser(row), Local: row.PasswordHash != "",
			CreatedAt: incident.Now(row.CreatedAt), Sessions: sessions[row.ID],
		}
	}
	return list, nil
}

// Sessions returns an account's logins that live at now, newest first.
func (a *Accounts) Sessions(ctx context.Context, id incident.UserID, now time.Time) ([]incident.Session, error) {
	rows, err := a.db.read.Session.Query().Where(session.UserID(string(id)), session.Scopes(0)).Where(live(now)...).
		Order(session.ByCreatedAt(entsql.OrderDesc()), session.ByID()).All(ctx)
	list := make([]incident.Session, len(rows))
	for i, row := range rows {
		list[i] = toSession(row)
	}
	return list, fail("list sessions", err)
}

// ChangeAccount changes an account and ends its sessions, whose ids it returns: what
// they were allowed may not be any more. The last ADMIN who may sign in cannot be
// lost: incident.Conflict. It is audited in the same transaction.
func (a *Accounts) ChangeAccount(ctx context.Context, id incident.UserID, c incident.AccountChange, now time.Time, audit ...incident.AuditEntry) (u incident.User, ended []incident.SessionID, err error) {
	const op = "change account"
	err = a.db.inTx(ctx, op, func(tx *ent.Tx) error {
		// Whoever changes an administrator locks them all, so that two cannot take
		// away each other's office. SQLite has one writer.
		admins := tx.User.Query().Where(user.SystemRole(string(incident.SystemAdmin)), user.Disabled(false)).Order(user.ByID())
		if a.db.kind == migration.Postgres {
			admins.ForUpdate()
		}
		before, err := admins.All(ctx)
		if err != nil {
			return err
		}
		edit := tx.User.UpdateOneID(string(id))
		if c.System != nil {
			edit.SetSystemRole(string(*c.System))
		}
		if c.Disabled != nil {
			edit.SetDisabled(*c.Disabled)
		}
		row, err := edit.Save(ctx)
		if err != nil {
			return err
		}
		u = toUser(row)
		if c.System != nil && row.DirectoryKey != nil {
			return incident.E(incident.Conflict, op, "The directory's groups decide this account's role. Change its groups there.")
		}
		if len(before) == 1 && before[0].ID == row.ID && (u.Disabled || u.System != incident.SystemAdmin) {
			return incident.E(incident.Conflict, op, "This is the last administrator who may sign in. Make another one first.")
		}
		if ended, err = endSessions(ctx, tx, id, now); err != nil {
			return err
		}
		return a.db.recordIn(ctx, tx, audit)
	})
	if err != nil {
		return incident.User{}, nil, err
	}
	return u, ended, nil
}

// EndSessions ends all sessions and API tokens of an account and returns those that lived.
// It is audited in the same transaction.
func (a *Accounts) EndSessions(ctx context.Context, id incident.UserID, now time.Time, audit ...incident.AuditEntry) (ended []incident.SessionID, err error) {
	err = a.db.inTx(ctx, "end sessions", func(tx *ent.Tx) error {
		if ended, err = endSessions(ctx, tx, id, now); err != nil {
			return err
		}
		return a.db.recordIn(ctx, tx, audit)
	})
	return ended, err
}

func endSessions(ctx context.Context, tx *ent.Tx, id incident.UserID, now time.Time) ([]incident.SessionID, error) {
	rows, err := tx.QueryContext(ctx, `update sessions set ended_at = $2
		where user_id = $1 and ended_at is null and expires_at > $2 returning session_id`, string(id), incident.Now(now))
	if err != nil {
		return nil, err
	}
	var ended []incident.SessionID
	return ended, scanAll(rows, &ended)
}

func live(now time.Time) []predicate.Session {
	return []predicate.Session{session.EndedAtIsNil(), session.ExpiresAtGT(incident.Now(now))}
}
