package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"taskreporter/ent"
	"taskreporter/ent/message"
	"taskreporter/ent/reaction"
	"taskreporter/ent/roomfile"
	"taskreporter/incident"
)

// maxPins bounds what a room's short history shows.
const maxPins = 200

// Message returns one as it reads now, or incident.NotFound.
func (l *Library) Message(ctx context.Context, room incident.RoomID, id incident.MessageID) (incident.Message, error) {
	return l.db.message(ctx, room, id)
}

func (db *DB) message(ctx context.Context, room incident.RoomID, id incident.MessageID) (incident.Message, error) {
	const op = "read message"
	row, err := db.read.Message.Query().Where(message.RoomID(string(room)), message.ID(string(id))).Only(ctx)
	if err != nil {
		return incident.Message{}, fail(op, err)
	}
	list, err := db.asRead(ctx, room, []*ent.Message{row})
	if err != nil {
		return incident.Message{}, fail(op, err)
	}
	return list[0], nil
}

// History returns all versions of a message, oldest first; none of a deleted one.
func (l *Library) History(ctx context.Context, room incident.RoomID, id incident.MessageID) ([]incident.Edit, error) {
	const op = "read history of message"
	row, err := l.db.read.Message.Query().Where(message.RoomID(string(room)), message.ID(string(id))).Only(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	if row.DeletedAt != nil {
		return nil, nil
	}
	// A deletion meanwhile marks the events: no text of it is read.
	events, redacted, err := l.db.readEvents(ctx, room, `select `+eventColumns+` from room_events
		where room_id = $1 and (seq = $2 or seq in (
			select seq from message_edits where room_id = $1 and message_id = $3)) order by seq`,
		string(room), row.Seq, string(id))
	if err != nil || len(redacted) > 0 {
		return nil, fail(op, err)
	}
	list := make([]incident.Edit, len(events))
	for i, e := range events {
		list[i] = incident.Edit{Seq: e.Seq, At: e.At, By: e.By}
		switch c := e.Change.(type) {
		case incident.MessagePosted:
			list[i].Text = c.Message.Text
		case incident.MessageEdited:
			list[i].Text = c.Text
		}
	}
	return list, nil
}

// Pins returns the pinned messages by seq, at most 200.
func (l *Library) Pins(ctx context.Context, room incident.RoomID) ([]incident.Message, error) {
	const op = "read pins"
	rows, err := l.db.read.Message.Query().Where(message.RoomID(string(room)), message.PinnedAtNotNil()).
		Order(message.BySeq()).Limit(maxPins).All(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	list, err := l.db.asRead(ctx, room, rows)
	return list, fail(op, err)
}

// asRead returns messages of a room as they read now: with their reactions, and
// with what has become of the files that they show.
func (db *DB) asRead(ctx context.Context, room incident.RoomID, rows []*ent.Message) ([]incident.Message, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var (
		list  = make([]incident.Message, len(rows))
		place = make(map[string]*incident.Message, len(rows))
		ids   []string
		files []string
		err   error
	)
	for i, row := range rows {
		if list[i], err = toMessage(row); err != nil {
			return nil, err
		}
		if list[i].Deleted != nil {
			continue
		}
		ids, place[row.ID] = append(ids, row.ID), &list[i]
		if list[i].Ref != nil {
			files = append(files, string(list[i].Ref.FileID))
		}
	}
	if err := db.reactions(ctx, room, ids, place); err != nil || len(files) == 0 {
		return list, err
	}
	return list, db.files(ctx, room, list, files)
}

// files fills in what has become of the files that messages show.
func (db *DB) files(ctx context.Context, room incident.RoomID, list []incident.Message, ids []string) error {
	rows, err := db.read.RoomFile.Query().
		Where(roomfile.RoomID(string(room)), db.oneOf(roomfile.FieldID, ids)).
		Select(roomfile.FieldID, roomfile.FieldScanState, roomfile.FieldDeletedAt).All(ctx)
	if err != nil {
		return err
	}
	now := make(map[incident.FileID]*ent.RoomFile, len(rows))
	for _, row := range rows {
		now[incident.FileID(row.ID)] = row
	}
	for i := range list {
		ref := list[i].Ref
		if ref == nil || now[ref.FileID] == nil {
			continue
		}
		row := now[ref.FileID]
		ref.Deleted, ref.Scan = row.DeletedAt != nil, incident.ScanState(row.ScanState)
		if ref.Scan == incident.ScanInfected {
			*ref = ref.Withheld()
		}
	}
	return nil
}

// reactions fills in who reacted, the first one first.
func (db *DB) reactions(ctx context.Context, room incident.RoomID, ids []string, place map[string]*incident.Message) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := db.read.Reaction.Query().
		Where(reaction.RoomID(string(room)), db.oneOf(reaction.FieldID, ids)).
		Order(reaction.BySeq()).All(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		m := place[row.ID]
		who := incident.Person{ID: incident.UserID(row.UserID), Name: row.UserName}
		i := 0
		for i < len(m.Reactions) && m.Reactions[i].Emoji != row.Emoji {
			i++
		}
		if i == len(m.Reactions) {
			m.Reactions = append(m.Reactions, incident.Reaction{Emoji: row.Emoji})
		}
		m.Reactions[i].People = append(m.Reactions[i].People, who)
	}
	return nil
}

func toMessage(row *ent.Message) (incident.Message, error) {
	m := incident.Message{
		ID:          incident.MessageID(row.ID),
		Seq:         incident.Seq(row.Seq),
		Author:      incident.Person{ID: incident.UserID(row.AuthorID), Name: row.AuthorName},
		Type:        incident.MessageType(row.MessageType),
		Text:        row.Text,
		ReplyTo:     incident.MessageID(value(row.ReplyTo)),
		ClientMsgID: incident.ClientMsgID(value(row.ClientMsgID)),
		At:          incident.Now(row.At),
		Edits:       row.Edits,
		EditedAt:    stored(row.EditedAt),
		Deleted:     done(row.DeletedAt, row.DeletedBy, row.DeletedByName),
		Pinned:      done(row.PinnedAt, row.PinnedBy, row.PinnedByName),
	}
	for _, part := range []struct {
		name string
		json *string
		into func() any
	}{
		{"metadata", row.Metadata, func() any { m.Ref = new(incident.Reference); return m.Ref }},
		{"status change", row.StatusChange, func() any { m.Status = new(incident.StatusChange); return m.Status }},
		{"mentions", row.Mentions, func() any { m.Mentions = new(incident.Mentions); return m.Mentions }},
	} {
		if part.json == nil {
			continue
		}
		if err := json.Unmarshal([]byte(*part.json), part.into()); err != nil {
			return incident.Message{}, fmt.Errorf("%s of message %s: %w", part.name, row.ID, err)
		}
	}
	return m, nil
}

// done reads who did something and when; nil when nobody did.
func done(at *time.Time, by *string, name string) *incident.Done {
	if at == nil {
		return nil
	}
	return &incident.Done{By: incident.Person{ID: incident.UserID(value(by)), Name: name}, At: incident.Now(*at)}
}

// stored is a time, if there is one, as both databases keep it.
func stored(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := incident.Now(*t)
	return &at
}
