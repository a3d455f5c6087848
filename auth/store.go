package auth

import (
	"context"
	"time"

	"taskreporter/incident"
)

// Store keeps accounts, sessions and tickets. All methods are safe for
// concurrent use; a database that cannot be reached is incident.Unavailable, a
// row that does not exist incident.NotFound. Tokens and tickets reach it only as
// SHA-256 digests. What is given to audit is recorded in the same transaction.
type Store interface {
	// Account finds a local account by user name, compared without case.
	Account(ctx context.Context, username string) (incident.Account, error)
	// User returns an account, disabled ones included.
	User(ctx context.Context, id incident.UserID) (incident.User, error)
	// CreateAccount fails with incident.Conflict when the user name is taken.
	CreateAccount(ctx context.Context, a incident.Account) error
	// SetPassword replaces an account's password hash and ends its sessions.
	SetPassword(ctx context.Context, id incident.UserID, hash string) error
	// CountAccounts tells a first run from a later one.
	CountAccounts(ctx context.Context) (int, error)

	// Arrive makes or brings up to date the account of a directory's person, and
	// ends their sessions, which it returns, when their system role has changed.
	// incident.Conflict when a local account has the user name.
	Arrive(ctx context.Context, p incident.DirectoryPerson, now time.Time) (incident.User, []incident.SessionID, error)
	// PersonOf returns the account of a directory's person.
	PersonOf(ctx context.Context, key string) (incident.User, error)
	// PeopleOf returns the accounts of those of a directory's people who have one,
	// by their keys.
	PeopleOf(ctx context.Context, keys []string) (map[string]incident.User, error)
	// Unchecked returns some of a directory's people who are signed in and about
	// whom it was not asked since then, to no two callers the same.
	Unchecked(ctx context.Context, since, now time.Time, limit int) ([]incident.DirectoryPerson, error)

	// CreateSession records a login with its first refresh token.
	CreateSession(ctx context.Context, s incident.Session, refresh incident.Digest) error
	// UseSession notes that a session was used at now and expires at then, unless it
	// has ended.
	UseSession(ctx context.Context, id incident.SessionID, now, expires time.Time) error
	// Session returns a session, ended ones included.
	Session(ctx context.Context, id incident.SessionID) (incident.Session, error)
	// OwnedSession returns a session with its account, ended and disabled ones
	// included.
	OwnedSession(ctx context.Context, id incident.SessionID) (incident.Session, incident.User, error)
	// RotateRefresh marks the token old as used at now and records its successor, in one
	// transaction, and returns its session, whether it lives or not. A token used
	// before is incident.Conflict, also with its session, and usedAt tells when; an
	// unknown one is incident.NotFound.
	RotateRefresh(ctx context.Context, old, successor incident.Digest, now time.Time) (s incident.Session, usedAt time.Time, err error)
	// AddRefresh records one more token of a session, for a second tab that lost
	// the race of a rotation.
	AddRefresh(ctx context.Context, id incident.SessionID, refresh incident.Digest) error
	// EndSession ends a session for ever; ending it twice is no error.
	EndSession(ctx context.Context, id incident.SessionID, now time.Time, audit ...incident.AuditEntry) error
	// Sessions returns an account's logins that live at now, newest first.
	Sessions(ctx context.Context, id incident.UserID, now time.Time) ([]incident.Session, error)
	// EndSessions ends all sessions and API tokens of an account and returns those that lived.
	EndSessions(ctx context.Context, id incident.UserID, now time.Time, audit ...incident.AuditEntry) ([]incident.SessionID, error)
	// ChangeAccount changes an account and ends its sessions, which it returns.
	// incident.Conflict for the last administrator who may sign in.
	ChangeAccount(ctx context.Context, id incident.UserID, c incident.AccountChange, now time.Time, audit ...incident.AuditEntry) (incident.User, []incident.SessionID, error)

	// CreateTicket records a one-use ticket.
	CreateTicket(ctx context.Context, ticket incident.Digest, s incident.SessionID, expires time.Time) error
	// TakeTicket removes a ticket that has not expired and returns its session;
	// incident.NotFound for all others.
	TakeTicket(ctx context.Context, ticket incident.Digest, now time.Time) (incident.SessionID, error)

	// CreateToken records an API token, unless limit of its account's live at its
	// creation: incident.Conflict.
	CreateToken(ctx context.Context, t incident.Token, secret incident.Digest, limit int, audit ...incident.AuditEntry) error
	// TokenSession returns the session of an API token with its account, ended and
	// disabled ones included.
	TokenSession(ctx context.Context, secret incident.Digest) (incident.Session, incident.User, error)
	// Tokens returns an account's API tokens that live at now, newest first.
	Tokens(ctx context.Context, id incident.UserID, now time.Time) ([]incident.Token, error)

	// BeginAttempt counts an attempt to sign in, for all nodes, unless its account has
	// had perAccount of them after since or its address perAddress. Then it counts
	// none, and oldest is the one whose end of the window is to be waited for.
	BeginAttempt(ctx context.Context, a incident.Attempt, perAccount, perAddress int, since time.Time) (oldest time.Time, err error)
	// UndoAttempt takes back an attempt that was no failure.
	UndoAttempt(ctx context.Context, id string) error
	// ForgetAttempts forgets an account's attempts.
	ForgetAttempts(ctx context.Context, account incident.Digest) error
	// Forget removes sessions and API tokens that ended or expired before then, and
	// attempts from before attempts; it returns how many sessions.
	Forget(ctx context.Context, then, attempts time.Time) (int, error)
}
