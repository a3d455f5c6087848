package storage

import (
	"context"
	"slices"

	"taskreporter/ent/message"
	"taskreporter/incident"
)

// hidden are the events that only change a message, or the file that it shows: a
// timeline shows the message as it reads now instead.
const hidden = `type not in ('message_edited', 'message_deleted', 'reaction_added', 'reaction_removed', 'message_pinned', 'message_unpinned', 'file_scanned')`

// Timeline returns a page of what the room shows.
func (l *Library) Timeline(ctx context.Context, room incident.RoomID, q incident.TimelineQuery) (incident.Timeline, error) {
	const op = "read timeline"
	// The head comes first: what is appended meanwhile is on no page.
	head, err := l.Head(ctx, room)
	if err != nil {
		return incident.Timeline{}, fail(op, err)
	}
	page := incident.Timeline{Head: head}
	switch {
	case q.Around > 0:
		older, more, err := l.shown(ctx, room, 0, q.Around-1, q.Limit/2, true)
		if err != nil {
			return page, fail(op, err)
		}
		newer, after, err := l.shown(ctx, room, q.Around-1, head, q.Limit-len(older), false)
		if err != nil {
			return page, fail(op, err)
		}
		page.Events, page.Before, page.After = slices.Concat(older, newer), more, after
	case q.Forward || q.After > 0:
		if page.Events, page.After, err = l.shown(ctx, room, q.After, head, q.Limit, false); err != nil {
			return page, fail(op, err)
		}
		page.Before = q.After > 0 // the first event of every room is shown
	default:
		upTo := head
		if q.Before > 0 {
			upTo = min(head, q.Before-1)
		}
		if page.Events, page.Before, err = l.shown(ctx, room, 0, upTo, q.Limit, true); err != nil {
			return page, fail(op, err)
		}
		if upTo < head {
			_, more, err := l.shown(ctx, room, upTo, head, 0, false)
			if err != nil {
				return page, fail(op, err)
			}
			page.After = more
		}
	}
	return page, fail(op, l.db.refresh(ctx, room, page.Events))
}

// shown returns at most limit events with after < Seq ≤ upTo by rising seq, the
// newest or the oldest of them, and whether there are more.
func (l *Library) shown(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int, newest bool) ([]incident.Event, bool, error) {
	order := "seq"
	if newest {
		order = "seq desc"
	}
	list, _, err := l.db.readEvents(ctx, room, `select `+eventColumns+` from room_events
		where room_id = $1 and seq > $2 and seq <= $3 and `+hidden+` order by `+order+` limit $4`,
		string(room), int64(after), int64(upTo), limit+1)
	if err != nil {
		return nil, false, err
	}
	more := len(list) > limit
	if more {
		list = list[:limit]
	}
	if newest {
		slices.Reverse(list)
	}
	return list, more, nil
}

// refresh puts each message as it reads now into the event that posted it. What a
// deleted one said is gone with that.
func (db *DB) refresh(ctx context.Context, room incident.RoomID, events []incident.Event) error {
	var first, last incident.Seq
	for _, e := range events {
		if _, ok := e.Change.(incident.MessagePosted); ok {
			if first == 0 {
				first = e.Seq
			}
			last = e.Seq
		}
	}
	if first == 0 {
		return nil
	}
	rows, err := db.read.Message.Query().
		Where(message.RoomID(string(room)), message.SeqGTE(int64(first)), message.SeqLTE(int64(last))).
		Order(message.BySeq()).All(ctx)
	if err != nil {
		return err
	}
	msgs, err := db.asRead(ctx, room, rows)
	if err != nil {
		return err
	}
	now := make(map[incident.Seq]incident.Message, len(msgs))
	for _, m := range msgs {
		now[m.Seq] = m
	}
	for i := range events {
		if _, ok := events[i].Change.(incident.MessagePosted); ok {
			events[i].Change = incident.MessagePosted{Message: now[events[i].Seq]}
		}
	}
	return nil
}
