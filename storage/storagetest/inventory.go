package storagetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testInventory(t *testing.T, fresh Fresh) {
	promise(t, "AllFilesOfAllRoomsAreListedOnce", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-32, F-DL-04
		db := Open(t, cfg)
		var want []incident.File
		for range 4 {
			r := claim(t, db)
			a, b, gone := r.file("a.jpg"), r.file("b.log"), r.file("gone.pdf")
			appendAll(t, db, r.batch(a, b, gone))
			deleted := r.batch(incident.FileDeleted{FileID: gone.File.ID, DeletedBy: r.owner.Person})
			appendAll(t, db, deleted)
			gone.File.DeletedAt = &deleted.Events[0].At
			want = append(want, a.File, b.File, gone.File)
		}
		slices.SortFunc(want, func(a, b incident.File) int {
			return strings.Compare(string(a.RoomID)+string(a.ID), string(b.RoomID)+string(b.ID))
		})
		for _, limit := range []int{1, 2, 3, 5, 12, 100} {
			var got []incident.File
			var room incident.RoomID
			var file incident.FileID
			for {
				page, err := db.Inventory().FilesAfter(t.Context(), room, file, limit)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, page...)
				if len(page) < limit {
					break
				}
				room, file = page[limit-1].RoomID, page[limit-1].ID
			}
			same(t, "files", got, want)
		}
	})

	promise(t, "AnUploadIsKnownToTheInventoryUntilItEnds", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-32
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		f := r.file("a.jpg")
		uploading := func(room incident.RoomID) bool {
			t.Helper()
			going, err := db.Inventory().Uploading(t.Context(), room, f.File.ID)
			if err != nil {
				t.Fatal(err)
			}
			return going
		}
		if uploading(r.ID) {
			t.Error("uploading before it began")
		}
		if err := db.Records().OpenUpload(t.Context(), upload(r, f)); err != nil {
			t.Fatal(err)
		}
		if !uploading(r.ID) || uploading(other.ID) {
			t.Error("the upload is not known, or in another room")
		}
		_, err := db.Inventory().File(t.Context(), r.ID, f.File.ID)
		wantKind(t, err, incident.NotFound)
		appendAll(t, db, r.batch(f))
		if uploading(r.ID) {
			t.Error("uploading after it was recorded")
		}
		got, err := db.Inventory().File(t.Context(), r.ID, f.File.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "file", got, f.File)

		number, err := db.Inventory().RoomNumber(t.Context(), r.ID)
		if err != nil || number != r.Number {
			t.Errorf("room number %q, %v, want %q", number, err, r.Number)
		}
		_, err = db.Inventory().RoomNumber(t.Context(), incident.RoomID(newID()))
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "OneNodeAtATimeRunsAlone", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-32
		db, neighbour := Open(t, cfg), Open(t, cfg)
		fault := errors.New("a fault")
		for range 2 { // the name is given back after a fault too
			ran, err := db.Alone(t.Context(), "check", func(ctx context.Context) error {
				if onSQLite(cfg) {
					return fault
				}
				beside, err := neighbour.Alone(ctx, "check", func(context.Context) error { return nil })
				if beside || err != nil {
					t.Errorf("two ran at once: %t, %v", beside, err)
				}
				beside, err = neighbour.Alone(ctx, "another", func(context.Context) error { return nil })
				if !beside || err != nil {
					t.Errorf("another name did not run: %t, %v", beside, err)
				}
				return fault
			})
			if !ran || !errors.Is(err, fault) {
				t.Errorf("ran %t, %v, want its own error", ran, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran, err := db.Alone(ctx, "check", func(context.Context) error { cancel(); return nil })
		if !ran || err != nil {
			t.Errorf("ran %t, %v", ran, err)
		}
		ran, err = neighbour.Alone(t.Context(), "check", func(context.Context) error { return nil })
		if !ran || err != nil {
			t.Errorf("the name was not given back by a caller that left: %t, %v", ran, err)
		}
	})
}
