package storage

import (
	"context"
	"encoding/json"
	"slices"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/message"
	"taskreporter/ent/room"
	"taskreporter/incident"
)

// Messages returns a page by rising seq, the room's head at that moment, and
// whether more lie in the direction of paging.
func (l *Library) Messages(ctx context.Context, id incident.RoomID, q incident.MessageQuery) (msgs []incident.Message, head incident.Seq, more bool, err error) {
	const op = "read messages"
	// The head comes first: what is appended meanwhile is in neither.
	if head, err = l.Head(ctx, id); err != nil {
		return nil, 0, false, fail(op, err)
	}
	find := l.db.read.Message.Query().
		Where(message.RoomID(string(id)), message.SeqLTE(int64(head))).
		Limit(q.Limit + 1)
	forward := q.Forward || q.After > 0
	if forward {
		find.Where(message.SeqGT(int64(q.After))).Order(message.BySeq())
	} else {
		find.Order(message.BySeq(entsql.OrderDesc()))
		if q.Before > 0 {
			find.Where(message.SeqLT(int64(q.Before)))
		}
	}
	rows, err := find.All(ctx)
	if err != nil {
		return nil, 0, false, fail(op, err)
	}
	if more = len(rows) > q.Limit; more {
		rows = rows[:q.Limit]
	}
	if !forward {
		slices.Reverse(rows)
	}
	if msgs, err = l.db.asRead(ctx, id, rows); err != nil {
		return nil, 0, false, fail(op, err)
	}
	return msgs, head, more, nil
}

// Head returns the seq of a room's newest event.
func (l *Library) Head(ctx context.Context, id incident.RoomID) (incident.Seq, error) {
	seq, err := l.db.read.Room.Query().Where(room.ID(string(id))).Select(room.FieldLastSeq).Int(ctx)
	return incident.Seq(seq), fail("read head", err)
}

// Events returns log entries after a seq by rising seq.
func (l *Library) Events(ctx context.Context, id incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error) {
	return l.db.events(ctx, id, after, upTo, limit)
}

// createEvents writes events outside of Append: those that make a room.
func createEvents(ctx context.Context, client *ent.Client, events []incident.Event) error {
	rows := make([]*ent.RoomEventCreate, len(events))
	for i, e := range events {
		body, err := json.Marshal(e.Change)
		if err != nil {
			return err
		}
		rows[i] = client.RoomEvent.Create().
			SetRoomID(string(e.RoomID)).SetID(int64(e.Seq)).SetEpoch(int64(e.Epoch)).
			SetType(string(e.Change.EventType())).SetAuthorID(string(e.By.ID)).SetAuthorName(e.By.Name).
			SetAt(e.At).SetBody(string(body))
	}
	return client.RoomEvent.CreateBulk(rows...).Exec(ctx)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
