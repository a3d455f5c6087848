package intake

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"time"

	"taskreporter/incident"
)

// bufferSize is what a chunk is read through; parts stream from there.
const bufferSize = 4 << 10

// writer stores one chunk as parts.
type writer struct {
	*Intake
	up      incident.Upload
	chunk   incident.Chunk
	taken   int64           // bytes of the chunk
	any     bool            // at least one byte came
	pending []incident.Part // under a checksum: not recorded yet
	broken  error           // why the chunk ended early
}

// write returns the upload with what was recorded of the chunk.
func (w *writer) write(ctx context.Context) (incident.Upload, error) {
	// What was read is stored although the line may be gone by then.
	ctx = context.WithoutCancel(ctx)
	body := w.chunk.Body
	if w.chunk.Sum != nil {
		body = io.TeeReader(body, w.chunk.Sum)
	}
	src := bufio.NewReaderSize(body, bufferSize)
	again := w.up.Whole() // all has arrived: the last byte, once more
	err := w.parts(ctx, src, again)
	if err == nil && w.broken == nil {
		err = w.atEnd(src, again)
	}
	if w.chunk.Sum != nil {
		err = w.settle(ctx, err)
	}
	if err == nil && w.broken != nil {
		err = w.broken
	}
	return w.up, err
}

func (w *writer) parts(ctx context.Context, src *bufio.Reader, again bool) error {
	for missing := w.up.Size - w.up.Received(); w.broken == nil && (missing > 0 || again); {
		if !w.more(src) {
			return nil
		}
		w.any = true
		if again {
			_, err := src.Discard(1)
			return err
		}
		size := min(missing, w.room())
		if w.chunk.Length >= 0 {
			size = min(size, w.chunk.Length-w.taken)
		}
		if size <= 0 {
			return nil // more than was announced: atEnd says so
		}
		part, err := w.part(ctx, src, size)
		if err != nil {
			return err
		}
		w.taken += part.Size
		missing -= part.Size
	}
	return nil
}

// room is how large the next part may be. Where the last one was small because the
// line broke, so is the next, and then they grow again.
func (w *writer) room() int64 {
	parts := w.pending
	if len(parts) == 0 {
		parts = w.up.Parts
	}
	if len(parts) == 0 {
		return PartSize
	}
	return min(PartSize, max(firstAgain, 2*parts[len(parts)-1].Size))
}

// sum is the checksum of what has come of the file.
func (w *writer) sum() uint32 {
	if n := len(w.pending); n > 0 {
		return w.pending[n-1].Sum
	}
	return w.up.Sum()
}

// more waits for another byte. A line that broke is kept in mind until what it has
// brought is stored.
func (w *writer) more(src *bufio.Reader) bool {
	_, w.broken = src.Peek(1)
	if w.broken == io.EOF {
		w.broken = nil
		return false
	}
	return w.broken == nil
}

// part stores the next piece and records it.
func (w *writer) part(ctx context.Context, src io.Reader, size int64) (incident.Part, error) {
	if len(w.up.Parts)+len(w.pending) >= maxParts {
		return incident.Part{}, incident.E(incident.Invalid, "append to upload", "The file came in more than %d pieces. End this upload and send the file in larger ones, of a megabyte or more.", maxParts)
	}
	p := &piece{r: src, left: size, sum: w.sum(), until: w.now().Add(partTime), now: w.now}
	put := w.stage(partSeconds)
	part, err := w.bytes.PutPart(ctx, w.up, size, p)
	put()
	if err != nil {
		return part, err
	}
	step("part stored")
	part.Size, part.Sum, w.broken = p.got, p.sum, p.err
	if w.chunk.Sum != nil {
		w.pending = append(w.pending, part)
		return part, nil
	}
	return part, w.add(ctx, part)
}

func (w *writer) add(ctx context.Context, parts ...incident.Part) error {
	up, err := w.records.AddParts(ctx, w.up, w.now(), parts...)
	if err == nil {
		w.up = up
		step("part recorded")
		return nil
	}
	w.drop(ctx, parts)
	return err
}

// settle records what came under a checksum, if it is right.
func (w *writer) settle(ctx context.Context, err error) error {
	switch {
	case err != nil:
	case w.broken != nil:
		err = w.broken
	case !bytes.Equal(w.chunk.Sum.Sum(nil), w.chunk.Want):
		err = incident.E(incident.ChecksumMismatch, "append to upload", "The chunk was damaged on its way: its checksum differs. Send it again from byte %d.", w.chunk.Offset)
	case len(w.pending) > 0:
		return w.add(ctx, w.pending...)
	}
	if err != nil {
		w.drop(ctx, w.pending)
		w.any = false
	}
	return err
}

func (w *writer) drop(ctx context.Context, parts []incident.Part) {
	for _, p := range parts {
		if err := w.bytes.DropPart(ctx, p); err != nil {
			w.log.Warn("part left for later", "room_id", string(w.up.RoomID), "file_id", string(w.up.FileID), "err", err)
		}
	}
}

// atEnd makes sure that nothing follows what was wanted.
func (w *writer) atEnd(src *bufio.Reader, again bool) error {
	if !again && !w.up.Whole() && w.chunk.Length < 0 {
		return nil
	}
	if _, err := src.Peek(1); err == nil {
		return incident.E(incident.FileTooLarge, "append to upload", "More bytes came than the file has. What was missing of it is stored.")
	}
	return nil
}

// piece reads one part. The store is told a size before the first byte; when the
// line breaks or is too slow, what is missing is made up, so that what has come is
// kept: only got bytes of it count.
type piece struct {
	r     io.Reader
	left  int64
	got   int64
	sum   uint32 // of the file up to there
	ended bool
	err   error // of r
	until time.Time
	now   func() time.Time
}

// Read implements io.Reader.
func (p *piece) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	b = b[:min(int64(len(b)), p.left)]
	if !p.ended && p.got > 0 && p.now().After(p.until) {
		p.ended = true
	}
	if p.ended {
		clear(b)
		p.left -= int64(len(b))
		return len(b), nil
	}
	n, err := p.r.Read(b)
	p.got += int64(n)
	p.sum = incident.AddSum(p.sum, b[:n])
	p.left -= int64(n)
	if err != nil {
		p.ended = true
		if err != io.EOF {
			p.err = err
		}
	}
	return n, nil
}
