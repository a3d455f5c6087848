package incident

import (
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"
)

// MessageType says how a message is shown (F-RT-04).
type MessageType string

// The message types. Clients send TEXT; the others are written by the server.
const (
	Text          MessageType = "TEXT"
	ImageRef      MessageType = "IMAGE_REF"
	FileRef       MessageType = "FILE_REF"
	SystemMessage MessageType = "SYSTEM"
	StatusUpdate  MessageType = "STATUS_UPDATE"
	Decision      MessageType = "DECISION"
)

// MaxText bounds a message, in characters.
const MaxText = 8000

// Reference is the metadata of an IMAGE_REF or FILE_REF message. The URL is
// minted when read and never stored.
type Reference struct {
	FileID   FileID   `json:"file_id"`
	Filename string   `json:"filename"`
	Kind     FileKind `json:"kind"`
	Width    int      `json:"width,omitempty"`
	Height   int      `json:"height,omitempty"`
	Size     int64    `json:"size"`
}

// Message is what somebody said. Seq is the seq of the event that posted it.
type Message struct {
	ID          MessageID   `json:"message_id"`
	Seq         Seq         `json:"-"`
	Author      Person      `json:"author"`
	Type        MessageType `json:"message_type"`
	Text        string      `json:"text"`
	Ref         *Reference  `json:"metadata,omitempty"`
	ReplyTo     MessageID   `json:"reply_to,omitempty"`
	ClientMsgID ClientMsgID `json:"client_msg_id,omitempty"`
	At          time.Time   `json:"at"`
}

// Draft is what a sender wants to post.
type Draft struct {
	ClientMsgID ClientMsgID
	Text        string
	ReplyTo     MessageID
}

// Normalize cuts trailing white space and refuses what may not be stored.
func (d *Draft) Normalize() error {
	const op = "post message"
	if !d.ClientMsgID.Valid() {
		return E(Invalid, op, "client_msg_id must be 1 to 64 characters of A-Z a-z 0-9 _ -")
	}
	d.Text = strings.TrimRight(d.Text, " \t\r\n")
	if strings.TrimSpace(d.Text) == "" {
		return E(Invalid, op, "text is empty: write something or attach a file")
	}
	if d.ReplyTo != "" && !ValidUUID(string(d.ReplyTo)) {
		return E(Invalid, op, "reply_to must be a message id")
	}
	return checkText(op, "text", d.Text, MaxText, true)
}

// Digest is the same for two drafts with the same content: it tells a retry
// from another message under a used client_msg_id (F-RT-09).
func (d Draft) Digest() Digest { return contentDigest(d.Text, d.ReplyTo) }

// Digest is the digest of the draft that made the message.
func (m Message) Digest() Digest { return contentDigest(m.Text, m.ReplyTo) }

func contentDigest(text string, replyTo MessageID) Digest {
	// Two JSON strings cannot run into one another.
	b, _ := json.Marshal([2]string{text, string(replyTo)}) // strings always marshal
	return sha256.Sum256(b)
}
