package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// table is a database in memory that counts what it is asked.
type table struct {
	files     []incident.File
	uploads   map[incident.FileID]bool
	pages     int
	largest   int
	questions int
}

func (t *table) FilesAfter(_ context.Context, room incident.RoomID, file incident.FileID, limit int) ([]incident.File, error) {
	t.pages++
	i := 0
	for i < len(t.files) && (t.files[i].RoomID < room || t.files[i].RoomID == room && t.files[i].ID <= file) {
		i++
	}
	page := t.files[i:min(i+limit, len(t.files))]
	t.largest = max(t.largest, len(page))
	return slices.Clone(page), nil
}

func (t *table) Uploading(_ context.Context, _ incident.RoomID, file incident.FileID) (bool, error) {
	t.questions++
	return t.uploads[file], nil
}

func (t *table) File(_ context.Context, _ incident.RoomID, file incident.FileID) (incident.File, error) {
	for _, f := range t.files {
		if f.ID == file {
			return f, nil
		}
	}
	return incident.File{}, incident.E(incident.NotFound, "test", "none")
}

func (t *table) RoomNumber(context.Context, incident.RoomID) (string, error) {
	return "INC-2026-00001", nil
}

// bucket is a store in memory: sizes by key.
type bucket struct {
	object.Store
	sizes map[string]int64
}

func (b bucket) List(_ context.Context, _ string, each func(object.Entry) error) error {
	for _, key := range slices.Sorted(maps.Keys(b.sizes)) {
		if err := each(object.Entry{Key: key, Size: b.sizes[key], Modified: time.Unix(0, 0)}); err != nil {
			return err
		}
	}
	return nil
}

func (b bucket) Stat(_ context.Context, key string) (int64, error) {
	if size, ok := b.sizes[key]; ok {
		return size, nil
	}
	return 0, incident.E(incident.NotFound, "test", "none")
}

func id(n int) string { return fmt.Sprintf("%08x-0000-7000-8000-000000000000", n) }

// F-UP-32: rows are read in pages, also when a room has more than one page of them
// or the rooms' borders lie within pages, and the parts of an upload cost one
// question.
func TestCheckReadsRowsInPages(t *testing.T) {
	t.Parallel()
	rows, store := &table{uploads: map[incident.FileID]bool{}}, bucket{sizes: map[string]int64{}}
	var lost int64
	n := 0
	for room, files := range []int{1, 499, 1, 0, 1205, 3, 500, 12} {
		roomID := incident.RoomID(id(room))
		for range files {
			n++
			f := incident.File{ID: incident.FileID(id(n)), RoomID: roomID, Size: 3, Filename: "a.log"}
			f.Key = incident.ObjectKey(roomID, incident.Log, f.ID, "log")
			rows.files = append(rows.files, f)
			if n%10 == 0 || room == 5 { // a whole room is lost, too
				lost++
			} else {
				store.sizes[f.Key] = 3
			}
		}
	}
	upload := incident.FileID(id(1 << 30))
	rows.uploads[upload] = true
	for part := range 300 {
		store.sizes[fmt.Sprintf("room-%s/part/%s/%08d", id(3), upload, part)] = 1
	}
	var found []Finding
	sum, err := Check(t.Context(), store, rows, Options{Now: time.Unix(0, 0).Add(Grace), Report: func(f Finding) error {
		found = append(found, f)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Files != int64(n) || sum.UnderWay != 300 || sum.Findings[Lost] != lost || sum.Left() != lost {
		t.Errorf("%+v, want %d files and %d lost", sum, n, lost)
	}
	if !slices.IsSortedFunc(found, func(a, b Finding) int { return cmp.Compare(a.RoomID, b.RoomID) }) {
		t.Error("findings are not in the order of rooms")
	}
	if rows.pages != n/pageSize+1 || rows.largest != pageSize || rows.questions != 1 {
		t.Errorf("%d pages of up to %d, %d questions; want %d of %d, and 1", rows.pages, rows.largest, rows.questions, n/pageSize+1, pageSize)
	}
}

// A pass over two lists goes wrong in silence when one is not in order.
func TestCheckRefusesRowsOutOfOrder(t *testing.T) {
	t.Parallel()
	rows := &table{}
	for _, room := range []int{2, 1} {
		rows.files = append(rows.files, incident.File{ID: incident.FileID(id(9)), RoomID: incident.RoomID(id(room)), Key: "x"})
	}
	sum, err := Check(t.Context(), bucket{}, rows, Options{Now: time.Now()})
	if !errors.Is(err, errUnsorted) || sum.Left() != 0 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// The caller's own error ends a check.
func TestCheckEndsWhenItsReportFails(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk of the report is full")
	sum, err := Check(t.Context(), bucket{sizes: map[string]int64{"a": 1, "b": 1}}, &table{}, Options{
		Now: time.Now(), Report: func(Finding) error { return full },
	})
	if !errors.Is(err, full) || sum.Objects != 1 {
		t.Errorf("%v after %d objects", err, sum.Objects)
	}
}
