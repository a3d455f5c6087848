package storage

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/roomfile"
	"taskreporter/ent/tombstone"
	"taskreporter/ent/upload"
	"taskreporter/incident"
)

// Inventory is the files of all rooms as package reconcile reads them.
type Inventory struct{ db *DB }

// Inventory returns the files of all rooms.
func (db *DB) Inventory() *Inventory { return &Inventory{db} }

// FilesAfter returns up to limit files, deleted ones included, that come after
// that place by room and id.
func (i *Inventory) FilesAfter(ctx context.Context, room incident.RoomID, file incident.FileID, limit int) ([]incident.File, error) {
	rows, err := i.db.read.RoomFile.Query().
		Where(func(s *entsql.Selector) {
			s.Where(entsql.CompositeGT([]string{s.C(roomfile.FieldRoomID), s.C(roomfile.FieldID)}, string(room), string(file)))
		}).
		Order(roomfile.ByRoomID(), roomfile.ByID()).Limit(limit).All(ctx)
	list := make([]incident.File, len(rows))
	for n, row := range rows {
		list[n] = toFile(row)
	}
	return list, fail("list all files", err)
}

// Uploading reports whether the file is an upload that has not ended, or whose
// parts wait for removal, or of a room that is being purged.
func (i *Inventory) Uploading(ctx context.Context, room incident.RoomID, file incident.FileID) (bool, error) {
	const op = "find upload"
	found, err := i.db.read.Upload.Query().
		Where(upload.RoomID(string(room)), upload.ID(string(file))).Exist(ctx)
	if found || err != nil {
		return found, fail(op, err)
	}
	found, err = i.db.read.Tombstone.Query().
		Where(tombstone.ID(string(room)), tombstone.StateNEQ(string(incident.PurgeDone))).Exist(ctx)
	return found, fail(op, err)
}

// File returns a file, deleted ones included.
func (i *Inventory) File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error) {
	return i.db.file(ctx, room, file)
}

// RoomNumber returns the number that people call a room by, also one that was purged.
func (i *Inventory) RoomNumber(ctx context.Context, room incident.RoomID) (string, error) {
	const op = "read room"
	row, err := i.db.read.Room.Get(ctx, string(room))
	if err == nil {
		return row.Number, nil
	}
	if !ent.IsNotFound(err) {
		return "", fail(op, err)
	}
	stone, err := i.db.read.Tombstone.Get(ctx, string(room))
	if err != nil {
		return "", fail(op, err)
	}
	return stone.Number, nil
}
