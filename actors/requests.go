package actors

import (
	"context"
	"errors"

	"taskreporter/incident"
)

// Post stores a message and returns it (F-RT-08, F-RT-09). The draft is
// normalized.
func (e *Engine) Post(ctx context.Context, p incident.Principal, room incident.RoomID, d incident.Draft) (incident.Message, error) {
	a, err := e.ask(ctx, room, &post{By: p, Room: room, Draft: d})
	if err != nil {
		return incident.Message{}, err
	}
	return a.(*posted).Message, nil
}

// AddMember brings somebody in. Adding a member again with the same role changes
// nothing; with another role it is incident.Conflict.
func (e *Engine) AddMember(ctx context.Context, p incident.Principal, room incident.RoomID, user incident.UserID, role incident.Role) (incident.Member, error) {
	const op = "add member"
	if !role.Valid() {
		return incident.Member{}, incident.E(incident.Invalid, op, "role must be OWNER, EDITOR or VIEWER")
	}
	u, err := e.records.User(ctx, user)
	if err != nil {
		return incident.Member{}, err
	}
	if u.Disabled {
		return incident.Member{}, incident.E(incident.Invalid, op, "This account is disabled.")
	}
	a, err := e.ask(ctx, room, &addMember{By: p, Person: u.Person, Role: role})
	if err != nil {
		return incident.Member{}, err
	}
	return a.(*memberAdded).Member, nil
}

// BeginUpload admits a file of that name and size, bytes, and gives it its id and
// its place in the store.
func (e *Engine) BeginUpload(ctx context.Context, p incident.Principal, room incident.RoomID, filename string, size int64) (incident.Upload, error) {
	const op = "upload"
	name := incident.CleanFilename(filename)
	if name == "" {
		return incident.Upload{}, incident.E(incident.Invalid, op, "The file has no usable name.")
	}
	t, ok := incident.TypeOf(name)
	switch {
	case !ok:
		return incident.Upload{}, incident.E(incident.FileRefused, op, "Files of this type are not accepted. Allowed are jpg, jpeg, png, gif, pdf, txt, log and csv.")
	case size <= 0:
		return incident.Upload{}, incident.E(incident.EmptyFile, op, "The file is empty.")
	case size > t.Max:
		return incident.Upload{}, incident.E(incident.FileTooLarge, op, "The file has %d bytes; at most %d (%d MiB) are allowed for this type.", size, t.Max, t.Max>>20)
	}
	id := incident.FileID(newID())
	up := incident.Upload{
		FileID: id, RoomID: room, By: p.Person, Filename: name, Type: t, Size: size,
		Key:       incident.ObjectKey(room, t.Kind, id, incident.Ext(name)),
		StartedAt: incident.Now(e.now()),
	}
	if _, err := e.ask(ctx, room, &beginUpload{By: p, Upload: up}); err != nil {
		return incident.Upload{}, err
	}
	return up, nil
}

// FinishUpload records a file whose bytes are stored: row, event and message in
// one transaction. A repetition returns what is stored. An error that wraps
// incident.ErrOutcomeUnknown leaves open whether it was recorded.
func (e *Engine) FinishUpload(ctx context.Context, p incident.Principal, f incident.File) (incident.File, error) {
	a, err := e.ask(ctx, f.RoomID, &finishUpload{By: p, File: f})
	if err == nil {
		return a.(*uploadFinished).File, nil
	}
	// After an unknown outcome the room does not know the upload any more, because
	// the file is recorded.
	stored, ferr := e.records.File(ctx, f.RoomID, f.ID)
	if ferr == nil {
		return stored, nil
	}
	if k := incident.KindOf(err); k == incident.Moved || incident.KindOf(ferr) != incident.NotFound {
		err = incident.Wrap(k, "upload", errors.Join(incident.ErrOutcomeUnknown, err), incident.DetailOf(err))
	}
	return incident.File{}, err
}

// AbortUpload frees an admitted upload's place. Its record goes only when its
// bytes are gone: else the sweep needs it.
func (e *Engine) AbortUpload(ctx context.Context, up incident.Upload, gone bool) {
	if pid, err := e.rooms.find(ctx, up.RoomID); err == nil {
		e.root.Send(pid, &abortUpload{File: up.FileID, Gone: gone})
	}
}

// DeleteFile takes a file out of sight. Deleting it again is no error.
func (e *Engine) DeleteFile(ctx context.Context, p incident.Principal, room incident.RoomID, file incident.FileID) error {
	f, err := e.records.File(ctx, room, file)
	if err != nil || f.DeletedAt != nil {
		return err
	}
	_, err = e.ask(ctx, room, &deleteFile{By: p, File: f})
	return err
}
