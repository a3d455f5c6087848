package incident

import "time"

// AuditEntry is one security-relevant act, kept for ever (F-SE-05).
type AuditEntry struct {
	ID      string    // UUIDv7: sorts by time
	At      time.Time // when it was stored, where zero
	Who     Person    // empty id for an unknown user
	Act     string    // login, login_failed, access_refused, …
	Target  string    // what it was done to: a room, a file, an account
	From    string    // client address
	Outcome string    // ok or refused
	Request string    // request id, to find the log lines
}
