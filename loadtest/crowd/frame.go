package crowd

import (
	"encoding/json"
	"time"

	"taskreporter/incident"
	"taskreporter/loadtest/check"
)

// frame is any frame of the server, and any entry of a log read over REST: the
// fields that a crowd looks at.
type frame struct {
	Type   string          `json:"type"`
	RoomID incident.RoomID `json:"room_id"`
	Seq    incident.Seq    `json:"seq"`
	Epoch  *incident.Epoch `json:"epoch"` // 0 for what a room was made with
	By     struct {
		UserID incident.UserID `json:"user_id"`
	} `json:"by"`
	Message *struct {
		ClientMsgID incident.ClientMsgID `json:"client_msg_id"`
		Text        string               `json:"text"`
	} `json:"message"`
	Member *struct {
		UserID incident.UserID `json:"user_id"`
	} `json:"member"`
	User *struct {
		UserID incident.UserID `json:"user_id"`
	} `json:"user"` // of member_removed and role_changed

	ClientMsgID      incident.ClientMsgID `json:"client_msg_id"`
	FromSeq          incident.Seq         `json:"from_seq"`
	ReconnectAfterMS int                  `json:"reconnect_after_ms"`
	Code             json.RawMessage      `json:"code"` // a text in error, a number in bye
	Detail           string               `json:"detail"`
	Retryable        bool                 `json:"retryable"`
	RetryAfterMS     int                  `json:"retry_after_ms"`
}

// fromLog reports whether the frame is an event of a room's log.
func (f frame) fromLog() bool { return f.Seq > 0 && f.Epoch != nil && f.RoomID != "" }

func (f frame) entry() check.Entry {
	e := check.Entry{Seq: f.Seq, Type: incident.EventType(f.Type), By: f.By.UserID}
	if f.Epoch != nil {
		e.Epoch = *f.Epoch
	}
	if f.Message != nil {
		e.ID, e.Text = f.Message.ClientMsgID, f.Message.Text
	}
	switch {
	case f.Member != nil:
		e.Subject = f.Member.UserID
	case f.User != nil:
		e.Subject = f.User.UserID
	}
	return e
}

func (f frame) code() string {
	var text string
	if json.Unmarshal(f.Code, &text) != nil {
		return string(f.Code)
	}
	return text
}

// What a client sends.
type (
	authFrame struct {
		Type   string `json:"type"`
		Ticket string `json:"ticket"`
	}
	subscribeFrame struct {
		Type     string          `json:"type"`
		RoomID   incident.RoomID `json:"room_id"`
		AfterSeq incident.Seq    `json:"after_seq"`
	}
	sendFrame struct {
		Type        string               `json:"type"`
		RoomID      incident.RoomID      `json:"room_id"`
		ClientMsgID incident.ClientMsgID `json:"client_msg_id"`
		Text        string               `json:"text"`
	}
	pingFrame struct {
		Type string `json:"type"`
	}
)

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
