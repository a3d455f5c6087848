package evidence

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// PutPart implements intake.Bytes. No two calls use the same key, so that an older
// request never changes what a newer one has stored.
func (l *Locker) PutPart(ctx context.Context, up incident.Upload, size int64, r io.Reader) (incident.Part, error) {
	key := fmt.Sprintf("%s/%09d-%s", incident.PartPrefix(up.RoomID, up.FileID), up.Received(), strings.ToLower(rand.Text()[:10]))
	return incident.Part{Key: key, Size: size}, l.store.PutPiece(ctx, key, size, r)
}

// DropPart implements intake.Bytes.
func (l *Locker) DropPart(ctx context.Context, p incident.Part) error {
	ctx, cancel := context.WithTimeout(ctx, removePatience)
	defer cancel()
	return l.store.Delete(ctx, p.Key)
}

// DropParts implements intake.Bytes.
func (l *Locker) DropParts(ctx context.Context, up incident.Upload) error {
	return l.store.List(ctx, incident.PartPrefix(up.RoomID, up.FileID), func(e object.Entry) error {
		return l.store.Delete(ctx, e.Key)
	})
}

// Assemble implements intake.Bytes.
func (l *Locker) Assemble(ctx context.Context, up incident.Upload) (incident.File, error) {
	kind, err := admit(up)
	if err != nil {
		return incident.File{}, err
	}
	parts := &parts{ctx: ctx, store: l.store, left: up.Parts}
	defer parts.close()
	f, err := l.keep(ctx, up, kind, parts, func(r io.Reader) io.Reader { return object.WithSum(r, up.Sum()) })
	if parts.lost != nil { // a part that is gone is no file that is gone
		return f, incident.Wrap(incident.ChecksumMismatch, "evidence.Assemble", parts.lost, "A part of the file is lost. Send the file again.")
	}
	return f, err
}

// parts reads an upload's parts one after the other, and each to its end only if it
// is what was stored.
type parts struct {
	ctx   context.Context //nolint:containedctx // a Read is a part of the Assemble that made it
	store object.Store
	left  []incident.Part
	open  io.ReadCloser
	rest  int64  // bytes of the open part
	sum   uint32 // of all that came
	want  uint32 // at its end
	lost  error
}

// Read implements io.Reader.
func (p *parts) Read(b []byte) (int, error) {
	for p.open == nil || p.rest == 0 {
		p.close()
		if len(p.left) == 0 {
			return 0, io.EOF
		}
		next := p.left[0]
		p.left = p.left[1:]
		o, err := p.store.Get(p.ctx, next.Key)
		if incident.KindOf(err) == incident.NotFound {
			p.lost = err
		}
		if err != nil {
			return 0, err
		}
		p.open, p.rest, p.want = o, next.Size, next.Sum
	}
	n, err := p.open.Read(b[:min(int64(len(b)), p.rest)])
	p.rest -= int64(n)
	p.sum = incident.AddSum(p.sum, b[:n])
	switch {
	case p.rest == 0 && (err == nil || err == io.EOF):
		if p.sum == p.want {
			return n, nil
		}
		p.lost = errDamaged
	case err == io.EOF:
		p.lost = errShort
	default:
		return n, err
	}
	return 0, p.lost
}

var (
	errDamaged = incident.E(incident.NotFound, "evidence.Assemble", "a part is not what was stored")
	errShort   = incident.E(incident.NotFound, "evidence.Assemble", "a part is shorter than recorded")
)

func (p *parts) close() {
	if p.open != nil {
		_ = p.open.Close()
		p.open = nil
	}
}
