package storage_test

import (
	"cmp"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

// A connection is lost at the worst moments, by a wire that cuts itself when
// certain words pass.
func TestWhatIsKnownWhenTheConnectionIsLost(t *testing.T) {
	t.Parallel()
	cfg := storagetest.Postgres(t)
	direct := storagetest.Open(t, cfg)
	w := newWire(t, cfg.URL)
	db := storagetest.Open(t, storage.Config{URL: w.url})
	records := db.Records()
	by := incident.Principal{Person: incident.Person{ID: "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10", Name: "王小明"}}
	room, err := db.Library().CreateRoom(t.Context(), by, incident.NewRoom{Title: "停機"})
	if err != nil {
		t.Fatal(err)
	}
	const word = "the wire breaks at this word"
	isNil := func(err error) bool { return err == nil }
	stored := 2
	for _, c := range []struct {
		name     string
		mentions *incident.Mentions // with them the batch has a transaction, else it is one statement
		cut      cut
		want     func(error) bool
		stored   int // events of the batch
	}{
		{"before the statement arrived", &incident.Mentions{All: true}, cut{word: word}, isUnavailable, 0},
		{"before the commit arrived", &incident.Mentions{All: true}, cut{word: "COMMIT\x00"}, isUnknown, 0},
		{"before the commit's answer came", &incident.Mentions{All: true}, cut{word: "COMMIT\x00", deliver: true}, isUnknown, 1},
		{"not at all in a transaction", &incident.Mentions{All: true}, cut{word: "no such word"}, isNil, 1},
		{"before the one statement arrived", nil, cut{word: word}, isUnknown, 0},
		{"before its answer came, always", nil, cut{word: word, deliver: true}, isUnknown, 1},
		// The driver sends it again by itself: what was stored fences it out.
		{"before its answer came, and held", nil, cut{word: word, deliver: true, once: true}, isUnknown, 1},
		{"before it arrived, and held", nil, cut{word: word, once: true}, isNil, 1},
		{"not at all: one statement", nil, cut{word: "no such word"}, isNil, 1},
	} {
		list, err := records.Claim(t.Context(), "node", []incident.RoomID{room.ID}) // on a new connection
		if err != nil || list[0].Err != nil {
			t.Fatalf("%s: claim: %v, %v", c.name, list, err)
		}
		state := list[0].State
		b := incident.Batch{RoomID: room.ID, Epoch: state.Room.Epoch, Lo: state.Room.Head, Events: []incident.Event{{
			RoomID: room.ID, Seq: state.Room.Head + 1, At: room.DeclaredAt, By: by.Person,
			Change: incident.MessagePosted{Message: incident.Message{
				ID: incident.MessageID(uuid.NewString()), Author: by.Person, Text: word, Mentions: c.mentions,
			}},
		}}}
		w.arm(c.cut)
		if err := records.Append(t.Context(), []incident.Batch{b})[0]; !c.want(err) {
			t.Errorf("%s: %v", c.name, err)
		}
		w.arm(cut{})
		stored += c.stored
		events, err := direct.Records().Events(t.Context(), room.ID, 0, 1000, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) != stored {
			t.Errorf("%s: %d events are stored, want %d", c.name, len(events), stored)
			stored = len(events)
		}
	}
}

// A process is stopped between its statement and the commit. Its rooms are locked,
// and its connection stays.
func TestAStoppedProcessDoesNotHoldItsRooms(t *testing.T) { // F-OP-08
	t.Parallel()
	cfg := storagetest.Postgres(t)
	w := newWire(t, cfg.URL)
	stopped, other := storagetest.Open(t, storage.Config{URL: w.url}), storagetest.Open(t, cfg)
	room, err := other.Library().CreateRoom(t.Context(), incident.Principal{}, incident.NewRoom{Title: "停機"})
	if err != nil {
		t.Fatal(err)
	}
	w.arm(cut{word: "COMMIT\x00", mute: true})
	outcome := make(chan error, 1)
	go func() {
		outcome <- stopped.Records().Append(t.Context(), []incident.Batch{{RoomID: room.ID, Lo: 2, Events: []incident.Event{
			{RoomID: room.ID, Seq: 3, At: room.DeclaredAt, Change: incident.MessagePosted{Message: incident.Message{
				Mentions: &incident.Mentions{All: true}, // else it is one statement, which commits itself
			}}},
		}}})[0]
	}()
	waitFor(t, w.muted)
	list, err := other.Records().Claim(t.Context(), "node-2", []incident.RoomID{room.ID})
	if err != nil || list[0].Err != nil || list[0].State.Room.Head != 2 {
		t.Errorf("claim of a room that a stopped process holds: %+v, %v", list, err)
	}
	w.arm(cut{all: true})
	if err := <-outcome; !isUnknown(err) {
		t.Errorf("append whose commit got no answer: %v", err)
	}
}

func isUnknown(err error) bool     { return errors.Is(err, incident.ErrOutcomeUnknown) }
func isUnavailable(err error) bool { return incident.KindOf(err) == incident.Unavailable }

func TestADatabaseThatWasAwayIsUsedAgain(t *testing.T) {
	t.Parallel()
	cfg := storagetest.Postgres(t)
	w := newWire(t, cfg.URL)
	db := storagetest.Open(t, storage.Config{URL: w.url})
	room, err := db.Library().CreateRoom(t.Context(), incident.Principal{}, incident.NewRoom{Title: "停機"})
	if err != nil {
		t.Fatal(err)
	}
	w.arm(cut{all: true})
	for name, err := range map[string]error{
		"ping":   db.Ping(t.Context()),
		"read":   second(db.Library().Head(t.Context(), room.ID)),
		"claim":  second(db.Records().Claim(t.Context(), "node", []incident.RoomID{room.ID})),
		"append": db.Records().Append(t.Context(), []incident.Batch{{RoomID: room.ID, Lo: 2, Events: []incident.Event{{RoomID: room.ID, Seq: 3, Change: incident.FileDeleted{}}}}})[0],
	} {
		if !isUnavailable(err) {
			t.Errorf("%s while the database is away: %v", name, err)
		}
	}
	w.arm(cut{})
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("ping when it is back: %v", err)
	}
	if _, err := db.Records().Claim(t.Context(), "node", []incident.RoomID{room.ID}); err != nil {
		t.Errorf("claim when it is back: %v", err)
	}
}

func TestALostDeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	cfg := storagetest.Postgres(t)
	db := storagetest.Open(t, cfg)
	var rooms []incident.Room
	for range 2 {
		room, err := db.Library().CreateRoom(t.Context(), incident.Principal{}, incident.NewRoom{Title: "停機"})
		if err != nil {
			t.Fatal(err)
		}
		rooms = append(rooms, room)
	}
	slices.SortFunc(rooms, func(a, b incident.Room) int { return cmp.Compare(a.ID, b.ID) })
	server, err := sql.Open("postgres", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	other, err := server.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback() //nolint:errcheck // it is committed below
	if _, err := other.Exec("set local deadlock_timeout = '1h'"); err != nil {
		t.Skipf("needs a superuser, to decide who loses: %v", err)
	}
	const lock = "update incident_rooms set title = 'locked' where room_id = $1"
	if _, err := other.Exec(lock, rooms[1].ID); err != nil {
		t.Fatal(err)
	}
	var batches []incident.Batch
	for _, r := range rooms {
		batches = append(batches, incident.Batch{RoomID: r.ID, Lo: 2, Events: []incident.Event{
			{RoomID: r.ID, Seq: 3, At: r.DeclaredAt, Change: incident.MessagePosted{}},
		}})
	}
	outcome := make(chan []error, 1)
	go func() { outcome <- db.Records().Append(t.Context(), batches) }()
	waitFor(t, func() bool { // Append holds the first room and wants the second
		var waiting int
		err := server.QueryRow("select count(*) from pg_locks where not granted and transactionid is not null").Scan(&waiting)
		return err == nil && waiting > 0
	})
	if _, err := other.Exec(lock, rooms[0].ID); err != nil {
		t.Fatalf("the other one lost: %v", err)
	}
	if err := other.Commit(); err != nil {
		t.Fatal(err)
	}
	for i, err := range <-outcome {
		if err != nil {
			t.Errorf("batch %d: %v", i, err)
		}
	}
}

// waitFor asks until it is true, or t's time is over.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("waited in vain")
		}
	}
}

func second[T any](_ T, err error) error { return err }
