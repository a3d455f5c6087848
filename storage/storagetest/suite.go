package storagetest

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"taskreporter/incident"
	"taskreporter/storage"
)

// Fresh makes an empty, migrated database that is gone when t ends.
type Fresh func(t testing.TB) storage.Config

// Run is the contract of package storage.
func Run(t *testing.T, fresh Fresh) {
	fresh(t) // one failure says it all when there is no server
	for _, group := range []struct {
		name  string
		tests func(*testing.T, Fresh)
	}{
		{"Log", testLog},
		{"Refusal", testRefusal},
		{"Ownership", testOwnership},
		{"Claims", testClaims},
		{"Uploads", testUploads},
		{"Rooms", testRooms},
		{"RoomList", testRoomList},
		{"Messages", testMessages},
		{"Changes", testChanges},
		{"Conversation", testConversation},
		{"Copy", testCopy},
		{"Reads", testReads},
		{"Templates", testTemplates},
		{"Search", testSearch},
		{"Files", testFiles},
		{"Inventory", testInventory},
		{"Scans", testScans},
		{"Accounts", testAccounts},
		{"Sessions", testSessions},
		{"Managing", testManaging},
		{"Tokens", testTokens},
		{"Attempts", testAttempts},
		{"People", testPeople},
		{"Retention", testRetention},
		{"Audit", testAudit},
		{"Migration", testMigration},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			group.tests(t, fresh)
		})
	}
}

// promise runs one test on a database of its own.
func promise(t *testing.T, name string, fresh Fresh, f func(t *testing.T, cfg storage.Config)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		f(t, fresh(t))
	})
}

// raw opens the database past package storage.
func raw(t testing.TB, cfg storage.Config) *sql.DB {
	t.Helper()
	driver, address := "postgres", cfg.URL
	if path, ok := strings.CutPrefix(cfg.URL, "sqlite://"); ok {
		driver, address = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func onSQLite(cfg storage.Config) bool { return strings.HasPrefix(cfg.URL, "sqlite:") }

func count(t testing.TB, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// execer is a database or a transaction.
type execer interface {
	Exec(statement string, args ...any) (sql.Result, error)
}

func exec(t testing.TB, db execer, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// claimed is a room with the epoch and the head that its activation knows.
type claimed struct {
	incident.Room
	owner incident.Principal
}

// claim declares a room and activates it.
func claim(t testing.TB, db *storage.DB) *claimed {
	t.Helper()
	owner := person("王小明")
	room, err := db.Library().CreateRoom(t.Context(), owner, newRoom("三號線停機"))
	if err != nil {
		t.Fatalf("create room: %v", err)
	}
	return &claimed{claimOne(t, db, "node-1", room.ID).State.Room, owner}
}

// claimOne claims a room that node must get.
func claimOne(t testing.TB, db *storage.DB, node incident.NodeID, room incident.RoomID) incident.Claimed {
	t.Helper()
	list, err := db.Records().Claim(t.Context(), node, []incident.RoomID{room})
	if err != nil {
		t.Fatalf("claim rooms: %v", err)
	}
	if list[0].Err != nil {
		t.Fatalf("claim room: %v", list[0].Err)
	}
	return list[0]
}

func newRoom(title string) incident.NewRoom {
	return incident.NewRoom{
		Title: title, Type: incident.Equipment, Severity: incident.High,
		Place: incident.Place{Site: "T1", Line: "L3", Station: "S12", Equipment: "EQ-7"},
	}
}

// batch puts changes at the head, and moves the head to their end.
func (r *claimed) batch(changes ...incident.Change) incident.Batch {
	b := incident.Batch{RoomID: r.ID, Epoch: r.Epoch, Lo: r.Head}
	for _, c := range changes {
		r.Head++
		e := incident.Event{RoomID: r.ID, Seq: r.Head, Epoch: r.Epoch, At: now(), By: r.owner.Person}
		if m, ok := c.(incident.MessagePosted); ok {
			m.Message.Seq = r.Head
			e.By, e.At, e.ClientMsgID, c = m.Message.Author, m.Message.At, m.Message.ClientMsgID, m
		}
		e.Change = c
		b.Events = append(b.Events, e)
	}
	return b
}

// says makes a batch of n messages.
func (r *claimed) says(n int) incident.Batch {
	changes := make([]incident.Change, n)
	for i := range changes {
		changes[i] = r.message("主軸溫度 87.4 °C, \"alarm 3021\"; stopped the line")
	}
	return r.batch(changes...)
}

func (r *claimed) message(text string) incident.MessagePosted {
	return incident.MessagePosted{Message: incident.Message{
		ID: incident.MessageID(newID()), Author: r.owner.Person, Type: incident.Text, Text: text,
		ClientMsgID: incident.ClientMsgID(newID()), At: now(),
	}}
}

func (r *claimed) file(name string) incident.FileUploaded {
	id := incident.FileID(newID())
	kind, _ := incident.TypeOf(name)
	return incident.FileUploaded{File: incident.File{
		ID: id, RoomID: r.ID, Uploader: r.owner.Person, Filename: name, Kind: kind.Kind, Mime: kind.Mime, Size: 2_500_000,
		Bucket: "task-reporter-files", Key: incident.ObjectKey(r.ID, kind.Kind, id, incident.Ext(name)),
		Description: "主軸, 100 % sure", SHA256: strings.Repeat("ab", 32), Width: 4032, Height: 3024,
		Scan: incident.Unscanned, UploadedAt: now(),
	}}
}

func member(name string, role incident.Role, by incident.UserID) incident.MemberAdded {
	return incident.MemberAdded{Member: incident.Member{Person: person(name).Person, Role: role, AddedBy: by, AddedAt: now()}}
}

// appendAll appends batches that must all be let through.
func appendAll(t testing.TB, db *storage.DB, batches ...incident.Batch) {
	t.Helper()
	for i, err := range db.Records().Append(t.Context(), batches) {
		if err != nil {
			t.Fatalf("append batch %d: %v", i, err)
		}
	}
}

// logOf returns a room's whole log and fails when it has a gap.
func logOf(t testing.TB, db *storage.DB, room incident.RoomID) []incident.Event {
	t.Helper()
	events, err := db.Records().Events(t.Context(), room, 0, 1<<40, 1<<20)
	if err != nil {
		t.Fatalf("read events: %v", err)
	}
	for i, e := range events {
		if e.Seq != incident.Seq(i+1) {
			t.Fatalf("event %d has seq %d", i+1, e.Seq)
		}
	}
	return events
}

func person(name string) incident.Principal {
	return incident.Principal{
		Person: incident.Person{ID: incident.UserID(newID()), Name: name},
		System: incident.SystemUser,
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func now() time.Time { return incident.Now(time.Now()) }

// same fails unless got is want, nil and empty lists being the same. Times are
// the same only when both are UTC.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	exactly := cmp.Comparer(func(a, b time.Time) bool { return a == b })
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), exactly); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantKind(t testing.TB, err error, kind incident.Kind) {
	t.Helper()
	if incident.KindOf(err) != kind {
		t.Errorf("got error %v, want kind %q", err, kind)
	}
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}
