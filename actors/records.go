package actors

import (
	"context"
	"time"

	"taskreporter/incident"
)

// Records is what rooms and relays need of the log. Implementations are safe for
// concurrent use and return when ctx ends.
type Records interface {
	// Claim makes node the owner of rooms under their next epochs and returns, in
	// their order, what their activations start from. From then on no batch of an
	// older epoch commits. A room is claimed only while nobody owns it, or node
	// does, or its owner is no longer among the nodes; in a cluster, only while
	// node's own lease lasts. An error is about all of them.
	Claim(ctx context.Context, node incident.NodeID, rooms []incident.RoomID) ([]incident.Claimed, error)

	// Release gives rooms up, each only if node still owns it under that epoch, so
	// that another node may claim them at once.
	Release(ctx context.Context, node incident.NodeID, holds []incident.Hold) error

	// Owners returns who owns rooms. A room that nobody owns, or that does not
	// exist, is left out.
	Owners(ctx context.Context, rooms []incident.RoomID) (map[incident.RoomID]incident.NodeID, error)

	// Append commits batches of different rooms in one transaction, each with its
	// events, their projections and the room's new head, or refuses it as a whole.
	// The i-th error is about the i-th batch: nil when it is durable,
	// incident.ErrFenced, incident.ErrDuplicate, incident.ErrOutcomeUnknown, or an
	// incident.Error (Unavailable, Internal) when it is certain that nothing of it
	// was written. One refused batch does not refuse the others.
	Append(ctx context.Context, batches []incident.Batch) []error

	// Events returns at most limit events of the room with after < Seq ≤ upTo,
	// by rising Seq.
	Events(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error)

	// Sent returns those events of the room that were sent under one of keys.
	Sent(ctx context.Context, room incident.RoomID, keys []incident.SendKey) (map[incident.SendKey]incident.Event, error)

	// Message returns one as it reads now, with its reactions, or incident.NotFound.
	Message(ctx context.Context, room incident.RoomID, id incident.MessageID) (incident.Message, error)

	// SaveReads moves read pointers forward; one that would go back stays, and so
	// does one of somebody who is no member any more.
	SaveReads(ctx context.Context, room incident.RoomID, reads []incident.ReadPointer) error

	// OpenUpload records an admitted upload before its first byte is stored, so
	// that a crash leaves nothing untraceable. Appending FileUploaded closes it.
	OpenUpload(ctx context.Context, up incident.Upload) error

	// CloseUpload forgets an upload whose bytes are gone again. It is no error if
	// there is none.
	CloseUpload(ctx context.Context, room incident.RoomID, file incident.FileID) error

	// File returns a file of the room, deleted ones included, or incident.NotFound.
	File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error)

	// User returns an account that may be added to rooms, or incident.NotFound.
	User(ctx context.Context, id incident.UserID) (incident.User, error)
}

// Roll is the list of the cluster's nodes in the database, as one node uses it:
// over a connection of its own, from one goroutine. Its methods return soon after
// ctx ends even when the database's machine has gone silent, and connect again by
// themselves. Durations are measured by the database.
type Roll interface {
	// Join enters the node, with a lease of ttl, and takes the lock that ends with
	// this process.
	Join(ctx context.Context, n incident.Node, ttl time.Duration) error

	// Renew extends the node's lease to ttl from now, writes its Draining,
	// Unreachable and Figures, and returns all nodes, itself included, oldest
	// first. A node that was buried gets incident.NotFound.
	Renew(ctx context.Context, n incident.Node, ttl time.Duration) ([]incident.Node, error)

	// Bury removes another node if the cause holds, and reports whether it did.
	Bury(ctx context.Context, id incident.NodeID, cause incident.Burial) (bool, error)

	// Leave removes the node; its rooms may be claimed at once.
	Leave(ctx context.Context, id incident.NodeID) error
}
