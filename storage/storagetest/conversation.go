package storagetest

import (
	"slices"
	"strings"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testConversation(t *testing.T, fresh Fresh) {
	promise(t, "AMessageReadsAsItIsNow", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-03, F-RT-04, F-RT-11
		db := Open(t, cfg)
		r := claim(t, db)
		li := person("李四").Person
		m := r.message("stop")
		m.Message.Type, m.Message.Status = incident.StatusUpdate, &incident.StatusChange{From: incident.Open, To: incident.Closed}
		m.Message.Mentions = &incident.Mentions{All: true, Roles: []incident.Role{incident.Editor}, Users: []incident.UserID{li.ID}}
		id := m.Message.ID
		b := r.batch(m,
			incident.ReactionAdded{MessageID: id, Emoji: "👍"}, incident.ReactionAdded{MessageID: id, Emoji: "👀"},
			incident.ReactionAdded{MessageID: id, Emoji: "👍"}, incident.ReactionAdded{MessageID: id, Emoji: "👍"},
			incident.ReactionRemoved{MessageID: id, Emoji: "👀"},
			incident.MessagePinned{MessageID: id},
		)
		b.Events[2].By, b.Events[3].By, b.Events[5].By = li, li, li
		appendAll(t, db, b)
		want := messageOf(b, 0)
		want.Reactions = []incident.Reaction{{Emoji: "👍", People: []incident.Person{r.owner.Person, li}}}
		want.Pinned = &incident.Done{By: r.owner.Person, At: b.Events[6].At}
		everywhere(t, db, r, want, true)

		b = r.batch(incident.MessageEdited{MessageID: id, Text: "go", Mentions: &incident.Mentions{Users: []incident.UserID{li.ID}}},
			incident.MessageEdited{MessageID: id, Text: "停 on"}, incident.MessageUnpinned{MessageID: id})
		appendAll(t, db, b)
		want.Text, want.Mentions, want.Edits, want.EditedAt, want.Pinned = "停 on", nil, 2, &b.Events[1].At, nil
		everywhere(t, db, r, want, false)
		history, err := db.Library().History(t.Context(), r.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "history", history, []incident.Edit{
			{Seq: 3, Text: "stop", At: want.At, By: r.owner.Person},
			{Seq: 10, Text: "go", At: b.Events[0].At, By: r.owner.Person},
			{Seq: 11, Text: "停 on", At: b.Events[1].At, By: r.owner.Person},
		})
		_, err = db.Library().History(t.Context(), r.ID, incident.MessageID(newID()))
		wantKind(t, err, incident.NotFound)
		_, err = db.Library().Message(t.Context(), claim(t, db).ID, id)
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "NothingReadsWhatADeletedMessageSaid", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-11
		db := Open(t, cfg)
		r := claim(t, db)
		li := person("李四").Person
		m, kept := r.message("secret one"), r.message("kept")
		m.Message.Mentions = &incident.Mentions{All: true}
		id := m.Message.ID
		said := r.batch(m, kept, incident.MessageEdited{MessageID: id, Text: "secret two", Mentions: &incident.Mentions{All: true}},
			incident.ReactionAdded{MessageID: id, Emoji: "👍"}, incident.MessagePinned{MessageID: id})
		appendAll(t, db, said)
		b := r.batch(incident.MessageEdited{MessageID: id, Text: "secret three"}, incident.MessageDeleted{MessageID: id, Reason: "wrong room"})
		b.Events[1].By = li
		appendAll(t, db, b)
		gone := &incident.Done{By: li, At: b.Events[1].At}
		want := messageOf(said, 0)
		want.Text, want.Mentions, want.Edits, want.EditedAt, want.Deleted = "", nil, 2, &b.Events[0].At, gone
		everywhere(t, db, r, want, false)
		if history, err := db.Library().History(t.Context(), r.ID, id); err != nil || len(history) != 0 {
			t.Errorf("history of a deleted message: %v, %v", history, err)
		}
		redacted := slices.Clone(said.Events)
		for i := range redacted {
			if i != 1 { // a kept message
				redacted[i].Change = incident.Redacted(redacted[i].Change, *gone)
			}
		}
		last := b.Events[0]
		last.Change = incident.Redacted(last.Change, *gone)
		redacted = append(redacted, last, b.Events[1])
		events := logOf(t, db, r.ID)
		same(t, "events", events[2:], redacted)
		// The log keeps it as evidence.
		if n := count(t, raw(t, cfg), "select count(*) from room_events where body like '%secret%'"); n != 3 {
			t.Errorf("%d stored events tell what was said, want 3", n)
		}
	})

	promise(t, "OneBatchMayDoEverythingToAMessage", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-07
		db := Open(t, cfg)
		r := claim(t, db)
		m := r.message("a")
		id := m.Message.ID
		b := r.batch(m, incident.MessageEdited{MessageID: id, Text: "b"}, incident.ReactionAdded{MessageID: id, Emoji: "👍"},
			incident.MessagePinned{MessageID: id}, incident.MessageDeleted{MessageID: id})
		appendAll(t, db, b)
		want := messageOf(b, 0)
		want.Text, want.Edits, want.EditedAt = "", 1, &b.Events[1].At
		want.Deleted = &incident.Done{By: r.owner.Person, At: b.Events[4].At}
		everywhere(t, db, r, want, false)
		for _, e := range logOf(t, db, r.ID)[2:] {
			switch c := e.Change.(type) {
			case incident.MessagePosted:
				if c.Message.Text != "" || c.Message.Deleted == nil {
					t.Errorf("the posting reads %+v", c.Message)
				}
			case incident.MessageEdited:
				if c.Text != "" {
					t.Errorf("the edit reads %q", c.Text)
				}
			}
		}
	})

	promise(t, "AReferenceTellsThatItsFileIsDeleted", fresh, func(t *testing.T, cfg storage.Config) { // F-WS-03, F-WS-04
		db := Open(t, cfg)
		r := claim(t, db)
		photo := r.file("主軸.jpg")
		m := r.message("")
		m.Message.Type = incident.ImageRef
		m.Message.Ref = &incident.Reference{FileID: photo.File.ID, Filename: "主軸.jpg", Kind: incident.Image, Size: 12, Scan: photo.File.Scan}
		b := r.batch(photo, m)
		appendAll(t, db, b)
		want := messageOf(b, 1)
		everywhere(t, db, r, want, false)
		appendAll(t, db, r.batch(incident.FileDeleted{FileID: photo.File.ID, DeletedBy: r.owner.Person, Reason: "blurred"}))
		deleted := *want.Ref
		deleted.Deleted = true
		want.Ref = &deleted
		everywhere(t, db, r, want, false)
	})

	promise(t, "ATimelineIsReadInPages", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-07, F-RT-11
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		appendAll(t, db, other.says(9))
		m := r.message("a")
		id := m.Message.ID
		appendAll(t, db, r.batch(m, r.message("b"), // 3, 4
			incident.ReactionAdded{MessageID: id, Emoji: "👍"}, incident.ReactionRemoved{MessageID: id, Emoji: "👍"}, // 5, 6
			member("李四", incident.Viewer, r.owner.ID),                                      // 7
			incident.MessagePinned{MessageID: id}, incident.MessageUnpinned{MessageID: id}, // 8, 9
			r.message("c"), r.message("d"), // 10, 11
			incident.MessageEdited{MessageID: id, Text: "a2"}, incident.MessageDeleted{MessageID: id}, // 12, 13
		))
		for name, c := range map[string]struct {
			q             incident.TimelineQuery
			want          []incident.Seq
			before, after bool
		}{
			"newest":             {incident.TimelineQuery{Limit: 3}, []incident.Seq{7, 10, 11}, true, false},
			"all":                {incident.TimelineQuery{Limit: 7}, []incident.Seq{1, 2, 3, 4, 7, 10, 11}, false, false},
			"before":             {incident.TimelineQuery{Before: 10, Limit: 2}, []incident.Seq{4, 7}, true, true},
			"before, to the end": {incident.TimelineQuery{Before: 4, Limit: 3}, []incident.Seq{1, 2, 3}, false, true},
			"before what hides":  {incident.TimelineQuery{Before: 12, Limit: 1}, []incident.Seq{11}, true, false},
			"before the first":   {incident.TimelineQuery{Before: 1, Limit: 3}, nil, false, true},
			"after":              {incident.TimelineQuery{After: 4, Limit: 2}, []incident.Seq{7, 10}, true, true},
			"after, to the end":  {incident.TimelineQuery{After: 7, Limit: 2}, []incident.Seq{10, 11}, true, false},
			"after the last":     {incident.TimelineQuery{After: 13, Limit: 2}, nil, true, false},
			"around":             {incident.TimelineQuery{Around: 7, Limit: 4}, []incident.Seq{3, 4, 7, 10}, true, true},
			"around the first":   {incident.TimelineQuery{Around: 1, Limit: 4}, []incident.Seq{1, 2, 3, 4}, false, true},
			"around the last":    {incident.TimelineQuery{Around: 11, Limit: 4}, []incident.Seq{7, 10, 11}, true, false},
			"around a hidden":    {incident.TimelineQuery{Around: 9, Limit: 2}, []incident.Seq{7, 10}, true, true},
		} {
			page, err := db.Library().Timeline(t.Context(), r.ID, c.q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []incident.Seq
			for _, e := range page.Events {
				got = append(got, e.Seq)
			}
			same(t, name, got, c.want)
			if page.Head != 13 || page.Before != c.before || page.After != c.after {
				t.Errorf("%s: head %d, before %v, after %v, want 13, %v, %v", name, page.Head, page.Before, page.After, c.before, c.after)
			}
		}
		_, err := db.Library().Timeline(t.Context(), incident.RoomID(newID()), incident.TimelineQuery{Limit: 1})
		wantKind(t, err, incident.NotFound)
	})

	// However long the log is, a page is found by its place.
	promise(t, "APageOfALongTimelineIsFoundByItsPlace", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		appendAll(t, db, r.says(1))
		pool := raw(t, cfg)
		last := 100_003
		if onSQLite(cfg) {
			last = 1003 // its plan does not depend on how many there are
		}
		exec(t, pool, `with recursive s (i) as (select 4 union all select i + 1 from s where i < $2)
			insert into room_events (room_id, seq, epoch, type, author_id, author_name, at, body)
			select room_id, i, epoch, case when i % 2 = 0 then 'message' else 'reaction_added' end, author_id, author_name, at, body
			from room_events, s where room_id = $1 and seq = 3`, string(r.ID), last)
		exec(t, pool, "analyze")
		explain := "explain "
		if onSQLite(cfg) {
			explain = "explain query plan "
		}
		rows, err := pool.Query(explain+`select seq, body from room_events where room_id = $1 and seq > $2 and seq <= $3
			and type not in ('message_edited', 'reaction_added') order by seq desc limit 50`, string(r.ID), 0, last*6/10)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			line := make([]any, len(columns))
			for i := range line {
				line[i] = new(string)
			}
			if err := rows.Scan(line...); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, *line[len(line)-1].(*string))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		text := strings.ToLower(strings.Join(plan, "\n"))
		found := strings.Contains(text, "room_events_pkey") || strings.Contains(text, "using index sqlite_autoindex_room_events_1")
		if !found || strings.Contains(text, "sort") || strings.Contains(text, "temp b-tree") {
			t.Errorf("the plan does not walk the key:\n%s", text)
		}
	})
}

// everywhere checks that every way of reading gives the message so.
func everywhere(t testing.TB, db *storage.DB, r *claimed, want incident.Message, pinned bool) {
	t.Helper()
	lib := db.Library()
	one, err := lib.Message(t.Context(), r.ID, want.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "message", one, want)
	if one, err = db.Records().Message(t.Context(), r.ID, want.ID); err != nil {
		t.Fatal(err)
	}
	same(t, "message in records", one, want)
	page, _, _, err := lib.Messages(t.Context(), r.ID, incident.MessageQuery{After: want.Seq - 1, Limit: 1})
	if err != nil || len(page) != 1 {
		t.Fatalf("%d messages (%v), want 1", len(page), err)
	}
	same(t, "message in a page", page[0], want)
	timeline, err := lib.Timeline(t.Context(), r.ID, incident.TimelineQuery{After: want.Seq - 1, Limit: 1})
	if err != nil || len(timeline.Events) != 1 {
		t.Fatalf("%d events (%v), want 1", len(timeline.Events), err)
	}
	same(t, "message in the timeline", timeline.Events[0].Change, incident.Change(incident.MessagePosted{Message: want}))
	pins, err := lib.Pins(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if pinned {
		same(t, "pins", pins, []incident.Message{want})
	} else if len(pins) > 0 {
		t.Errorf("pins: %+v, want none", pins)
	}
}
