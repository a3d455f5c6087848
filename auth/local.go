package auth

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"taskreporter/incident"
)

const (
	maxName     = 255 // bytes of a user name or a display name, as the columns hold
	minPassword = 12  // characters of a password that an administrator sets
)

// Local keeps the accounts that are this installation's own: all of them in the
// embedded default, the break-glass ones beside a directory (F-AU-02).
type Local struct {
	store  Store
	hasher *hasher
}

// NewLocal returns the local accounts of a store.
func NewLocal(store Store) *Local {
	return &Local{store: store, hasher: newHasher(defaultCost)}
}

// Check returns the account that a user name and a password belong to. Whatever
// is wrong with them, it is the same BadCredentials after one hash's work.
func (l *Local) Check(ctx context.Context, username, password string) (incident.User, error) {
	const op = "auth.Check"
	if password == "" || len(password) > maxPassword {
		return incident.User{}, refused(op, errNoPassword)
	}
	password = norm.NFC.String(password)
	username, err := tidyName(username)
	if err != nil {
		return incident.User{}, l.refuseSlowly(ctx, op, password, errUnknownUser)
	}
	a, err := l.store.Account(ctx, username)
	if incident.KindOf(err) == incident.NotFound {
		return incident.User{}, l.refuseSlowly(ctx, op, password, errUnknownUser)
	}
	if err != nil {
		return incident.User{}, err
	}
	want, err := parseHash(a.PasswordHash)
	if err != nil {
		return incident.User{}, incident.Wrap(incident.Internal, op, err, "")
	}
	ok, err := l.hasher.matches(ctx, password, want)
	switch {
	case err != nil:
		return incident.User{}, err
	case !ok:
		return incident.User{}, refused(op, errWrongPassword)
	case a.Disabled:
		return incident.User{}, refused(op, errDisabled)
	}
	return a.User, nil
}

// has reports whether a user name is a local account's.
func (l *Local) has(ctx context.Context, username string) (bool, error) {
	username, err := tidyName(username)
	if err != nil {
		return false, nil //nolint:nilerr // what is no name is nobody's
	}
	_, err = l.store.Account(ctx, username)
	if incident.KindOf(err) == incident.NotFound {
		return false, nil
	}
	return err == nil, err
}

func (l *Local) refuseSlowly(ctx context.Context, op, password string, why error) error {
	if err := l.hasher.waste(ctx, password); err != nil {
		return err
	}
	return refused(op, why)
}

// Add makes an account. A name that breaks a rule or a password under 12
// characters is Invalid, a user name that is taken Conflict.
func (l *Local) Add(ctx context.Context, username, name string, role incident.SystemRole, password string) (incident.User, error) {
	const op = "auth.Add"
	username, err := tidyName(username)
	if err != nil {
		return incident.User{}, err
	}
	if name, err = tidyName(name); err != nil {
		return incident.User{}, err
	}
	if !role.Valid() {
		return incident.User{}, incident.E(incident.Invalid, op, "The role is one of USER, AUDITOR and ADMIN.")
	}
	hash, err := l.newHash(ctx, password)
	if err != nil {
		return incident.User{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return incident.User{}, incident.Wrap(incident.Internal, op, err, "")
	}
	u := incident.User{
		Person:   incident.Person{ID: incident.UserID(id.String()), Name: name},
		Username: username,
		System:   role,
	}
	err = l.store.CreateAccount(ctx, incident.Account{User: u, PasswordHash: hash})
	if incident.KindOf(err) == incident.Conflict {
		err = incident.Wrap(incident.Conflict, op, err, "This user name is taken.")
	}
	if err != nil {
		return incident.User{}, err
	}
	return u, nil
}

// SetPassword gives an account, found by its user name, another password, ends
// its sessions, and returns it.
func (l *Local) SetPassword(ctx context.Context, username, password string) (incident.User, error) {
	username, err := tidyName(username)
	if err != nil {
		return incident.User{}, err
	}
	a, err := l.store.Account(ctx, username)
	if err != nil {
		return incident.User{}, err
	}
	hash, err := l.newHash(ctx, password)
	if err != nil {
		return incident.User{}, err
	}
	return a.User, l.store.SetPassword(ctx, a.ID, hash)
}

func (l *Local) newHash(ctx context.Context, password string) (string, error) {
	const op = "auth.password"
	if !utf8.ValidString(password) || len(password) > maxPassword {
		return "", incident.E(incident.Invalid, op, "A password is text of at most %d bytes.", maxPassword)
	}
	password = norm.NFC.String(password)
	if utf8.RuneCountInString(password) < minPassword {
		return "", incident.E(incident.Invalid, op, "A password has at least %d characters.", minPassword)
	}
	return l.hasher.hash(ctx, password)
}

// tidyName brings a name into the form in which names are kept and compared:
// NFC, without blanks around it. What cannot be shown on one line is Invalid.
func tidyName(s string) (string, error) {
	const op = "auth.name"
	if len(s) > 4*maxName || !utf8.ValidString(s) {
		return "", incident.E(incident.Invalid, op, "A name is text of at most %d bytes.", maxName)
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	if s == "" || len(s) > maxName {
		return "", incident.E(incident.Invalid, op, "A name has 1 to %d bytes.", maxName)
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return "", incident.E(incident.Invalid, op, "A name has no control characters and no line breaks.")
		}
	}
	return s, nil
}
