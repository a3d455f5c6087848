package auth

import (
	"errors"
	"fmt"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/incident"
)

// RetryError is in the chain of a RateLimited or Busy error and says when the
// same request may succeed.
type RetryError struct {
	After time.Duration
}

func (e *RetryError) Error() string { return fmt.Sprintf("retry after %s", e.After) }

// ReplayError is in the chain of a refused refresh when a token that had been
// used came back, as after a theft. The session has been ended; audit it.
type ReplayError struct {
	Session incident.Session
}

func (e *ReplayError) Error() string {
	return fmt.Sprintf("session %s: a used refresh token came back", e.Session.ID)
}

// Why a login was refused. They are for the log: a client sees one text for all.
var (
	errUnknownUser   = errors.New("no such account")
	errWrongPassword = errors.New("wrong password")
	errDisabled      = errors.New("the account is disabled")
	errNoPassword    = errors.New("the password is empty or too long")
	errLocalName     = errors.New("a local account has this user name")
)

// ReasonOf says why a login was refused, for the audit trail alone: it may tell that
// the password was right.
func ReasonOf(err error) string {
	if r := directory.ReasonOf(err); r != "" {
		return string(r)
	}
	for _, known := range []error{errUnknownUser, errWrongPassword, errDisabled, errNoPassword, errLocalName} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return ""
}

func refused(op string, why error) error {
	return incident.Wrap(incident.BadCredentials, op, why, "User name or password is wrong.")
}

func signedOut(op string, why error) error {
	return incident.Wrap(incident.Unauthenticated, op, why, "Sign in again.")
}

func retryLater(kind incident.Kind, op, detail string, after time.Duration) error {
	return incident.Wrap(kind, op, &RetryError{After: after}, detail)
}
