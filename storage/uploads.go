package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/predicate"
	"taskreporter/ent/roomfile"
	"taskreporter/ent/upload"
	"taskreporter/incident"
)

// Uploads is what is known of files on their way, as whoever takes their bytes uses
// it. The row of a resumable upload outlives its end until its parts are removed, so
// that a crash leaves no part that nobody knows of.
type Uploads struct{ db *DB }

// Uploads returns what is known of files on their way.
func (db *DB) Uploads() *Uploads { return &Uploads{db: db} }

// OpenUpload records an admitted upload before its first byte is stored.
func (r *Records) OpenUpload(ctx context.Context, up incident.Upload) error {
	at := incident.Now(up.StartedAt)
	err := r.db.write.Upload.Create().
		SetID(string(up.FileID)).SetRoomID(string(up.RoomID)).
		SetUserID(string(up.By.ID)).SetUserName(up.By.Name).
		SetFilename(up.Filename).SetFileType(string(up.Type.Kind)).SetMimeType(up.Type.Mime).
		SetMaxSize(up.Type.Max).SetFileSize(up.Size).SetObjectPath(up.Key).
		SetDescription(up.Description).SetSha256(up.SHA256).SetResumable(up.Resumable).
		SetStartedAt(at).SetTouchedAt(at).
		Exec(ctx)
	return fail("open upload", err)
}

// CloseUpload forgets an upload that is no resumable one. It is no error if there is
// none.
func (r *Records) CloseUpload(ctx context.Context, room incident.RoomID, file incident.FileID) error {
	_, err := r.db.write.Upload.Delete().Where(theUpload(room, file)...).
		Where(upload.Resumable(false)).Exec(ctx)
	return fail("close upload", err)
}

// File returns a file of the room, deleted ones included.
func (u *Uploads) File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error) {
	return u.db.file(ctx, room, file)
}

// SameFile returns the newest file of those bytes that the user has put into the
// room and nobody deleted, or incident.NotFound.
func (u *Uploads) SameFile(ctx context.Context, room incident.RoomID, user incident.UserID, sha256 string, size int64) (incident.File, error) {
	row, err := u.db.read.RoomFile.Query().
		Where(roomfile.RoomID(string(room)), roomfile.UploaderID(string(user)),
			roomfile.Sha256(sha256), roomfile.FileSize(size), roomfile.DeletedAtIsNil()).
		Order(roomfile.ByUploadedAt(entsql.OrderDesc())).First(ctx)
	if err != nil {
		return incident.File{}, fail("find the same file", err)
	}
	return toFile(row), nil
}

// Upload returns an upload that is under way, or incident.NotFound.
func (u *Uploads) Upload(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.Upload, error) {
	row, err := u.db.write.Upload.Query().Where(theUpload(room, file)...).
		Where(upload.FinishedAtIsNil()).Only(ctx)
	if err != nil {
		return incident.Upload{}, fail("find upload", err)
	}
	return toUpload(row)
}

// UploadsOf returns a user's resumable uploads to a room, oldest first.
func (u *Uploads) UploadsOf(ctx context.Context, room incident.RoomID, user incident.UserID) ([]incident.Upload, error) {
	return u.list(ctx, upload.RoomID(string(room)), upload.UserID(string(user)), upload.Resumable(true), upload.FinishedAtIsNil())
}

// AddParts records parts that were stored after those of up. It is
// incident.Conflict when somebody else has added to the upload or ended it.
func (u *Uploads) AddParts(ctx context.Context, up incident.Upload, at time.Time, parts ...incident.Part) (incident.Upload, error) {
	const op = "add to upload"
	had := up.Received()
	up.Parts = append(up.Parts[:len(up.Parts):len(up.Parts)], parts...)
	up.TouchedAt = incident.Now(at)
	list, err := json.Marshal(up.Parts)
	if err != nil {
		return up, fail(op, err)
	}
	n, err := u.db.write.Upload.Update().Where(theUpload(up.RoomID, up.FileID)...).
		Where(upload.Received(had), upload.FinishedAtIsNil()).
		SetReceived(up.Received()).SetParts(string(list)).SetTouchedAt(up.TouchedAt).Save(ctx)
	if err == nil && n == 0 {
		return up, incident.E(incident.Conflict, op, "Another request has gone on with this upload. Ask where to go on (HEAD), then continue there.")
	}
	return up, fail(op, err)
}

// Hold lets one finisher in until that time: false says that another is at it, or
// that the upload has ended.
func (u *Uploads) Hold(ctx context.Context, room incident.RoomID, file incident.FileID, now, until time.Time) (bool, error) {
	n, err := u.db.write.Upload.Update().Where(theUpload(room, file)...).
		Where(upload.FinishedAtIsNil(), upload.Or(upload.HeldUntilIsNil(), upload.HeldUntilLTE(incident.Now(now)))).
		SetHeldUntil(incident.Now(until)).Save(ctx)
	return n == 1, fail("hold upload", err)
}

// LetGo ends a hold.
func (u *Uploads) LetGo(ctx context.Context, room incident.RoomID, file incident.FileID) error {
	_, err := u.db.write.Upload.Update().Where(theUpload(room, file)...).ClearHeldUntil().Save(ctx)
	return fail("let go of upload", err)
}

// Forget removes the record of an upload whose bytes are recorded as a file or gone.
// It is no error if there is none.
func (u *Uploads) Forget(ctx context.Context, room incident.RoomID, file incident.FileID) error {
	_, err := u.db.write.Upload.Delete().Where(theUpload(room, file)...).Exec(ctx)
	return fail("forget upload", err)
}

// Resting returns resumable uploads that nobody has touched since that time: whole
// ones that nobody finished. Oldest first.
func (u *Uploads) Resting(ctx context.Context, since time.Time) ([]incident.Upload, error) {
	return u.list(ctx, upload.Resumable(true), upload.FinishedAtIsNil(), upload.TouchedAtLTE(incident.Now(since)), func(s *entsql.Selector) {
		s.Where(entsql.ColumnsEQ(s.C(upload.FieldReceived), s.C(upload.FieldFileSize)))
	})
}

// Finished returns resumable uploads that are files by now and whose parts wait for
// removal, oldest first.
func (u *Uploads) Finished(ctx context.Context) ([]incident.Upload, error) {
	return u.list(ctx, upload.FinishedAtNotNil())
}

// Abandoned returns uploads that were given up: those in one request that began
// before started, resumable ones that nobody touched since then. A crash or a line
// that never came back left them. Oldest first.
func (u *Uploads) Abandoned(ctx context.Context, started, touched time.Time) ([]incident.Upload, error) {
	return u.list(ctx, upload.FinishedAtIsNil(), upload.Or(
		upload.And(upload.Resumable(false), upload.StartedAtLT(incident.Now(started))),
		upload.And(upload.Resumable(true), upload.TouchedAtLT(incident.Now(touched)))))
}

// pass is how many uploads one pass of the housekeeping takes up.
const pass = 500

func (u *Uploads) list(ctx context.Context, where ...predicate.Upload) ([]incident.Upload, error) {
	rows, err := u.db.read.Upload.Query().Where(where...).
		Order(upload.ByStartedAt(), upload.ByID()).Limit(pass).All(ctx)
	if err != nil {
		return nil, fail("list uploads", err)
	}
	return toUploads(rows)
}

func theUpload(room incident.RoomID, file incident.FileID) []predicate.Upload {
	return []predicate.Upload{upload.RoomID(string(room)), upload.ID(string(file))}
}

func toUploads(rows []*ent.Upload) ([]incident.Upload, error) {
	list := make([]incident.Upload, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = toUpload(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func toUpload(u *ent.Upload) (incident.Upload, error) {
	up := incident.Upload{
		FileID:      incident.FileID(u.ID),
		RoomID:      incident.RoomID(u.RoomID),
		By:          incident.Person{ID: incident.UserID(u.UserID), Name: u.UserName},
		Filename:    u.Filename,
		Description: u.Description,
		Type:        incident.FileType{Kind: incident.FileKind(u.FileType), Mime: u.MimeType, Max: u.MaxSize},
		Size:        u.FileSize,
		SHA256:      u.Sha256,
		Key:         u.ObjectPath,
		StartedAt:   incident.Now(u.StartedAt),
		Resumable:   u.Resumable,
	}
	up.TouchedAt = up.StartedAt
	if u.TouchedAt != nil {
		up.TouchedAt = incident.Now(*u.TouchedAt)
	}
	if u.Parts != "[]" {
		if err := json.Unmarshal([]byte(u.Parts), &up.Parts); err != nil {
			return up, fail("read upload", fmt.Errorf("parts of %s: %w", u.ID, err))
		}
	}
	return up, nil
}
