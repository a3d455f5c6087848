package storagetest

import (
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testUploads(t *testing.T, fresh Fresh) {
	promise(t, "AnUploadIsKnownUntilItIsAFileOrGivenUp", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-32
		db := Open(t, cfg)
		ctx, records := t.Context(), db.Records()
		r, other := claim(t, db), claim(t, db)
		done, dropped, left := r.file("done.jpg"), r.file("dropped.pdf"), r.file("left.log")
		foreign := other.file("other.log")
		start := now()
		for i, u := range []incident.Upload{upload(r, done), upload(r, dropped), upload(r, left), upload(other, foreign)} {
			u.StartedAt = start.Add(time.Duration(i) * time.Second)
			if err := records.OpenUpload(ctx, u); err != nil {
				t.Fatal(err)
			}
		}
		appendAll(t, db, r.batch(done))
		for range 2 {
			if err := records.CloseUpload(ctx, r.ID, dropped.File.ID); err != nil {
				t.Fatalf("close upload: %v", err)
			}
		}
		// One room does not close the upload of another.
		if err := records.CloseUpload(ctx, r.ID, foreign.File.ID); err != nil {
			t.Fatal(err)
		}
		names := func(before time.Time) (list []string) {
			uploads, err := db.Uploads().Abandoned(ctx, before, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range uploads {
				list = append(list, u.Filename)
			}
			return list
		}
		same(t, "abandoned", names(start.Add(time.Minute)), []string{"left.log", "other.log"})
		same(t, "abandoned before the last", names(start.Add(3*time.Second)), []string{"left.log"})
	})

	promise(t, "PartsAreAddedInOneOrder", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-26, 27
		db := Open(t, cfg)
		ctx, uploads := t.Context(), db.Uploads()
		r := claim(t, db)
		f := r.file("slow.log")
		up := upload(r, f)
		up.Resumable, up.Size, up.SHA256, up.Description = true, 300, strings.Repeat("a", 64), "主軸"
		open(t, db, up)
		read := func() incident.Upload {
			t.Helper()
			got, err := uploads.Upload(ctx, r.ID, up.FileID)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		up.TouchedAt = up.StartedAt
		same(t, "opened", read(), up)
		at := up.StartedAt.Add(time.Minute)
		one, err := uploads.AddParts(ctx, up, at, incident.Part{Key: "a/1", Size: 100})
		if err != nil || one.Received() != 100 {
			t.Fatalf("add a part: %v, %+v", err, one)
		}
		// Somebody who has not seen that part adds nothing (another node, an older request).
		_, err = uploads.AddParts(ctx, up, at, incident.Part{Key: "a/x", Size: 50})
		wantKind(t, err, incident.Conflict)
		two, err := uploads.AddParts(ctx, one, at.Add(time.Second), incident.Part{Key: "a/2", Size: 150}, incident.Part{Key: "a/3", Size: 50})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "three parts", read(), two)
		if !two.Whole() || two.Offset() != 299 {
			t.Errorf("whole %v, offset %d: the last byte is asked for until the file is recorded", two.Whole(), two.Offset())
		}
		list, err := uploads.UploadsOf(ctx, r.ID, up.By.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the user's", list, []incident.Upload{two})
		if list, err = uploads.UploadsOf(ctx, r.ID, "somebody else"); err != nil || len(list) != 0 {
			t.Errorf("somebody else's: %v, %v", list, err)
		}
		for _, c := range []struct {
			since time.Time
			want  int
		}{{at, 0}, {at.Add(time.Second), 1}} {
			if list, err = uploads.Resting(ctx, c.since); err != nil || len(list) != c.want {
				t.Errorf("resting since %v: %v, %v", c.since, list, err)
			}
		}
	})

	promise(t, "OneFinishesAnUpload", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-16
		db := Open(t, cfg)
		ctx, uploads := t.Context(), db.Uploads()
		r := claim(t, db)
		f := r.file("slow.log")
		up := upload(r, f)
		up.Resumable, up.Size = true, f.File.Size
		open(t, db, up)
		hold := func(at, until time.Time) bool {
			t.Helper()
			ok, err := uploads.Hold(ctx, r.ID, up.FileID, at, until)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		start := now()
		if !hold(start, start.Add(time.Minute)) || hold(start.Add(time.Second), start.Add(time.Hour)) {
			t.Error("not one, but none or two hold the upload")
		}
		if !hold(start.Add(time.Minute), start.Add(2*time.Minute)) {
			t.Error("a hold that is over still holds")
		}
		if err := uploads.LetGo(ctx, r.ID, up.FileID); err != nil || !hold(start, start.Add(time.Minute)) {
			t.Errorf("let go, and still held (%v)", err)
		}
		// As a file it is no upload any more, but its parts are still known.
		appendAll(t, db, r.batch(f))
		_, err := uploads.Upload(ctx, r.ID, up.FileID)
		wantKind(t, err, incident.NotFound)
		if hold(start.Add(time.Hour), start.Add(2*time.Hour)) {
			t.Error("an upload that is a file was held")
		}
		if _, err := uploads.AddParts(ctx, up, start, incident.Part{Key: "a/1", Size: 1}); incident.KindOf(err) != incident.Conflict {
			t.Errorf("add to an upload that is a file: %v", err)
		}
		finished := func() []incident.Upload {
			t.Helper()
			list, err := uploads.Finished(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if list := finished(); len(list) != 1 || list[0].FileID != up.FileID {
			t.Errorf("finished: %+v", list)
		}
		for range 2 {
			if err := uploads.Forget(ctx, r.ID, up.FileID); err != nil {
				t.Fatal(err)
			}
		}
		if list := finished(); len(list) != 0 {
			t.Errorf("finished, after it was forgotten: %+v", list)
		}
		got, err := uploads.SameFile(ctx, r.ID, f.File.Uploader.ID, f.File.SHA256, f.File.Size)
		if err != nil || got.ID != f.File.ID {
			t.Errorf("the same file: %v, %v", got.ID, err)
		}
		other := claim(t, db)
		_, err = uploads.SameFile(ctx, other.ID, f.File.Uploader.ID, f.File.SHA256, f.File.Size)
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "AnUploadNeedsItsRoom", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		nowhere := &claimed{Room: incident.Room{ID: incident.RoomID(newID())}, owner: person("王小明")}
		if err := db.Records().OpenUpload(t.Context(), upload(nowhere, nowhere.file("a.jpg"))); err == nil {
			t.Error("an upload was opened in a room that does not exist")
		}
	})
}

// upload is the upload that becomes f.
func upload(r *claimed, f incident.FileUploaded) incident.Upload {
	kind, _ := incident.TypeOf(f.File.Filename)
	at := now()
	return incident.Upload{
		FileID: f.File.ID, RoomID: r.ID, By: r.owner.Person, Filename: f.File.Filename, Type: kind,
		Size: f.File.Size, Key: f.File.Key, StartedAt: at, TouchedAt: at,
	}
}

func open(t *testing.T, db *storage.DB, up incident.Upload) {
	t.Helper()
	if err := db.Records().OpenUpload(t.Context(), up); err != nil {
		t.Fatal(err)
	}
}
