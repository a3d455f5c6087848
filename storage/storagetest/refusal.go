package storagetest

import (
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testRefusal(t *testing.T, fresh Fresh) {
	promise(t, "ABatchThatDoesNotStandAtTheHeadIsFenced", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		for _, lo := range []incident.Seq{r.Head - 1, r.Head + 1, 0} {
			wrong := *r
			wrong.Head = lo
			wantError(t, db.Records().Append(t.Context(), []incident.Batch{wrong.says(1)})[0], incident.ErrFenced)
		}
		unknown := *r
		unknown.ID = incident.RoomID(newID())
		wantError(t, db.Records().Append(t.Context(), []incident.Batch{unknown.says(1)})[0], incident.ErrFenced)
		if got := len(logOf(t, db, r.ID)); got != 2 {
			t.Errorf("%d events, want 2", got)
		}
		appendAll(t, db, r.says(1))
	})

	promise(t, "ARefusedBatchRefusesNoOther", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		good, fenced, twice, broken, alsoGood := claim(t, db), claim(t, db), claim(t, db), claim(t, db), claim(t, db)
		first := twice.says(1)
		appendAll(t, db, first)
		retry := twice.message("the same, sent again")
		retry.Message.ClientMsgID = first.Events[0].ClientMsgID
		again := twice.batch(twice.message("new"), retry)
		fenced.Epoch--
		gone := broken.batch(broken.message("whole or nothing"), incident.FileDeleted{FileID: incident.FileID(newID())})
		hole := alsoGood.says(2)
		hole.Events[1].Seq++
		alsoGood.Head -= 2

		errs := db.Records().Append(t.Context(), []incident.Batch{
			good.says(2), fenced.says(1), again, gone, hole, {RoomID: good.ID, Epoch: good.Epoch, Lo: 2}, alsoGood.says(1),
		})
		wantError(t, errs[1], incident.ErrFenced)
		wantError(t, errs[2], incident.ErrDuplicate)
		wantKind(t, errs[3], incident.Internal)
		wantKind(t, errs[4], incident.Internal)
		wantKind(t, errs[5], incident.Internal)
		if errs[0] != nil || errs[6] != nil {
			t.Errorf("good batches: %v, %v", errs[0], errs[6])
		}
		for _, c := range []struct {
			room *claimed
			want int
		}{{good, 4}, {fenced, 2}, {twice, 3}, {broken, 2}, {alsoGood, 3}} {
			if got := len(logOf(t, db, c.room.ID)); got != c.want {
				t.Errorf("%d events, want %d", got, c.want)
			}
			if head, err := db.Library().Head(t.Context(), c.room.ID); err != nil || int(head) != c.want {
				t.Errorf("head %d (%v), want %d", head, err, c.want)
			}
		}
	})

	promise(t, "TwoBatchesOfOneRoomAreNotAppendedAtOnce", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		errs := db.Records().Append(t.Context(), []incident.Batch{r.says(1), r.says(1)})
		if errs[0] != nil {
			t.Errorf("first batch: %v", errs[0])
		}
		wantKind(t, errs[1], incident.Internal)
		if got := len(logOf(t, db, r.ID)); got != 3 {
			t.Errorf("%d events, want 3", got)
		}
	})

	promise(t, "AMessageIDIsUsedOncePerRoomAndAuthor", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-09, UX 6
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		original := r.message("stop")
		appendAll(t, db, r.batch(original))

		retry := r.message("stop, again")
		retry.Message.ClientMsgID = original.Message.ClientMsgID
		before := *r
		wantError(t, db.Records().Append(t.Context(), []incident.Batch{r.batch(retry)})[0], incident.ErrDuplicate)
		*r = before
		wantError(t, db.Records().Append(t.Context(), []incident.Batch{r.batch(r.message("a"), retry)})[0], incident.ErrDuplicate)
		*r = before

		a, b := r.message("within one batch"), r.message("within one batch")
		a.Message.ClientMsgID = b.Message.ClientMsgID
		wantError(t, db.Records().Append(t.Context(), []incident.Batch{r.batch(a, b)})[0], incident.ErrDuplicate)
		*r = before
		stored, _, _, err := db.Library().Messages(t.Context(), r.ID, incident.MessageQuery{Limit: 10})
		if err != nil || len(stored) != 1 || stored[0].Text != original.Message.Text {
			t.Errorf("after the same id twice: %+v, %v; want the first message alone", stored, err)
		}

		elsewhere, somebody := original, original
		elsewhere.Message.ID, somebody.Message.ID = incident.MessageID(newID()), incident.MessageID(newID())
		somebody.Message.Author = person("李四").Person
		noID1, noID2 := r.message("server"), r.message("server")
		noID1.Message.ClientMsgID, noID2.Message.ClientMsgID = "", ""
		appendAll(t, db, other.batch(elsewhere), r.batch(somebody, noID1, noID2))
	})

	promise(t, "ABatchIsWrittenWholeOrNotAtAll", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-16
		db := Open(t, cfg)
		r := claim(t, db)
		photo := r.file("a.jpg")
		up := upload(r, photo)
		if err := db.Records().OpenUpload(t.Context(), up); err != nil {
			t.Fatal(err)
		}
		newcomer := member("李四", incident.Viewer, r.owner.ID)
		appendAll(t, db, r.batch(newcomer))
		tables := raw(t, cfg)
		sizes := func() (n [5]int) {
			for i, table := range []string{"room_events", "messages", "room_files", "room_members", "uploads"} {
				n[i] = count(t, tables, "select count(*) from "+table)
			}
			return n
		}
		before, want := *r, sizes()
		for name, guilty := range map[string]incident.Change{
			"a member who is there already":  newcomer,
			"a file that is not there":       incident.FileDeleted{FileID: incident.FileID(newID())},
			"an event that makes a room":     incident.RoomCreated{Room: r.Room},
			"a message that is there by id":  nil,
			"the same file a second time":    photo,
			"a deletion for the second time": incident.FileDeleted{FileID: photo.File.ID},
		} {
			b := r.batch(r.message("hello"), photo)
			if guilty == nil {
				guilty = b.Events[0].Change
				m := guilty.(incident.MessagePosted)
				m.Message.ClientMsgID = ""
				guilty = m
			}
			last := r.batch(guilty)
			b.Events = append(b.Events, last.Events...)
			if _, ok := guilty.(incident.FileDeleted); ok && name == "a deletion for the second time" {
				b.Events = append(b.Events, r.batch(guilty).Events...)
			}
			wantKind(t, db.Records().Append(t.Context(), []incident.Batch{b})[0], incident.Internal)
			same(t, "rows after "+name, sizes(), want)
			*r = before
		}
		appendAll(t, db, r.batch(r.message("hello"), photo))
	})
}
