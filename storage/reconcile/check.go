package reconcile

import (
	"context"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// Grace is how old an object must be to count as left over: an upload puts its
// bytes before its row.
const Grace = 2 * time.Hour

// Options say how to check.
type Options struct {
	Now    time.Time // Grace ends here; times of the store and of the caller may differ a little
	Deep   bool      // read every byte and compare its hash
	Repair bool      // remove the orphans
	// Report gets each finding as it is found; its error ends the check. Nil: only
	// the summary counts them.
	Report func(Finding) error
}

// Check compares all rows with all objects. After an error the summary tells how
// far it came.
func Check(ctx context.Context, store object.Store, rows Rows, opts Options) (Summary, error) {
	c := &check{
		store: store, rows: rows, opts: opts, files: pager{rows: rows},
		sum: Summary{Deep: opts.Deep, Findings: map[Kind]int64{}},
	}
	err := store.List(ctx, "", func(e object.Entry) error { return c.object(ctx, e) })
	if err == nil {
		err = c.leaveRoom(ctx)
	}
	if err == nil {
		err = c.passRooms(ctx, "")
	}
	return c.sum, err
}

type check struct {
	store object.Store
	rows  Rows
	opts  Options
	files pager
	sum   Summary

	room   incident.RoomID // whose objects come now
	number string          // "" until it is asked for
	known  map[incident.FileID]*known
	asked  verdict // the answer for the last object without a row
}

// known is a row of the room, and whether its object has been seen.
type known struct {
	incident.File
	seen bool
}

// object looks at the next object.
func (c *check) object(ctx context.Context, e object.Entry) error {
	c.sum.Objects++
	c.sum.Bytes += e.Size
	p, ours := placeOf(e.Key)
	if !ours {
		return c.foreign(e)
	}
	if p.room != c.room {
		if err := c.enterRoom(ctx, p.room); err != nil {
			return err
		}
	}
	k := c.known[p.file]
	switch {
	case k == nil || p.as == part:
		return c.unknown(ctx, p, e)
	case p.as == preview:
		return nil
	case k.Key != e.Key:
		return c.foreign(e)
	}
	return c.compare(ctx, k, e)
}

// enterRoom goes on to a room's rows. What was passed by has no object at all.
func (c *check) enterRoom(ctx context.Context, room incident.RoomID) error {
	if err := c.leaveRoom(ctx); err != nil {
		return err
	}
	if err := c.passRooms(ctx, room); err != nil {
		return err
	}
	c.room, c.number, c.known = room, "", map[incident.FileID]*known{}
	for {
		f, err := c.files.peek(ctx)
		if err != nil {
			return err
		}
		if f == nil || f.RoomID != room {
			return nil
		}
		c.sum.Files++
		c.known[f.ID] = &known{File: *f}
		c.files.skip()
	}
}

// leaveRoom reports the files of the room whose objects did not come.
func (c *check) leaveRoom(ctx context.Context) error {
	for _, k := range c.known {
		if !k.seen {
			if err := c.lost(ctx, k.File); err != nil {
				return err
			}
		}
	}
	c.room, c.number, c.known = "", "", nil
	return nil
}

// passRooms reports the files of rooms before one, or of all when it is "".
func (c *check) passRooms(ctx context.Context, before incident.RoomID) error {
	for {
		f, err := c.files.peek(ctx)
		if err != nil {
			return err
		}
		if f == nil || before != "" && f.RoomID >= before {
			return nil
		}
		if f.RoomID != c.room {
			c.room, c.number = f.RoomID, ""
		}
		c.sum.Files++
		if err := c.lost(ctx, *f); err != nil {
			return err
		}
		c.files.skip()
	}
}

// report counts a finding and hands it out.
func (c *check) report(f Finding) error {
	c.sum.Findings[f.Kind]++
	if f.Removed {
		c.sum.Removed++
	}
	if c.opts.Report == nil {
		return nil
	}
	return c.opts.Report(f)
}

func (c *check) foreign(e object.Entry) error {
	return c.report(Finding{Kind: Foreign, Key: e.Key, Object: toObject(e)})
}

// about makes a finding about a file of the current room.
func (c *check) about(ctx context.Context, kind Kind, f incident.File, o *Object) error {
	number, err := c.roomNumber(ctx)
	if err != nil {
		return err
	}
	return c.report(Finding{
		Kind: kind, Key: f.Key, RoomID: f.RoomID, Number: number, FileID: f.ID, Object: o,
		File: &File{
			Filename: f.Filename, Uploader: f.Uploader, UploadedAt: f.UploadedAt, DeletedAt: f.DeletedAt,
			Size: f.Size, SHA256: f.SHA256,
		},
	})
}

func (c *check) roomNumber(ctx context.Context) (string, error) {
	if c.number == "" {
		number, err := c.rows.RoomNumber(ctx, c.room)
		if err != nil {
			return "", err
		}
		c.number = number
	}
	return c.number, nil
}

func toObject(e object.Entry) *Object {
	return &Object{Size: e.Size, Modified: e.Modified.UTC()}
}
