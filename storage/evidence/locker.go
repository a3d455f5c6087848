// Package evidence keeps the bytes of files: it lets them pass into an object
// store only while they are what their name promises, and gives them back, whole,
// as ranges or as previews. It implements httpapi.Evidence.
//
// Invariants:
//   - After a failed Receive nothing of the upload is in the store (F-UP-16).
//   - What is recorded of a file (type, size, digest, bounds) was measured here;
//     nothing that the client claims about content is kept (F-UP-06, 29).
//   - Originals are never changed; previews carry no metadata (F-UP-30).
//   - Memory per upload does not grow with the file (F-UP-24).
//
// It decides no permission and writes no row.
package evidence

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"taskreporter/incident"
	"taskreporter/storage/content"
	"taskreporter/storage/object"
)

// removePatience bounds a clean-up that outlives its request.
const removePatience = 10 * time.Second

// Locker is where evidence is locked away. It is safe for concurrent use.
type Locker struct {
	store    object.Store
	previews *content.Previewer
	making   singleflight.Group // of previews, by their key
	now      func() time.Time
	log      *slog.Logger
	scan     incident.ScanState // of new files
}

// New returns a Locker on a store. now is the clock of File.UploadedAt.
func New(store object.Store, now func() time.Time, log *slog.Logger) *Locker {
	return &Locker{store: store, previews: content.NewPreviewer(), now: now, log: log, scan: incident.Unscanned}
}

// ExpectScan makes new files wait for a virus scanner. Call it before Receive.
func (l *Locker) ExpectScan() { l.scan = incident.ScanPending }

// Receive implements httpapi.Evidence. A file over its kind's limit, of a kind
// that is not allowed, or empty is refused before its first byte. What is in r
// must be up.Size bytes; r must give up when ctx ends.
func (l *Locker) Receive(ctx context.Context, up incident.Upload, r io.Reader) (incident.File, error) {
	kind, err := admit(up)
	if err != nil {
		return incident.File{}, err
	}
	f, err := l.pass(ctx, up, kind, r)
	if err != nil {
		l.remove(ctx, up)
	}
	return f, err
}

// Bring implements intake.Bytes.
func (l *Locker) Bring(ctx context.Context, up incident.Upload, r io.Reader) (incident.File, error) {
	kind, err := admit(up)
	if err != nil {
		return incident.File{}, err
	}
	return l.pass(ctx, up, kind, r)
}

// pass is keep for what a client sends just now.
func (l *Locker) pass(ctx context.Context, up incident.Upload, kind incident.FileType, r io.Reader) (incident.File, error) {
	f, err := l.keep(ctx, up, kind, client{r}, func(r io.Reader) io.Reader { return r })
	if err != nil {
		return incident.File{}, receiving(ctx, err)
	}
	return f, nil
}

// keep lets a file pass into the store; with says what is known of it before.
func (l *Locker) keep(ctx context.Context, up incident.Upload, kind incident.FileType, r io.Reader, with func(io.Reader) io.Reader) (incident.File, error) {
	in := content.Inspect(kind, up.Size, r)
	defer in.Close()
	if err := l.store.Put(ctx, up.Key, kind.Mime, up.Size, with(in)); err != nil {
		return incident.File{}, err
	}
	found := in.Finding()
	return incident.File{
		ID:         up.FileID,
		RoomID:     up.RoomID,
		Uploader:   up.By,
		Filename:   up.Filename,
		Kind:       kind.Kind,
		Mime:       kind.Mime,
		Size:       found.Size,
		Bucket:     l.store.Bucket(),
		Key:        up.Key,
		SHA256:     incident.HexDigest(found.SHA256),
		Width:      found.Width,
		Height:     found.Height,
		Scan:       l.scan,
		UploadedAt: incident.Now(l.now()),
	}, nil
}

// admit decides by name and size.
func admit(up incident.Upload) (incident.FileType, error) {
	const op = "evidence.Receive"
	kind, ok := incident.TypeOf(up.Filename)
	switch {
	case !ok:
		return kind, incident.E(incident.FileRefused, op,
			"Files of this kind are not accepted. Send a picture (jpg, png, gif), a PDF, or a log (txt, log, csv).")
	case up.Size == 0:
		return kind, content.Empty()
	case up.Size < 0:
		return kind, incident.E(incident.LengthRequired, op, "The upload does not say how long the file is.")
	case up.Size > kind.Max:
		return kind, incident.E(incident.FileTooLarge, op,
			"The file has %d bytes; a file of this kind may have at most %d MB. Make it smaller or split it.", up.Size, kind.Max>>20)
	}
	return kind, nil
}

// client marks the errors of an uploader's connection as such.
type client struct{ r io.Reader }

func (c client) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if known := (*incident.Error)(nil); errors.As(err, &known) {
		return n, err
	}
	return n, cutOff(err)
}

func cutOff(err error) error {
	return incident.Wrap(incident.UploadIncomplete, "evidence.Receive", err,
		"The connection broke before the whole file arrived. Send the file again.")
}

// receiving names the reason of a failed Receive: a store that was told to stop
// because the uploader left is not down.
func receiving(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && incident.KindOf(err) == incident.StoreDown {
		return cutOff(errors.Join(cause, err))
	}
	return err
}

// remove cleans up after a failed upload, although its request may be over. What
// cannot be removed now is an orphan that the log names.
func (l *Locker) remove(ctx context.Context, up incident.Upload) {
	if err := l.discard(context.WithoutCancel(ctx), up); err != nil {
		l.log.Error("failed upload not removed from the store", "file_id", up.FileID, "object_key", up.Key, "error", err)
	}
}

func (l *Locker) discard(ctx context.Context, up incident.Upload) error {
	ctx, cancel := context.WithTimeout(ctx, removePatience)
	defer cancel()
	return l.store.Delete(ctx, up.Key)
}

// Discard implements httpapi.Evidence. It goes on when ctx is canceled: nobody
// else will remove the bytes soon.
func (l *Locker) Discard(ctx context.Context, up incident.Upload) error {
	return l.discard(context.WithoutCancel(ctx), up)
}

// Check implements httpapi.Evidence.
func (l *Locker) Check(ctx context.Context) error { return l.store.Check(ctx) }
