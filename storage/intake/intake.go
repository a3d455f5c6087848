// Package intake owns a file's way from its first byte to its record, whether it
// comes in one request or in many that may reach different nodes.
//
// Invariants:
//   - A file is in the log, in the table and in the store, or in none of them, once
//     [Intake.Tidy] has passed: every step may be the last before a crash
//     (F-UP-15, F-UP-16).
//   - What a sender of a resumable upload was told is stored where every node finds
//     it (F-UP-27). Parts lie in the object store; which of them count is decided by
//     the database, which adds one only to what its adder has seen.
//   - One finisher at a time; the bytes of a recorded file are never removed.
//   - Memory per upload does not grow with the file (F-UP-24).
//
// A file that comes whole over a fast line goes straight to its place, by parts any
// other that is resumable.
//
// It decides no permission: rooms do, when an upload begins and when it ends.
package intake

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"taskreporter/incident"
)

const (
	// PartSize is how much of a resumable upload one object holds, and so the most
	// that is sent again when the node that takes it dies, bytes. Of a file that goes
	// straight it is what came in straightTime at most.
	PartSize = 1 << 20
	// firstAgain is the size of the object after one that was broken off early, bytes:
	// what is made up to fill it must not fill the store.
	firstAgain = 64 << 10
	// partTime is how long one object may grow: a slow line makes smaller ones.
	partTime = 90 * time.Second
	// maxParts bounds how often an upload may be broken off or how small its pieces
	// may be.
	maxParts = 512
	// finishTime bounds the end of an upload: reading its parts, storing the file,
	// recording it.
	finishTime = 20 * time.Second
	// cleanupTime is how long the traces of a failed upload may take to remove,
	// after the request itself may be over.
	cleanupTime = 15 * time.Second
	// stopTime is how long a newer request waits for an older one to store what has
	// arrived.
	stopTime = 20 * time.Second
)

// holdTime is how long nobody else may try to finish an upload: longer than
// finishTime and cleanupTime, so that a finisher has given up before the next one
// begins. The test build that crashes has a shorter one.
var holdTime = 40 * time.Second

// Rooms admit uploads and record files; actors.Engine is one.
type Rooms interface {
	// BeginUpload admits a file by role, name, size and how many are on their way.
	// Every admitted upload ends in FinishUpload or AbortUpload. A sender who is
	// sending the same bytes already gets that upload's FileID.
	BeginUpload(ctx context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload) (incident.Upload, error)
	// FinishUpload records a stored file with its event and its message, durable
	// when it returns; again is no error. An error that wraps
	// incident.ErrOutcomeUnknown leaves open whether it was recorded; after any
	// other error it was not.
	FinishUpload(ctx context.Context, p incident.Principal, f incident.File) (incident.File, error)
	// AbortUpload frees the place of an upload that failed. gone says that its bytes
	// are removed; else the record of one that is not resumable stays.
	AbortUpload(ctx context.Context, up incident.Upload, gone bool)
}

// Records is what the database knows of uploads; storage.Uploads is one.
type Records interface {
	// File returns a recorded file, deleted ones included, or incident.NotFound.
	File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error)
	// SameFile returns the user's newest file of those bytes in the room that is
	// not deleted, or incident.NotFound.
	SameFile(ctx context.Context, room incident.RoomID, user incident.UserID, sha256 string, size int64) (incident.File, error)
	// Upload returns an upload that is under way, or incident.NotFound.
	Upload(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.Upload, error)
	// UploadsOf returns a user's resumable uploads to a room, oldest first.
	UploadsOf(ctx context.Context, room incident.RoomID, user incident.UserID) ([]incident.Upload, error)
	// AddParts records parts after those of up and returns it with them, or
	// incident.Conflict when the upload is not as up says any more.
	AddParts(ctx context.Context, up incident.Upload, at time.Time, parts ...incident.Part) (incident.Upload, error)
	// Hold keeps other finishers out until a time; false: somebody holds it, or it
	// is no upload any more.
	Hold(ctx context.Context, room incident.RoomID, file incident.FileID, now, until time.Time) (bool, error)
	// LetGo ends a hold.
	LetGo(ctx context.Context, room incident.RoomID, file incident.FileID) error
	// Forget removes an upload's record; again is no error.
	Forget(ctx context.Context, room incident.RoomID, file incident.FileID) error
	// Resting returns whole uploads that nobody has touched since a time.
	Resting(ctx context.Context, since time.Time) ([]incident.Upload, error)
	// Finished returns uploads that are files and whose parts are not removed.
	Finished(ctx context.Context) ([]incident.Upload, error)
	// Abandoned returns uploads that were begun, or if resumable touched, before
	// those times and never ended.
	Abandoned(ctx context.Context, begun, touched time.Time) ([]incident.Upload, error)
}

// Bytes keeps what arrives; evidence.Locker is one.
type Bytes interface {
	// Receive streams exactly up.Size bytes into the store while it checks that they
	// are what up.Filename promises, and returns the file to be recorded. On any
	// error nothing of it is left in the store.
	Receive(ctx context.Context, up incident.Upload, r io.Reader) (incident.File, error)
	// Bring is Receive for an upload that may be tried again while an earlier try is
	// being recorded: whatever it returns, it removes nothing.
	Bring(ctx context.Context, up incident.Upload, r io.Reader) (incident.File, error)
	// PutPart stores size bytes of r as a part of up, durable when it returns. How
	// many of them count, and their sum, the caller adds.
	PutPart(ctx context.Context, up incident.Upload, size int64, r io.Reader) (incident.Part, error)
	// DropPart removes a part that was not recorded.
	DropPart(ctx context.Context, p incident.Part) error
	// Assemble makes the file of up's parts, checked as by Receive. Whatever it
	// returns, it removes nothing; again is no error.
	Assemble(ctx context.Context, up incident.Upload) (incident.File, error)
	// DropParts removes all parts of up, recorded or not.
	DropParts(ctx context.Context, up incident.Upload) error
	// Discard removes the file of an upload that was not recorded.
	Discard(ctx context.Context, up incident.Upload) error
}

// Intake takes files in. It is safe for concurrent use.
type Intake struct {
	rooms   Rooms
	records Records
	bytes   Bytes
	after   func(incident.File)
	now     func() time.Time
	log     *slog.Logger
	busy    busy
	// straights has room for each file that comes without parts.
	straights chan struct{}
}

// New returns an Intake. after is told of every file that was recorded here, maybe
// more than once; it must not wait.
func New(rooms Rooms, records Records, bytes Bytes, after func(incident.File), now func() time.Time, log *slog.Logger) *Intake {
	return &Intake{rooms: rooms, records: records, bytes: bytes, after: after, now: now, log: log, straights: make(chan struct{}, straightAtOnce)}
}

// Take takes a file that comes in one request: n.Size bytes of r. Whatever stops it,
// a panic included, its bytes and its place in the room are given back.
func (in *Intake) Take(ctx context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload, r io.Reader) (incident.File, error) {
	n, err := n.Normalize()
	if err != nil {
		return incident.File{}, err
	}
	admitted := in.stage(admitSeconds)
	up, err := in.rooms.BeginUpload(ctx, p, room, n)
	admitted()
	if err != nil {
		return incident.File{}, err
	}
	f, err := in.receive(ctx, up, r)
	if err != nil {
		return incident.File{}, err
	}
	f.Description = up.Description
	// A client that hangs up now changes nothing: the bytes are here.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	return in.record(ctx, p, up, f)
}

func (in *Intake) receive(ctx context.Context, up incident.Upload, r io.Reader) (f incident.File, err error) {
	defer in.stage(receiveSeconds)()
	stored := false
	defer func() {
		if !stored {
			in.giveUp(ctx, up)
		}
	}()
	if f, err = in.bytes.Receive(ctx, up, r); err != nil {
		return f, err
	}
	if up.SHA256 != "" && up.SHA256 != f.SHA256 {
		return f, damaged()
	}
	stored = true
	return f, nil
}

// record makes stored bytes a file, before ctx ends.
func (in *Intake) record(ctx context.Context, p incident.Principal, up incident.Upload, f incident.File) (incident.File, error) {
	step("object stored")
	defer in.stage(recordSeconds)()
	f, err := in.rooms.FinishUpload(ctx, p, f)
	if err == nil {
		step("recorded")
		in.after(f)
		return f, nil
	}
	// A commit whose outcome is unknown may have happened: bytes of a recorded file
	// must never be removed.
	unknown := errors.Is(err, incident.ErrOutcomeUnknown) || ctx.Err() != nil
	recorded, lookup := in.recorded(ctx, up)
	switch {
	case lookup == nil:
		in.after(recorded)
		return recorded, nil
	case incident.KindOf(lookup) == incident.NotFound && !unknown && !up.Resumable:
		in.giveUp(ctx, up)
	case !up.Resumable:
		in.log.Warn("upload left for later", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", err)
	}
	return incident.File{}, err
}

func (in *Intake) recorded(ctx context.Context, up incident.Upload) (incident.File, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	return in.records.File(ctx, up.RoomID, up.FileID)
}

// giveUp removes the bytes of an upload that is no file and frees its place.
func (in *Intake) giveUp(ctx context.Context, up incident.Upload) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	if err := in.drop(ctx, up); err != nil {
		in.log.Warn("bytes of a failed upload left for later", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", err)
	}
}

func (in *Intake) drop(ctx context.Context, up incident.Upload) error {
	err := in.bytes.Discard(ctx, up)
	if up.Resumable && err == nil {
		if err = in.bytes.DropParts(ctx, up); err == nil {
			err = in.records.Forget(ctx, up.RoomID, up.FileID)
		}
	}
	in.rooms.AbortUpload(ctx, up, err == nil)
	return err
}

func damaged() error {
	return incident.E(incident.ChecksumMismatch, "upload", "What arrived is not what was sent: its SHA-256 differs. Choose the file again.")
}
