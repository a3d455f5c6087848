package storagetest

import (
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testChanges(t *testing.T, fresh Fresh) {
	promise(t, "ARoomReadsAsItsNewestChangeSays", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-03, F-RM-08, F-RM-09
		db := Open(t, cfg)
		r := claim(t, db)
		at := now()
		after := r.Room
		after.Title, after.Type, after.Severity, after.Status = "換主軸", incident.Safety, incident.Low, incident.Closed
		after.Place = incident.Place{Site: "T2", Line: "L9", Station: "S1", Equipment: "EQ-1"}
		after.Lot, after.Description, after.LineStopped, after.UnitsAtRisk = "WO-1", "second", true, 12
		after.Tags = []string{"主軸"}
		after.Assignee = &incident.Person{ID: r.owner.ID, Name: r.owner.Name}
		after.Resolution, after.RootCause, after.Waiver = "replaced", "worn", "no need"
		after.DuplicateOf = incident.RoomID(newID())
		after.AcknowledgedAt, after.ContainedAt, after.ResolvedAt, after.ClosedAt, after.ArchivedAt = &at, &at, &at, &at, &at
		after.Version = 7
		stale := after // the fence moves these, whatever the event says
		stale.Head, stale.Epoch, stale.LastActivity = 1, 99, at.Add(-time.Hour)
		b := r.batch(incident.RoomUpdated{Room: stale, Changed: []incident.FieldChange{{Field: "title"}}})
		appendAll(t, db, b)
		after.Head, after.LastActivity, after.Role, after.MemberCount = r.Head, b.Events[0].At, incident.Owner, 1
		got, err := db.Library().Room(t.Context(), r.ID, r.owner.ID)
		if err != nil {
			t.Fatal(err)
		}
		after.Epoch = r.Epoch
		same(t, "room", got, after)

		empty := r.Room
		empty.Version = 8
		empty.Tags = nil
		b = r.batch(incident.RoomUpdated{Room: empty})
		appendAll(t, db, b)
		empty.Head, empty.LastActivity, empty.Epoch = r.Head, b.Events[0].At, r.Epoch+1
		empty.MemberCount = 1
		same(t, "room with all of it taken back", claimOne(t, db, "node-1", r.ID).State.Room, empty)
	})

	promise(t, "MembersComeChangeAndGo", fresh, func(t *testing.T, cfg storage.Config) { // F-MB-01, F-MB-03
		db := Open(t, cfg)
		r := claim(t, db)
		li, zhang := member("李四", incident.Viewer, r.owner.ID), member("張三", incident.Viewer, r.owner.ID)
		// One batch may do all of it, in its order.
		appendAll(t, db, r.batch(li, zhang,
			incident.RoleChanged{Person: li.Member.Person, From: incident.Viewer, To: incident.Editor},
			incident.MemberRemoved{Person: zhang.Member.Person},
			incident.RoleChanged{Person: li.Member.Person, From: incident.Editor, To: incident.Owner},
			incident.RoleChanged{Person: r.owner.Person, From: incident.Owner, To: incident.Editor},
			zhang,
			incident.MemberRemoved{Person: li.Member.Person}, li,
		))
		members, err := db.Library().Members(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		first := incident.Member{Person: r.owner.Person, Role: incident.Editor, AddedBy: r.owner.ID, AddedAt: r.DeclaredAt}
		same(t, "members", members, []incident.Member{zhang.Member, li.Member, first})

		save(t, db, r, incident.ReadPointer{User: li.Member.ID, Seq: 4, At: now()})
		appendAll(t, db, r.batch(incident.MemberRemoved{Person: li.Member.Person}, li))
		if members, err = db.Library().Members(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			if m.Read != 0 {
				t.Errorf("%s came back and has read up to %d", m.Name, m.Read)
			}
		}
	})

	promise(t, "AChecklistIsTicked", fresh, func(t *testing.T, cfg storage.Config) { // F-TP-02
		db := Open(t, cfg)
		n := newRoom("停機")
		n.Template = &incident.ShippedTemplates[0]
		owner := person("王小明")
		room, err := db.Library().CreateRoom(t.Context(), owner, n)
		if err != nil {
			t.Fatal(err)
		}
		state := claimOne(t, db, "node-1", room.ID).State
		same(t, "items of the claim", state.Checklist, n.Template.Items())
		r := &claimed{state.Room, owner}
		b := r.batch(incident.ChecklistChanged{ItemID: 2, Done: true}, incident.ChecklistChanged{ItemID: 1, Done: true},
			incident.ChecklistChanged{ItemID: 1})
		appendAll(t, db, b)
		want := n.Template.Items()
		want[1].Done = &incident.Done{By: owner.Person, At: b.Events[0].At}
		got, err := db.Library().Checklist(t.Context(), room.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "items", got, want)
		same(t, "items of the next claim", claimOne(t, db, "node-1", room.ID).State.Checklist, want)
	})

	promise(t, "AChangeOfWhatIsNotThereIsRefused", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		gone, elsewhere := r.message("gone"), other.message("elsewhere")
		stranger := person("李四").Person
		appendAll(t, db, r.batch(gone, incident.MessageDeleted{MessageID: gone.Message.ID}), other.batch(elsewhere))
		before := *r
		for _, id := range []incident.MessageID{gone.Message.ID, elsewhere.Message.ID, incident.MessageID(newID())} {
			for _, c := range []incident.Change{
				incident.MessageEdited{MessageID: id, Text: "x"},
				incident.MessageDeleted{MessageID: id},
				incident.ReactionAdded{MessageID: id, Emoji: "👍"},
				incident.MessagePinned{MessageID: id},
				incident.MemberRemoved{Person: stranger},
				incident.RoleChanged{Person: stranger, To: incident.Owner},
				incident.ChecklistChanged{ItemID: 1, Done: true},
			} {
				errs := db.Records().Append(t.Context(), []incident.Batch{r.batch(r.message("hello"), c)})
				wantKind(t, errs[0], incident.Internal)
				*r = before
			}
			// What is to go away and is away already harms nobody.
			appendAll(t, db, r.batch(incident.ReactionRemoved{MessageID: id, Emoji: "👍"}, incident.MessageUnpinned{MessageID: id}))
			before = *r
		}
	})

	promise(t, "AnAuditRowIsStoredWithItsBatchOrNotAtAll", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05, F-RM-09
		at := time.Date(2026, 3, 5, 8, 30, 15, 123456000, time.UTC)
		cfg.Now = func() time.Time { return at }
		db := Open(t, cfg)
		r := claim(t, db)
		entry := incident.AuditEntry{
			Who: r.owner.Person, Act: "status", Target: "room " + string(r.ID), From: "10.0.0.7", Outcome: "ok", Request: "req-1",
		}
		earlier := entry
		earlier.At = at.Add(-time.Hour)
		before := *r
		fenced := r.says(1)
		fenced.Epoch--
		fenced.Audit = []incident.AuditEntry{entry}
		wantError(t, db.Records().Append(t.Context(), []incident.Batch{fenced})[0], incident.ErrFenced)
		*r = before
		refused := r.batch(incident.MemberRemoved{Person: person("李四").Person})
		refused.Audit = []incident.AuditEntry{entry}
		wantKind(t, db.Records().Append(t.Context(), []incident.Batch{refused})[0], incident.Internal)
		*r = before
		b := r.says(1) // no other projection
		b.Audit = []incident.AuditEntry{earlier, entry}
		appendAll(t, db, b)
		entries, err := db.Audit().Entries(t.Context(), incident.AuditQuery{Act: "status", Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for i := range entries {
			if !incident.ValidUUID(entries[i].ID) {
				t.Errorf("id %q", entries[i].ID)
			}
			entries[i].ID = ""
		}
		entry.At = at
		same(t, "entries", entries, []incident.AuditEntry{entry, earlier})
	})

	promise(t, "AnActThatIsNoMessageIsFoundByItsKey", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-09
		db := Open(t, cfg)
		r := claim(t, db)
		m := r.message("secret")
		b := r.batch(m, incident.MessageEdited{MessageID: m.Message.ID, Text: "new secret"}, incident.MessageDeleted{MessageID: m.Message.ID})
		b.Events[1].ClientMsgID = "op-1"
		appendAll(t, db, b)
		keys := []incident.SendKey{keyOf(b.Events[0]), {Author: r.owner.ID, ID: "op-1"}}
		got, err := db.Records().Sent(t.Context(), r.ID, keys)
		if err != nil {
			t.Fatal(err)
		}
		// As they were sent: a retry is compared with them.
		same(t, "sent", got, map[incident.SendKey]incident.Event{keys[0]: b.Events[0], keys[1]: b.Events[1]})
	})
}

func save(t testing.TB, db *storage.DB, r *claimed, reads ...incident.ReadPointer) {
	t.Helper()
	if err := db.Records().SaveReads(t.Context(), r.ID, reads); err != nil {
		t.Fatalf("save read pointers: %v", err)
	}
}
