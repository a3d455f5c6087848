package incident

import (
	"encoding/json"
	"fmt"
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
		Room Room `json:"room"`
	}
	// MemberAdded says that somebody came in.
	MemberAdded struct {
		Member Member `json:"member"`
	}
	// MessagePosted says that somebody wrote, or that a file was referred to.
	MessagePosted struct {
		Message Message `json:"message"`
	}
	// FileUploaded says that a file is stored (F-WS-01).
	FileUploaded struct {
		File File `json:"file"`
	}
	// FileDeleted says that a file is no longer shown (F-WS-03).
	FileDeleted struct {
		FileID    FileID `json:"file_id"`
		DeletedBy Person `json:"deleted_by"`
	}
)

// EventType implements [Change].
func (RoomCreated) EventType() EventType { return "room_created" }

// EventType implements [Change].
func (MemberAdded) EventType() EventType { return "member_added" }

// EventType implements [Change].
func (MessagePosted) EventType() EventType { return "message" }

// EventType implements [Change].
func (FileUploaded) EventType() EventType { return "file_uploaded" }

// EventType implements [Change].
func (FileDeleted) EventType() EventType { return "file_deleted" }

// Event is one entry of a room's log.
type Event struct {
	RoomID      RoomID
	Seq         Seq
	Epoch       Epoch
	At          time.Time
	By          Person
	ClientMsgID ClientMsgID // only of messages that a client sent
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

// DecodeChange rebuilds a stored change. The stored form is the change's JSON.
func DecodeChange(t EventType, body []byte) (Change, error) {
	switch t {
	case "room_created":
		return decode[RoomCreated](body)
	case "member_added":
		return decode[MemberAdded](body)
	case "message":
		return decode[MessagePosted](body)
	case "file_uploaded":
		return decode[FileUploaded](body)
	case "file_deleted":
		return decode[FileDeleted](body)
	default:
		return nil, fmt.Errorf("unknown event type %q", t)
	}
}

func decode[C Change](body []byte) (Change, error) {
	var c C
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, fmt.Errorf("decode %s: %w", c.EventType(), err)
	}
	return c, nil
}

// Batch is what a room appends at once: events with seqs Lo+1 … Lo+len(Events),
// all written by the activation that holds Epoch. It is committed whole or not
// at all, and only while the room's stored epoch is Epoch and its head is Lo.
type Batch struct {
	RoomID RoomID
	Epoch  Epoch
	Lo     Seq
	Events []Event
}

// Hi is the room's head once the batch is committed.
func (b Batch) Hi() Seq { return b.Lo + Seq(len(b.Events)) }

// SendKey names a message by what its sender chose.
type SendKey struct {
	Author UserID
	ID     ClientMsgID
}

// RoomState is what an activation starts from.
type RoomState struct {
	Room    Room // with the claimed epoch and the head at that moment
	Members []Member
	Uploads []Upload // admitted earlier and never finished
}
