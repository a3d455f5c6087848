package incident

import "time"

// Account is a local account with its argon2id hash in PHC string form.
type Account struct {
	User
	PasswordHash string
}

// Session is one login.
type Session struct {
	ID        SessionID
	User      UserID
	CreatedAt time.Time
	ExpiresAt time.Time // absolute end
	EndedAt   *time.Time
	UserAgent string
	From      string // client address at login
}
