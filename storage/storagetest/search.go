package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testSearch(t *testing.T, fresh Fresh) {
	promise(t, "WordsAreFoundWhereverTheyStand", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-05, F-RT-11
		db := Open(t, cfg)
		r := claim(t, db) // 三號線停機
		photo := r.file("CNC_主軸.jpg")
		photo.File.Description = "burnt bearing"
		system, shown := r.message("overheated system"), r.message("burnt")
		system.Message.Type = incident.SystemMessage
		shown.Message.Type, shown.Message.Ref = incident.ImageRef, &incident.Reference{FileID: photo.File.ID}
		appendAll(t, db, r.batch(r.message("主軸過熱,已停機 E304"), r.message("Spindle OVERHEATED again"), // 3, 4
			r.message("ＡＬＡＲＭ ３０２１: don't touch"), r.message("主軸承與軸心"), photo, system, shown, // 5, 6, 7
			incident.RoomUpdated{Room: withTitle(r.Room, "三號線停機", "robot 焊接站 stopped")}))
		for _, c := range []struct {
			text string
			want string
		}{
			{"過熱", "message 3"},
			{"停機", "message 3, room"},
			{"停", "message 3, room"},
			{"主軸", "message 6, message 3, file 7"},
			{"主軸心", ""}, // its pairs are in message 6
			{"軸過熱", "message 3"},
			{"主軸過熱,已停機", "message 3"},
			{"spindle", "message 4"},
			{"SPIN over", "message 4"},
			{"pindle", ""},
			{"e304 過熱", "message 3"},
			{"e304 spindle", ""},
			{"alarm", "message 5"},
			{"３０２", "message 5"},
			{"don't", "message 5"},
			{"burnt", "file 7"},
			{"jpg 主軸", "file 7"},
			{"overheated system", ""},
			{"robot 號線", "room"},
			{r.Number, "room"},
			{"焊接", "room"},
			{"?!", ""},
			{"", ""},
			{`" OR "x" * ' & | ! ( ) : < \`, ""},
		} {
			hits, next := search(t, db, incident.SearchQuery{Asker: r.owner.ID, Text: c.text, Limit: 10})
			if next != nil {
				t.Errorf("%q: more than one page", c.text)
			}
			same(t, c.text, names(hits), split(c.want))
		}
		for kind, want := range map[incident.SearchKind]string{
			incident.FoundMessage: "message 3", incident.FoundRoom: "room", incident.FoundFile: "",
		} {
			hits, _ := search(t, db, incident.SearchQuery{Asker: r.owner.ID, Text: "停機", Kinds: []incident.SearchKind{kind}, Limit: 10})
			same(t, string(kind), names(hits), split(want))
		}
	})

	promise(t, "AHitTellsWhereItIs", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-11
		db := Open(t, cfg)
		r := claim(t, db)
		m, photo := r.message("前面 ＡＬＡＲＭ 後面"), r.file("alarm.log")
		photo.File.UploadedAt = m.Message.At.Add(time.Second)
		appendAll(t, db, r.batch(m, photo, incident.RoomUpdated{Room: withTitle(r.Room, "Alarm 12", "")}))
		hits, _ := search(t, db, incident.SearchQuery{Asker: r.owner.ID, Text: "alarm", Limit: 10})
		match := func(before, text, after string) (parts []incident.SnippetPart) {
			for i, s := range []string{before, text, after} {
				if s != "" {
					parts = append(parts, incident.SnippetPart{Text: s, Match: i == 1})
				}
			}
			return parts
		}
		same(t, "hits", hits, []incident.Hit{
			{
				Kind: incident.FoundFile, Room: r.ID, Number: r.Number, Title: "Alarm 12", File: photo.File.ID, Seq: 4,
				Author: r.owner.Person, At: photo.File.UploadedAt, Snippet: match("", "alarm", ".log"),
			}, {
				Kind: incident.FoundMessage, Room: r.ID, Number: r.Number, Title: "Alarm 12", Message: m.Message.ID, Seq: 3,
				Author: r.owner.Person, At: m.Message.At, Snippet: match("前面 ", "ＡＬＡＲＭ", " 後面"),
			}, {
				Kind: incident.FoundRoom, Room: r.ID, Number: r.Number, Title: "Alarm 12",
				Author: r.owner.Person, At: r.DeclaredAt, Snippet: match("", "Alarm", " 12"),
			},
		})
	})

	promise(t, "ASearchFollowsEveryChange", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-11, F-DL-03
		db := Open(t, cfg)
		r := claim(t, db)
		m, doomed, photo := r.message("apple"), r.message("banana"), r.file("cherry.log")
		photo.File.Description = ""
		appendAll(t, db, r.batch(m, doomed, photo, incident.RoomUpdated{Room: withTitle(r.Room, "durian", "")}))
		want := func(text, want string) {
			t.Helper()
			hits, _ := search(t, db, incident.SearchQuery{Asker: r.owner.ID, Text: text, Limit: 10})
			same(t, text, names(hits), split(want))
		}
		for text, found := range map[string]string{"apple": "message 3", "banana": "message 4", "cherry": "file 5", "durian": "room", "三號": ""} {
			want(text, found)
		}
		appendAll(t, db, r.batch(incident.MessageEdited{MessageID: m.Message.ID, Text: "elder"}, incident.MessageDeleted{MessageID: doomed.Message.ID},
			incident.FileDeleted{FileID: photo.File.ID}, incident.RoomUpdated{Room: withTitle(r.Room, "fig", "")}))
		for text, found := range map[string]string{"apple": "", "elder": "message 3", "banana": "", "cherry": "", "durian": "", "fig": "room"} {
			want(text, found)
		}
		// Nothing of it stays in the index either.
		query := "select count(*) from messages where message_id = $1 and words <> ''"
		if onSQLite(cfg) {
			query = "select count(*) from messages where message_id = $1 and doc > 0"
		}
		if n := count(t, raw(t, cfg), query, string(doomed.Message.ID)); n != 0 {
			t.Error("a deleted message has words still")
		}
	})

	promise(t, "NothingIsFoundInRoomsOfOthers", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-01, F-RT-11
		db := Open(t, cfg)
		mine, theirs := claim(t, db), claim(t, db)
		li := member("李四", incident.Viewer, mine.owner.ID)
		appendAll(t, db, mine.batch(li, mine.message("leak")), theirs.batch(theirs.message("leak"), theirs.file("leak.log"),
			incident.RoomUpdated{Room: withTitle(theirs.Room, "leak", "")}))
		for name, c := range map[string]struct {
			q    incident.SearchQuery
			want int
		}{
			"a member":             {incident.SearchQuery{Asker: li.Member.ID}, 1},
			"who names the room":   {incident.SearchQuery{Asker: li.Member.ID, Room: theirs.ID}, 0},
			"a stranger":           {incident.SearchQuery{Asker: person("x").ID}, 0},
			"an auditor":           {incident.SearchQuery{Asker: person("x").ID, All: true}, 4},
			"an auditor in a room": {incident.SearchQuery{All: true, Room: mine.ID}, 1},
		} {
			c.q.Text, c.q.Limit = "leak", 10
			hits, _ := search(t, db, c.q)
			if len(hits) != c.want {
				t.Errorf("%s finds %v, want %d", name, names(hits), c.want)
			}
		}
		appendAll(t, db, mine.batch(incident.MemberRemoved{Person: li.Member.Person}))
		if hits, _ := search(t, db, incident.SearchQuery{Asker: li.Member.ID, Text: "leak", Limit: 10}); len(hits) != 0 {
			t.Errorf("somebody who was removed finds %v", names(hits))
		}
	})

	promise(t, "HitsAreFilteredAndPaged", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-04, F-RT-11
		db := Open(t, cfg)
		r := claim(t, db)
		start := now().Add(time.Hour)
		li := member("李四", incident.Editor, r.owner.ID)
		appendAll(t, db, r.batch(li))
		var changes []incident.Change
		for i := range 60 {
			m := r.message(fmt.Sprintf("needle %d", i))
			if i%3 == 1 { // has the pairs of 主軸心, not the run
				m = r.message("needle 主軸承軸心")
			}
			if i%3 == 2 {
				m = r.message("needle 主軸心")
				m.Message.Author = li.Member.Person
			}
			m.Message.At = start.Add(time.Duration(i/4) * time.Second) // four share a time
			changes = append(changes, m)
		}
		f := r.file("needle.log")
		f.File.UploadedAt = start.Add(5 * time.Second)
		appendAll(t, db, r.batch(append(changes, f)...))
		pages := func(q incident.SearchQuery) (all []incident.Hit) {
			t.Helper()
			q.Asker = r.owner.ID
			for range 100 {
				hits, next := search(t, db, q)
				if len(hits) > q.Limit || next != nil && len(hits) != q.Limit {
					t.Fatalf("a page of %d hits, and %v", len(hits), next)
				}
				all = append(all, hits...)
				if next == nil {
					return all
				}
				q.Before = next
			}
			t.Fatal("paging does not end")
			return nil
		}
		whole := pages(incident.SearchQuery{Text: "needle", Limit: 100})
		if len(whole) != 61 || !slices.IsSortedFunc(whole, func(a, b incident.Hit) int { return b.At.Compare(a.At) }) {
			t.Errorf("%d hits, want 61, newest first", len(whole))
		}
		same(t, "pages", names(pages(incident.SearchQuery{Text: "needle", Limit: 7})), names(whole))
		if n := len(pages(incident.SearchQuery{Text: "主軸心", Limit: 3})); n != 20 {
			t.Errorf("%d hits, want 20", n)
		}
		if n := len(pages(incident.SearchQuery{Text: "needle", Author: li.Member.ID, Limit: 50})); n != 20 {
			t.Errorf("%d hits of an author, want 20", n)
		}
		between := incident.SearchQuery{Text: "needle", Since: start.Add(2 * time.Second), Until: start.Add(6 * time.Second), Limit: 50}
		if n := len(pages(between)); n != 17 {
			t.Errorf("%d hits in four seconds, want 17", n)
		}
	})

	promise(t, "WhatIsNotIndexedYetIsIndexedAtTheStart", fresh, func(t *testing.T, cfg storage.Config) { // F-DB-04
		db := Open(t, cfg)
		r := claim(t, db)
		gone := r.message("old 主軸")
		system := r.message("old system")
		system.Message.Type = incident.SystemMessage
		appendAll(t, db, r.batch(gone, system, r.file("old.log"), incident.MessageDeleted{MessageID: gone.Message.ID}))
		for range 3 {
			appendAll(t, db, r.batch(r.message("old 主軸")), claim(t, db).says(400)) // more than one chunk
		}
		pool := raw(t, cfg)
		if onSQLite(cfg) {
			for table, words := range map[string]string{"messages": "message_words", "room_files": "file_words", "incident_rooms": "room_words"} {
				exec(t, pool, "update "+table+" set doc = null")
				exec(t, pool, "delete from "+words)
			}
		} else {
			for _, s := range []string{"update messages set words = null", "update room_files set words = null", "delete from room_words"} {
				exec(t, pool, s)
			}
		}
		found := func(want int) {
			t.Helper()
			if hits, _ := search(t, db, incident.SearchQuery{All: true, Text: "old", Limit: 50}); len(hits) != want {
				t.Errorf("%d hits, want %d: %v", len(hits), want, names(hits))
			}
		}
		found(0)
		seed(t, db)
		found(4)
		if hits, _ := search(t, db, incident.SearchQuery{All: true, Text: "三號", Limit: 50}); len(hits) != 4 {
			t.Errorf("%d rooms, want 4", len(hits))
		}
		seed(t, db)
		found(4)
		appendAll(t, db, r.batch(r.message("old and new")))
		found(5)
	})
}

func withTitle(r incident.Room, title, description string) incident.Room {
	r.Title, r.Description = title, description
	return r
}

func search(t testing.TB, db *storage.DB, q incident.SearchQuery) ([]incident.Hit, *incident.SearchCursor) {
	t.Helper()
	hits, next, err := db.Library().Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q: %v", q.Text, err)
	}
	return hits, next
}

// names writes hits as their kind and seq.
func names(hits []incident.Hit) []string {
	list := make([]string, len(hits))
	for i, h := range hits {
		list[i] = string(h.Kind)
		if h.Seq > 0 {
			list[i] += fmt.Sprint(" ", h.Seq)
		}
	}
	return list
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ", ")
}
