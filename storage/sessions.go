package storage

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/session"
	"taskreporter/incident"
)

// CreateSession records a login with its first refresh token.
func (a *Accounts) CreateSession(ctx context.Context, s incident.Session, refresh incident.Digest) error {
	return a.db.inTx(ctx, "create session", func(tx *ent.Tx) error {
		if err := createSession(ctx, tx, s); err != nil {
			return err
		}
		return createRefresh(ctx, tx.Client(), s.ID, refresh, s.CreatedAt)
	})
}

func createSession(ctx context.Context, tx *ent.Tx, s incident.Session) error {
	c := tx.Session.Create().
		SetID(string(s.ID)).SetUserID(string(s.User)).SetCreatedAt(incident.Now(s.CreatedAt)).
		SetExpiresAt(incident.Now(s.ExpiresAt)).SetEndsAt(incident.Now(s.EndsAt)).
		SetUserAgent(s.UserAgent).SetFromAddr(s.From).SetScopes(int16(s.Scopes))
	if !s.UsedAt.IsZero() {
		c.SetUsedAt(incident.Now(s.UsedAt))
	}
	return c.Exec(ctx)
}

// Session returns a session, ended ones included.
func (a *Accounts) Session(ctx context.Context, id incident.SessionID) (incident.Session, error) {
	row, err := a.db.read.Session.Get(ctx, string(id))
	if err != nil {
		return incident.Session{}, fail("find session", err)
	}
	return toSession(row), nil
}

// ownedSession is a session and its account; "join api_tokens" and "where" follow.
const ownedSession = `select s.session_id, s.user_id, s.created_at, s.expires_at, s.ends_at, s.used_at, s.ended_at, s.user_agent, s.from_addr, s.scopes,
	u.username, u.name, u.system_role, u.disabled from sessions s join users u on u.user_id = s.user_id `

// OwnedSession returns a session with its account, ended and disabled ones included.
func (a *Accounts) OwnedSession(ctx context.Context, id incident.SessionID) (incident.Session, incident.User, error) {
	return a.ownedSession(ctx, "find session", ownedSession+"where s.session_id = $1", string(id))
}

func (a *Accounts) ownedSession(ctx context.Context, op, query, key string) (incident.Session, incident.User, error) {
	rows, err := a.db.queries().QueryContext(ctx, query, key)
	if err != nil {
		return incident.Session{}, incident.User{}, fail(op, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return incident.Session{}, incident.User{}, fail(op, cmp.Or(rows.Err(), sql.ErrNoRows))
	}
	var s ent.Session
	var u ent.User
	err = rows.Scan(&s.ID, &s.UserID, &s.CreatedAt, &s.ExpiresAt, &s.EndsAt, &s.UsedAt, &s.EndedAt, &s.UserAgent, &s.FromAddr, &s.Scopes,
		&u.Username, &u.Name, &u.SystemRole, &u.Disabled)
	u.ID = s.UserID
	return toSession(&s), toUser(&u), fail(op, err)
}

// RotateRefresh marks the token old as used at now and records its successor, in
// one transaction, and returns its session. A token used before is
// incident.Conflict, also with its session, and usedAt tells when; an unknown one
// is incident.NotFound.
func (a *Accounts) RotateRefresh(ctx context.Context, old, successor incident.Digest, now time.Time) (s incident.Session, usedAt time.Time, err error) {
	const op = "rotate refresh token"
	err = a.db.inTx(ctx, op, func(tx *ent.Tx) error {
		// One statement decides who of several was first.
		rows, err := tx.QueryContext(ctx, `update refresh_tokens set used_at = $2
			where digest = $1 and used_at is null returning session_id`, incident.HexDigest(old), incident.Now(now))
		if err != nil {
			return err
		}
		var ids []string
		if err := scanAll(rows, &ids); err != nil {
			return err
		}
		if len(ids) == 1 {
			if err := createRefresh(ctx, tx.Client(), incident.SessionID(ids[0]), successor, now); err != nil {
				return err
			}
		} else {
			token, err := tx.RefreshToken.Get(ctx, incident.HexDigest(old))
			if err != nil {
				return err
			}
			ids, usedAt = []string{token.SessionID}, incident.Now(*token.UsedAt)
		}
		row, err := tx.Session.Get(ctx, ids[0])
		if err != nil {
			return err
		}
		s = toSession(row)
		return nil
	})
	if err == nil && !usedAt.IsZero() {
		err = incident.E(incident.Conflict, op, "the refresh token was used before: sign in again")
	}
	return s, usedAt, err
}

// AddRefresh records one more token of a session.
func (a *Accounts) AddRefresh(ctx context.Context, id incident.SessionID, refresh incident.Digest) error {
	return fail("add refresh token", createRefresh(ctx, a.db.write, id, refresh, a.db.now()))
}

// UseSession notes that a session was used at now and expires at then, unless it has
// ended.
func (a *Accounts) UseSession(ctx context.Context, id incident.SessionID, now, expires time.Time) error {
	err := a.db.write.Session.Update().Where(session.ID(string(id)), session.EndedAtIsNil()).
		SetUsedAt(incident.Now(now)).SetExpiresAt(incident.Now(expires)).Exec(ctx)
	return fail("use session", err)
}

// EndSession ends a session for ever, and audits it; ending it twice is no error.
func (a *Accounts) EndSession(ctx context.Context, id incident.SessionID, now time.Time, audit ...incident.AuditEntry) error {
	return a.db.inTx(ctx, "end session", func(tx *ent.Tx) error {
		err := tx.Session.Update().Where(session.ID(string(id)), session.EndedAtIsNil()).
			SetEndedAt(incident.Now(now)).Exec(ctx)
		if err != nil {
			return err
		}
		return a.db.recordIn(ctx, tx, audit)
	})
}

func createRefresh(ctx context.Context, client *ent.Client, id incident.SessionID, refresh incident.Digest, now time.Time) error {
	return client.RefreshToken.Create().
		SetID(incident.HexDigest(refresh)).SetSessionID(string(id)).SetCreatedAt(incident.Now(now)).
		Exec(ctx)
}

func toSession(row *ent.Session) incident.Session {
	s := incident.Session{
		ID: incident.SessionID(row.ID), User: incident.UserID(row.UserID),
		CreatedAt: incident.Now(row.CreatedAt), ExpiresAt: incident.Now(row.ExpiresAt),
		UserAgent: row.UserAgent, From: row.FromAddr, Scopes: incident.Scopes(row.Scopes),
	}
	s.EndsAt = s.ExpiresAt
	if row.EndsAt != nil {
		s.EndsAt = incident.Now(*row.EndsAt)
	}
	if row.UsedAt != nil {
		s.UsedAt = incident.Now(*row.UsedAt)
	}
	if row.EndedAt != nil {
		at := incident.Now(*row.EndedAt)
		s.EndedAt = &at
	}
	return s
}

// scanAll reads a result of one column and closes it.
func scanAll[T any](rows *sql.Rows, list *[]T) error {
	defer rows.Close()
	return entsql.ScanSlice(rows, list)
}
