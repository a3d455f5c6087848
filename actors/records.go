package actors

import (
	"context"

	"taskreporter/incident"
)

// Records is what rooms and relays need of the log. Implementations are safe for
// concurrent use and return when ctx ends.
type Records interface {
	// Claim makes node the room's owner under the next epoch and returns what an
	// activation starts from. From then on no batch of an older epoch commits.
	// A room that does not exist is incident.NotFound; a database that cannot be
	// reached is incident.Unavailable.
	Claim(ctx context.Context, room incident.RoomID, node incident.NodeID) (incident.RoomState, error)

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
