package reconcile

import (
	"context"
	"errors"

	"taskreporter/incident"
)

// Rows is what the database knows of files. Each call reads anew.
type Rows interface {
	// FilesAfter returns up to limit files, deleted ones included, that come after a
	// room and a file in a fixed order: by rising room, in it by id.
	FilesAfter(ctx context.Context, room incident.RoomID, file incident.FileID, limit int) ([]incident.File, error)
	// Uploading reports whether the file is an upload that has not ended, or whose
	// parts wait for removal, or of a room that is being purged.
	Uploading(ctx context.Context, room incident.RoomID, file incident.FileID) (bool, error)
	// File returns a file, deleted ones included, or incident.NotFound.
	File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error)
	// RoomNumber returns a room's number, also of a purged one, or incident.NotFound.
	RoomNumber(ctx context.Context, room incident.RoomID) (string, error)
}

// pageSize is how many rows are read at once.
const pageSize = 500

// errUnsorted: text may sort in many ways, but ids are lower-case UUIDs, and for
// those a database knows one.
var errUnsorted = errors.New("reconcile: the database does not give rooms in their order")

// pager reads all files, page by page.
type pager struct {
	rows Rows
	page []incident.File
	room incident.RoomID // of the last row of the last page
	file incident.FileID
	over bool
}

// peek returns the next file; nil after the last.
func (p *pager) peek(ctx context.Context) (*incident.File, error) {
	if len(p.page) == 0 && !p.over {
		page, err := p.rows.FilesAfter(ctx, p.room, p.file, pageSize)
		if err != nil {
			return nil, err
		}
		for _, f := range page {
			if f.RoomID < p.room {
				return nil, errUnsorted
			}
			p.room, p.file = f.RoomID, f.ID
		}
		p.page, p.over = page, len(page) < pageSize
	}
	if len(p.page) == 0 {
		return nil, nil
	}
	return &p.page[0], nil
}

func (p *pager) skip() { p.page = p.page[1:] }
