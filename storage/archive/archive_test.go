package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taskreporter/incident"
	"taskreporter/storage/archive"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

var columns = []archive.Column{
	{Name: "id", Kind: archive.Text}, {Name: "n", Kind: archive.Int}, {Name: "done", Kind: archive.Bool}, {Name: "at", Kind: archive.Time},
}

func rows() [][]any {
	at := time.Date(2026, 11, 23, 4, 5, 6, 789000, time.UTC)
	return [][]any{
		{"軸承 <&> \"1\"\n", int64(1) << 62, true, at},
		{"no UTF-8: \xff\xfe", int64(-1), false, at.Add(time.Microsecond)},
		{nil, nil, nil, nil},
	}
}

// disk opens a store with some objects.
func disk(t *testing.T) (*object.Disk, []archive.Object) {
	t.Helper()
	store, err := object.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	var list []archive.Object
	for i := range 6 {
		content := objecttest.Bytes(uint64(i), 1000+i*70_000)
		sum := sha256.Sum256(content)
		o := archive.Object{
			ID: fmt.Sprint(i), Key: fmt.Sprintf("room-%d/log/%d.log", i%2, i), Mime: "text/plain",
			Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]),
		}
		if err := store.Put(t.Context(), o.Key, o.Mime, o.Size, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		list = append(list, o)
	}
	return store, list
}

// copying is from a store of which nothing may be missing.
func copying(t *testing.T, store object.Store) archive.Copy {
	return archive.Copy{
		Store:    store,
		Gone:     func(context.Context, archive.Object) (bool, error) { return false, nil },
		Progress: func(archive.Totals) {},
		Damage:   func(d archive.Damage) { t.Errorf("damaged: %+v", d) },
	}
}

func each(list []archive.Object) func(func(archive.Object) error) error {
	return func(f func(archive.Object) error) error {
		for _, o := range list {
			if err := f(o); err != nil {
				return err
			}
		}
		return nil
	}
}

// made makes a backup.
func made(t *testing.T, dir string, c archive.Copy, list []archive.Object) archive.Manifest {
	t.Helper()
	w, err := archive.Create(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	table, err := w.Table(t.Context(), "things", columns)
	for _, row := range rows() {
		if err == nil {
			err = table.Row(row)
		}
	}
	if err == nil {
		err = table.Close()
	}
	if err == nil {
		err = w.Objects(t.Context(), c, each(list))
	}
	var m archive.Manifest
	if err == nil {
		m, _, err = w.Finish(func(m *archive.Manifest) { m.Schema = 9 })
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func opened(t *testing.T, dir string) *archive.Reader {
	t.Helper()
	r, err := archive.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// faults are what a verification finds.
func faults(t *testing.T, dir string) []string {
	t.Helper()
	r, err := archive.Open(dir, nil)
	if err != nil {
		return []string{incident.DetailOf(err)}
	}
	defer func() { _ = r.Close() }()
	var list []string
	if n, err := r.Verify(t.Context(), func(archive.Totals) {}, func(what string) { list = append(list, what) }); err != nil || n != len(list) {
		t.Fatalf("verify: %d, %v", n, err)
	}
	return list
}

func TestRowsAndObjectsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	store, list := disk(t)
	dir := filepath.Join(t.TempDir(), "parent", "backup")
	made(t, dir, copying(t, store), list)
	if got := faults(t, dir); got != nil {
		t.Errorf("a whole backup: %q", got)
	}
	r := opened(t, dir)
	var got [][]any
	if err := r.Rows(t.Context(), r.Tables[0], func(row archive.Row) error {
		got = append(got, row.Cells)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows(), got); diff != "" {
		t.Errorf("rows (-before +after):\n%s", diff)
	}
	empty, err := object.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = empty.Close() }()
	for range 2 { // the second time as after one that was broken off
		if err := r.Fits(t.Context(), empty); err != nil {
			t.Fatal(err)
		}
		if err := r.Restore(t.Context(), empty, func(archive.Totals) {}); err != nil {
			t.Fatal(err)
		}
	}
	again := filepath.Join(t.TempDir(), "again")
	if m := made(t, again, copying(t, empty), list); m.Objects.Rows != int64(len(list)) {
		t.Errorf("%d objects came back, of %d", m.Objects.Rows, len(list))
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if info, e := os.Stat(path); e != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v; others can read it", path, info.Mode(), e)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// One wrong byte anywhere, a missing end, a missing file: each is found, and none
// of its objects is restored as if it were right.
func TestEveryChangeOfABackupIsFound(t *testing.T) {
	t.Parallel()
	store, list := disk(t)
	whole := filepath.Join(t.TempDir(), "whole")
	made(t, whole, copying(t, store), list)
	var files []string
	_ = filepath.WalkDir(whole, func(path string, d fs.DirEntry, _ error) error {
		if !d.IsDir() {
			name, _ := filepath.Rel(whole, path)
			files = append(files, name)
		}
		return nil
	})
	if len(files) != len(list)+4 {
		t.Fatalf("a backup has the files %q", files)
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(whole, name))
			if err != nil {
				t.Fatal(err)
			}
			for what, spoil := range map[string]func(path string) error{
				"flipped": func(path string) error {
					other := bytes.Clone(text)
					other[len(other)/2] ^= 4
					return os.WriteFile(path, other, 0o600)
				},
				"torn":   func(path string) error { return os.Truncate(path, int64(len(text)-1)) },
				"longer": func(path string) error { return os.WriteFile(path, append([]byte{' '}, text...), 0o600) },
				"gone":   os.Remove,
			} {
				dir := filepath.Join(t.TempDir(), what)
				if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
					t.Fatal(err)
				}
				if err := spoil(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
				// That the digest's last line has no end tells nobody another manifest.
				if got := faults(t, dir); len(got) == 0 && !(what == "torn" && strings.HasSuffix(name, ".sha256")) {
					t.Errorf("%s: found %q", what, got)
				}
				if !strings.HasPrefix(name, "objects"+string(filepath.Separator)) {
					continue
				}
				empty, err := object.OpenDisk(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				err = opened(t, dir).Restore(t.Context(), empty, func(archive.Totals) {})
				key := strings.TrimPrefix(filepath.ToSlash(name), "objects/")
				if _, e := empty.Stat(t.Context(), key); incident.KindOf(err) != incident.Invalid || incident.KindOf(e) != incident.NotFound {
					t.Errorf("%s: restored all the same: %v, %v", what, err, e)
				}
				_ = empty.Close()
			}
		})
	}
}

func TestAnotherFormIsRefused(t *testing.T) {
	t.Parallel()
	store, list := disk(t)
	for what, c := range map[string]struct {
		old, new, want string
	}{
		"a newer form":     {`"format": 1`, `"format": 2`, "newer one"},
		"a path as a name": {`"name": "things"`, `"name": "../things"`, "not what was written"},
		"SQL as a name":    {`"name": "n"`, `"name": "n\"; --"`, "not what was written"},
	} {
		dir := filepath.Join(t.TempDir(), "backup")
		made(t, dir, copying(t, store), list)
		text, err := os.ReadFile(filepath.Join(dir, archive.ManifestFile))
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.Replace(text, []byte(c.old), []byte(c.new), 1)
		sum := sha256.Sum256(text)
		for name, text := range map[string]string{
			archive.ManifestFile: string(text), archive.ManifestFile + ".sha256": hex.EncodeToString(sum[:]) + "  " + archive.ManifestFile + "\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := faults(t, dir); len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%s: %q", what, got)
		}
	}
}

// A purge after the point takes objects away: they are noted. What is missing or
// changed for any other reason is damage.
func TestWhatTheStoreLostIsNotWhatWasPurged(t *testing.T) {
	t.Parallel()
	store, list := disk(t)
	for _, o := range list[:2] {
		if err := store.Delete(t.Context(), o.Key); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := list[3]
	elsewhere.Key = "../" + elsewhere.Key
	list[3].SHA256 = strings.Repeat("0", 64)
	list[4].Size--
	list[5].Size++
	list = append(list, elsewhere)
	c := copying(t, store)
	c.Gone = func(_ context.Context, o archive.Object) (bool, error) { return o.Key == list[0].Key, nil }
	var told []archive.Damage
	c.Damage = func(d archive.Damage) { told = append(told, d) }
	dir := filepath.Join(t.TempDir(), "backup")
	m := made(t, dir, c, list)
	if !slices.Equal(m.Gone, []string{list[0].Key}) || !slices.Equal(m.Damaged, told) || len(told) != 5 || m.Objects.Rows != 1 {
		t.Errorf("gone %q, damaged %+v, told %+v, objects %d", m.Gone, m.Damaged, told, m.Objects.Rows)
	}
	if got := faults(t, dir); got != nil {
		t.Errorf("what is in it is not whole: %q", got)
	}
}

// Objects of an older backup take no room again, unless their bytes are wrong there.
func TestOlderBackupsGiveTheirObjects(t *testing.T) {
	t.Parallel()
	store, list := disk(t)
	parent := t.TempDir()
	first, second := filepath.Join(parent, "1"), filepath.Join(parent, "2")
	made(t, first, copying(t, store), list[:4])
	spoiled := filepath.Join(first, "objects", filepath.FromSlash(list[0].Key))
	if err := os.WriteFile(spoiled, objecttest.Bytes(99, int(list[0].Size)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := copying(t, store)
	c.Base = opened(t, first)
	var last archive.Totals
	c.Progress = func(t archive.Totals) { last = t }
	made(t, second, c, list)
	if last.Linked != 3 || last.Objects != 6 {
		t.Errorf("%+v, want 3 linked of 6", last)
	}
	for i, o := range list[:4] {
		a, err := os.Stat(filepath.Join(first, "objects", filepath.FromSlash(o.Key)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.Stat(filepath.Join(second, "objects", filepath.FromSlash(o.Key)))
		if err != nil || os.SameFile(a, b) != (i != 0) {
			t.Errorf("object %d is the same file: %v, %v", i, os.SameFile(a, b), err)
		}
	}
	if got := faults(t, second); got != nil {
		t.Errorf("the second backup: %q", got)
	}
}

// What is broken off, by whatever, leaves no backup and nothing else.
func TestABackupIsWholeOrNotThere(t *testing.T) {
	t.Parallel()
	store, list := disk(t)
	dir := filepath.Join(t.TempDir(), "backup")
	ctx, cancel := context.WithCancel(t.Context())
	w, err := archive.Create(dir, func(ctx context.Context, _ int) error {
		cancel() // with the first byte
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Objects(ctx, copying(t, store), each(list)); !errors.Is(err, context.Canceled) {
		t.Errorf("a copy that was stopped: %v", err)
	}
	growing, _ := filepath.Glob(dir + archive.Unfinished + "*")
	if len(growing) != 1 || len(faults(t, growing[0])) != 1 {
		t.Errorf("what grows, %q, is taken for a backup", growing)
	}
	if err := w.Abandon(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	made(t, dir, copying(t, store), list)
	if _, err := archive.Create(dir, nil); incident.KindOf(err) != incident.Conflict {
		t.Errorf("over another backup: %v", err)
	}
}

func TestOnlyAnEmptyStoreIsRestoredInto(t *testing.T) {
	t.Parallel()
	store, list := disk(t)
	dir := filepath.Join(t.TempDir(), "backup")
	made(t, dir, copying(t, store), list[:5])
	r := opened(t, dir)
	if err := r.Fits(t.Context(), store); incident.KindOf(err) != incident.Conflict || !strings.Contains(incident.DetailOf(err), list[5].Key) {
		t.Errorf("beside somebody else's object: %v", err)
	}
	other, err := object.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if err := other.Put(t.Context(), list[1].Key, "", 3, strings.NewReader("abc")); err != nil {
		t.Fatal(err)
	}
	if err := r.Restore(t.Context(), other, func(archive.Totals) {}); incident.KindOf(err) != incident.Conflict {
		t.Errorf("over other bytes: %v", err)
	}
}
