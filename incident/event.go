package incident

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// EventType names a change; it is also the type of the socket frame that tells
// it.
type EventType string

// Change is what an event did to its room. Values are immutable once appended.
type Change interface {
	EventType() EventType
}

// The changes.
type (
	// RoomCreated is the first event of every room.
	RoomCreated struct {
		Room      Room            `json:"room"`
		Checklist []ChecklistItem `json:"checklist,omitempty"`
	}
	// RoomUpdated says that fields or the status changed (F-RM-09, F-RM-10). Room
	// is how it reads afterwards.
	RoomUpdated struct {
		Room    Room          `json:"room"`
		Changed []FieldChange `json:"changed"`
		Reason  string        `json:"reason,omitempty"`
	}
	// MemberAdded says that somebody came in.
	MemberAdded struct {
		Member Member `json:"member"`
	}
	// MemberRemoved says that somebody's membership ended; who left did it
	// themselves.
	MemberRemoved struct {
		Person Person `json:"person"`
	}
	// RoleChanged says that a member has another role. A transfer is two of them.
	RoleChanged struct {
		Person Person `json:"person"`
		From   Role   `json:"from"`
		To     Role   `json:"to"`
	}
	// MessagePosted says that somebody wrote, or that a file was referred to.
	MessagePosted struct {
		Message Message `json:"message"`
	}
	// MessageEdited says that a message reads differently now.
	MessageEdited struct {
		MessageID MessageID `json:"message_id"`
		Text      string    `json:"text"`
		Mentions  *Mentions `json:"mentions,omitempty"`
	}
	// MessageDeleted leaves a tombstone of a message.
	MessageDeleted struct {
		MessageID MessageID `json:"message_id"`
		Reason    string    `json:"reason,omitempty"`
	}
	// ReactionAdded says that the event's author put an emoji under a message.
	ReactionAdded struct {
		MessageID MessageID `json:"message_id"`
		Emoji     string    `json:"emoji"`
	}
	// ReactionRemoved says that the event's author took it away again.
	ReactionRemoved struct {
		MessageID MessageID `json:"message_id"`
		Emoji     string    `json:"emoji"`
	}
	// MessagePinned puts a message on the room's short history.
	MessagePinned struct {
		MessageID MessageID `json:"message_id"`
	}
	// MessageUnpinned takes it off again.
	MessageUnpinned struct {
		MessageID MessageID `json:"message_id"`
	}
	// ChecklistChanged says that an item was ticked, or is to be done again.
	ChecklistChanged struct {
		ItemID ItemID `json:"item_id"`
		Done   bool   `json:"done"`
	}
	// FileUploaded says that a file is stored (F-WS-01).
	FileUploaded struct {
		File File `json:"file"`
	}
	// FileDeleted says that a file is no longer shown (F-WS-03).
	FileDeleted struct {
		FileID    FileID `json:"file_id"`
		DeletedBy Person `json:"deleted_by"`
		Reason    string `json:"reason,omitempty"`
	}
	// FileScanned says how a file's scan ended (F-UP-31).
	FileScanned struct {
		FileID FileID    `json:"file_id"`
		Scan   ScanState `json:"scan_state"`
	}
)

// EventType implements [Change].
func (RoomCreated) EventType() EventType { return "room_created" }

// EventType implements [Change].
func (RoomUpdated) EventType() EventType { return "room_updated" }

// EventType implements [Change].
func (MemberAdded) EventType() EventType { return "member_added" }

// EventType implements [Change].
func (MemberRemoved) EventType() EventType { return "member_removed" }

// EventType implements [Change].
func (RoleChanged) EventType() EventType { return "role_changed" }

// EventType implements [Change].
func (MessagePosted) EventType() EventType { return "message" }

// EventType implements [Change].
func (MessageEdited) EventType() EventType { return "message_edited" }

// EventType implements [Change].
func (MessageDeleted) EventType() EventType { return "message_deleted" }

// EventType implements [Change].
func (ReactionAdded) EventType() EventType { return "reaction_added" }

// EventType implements [Change].
func (ReactionRemoved) EventType() EventType { return "reaction_removed" }

// EventType implements [Change].
func (MessagePinned) EventType() EventType { return "message_pinned" }

// EventType implements [Change].
func (MessageUnpinned) EventType() EventType { return "message_unpinned" }

// EventType implements [Change].
func (ChecklistChanged) EventType() EventType { return "checklist_changed" }

// EventType implements [Change].
func (FileUploaded) EventType() EventType { return "file_uploaded" }

// EventType implements [Change].
func (FileDeleted) EventType() EventType { return "file_deleted" }

// EventType implements [Change].
func (FileScanned) EventType() EventType { return "file_scanned" }

// Event is one entry of a room's log.
type Event struct {
	RoomID      RoomID
	Seq         Seq
	Epoch       Epoch
	At          time.Time
	By          Person
	ClientMsgID ClientMsgID // what its author chose, so that it happens once; else empty
	Change      Change
}

// eventJSON is an event as it travels between nodes.
type eventJSON struct {
	RoomID      RoomID          `json:"room_id"`
	Seq         Seq             `json:"seq"`
	Epoch       Epoch           `json:"epoch"`
	At          time.Time       `json:"at"`
	By          Person          `json:"by"`
	ClientMsgID ClientMsgID     `json:"client_msg_id,omitempty"`
	Type        EventType       `json:"type"`
	Change      json.RawMessage `json:"change"`
}

// MarshalJSON implements [json.Marshaler].
func (e Event) MarshalJSON() ([]byte, error) {
	change, err := json.Marshal(e.Change)
	if err != nil {
		return nil, err
	}
	return json.Marshal(eventJSON{e.RoomID, e.Seq, e.Epoch, e.At, e.By, e.ClientMsgID, e.Change.EventType(), change})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (e *Event) UnmarshalJSON(b []byte) error {
	var j eventJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	change, err := DecodeChange(j.Type, j.Change)
	if err != nil {
		return err
	}
	*e = Event{j.RoomID, j.Seq, j.Epoch, j.At, j.By, j.ClientMsgID, change}.placed()
	return nil
}

// placed gives the event's message its place, which the stored form leaves out.
func (e Event) placed() Event {
	if m, ok := e.Change.(MessagePosted); ok {
		m.Message.Seq = e.Seq
		e.Change = m
	}
	return e
}

// decoders rebuild each change from its JSON.
var decoders = map[EventType]func([]byte) (Change, error){}

func init() {
	known[RoomCreated]()
	known[RoomUpdated]()
	known[MemberAdded]()
	known[MemberRemoved]()
	known[RoleChanged]()
	known[MessagePosted]()
	known[MessageEdited]()
	known[MessageDeleted]()
	known[ReactionAdded]()
	known[ReactionRemoved]()
	known[MessagePinned]()
	known[MessageUnpinned]()
	known[ChecklistChanged]()
	known[FileUploaded]()
	known[FileDeleted]()
	known[FileScanned]()
}

func known[C Change]() {
	var c C
	decoders[c.EventType()] = decode[C]
}

// EventTypes lists the types of all changes, sorted.
func EventTypes() []EventType { return slices.Sorted(maps.Keys(decoders)) }

// DecodeChange rebuilds a stored change. The stored form is the change's JSON.
func DecodeChange(t EventType, body []byte) (Change, error) {
	f, ok := decoders[t]
	if !ok {
		return nil, fmt.Errorf("unknown event type %q", t)
	}
	return f(body)
}

func decode[C Change](body []byte) (Change, error) {
	var c C
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("decode %s: %w", c.EventType(), err)
	}
	return c, nil
}

// Redacted is the change without what a deleted message said: the log keeps it,
// readers do not get it.
func Redacted(c Change, gone Done) Change {
	switch c := c.(type) {
	case MessagePosted:
		c.Message.Text, c.Message.Mentions, c.Message.Deleted = "", nil, &gone
		return c
	case MessageEdited:
		c.Text, c.Mentions = "", nil
		return c
	default:
		return c
	}
}

// Quarantined is the change without what it told of a file in which something was
// found since.
func Quarantined(c Change) Change {
	switch c := c.(type) {
	case FileUploaded:
		c.File = c.File.Withheld()
		return c
	case MessagePosted:
		if c.Message.Ref != nil {
			ref := c.Message.Ref.Withheld()
			c.Message.Ref = &ref
		}
		return c
	default:
		return c
	}
}

// Batch is what a room appends at once: events with seqs Lo+1 … Lo+len(Events),
// all written by the activation that holds Epoch, and the audit rows that belong to
// them. It is committed whole or not at all, and only while the room's stored epoch
// is Epoch and its head is Lo.
type Batch struct {
	RoomID RoomID
	Epoch  Epoch
	Lo     Seq
	Events []Event
	Audit  []AuditEntry // ids are given when they are stored
}

// Hi is the room's head once the batch is committed.
func (b Batch) Hi() Seq { return b.Lo + Seq(len(b.Events)) }

// SendKey names an act by what its author chose: a message, or another change that
// must not happen twice.
type SendKey struct {
	Author UserID
	ID     ClientMsgID
}

// RoomState is what an activation starts from.
type RoomState struct {
	Room      Room // with the claimed epoch and the head at that moment
	Members   []Member
	Checklist []ChecklistItem
	Uploads   []Upload // admitted earlier and never finished
}
