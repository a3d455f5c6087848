package content

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"sync/atomic"

	"golang.org/x/image/draw"

	"taskreporter/incident"
)

// A preview is small enough for a bad connection and sharp enough for a list.
const (
	previewSide    = 480 // pixels of the longer side, at most
	previewQuality = 80
	// PreviewMime is the type of every preview.
	PreviewMime = "image/jpeg"
)

// A decode takes up to half a gigabyte for a picture of MaxImagePixels.
const (
	decodesAtOnce  = 2
	decodesWaiting = 32
)

// Previewer makes previews, few at a time. It is safe for concurrent use.
type Previewer struct {
	slots   chan struct{}
	waiting atomic.Int32
}

// NewPreviewer returns a Previewer with its own queue; a process needs one.
func NewPreviewer() *Previewer {
	return &Previewer{slots: make(chan struct{}, decodesAtOnce)}
}

// Preview returns a small JPEG of the picture in src, which is of type mime:
// upright, transparency on white, without any metadata. Errors: FileRefused or
// ImageTooLarge when src cannot be decoded, Busy when too many wait or ctx ends
// first; a failing src's own.
func (p *Previewer) Preview(ctx context.Context, mime string, src io.ReadSeeker) ([]byte, error) {
	f, ok := formats[mime]
	if !ok || f.decode == nil {
		return nil, incident.E(incident.FileRefused, "content.Preview", "There are previews of pictures only.")
	}
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	defer func() { <-p.slots }()
	failing := &failure{ReadSeeker: src}
	img, turn, err := f.open(failing)
	if failing.err != nil {
		return nil, failing.err
	}
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, orient(shrink(img), turn), &jpeg.Options{Quality: previewQuality}); err != nil {
		return nil, incident.Wrap(incident.Internal, "content.Preview", err, "The preview could not be made.")
	}
	return out.Bytes(), nil
}

// enter waits for one of the few slots.
func (p *Previewer) enter(ctx context.Context) error {
	const text = "Too many previews are being made. Ask again in a few seconds."
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > decodesWaiting {
		return incident.E(incident.Busy, "content.Preview", text)
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return incident.Wrap(incident.Busy, "content.Preview", context.Cause(ctx), text)
	}
}

// open decodes a picture whose bounds are allowed.
func (f format) open(src io.ReadSeeker) (img image.Image, turn int, err error) {
	defer recoverAs(&err, f.name)
	r := bufio.NewReaderSize(src, exifSpan)
	head, _ := r.Peek(exifSpan) // shorter at the end of a small file
	turn = orientation(head)
	c, err := f.config(r)
	if err != nil {
		return nil, 0, unreadable(f.name, err)
	}
	if err := checkBounds(c.Width, c.Height); err != nil {
		return nil, 0, err
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("rewind: %w", err)
	}
	r.Reset(src)
	if img, err = f.decode(r); err != nil {
		return nil, 0, unreadable(f.name, err)
	}
	return img, turn, nil
}

// shrink returns img on white, its longer side at most previewSide.
func shrink(img image.Image) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if side := max(w, h); side > previewSide {
		w, h = max(1, w*previewSide/side), max(1, h*previewSide/side)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(dst, dst.Rect, img, b, draw.Over, nil)
	return dst
}

// failure remembers a source's own error, which decoders hide among theirs.
type failure struct {
	io.ReadSeeker
	err error
}

func (f *failure) Read(p []byte) (int, error) {
	n, err := f.ReadSeeker.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
