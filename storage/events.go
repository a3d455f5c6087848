package storage

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"taskreporter/ent/message"
	"taskreporter/incident"
)

const eventColumns = "seq, epoch, at, author_id, author_name, client_msg_id, type, redacted, body"

// sentPerQuery bounds the parameters of one statement.
const sentPerQuery = 500

func (db *DB) events(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error) {
	const op = "read events"
	list, redacted, err := db.readEvents(ctx, room, `select `+eventColumns+` from room_events
		where room_id = $1 and seq > $2 and seq <= $3 order by seq limit $4`,
		string(room), int64(after), int64(upTo), limit)
	if err != nil {
		return nil, fail(op, err)
	}
	return list, fail(op, db.redact(ctx, room, list, redacted))
}

// redact takes out of the events at those places what a deleted message said, and
// the name of a file in quarantine.
func (db *DB) redact(ctx context.Context, room incident.RoomID, list []incident.Event, places []int) error {
	if len(places) == 0 {
		return nil
	}
	messageOf := func(c incident.Change) incident.MessageID {
		switch c := c.(type) {
		case incident.MessagePosted:
			return c.Message.ID
		case incident.MessageEdited:
			return c.MessageID
		default:
			return ""
		}
	}
	ids := make([]string, len(places))
	for i, place := range places {
		ids[i] = string(messageOf(list[place].Change))
	}
	slices.Sort(ids)
	rows, err := db.read.Message.Query().
		Where(message.RoomID(string(room)), db.oneOf(message.FieldID, slices.Compact(ids)), message.DeletedAtNotNil()).
		Select(message.FieldID, message.FieldDeletedAt, message.FieldDeletedBy, message.FieldDeletedByName).All(ctx)
	if err != nil {
		return err
	}
	gone := make(map[incident.MessageID]incident.Done, len(rows))
	for _, row := range rows {
		gone[incident.MessageID(row.ID)] = *done(row.DeletedAt, row.DeletedBy, row.DeletedByName)
	}
	var (
		showing []incident.Message
		files   []string
	)
	for _, place := range places {
		e := &list[place]
		posted, _ := e.Change.(incident.MessagePosted)
		if ref := posted.Message.Ref; ref != nil {
			showing, files = append(showing, posted.Message), append(files, string(ref.FileID))
			if _, deleted := gone[posted.Message.ID]; !deleted {
				continue
			}
		}
		e.Change = incident.Redacted(e.Change, gone[messageOf(e.Change)])
	}
	if len(files) == 0 {
		return nil
	}
	return db.files(ctx, room, showing, files) // in place: the references are the events'
}

// sent returns events as they were sent, also those of messages that are deleted
// by now: a sender's retry is compared with them.
func (db *DB) sent(ctx context.Context, room incident.RoomID, keys []incident.SendKey) (map[incident.SendKey]incident.Event, error) {
	found := make(map[incident.SendKey]incident.Event, len(keys))
	for len(keys) > 0 {
		n := min(len(keys), sentPerQuery)
		args := []any{string(room)}
		var values strings.Builder
		for i, k := range keys[:n] {
			if i > 0 {
				values.WriteByte(',')
			}
			fmt.Fprintf(&values, "($%d,$%d)", len(args)+1, len(args)+2)
			args = append(args, string(k.Author), string(k.ID))
		}
		list, _, err := db.readEvents(ctx, room, `select `+eventColumns+` from room_events
			where room_id = $1 and (author_id, client_msg_id) in (values `+values.String()+`)`, args...)
		if err != nil {
			return nil, fail("find sent events", err)
		}
		for _, e := range list {
			found[incident.SendKey{Author: e.By.ID, ID: e.ClientMsgID}] = e
		}
		keys = keys[n:]
	}
	return found, nil
}

// readEvents returns events as they are stored, and the places of those whose text
// is not to be read any more.
func (db *DB) readEvents(ctx context.Context, room incident.RoomID, query string, args ...any) (list []incident.Event, redacted []int, err error) {
	rows, err := db.queries().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		e := incident.Event{RoomID: room}
		var (
			clientMsgID sql.NullString
			kind        string
			body        []byte
			gone        bool
		)
		if err := rows.Scan(&e.Seq, &e.Epoch, &e.At, &e.By.ID, &e.By.Name, &clientMsgID, &kind, &gone, &body); err != nil {
			return nil, nil, err
		}
		e.At = incident.Now(e.At)
		e.ClientMsgID = incident.ClientMsgID(clientMsgID.String)
		if e.Change, err = incident.DecodeChange(incident.EventType(kind), body); err != nil {
			return nil, nil, fmt.Errorf("event %d of room %s: %w", e.Seq, room, err)
		}
		if m, ok := e.Change.(incident.MessagePosted); ok {
			m.Message.Seq = e.Seq // the stored form leaves it out
			e.Change = m
		}
		if _, file := e.Change.(incident.FileUploaded); gone && file {
			e.Change = incident.Quarantined(e.Change)
		} else if gone {
			redacted = append(redacted, len(list))
		}
		list = append(list, e)
	}
	return list, redacted, rows.Err()
}
