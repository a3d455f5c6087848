package reconcile

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// compare looks whether an object is what its row says. Nothing changes it, so
// what differs now will differ later, unless the list was old.
func (c *check) compare(ctx context.Context, k *known, e object.Entry) error {
	k.seen = true
	if e.Size != k.Size {
		size, err := c.store.Stat(ctx, e.Key)
		if incident.KindOf(err) == incident.NotFound {
			k.seen = false
			return nil
		}
		if err != nil {
			return err
		}
		if e.Size = size; size != k.Size {
			return c.about(ctx, Size, k.File, toObject(e))
		}
	}
	if !c.opts.Deep {
		return nil
	}
	sum, err := c.hash(ctx, e.Key)
	o := toObject(e)
	switch o.SHA256 = sum; {
	case incident.KindOf(err) == incident.NotFound:
		k.seen = false
		return nil
	case errors.Is(err, errUnreadable):
		return c.about(ctx, Unreadable, k.File, o)
	case err != nil:
		return err
	case sum != k.SHA256:
		return c.about(ctx, Hash, k.File, o)
	}
	return nil
}

// errUnreadable: the store answers, but not for these bytes.
var errUnreadable = errors.New("unreadable")

// hash reads an object. A store that is down is no finding about one object.
func (c *check) hash(ctx context.Context, key string) (string, error) {
	sum, err := c.read(ctx, key)
	if err == nil || incident.KindOf(err) == incident.NotFound {
		return sum, err
	}
	if down := c.store.Check(ctx); down != nil || ctx.Err() != nil {
		return "", err
	}
	return "", errUnreadable
}

func (c *check) read(ctx context.Context, key string) (string, error) {
	content, err := c.store.Open(ctx, key)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	// Close has nothing to say about bytes that were read.
	defer func() { _ = content.Close() }()
	if _, err := io.Copy(h, content); err != nil {
		return "", err
	}
	return incident.HexDigest(incident.Digest(h.Sum(nil))), nil
}

// lost looks once more for the object of a file of the current room.
func (c *check) lost(ctx context.Context, f incident.File) error {
	switch _, err := c.store.Stat(ctx, f.Key); {
	case err == nil:
		return nil // its object came after the list
	case incident.KindOf(err) != incident.NotFound:
		return err
	}
	return c.about(ctx, Lost, f, nil)
}

// verdict is what the database says of an object that has no row.
type verdict struct {
	place
	owner owner
}

type owner int

const (
	nobody  owner = iota
	upload        // that has not ended
	file          // that was recorded while we looked
	another       // a room that the database does not know, or a file with another key
)

// unknown judges an object without a row.
func (c *check) unknown(ctx context.Context, p place, e object.Entry) error {
	if c.opts.Now.Sub(e.Modified) < Grace {
		c.sum.UnderWay++
		return nil
	}
	if c.asked.place != p || p.as != part { // the parts of one upload follow each other
		owner, err := c.ownerOf(ctx, p, e.Key)
		if err != nil {
			return err
		}
		c.asked = verdict{p, owner}
	}
	switch c.asked.owner {
	case upload:
		c.sum.UnderWay++
		return nil
	case file:
		return nil
	case another:
		return c.foreign(e)
	}
	number, err := c.roomNumber(ctx)
	if err != nil {
		return err
	}
	f := Finding{Kind: Orphan, Key: e.Key, RoomID: p.room, Number: number, FileID: p.file, Object: toObject(e)}
	if c.opts.Repair {
		if err := c.store.Delete(ctx, e.Key); err != nil {
			return err
		}
		f.Removed = true
	}
	return c.report(f)
}

// ownerOf asks in this order because an upload becomes a file, and no id is given
// twice: what is neither now will never be.
func (c *check) ownerOf(ctx context.Context, p place, key string) (owner, error) {
	// A room that was purged leaves a tombstone with its number. One that is not there
	// means that the bucket, or the database, is that of another installation.
	switch _, err := c.roomNumber(ctx); {
	case incident.KindOf(err) == incident.NotFound:
		return another, nil
	case err != nil:
		return 0, err
	}
	if going, err := c.rows.Uploading(ctx, p.room, p.file); going || err != nil {
		return upload, err
	}
	switch f, err := c.rows.File(ctx, p.room, p.file); {
	case incident.KindOf(err) == incident.NotFound:
		return nobody, nil
	case err != nil:
		return 0, err
	case p.as == part:
		return nobody, nil // the upload has ended: nobody needs its parts
	case p.as == original && f.Key != key:
		return another, nil
	}
	return file, nil
}
