package content

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"taskreporter/incident"
	"taskreporter/storage/content/contenttest"
)

func preview(t *testing.T, mime string, b []byte) image.Image {
	t.Helper()
	small, err := NewPreviewer().Preview(t.Context(), mime, bytes.NewReader(b))
	if err != nil {
		t.Fatalf("no preview: %v", err)
	}
	m, err := jpeg.Decode(bytes.NewReader(small))
	if err != nil {
		t.Fatalf("the preview is no JPEG: %v", err)
	}
	if bytes.Contains(small, []byte("Exif")) || bytes.Contains(small, []byte("GPS")) {
		t.Error("the preview carries metadata")
	}
	return m
}

// wantCorners compares the middles of the four quarters.
func wantCorners(t *testing.T, m image.Image, want [4]color.RGBA) {
	t.Helper()
	b := m.Bounds()
	for i, c := range want {
		x, y := b.Dx()/4+i%2*b.Dx()/2, b.Dy()/4+i/2*b.Dy()/2
		r, g, bl, _ := m.At(x, y).RGBA()
		if far(r, c.R) || far(g, c.G) || far(bl, c.B) {
			t.Errorf("corner %d at (%d,%d) is (%d,%d,%d), want %v", i, x, y, r>>8, g>>8, bl>>8, c)
		}
	}
}

func far(got uint32, want uint8) bool {
	d := int(got>>8) - int(want)
	return d < -40 || d > 40
}

// F-UP-30: upright whatever way the phone was held, and without its place.
func TestPreviewIsUprightAndCarriesNoMetadata(t *testing.T) {
	t.Parallel()
	jpg := jpegOf(corners(120, 80))
	// Which stored corner is shown where, by the Exif standard.
	for o, want := range map[int][4]color.RGBA{
		1: {red, green, blue, gray},
		2: {green, red, gray, blue},
		3: {gray, blue, green, red},
		4: {blue, gray, red, green},
		5: {red, blue, green, gray},
		6: {blue, red, gray, green},
		7: {gray, green, blue, red},
		8: {green, gray, red, blue},
	} {
		for _, b := range [][]byte{byPhone(jpg, o), withSegments(jpg, exif(binary.LittleEndian, o))} {
			if !bytes.Contains(b, []byte(gpsMark)) {
				t.Fatal("the sample has no place to strip")
			}
			m := preview(t, "image/jpeg", b)
			size := image.Pt(120, 80)
			if o >= 5 {
				size = image.Pt(80, 120)
			}
			if m.Bounds().Size() != size {
				t.Errorf("orientation %d: %v, want %v", o, m.Bounds().Size(), size)
			}
			wantCorners(t, m, want)
		}
	}
}

// F-UP-30
func TestPreviewFitsItsSquare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want image.Point }{
		{image.Pt(1000, 750), image.Pt(480, 360)},
		{image.Pt(300, 1000), image.Pt(144, 480)},
		{image.Pt(481, 10), image.Pt(480, 9)},
		{image.Pt(5000, 2), image.Pt(480, 1)},
		{image.Pt(480, 480), image.Pt(480, 480)},
		{image.Pt(20, 10), image.Pt(20, 10)}, // never enlarged
		{image.Pt(1, 1), image.Pt(1, 1)},
	} {
		if got := preview(t, "image/png", pngOf(image.NewGray(image.Rectangle{Max: c.in}))).Bounds().Size(); got != c.want {
			t.Errorf("%v became %v, want %v", c.in, got, c.want)
		}
	}
}

func TestPreviewOfATurnedPictureFitsToo(t *testing.T) {
	t.Parallel()
	if got := preview(t, "image/jpeg", phonePhoto(corners(600, 400), 6)).Bounds().Size(); got != image.Pt(320, 480) {
		t.Errorf("became %v, want 320×480", got)
	}
}

func TestPreviewOfEveryPictureKind(t *testing.T) {
	t.Parallel()
	m := corners(240, 160)
	four := [4]color.RGBA{red, green, blue, gray}
	wantCorners(t, preview(t, "image/png", pngOf(m)), four)
	wantCorners(t, preview(t, "image/png", animatedPNG(m)), four)
	wantCorners(t, preview(t, "image/gif", gifOf(m)), four)

	clear := image.NewNRGBA(image.Rect(0, 0, 240, 160))
	white := color.RGBA{255, 255, 255, 255}
	wantCorners(t, preview(t, "image/png", pngOf(clear)), [4]color.RGBA{white, white, white, white})
}

// Only the first frame is decoded: what follows it may be anything.
func TestPreviewOfAGIFIsItsFirstFrame(t *testing.T) {
	t.Parallel()
	other := image.NewRGBA(image.Rect(0, 0, 240, 160))
	b := gifOf(corners(240, 160), other, other)
	first := len(gifOf(corners(240, 160)))
	four := [4]color.RGBA{red, green, blue, gray}
	wantCorners(t, preview(t, "image/gif", b), four)
	wantCorners(t, preview(t, "image/gif", join(b[:first+30], noise(1000))), four)
}

// F-UP-30
func TestPreviewRefusesWhatItCannotDecode(t *testing.T) {
	t.Parallel()
	p := NewPreviewer()
	jpg := jpegOf(corners(640, 480))
	for _, c := range []struct {
		what, mime string
		data       []byte
		want       incident.Kind
	}{
		{"noise", "image/jpeg", noise(1000), incident.FileRefused},
		{"cut JPEG", "image/jpeg", jpg[:len(jpg)/2], incident.FileRefused},
		{"nothing", "image/gif", nil, incident.FileRefused},
		{"other kind", "image/png", jpg, incident.FileRefused},
		{"PDF", "application/pdf", pdf, incident.FileRefused},
		{"log", "text/plain", []byte(logText), incident.FileRefused},
	} {
		if _, err := p.Preview(t.Context(), c.mime, bytes.NewReader(c.data)); incident.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.what, err, c.want)
		}
	}
	broken := incident.E(incident.StoreDown, "test", "The store is away.")
	src := struct {
		io.Reader
		io.Seeker
	}{io.MultiReader(bytes.NewReader(jpg[:1000]), iotest.ErrReader(broken)), bytes.NewReader(nil)}
	if _, err := p.Preview(t.Context(), "image/jpeg", src); incident.KindOf(err) != incident.StoreDown {
		t.Errorf("a failing source: %v, want its own error", err)
	}
}

// F-UP-30: decoded, the 49 KB would be 400 MB. Not parallel: it counts what the
// process allocates.
func TestPreviewDoesNotDecodeABomb(t *testing.T) {
	p, bomb := NewPreviewer(), pngBomb()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := p.Preview(t.Context(), "image/png", bytes.NewReader(bomb))
	runtime.ReadMemStats(&after)
	if incident.KindOf(err) != incident.ImageTooLarge {
		t.Errorf("%v, want image_too_large", err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes were allocated, want less than 1 MiB", got)
	}
}

// A decoder that panics on hostile bytes takes nothing with it.
func TestDecoderPanicIsARefusal(t *testing.T) {
	t.Parallel()
	f := formats["image/png"]
	f.decode = func(io.Reader) (image.Image, error) { panic("index out of range") }
	if _, _, err := f.open(bytes.NewReader(pngOf(corners(8, 8)))); incident.KindOf(err) != incident.FileRefused {
		t.Errorf("decode: %v, want file_type_refused", err)
	}
	f.config = func(io.Reader) (image.Config, error) { panic("index out of range") }
	p := &picture{format: f}
	if _, _, err := p.read(strings.NewReader("x")); incident.KindOf(err) != incident.FileRefused {
		t.Errorf("config: %v, want file_type_refused", err)
	}
}

// held is a source that says when it is read and waits to be let go.
type held struct {
	*bytes.Reader
	reading chan<- struct{}
	release <-chan struct{}
	once    sync.Once
	now     *atomic.Int32
	most    *atomic.Int32
}

func (h *held) Read(p []byte) (int, error) {
	h.once.Do(func() {
		n := h.now.Add(1)
		for m := h.most.Load(); n > m && !h.most.CompareAndSwap(m, n); m = h.most.Load() {
		}
		h.reading <- struct{}{}
		<-h.release
		h.now.Add(-1)
	})
	return h.Reader.Read(p)
}

// F-UP-30: two decodes at a time, a bounded queue, and Busy beyond it.
func TestFewPreviewsAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	p := NewPreviewer()
	b := jpegOf(corners(16, 16))
	const all = decodesAtOnce + decodesWaiting
	reading, release := make(chan struct{}, all), make(chan struct{})
	var now, most, failed atomic.Int32
	var callers sync.WaitGroup
	call := func() {
		callers.Go(func() {
			src := &held{Reader: bytes.NewReader(b), reading: reading, release: release, now: &now, most: &most}
			if _, err := p.Preview(t.Context(), "image/jpeg", src); err != nil {
				t.Errorf("queued preview: %v", err)
				failed.Add(1)
			}
		})
	}
	for range decodesAtOnce {
		call()
		<-reading
	}
	for range decodesWaiting {
		call()
	}
	for p.waiting.Load() < decodesWaiting {
		runtime.Gosched()
	}
	if _, err := p.Preview(t.Context(), "image/jpeg", bytes.NewReader(b)); incident.KindOf(err) != incident.Busy {
		t.Errorf("one more than the queue holds: %v, want busy", err)
	}
	close(release)
	callers.Wait()
	if got := most.Load(); got != decodesAtOnce {
		t.Errorf("%d were decoded at once, want %d", got, decodesAtOnce)
	}
	if _, err := p.Preview(t.Context(), "image/jpeg", bytes.NewReader(b)); err != nil {
		t.Errorf("after the rush: %v", err)
	}
}

func TestWaitingForAPreviewEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p := NewPreviewer()
	for range decodesAtOnce {
		p.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Preview(ctx, "image/jpeg", bytes.NewReader(jpegOf(corners(8, 8))))
	if incident.KindOf(err) != incident.Busy || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want busy because the caller left", err)
	}
	if p.waiting.Load() != 0 {
		t.Error("the caller still counts as waiting")
	}
}

// BenchmarkPreview makes the preview of a 12-megapixel photo.
func BenchmarkPreview(b *testing.B) {
	photo := phonePhoto(corners(4000, 3000), 6)
	p := NewPreviewer()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Preview(b.Context(), "image/jpeg", bytes.NewReader(photo)); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzPreview: of whatever bytes, there is a small JPEG without metadata or a refusal
// that its reader can do something about.
func FuzzPreview(f *testing.F) {
	mimes := []string{"image/jpeg", "image/png", "image/gif"}
	for _, s := range contenttest.Corpus() {
		if len(s.Data) > 4000 {
			continue
		}
		for i := range mimes {
			f.Add(uint8(i), s.Data)
		}
	}
	p := NewPreviewer()
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err == nil && c.Width*c.Height > 1<<20 {
			return // right, but slow
		}
		made, err := p.Preview(t.Context(), mimes[int(kind)%len(mimes)], bytes.NewReader(b))
		if err != nil {
			if k := incident.KindOf(err); k != incident.FileRefused && k != incident.ImageTooLarge || incident.DetailOf(err) == "" {
				t.Errorf("refused by %v", err)
			}
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(made))
		if err != nil || c.Width < 1 || c.Height < 1 || max(c.Width, c.Height) > 480 {
			t.Errorf("a preview of %d×%d: %v", c.Width, c.Height, err)
		}
		if bytes.Contains(made, []byte("Exif\x00")) {
			t.Error("a preview with metadata")
		}
	})
}
