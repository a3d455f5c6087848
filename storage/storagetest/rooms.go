package storagetest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testRooms(t *testing.T, fresh Fresh) {
	promise(t, "ADeclarationMakesTheWholeRoom", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-01, F-RM-08
		at := time.Date(2026, 3, 5, 8, 30, 15, 123456789, time.FixedZone("plant", 8*3600))
		cfg.Now = func() time.Time { return at }
		db := Open(t, cfg)
		by := person("Alice (Ops)\\, *Lead*")
		by.From, by.Request = "10.0.0.7", "req-1"
		n := newRoom("三號線停機 \"100 %\"")
		n.Lot, n.Description, n.LineStopped, n.UnitsAtRisk = "WO-7781", "主軸過熱\n第二行", true, 1200
		n.Tags, n.Template = []string{"主軸", "night shift"}, &incident.ShippedTemplates[0]
		room, err := db.Library().CreateRoom(t.Context(), by, n)
		if err != nil {
			t.Fatal(err)
		}
		if !incident.ValidUUID(string(room.ID)) {
			t.Errorf("room id %q", room.ID)
		}
		when := incident.Now(at)
		want := incident.Room{
			ID: room.ID, Number: "INC-2026-00001", Title: n.Title, Type: n.Type, Severity: n.Severity, Status: incident.Open,
			Place: n.Place, Lot: n.Lot, Description: n.Description, LineStopped: true, UnitsAtRisk: 1200, Tags: n.Tags,
			Template: n.Template.ID, TemplateVer: n.Template.Version, CreatedBy: by.Person, DeclaredAt: when, LastActivity: when, Version: 1,
			Head: 2, Role: incident.Owner, MemberCount: 1,
		}
		same(t, "returned room", room, want)
		stored, err := db.Library().Room(t.Context(), room.ID, by.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "stored room", stored, want)

		owner := incident.Member{Person: by.Person, Role: incident.Owner, AddedBy: by.ID, AddedAt: when}
		members, err := db.Library().Members(t.Context(), room.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "members", members, []incident.Member{owner})

		want.Head, want.Role, want.MemberCount = 0, "", 0 // the stored form leaves these out
		same(t, "events", logOf(t, db, room.ID), []incident.Event{
			{RoomID: room.ID, Seq: 1, At: when, By: by.Person, Change: incident.RoomCreated{Room: want, Checklist: n.Template.Items()}},
			{RoomID: room.ID, Seq: 2, At: when, By: by.Person, Change: incident.MemberAdded{Member: owner}},
		})
		entries, err := db.Audit().Entries(t.Context(), incident.AuditQuery{Limit: 10})
		if err != nil || len(entries) != 1 {
			t.Fatalf("%d audit entries (%v), want 1", len(entries), err)
		}
		e := entries[0]
		if e.Act != "room_created" || e.Who != by.Person || e.Target != "room "+string(room.ID) || !e.At.Equal(when) || e.From != by.From || e.Request != by.Request {
			t.Errorf("audit entry %+v", e)
		}
	})

	promise(t, "ThousandRoomsAtOnceHaveNumbersWithoutGaps", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-08
		const rooms = 1000
		dbs := []*storage.DB{Open(t, cfg), Open(t, cfg)}
		numbers := make([]string, rooms)
		var wg sync.WaitGroup
		for i := range rooms {
			wg.Go(func() {
				room, err := dbs[i%2].Library().CreateRoom(t.Context(), person("王小明"), newRoom("停機"))
				if err != nil {
					t.Errorf("create room: %v", err)
				}
				numbers[i] = room.Number
			})
		}
		wg.Wait()
		slices.Sort(numbers)
		year := time.Now().In(zone(t)).Year()
		for i, n := range numbers {
			if want := incident.Number(year, i+1); n != want {
				t.Fatalf("number %d is %s, want %s", i+1, n, want)
			}
		}
	})

	promise(t, "AFailedDeclarationLeavesNothing", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-08
		db := Open(t, cfg)
		if _, err := db.Library().CreateRoom(t.Context(), person("王小明"), newRoom("停機")); err != nil {
			t.Fatal(err)
		}
		tables := raw(t, cfg)
		block, unblock := "alter table audit add constraint closed check (act <> 'room_created') not valid", "alter table audit drop constraint closed"
		if onSQLite(cfg) {
			block = "create trigger closed before insert on audit begin select raise(abort, 'closed'); end"
			unblock = "drop trigger closed"
		}
		exec(t, tables, block)
		if _, err := db.Library().CreateRoom(t.Context(), person("王小明"), newRoom("停機")); err == nil {
			t.Fatal("a room was made without its audit row")
		}
		exec(t, tables, unblock)
		for table, want := range map[string]int{"incident_rooms": 1, "room_members": 1, "room_events": 2, "audit": 1} {
			if n := count(t, tables, "select count(*) from "+table); n != want {
				t.Errorf("%d rows in %s, want %d", n, table, want)
			}
		}
		room, err := db.Library().CreateRoom(t.Context(), person("王小明"), newRoom("停機"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(room.Number, "-00002") {
			t.Errorf("number %s after one failure, want …-00002", room.Number)
		}
	})

	promise(t, "TheYearIsThePlants", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-08
		cfg.Now = func() time.Time { return time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC) }
		for _, c := range []struct {
			zone *time.Location
			want string
		}{{time.UTC, "INC-2026-00001"}, {zone(t), "INC-2027-00001"}, {nil, "INC-2027-00002"}} {
			cfg.Zone = c.zone
			room, err := Open(t, cfg).Library().CreateRoom(t.Context(), person("王小明"), newRoom("停機"))
			if err != nil {
				t.Fatal(err)
			}
			if room.Number != c.want {
				t.Errorf("in %v: %s, want %s", c.zone, room.Number, c.want)
			}
		}
	})

	promise(t, "ARoomThatDoesNotExistIsNotFound", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		nowhere := incident.RoomID(newID())
		_, err := db.Library().Room(t.Context(), nowhere, "")
		wantKind(t, err, incident.NotFound)
		_, err = db.Library().Head(t.Context(), nowhere)
		wantKind(t, err, incident.NotFound)
		_, _, _, err = db.Library().Messages(t.Context(), nowhere, incident.MessageQuery{Limit: 1})
		wantKind(t, err, incident.NotFound)
		role, err := db.Library().Role(t.Context(), nowhere, "")
		if role != incident.NoRole || err != nil {
			t.Errorf("role %q (%v), want none", role, err)
		}
	})

	promise(t, "MembersHaveTheRoleTheyWereGiven", fresh, func(t *testing.T, cfg storage.Config) { // F-MB-01, F-MB-02
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		zoe, bob := member("Zoe", incident.Editor, r.owner.ID), member("Bob", incident.Viewer, r.owner.ID)
		second := member("Ann", incident.Owner, r.owner.ID)
		appendAll(t, db, r.batch(zoe, bob), other.batch(member("Eve", incident.Owner, other.owner.ID)))
		appendAll(t, db, r.batch(second))
		for user, want := range map[incident.UserID]incident.Role{
			r.owner.ID: incident.Owner, zoe.Member.ID: incident.Editor, bob.Member.ID: incident.Viewer, other.owner.ID: incident.NoRole,
		} {
			if role, err := db.Library().Role(t.Context(), r.ID, user); role != want || err != nil {
				t.Errorf("role %q (%v), want %q", role, err, want)
			}
		}
		members, err := db.Library().Members(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		first := incident.Member{Person: r.owner.Person, Role: incident.Owner, AddedBy: r.owner.ID, AddedAt: r.DeclaredAt}
		same(t, "members", members, []incident.Member{second.Member, first, bob.Member, zoe.Member})
	})
}

func zone(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Asia/Taipei")
	if err != nil {
		t.Fatalf("no time zone to test with: %v", err)
	}
	return zone
}
