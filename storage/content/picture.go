package content

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"taskreporter/incident"
)

// format is a kind of file that is known by its first bytes.
type format struct {
	name   string   // for people
	magics []string // one of them is at offset 0
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// formats by the MIME types of incident.TypeOf. What is not here is text. An
// animated PNG is a PNG, and only a GIF's first frame is ever decoded.
var formats = map[string]format{
	"image/jpeg":      {"a JPEG picture", []string{"\xff\xd8\xff"}, jpeg.DecodeConfig, jpeg.Decode},
	"image/png":       {"a PNG picture", []string{"\x89PNG\r\n\x1a\n"}, png.DecodeConfig, png.Decode},
	"image/gif":       {"a GIF picture", []string{"GIF87a", "GIF89a"}, gif.DecodeConfig, gif.Decode},
	"application/pdf": {"a PDF", []string{"%PDF-"}, nil, nil},
}

func (f format) judge() judge {
	if f.config == nil {
		return &magic{f}
	}
	return &picture{magic: magic{f}}
}

// magic judges by the first bytes alone.
type magic struct{ format }

func (m *magic) start(head []byte) error {
	for _, want := range m.magics {
		if bytes.HasPrefix(head, []byte(want)) {
			return nil
		}
	}
	return refuse(m.name, head)
}

func (m *magic) write([]byte) error { return nil }
func (m *magic) end() error         { return nil }
func (m *magic) bounds() (int, int) { return 0, 0 }
func (m *magic) close()             {}

// picture also reads the bounds, wherever in the file they are: a camera may put
// hundreds of kilobytes before them. The standard library wants to pull, the
// upload pushes, so a goroutine stands between them until the bounds are known
// or the judge is closed.
type picture struct {
	magic
	pipe   *io.PipeWriter
	done   chan struct{}
	width  int
	height int
	err    error
}

var errBoundsKnown = errors.New("the bounds are known")

func (p *picture) start(head []byte) error {
	if err := p.magic.start(head); err != nil {
		return err
	}
	r, w := io.Pipe()
	p.pipe, p.done = w, make(chan struct{})
	go func() {
		defer close(p.done)
		p.width, p.height, p.err = p.read(r)
		_ = r.CloseWithError(errBoundsKnown)
	}()
	return nil
}

// read takes from r what it needs to know the bounds.
func (p *picture) read(r io.Reader) (width, height int, err error) {
	defer recoverAs(&err, p.name)
	head := prefix{max: exifSpan}
	c, err := p.config(io.TeeReader(r, &head))
	if err != nil {
		return 0, 0, err
	}
	if turned(orientation(head.bytes)) {
		c.Width, c.Height = c.Height, c.Width
	}
	return c.Width, c.Height, nil
}

func (p *picture) write(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if _, err := p.pipe.Write(b); err != nil {
		return p.verdict()
	}
	return nil
}

func (p *picture) end() error {
	_ = p.pipe.Close()
	return p.verdict()
}

func (p *picture) verdict() error {
	<-p.done
	if p.err != nil {
		return unreadable(p.name, p.err)
	}
	return checkBounds(p.width, p.height)
}

func (p *picture) bounds() (int, int) { return p.width, p.height }

func (p *picture) close() {
	if p.pipe != nil {
		_ = p.pipe.CloseWithError(io.ErrUnexpectedEOF)
		<-p.done
	}
}

func unreadable(name string, err error) error {
	return incident.Wrap(incident.FileRefused, "content", err,
		"The file begins like "+name+" but is damaged or cut off. Open it on your device; if it shows, save it again and send that.")
}

func checkBounds(width, height int) error {
	if width <= 0 || height <= 0 {
		return unreadable("a picture", fmt.Errorf("bounds %d×%d", width, height))
	}
	if int64(width)*int64(height) > incident.MaxImagePixels {
		return incident.E(incident.ImageTooLarge, "content",
			"The picture has %d × %d pixels; at most %d million are accepted. Make it smaller and send it again.",
			width, height, incident.MaxImagePixels/1_000_000)
	}
	return nil
}

// prefix keeps the first max bytes written to it.
type prefix struct {
	max   int
	bytes []byte
}

func (p *prefix) Write(b []byte) (int, error) {
	p.bytes = append(p.bytes, b[:min(len(b), p.max-len(p.bytes))]...)
	return len(b), nil
}

// recoverAs turns a decoder's panic on hostile input into an error.
func recoverAs(err *error, name string) {
	if r := recover(); r != nil {
		*err = unreadable(name, fmt.Errorf("decoder panicked: %v", r))
	}
}
