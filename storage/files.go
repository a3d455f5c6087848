package storage

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/predicate"
	"taskreporter/ent/roomfile"
	"taskreporter/incident"
)

// Files returns a page of files that are not deleted, newest first, and how many
// there are in all.
func (l *Library) Files(ctx context.Context, room incident.RoomID, q incident.FileQuery) ([]incident.File, int, error) {
	const op = "list files"
	where := []predicate.RoomFile{roomfile.RoomID(string(room)), roomfile.DeletedAtIsNil()}
	if !q.Quarantined {
		where = append(where, roomfile.ScanStateNEQ(string(incident.ScanInfected)))
	}
	if q.Kind != "" {
		where = append(where, roomfile.FileType(string(q.Kind)))
	}
	total, err := l.db.totals.of(ctx, l.db, listed{room, q.Kind, q.Quarantined}, l.db.read.RoomFile.Query().Where(where...).Count)
	if err != nil {
		return nil, 0, fail(op, err)
	}
	find := l.db.read.RoomFile.Query().Where(where...).
		Order(roomfile.ByUploadedAt(entsql.OrderDesc()), roomfile.ByID(entsql.OrderDesc())).
		Limit(q.Limit)
	if q.Before != nil {
		at, id := incident.Now(q.Before.At), string(q.Before.ID)
		find.Where(func(s *entsql.Selector) {
			s.Where(entsql.CompositeLT([]string{s.C(roomfile.FieldUploadedAt), s.C(roomfile.FieldID)}, at, id))
		})
	} else {
		find.Offset(q.Offset)
	}
	rows, err := find.All(ctx)
	if err != nil {
		return nil, 0, fail(op, err)
	}
	list := make([]incident.File, len(rows))
	for i, row := range rows {
		list[i] = toFile(row)
	}
	return list, total, nil
}

// Unchecked returns at most limit files, oldest first, whose scan is pending and
// that are not deleted: those uploaded at or before until, after the one that a
// cursor names.
func (l *Library) Unchecked(ctx context.Context, until time.Time, after *incident.FileCursor, limit int) ([]incident.File, error) {
	find := l.db.read.RoomFile.Query().
		Where(roomfile.ScanState(string(incident.ScanPending)), roomfile.DeletedAtIsNil(), roomfile.UploadedAtLTE(incident.Now(until))).
		Order(roomfile.ByUploadedAt(), roomfile.ByID()).Limit(limit)
	if after != nil {
		at, id := incident.Now(after.At), string(after.ID)
		find.Where(func(s *entsql.Selector) {
			s.Where(entsql.CompositeGT([]string{s.C(roomfile.FieldUploadedAt), s.C(roomfile.FieldID)}, at, id))
		})
	}
	rows, err := find.All(ctx)
	list := make([]incident.File, len(rows))
	for i, row := range rows {
		list[i] = toFile(row)
	}
	return list, fail("find files to scan", err)
}

// CountUnchecked returns how many files wait for their scan.
func (l *Library) CountUnchecked(ctx context.Context) (int, error) {
	n, err := l.db.read.RoomFile.Query().
		Where(roomfile.ScanState(string(incident.ScanPending)), roomfile.DeletedAtIsNil()).Count(ctx)
	return n, fail("count files to scan", err)
}

// File returns a file, deleted ones included.
func (l *Library) File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error) {
	return l.db.file(ctx, room, file)
}

func (db *DB) file(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error) {
	row, err := db.read.RoomFile.Query().
		Where(roomfile.ID(string(file)), roomfile.RoomID(string(room))).Only(ctx)
	if err != nil {
		return incident.File{}, fail("read file", err)
	}
	return toFile(row), nil
}

func createFile(client *ent.Client, room incident.RoomID, seq incident.Seq, f incident.File) *ent.RoomFileCreate {
	return client.RoomFile.Create().
		SetID(string(f.ID)).SetRoomID(string(room)).
		SetUploaderID(string(f.Uploader.ID)).SetUploaderName(f.Uploader.Name).
		SetFilename(f.Filename).SetFileType(string(f.Kind)).SetMimeType(f.Mime).SetFileSize(f.Size).
		SetMinioBucket(f.Bucket).SetMinioObjectPath(f.Key).SetDescription(f.Description).SetSha256(f.SHA256).
		SetWidth(f.Width).SetHeight(f.Height).SetScanState(string(f.Scan)).
		SetUploadedAt(incident.Now(f.UploadedAt)).SetSeq(int64(seq))
}

func toFile(row *ent.RoomFile) incident.File {
	f := incident.File{
		ID: incident.FileID(row.ID), RoomID: incident.RoomID(row.RoomID),
		Uploader: incident.Person{ID: incident.UserID(row.UploaderID), Name: row.UploaderName},
		Filename: row.Filename, Kind: incident.FileKind(row.FileType), Mime: row.MimeType, Size: row.FileSize,
		Bucket: row.MinioBucket, Key: row.MinioObjectPath, Description: row.Description, SHA256: row.Sha256,
		Width: row.Width, Height: row.Height, Scan: incident.ScanState(row.ScanState),
		UploadedAt: incident.Now(row.UploadedAt),
	}
	if row.DeletedAt != nil {
		at := incident.Now(*row.DeletedAt)
		f.DeletedAt = &at
	}
	return f
}
