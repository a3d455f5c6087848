package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"taskreporter/incident"
	"taskreporter/storage/intake"
)

var (
	errCut = incident.E(incident.UploadIncomplete, "test", "The line broke.")
	lost   = incident.Wrap(incident.Moved, "append", incident.ErrOutcomeUnknown, "The room is moving. Try again.")
)

// outcomes are what a room may answer to a file whose bytes are stored.
var outcomes = map[string]struct {
	commit     bool
	err        error
	one, many  string // what is left of a file in one request, and of a resumable one
	afterwards bool   // a resumable one can be finished later
}{
	"recorded":                    {true, nil, "1 files, 1 objects, 0 uploads", "1 files, 1 objects, 0 uploads", false},
	"refused":                     {false, incident.E(incident.Forbidden, "finish", "No."), "0 files, 0 objects, 0 uploads", "0 files, 0 objects, 0 uploads", false},
	"database away":               {false, incident.E(incident.Unavailable, "finish", ""), "0 files, 0 objects, 0 uploads", "0 files, 2 objects, 1 uploads", true},
	"fenced":                      {false, incident.E(incident.Moved, "finish", ""), "0 files, 0 objects, 0 uploads", "0 files, 2 objects, 1 uploads", true},
	"unknown and not there (yet)": {false, lost, "0 files, 1 objects, 1 uploads", "0 files, 2 objects, 1 uploads", true},
	"unknown but there":           {true, lost, "1 files, 1 objects, 0 uploads", "1 files, 1 objects, 0 uploads", false},
	"bare error but there":        {true, errors.New("boom"), "1 files, 1 objects, 0 uploads", "1 files, 1 objects, 0 uploads", false},
}

// F-UP-15, F-UP-16: bytes that no room records go, unless it may have recorded them
// after all; a resumable upload waits where another try may do better.
func TestUnrecordedBytesGo(t *testing.T) {
	t.Parallel()
	b := text(3000, 1)
	for name, c := range outcomes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.onFinish = func() (bool, error) { return c.commit, c.err }
			n := incident.NewUpload{Filename: "a.log", Size: int64(len(b))}
			f, err := h.Take(t.Context(), wang, h.room.ID, n, bytes.NewReader(b))
			if got := h.left(t); got != c.one || (err == nil) != c.commit {
				t.Errorf("in one request: %q, %v; want %q", got, err, c.one)
			}
			if c.commit && (len(h.told) != 1 || h.told[0] != f.ID) {
				t.Errorf("told of %v, recorded %v", h.told, f.ID)
			}

			h = newHouse(t)
			h.onFinish = func() (bool, error) { return c.commit, c.err }
			at := begin(t, h, "a.log", b, "")
			at, err = h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(0, b))
			if got := h.left(t); got != c.many || (err == nil) != c.commit || (at.File != nil) != c.commit {
				t.Errorf("resumable: %q, %v, %+v; want %q", got, err, at, c.many)
			}
			if !c.afterwards {
				return
			}
			// The false success of FACTS is none: the last byte is asked for again.
			if got := find(t, h, at.ID()); got.Offset() != int64(len(b))-1 {
				t.Errorf("offset %d, want one before the end", got.Offset())
			}
			h.onFinish = nil
			at, err = h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(int64(len(b))-1, b[len(b)-1:]))
			if err != nil || at.File == nil || !bytes.Equal(h.content(t, *at.File), b) {
				t.Errorf("sent again: %+v, %v", at, err)
			}
			if got := h.left(t); got != "1 files, 1 objects, 0 uploads" {
				t.Errorf("in the end: %s", got)
			}
		})
	}
}

func begin(t rapid.TB, h *house, name string, b []byte, sum string) incident.Progress {
	t.Helper()
	at, err := h.Begin(context.Background(), wang, h.room.ID, incident.NewUpload{Filename: name, Size: int64(len(b)), SHA256: sum})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func find(t rapid.TB, h *house, id incident.FileID) incident.Progress {
	t.Helper()
	at, err := h.Find(context.Background(), wang, h.room.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// F-UP-25 to 27: whatever breaks, however often, the offset never goes back, what it
// covers is what was sent, and the file that comes of it is the one that was meant.
func TestNoSequenceOfFaultsSpoilsAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rapid.Check(t, func(rt *rapid.T) {
		b := text(rapid.IntRange(1, 3*intake.PartSize).Draw(rt, "size"), rapid.Uint64().Draw(rt, "seed"))
		at := begin(rt, h, "a.log", b, "")
		id, offset, done := at.ID(), int64(0), false
		for i := 0; !done; i++ {
			left := len(b) - int(offset)
			n := left
			calm := i > 12 // in the end all goes well
			if !calm {
				n = rapid.IntRange(1, left).Draw(rt, "chunk")
			}
			piece := b[offset : int(offset)+n]
			c := chunk(offset, piece)
			fault := "none"
			if !calm {
				fault = rapid.SampledFrom([]string{"none", "none", "line", "length unknown", "checksum", "damaged", "store", "room", "offset"}).Draw(rt, "fault")
			}
			switch fault {
			case "line":
				got := rapid.IntRange(0, n-1).Draw(rt, "arrived")
				c.Body = io.MultiReader(bytes.NewReader(piece[:got]), iotest.ErrReader(errCut))
			case "length unknown":
				c.Length = -1
			case "checksum", "damaged":
				sum := sha256.Sum256(piece)
				c.Sum, c.Want = sha256.New(), sum[:]
				if fault == "damaged" {
					c.Want = bytes.Repeat([]byte{1}, 32)
				}
			case "store":
				h.store.fail = func(op, key string) bool { return op == "put" }
			case "room":
				h.onFinish = func() (bool, error) { return false, incident.E(incident.Moved, "finish", "Moved.") }
			case "offset":
				c.Offset++
			}
			next, err := h.Append(context.Background(), wang, h.room.ID, id, c)
			h.store.fail, h.onFinish = nil, nil
			if err == nil && fault == "damaged" {
				rt.Fatal("a damaged chunk was taken")
			}
			if calm && err != nil {
				rt.Fatalf("without a fault: %v", err)
			}
			now := find(rt, h, id)
			if now.Offset() < offset || now.Offset() > offset+int64(n) {
				rt.Fatalf("after %s of %d bytes at %d it goes on at %d", fault, n, offset, now.Offset())
			}
			if (fault == "damaged" || fault == "offset") && now.Offset() != offset {
				rt.Fatalf("%s moved the offset from %d to %d", fault, offset, now.Offset())
			}
			offset, done = now.Offset(), now.File != nil
			if done != (next.File != nil) || done != (offset == int64(len(b))) {
				rt.Fatalf("offset %d of %d, told %v, found %v", offset, len(b), next.File != nil, done)
			}
		}
		f := find(rt, h, id).File
		if f.SHA256 != digest(b) || !bytes.Equal(h.content(t, *f), b) {
			rt.Fatal("the file is not what was sent")
		}
	})
	if files, keys := len(h.files(t)), h.keys(t); files > len(keys) || strings.Contains(strings.Join(keys, " "), "/part/") {
		t.Errorf("left: %v", keys)
	}
}

// F-UP-15, F-UP-32: what nobody comes back for is finished if it is whole, and removed
// if it is not, and neither before its time.
func TestTidyTakesUpWhatWasLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := text(5000, 2)
	tidy := func() {
		t.Helper()
		if err := h.Tidy(t.Context()); err != nil {
			t.Errorf("tidy: %v", err)
		}
	}
	whole, half := begin(t, h, "whole.log", b, digest(b)), begin(t, h, "half.log", b, "")
	h.onFinish = func() (bool, error) { return false, incident.E(incident.Unavailable, "finish", "Away.") }
	if _, err := h.Append(t.Context(), wang, h.room.ID, whole.ID(), chunk(0, b)); incident.KindOf(err) != incident.Unavailable {
		t.Fatal(err)
	}
	h.onFinish = nil
	if _, err := h.Append(t.Context(), wang, h.room.ID, half.ID(), chunk(0, b[:2000])); err != nil {
		t.Fatal(err)
	}
	one, err := h.BeginUpload(t.Context(), wang, h.room.ID, incident.NewUpload{Filename: "one.log", Size: 100})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.store.Put(t.Context(), one.Key, "text/plain", 100, bytes.NewReader(b[:100])); err != nil {
		t.Fatal(err)
	}

	tidy()
	if got := h.left(t); got != "0 files, 4 objects, 3 uploads" {
		t.Errorf("too early: %s", got)
	}
	h.later(time.Minute)
	tidy()
	if f := h.files(t); len(f) != 1 || f[0].ID != whole.ID() || len(h.told) != 1 {
		t.Errorf("after a minute: %+v, told of %v; want the whole one", f, h.told)
	}
	h.later(3 * time.Hour)
	tidy()
	if got := h.left(t); got != "1 files, 2 objects, 1 uploads" {
		t.Errorf("after hours: %s; want no trace of the one in one request", got)
	}
	h.later(incident.UploadLife)
	tidy()
	if got := h.left(t); got != "1 files, 1 objects, 0 uploads" {
		t.Errorf("after days: %s; want the file alone", got)
	}
	if _, err := h.Find(t.Context(), wang, h.room.ID, half.ID()); incident.KindOf(err) != incident.NotFound {
		t.Errorf("the expired upload: %v", err)
	}
}

// What cannot be removed now is removed by the next pass.
func TestPartsOfAFileAreRemovedLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := text(4000, 3)
	at := begin(t, h, "a.log", b, "")
	if _, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(0, b[:1000])); err != nil {
		t.Fatal(err)
	}
	h.store.fail = func(op, _ string) bool { return op == "delete" }
	if at, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(1000, b[1000:])); err != nil || at.File == nil {
		t.Fatalf("a file whose parts stay is none: %v", err)
	}
	if got := h.left(t); got != "1 files, 3 objects, 1 uploads" {
		t.Errorf("at first: %s", got)
	}
	h.store.fail = nil
	if err := h.Tidy(t.Context()); err != nil {
		t.Error(err)
	}
	if got := h.left(t); got != "1 files, 1 objects, 0 uploads" {
		t.Errorf("then: %s", got)
	}
}

// The same bytes again are the same upload or the same file, of one user and in one
// room (F-UP-26); announced wrongly they are none.
func TestDigestsAreHeldAgainstTheBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := text(3000, 4)
	at := begin(t, h, "a.log", b, strings.ToUpper(digest(b)))
	if _, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(0, b)); err != nil {
		t.Fatal(err)
	}
	if again := begin(t, h, "b.log", b, digest(b)); again.File == nil || again.ID() != at.ID() {
		t.Errorf("the same bytes again: %+v", again)
	}
	wrong := begin(t, h, "c.log", b, digest([]byte("something else")))
	if _, err := h.Append(t.Context(), wang, h.room.ID, wrong.ID(), chunk(0, b)); incident.KindOf(err) != incident.ChecksumMismatch {
		t.Errorf("wrong digest: %v", err)
	}
	if got := h.left(t); got != "1 files, 1 objects, 0 uploads" {
		t.Errorf("left: %s", got)
	}
	for _, sum := range []string{"x", digest(b)[:62], digest(b) + "00"} {
		if _, err := h.Begin(t.Context(), wang, h.room.ID, incident.NewUpload{Filename: "d.log", Size: 3, SHA256: sum}); incident.KindOf(err) != incident.Invalid {
			t.Errorf("digest %q: %v", sum, err)
		}
	}
}

// A file in very many pieces would cost the store more than it is worth.
func TestPiecesAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := text(2000, 5)
	at := begin(t, h, "a.log", b, "")
	var err error
	for at.Offset() < 600 && err == nil {
		at, err = h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(at.Offset(), b[at.Offset():at.Offset()+1]))
	}
	if incident.KindOf(err) != incident.Invalid || at.Offset() != 512 {
		t.Errorf("at %d: %v", at.Offset(), err)
	}
}

// What is made up where a line breaks does not fill the store.
func TestBrokenPiecesStaySmall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := text(3<<20, 6)
	at := begin(t, h, "a.log", b, "")
	for range 40 {
		c := chunk(at.Offset(), b[at.Offset():])
		c.Body = io.MultiReader(bytes.NewReader(b[at.Offset():at.Offset()+1]), iotest.ErrReader(errCut))
		if _, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), c); incident.KindOf(err) != incident.UploadIncomplete {
			t.Fatal(err)
		}
		at = find(t, h, at.ID())
	}
	var stored int64
	for _, p := range at.Upload.Parts {
		n, err := h.store.Stat(t.Context(), p.Key)
		if err != nil {
			t.Fatal(err)
		}
		stored += n
	}
	if at.Offset() != 40 || stored > intake.PartSize+39*64<<10 {
		t.Errorf("%d bytes of the file take %d in the store", at.Offset(), stored)
	}
	at, err := h.Append(t.Context(), wang, h.room.ID, at.ID(), chunk(40, b[40:]))
	if err != nil || at.File == nil || !bytes.Equal(h.content(t, *at.File), b) {
		t.Errorf("the rest: %v", err)
	}
}
