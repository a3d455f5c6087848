package storagetest

import (
	"slices"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testRoomList(t *testing.T, fresh Fresh) {
	promise(t, "RoomsAreFilteredAndPaged", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-02, F-RM-04, F-RM-05, F-RM-06
		clock := time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)
		cfg.Now = func() time.Time { clock = clock.Add(time.Minute); return clock }
		db := Open(t, cfg)
		ann, bob := person("Ann"), person("Bob")
		declare := func(by incident.Principal, n incident.NewRoom) incident.Room {
			room, err := db.Library().CreateRoom(t.Context(), by, n)
			if err != nil {
				t.Fatal(err)
			}
			return room
		}
		plain := incident.NewRoom{Type: incident.Other, Severity: incident.Low}
		titled := func(title string) incident.NewRoom { n := plain; n.Title = title; return n }
		placed := func(p incident.Place) incident.NewRoom { n := titled("placed"); n.Place = p; return n }
		spindle := titled("主軸過熱停機")
		spindle.Severity = incident.Critical
		described := titled("described")
		described.Description = "Robot arm REPORTS e-stop"
		for _, n := range []incident.NewRoom{
			spindle, titled("100% scrap"), titled("1000 scrap"), titled("under_score"), titled("underXscore"),
			titled(`back\slash`), described, placed(incident.Place{Line: "Line-A"}),
			placed(incident.Place{Station: "焊接站"}), placed(incident.Place{Equipment: "EQ-42"}),
			placed(incident.Place{Site: "T9"}),
		} {
			declare(ann, n)
		}
		declare(bob, titled("bob's"))
		exec(t, raw(t, cfg), "update incident_rooms set status = 'RESOLVED' where title in ('100% scrap', 'described')")

		for name, c := range map[string]struct {
			q    incident.RoomQuery
			want []string // titles, newest first
		}{
			"mine":             {incident.RoomQuery{Asker: bob.ID}, []string{"bob's"}},
			"a stranger's":     {incident.RoomQuery{Asker: "nobody"}, nil},
			"status":           {incident.RoomQuery{All: true, Statuses: []incident.Status{incident.Resolved, incident.Closed}}, []string{"described", "100% scrap"}},
			"severity":         {incident.RoomQuery{All: true, Severities: []incident.Severity{incident.Critical}}, []string{spindle.Title}},
			"all of them":      {incident.RoomQuery{Asker: ann.ID, Severities: []incident.Severity{incident.Critical}, Statuses: []incident.Status{incident.Resolved}}, nil},
			"chinese":          {incident.RoomQuery{All: true, Text: "過熱"}, []string{spindle.Title}},
			"percent":          {incident.RoomQuery{All: true, Text: "100%"}, []string{"100% scrap"}},
			"underscore":       {incident.RoomQuery{All: true, Text: "under_"}, []string{"under_score"}},
			"backslash":        {incident.RoomQuery{All: true, Text: `k\s`}, []string{`back\slash`}},
			"another case":     {incident.RoomQuery{All: true, Text: " robot ARM reports "}, []string{"described"}},
			"line":             {incident.RoomQuery{All: true, Text: "line-a"}, []string{"placed"}},
			"station":          {incident.RoomQuery{All: true, Text: "接站"}, []string{"placed"}},
			"equipment":        {incident.RoomQuery{All: true, Text: "eq-42"}, []string{"placed"}},
			"number":           {incident.RoomQuery{All: true, Text: "inc-2026-00002"}, []string{"100% scrap"}},
			"not the site":     {incident.RoomQuery{All: true, Text: "T9"}, nil},
			"text among mine":  {incident.RoomQuery{Asker: bob.ID, Text: "scrap"}, nil},
			"no injection":     {incident.RoomQuery{All: true, Text: "' or '1'='1"}, nil},
			"an empty text":    {incident.RoomQuery{Asker: bob.ID, Text: "  "}, []string{"bob's"}},
			"a page in middle": {incident.RoomQuery{All: true, Text: "score", Limit: 1, Offset: 1}, []string{"under_score"}},
		} {
			total := len(c.want)
			if c.q.Limit == 0 {
				c.q.Limit = 50
			} else {
				total = 2
			}
			rooms, n, err := db.Library().Rooms(t.Context(), c.q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []string
			for _, r := range rooms {
				got = append(got, r.Title)
			}
			same(t, name, got, c.want)
			if n != total {
				t.Errorf("%s: %d in all, want %d", name, n, total)
			}
		}
	})

	promise(t, "RoomsAreFilteredByWhatTheyAreToTheAsker", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-04
		clock := time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)
		cfg.Now = func() time.Time { return clock }
		db := Open(t, cfg)
		ann, bob := person("Ann"), person("Bob")
		declare := func(by incident.Principal, n incident.NewRoom) *claimed {
			clock = clock.Add(time.Minute)
			room, err := db.Library().CreateRoom(t.Context(), by, n)
			if err != nil {
				t.Fatal(err)
			}
			return &claimed{claimOne(t, db, "node-1", room.ID).State.Room, by}
		}
		anns, bobs, third := newRoom("ann's"), newRoom("bob's"), newRoom("third")
		bobs.Type, bobs.Place.Line = incident.Quality, "L33"
		third.Type = incident.Safety
		declare(ann, anns)
		b := declare(bob, bobs)
		c := declare(bob, third)
		assigned := c.Room
		assigned.Assignee = &ann.Person
		appendAll(t, db, b.batch(incident.MemberAdded{Member: incident.Member{Person: ann.Person, Role: incident.Viewer, AddedBy: bob.ID, AddedAt: now()}}),
			c.batch(incident.RoomUpdated{Room: assigned}))
		second := time.Date(2026, 3, 5, 8, 2, 0, 0, time.UTC)
		for name, c := range map[string]struct {
			q    incident.RoomQuery
			want []string
		}{
			"types":               {incident.RoomQuery{All: true, Types: []incident.IncidentType{incident.Equipment, incident.Safety}}, []string{"ann's", "third"}},
			"line":                {incident.RoomQuery{All: true, Line: "L3"}, []string{"ann's", "third"}},
			"roles":               {incident.RoomQuery{Asker: ann.ID, All: true, Roles: []incident.Role{incident.Viewer, incident.Editor}}, []string{"bob's"}},
			"mine":                {incident.RoomQuery{Asker: ann.ID, All: true, Mine: true}, []string{"ann's", "bob's", "third"}},
			"assigned":            {incident.RoomQuery{Asker: ann.ID, All: true, Assigned: true}, []string{"third"}},
			"assigned, no member": {incident.RoomQuery{Asker: ann.ID, Assigned: true}, nil},
			"a stranger's":        {incident.RoomQuery{Asker: person("x").ID, All: true, Mine: true}, nil},
			"since":               {incident.RoomQuery{All: true, Since: second}, []string{"bob's", "third"}},
			"until":               {incident.RoomQuery{All: true, Until: second}, []string{"ann's"}},
			"between":             {incident.RoomQuery{All: true, Since: second, Until: second.Add(time.Minute)}, []string{"bob's"}},
		} {
			c.q.Limit = 10
			rooms, n, err := db.Library().Rooms(t.Context(), c.q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []string
			for _, r := range rooms {
				got = append(got, r.Title)
			}
			slices.Sort(got)
			same(t, name, got, c.want)
			if n != len(c.want) {
				t.Errorf("%s: %d in all, want %d", name, n, len(c.want))
			}
		}
	})

	promise(t, "TheListShowsNewestActivityFirst", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-02
		db := Open(t, cfg)
		quiet, busy, third := claim(t, db), claim(t, db), claim(t, db)
		guest := member("李四", incident.Viewer, busy.owner.ID)
		at := now().Add(time.Hour)
		older, newest := busy.message("older"), busy.message("  最新的訊息\nsecond line")
		older.Message.At, newest.Message.At = at, at.Add(time.Minute)
		appendAll(t, db, busy.batch(guest, older, newest), third.says(1))

		rooms, total, err := db.Library().Rooms(t.Context(), incident.RoomQuery{Asker: guest.Member.ID, All: true, Limit: 10})
		if err != nil || total != 3 || len(rooms) != 3 {
			t.Fatalf("%d rooms of %d (%v), want 3", len(rooms), total, err)
		}
		first := rooms[0]
		if first.ID != busy.ID || rooms[2].ID != quiet.ID {
			t.Errorf("order %s, %s, %s", rooms[0].ID, rooms[1].ID, rooms[2].ID)
		}
		if first.LastMessage != "最新的訊息" || first.MemberCount != 2 || first.Role != incident.Viewer || first.Head != 5 {
			t.Errorf("newest room: %+v", first)
		}
		if !first.LastActivity.Equal(at.Add(time.Minute)) {
			t.Errorf("last activity %v, want %v", first.LastActivity, at.Add(time.Minute))
		}
		if r := rooms[2]; r.LastMessage != "" || r.MemberCount != 1 || r.Role != incident.NoRole {
			t.Errorf("quiet room: %+v", r)
		}
	})
}
