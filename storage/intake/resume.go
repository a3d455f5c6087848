package intake

import (
	"context"
	"fmt"
	"time"

	"taskreporter/incident"
)

// Begin announces a resumable upload. Where the same user has sent the same bytes to
// the room before, what is returned is that upload, or that file (F-UP-25, F-UP-26).
func (in *Intake) Begin(ctx context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload) (incident.Progress, error) {
	n, err := n.Normalize()
	if err != nil {
		return incident.Progress{}, err
	}
	n.Resumable = true
	if n.SHA256 != "" {
		f, err := in.records.SameFile(ctx, room, p.ID, n.SHA256, n.Size)
		if err == nil {
			return incident.Progress{File: &f}, nil
		}
		if incident.KindOf(err) != incident.NotFound {
			return incident.Progress{}, err
		}
	}
	admitted := in.stage(admitSeconds)
	up, err := in.rooms.BeginUpload(ctx, p, room, n)
	admitted()
	if err != nil {
		return incident.Progress{}, err
	}
	step("admitted")
	if up.Size > 0 {
		return incident.Progress{Upload: up}, nil
	}
	return in.find(ctx, p, room, up.FileID)
}

// Find tells how far an upload has come. A request that is bringing more of it is
// ended first, after it has stored what has arrived. Errors: NotFound, also for
// somebody else's.
func (in *Intake) Find(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID) (incident.Progress, error) {
	leave, err := in.busy.enter(ctx, id, nil)
	if err != nil {
		return incident.Progress{}, err
	}
	defer leave()
	return in.find(ctx, p, room, id)
}

func (in *Intake) find(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID) (incident.Progress, error) {
	up, err := in.records.Upload(ctx, room, id)
	switch {
	case err == nil && up.Resumable && up.By.ID == p.ID && in.now().Before(up.Expires()):
		return incident.Progress{Upload: up}, nil
	case err != nil && incident.KindOf(err) != incident.NotFound:
		return incident.Progress{}, err
	}
	f, err := in.records.File(ctx, room, id)
	if err == nil && f.Uploader.ID == p.ID && f.DeletedAt == nil {
		return incident.Progress{File: &f}, nil
	}
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return incident.Progress{}, err
	}
	return incident.Progress{}, incident.E(incident.NotFound, "find upload", "There is no such upload: it was ended, or nothing of it came for %d hours. Send the file again.", int(incident.UploadLife.Hours()))
}

// Open returns the user's uploads to the room that are not finished, oldest first.
func (in *Intake) Open(ctx context.Context, p incident.Principal, room incident.RoomID) ([]incident.Upload, error) {
	return in.records.UploadsOf(ctx, room, p.ID)
}

// End gives an upload up and removes what has arrived. Errors: NotFound.
func (in *Intake) End(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID) error {
	leave, err := in.busy.enter(ctx, id, nil)
	if err != nil {
		return err
	}
	defer leave()
	at, err := in.find(ctx, p, room, id)
	if err != nil {
		return err
	}
	if at.File != nil {
		return incident.E(incident.Conflict, "end upload", "The file is in the room by now. Delete it there.")
	}
	return in.withHold(ctx, at.Upload, func(ctx context.Context) error { return in.drop(ctx, at.Upload) })
}

// Append adds a chunk and, with its last byte, finishes the upload: then File is
// set, and durable. What has arrived of a chunk that breaks off is kept, except
// under a checksum. Errors: NotFound, Conflict for a wrong offset,
// ChecksumMismatch, UploadIncomplete, StoreDown; when finishing also what
// [Bytes.Receive] and [Rooms.FinishUpload] return. After one that is retryable the
// upload goes on at its offset; after any other of the finish it is gone.
func (in *Intake) Append(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID, c incident.Chunk) (incident.Progress, error) {
	const op = "append to upload"
	leave, err := in.busy.enter(ctx, id, c.Stop)
	if err != nil {
		return incident.Progress{}, err
	}
	defer leave()
	at, err := in.find(ctx, p, room, id)
	if err != nil {
		return at, err
	}
	left := at.Size() - at.Offset()
	switch {
	case c.Offset != at.Offset():
		return at, incident.E(incident.Conflict, op, "The upload goes on at byte %d, not at %d. Ask where to go on (HEAD), then continue there.", at.Offset(), c.Offset)
	case c.Length > left:
		return at, incident.E(incident.FileTooLarge, op, "Only %d bytes are missing; the chunk has %d.", left, c.Length)
	case at.File != nil:
		return at, nil
	}
	if goesStraight(at.Upload, c) {
		if s := in.spool(c); s != nil {
			defer s.close()
			at.File, err = in.straight(ctx, p, at.Upload, s)
			if at.File != nil || err != nil {
				return at, err
			}
			c.Body = s.again()
		}
	}
	w := writer{Intake: in, up: at.Upload, chunk: c}
	at.Upload, err = w.write(ctx)
	if err != nil || !at.Upload.Whole() || !w.any {
		return at, err
	}
	step("last byte")
	f, err := in.finish(ctx, p, at.Upload, in.assemble(at.Upload))
	if err != nil {
		return at, err
	}
	at.File = &f
	return at, nil
}

// assemble makes the file of an upload's parts.
func (in *Intake) assemble(up incident.Upload) func(context.Context) (incident.File, error) {
	return func(ctx context.Context) (incident.File, error) {
		defer in.stage(assembleSeconds)()
		return in.bytes.Assemble(ctx, up)
	}
}

// finish records the file that an upload becomes by bring.
func (in *Intake) finish(ctx context.Context, p incident.Principal, up incident.Upload, bring func(context.Context) (incident.File, error)) (f incident.File, err error) {
	err = in.withHold(ctx, up, func(ctx context.Context) error {
		step("held")
		f, err = bring(ctx)
		if err == nil && up.SHA256 != "" && up.SHA256 != f.SHA256 {
			err = damaged()
		}
		if err == nil {
			f.Description = up.Description
			f, err = in.record(ctx, p, up, f)
		}
		if err != nil && !mayPass(err) {
			in.giveUp(ctx, up)
		}
		return err
	})
	if err == nil {
		in.clear(ctx, up)
	}
	return f, err
}

// mayPass reports whether the same bytes may become a file at another time.
func mayPass(err error) bool {
	k := incident.KindOf(err)
	return k.Retryable() || k == incident.Internal
}

// clear removes what is left of an upload that is a file.
func (in *Intake) clear(ctx context.Context, up incident.Upload) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	err := in.bytes.DropParts(ctx, up)
	if err == nil {
		step("parts removed")
		err = in.records.Forget(ctx, up.RoomID, up.FileID)
	}
	if err != nil {
		in.log.Warn("parts of a finished upload left for later", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", err)
	}
}

// withHold does what only one may do with an upload, anywhere, in less time than
// the hold lasts.
func (in *Intake) withHold(ctx context.Context, up incident.Upload, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	now := in.now()
	held, err := in.records.Hold(ctx, up.RoomID, up.FileID, now, now.Add(holdTime))
	if err != nil {
		return err
	}
	if !held {
		return &wait{incident.E(incident.Busy, "finish upload", "The file is just being put together. Ask again in a moment.")}
	}
	err = do(ctx)
	if err != nil && mayPass(err) {
		letGo, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
		defer cancel()
		if e := in.records.LetGo(letGo, up.RoomID, up.FileID); e != nil {
			in.log.Warn("upload held for longer than needed", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", fmt.Errorf("let go: %w", e))
		}
	}
	return err
}

// wait is an error that says when to ask again.
type wait struct{ error }

// RetryAfter is how long to wait.
func (wait) RetryAfter() time.Duration { return 2 * time.Second }

// Unwrap returns what there is to wait for.
func (w wait) Unwrap() error { return w.error }
