package storage

import (
	"context"
	"time"

	"taskreporter/ent"
	"taskreporter/ent/upload"
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

// OpenUpload records an admitted upload before its first byte is stored.
func (r *Records) OpenUpload(ctx context.Context, up incident.Upload) error {
	err := r.db.write.Upload.Create().
		SetID(string(up.FileID)).SetRoomID(string(up.RoomID)).
		SetUserID(string(up.By.ID)).SetUserName(up.By.Name).
		SetFilename(up.Filename).SetFileType(string(up.Type.Kind)).SetMimeType(up.Type.Mime).
		SetMaxSize(up.Type.Max).SetFileSize(up.Size).SetObjectPath(up.Key).
		SetStartedAt(incident.Now(up.StartedAt)).
		Exec(ctx)
	return fail("open upload", err)
}

// CloseUpload forgets an upload. It is no error if there is none.
func (r *Records) CloseUpload(ctx context.Context, room incident.RoomID, file incident.FileID) error {
	_, err := r.db.write.Upload.Delete().
		Where(upload.RoomID(string(room)), upload.ID(string(file))).Exec(ctx)
	return fail("close upload", err)
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

// AbandonedUploads returns uploads that were admitted before that time and never
// finished, oldest first: a crash left them.
func (db *DB) AbandonedUploads(ctx context.Context, startedBefore time.Time) ([]incident.Upload, error) {
	rows, err := db.read.Upload.Query().Where(upload.StartedAtLT(incident.Now(startedBefore))).
		Order(upload.ByStartedAt(), upload.ByID()).All(ctx)
	return toUploads(rows), fail("find abandoned uploads", err)
}

func toUploads(rows []*ent.Upload) []incident.Upload {
	list := make([]incident.Upload, len(rows))
	for i, u := range rows {
		list[i] = incident.Upload{
			FileID:    incident.FileID(u.ID),
			RoomID:    incident.RoomID(u.RoomID),
			By:        incident.Person{ID: incident.UserID(u.UserID), Name: u.UserName},
			Filename:  u.Filename,
			Type:      incident.FileType{Kind: incident.FileKind(u.FileType), Mime: u.MimeType, Max: u.MaxSize},
			Size:      u.FileSize,
			Key:       u.ObjectPath,
			StartedAt: incident.Now(u.StartedAt),
		}
	}
	return list
}
