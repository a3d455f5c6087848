package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"taskreporter/incident"
	"taskreporter/storage/content/contenttest"
)

// inspect reads b as the file name, through a reader that cuts it into pieces.
func inspect(t testing.TB, name string, b []byte, cut func(io.Reader) io.Reader) (Finding, []byte, error) {
	t.Helper()
	kind, ok := incident.TypeOf(name)
	if !ok {
		t.Fatalf("%s is not on the allow-list", name)
	}
	in := Inspect(kind, int64(len(b)), cut(bytes.NewReader(b)))
	defer in.Close()
	passed, err := io.ReadAll(in)
	if err != nil {
		return Finding{}, passed, err
	}
	return in.Finding(), passed, nil
}

// cuts are the ways in which bytes may arrive.
var cuts = map[string]func(io.Reader) io.Reader{
	"whole":       func(r io.Reader) io.Reader { return r },
	"one by one":  iotest.OneByteReader,
	"by halves":   iotest.HalfReader,
	"end at once": iotest.DataErrReader,
}

// F-UP-06–14, F-UP-19, F-UP-29, F-UP-30: what a file is decides what becomes of it,
// however its bytes arrive; what is accepted passes unchanged and is measured, and
// a refusal says what to do.
func TestCorpus(t *testing.T) {
	t.Parallel()
	corpus := contenttest.Corpus()
	if len(corpus) < 80 {
		t.Errorf("the corpus has %d files, want 80 at least", len(corpus))
	}
	known := map[string]bool{}
	for _, s := range corpus {
		if known[s.What] || known[s.Name] {
			t.Errorf("%s, %s: there are two of it", s.What, s.Name)
		}
		known[s.What], known[s.Name] = true, true
		if !s.Judged() {
			if s.Refused == "" {
				t.Errorf("%s: its name or size refuses it", s.What)
			}
			continue
		}
		t.Run(s.What, func(t *testing.T) {
			t.Parallel()
			for how, cut := range cuts {
				if s.Refused == "" {
					passes(t, s, how, cut)
				} else {
					isRefused(t, s, how, cut)
				}
			}
		})
	}
}

func passes(t *testing.T, s contenttest.Specimen, how string, cut func(io.Reader) io.Reader) {
	t.Helper()
	if kind, _ := incident.TypeOf(s.Name); kind.Kind != s.Kind || kind.Mime != s.Mime {
		t.Fatalf("recorded as %s %s, want %s %s", kind.Kind, kind.Mime, s.Kind, s.Mime)
	}
	f, passed, err := inspect(t, s.Name, s.Data, cut)
	if err != nil {
		t.Fatalf("%s: refused: %v", how, err)
	}
	if !bytes.Equal(passed, s.Data) {
		t.Errorf("%s: %d bytes became %d others", how, len(s.Data), len(passed))
	}
	if f.Size != int64(len(s.Data)) || f.SHA256 != sha256.Sum256(s.Data) {
		t.Errorf("%s: size %d and digest %x are not the file's", how, f.Size, f.SHA256)
	}
	if (s.Kind == incident.Image) != (f.Width > 0 && f.Height > 0) {
		t.Errorf("%s: bounds %d×%d", how, f.Width, f.Height)
	}
}

func isRefused(t *testing.T, s contenttest.Specimen, how string, cut func(io.Reader) io.Reader) {
	t.Helper()
	_, passed, err := inspect(t, s.Name, s.Data, cut)
	if incident.KindOf(err) != s.Refused {
		t.Fatalf("%s: %v, want %s", how, err, s.Refused)
	}
	if text := strings.ToLower(incident.DetailOf(err)); !strings.Contains(text, "send") && !strings.Contains(text, "choose") {
		t.Errorf("%s: %q does not say what to do", how, text)
	}
	if how == "end at once" && len(s.Data) > 0 && len(passed) == len(s.Data) {
		t.Errorf("%s: all bytes were let through", how)
	}
}

// A refusal names what came, and what to do with it.
func TestRefusalsNameWhatCame(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"p.jpg": "a Windows program", "docx.pdf": "Office document", "gz.log": "Unpack it", "png.jpg": "a PNG picture. Send it under a name",
		"html.txt": "a web page", "sh.log": "a script", "text.pdf": "text/plain", "tar.log": "a tar archive",
	} {
		i := slices.IndexFunc(contenttest.Corpus(), func(s contenttest.Specimen) bool { return s.Name == name })
		_, _, err := inspect(t, name, contenttest.Corpus()[i].Data, cuts["whole"])
		if text := incident.DetailOf(err); !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %q", name, text, want)
		}
	}
}

// F-UP-30: a picture that would fill the memory is refused by its header, before
// the rest of it is read.
func TestPictureBombsAreRefusedByTheirHeader(t *testing.T) {
	t.Parallel()
	bomb := pngBomb()
	if len(bomb) < 40_000 || len(bomb) > 60_000 {
		t.Fatalf("the bomb has %d bytes, want about 49 KB", len(bomb))
	}
	wideGIF := gifOf(corners(4, 4))
	binary.LittleEndian.PutUint16(wideGIF[6:], 40_000)
	binary.LittleEndian.PutUint16(wideGIF[8:], 40_000)
	tallJPEG := jpegOf(corners(16, 16))
	sof := bytes.Index(tallJPEG, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(tallJPEG[sof+5:], 65_000)
	binary.BigEndian.PutUint16(tallJPEG[sof+7:], 65_000)
	for name, data := range map[string][]byte{
		"a.png": bomb,
		"a.gif": join(wideGIF, make([]byte, 1<<20)),
		"a.jpg": join(tallJPEG, make([]byte, 1<<20)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, _ := incident.TypeOf(name)
			src := &counting{r: bytes.NewReader(data)}
			in := Inspect(kind, int64(len(data)), src)
			defer in.Close()
			_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, in, make([]byte, 1024))
			if incident.KindOf(err) != incident.ImageTooLarge {
				t.Fatalf("%v, want image_too_large", err)
			}
			if src.n > 20<<10 {
				t.Errorf("%d bytes were read before the refusal", src.n)
			}
		})
	}
}

// F-UP-30
func TestBoundsAreThoseOfThePictureAsShown(t *testing.T) {
	t.Parallel()
	m := corners(64, 48)
	check := func(what, name string, b []byte, w, h int) {
		t.Helper()
		f, _, err := inspect(t, name, b, iotest.HalfReader)
		if err != nil || f.Width != w || f.Height != h {
			t.Errorf("%s: %d×%d, %v, want %d×%d", what, f.Width, f.Height, err, w, h)
		}
	}
	jpg := jpegOf(m)
	check("PNG", "a.png", pngOf(m), 64, 48)
	check("GIF", "a.gif", gifOf(m, m), 64, 48)
	check("JPEG without Exif", "a.jpg", jpegOf(m), 64, 48)
	check("PDF", "a.pdf", pdf, 0, 0)
	check("log", "a.log", []byte(logText), 0, 0)
	for o := 1; o <= 8; o++ {
		w, h := 64, 48
		if o >= 5 {
			w, h = h, w
		}
		check("phone", "a.jpg", byPhone(jpg, o), w, h)
		check("little-endian", "a.jpg", withSegments(jpg, segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")), exif(binary.LittleEndian, o)), w, h)
	}
	for _, o := range []int{0, 9, 65535} {
		check("impossible orientation", "a.jpg", byPhone(jpg, o), 64, 48)
	}
	whole := exif(binary.BigEndian, 6)
	for n := range len(whole) - 4 { // a damaged Exif is no reason to refuse
		cut := segment(0xe1, whole[4:4+n])
		f, _, err := inspect(t, "a.jpg", withSegments(jpg, cut), cuts["whole"])
		if err != nil || f.Width*f.Height != 64*48 {
			t.Errorf("Exif cut after %d bytes: %d×%d, %v", n, f.Width, f.Height, err)
		}
	}
}

// A file that was cut off on its way is not called a wrong one.
func TestShortUploadsAreNotJudged(t *testing.T) {
	t.Parallel()
	jpg := byPhone(jpegOf(corners(8, 8)), 1)
	for _, n := range []int{0, 1, 20, 100_000} {
		kind, _ := incident.TypeOf("a.jpg")
		in := Inspect(kind, int64(len(jpg)), bytes.NewReader(jpg[:n]))
		_, err := io.Copy(io.Discard, in)
		if incident.KindOf(err) != incident.UploadIncomplete {
			t.Errorf("%d of %d bytes: %v, want upload_incomplete", n, len(jpg), err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A source's own failure is not taken for a fault of the file.
func TestInspectorPassesOnTheErrorOfItsSource(t *testing.T) {
	t.Parallel()
	cut := errors.New("connection cut")
	for name, b := range map[string][]byte{"a.jpg": byPhone(jpegOf(corners(8, 8)), 1), "a.log": []byte(logText), "a.pdf": pdf} {
		for _, at := range []int{0, 1, len(b) / 2, len(b)} {
			kind, _ := incident.TypeOf(name)
			in := Inspect(kind, int64(len(b)), io.MultiReader(bytes.NewReader(b[:at]), iotest.ErrReader(cut)))
			for range 2 { // and it stays failed
				if _, err := io.Copy(io.Discard, in); !errors.Is(err, cut) {
					t.Errorf("%s cut after %d bytes: %v, want the source's error", name, at, err)
				}
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A log full of controls is not read to its end.
func TestHopelessLogsAreRefusedEarly(t *testing.T) {
	t.Parallel()
	b := join([]byte(logText), noise(4<<20))
	src := &counting{r: bytes.NewReader(b)}
	kind, _ := incident.TypeOf("a.log")
	in := Inspect(kind, int64(len(b)), src)
	defer in.Close()
	if _, err := io.Copy(io.Discard, in); incident.KindOf(err) != incident.FileRefused {
		t.Fatalf("%v, want file_type_refused", err)
	}
	if src.n > len(b)/4 {
		t.Errorf("%d of %d bytes were read before the refusal", src.n, len(b))
	}
}

// FuzzInspect looks for bytes that crash the inspection, whose verdict depends on how
// they arrive, or that pass although their head is that of something else.
func FuzzInspect(f *testing.F) {
	for _, s := range contenttest.Corpus() {
		if len(s.Data) <= 4000 {
			f.Add(s.Name, s.Data)
		}
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		promised, ok := incident.TypeOf(name)
		if !ok {
			return
		}
		whole, passed, err := inspect(t, name, b, cuts["whole"])
		again, _, againErr := inspect(t, name, b, cuts["one by one"])
		if whole != again || incident.KindOf(err) != incident.KindOf(againErr) {
			t.Errorf("%s: whole %v %v, one by one %v %v", name, whole, err, again, againErr)
		}
		if err != nil {
			if kind := incident.KindOf(err); kind != incident.FileRefused && kind != incident.ImageTooLarge && kind != incident.EmptyFile {
				t.Errorf("%s: refused by %v", name, err)
			}
			return
		}
		if !bytes.Equal(passed, b) {
			t.Errorf("%s: %d bytes became %d others", name, len(b), len(passed))
		}
		b = bytes.Replace(b, []byte("GIF87a"), []byte("GIF89a"), 1) // the same to all that follows
		for _, magic := range refusedMagics {
			if bytes.HasPrefix(b, []byte(magic)) {
				t.Errorf("%s: %q passed as %s", name, magic, promised.Mime)
			}
		}
		for mime, magic := range map[string]string{"image/jpeg": "\xff\xd8\xff", "image/png": "\x89PNG", "image/gif": "GIF89a", "application/pdf": "%PDF-"} {
			if (promised.Mime == mime) != bytes.HasPrefix(b, []byte(magic)) {
				t.Errorf("%s begins with %q", name, b[:min(8, len(b))])
			}
		}
	})
}

// refusedMagics begin no file that is ever accepted.
var refusedMagics = []string{
	"MZ\x90\x00", "\x7fELF", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe", "\x00asm", "PK\x03\x04", "\x1f\x8b", "7z\xbc\xaf", "Rar!\x1a\x07",
	"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "#!", "<?php ", "<html>", "<!DOCTYPE ", "<svg ", "<script>", "\xff\xfe<\x00s\x00v\x00g\x00 \x00", "GIF89a/*",
}

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}
