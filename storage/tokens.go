package storage

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/session"
	"taskreporter/ent/user"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// CreateToken records an API token, unless limit of its account's live at its creation:
// incident.Conflict. It is audited in the same transaction.
func (a *Accounts) CreateToken(ctx context.Context, t incident.Token, secret incident.Digest, limit int, audit ...incident.AuditEntry) error {
	const op = "create API token"
	return a.db.inTx(ctx, op, func(tx *ent.Tx) error {
		owner := tx.User.Query().Where(user.ID(string(t.User)))
		if a.db.kind == migration.Postgres { // of two at once, one counts the other; SQLite has one writer
			owner.ForUpdate()
		}
		if _, err := owner.Only(ctx); err != nil {
			return err
		}
		n, err := tx.Session.Query().Where(session.UserID(string(t.User)), session.ScopesNEQ(0)).Where(live(t.CreatedAt)...).Count(ctx)
		if err != nil {
			return err
		}
		if n >= limit {
			return incident.E(incident.Conflict, op, "This account has %d API tokens. Revoke one that is not needed any more.", n)
		}
		if err := createSession(ctx, tx, t.Session); err != nil {
			return err
		}
		if err := tx.APIToken.Create().SetID(incident.HexDigest(secret)).SetSessionID(string(t.ID)).SetName(t.Name).Exec(ctx); err != nil {
			return err
		}
		return a.db.recordIn(ctx, tx, audit)
	})
}

// TokenSession returns the session of an API token with its account, ended and
// disabled ones included.
func (a *Accounts) TokenSession(ctx context.Context, secret incident.Digest) (incident.Session, incident.User, error) {
	return a.ownedSession(ctx, "find API token",
		ownedSession+"join api_tokens t on t.session_id = s.session_id where t.digest = $1", incident.HexDigest(secret))
}

// Tokens returns an account's API tokens that live at now, newest first.
func (a *Accounts) Tokens(ctx context.Context, id incident.UserID, now time.Time) ([]incident.Token, error) {
	rows, err := a.db.read.Session.Query().Where(session.UserID(string(id)), session.HasToken()).Where(live(now)...).
		WithToken().Order(session.ByCreatedAt(entsql.OrderDesc()), session.ByID()).All(ctx)
	list := make([]incident.Token, len(rows))
	for i, row := range rows {
		list[i] = incident.Token{Session: toSession(row), Name: row.Edges.Token.Name}
	}
	return list, fail("list API tokens", err)
}
