package storagetest

import (
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testCopy(t *testing.T, fresh Fresh) {
	promise(t, "ACopyIsOfOneMoment", fresh, func(t *testing.T, cfg storage.Config) { // UX 19
		db := Open(t, cfg)
		r := claim(t, db)
		first := r.says(450) // more than two pages
		gone := r.message("gone before")
		photo := r.file("主軸.jpg")
		old := r.file("old.log")
		appendAll(t, db, first)
		appendAll(t, db, r.batch(gone, photo, old))
		messageAt := func(i int) incident.MessageID { return first.Events[i].Change.(incident.MessagePosted).Message.ID }
		appendAll(t, db, r.batch(
			incident.MessageDeleted{MessageID: gone.Message.ID}, incident.FileDeleted{FileID: old.File.ID, DeletedBy: r.owner.Person},
			incident.MessagePinned{MessageID: messageAt(3)}, incident.MessagePinned{MessageID: messageAt(440)},
			incident.MessageEdited{MessageID: messageAt(5), Text: "edited before"},
		))
		head, log := r.Head, logOf(t, db, r.ID)

		var after []incident.Change
		for i := range 449 {
			after = append(after, incident.MessageEdited{MessageID: messageAt(i), Text: "edited after"})
		}
		after = append(after, incident.MessageDeleted{MessageID: messageAt(449)}, incident.MessageUnpinned{MessageID: messageAt(440)},
			incident.MessagePinned{MessageID: messageAt(441)}, incident.FileDeleted{FileID: photo.File.ID, DeletedBy: r.owner.Person},
			r.message("later"), r.file("later.log"), member("李四", incident.Editor, r.owner.ID))

		err := db.Library().Copy(t.Context(), r.ID, func(c incident.RoomCopy) error {
			appendAll(t, db, r.batch(after...))
			if c.Room.Head != head || len(c.Members) != 1 || c.Room.Number != r.Number {
				t.Errorf("copy of %+v with %d members, head is %d", c.Room, len(c.Members), head)
			}
			same(t, "log", all(t, c.Log), log)
			var texts []string
			for _, e := range all(t, c.Shown) {
				if m, ok := e.Change.(incident.MessagePosted); ok {
					texts = append(texts, m.Message.Text)
				}
			}
			if len(texts) != 451 || texts[5] != "edited before" || texts[0] == "edited after" || texts[448] == "edited after" || texts[449] == "" || texts[450] != "" {
				t.Errorf("%d messages: %q … %q", len(texts), texts[:6], texts[448:])
			}
			pins := all(t, c.Pinned)
			if len(pins) != 2 || pins[0].ID != messageAt(3) || pins[1].ID != messageAt(440) {
				t.Errorf("pinned: %+v", pins)
			}
			files := all(t, c.Files)
			if len(files) != 2 || files[0].ID != photo.File.ID || files[0].DeletedAt != nil || files[1].DeletedAt == nil {
				t.Errorf("files: %+v", files)
			}
			found, err := c.Messages([]incident.MessageID{messageAt(5), incident.MessageID(newID()), gone.Message.ID})
			if err != nil || len(found) != 2 || found[0].Text != "edited before" || found[1].Deleted == nil {
				t.Errorf("messages: %+v, %v", found, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if now := logOf(t, db, r.ID); len(now) != len(log)+len(after) {
			t.Errorf("%d events, want %d", len(now), len(log)+len(after))
		}
	})

	promise(t, "FilesOfOneMomentAreAllCopied", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		var changes []incident.Change
		at := now()
		for range 401 {
			f := r.file("a.log")
			f.File.UploadedAt = at
			changes = append(changes, f)
		}
		appendAll(t, db, r.batch(changes...))
		err := db.Library().Copy(t.Context(), r.ID, func(c incident.RoomCopy) error {
			seen := map[incident.FileID]bool{}
			for _, f := range all(t, c.Files) {
				seen[f.ID] = true
			}
			if len(seen) != len(changes) {
				t.Errorf("%d files, want %d", len(seen), len(changes))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})

	promise(t, "ARoomThatIsNotThereHasNoCopy", fresh, func(t *testing.T, cfg storage.Config) {
		err := Open(t, cfg).Library().Copy(t.Context(), incident.RoomID(newID()), func(incident.RoomCopy) error {
			t.Error("there is a copy")
			return nil
		})
		wantKind(t, err, incident.NotFound)
	})
}

// all reads every page.
func all[T any](t testing.TB, pages incident.Pages[T]) (list []T) {
	t.Helper()
	for page, err := range pages {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page...)
	}
	return list
}
