package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"taskreporter/incident"
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

type sample struct {
	what string
	name string // the file's
	data []byte
}

// F-UP-06, F-UP-08–11, F-UP-29: real files pass unchanged and are measured.
func TestRealFilesPassUnchanged(t *testing.T) {
	t.Parallel()
	m := corners(64, 48)
	for _, s := range []sample{
		{"JPEG", "a.jpg", jpegOf(m)},
		{"JPEG, capital extension", "A.JPEG", jpegOf(m)},
		{"photo of a phone", "a.jpg", phonePhoto(m, 6)},
		{"JPEG with bytes after its end", "a.jpg", join(jpegOf(m), noise(1000))},
		{"gray JPEG", "a.jpg", jpegOf(image.NewGray(m.Rect))},
		{"PNG", "a.png", pngOf(m)},
		{"animated PNG", "a.png", animatedPNG(m)},
		{"16-bit PNG", "a.png", pngOf(image.NewNRGBA64(m.Rect))},
		{"PNG with a palette", "a.png", pngOf(image.NewPaletted(m.Rect, color.Palette{red, green}))},
		{"GIF", "a.gif", gifOf(m)},
		{"animated GIF", "a.gif", gifOf(m, m, m)},
		{"largest picture", "a.png", join([]byte(pngMagic), header(8000, 5000, 8, 0), chunk("IEND", nil))},
		{"PDF", "a.pdf", pdf},
		{"UTF-8 log", "a.log", []byte(logText)},
		{"UTF-8 log with a mark", "a.txt", []byte("\ufeff" + logText)},
		{"UTF-16 log, little-endian, with a mark", "a.log", utf16(unicode.LittleEndian, unicode.UseBOM, logText)},
		{"UTF-16 log, big-endian, with a mark", "a.log", utf16(unicode.BigEndian, unicode.UseBOM, logText)},
		{"UTF-16 log, little-endian", "a.log", utf16(unicode.LittleEndian, unicode.IgnoreBOM, logText)},
		{"UTF-16 log, big-endian", "a.log", utf16(unicode.BigEndian, unicode.IgnoreBOM, logText)},
		{"UTF-16 log whose low bytes are controls", "a.log", utf16(unicode.LittleEndian, unicode.IgnoreBOM, strings.Repeat("08:15:02 速度 期限 世\r\n", 200))},
		{"UTF-16 log with a rare character", "a.log", utf16(unicode.LittleEndian, unicode.UseBOM, strings.Repeat("𠮷野家\n", 50))},
		{"UTF-16 log that ends in half a character", "a.log", utf16(unicode.LittleEndian, unicode.UseBOM, logText)[:1001]},
		{"Big5 log", "a.log", big5()},
		{"GBK log", "a.log", gbk()},
		{"Shift-JIS log", "a.log", shiftJIS()},
		{"log framed by STX and ETX", "a.log", framed()},
		{"log padded with NUL", "a.log", padded("08:15:02 TEMP 215.3")},
		{"log of the machine MZ-300", "a.log", []byte("MZ-300 TEMP 215.3\r\nMZ-300 STOP\r\n")},
		{"log padded with NUL, in Big5", "a.log", padded(string(encoded(traditionalchinese.Big5, "操作待主")))},
		{"long log of the machine MZ-300", "a.log", []byte(strings.Repeat("MZ-300 TEMP 215.3\r\n", 500))},
		{"log of the machine MZ-300, padded with NUL", "a.log", padded("MZ-300")},
		{"preallocated log", "a.log", preallocated()},
		{"log with colors", "a.log", []byte(strings.Repeat("\x1b[31mERROR\x1b[0m stop\n", 50))},
		{"DOS log with its end mark", "a.txt", []byte("ready\r\n\x1a")},
		{"log with one bell", "a.txt", []byte("alarm\a\r\n")},
		{"shortest log", "a.txt", []byte("8")},
		{"JSON lines", "a.log", []byte("{\"t\":215.3}\n{\"t\":216.0}\n")},
		{"XML log", "a.log", []byte("<?xml version=\"1.0\"?>\n<events><event t=\"215.3\"/></events>\n")},
		{"log of angle brackets", "a.log", []byte("<134>1 2026-03-02T08:15:02Z m300 - -\n<header> <imgproc> <table1>\n")},
		{"log of headers", "a.log", []byte("<Header v=1> temp\n")},
		{"log that quotes HTML", "a.log", []byte("GET / returned <html><script>\n")},
		{"CSV", "a.csv", []byte("time,temp\r\n08:15:02,215.3\r\n")},
		{"CSV with semicolons", "a.csv", []byte("time;temp\r\n08:15:02;215,3\r\n")},
		{"CSV of one column", "a.csv", []byte("215.3\r\n216.0\r\n")},
		{"CSV as Excel writes it", "a.csv", []byte("\ufeff時間,溫度\r\n08:15:02,215.3\r\n")},
	} {
		t.Run(s.what, func(t *testing.T) {
			t.Parallel()
			for how, cut := range cuts {
				f, passed, err := inspect(t, s.name, s.data, cut)
				if err != nil {
					t.Fatalf("%s: refused: %v", how, err)
				}
				if !bytes.Equal(passed, s.data) {
					t.Errorf("%s: %d bytes became %d others", how, len(s.data), len(passed))
				}
				if f.Size != int64(len(s.data)) || f.SHA256 != sha256.Sum256(s.data) {
					t.Errorf("%s: size %d and digest %x are not the file's", how, f.Size, f.SHA256)
				}
			}
		})
	}
}

// F-UP-06, F-UP-13: what a file is not, its name does not make it.
func TestDisguisedFilesAreRefused(t *testing.T) {
	t.Parallel()
	jpg, png := jpegOf(corners(64, 48)), pngOf(corners(64, 48))
	for _, s := range []sample{
		{"program as a picture", "a.jpg", program(5000)},
		{"program as a PNG", "a.png", program(5000)},
		{"program as a PDF", "a.pdf", program(5000)},
		{"program as a log", "a.log", program(5000)},
		{"short program as a log", "a.txt", program(0)[:64]},
		{"program that begins like a machine's log", "a.log", sneakyProgram()},
		{"ELF as a log", "a.log", elf()},
		{"ELF as a picture", "a.gif", elf()},
		{"script as a log", "a.log", []byte("#!/bin/sh\nrm -rf /\n")},
		{"script after a mark", "a.txt", []byte("\ufeff#!/bin/sh\n")},
		{"script in UTF-16", "a.txt", utf16(unicode.LittleEndian, unicode.UseBOM, "#!/bin/sh\n")},
		{"PHP as a log", "a.log", []byte("<?php system($_GET['c']);")},
		{"HTML as text", "a.txt", page},
		{"HTML after white space", "a.txt", join([]byte("\r\n \t\f"), page)},
		{"HTML after a mark", "a.csv", join([]byte("\ufeff  "), page)},
		{"HTML in UTF-16", "a.txt", utf16(unicode.LittleEndian, unicode.UseBOM, string(page))},
		{"HTML in UTF-16 without a mark", "a.txt", utf16(unicode.BigEndian, unicode.IgnoreBOM, string(page))},
		{"HTML in UTF-16, the other order, without a mark", "a.txt", utf16(unicode.LittleEndian, unicode.IgnoreBOM, string(page))},
		{"HTML without a head", "a.txt", []byte("<SCRIPT>alert(1)</SCRIPT>")},
		{"HTML behind a comment", "a.txt", []byte("<!-- x --><img src=x onerror=alert(1)>")},
		{"HTML as a picture", "a.gif", page},
		{"HTML as a PDF", "a.pdf", page},
		{"SVG as text", "a.txt", svg},
		{"SVG as a PNG", "a.png", svg},
		{"SVG behind an XML head", "a.log", join([]byte("<?xml version=\"1.0\"?>\n<!-- x -->\n"), svg)},
		{"zip as a log", "a.log", docx()},
		{"zip as a PDF", "a.pdf", docx()},
		{"gzip as a log", "a.log", gzipped()},
		{"PDF as a log", "a.log", pdf},
		{"PNG as a log", "a.log", png},
		{"JPEG as a log", "a.csv", jpg},
		{"PNG as a JPEG", "a.jpg", png},
		{"JPEG as a PNG", "a.png", jpg},
		{"JPEG as a GIF", "a.gif", jpg},
		{"PDF behind other bytes", "a.pdf", join([]byte("GIF89a\n"), pdf)},
		{"PDF behind a line end", "a.pdf", join([]byte("\n"), pdf)},
		{"JPEG behind other bytes", "a.jpg", join([]byte{0}, jpg)},
		{"RTF as a log", "a.txt", []byte(`{\rtf1\ansi hello}`)},
		{"shortcut as a log", "a.txt", []byte("L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00")},
		{"noise as a log", "a.log", noise(100_000)},
		{"short noise as a log", "a.log", noise(200)},
		{"noise behind a UTF-16 mark", "a.log", join([]byte("\xff\xfe"), noise(20_000))},
		{"noise behind UTF-16 text", "a.log", join(utf16(unicode.LittleEndian, unicode.UseBOM, logText)[:5000], noise(20_000))},
		{"noise spread among NULs", "a.log", join(make([]byte, 50_000), noise(2_000))},
		{"noise behind text", "a.log", join([]byte(logText), noise(50_000))},
		{"controls all over", "a.log", []byte(strings.Repeat("abcdefgh\x05\x06\x07", 100))},
		{"nothing but NULs", "a.log", make([]byte, 10_000)},
		{"one NUL", "a.txt", make([]byte, 1)},
		{"JPEG cut before its bounds", "a.jpg", jpg[:20]},
		{"photo cut before its bounds", "a.jpg", phonePhoto(corners(8, 8), 6)[:400_000]},
		{"JPEG magic alone", "a.jpg", jpg[:3]},
		{"half a JPEG magic", "a.jpg", jpg[:2]},
		{"PNG cut before its bounds", "a.png", png[:20]},
		{"PNG with a false checksum", "a.png", join(png[:18], []byte{9}, png[19:])},
		{"PNG of no width", "a.png", join([]byte(pngMagic), header(0, 5, 8, 0))},
		{"GIF of no width", "a.gif", []byte("GIF89a\x00\x00\x05\x00\x00\x00\x00;")},
		{"GIF cut before its bounds", "a.gif", []byte("GIF89a\x01")},
		{"JPEG that is noise behind its magic", "a.jpg", join([]byte("\xff\xd8\xff"), noise(100_000))},
	} {
		t.Run(s.what, func(t *testing.T) {
			t.Parallel()
			for how, cut := range cuts {
				_, passed, err := inspect(t, s.name, s.data, cut)
				if incident.KindOf(err) != incident.FileRefused {
					t.Fatalf("%s: %v, want file_type_refused", how, err)
				}
				if text := incident.DetailOf(err); !strings.Contains(text, "Send") && !strings.Contains(text, "send") {
					t.Errorf("%s: %q does not say what to do", how, text)
				}
				if how == "end at once" && len(passed) == len(s.data) {
					t.Errorf("%s: all bytes were let through", how)
				}
			}
		})
	}
}

// F-UP-19
func TestEmptyFilesAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.jpg", "a.pdf", "a.log"} {
		for how, cut := range cuts {
			if _, _, err := inspect(t, name, nil, cut); incident.KindOf(err) != incident.EmptyFile {
				t.Errorf("%s, %s: %v, want empty_file", name, how, err)
			}
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
	for _, s := range []sample{
		{"PNG", "a.png", bomb},
		{"PNG, one row too many", "a.png", join([]byte(pngMagic), header(40_000_001, 1, 8, 0))},
		{"GIF", "a.gif", join(wideGIF, make([]byte, 1<<20))},
		{"JPEG", "a.jpg", join(tallJPEG, make([]byte, 1<<20))},
	} {
		t.Run(s.what, func(t *testing.T) {
			t.Parallel()
			kind, _ := incident.TypeOf(s.name)
			src := &counting{r: bytes.NewReader(s.data)}
			in := Inspect(kind, int64(len(s.data)), src)
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
	jpg := phonePhoto(corners(8, 8), 1)
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
	for name, b := range map[string][]byte{"a.jpg": phonePhoto(corners(8, 8), 1), "a.log": []byte(logText), "a.pdf": pdf} {
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

// FuzzInspect looks for bytes that crash the inspection or whose verdict depends
// on how they arrive.
func FuzzInspect(f *testing.F) {
	names := []string{"a.jpg", "a.png", "a.gif", "a.pdf", "a.log"}
	for i, b := range [][]byte{phonePhoto(corners(8, 8), 6)[:3000], pngOf(corners(8, 8)), gifOf(corners(8, 8)), pdf, big5(), framed(), utf16(unicode.BigEndian, unicode.IgnoreBOM, "log 1\n")} {
		f.Add(i%len(names), b)
	}
	f.Fuzz(func(t *testing.T, name int, b []byte) {
		n := names[uint(name)%uint(len(names))]
		whole, _, err := inspect(t, n, b, cuts["whole"])
		again, _, againErr := inspect(t, n, b, cuts["one by one"])
		if whole != again || incident.KindOf(err) != incident.KindOf(againErr) {
			t.Errorf("%s: whole %v %v, one by one %v %v", n, whole, err, again, againErr)
		}
	})
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
