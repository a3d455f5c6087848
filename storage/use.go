package storage

import (
	"context"

	"taskreporter/incident"
)

// Use adds up what the files of all rooms take. It reads every file's row.
func (l *Library) Use(ctx context.Context) (incident.StorageUse, error) {
	const op = "add up storage use"
	use := incident.StorageUse{Kinds: map[incident.FileKind]incident.FileTotal{
		incident.Image: {}, incident.Document: {}, incident.Log: {},
	}}
	rows, err := l.db.read.QueryContext(ctx, `select file_type, deleted_at is not null, scan_state = $1, count(*), sum(file_size)
		from room_files group by 1, 2, 3`, string(incident.ScanInfected))
	if err != nil {
		return use, fail(op, err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			kind              incident.FileKind
			deleted, infected bool
			sum               incident.FileTotal
		)
		if err := rows.Scan(&kind, &deleted, &infected, &sum.Files, &sum.Bytes); err != nil {
			return use, fail(op, err)
		}
		switch {
		case deleted:
			use.Deleted = use.Deleted.Plus(sum)
		case infected:
			use.Quarantined = use.Quarantined.Plus(sum)
		default:
			use.Kinds[kind] = use.Kinds[kind].Plus(sum)
		}
	}
	if err := rows.Err(); err != nil {
		return use, fail(op, err)
	}
	err = l.db.reader.QueryRowContext(ctx, `select count(*), coalesce(sum(received), 0) from uploads where resumable`).
		Scan(&use.Unfinished.Files, &use.Unfinished.Bytes)
	return use, fail(op, err)
}
