package storage

import (
	"context"
	"strings"

	"taskreporter/ent"
	"taskreporter/ent/session"
	"taskreporter/ent/user"
	"taskreporter/incident"
)

// Accounts keeps accounts, sessions and tickets.
type Accounts struct{ db *DB }

// Accounts returns the accounts.
func (db *DB) Accounts() *Accounts { return &Accounts{db} }

// Account finds a local account by user name, compared without case.
func (a *Accounts) Account(ctx context.Context, username string) (incident.Account, error) {
	row, err := a.db.read.User.Query().
		Where(user.UsernameKey(usernameKey(username)), user.PasswordHashNotNil()).Only(ctx)
	if err != nil {
		return incident.Account{}, fail("find account", err)
	}
	return incident.Account{User: toUser(row), PasswordHash: row.PasswordHash}, nil
}

// Named finds an account, local or of a directory, by user name.
func (a *Accounts) Named(ctx context.Context, username string) (incident.User, error) {
	row, err := a.db.read.User.Query().Where(user.UsernameKey(usernameKey(username))).Only(ctx)
	if err != nil {
		return incident.User{}, fail("find account", err)
	}
	return toUser(row), nil
}

// User returns an account, disabled ones included.
func (a *Accounts) User(ctx context.Context, id incident.UserID) (incident.User, error) {
	return a.db.user(ctx, id)
}

func (db *DB) user(ctx context.Context, id incident.UserID) (incident.User, error) {
	row, err := db.read.User.Get(ctx, string(id))
	if err != nil {
		return incident.User{}, fail("find user", err)
	}
	return toUser(row), nil
}

// CreateAccount fails with incident.Conflict when the user name is taken.
func (a *Accounts) CreateAccount(ctx context.Context, acc incident.Account) error {
	c := a.db.write.User.Create().
		SetID(string(acc.ID)).SetUsername(acc.Username).SetUsernameKey(usernameKey(acc.Username)).
		SetName(acc.Name).SetSystemRole(string(acc.System)).SetDisabled(acc.Disabled).
		SetCreatedAt(incident.Now(a.db.now()))
	if acc.PasswordHash != "" {
		c.SetPasswordHash(acc.PasswordHash)
	}
	return fail("create account", c.Exec(ctx))
}

// SetPassword replaces an account's password hash and ends its sessions.
func (a *Accounts) SetPassword(ctx context.Context, id incident.UserID, hash string) error {
	return a.db.inTx(ctx, "set password", func(tx *ent.Tx) error {
		if err := tx.User.UpdateOneID(string(id)).SetPasswordHash(hash).Exec(ctx); err != nil {
			return err
		}
		return tx.Session.Update().Where(session.UserID(string(id)), session.EndedAtIsNil()).
			SetEndedAt(incident.Now(a.db.now())).Exec(ctx)
	})
}

// CountAccounts tells a first run from a later one.
func (a *Accounts) CountAccounts(ctx context.Context) (int, error) {
	n, err := a.db.read.User.Query().Count(ctx)
	return n, fail("count accounts", err)
}

// User returns an account, disabled ones included.
func (l *Library) User(ctx context.Context, id incident.UserID) (incident.User, error) {
	return l.db.user(ctx, id)
}

// Users finds enabled accounts by a part of the name or user name.
func (l *Library) Users(ctx context.Context, q string, limit int) ([]incident.User, error) {
	rows, err := l.db.read.User.Query().
		Where(user.Disabled(false), user.Or(user.NameContainsFold(q), user.UsernameContainsFold(q))).
		Order(user.ByName(), user.ByID()).Limit(limit).All(ctx)
	list := make([]incident.User, len(rows))
	for i, row := range rows {
		list[i] = toUser(row)
	}
	return list, fail("find users", err)
}

func usernameKey(username string) string { return strings.ToLower(username) }

func toUser(row *ent.User) incident.User {
	return incident.User{
		Person:   incident.Person{ID: incident.UserID(row.ID), Name: row.Name},
		Username: row.Username,
		System:   incident.SystemRole(row.SystemRole),
		Disabled: row.Disabled,
	}
}
