package content

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"taskreporter/incident"
)

// format is a kind of picture.
type format struct {
	name   string // for people
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// Names of pictures, for people.
const (
	nameJPEG = "a JPEG picture"
	namePNG  = "a PNG picture"
	nameGIF  = "a GIF picture"
)

// formats by their MIME type. Only a GIF's first frame is ever decoded.
var formats = map[string]format{
	"image/jpeg": {nameJPEG, jpeg.DecodeConfig, jpeg.Decode},
	"image/png":  {namePNG, png.DecodeConfig, png.Decode},
	"image/gif":  {nameGIF, gifConfig, gif.Decode},
}

// gifConfig goes on to the first frame, which must be there and inside of the
// picture: a GIF's header alone says too little of what follows.
func gifConfig(src io.Reader) (image.Config, error) {
	r := bufio.NewReader(src)
	c, err := gif.DecodeConfig(r)
	for err == nil {
		var introducer byte
		switch introducer, err = r.ReadByte(); {
		case err != nil:
		case introducer == ',':
			return c, checkFrame(r, c)
		case introducer == '!':
			err = skipExtension(r)
		default:
			err = fmt.Errorf("GIF block %#x where a frame should be", introducer)
		}
	}
	return c, err
}

func checkFrame(r io.Reader, c image.Config) error {
	var at struct{ X, Y, Width, Height uint16 }
	if err := binary.Read(r, binary.LittleEndian, &at); err != nil {
		return err
	}
	if at.Width == 0 || at.Height == 0 || int(at.X)+int(at.Width) > c.Width || int(at.Y)+int(at.Height) > c.Height {
		return fmt.Errorf("GIF frame %+v of a picture of %d×%d", at, c.Width, c.Height)
	}
	return nil
}

func skipExtension(r *bufio.Reader) error {
	_, err := r.ReadByte() // its label
	for err == nil {
		var n byte
		if n, err = r.ReadByte(); n == 0 || err != nil {
			break
		}
		_, err = r.Discard(int(n))
	}
	return err
}

// passing judges what its first bytes told enough of.
type passing struct{}

func letPass(incident.FileType, int64, []byte) judge { return passing{} }

func (passing) write([]byte) error { return nil }
func (passing) end() error         { return nil }
func (passing) bounds() (int, int) { return 0, 0 }
func (passing) close()             {}

// picture reads the bounds, wherever in the file they are: a camera may put
// hundreds of kilobytes before them. The standard library wants to pull, the
// upload pushes, so a goroutine stands between them until the bounds are known
// or the judge is closed.
type picture struct {
	format
	pipe   *io.PipeWriter
	done   chan struct{}
	width  int
	height int
	err    error
}

var errBoundsKnown = errors.New("the bounds are known")

func readBounds(t incident.FileType, _ int64, _ []byte) judge {
	r, w := io.Pipe()
	p := &picture{format: formats[t.Mime], pipe: w, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.width, p.height, p.err = p.read(r)
		_ = r.CloseWithError(errBoundsKnown)
	}()
	return p
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
	_ = p.pipe.CloseWithError(io.ErrUnexpectedEOF)
	<-p.done
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
