package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testFiles(t *testing.T, fresh Fresh) {
	promise(t, "AFileIsKeptWithAllThatIsKnownOfIt", fresh, func(t *testing.T, cfg storage.Config) { // F-DB-02, F-UP-29
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		photo := r.file("主軸.jpg")
		appendAll(t, db, r.batch(photo))
		for name, find := range map[string]func() (incident.File, error){
			"records": func() (incident.File, error) { return db.Records().File(t.Context(), r.ID, photo.File.ID) },
			"library": func() (incident.File, error) { return db.Library().File(t.Context(), r.ID, photo.File.ID) },
		} {
			got, err := find()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			same(t, name, got, photo.File)
		}
		_, err := db.Library().File(t.Context(), other.ID, photo.File.ID)
		wantKind(t, err, incident.NotFound)
		_, err = db.Records().File(t.Context(), r.ID, incident.FileID(newID()))
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "ADeletedFileIsNoLongerListed", fresh, func(t *testing.T, cfg storage.Config) { // F-DL-03, F-DL-04
		db := Open(t, cfg)
		r := claim(t, db)
		kept, gone := r.file("kept.jpg"), r.file("gone.jpg")
		appendAll(t, db, r.batch(kept, gone))
		b := r.batch(incident.FileDeleted{FileID: gone.File.ID, DeletedBy: r.owner.Person})
		appendAll(t, db, b)
		files, total, err := db.Library().Files(t.Context(), r.ID, incident.FileQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "files", files, []incident.File{kept.File})
		if total != 1 {
			t.Errorf("%d in all, want 1", total)
		}
		got, err := db.Library().File(t.Context(), r.ID, gone.File.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := gone.File
		want.DeletedAt = &b.Events[0].At
		same(t, "deleted file", got, want)
	})

	promise(t, "ATotalFollowsWhatAnotherNodeChanges", fresh, func(t *testing.T, cfg storage.Config) { // F-DL-02
		db, elsewhere := Open(t, cfg), Open(t, cfg)
		r := claim(t, db)
		total := func(kind incident.FileKind, quarantined bool, want int) {
			t.Helper()
			q := incident.FileQuery{Limit: 1, Kind: kind, Quarantined: quarantined}
			for range 2 { // counted, then known
				if _, got, err := elsewhere.Library().Files(t.Context(), r.ID, q); err != nil || got != want {
					t.Errorf("%d in all (%v), want %d", got, err, want)
				}
			}
		}
		total("", false, 0)
		photo, log := r.file("a.jpg"), r.file("a.log")
		appendAll(t, db, r.batch(photo, log))
		total("", false, 2)
		total(incident.Log, false, 1)
		appendAll(t, db, r.batch(r.message("nothing of files")))
		total("", false, 2)
		appendAll(t, db, r.batch(incident.FileScanned{FileID: log.File.ID, Scan: incident.ScanInfected}))
		total(incident.Log, false, 0)
		total("", true, 2)
		appendAll(t, db, r.batch(incident.FileDeleted{FileID: photo.File.ID, DeletedBy: r.owner.Person}))
		total("", false, 0)
		total("", true, 1)
	})

	promise(t, "FilesArePagedNewestFirst", fresh, func(t *testing.T, cfg storage.Config) { // F-DL-02
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		start := now()
		var all []incident.File
		var changes []incident.Change
		for i := range 12 {
			name := fmt.Sprintf("%02d.jpg", i)
			if i%3 == 0 {
				name = fmt.Sprintf("%02d.log", i)
			}
			f := r.file(name)
			f.File.UploadedAt = start.Add(time.Duration(i/4) * time.Microsecond) // four share a time
			all, changes = append(all, f.File), append(changes, f)
		}
		appendAll(t, db, r.batch(changes...), other.batch(other.file("other.jpg")))
		slices.SortFunc(all, func(a, b incident.File) int {
			if c := b.UploadedAt.Compare(a.UploadedAt); c != 0 {
				return c
			}
			if a.ID > b.ID {
				return -1
			}
			return 1
		})
		var byOffset, byCursor []incident.File
		for offset := 0; offset < len(all); offset += 5 {
			page, total, err := db.Library().Files(t.Context(), r.ID, incident.FileQuery{Limit: 5, Offset: offset})
			if err != nil || total != len(all) {
				t.Fatalf("page at %d: %d in all (%v), want %d", offset, total, err, len(all))
			}
			byOffset = append(byOffset, page...)
		}
		same(t, "pages by offset", byOffset, all)

		var cursor *incident.FileCursor
		for range len(all) {
			page, _, err := db.Library().Files(t.Context(), r.ID, incident.FileQuery{Limit: 5, Before: cursor})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			byCursor = append(byCursor, page...)
			last := page[len(page)-1]
			cursor = &incident.FileCursor{At: last.UploadedAt, ID: last.ID}
		}
		same(t, "pages by cursor", byCursor, all)

		logs, total, err := db.Library().Files(t.Context(), r.ID, incident.FileQuery{Kind: incident.Log, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		if total != 4 || len(logs) != 2 || logs[0].Kind != incident.Log || logs[1].Kind != incident.Log {
			t.Errorf("%d logs of %d, want 2 of 4", len(logs), total)
		}
	})
}
