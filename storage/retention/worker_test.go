package retention_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/object"
	"taskreporter/storage/retention"
	"taskreporter/storage/storagetest"
)

// rig is a database, a store and a worker on them, with a clock of its own.
type rig struct {
	t      *testing.T
	db     *storage.DB
	store  *flaky
	now    time.Time
	ended  []incident.RoomID
	worker *retention.Worker
}

// flaky is a store that fails, or is cut off, when it is told to.
type flaky struct {
	object.Store
	mu   sync.Mutex
	left int // calls until it fails; negative for never
	fail func() error
}

var errFault = errors.New("a fault")

func (f *flaky) call() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left--
	if f.left == -1 {
		return f.fail()
	}
	return nil
}

func (f *flaky) Delete(ctx context.Context, key string) error {
	if err := f.call(); err != nil {
		return err
	}
	return f.Store.Delete(ctx, key)
}

func (f *flaky) List(ctx context.Context, prefix string, each func(object.Entry) error) error {
	if err := f.call(); err != nil {
		return err
	}
	return f.Store.List(ctx, prefix, each)
}

func (r *rig) EndRoom(_ context.Context, room incident.RoomID) error {
	r.ended = append(r.ended, room)
	return errFault // what cannot be ended holds nothing up
}

func newRig(t *testing.T, perHour int) *rig {
	t.Helper()
	disk, err := object.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: &flaky{Store: disk, left: -1}, now: incident.Now(time.Now())}
	cfg := storagetest.SQLite(t)
	cfg.Now = func() time.Time { return r.now }
	r.db = storagetest.Open(t, cfg)
	r.worker = retention.New(retention.Config{
		Rows: r.db.Retention(), Objects: r.store, Rooms: r, PerHour: perHour,
		Alone: func(ctx context.Context, f func(context.Context) error) (bool, error) { return true, f(ctx) },
		Now:   func() time.Time { return r.now }, Log: slog.New(slog.DiscardHandler),
	})
	return r
}

// archived makes a room that was archived that many days ago, with n objects.
func (r *rig) archived(days, n int) incident.RoomID {
	r.t.Helper()
	owner := incident.Principal{Person: incident.Person{ID: "0192f0c1-2b7a-7c3e-9a51-00000000000a", Name: "王小明"}, System: incident.SystemUser}
	room, err := r.db.Library().CreateRoom(r.t.Context(), owner, incident.NewRoom{Title: "停機", Type: incident.Equipment, Severity: incident.High})
	if err != nil {
		r.t.Fatal(err)
	}
	claims, err := r.db.Records().Claim(r.t.Context(), "node-1", []incident.RoomID{room.ID})
	if err != nil || claims[0].Err != nil {
		r.t.Fatal(err, claims)
	}
	after, at := claims[0].State.Room, r.now.AddDate(0, 0, -days)
	after.Status, after.ArchivedAt = incident.Archived, &at
	batch := incident.Batch{RoomID: room.ID, Epoch: after.Epoch, Lo: after.Head, Events: []incident.Event{{
		RoomID: room.ID, Seq: after.Head + 1, Epoch: after.Epoch, At: r.now, By: owner.Person, Change: incident.RoomUpdated{Room: after},
	}}}
	if err := r.db.Records().Append(r.t.Context(), []incident.Batch{batch})[0]; err != nil {
		r.t.Fatal(err)
	}
	for i := range n {
		r.put(room.ID, incident.FileID("0192f0c1-2b7a-7c3e-9a51-"+string(rune('a'+i))+"00000000000"))
	}
	return room.ID
}

func (r *rig) put(room incident.RoomID, file incident.FileID) {
	r.t.Helper()
	for _, key := range []string{
		incident.ObjectKey(room, incident.Image, file, "jpg"), incident.ThumbnailKey(room, file), incident.PartPrefix(room, file) + "/0-5",
	} {
		if err := r.store.Put(r.t.Context(), key, "image/jpeg", 5, bytes.NewReader([]byte("bytes"))); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *rig) objects(room incident.RoomID) (n int) {
	r.t.Helper()
	err := r.store.Store.List(r.t.Context(), incident.RoomPrefix(room), func(object.Entry) error { n++; return nil })
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rig) policy(days int) {
	r.t.Helper()
	p, err := r.db.Retention().Policy(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	p.Days = map[incident.Severity]int{incident.High: days}
	if _, err := r.db.Retention().SetPolicy(r.t.Context(), incident.Principal{}, p); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) pass() {
	r.t.Helper()
	if err := r.worker.Pass(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) state(room incident.RoomID) incident.PurgeState {
	r.t.Helper()
	list, _, err := r.db.Retention().Tombstones(r.t.Context(), 100, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, s := range list {
		if s.Room == room {
			return s.State
		}
	}
	return ""
}

// F-FU-02: without a policy nothing ends, ever.
func TestNothingEndsUntilSomebodySaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, 60)
	old := r.archived(20000, 1)
	for range 3 {
		r.pass()
		r.now = r.now.AddDate(10, 0, 0)
	}
	if r.state(old) != "" || r.objects(old) != 3 || len(r.ended) != 0 {
		t.Errorf("an old room is %q with %d objects", r.state(old), r.objects(old))
	}
}

// F-FU-02: rows, objects, previews and parts go, and what was on its way into the store
// when the room ended goes too.
func TestAPurgedRoomLeavesNoObject(t *testing.T) {
	t.Parallel()
	r := newRig(t, 60)
	r.policy(30)
	gone, young := r.archived(31, 3), r.archived(29, 2)
	r.pass()
	if r.objects(gone) != 0 || r.objects(young) != 6 || r.state(gone) != incident.PurgeSettling || r.state(young) != "" {
		t.Fatalf("left %d of the purged room, which is %q, and %d of the other", r.objects(gone), r.state(gone), r.objects(young))
	}
	if len(r.ended) == 0 || r.ended[0] != gone {
		t.Errorf("ended %v", r.ended)
	}
	r.put(gone, "0192f0c1-2b7a-7c3e-9a51-f00000000000") // an upload that was under way
	r.now = r.now.Add(30 * time.Minute)
	r.pass()
	if r.state(gone) != incident.PurgeSettling {
		t.Errorf("settled after half an hour: %q", r.state(gone))
	}
	r.now = r.now.Add(31 * time.Minute)
	r.pass()
	if r.objects(gone) != 0 || r.state(gone) != incident.PurgeDone || r.objects(young) != 6 {
		t.Errorf("after an hour %d objects are left, it is %q; the other has %d", r.objects(gone), r.state(gone), r.objects(young))
	}
}

// F-FU-02: wherever a purge is cut off, by a fault of the store or by the end of the
// process, the next pass carries it on to its end.
func TestAPurgeThatWasCutOffIsCarriedOn(t *testing.T) {
	t.Parallel()
	for _, dies := range []bool{false, true} {
		for _, step := range []int{0, 1, 4, 6, 7} { // one list and six objects, and one more
			r := newRig(t, 60)
			r.policy(30)
			room := r.archived(31, 2)
			ctx, die := context.WithCancel(t.Context())
			r.store.left, r.store.fail = step, func() error {
				if dies {
					die()
					return ctx.Err()
				}
				return errFault
			}
			_ = r.worker.Pass(ctx) // it says so or not: the log does
			die()
			cut := step < 7
			if (r.objects(room) == 0 && r.state(room) == incident.PurgeSettling) == cut {
				t.Fatalf("cut off at step %d: %d objects, %q", step, r.objects(room), r.state(room))
			}
			r.store.left = -1
			r.pass()
			if r.objects(room) != 0 || r.state(room) != incident.PurgeSettling {
				t.Errorf("cut off at step %d (died: %t), then carried on: %d objects, %q", step, dies, r.objects(room), r.state(room))
			}
		}
	}
}

// F-FU-02: a room whose objects cannot be removed does not hold up the others.
func TestOneFaultHoldsUpNoOtherRoom(t *testing.T) {
	t.Parallel()
	r := newRig(t, 60)
	r.policy(30)
	stuck, other := r.archived(40, 1), r.archived(35, 1)
	r.store.left, r.store.fail = 0, func() error { return errFault }
	r.pass()
	if r.state(stuck) != incident.PurgeRemoving || r.state(other) != incident.PurgeSettling {
		t.Errorf("the one is %q, the other %q", r.state(stuck), r.state(other))
	}
}

// F-FU-02: the policy takes its time, and who names a room does not wait for it.
func TestThePolicyKeepsToItsMeasure(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.policy(30)
	var rooms []incident.RoomID
	for i := range 5 {
		rooms = append(rooms, r.archived(100-i, 0))
	}
	gone := func(want int) {
		t.Helper()
		n := 0
		for i, room := range rooms {
			if r.state(room) != "" {
				n++
				if i >= want {
					t.Errorf("room %d went before its turn", i)
				}
			}
		}
		if n != want {
			t.Errorf("%d rooms are gone, want %d", n, want)
		}
	}
	r.pass()
	gone(2)
	r.pass()
	gone(2)
	by := incident.Principal{Person: incident.Person{ID: "a", Name: "管理員"}}
	ended, spared, err := r.worker.Purge(t.Context(), []incident.RoomID{rooms[2], rooms[0], "no room"}, incident.PurgeCause{By: by, Reason: "x", Now: r.now})
	if len(ended) != 1 || len(spared) != 2 || err != nil {
		t.Errorf("ended %v, spared %v, %v", ended, spared, err)
	}
	gone(3)
	r.now = r.now.Add(61 * time.Minute)
	r.pass()
	gone(5)
}
