package storage

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"taskreporter/incident"
)

const eventColumns = "seq, epoch, at, author_id, author_name, client_msg_id, type, body"

// sentPerQuery bounds the parameters of one statement.
const sentPerQuery = 500

func (db *DB) events(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error) {
	list, err := db.readEvents(ctx, room, `select `+eventColumns+` from room_events
		where room_id = $1 and seq > $2 and seq <= $3 order by seq limit $4`,
		string(room), int64(after), int64(upTo), limit)
	return list, fail("read events", err)
}

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
		list, err := db.readEvents(ctx, room, `select `+eventColumns+` from room_events
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

func (db *DB) readEvents(ctx context.Context, room incident.RoomID, query string, args ...any) ([]incident.Event, error) {
	rows, err := db.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []incident.Event
	for rows.Next() {
		e := incident.Event{RoomID: room}
		var (
			clientMsgID sql.NullString
			kind        string
			body        []byte
		)
		if err := rows.Scan(&e.Seq, &e.Epoch, &e.At, &e.By.ID, &e.By.Name, &clientMsgID, &kind, &body); err != nil {
			return nil, err
		}
		e.At = incident.Now(e.At)
		e.ClientMsgID = incident.ClientMsgID(clientMsgID.String)
		if e.Change, err = incident.DecodeChange(incident.EventType(kind), body); err != nil {
			return nil, fmt.Errorf("event %d of room %s: %w", e.Seq, room, err)
		}
		if m, ok := e.Change.(incident.MessagePosted); ok {
			m.Message.Seq = e.Seq // the stored form leaves it out
			e.Change = m
		}
		list = append(list, e)
	}
	return list, rows.Err()
}
