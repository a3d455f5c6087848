package intake_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/intake"
)

// A file that comes whole over a fast line is stored once, at its place.
func TestAFileInOneChunkIsStoredOnce(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	h := newHouse(t)
	var puts []string
	h.store.fail = func(op, key string) bool {
		if op == "put" {
			puts = append(puts, key)
		}
		return false
	}
	for _, size := range []int{1, 3000, intake.PartSize, intake.PartSize + 1, 3*intake.PartSize + 7} {
		puts = nil
		b := text(size, uint64(size))
		at := begin(t, h, "a.log", b, digest(b))
		at, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(0, b))
		if err != nil || at.File == nil || !bytes.Equal(h.content(t, *at.File), b) {
			t.Fatalf("%d bytes: %+v, %v", size, at, err)
		}
		if !slices.Equal(puts, []string{at.File.Key}) {
			t.Errorf("%d bytes were put as %q", size, puts)
		}
	}
	if got := h.left(t); got != "5 files, 5 objects, 0 uploads" {
		t.Error(got)
	}
	noneIn(t, os.TempDir())
}

func noneIn(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("temporary files: %v, %v", left, err)
	}
}

// What came before the line broke, turned slow, or the store failed is kept, as if it
// had come by parts; so is what comes after that in the same chunk (F-UP-27).
func TestWhatCameStraightIsKept(t *testing.T) {
	b := text(3*intake.PartSize, 9)
	for name, c := range map[string]struct {
		body   func(h *house) io.Reader
		fail   func() func(op, key string) bool
		offset int // afterwards; the size when the file is there
	}{
		"the line breaks in the first part":  {body: cutAfter(b, 1000), offset: 1000},
		"the line breaks later":              {body: cutAfter(b, 2*intake.PartSize+5), offset: 2*intake.PartSize + 5},
		"the line breaks before the first":   {body: cutAfter(b, 0), offset: 0},
		"the line is slow from the start":    {body: slowAt(b, 100), offset: len(b)},
		"the line turns slow":                {body: slowAt(b, 2*intake.PartSize), offset: len(b)},
		"the store takes half of it":         {fail: failOnce("image/", "log/"), offset: len(b)},
		"the store fails for parts, too":     {fail: failOnce("image/", "log/", "part/"), offset: 0},
		"the temporary files' place is gone": {offset: len(b)},
		"the line falls silent for a while":  {body: silentAt(b, 2*intake.PartSize+5), offset: len(b)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("TMPDIR", dir)
			if strings.HasSuffix(name, "is gone") {
				t.Setenv("TMPDIR", dir+"/none")
			}
			h := newHouse(t)
			fails := func(string, string) bool { return false }
			if c.fail != nil {
				fails = c.fail()
			}
			h.store.fail = func(op, key string) bool {
				if op == "delete" && !strings.Contains(key, "/part/") {
					t.Errorf("%s is removed, although it may be recorded by now", key)
				}
				return fails(op, key)
			}
			at := begin(t, h, "a.log", b, "")
			piece := chunk(0, b)
			if c.body != nil {
				piece.Body = c.body(h)
			}
			at, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), piece)
			if whole := c.offset == len(b); (err == nil) != whole || (at.File != nil) != whole {
				t.Errorf("%+v, %v", at, err)
			}
			if got := find(t, h, at.ID()); got.Offset() != int64(c.offset) {
				t.Errorf("it goes on at %d, want %d", got.Offset(), c.offset)
			}
			h.store.fail = nil
			at, err = h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(int64(c.offset), b[c.offset:]))
			if err != nil || at.File == nil || !bytes.Equal(h.content(t, *at.File), b) {
				t.Errorf("the rest: %+v, %v", at, err)
			}
			if got := h.left(t); got != "1 files, 1 objects, 0 uploads" {
				t.Error(got)
			}
			noneIn(t, dir)
		})
	}
}

func cutAfter(b []byte, n int) func(*house) io.Reader {
	return func(*house) io.Reader { return io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(errCut)) }
}

// slowAt is b over a line that falls silent for a minute after n bytes.
func slowAt(b []byte, n int) func(*house) io.Reader {
	return func(h *house) io.Reader {
		return io.MultiReader(bytes.NewReader(b[:n]), silence(func() { h.later(time.Minute) }), bytes.NewReader(b[n:]))
	}
}

// silentAt is b over a line that falls silent after n bytes, until these are stored for
// good: were they not, the test would last until it is ended.
func silentAt(b []byte, n int) func(*house) io.Reader {
	return func(h *house) io.Reader {
		return io.MultiReader(bytes.NewReader(b[:n]), silence(func() {
			for {
				if open, err := h.Open(context.Background(), wang, h.room.ID); err != nil || len(open) == 1 && open[0].Received() >= 2*intake.PartSize {
					return
				}
				time.Sleep(time.Millisecond)
			}
		}), bytes.NewReader(b[n:]))
	}
}

type silence func()

func (s silence) Read([]byte) (int, error) {
	s()
	return 0, io.EOF
}

// failOnce fails the first put to a key of each kind.
func failOnce(kinds ...string) func() func(op, key string) bool {
	return func() func(op, key string) bool {
		left := slices.Clone(kinds)
		return func(op, key string) bool {
			i := slices.IndexFunc(left, func(kind string) bool { return strings.Contains(key, "/"+kind) })
			if op != "put" || i < 0 {
				return false
			}
			left = slices.Delete(left, i, i+1)
			return true
		}
	}
}

// A file whose bytes are not what its name promises is refused, and nothing stays.
func TestAFileInOneChunkIsJudged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := text(5000, 4)
	for what, n := range map[string]incident.NewUpload{
		"a log as a picture": {Filename: "a.jpg", Size: int64(len(b))},
		"another digest":     {Filename: "a.log", Size: int64(len(b)), SHA256: digest([]byte("something else"))},
	} {
		at, err := h.Begin(t.Context(), wang, h.room.ID, n)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(0, b))
		if k := incident.KindOf(err); k != incident.FileRefused && k != incident.ChecksumMismatch {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := h.Find(t.Context(), wang, h.room.ID, at.ID()); incident.KindOf(err) != incident.NotFound {
			t.Errorf("%s is still there: %v", what, err)
		}
	}
	if got := h.left(t); got != "0 files, 0 objects, 0 uploads" {
		t.Error(got)
	}
}

// Temporary files are bounded: what comes beside many others goes by parts.
func TestOnlySoManyGoStraight(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	h := newHouse(t)
	b := text(20, 5)
	over := make(chan error)
	lines := make([]*io.PipeWriter, 20)
	for i := range lines {
		at := begin(t, h, "a.log", b, "")
		c := chunk(0, b)
		c.Body, lines[i] = io.Pipe()
		go func() {
			_, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), c)
			over <- err
		}()
		if _, err := lines[i].Write(b[:10]); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) == 0 || len(left) > 16 {
		t.Errorf("%d temporary files, %v", len(left), err)
	}
	for _, line := range lines {
		if _, err := line.Write(b[10:]); err != nil {
			t.Error(err)
		}
		_ = line.Close()
		if err := <-over; err != nil {
			t.Error(err)
		}
	}
	noneIn(t, dir)
}
