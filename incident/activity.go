package incident

import "time"

// ReadPointer says up to where a member has read (F-MB-06). It never goes back.
type ReadPointer struct {
	User UserID    `json:"user_id"`
	Seq  Seq       `json:"seq"`
	At   time.Time `json:"at"`
}

// Activity is what the members of a room are told about it while they look at
// something else, for the live list of rooms (F-RM-11). It sums up what happened
// since the one before; who needs all of it reads the log.
type Activity struct {
	Room    Room     `json:"room"` // as it reads now
	Head    Seq      `json:"head"`
	Posted  []Posted `json:"posted,omitempty"`  // at most MaxPosted, the newest
	Members []UserID `json:"members"`           // who is told
	Gone    []UserID `json:"gone,omitempty"`    // who is no member any more, and told once
	Count   int      `json:"member_count"`      // of members
	Latest  string   `json:"latest,omitempty"`  // first line of the newest message
	Renewed bool     `json:"renewed,omitempty"` // members or roles changed: look again
}

// MaxPosted bounds the messages that one Activity names.
const MaxPosted = 50

// Posted is a message in short, enough to count what is unread.
type Posted struct {
	Seq      Seq       `json:"seq"`
	Author   UserID    `json:"author"`
	Mentions *Mentions `json:"mentions,omitempty"`
}
