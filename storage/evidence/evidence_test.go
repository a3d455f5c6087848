package evidence_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/evidence"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

// noon is when every test uploads; it has more digits than the databases keep.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 123_456_789, time.FixedZone("CST", 8*3600))

func locker(s object.Store) *evidence.Locker {
	return evidence.New(s, func() time.Time { return noon }, slog.New(slog.DiscardHandler))
}

// onBothStores runs a test on disk and on MinIO.
func onBothStores(t *testing.T, test func(t *testing.T, f objecttest.Fixture)) {
	t.Helper()
	t.Parallel()
	t.Run("Disk", func(t *testing.T) { t.Parallel(); test(t, objecttest.Disk(t)) })
	t.Run("S3", func(t *testing.T) { t.Parallel(); test(t, objecttest.S3(t)) })
}

const (
	room = incident.RoomID("0b7e4d3c-8f0e-4a43-9a53-6f1f7a3f2f10")
	file = incident.FileID("018f6b2e-0000-7000-8000-000000000001")
)

func upload(name string, size int) incident.Upload {
	kind, _ := incident.TypeOf(name)
	return incident.Upload{
		FileID: file, RoomID: room, By: incident.Person{ID: "u1", Name: "王小明"},
		Filename: name, Type: kind, Size: int64(size),
		Key: incident.ObjectKey(room, kind.Kind, file, incident.Ext(name)),
	}
}

func receive(t *testing.T, l *evidence.Locker, name string, b []byte) incident.File {
	t.Helper()
	f, err := l.Receive(t.Context(), upload(name, len(b)), bytes.NewReader(b))
	if err != nil {
		t.Fatalf("Receive %s: %v", name, err)
	}
	return f
}

func photo(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func read(t *testing.T, c io.ReadSeekCloser, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	return b
}

func wantKeys(t *testing.T, f objecttest.Fixture, want ...string) {
	t.Helper()
	if got := strings.Join(f.Keys(t), " "); got != strings.Join(want, " ") {
		t.Errorf("the store holds %q, want %q", got, want)
	}
}

func wantKind(t *testing.T, what string, err error, want incident.Kind) {
	t.Helper()
	if got := incident.KindOf(err); got != want {
		t.Errorf("%s: %q, want %q: %v", what, got, want, err)
	}
	if err != nil && incident.DetailOf(err) == "" {
		t.Errorf("%s: no text for clients: %v", what, err)
	}
}

// F-UP-14, F-UP-29, F-DB-02: the record has what was measured, not what was said.
func TestReceiveRecordsWhatItMeasured(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		l := locker(f.Store)
		b := photo(64, 48)
		got := receive(t, l, "照片 3.JPG", b)
		want := incident.File{
			ID: file, RoomID: room, Uploader: incident.Person{ID: "u1", Name: "王小明"},
			Filename: "照片 3.JPG", Kind: incident.Image, Mime: "image/jpeg", Size: int64(len(b)),
			Bucket: f.Store.Bucket(), Key: "room-" + string(room) + "/image/" + string(file) + ".jpg",
			SHA256: digest(b), Width: 64, Height: 48, Scan: incident.Unscanned,
			UploadedAt: time.Date(2026, 3, 2, 4, 0, 0, 123_456_000, time.UTC),
		}
		if got != want {
			t.Errorf("recorded\n%+v, want\n%+v", got, want)
		}
		c, err := l.Open(t.Context(), got)
		if !bytes.Equal(read(t, c, err), b) {
			t.Error("the original came back changed")
		}
		wantKeys(t, f, want.Key)
		if err := l.Check(t.Context()); err != nil {
			t.Errorf("Check: %v", err)
		}
	})
}

// F-UP-31: where files are scanned, a new one waits for that.
func TestNewFilesWaitForAScannerWhereThereIsOne(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		l := locker(f.Store)
		l.ExpectScan()
		if got := receive(t, l, "a.log", []byte("alarm 3021")); got.Scan != incident.ScanPending {
			t.Errorf("recorded as %s", got.Scan)
		}
	})
}

// F-UP-07, F-UP-13, F-UP-19, F-UP-21: what name and size already forbid costs no
// byte.
func TestReceiveRefusesBeforeTheFirstByte(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		l := locker(f.Store)
		for _, c := range []struct {
			name string
			size int
			want incident.Kind
		}{
			{"a.jpg", 10<<20 + 1, incident.FileTooLarge},
			{"a.pdf", 20<<20 + 1, incident.FileTooLarge},
			{"a.log", 5<<20 + 1, incident.FileTooLarge},
			{"a.exe", 100, incident.FileRefused},
			{"a.svg", 100, incident.FileRefused},
			{"a.html", 100, incident.FileRefused},
			{"a.jpg.exe", 100, incident.FileRefused},
			{"jpg", 100, incident.FileRefused},
			{"a.pdf", 0, incident.EmptyFile},
			{"a.pdf", -1, incident.LengthRequired},
		} {
			up := upload(c.name, c.size)
			up.Key = "room-1/image/x.jpg"
			r := readerFunc(func([]byte) (int, error) {
				t.Errorf("%s of %d bytes was read", c.name, c.size)
				return 0, io.EOF
			})
			_, err := l.Receive(t.Context(), up, r)
			wantKind(t, c.name, err, c.want)
		}
		wantKeys(t, f)
	})
}

// F-UP-13, F-UP-16
func TestReceiveLeavesNothingOfARefusedFile(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		l := locker(f.Store)
		jpg := photo(64, 48)
		for _, c := range []struct {
			name string
			data []byte
			want incident.Kind
		}{
			{"program.jpg", append([]byte("MZ\x90\x00\x03\x00"), make([]byte, 200_000)...), incident.FileRefused},
			{"page.txt", []byte("<html><script>alert(1)</script>"), incident.FileRefused},
			{"drawing.png", []byte("<svg onload=alert(1)>"), incident.FileRefused},
			{"cut.jpg", jpg[:20], incident.FileRefused},
			// Only the whole file shows that it is no text.
			{"noise.log", append(bytes.Repeat([]byte("ok\r\n"), 100_000), bytes.Repeat([]byte{5}, 4_100)...), incident.FileRefused},
			{"bomb.png", tallPNG(), incident.ImageTooLarge},
		} {
			_, err := l.Receive(t.Context(), upload(c.name, len(c.data)), bytes.NewReader(c.data))
			wantKind(t, c.name, err, c.want)
			wantKeys(t, f)
		}
	})
}

// tallPNG is the beginning of a PNG of 20000×20000 pixels.
func tallPNG() []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x4e\x20\x00\x00\x4e\x20\x08\x00\x00\x00\x00")
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

// F-UP-16: the client fails at every point of its upload.
func TestReceiveLeavesNothingWhenTheClientFails(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		l := locker(f.Store)
		b := append(photo(64, 48), make([]byte, 300_000)...)
		tail := func(at int, end func() error) io.Reader {
			return io.MultiReader(bytes.NewReader(b[:at]), readerFunc(func([]byte) (int, error) { return 0, end() }))
		}
		cut := errors.New("read tcp: connection reset by peer")
		tooBig := incident.E(incident.BodyTooLarge, "test", "The request is too large.")
		for _, at := range []int{0, 1, 3000, 65_536, len(b) / 2, len(b) - 1, len(b)} {
			up := upload("a.jpg", len(b))
			_, err := l.Receive(t.Context(), up, tail(at, func() error { return cut }))
			wantKind(t, "connection cut", err, incident.UploadIncomplete)
			if !errors.Is(err, cut) {
				t.Errorf("cut after %d bytes: the cause is lost: %v", at, err)
			}
			_, err = l.Receive(t.Context(), up, tail(at, func() error { return tooBig }))
			wantKind(t, "refused by its carrier", err, incident.BodyTooLarge)

			ctx, leave := context.WithCancel(t.Context())
			_, err = l.Receive(ctx, up, tail(at, func() error { leave(); return ctx.Err() }))
			wantKind(t, "client left", err, incident.UploadIncomplete)

			if at < len(b) {
				_, err = l.Receive(t.Context(), up, bytes.NewReader(b[:at]))
				wantKind(t, "fewer bytes than announced", err, incident.UploadIncomplete)
			}
			wantKeys(t, f)
		}
		_, err := l.Receive(t.Context(), upload("a.jpg", len(b)-1), bytes.NewReader(b))
		wantKind(t, "more bytes than announced", err, incident.UploadIncomplete)
		wantKeys(t, f)
		receive(t, l, "a.jpg", b) // and the retry is welcome
	})
}

func TestDiscardRemovesAnUploadWhoseRequestIsOver(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		l := locker(f.Store)
		b := photo(64, 48)
		receive(t, l, "a.jpg", b)
		over, cancel := context.WithCancel(t.Context())
		cancel()
		for range 2 {
			if err := l.Discard(over, upload("a.jpg", len(b))); err != nil {
				t.Errorf("Discard: %v", err)
			}
		}
		wantKeys(t, f)
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
