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
	return a.(*memberChanged).Member, nil
}

// Declared tells the members of a new room that it is there. The room itself is
// not activated for it.
func (e *Engine) Declared(room incident.Room, members []incident.UserID) {
	e.tellRelays(&activityNow{incident.Activity{
		Room: room, Head: room.Head, Members: members, Count: len(members), Renewed: true,
	}})
}

// UpdateRoom changes fields of a room and returns it (F-RM-03, F-RM-10).
func (e *Engine) UpdateRoom(ctx context.Context, p incident.Principal, room incident.RoomID, patch incident.RoomPatch) (incident.Room, error) {
	return changedRoom(e.ask(ctx, room, &updateRoom{op: newOp(), By: p, Patch: patch}))
}

// MoveRoom changes a room's status and returns it (F-RM-09). The move is
// normalized.
func (e *Engine) MoveRoom(ctx context.Context, p incident.Principal, room incident.RoomID, m incident.Move) (incident.Room, error) {
	return changedRoom(e.ask(ctx, room, &moveRoom{op: newOp(), By: p, Move: m}))
}

func changedRoom(a answer, err error) (incident.Room, error) {
	if err != nil {
		return incident.Room{}, err
	}
	return a.(*roomChanged).Room, nil
}

// RemoveMember ends a membership, also one's own (F-MB-01).
func (e *Engine) RemoveMember(ctx context.Context, p incident.Principal, room incident.RoomID, user incident.UserID) error {
	_, err := e.ask(ctx, room, &removeMember{op: newOp(), By: p, User: user})
	return err
}

// SetRole gives a member another role (F-MB-03).
func (e *Engine) SetRole(ctx context.Context, p incident.Principal, room incident.RoomID, user incident.UserID, role incident.Role) (incident.Member, error) {
	if !role.Valid() {
		return incident.Member{}, incident.E(incident.Invalid, "set role", "role must be OWNER, EDITOR or VIEWER")
	}
	a, err := e.ask(ctx, room, &setRole{op: newOp(), By: p, User: user, Role: role})
	if err != nil {
		return incident.Member{}, err
	}
	return a.(*memberChanged).Member, nil
}

// Transfer makes to an OWNER and from, who was one, an EDITOR (F-MB-03).
func (e *Engine) Transfer(ctx context.Context, p incident.Principal, room incident.RoomID, from, to incident.UserID) error {
	_, err := e.ask(ctx, room, &transfer{op: newOp(), By: p, From: from, To: to})
	return err
}

// EditMessage changes the asker's message; text is normalized (F-RT-11).
func (e *Engine) EditMessage(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, text string, mentions incident.Mentions) error {
	return e.changeMessage(ctx, &changeMessage{By: p, Room: room, Act: editMessage, Message: id, Text: text, Mentions: mentions})
}

// DeleteMessage leaves a tombstone; deleting it again is no error (F-RT-11).
func (e *Engine) DeleteMessage(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, reason string) error {
	return e.changeMessage(ctx, &changeMessage{By: p, Room: room, Act: deleteMessage, Message: id, Reason: reason})
}

// React puts the asker's emoji under a message, or takes it away; doing so again
// is no error (F-RT-03).
func (e *Engine) React(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, emoji string, there bool) error {
	if err := incident.CheckEmoji(emoji); err != nil {
		return err
	}
	return e.changeMessage(ctx, &changeMessage{By: p, Room: room, Act: reaction(there), Message: id, Emoji: emoji})
}

// Pin puts a message on the room's short history, or takes it off; doing so again
// is no error.
func (e *Engine) Pin(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, pinned bool) error {
	act := unpin
	if pinned {
		act = pin
	}
	return e.changeMessage(ctx, &changeMessage{By: p, Room: room, Act: act, Message: id})
}

func (e *Engine) changeMessage(ctx context.Context, m *changeMessage) error {
	m.ID = newOp().Op
	_, err := e.ask(ctx, m.Room, m)
	return err
}

// Tick ticks an item of a room's checklist, or takes the tick away; doing so again
// is no error (F-TP-02).
func (e *Engine) Tick(ctx context.Context, p incident.Principal, room incident.RoomID, item incident.ItemID, done bool) error {
	_, err := e.ask(ctx, room, &tickItem{By: p, Item: item, Done: done})
	return err
}

// MarkRead moves the asker's read pointer forward, at most to the head. It is
// stored within a second or two.
func (e *Engine) MarkRead(ctx context.Context, p incident.Principal, room incident.RoomID, upTo incident.Seq) error {
	_, err := e.ask(ctx, room, &markRead{By: p, UpTo: upTo})
	return err
}

// EndRoom ends what is active of a room, on whatever node, after the database has ended
// the room: who watches it is told that it is closed to them.
func (e *Engine) EndRoom(ctx context.Context, room incident.RoomID) error {
	_, err := e.ask(ctx, room, &endRoom{})
	if incident.KindOf(err) == incident.Forbidden {
		return nil // nothing was active: it could not be claimed
	}
	return err
}

// BeginUpload admits a file by its name and size and gives it its id and its place
// in the store. n is normalized. Where the user is sending the same bytes to the
// room already, resumably, the upload that is returned has that one's FileID and
// nothing else of it.
func (e *Engine) BeginUpload(ctx context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload) (incident.Upload, error) {
	const op = "upload"
	name := incident.CleanFilename(n.Filename)
	if name == "" {
		return incident.Upload{}, incident.E(incident.Invalid, op, "The file has no usable name.")
	}
	t, ok := incident.TypeOf(name)
	switch {
	case !ok:
		return incident.Upload{}, incident.E(incident.FileRefused, op, "Files of this type are not accepted. Allowed are jpg, jpeg, png, gif, pdf, txt, log and csv.")
	case n.Size <= 0:
		return incident.Upload{}, incident.E(incident.EmptyFile, op, "The file is empty.")
	case n.Size > t.Max:
		return incident.Upload{}, incident.E(incident.FileTooLarge, op, "The file has %d bytes; at most %d (%d MiB) are allowed for this type.", n.Size, t.Max, t.Max>>20)
	}
	id := incident.FileID(newID())
	at := incident.Now(e.now())
	up := incident.Upload{
		FileID: id, RoomID: room, By: p.Person, Filename: name, Description: n.Description, Type: t, Size: n.Size, SHA256: n.SHA256,
		Key:       incident.ObjectKey(room, t.Kind, id, incident.Ext(name)),
		StartedAt: at, TouchedAt: at, Resumable: n.Resumable,
	}
	a, err := e.ask(ctx, room, &beginUpload{By: p, Upload: up})
	if err != nil {
		return incident.Upload{}, err
	}
	if same := a.(*uploadBegun).Same; same != "" {
		return incident.Upload{FileID: same, RoomID: room, By: p.Person}, nil
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
// bytes are gone: else a later pass needs it.
func (e *Engine) AbortUpload(ctx context.Context, up incident.Upload, gone bool) {
	if pid, err := e.rooms.find(ctx, up.RoomID); err == nil {
		e.root.Send(pid, &abortUpload{File: up.FileID, Gone: gone})
	}
}

// DeleteFile takes a file out of sight. Deleting it again is no error. reason is
// needed of who does it by office.
func (e *Engine) DeleteFile(ctx context.Context, p incident.Principal, room incident.RoomID, file incident.FileID, reason string) error {
	f, err := e.records.File(ctx, room, file)
	if err != nil || f.DeletedAt != nil {
		return err
	}
	_, err = e.ask(ctx, room, &deleteFile{By: p, File: f, Reason: reason})
	return err
}
