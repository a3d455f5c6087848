package actors

import (
	"context"
	"time"

	"taskreporter/incident"
)

// Frame is one encoded frame, ready to be written to any number of sockets.
// Nobody changes its bytes.
type Frame []byte

// Frames encodes what is told to many at once.
type Frames interface {
	// Event encodes an entry of a room's log.
	Event(e incident.Event) Frame
	// Presence encodes who is in a room now: how many members, and some of them.
	Presence(room incident.RoomID, count int, people []incident.Person) Frame
	// Typing encodes that somebody writes.
	Typing(room incident.RoomID, who incident.Person) Frame
	// Reads encodes up to where members have read.
	Reads(room incident.RoomID, reads []incident.ReadPointer) Frame
	// PreviewReady encodes that a picture's preview can be fetched.
	PreviewReady(room incident.RoomID, file incident.FileID) Frame
	// Activity encodes what the members of a room are told for their lists.
	Activity(a incident.Activity) Frame
	// UploadAck encodes what an uploader is told about a stored file (F-WS-02).
	UploadAck(f incident.File) Frame
}

// Sink is one client's end of a connection. Its methods may be called from any
// goroutine and never wait, except Await.
type Sink interface {
	// Offer queues a frame. It reports false when the client is gone or was too
	// slow; the sink then closes itself.
	Offer(f Frame) bool
	// Await returns when most of what was queued is written, or with an error when
	// ctx ends or the client is gone.
	Await(ctx context.Context) error
	// Close tells the client why and ends the connection.
	Close(c CloseCode)

	// Subscribed answers a subscribe; the events after its seq follow. byOffice
	// says that the reader is no member but an ADMIN or AUDITOR: that is audited.
	Subscribed(room incident.RoomID, epoch incident.Epoch, head incident.Seq, byOffice bool)
	// Removed says that the client's person is no member of the room any more: no
	// event of it follows.
	Removed(room incident.RoomID)
	// Reset says that too much was missed: the events after from follow.
	Reset(room incident.RoomID, from, head incident.Seq)
	// Acked says that the client's message is durable.
	Acked(room incident.RoomID, m incident.Message)
	// Changed says that the client's change of a message is durable; seq is its
	// event's, or the message's own where nothing had to be changed.
	Changed(room incident.RoomID, id incident.ClientMsgID, message incident.MessageID, seq incident.Seq, at time.Time)
	// Refused answers a send or a change (id given), or a subscribe, typing or read
	// (id empty) that failed; an incident.Forbidden error is audited (F-SE-02).
	Refused(room incident.RoomID, id incident.ClientMsgID, err error)
}
