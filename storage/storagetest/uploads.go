package storagetest

import (
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
			uploads, err := db.AbandonedUploads(ctx, before)
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
	return incident.Upload{
		FileID: f.File.ID, RoomID: r.ID, By: r.owner.Person, Filename: f.File.Filename, Type: kind,
		Size: f.File.Size, Key: f.File.Key, StartedAt: now(),
	}
}
