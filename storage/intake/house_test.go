package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/evidence"
	"taskreporter/storage/intake"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
	"taskreporter/storage/storagetest"
)

var wang = incident.Principal{Person: incident.Person{ID: "00000000-0000-7000-8000-000000000001", Name: "王小明"}}

// house is an Intake on a real database and a real store, with a room that does what
// the test wants.
type house struct {
	*intake.Intake
	db    *storage.DB
	store *faulty
	room  incident.Room
	keys  func(t *testing.T) []string

	mu    sync.Mutex
	clock time.Time
	told  []incident.FileID // to after
	// onFinish decides instead of the room: whether the file is recorded, and what
	// the caller is told.
	onFinish func() (commit bool, err error)
}

func newHouse(t *testing.T) *house {
	t.Helper()
	f := objecttest.Disk(t)
	h := &house{db: storagetest.Open(t, storagetest.SQLite(t)), store: &faulty{Store: f.Store}, clock: incident.Now(time.Now()), keys: f.Keys}
	room, err := h.db.Library().CreateRoom(t.Context(), wang, incident.NewRoom{Title: "三線停機", Type: incident.Equipment, Severity: incident.High})
	if err != nil {
		t.Fatal(err)
	}
	claimed, err := h.db.Records().Claim(t.Context(), "node-1", []incident.RoomID{room.ID})
	if err != nil || claimed[0].Err != nil {
		t.Fatal(err, claimed[0].Err)
	}
	h.room = claimed[0].State.Room
	log := slog.New(slog.DiscardHandler)
	locker := evidence.New(h.store, h.now, log)
	h.Intake = intake.New(h, h.db.Uploads(), locker, func(f incident.File) { h.told = append(h.told, f.ID) }, h.now, log)
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

// ---- intake.Rooms ----

func (h *house) BeginUpload(ctx context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload) (incident.Upload, error) {
	kind, _ := incident.TypeOf(n.Filename)
	id := incident.FileID(uuid.NewString())
	up := incident.Upload{
		FileID: id, RoomID: room, By: p.Person, Filename: n.Filename, Description: n.Description, Type: kind, Size: n.Size, SHA256: n.SHA256,
		Key: incident.ObjectKey(room, kind.Kind, id, incident.Ext(n.Filename)), StartedAt: h.now(), TouchedAt: h.now(), Resumable: n.Resumable,
	}
	return up, h.db.Records().OpenUpload(ctx, up)
}

func (h *house) FinishUpload(ctx context.Context, p incident.Principal, f incident.File) (incident.File, error) {
	commit, err := true, error(nil)
	if h.onFinish != nil {
		commit, err = h.onFinish()
	}
	if !commit {
		return incident.File{}, err
	}
	f.UploadedAt = h.now()
	b := incident.Batch{RoomID: h.room.ID, Epoch: h.room.Epoch, Lo: h.room.Head, Events: []incident.Event{{
		RoomID: h.room.ID, Seq: h.room.Head + 1, Epoch: h.room.Epoch, At: h.now(), By: p.Person, Change: incident.FileUploaded{File: f},
	}}}
	if fault := h.db.Records().Append(ctx, []incident.Batch{b})[0]; fault != nil {
		return incident.File{}, fault
	}
	h.room.Head++
	return f, err
}

func (h *house) AbortUpload(ctx context.Context, up incident.Upload, gone bool) {
	if gone {
		_ = h.db.Records().CloseUpload(ctx, up.RoomID, up.FileID)
	}
}

// ---- what is there ----

func (h *house) files(t *testing.T) []incident.File {
	t.Helper()
	list, _, err := h.db.Library().Files(t.Context(), h.room.ID, incident.FileQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// left says what there is of files, objects and uploads.
func (h *house) left(t *testing.T) string {
	t.Helper()
	open, err := h.db.Uploads().Abandoned(t.Context(), h.now().Add(time.Hour), h.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	finished, err := h.db.Uploads().Finished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d files, %d objects, %d uploads", len(h.files(t)), len(h.keys(t)), len(open)+len(finished))
}

func (h *house) content(t *testing.T, f incident.File) []byte {
	t.Helper()
	o, err := h.store.Open(t.Context(), f.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// faulty is a store that fails when it is told to.
type faulty struct {
	object.Store
	mu   sync.Mutex
	fail func(op, key string) bool
}

func (s *faulty) broken(op, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil && s.fail(op, key) {
		return incident.E(incident.StoreDown, "test", "The file store does not answer.")
	}
	return nil
}

func (s *faulty) Put(ctx context.Context, key, mime string, size int64, r io.Reader) error {
	if err := s.broken("put", key); err != nil {
		_, _ = io.CopyN(io.Discard, r, size/2) // a store takes some of it
		return err
	}
	return s.Store.Put(ctx, key, mime, size, r)
}

func (s *faulty) PutPiece(ctx context.Context, key string, size int64, r io.Reader) error {
	if err := s.broken("put", key); err != nil {
		_, _ = io.CopyN(io.Discard, r, size/2)
		return err
	}
	return s.Store.PutPiece(ctx, key, size, r)
}

func (s *faulty) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := s.broken("get", key); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, key)
}

func (s *faulty) Delete(ctx context.Context, key string) error {
	if err := s.broken("delete", key); err != nil {
		return err
	}
	return s.Store.Delete(ctx, key)
}

// text is a log of n bytes that no shift leaves the same.
func text(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%016x line stopped\n", r.Uint64())
	}
	return []byte(b.String()[:n])
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// chunk is b at an offset, as a request of known length brings it.
func chunk(offset int64, b []byte) incident.Chunk {
	return incident.Chunk{Offset: offset, Length: int64(len(b)), Body: bytes.NewReader(b), Stop: func() {}}
}
