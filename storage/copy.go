package storage

import (
	"context"
	"database/sql"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/message"
	"taskreporter/ent/roomfile"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

const (
	// copyPage is how much of a copy is in memory at once.
	copyPage = 200
	// copyIdle is how long whoever reads a copy may do something else meanwhile. Its
	// transaction holds no room, but keeps dead rows from being cleaned up.
	copyIdle = "30s"
)

// Copy lets use read a room as it stands at this moment, in one transaction: what is
// committed meanwhile is not in it. use must not wait for anybody.
func (l *Library) Copy(ctx context.Context, room incident.RoomID, use func(incident.RoomCopy) error) error {
	const op = "copy room"
	tx, err := l.db.reader.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fail(op, err)
	}
	defer func() { _ = tx.Rollback() }() // it only read
	if l.db.kind == migration.Postgres {
		if _, err := tx.ExecContext(ctx, "set local idle_in_transaction_session_timeout = '"+copyIdle+"'"); err != nil {
			return fail(op, err)
		}
	}
	at := &Library{db: l.db.within(tx)}
	c, err := at.copyOf(ctx, room)
	if err != nil {
		return fail(op, err)
	}
	return use(c)
}

// within is the database as a transaction sees it, to read.
func (db *DB) within(tx *sql.Tx) *DB {
	return &DB{kind: db.kind, tx: tx, read: db.inside(tx), now: db.now, zone: db.zone, log: db.log}
}

func (l *Library) copyOf(ctx context.Context, id incident.RoomID) (c incident.RoomCopy, err error) {
	row, err := l.db.read.Room.Get(ctx, string(id))
	if err != nil {
		return c, err
	}
	c.Room = toRoom(row)
	if c.Room.Hold, err = hold(ctx, l.db.read, id); err != nil {
		return c, err
	}
	if c.Members, err = l.Members(ctx, id); err != nil {
		return c, err
	}
	if c.Checklist, err = l.Checklist(ctx, id); err != nil {
		return c, err
	}
	seqOf := func(e incident.Event) incident.Seq { return e.Seq }
	c.Log = pages(seqOf, func(after incident.Seq) ([]incident.Event, error) {
		return l.Events(ctx, id, after, c.Room.Head, copyPage)
	})
	c.Shown = pages(seqOf, func(after incident.Seq) ([]incident.Event, error) {
		t, err := l.Timeline(ctx, id, incident.TimelineQuery{Forward: true, After: after, Limit: copyPage})
		return t.Events, err
	})
	c.Pinned = pages(func(m incident.Message) incident.Seq { return m.Seq }, func(after incident.Seq) ([]incident.Message, error) {
		return l.messages(ctx, id, l.db.read.Message.Query().
			Where(message.PinnedAtNotNil(), message.SeqGT(int64(after))).Limit(copyPage))
	})
	c.Messages = func(ids []incident.MessageID) ([]incident.Message, error) {
		of := make([]string, len(ids))
		for i, id := range ids {
			of[i] = string(id)
		}
		list, err := l.messages(ctx, id, l.db.read.Message.Query().Where(l.db.oneOf(message.FieldID, of)))
		return list, fail("copy room", err)
	}
	c.Files = pages(func(f incident.File) incident.File { return f }, func(after incident.File) ([]incident.File, error) {
		return l.filesAfter(ctx, id, after)
	})
	return c, nil
}

// pages ranges over what next returns after the last one, until there is no more.
func pages[T, Place any](placeOf func(T) Place, next func(after Place) ([]T, error)) incident.Pages[T] {
	return func(yield func([]T, error) bool) {
		var after Place
		for {
			page, err := next(after)
			if err != nil {
				yield(nil, fail("copy room", err))
				return
			}
			if len(page) == 0 || !yield(page, nil) {
				return
			}
			after = placeOf(page[len(page)-1])
		}
	}
}

// messages returns what a query finds as it reads now, by seq.
func (l *Library) messages(ctx context.Context, room incident.RoomID, q *ent.MessageQuery) ([]incident.Message, error) {
	rows, err := q.Where(message.RoomID(string(room))).Order(message.BySeq()).All(ctx)
	if err != nil {
		return nil, err
	}
	return l.db.asRead(ctx, room, rows)
}

// filesAfter returns the files that were uploaded after one, deleted ones included.
func (l *Library) filesAfter(ctx context.Context, room incident.RoomID, after incident.File) ([]incident.File, error) {
	find := l.db.read.RoomFile.Query().Where(roomfile.RoomID(string(room))).
		Order(roomfile.ByUploadedAt(), roomfile.ByID()).Limit(copyPage)
	if after.ID != "" {
		find.Where(func(s *entsql.Selector) {
			s.Where(entsql.CompositeGT([]string{s.C(roomfile.FieldUploadedAt), s.C(roomfile.FieldID)}, after.UploadedAt, string(after.ID)))
		})
	}
	rows, err := find.All(ctx)
	list := make([]incident.File, len(rows))
	for i, row := range rows {
		list[i] = toFile(row)
	}
	return list, err
}
