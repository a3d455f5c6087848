package actors

import (
	"context"

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
	// Reset says that too much was missed: the events after from follow.
	Reset(room incident.RoomID, from, head incident.Seq)
	// Acked says that the client's message is durable.
	Acked(room incident.RoomID, m incident.Message)
	// Refused answers a send (id given) or a subscribe (id empty) that failed; an
	// incident.Forbidden error is audited (F-SE-02).
	Refused(room incident.RoomID, id incident.ClientMsgID, err error)
}
