package incident

import (
	"crypto/sha256"
	"time"
)

// Ids are lower-case UUIDs in their 36-character form unless said otherwise.
// They are distinct types so that a swapped argument does not compile.
type (
	// RoomID names one incident room for ever.
	RoomID string
	// UserID names one person; it survives a change of name or mail address.
	UserID string
	// MessageID names one message.
	MessageID string
	// FileID names one uploaded file.
	FileID string
	// SessionID names one login of one person on one device.
	SessionID string
	// TemplateID names one room template.
	TemplateID string
	// NodeID names one running server process; a restarted process has a new one.
	// It is a short text of letters and digits, no UUID.
	NodeID string
	// ClientMsgID is chosen by the sender, 1 to 64 characters of [A-Za-z0-9_-],
	// and makes a retry harmless (F-RT-09).
	ClientMsgID string
)

// Seq is an event's place in its room: 1, 2, 3, … without gaps. Zero is before
// the first event.
type Seq int64

// Epoch counts a room's activations. The database hands it out; only the actor
// that holds the current one may append.
type Epoch int64

// Person is a user as others see them at the moment of an act. The name is kept
// with what they did, as evidence, even if they are renamed later.
type Person struct {
	ID   UserID `json:"user_id"`
	Name string `json:"name"`
}

// ValidUUID reports whether s is a lower-case UUID in its 36-character form.
func ValidUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// Valid reports whether the id has the form that [ClientMsgID] promises.
func (id ClientMsgID) Valid() bool {
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		ok := c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !ok {
			return false
		}
	}
	return true
}

// Now cuts t to what both databases keep: UTC microseconds.
func Now(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Digest is the SHA-256 of a file's bytes or of a message's content.
type Digest = [sha256.Size]byte
