package storage

import (
	"context"

	"taskreporter/incident"
)

// Records is the log as rooms use it.
//
// The fence: a room's row carries the epoch of its newest activation and the seq
// of its newest event. Claim raises the epoch; Append moves the head only from
// where the batch starts and only under the batch's epoch, in the transaction
// that inserts its events. So of two activations of one room only the newer can
// append, whatever either of them believes.
type Records struct {
	db     *DB
	leased bool // claims need a lease
}

// Records returns the log as rooms use it.
func (db *DB) Records() *Records { return &Records{db: db} }

// Events returns at most limit events of the room with after < Seq ≤ upTo, by
// rising Seq.
func (r *Records) Events(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error) {
	return r.db.events(ctx, room, after, upTo, limit)
}

// Sent returns those events of the room that were sent under one of keys.
func (r *Records) Sent(ctx context.Context, room incident.RoomID, keys []incident.SendKey) (map[incident.SendKey]incident.Event, error) {
	return r.db.sent(ctx, room, keys)
}

// Message returns one as it reads now, with its reactions, or incident.NotFound.
func (r *Records) Message(ctx context.Context, room incident.RoomID, id incident.MessageID) (incident.Message, error) {
	return r.db.message(ctx, room, id)
}

// File returns a file of the room, deleted ones included.
func (r *Records) File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error) {
	return r.db.file(ctx, room, file)
}

// User returns an enabled account.
func (r *Records) User(ctx context.Context, id incident.UserID) (incident.User, error) {
	u, err := r.db.user(ctx, id)
	if err == nil && u.Disabled {
		return incident.User{}, incident.E(incident.NotFound, "find user", "there is no such account")
	}
	return u, err
}
