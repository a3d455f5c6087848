package evidence

import (
	"bytes"
	"context"
	"io"
	"mime"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/content"
	"taskreporter/storage/object"
)

// previewPatience bounds the making of one preview, its wait in the queue
// included.
const previewPatience = 30 * time.Second

// Open implements httpapi.Evidence.
func (l *Locker) Open(ctx context.Context, f incident.File) (io.ReadSeekCloser, error) {
	return l.store.Open(ctx, f.Key)
}

// Thumbnail implements httpapi.Evidence. A picture that cannot be decoded has no
// thumbnail. Callers who ask for the same one at once share one decode.
func (l *Locker) Thumbnail(ctx context.Context, f incident.File) (io.ReadSeekCloser, error) {
	if f.Kind != incident.Image {
		return nil, incident.E(incident.NotFound, "evidence.Thumbnail", "Only pictures have a preview.")
	}
	key := incident.ThumbnailKey(f.RoomID, f.ID)
	kept, err := l.store.Open(ctx, key)
	if incident.KindOf(err) != incident.NotFound {
		return kept, err
	}
	// The first caller makes it for all, so its leaving must not fail the others.
	made, err, _ := l.making.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), previewPatience)
		defer cancel()
		return l.makeThumbnail(ctx, f, key)
	})
	if err != nil {
		return nil, err
	}
	return thumbnail{bytes.NewReader(made.([]byte))}, nil
}

// makeThumbnail also keeps it. Another node may do the same at the same time;
// both write the same bytes.
func (l *Locker) makeThumbnail(ctx context.Context, f incident.File, key string) ([]byte, error) {
	original, err := l.store.Open(ctx, f.Key)
	if err != nil {
		return nil, err
	}
	defer original.Close()
	small, err := l.previews.Preview(ctx, f.Mime, original)
	switch incident.KindOf(err) {
	case "":
	case incident.FileRefused, incident.ImageTooLarge:
		return nil, incident.Wrap(incident.NotFound, "evidence.Thumbnail", err, "No preview can be made of this picture. Open the file itself.")
	default:
		return nil, err
	}
	if err := l.store.Put(ctx, key, content.PreviewMime, int64(len(small)), bytes.NewReader(small)); err != nil {
		l.log.Warn("preview not kept; it is made again when asked for", "file_id", f.ID, "error", err)
	}
	return small, nil
}

// thumbnail is a preview that was just made.
type thumbnail struct{ *bytes.Reader }

// Close implements io.Closer.
func (thumbnail) Close() error { return nil }

// Link implements httpapi.Evidence. The link is good for whoever has it until
// ttl has passed (F-SE-03).
func (l *Locker) Link(ctx context.Context, f incident.File, ttl time.Duration, attachment bool) (string, error) {
	return l.store.Presign(ctx, f.Key, ttl, object.Presentation{
		Mime:        f.Mime,
		Disposition: disposition(f.Filename, attachment),
	})
}

// disposition writes a Content-Disposition (RFC 6266); a name that is not ASCII
// goes into filename* (RFC 5987).
func disposition(filename string, attachment bool) string {
	kind := "inline"
	if attachment {
		kind = "attachment"
	}
	if d := mime.FormatMediaType(kind, map[string]string{"filename": filename}); d != "" {
		return d
	}
	return kind
}
