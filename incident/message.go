package incident

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MessageType says how a message is shown (F-RT-04).
type MessageType string

// The message types. Clients send TEXT, STATUS_UPDATE and DECISION; the others,
// and the STATUS_UPDATE of every move, are written by the server.
const (
	Text          MessageType = "TEXT"
	ImageRef      MessageType = "IMAGE_REF"
	FileRef       MessageType = "FILE_REF"
	SystemMessage MessageType = "SYSTEM"
	StatusUpdate  MessageType = "STATUS_UPDATE"
	Decision      MessageType = "DECISION"
)

// Bounds of messages.
const (
	MaxText         = 8000 // characters
	MaxMentions     = 50   // people named one by one
	MaxEmoji        = 32   // bytes
	MaxReactions    = 20   // different ones of one message
	MaxEdits        = 50   // of one message
	MaxDeleteReason = 500  // characters

	// EditWindow is how long an author may edit (F-RT-11).
	EditWindow = 15 * time.Minute
)

// Reference is the metadata of an IMAGE_REF or FILE_REF message. The URL is
// minted when read and never stored.
type Reference struct {
	FileID   FileID   `json:"file_id"`
	Filename string   `json:"filename"`
	Kind     FileKind `json:"kind"`
	Width    int      `json:"width,omitempty"`
	Height   int      `json:"height,omitempty"`
	Size     int64    `json:"size"`
	// Scan is the file's state, as of the message's event or as it reads now.
	Scan    ScanState `json:"scan_state,omitempty"`
	Deleted bool      `json:"-"` // the file was taken out of sight
}

// Withheld is what everybody may know of a reference to a file in quarantine.
func (r Reference) Withheld() Reference {
	return Reference{FileID: r.FileID, Kind: r.Kind, Scan: ScanInfected, Deleted: r.Deleted}
}

// StatusChange is the move that wrote a STATUS_UPDATE message.
type StatusChange struct {
	From Status `json:"from"`
	To   Status `json:"to"`
}

// Mentions says whom a message calls: people by id, everybody of a role, or all.
type Mentions struct {
	All   bool     `json:"all,omitempty"`
	Roles []Role   `json:"roles,omitempty"`
	Users []UserID `json:"users,omitempty"`
}

// Empty reports whether nobody is called.
func (m Mentions) Empty() bool { return !m.All && len(m.Roles) == 0 && len(m.Users) == 0 }

// Of reports whether the person, who has that role, is called.
func (m Mentions) Of(user UserID, role Role) bool {
	return m.All && role != NoRole || slices.Contains(m.Roles, role) || slices.Contains(m.Users, user)
}

// Check refuses what is no id and no role, and too many of them.
func (m Mentions) Check() error {
	const op = "mention"
	if len(m.Users) > MaxMentions {
		return E(Invalid, op, "at most %d people can be mentioned one by one: mention a role or all", MaxMentions)
	}
	if len(m.Roles) > len(Roles) {
		return E(Invalid, op, "mentions.roles names a role twice")
	}
	for _, r := range m.Roles {
		if !r.Valid() {
			return E(Invalid, op, "mentions.roles must be of %v", Roles)
		}
	}
	for _, u := range m.Users {
		if !ValidUUID(string(u)) {
			return E(Invalid, op, "mentions.users must be user ids")
		}
	}
	return nil
}

// Done says who did something to a message or to a checklist item, and when.
type Done struct {
	By Person    `json:"by"`
	At time.Time `json:"at"`
}

// Reaction is one emoji under a message and who put it there, first one first.
type Reaction struct {
	Emoji  string
	People []Person
}

// Message is what somebody said, as it reads now. Seq is the seq of the event
// that posted it. What may change later is not part of that event.
type Message struct {
	ID          MessageID     `json:"message_id"`
	Seq         Seq           `json:"-"`
	Author      Person        `json:"author"`
	Type        MessageType   `json:"message_type"`
	Text        string        `json:"text"`
	Ref         *Reference    `json:"metadata,omitempty"`
	Status      *StatusChange `json:"status_change,omitempty"`
	ReplyTo     MessageID     `json:"reply_to,omitempty"`
	Mentions    *Mentions     `json:"mentions,omitempty"`
	ClientMsgID ClientMsgID   `json:"client_msg_id,omitempty"`
	At          time.Time     `json:"at"`

	Edits     int        `json:"-"`
	EditedAt  *time.Time `json:"-"`
	Deleted   *Done      `json:"-"` // a tombstone: its text is empty
	Pinned    *Done      `json:"-"`
	Reactions []Reaction `json:"-"`
}

// MayEdit decides whether the author may still edit the message at that time.
func (m Message) MayEdit(by UserID, at time.Time) error {
	const op = "edit message"
	switch {
	case m.Author.ID != by:
		return E(Forbidden, op, "Only its author edits a message.")
	case m.Deleted != nil:
		return E(Conflict, op, "The message is deleted.")
	case m.Ref != nil || m.Status != nil:
		return E(Conflict, op, "This message belongs to a file or to a change of status and stays as it is. Write another one.")
	case at.Sub(m.At) > EditWindow:
		return E(Conflict, op, "A message can be edited for %d minutes. Write another one.", int(EditWindow.Minutes()))
	case m.Edits >= MaxEdits:
		return E(Conflict, op, "A message can be edited %d times. Write another one.", MaxEdits)
	default:
		return nil
	}
}

// MayDelete decides whether this kind of message can be deleted at all; who may is
// the table's business.
func (m Message) MayDelete() error {
	const op = "delete message"
	switch {
	case m.Ref != nil:
		return E(Conflict, op, "This message shows a file. Delete the file instead.")
	case m.Status != nil:
		return E(Conflict, op, "A change of status stays in the room's history.")
	default:
		return nil
	}
}

// Edit is one version of a message's text, and the event that brought it.
type Edit struct {
	Seq  Seq
	Text string
	At   time.Time
	By   Person
}

// Draft is what a sender wants to post.
type Draft struct {
	ClientMsgID ClientMsgID
	Type        MessageType // TEXT when empty
	Text        string
	ReplyTo     MessageID
	Mentions    Mentions // those who are no members are left out
}

// Normalize cuts trailing white space and refuses what may not be stored.
func (d *Draft) Normalize() error {
	const op = "post message"
	if !d.ClientMsgID.Valid() {
		return E(Invalid, op, "client_msg_id must be 1 to 64 characters of A-Z a-z 0-9 _ -")
	}
	switch d.Type {
	case "":
		d.Type = Text
	case Text, StatusUpdate, Decision:
	default:
		return E(Invalid, op, "message_type must be TEXT, STATUS_UPDATE or DECISION; the others are written by the server")
	}
	if d.ReplyTo != "" && !ValidUUID(string(d.ReplyTo)) {
		return E(Invalid, op, "reply_to must be a message id")
	}
	if err := d.Mentions.Check(); err != nil {
		return err
	}
	return NormalizeText(&d.Text)
}

// NormalizeText cuts trailing white space of a message's text and refuses what may
// not be stored.
func NormalizeText(text *string) error {
	const op = "post message"
	*text = strings.TrimRight(*text, " \t\r\n")
	if strings.TrimSpace(*text) == "" {
		return E(Invalid, op, "text is empty: write something or attach a file")
	}
	return checkText(op, "text", *text, MaxText, true)
}

// CleanDeleteReason trims why somebody deletes and refuses what may not be stored.
func CleanDeleteReason(text string) (string, error) {
	text = strings.TrimSpace(text)
	return text, checkText("delete", "reason", text, MaxDeleteReason, true)
}

// CheckEmoji refuses what is no single emoji: letters, spaces, control characters,
// two of them. A digit passes only as part of a keycap.
func CheckEmoji(emoji string) error {
	const joiner, keycap = 0x200d, 0x20e3
	bad := E(Invalid, "react", "emoji must be one emoji of at most %d bytes", MaxEmoji)
	if emoji == "" || len(emoji) > MaxEmoji || !utf8.ValidString(emoji) {
		return bad
	}
	var before rune
	symbols, letters, digits, keycaps := 0, 0, 0, 0 // letters are those that make a flag
	for _, r := range emoji {
		switch {
		case r == keycap:
			keycaps++
		case r >= 0x1f3fb && r <= 0x1f3ff && symbols > 0: // skin
		case r >= 0x1f1e6 && r <= 0x1f1ff:
			letters++
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sm, r) && r >= 0x2000, r >= 0x1f3fb && r <= 0x1f3ff,
			r == 0x203c, r == 0x2049, r == 0x3030, r == 0x303d:
			if before != joiner || symbols == 0 {
				symbols++
			}
		case r == joiner, r == 0xfe0f, r >= 0xe0020 && r <= 0xe007f: // joiner, presentation, flags' tags
		case r >= '0' && r <= '9', r == '#', r == '*':
			digits++
		default:
			return bad
		}
		before = r
	}
	if symbols == 1 && letters+digits+keycaps == 0 || letters == 2 && symbols+digits+keycaps == 0 || digits == 1 && keycaps == 1 && symbols+letters == 0 {
		return nil
	}
	return bad
}

// Digest is the same for two drafts with the same content: it tells a retry
// from another message under a used client_msg_id (F-RT-09).
func (d Draft) Digest() Digest { return contentDigest(d.Text, d.ReplyTo, d.Type) }

// Digest is the digest of the draft that made the message.
func (m Message) Digest() Digest { return contentDigest(m.Text, m.ReplyTo, m.Type) }

func contentDigest(text string, replyTo MessageID, kind MessageType) Digest {
	if kind == "" {
		kind = Text
	}
	// JSON strings cannot run into one another.
	b, _ := json.Marshal([3]string{text, string(replyTo), string(kind)}) // strings always marshal
	return sha256.Sum256(b)
}
