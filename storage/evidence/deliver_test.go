package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image/jpeg"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/evidence"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// spy counts and can break the calls of a real store.
type spy struct {
	object.Store
	opens  atomic.Int32  // of originals
	opened chan struct{} // told when gate holds an Open up
	gate   chan struct{}
	broken func(op, key string) error // nil: nothing is
}

func (s *spy) fail(op, key string) error {
	if s.broken == nil {
		return nil
	}
	return s.broken(op, key)
}

func (s *spy) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := s.fail("Open", key); err != nil {
		return nil, err
	}
	if !strings.Contains(key, "/thumbnail/") {
		s.opens.Add(1)
		if s.gate != nil {
			s.opened <- struct{}{}
			<-s.gate
		}
	}
	return s.Store.Open(ctx, key)
}

func (s *spy) Put(ctx context.Context, key, mime string, size int64, r io.Reader) error {
	if err := s.fail("Put", key); err != nil {
		return err
	}
	return s.Store.Put(ctx, key, mime, size, r)
}

func (s *spy) Delete(ctx context.Context, key string) error {
	if err := s.fail("Delete", key); err != nil {
		return err
	}
	return s.Store.Delete(ctx, key)
}

var away = incident.E(incident.StoreDown, "test", "The file store does not answer.")

// F-UP-30, F-DL-05
func TestThumbnailIsMadeOnceAndKept(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		s := &spy{Store: f.Store}
		l := locker(s)
		original := photo(600, 400)
		rec := receive(t, l, "a.jpg", original)
		var first []byte
		for i := range 3 {
			c, err := l.Thumbnail(t.Context(), rec)
			b := read(t, c, err)
			cfg, err := jpeg.DecodeConfig(bytes.NewReader(b))
			if err != nil || cfg.Width != 480 || cfg.Height != 320 {
				t.Fatalf("preview is %d×%d, %v", cfg.Width, cfg.Height, err)
			}
			if i > 0 && !bytes.Equal(b, first) {
				t.Error("the kept preview differs from the one that was made")
			}
			first = b
		}
		if s.opens.Load() != 1 {
			t.Errorf("the original was opened %d times, want once", s.opens.Load())
		}
		wantKeys(t, f, rec.Key, incident.ThumbnailKey(room, file))
		c, err := l.Open(t.Context(), rec)
		if !bytes.Equal(read(t, c, err), original) {
			t.Error("the original was changed")
		}
	})
}

// Many ask for a new picture at once, and the first of them leaves.
func TestThumbnailIsMadeOnceForAllWhoWait(t *testing.T) {
	t.Parallel()
	f := objecttest.Disk(t)
	s := &spy{Store: f.Store}
	l := locker(s)
	rec := receive(t, l, "a.jpg", photo(600, 400))
	s.opened, s.gate = make(chan struct{}, 21), make(chan struct{})
	first, leave := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	ask := func(ctx context.Context) {
		callers.Go(func() {
			c, err := l.Thumbnail(ctx, rec)
			if err != nil {
				t.Errorf("Thumbnail: %v", err)
				return
			}
			if _, err := jpeg.DecodeConfig(c); err != nil {
				t.Errorf("preview: %v", err)
			}
		})
	}
	ask(first)
	<-s.opened
	leave()
	for range 20 {
		ask(t.Context())
	}
	close(s.gate)
	callers.Wait()
	if got := s.opens.Load(); got != 1 {
		t.Errorf("the original was opened %d times, want once", got)
	}
}

func TestThumbnailSaysWhyThereIsNone(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		s := &spy{Store: f.Store}
		l := locker(s)
		log := receive(t, l, "a.log", []byte("ok\r\n"))
		_, err := l.Thumbnail(t.Context(), log)
		wantKind(t, "of a log", err, incident.NotFound)
		if s.opens.Load() != 0 {
			t.Error("a log was opened for its preview")
		}

		whole := photo(640, 480)
		cut := receive(t, l, "cut.jpg", whole[:len(whole)/2])
		_, err = l.Thumbnail(t.Context(), cut)
		wantKind(t, "of half a JPEG", err, incident.NotFound)

		gone := cut
		gone.Key = "room-1/image/gone.jpg"
		_, err = l.Thumbnail(t.Context(), gone)
		wantKind(t, "of a lost original", err, incident.NotFound)
		_, err = l.Open(t.Context(), gone)
		wantKind(t, "lost original", err, incident.NotFound)

		s.broken = func(op, key string) error { return away }
		_, err = l.Thumbnail(t.Context(), cut)
		wantKind(t, "of a store that is away", err, incident.StoreDown)
		s.broken = func(op, key string) error {
			if strings.Contains(key, "/thumbnail/") {
				return nil
			}
			return away
		}
		_, err = l.Thumbnail(t.Context(), cut)
		wantKind(t, "of an original that is away", err, incident.StoreDown)
		wantKeys(t, f, cut.Key, log.Key)
	})
}

func TestThumbnailIsServedEvenIfItCannotBeKept(t *testing.T) {
	t.Parallel()
	s := &spy{Store: objecttest.Disk(t).Store}
	l := locker(s)
	rec := receive(t, l, "a.jpg", photo(600, 400))
	s.broken = func(op, _ string) error {
		if op == "Put" {
			return away
		}
		return nil
	}
	for range 2 {
		c, err := l.Thumbnail(t.Context(), rec)
		if _, err := jpeg.DecodeConfig(bytes.NewReader(read(t, c, err))); err != nil {
			t.Error(err)
		}
	}
}

// lateFailure is a store whose answer to a Put is lost while the client leaves.
type lateFailure struct {
	object.Store
	leave context.CancelFunc
}

func (s lateFailure) Put(ctx context.Context, key, mime string, size int64, r io.Reader) error {
	if err := s.Store.Put(ctx, key, mime, size, r); err != nil {
		return err
	}
	s.leave()
	return away
}

// F-UP-16: the clean-up outlives the request, and a client that left is not told
// that the store is down.
func TestReceiveCleansUpAfterAClientThatLeft(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		b := photo(64, 48)
		_, err := locker(lateFailure{f.Store, leave}).Receive(ctx, upload("a.jpg", len(b)), bytes.NewReader(b))
		wantKind(t, "client left", err, incident.UploadIncomplete)
		wantKeys(t, f)
	})
}

// An orphan that cannot be removed is named in the log, without its file name.
func TestOrphanIsNamedInTheLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &spy{Store: objecttest.Disk(t).Store, broken: func(string, string) error { return away }}
	l := evidence.New(s, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
	up := upload("secret name.log", 3)
	_, err := l.Receive(t.Context(), up, strings.NewReader("abc"))
	wantKind(t, "store away", err, incident.StoreDown)
	if got := log.String(); !strings.Contains(got, up.Key) || strings.Contains(got, "secret") {
		t.Errorf("logged %q, want the key and not the name", got)
	}
}

// F-UP-17, F-DL-01, F-SE-03
func TestLinkServesUnderTheFilesOwnName(t *testing.T) {
	t.Parallel()
	f := objecttest.S3(t)
	l := locker(f.Store)
	rec := receive(t, l, "a.log", []byte("ok\r\n"))
	for _, name := range []string{"a.log", "三號線 溫度.log", `it's "50%" (é)\;.log`, strings.Repeat("長", 251) + ".log"} {
		rec.Filename = name
		for _, attachment := range []bool{true, false} {
			link, err := l.Link(t.Context(), rec, time.Minute, attachment)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.Get(link)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
			if err != nil || params["filename"] != name || (kind == "attachment") != attachment {
				t.Errorf("%s: disposition %q, %v", name, res.Header.Get("Content-Disposition"), err)
			}
			if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/plain" {
				t.Errorf("%s: %s, %s", name, res.Status, res.Header.Get("Content-Type"))
			}
		}
	}
	link, err := locker(objecttest.Disk(t).Store).Link(t.Context(), rec, time.Minute, true)
	if err != nil || link != "" {
		t.Errorf("a disk gave the link %q, %v", link, err)
	}
}
