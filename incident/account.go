package incident

import "time"

// Account is a local account with its argon2id hash in PHC string form.
type Account struct {
	User
	PasswordHash string
}

// DirectoryPerson is somebody as a directory has them.
type DirectoryPerson struct {
	Key      string // for ever, whatever they are called
	Username string
	Name     string
	System   SystemRole
}

// ListedUser is an account as administrators see it.
type ListedUser struct {
	User
	Local     bool // has a password here
	CreatedAt time.Time
	Sessions  int // that live
}

// AccountChange is what an administrator changes of an account; nil leaves it as it is.
type AccountChange struct {
	System   *SystemRole
	Disabled *bool
}

// MayChangeAccount decides whether by may change that account: nobody changes their
// own, so that nobody locks themselves out or lends an open page their office.
func MayChangeAccount(by Principal, user UserID) error {
	if by.ID == user {
		return E(Conflict, string(ActManageUsers), "Nobody changes their own account. Ask another administrator.")
	}
	return nil
}

// Session is one login of a person, or one API token.
type Session struct {
	ID        SessionID
	User      UserID
	CreatedAt time.Time
	ExpiresAt time.Time // unless it is used again
	EndsAt    time.Time // however much it is used
	UsedAt    time.Time // last, to some minutes; zero before the first time
	EndedAt   *time.Time
	UserAgent string
	From      string // client address at login
	Scopes    Scopes // of a token; zero for a login
}

// Token is an API token as it is listed: what it proves is kept as a digest only.
type Token struct {
	Session
	Name string // what it is for
}

// Attempt is an attempt to sign in, as the store counts it. The names are digests.
type Attempt struct {
	ID      string
	Account Digest
	Address Digest
	At      time.Time
}
