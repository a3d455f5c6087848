package object_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

func openDisk(t *testing.T, dir string) *object.Disk {
	t.Helper()
	d, err := object.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// F-UP-16: a crash leaves whole objects and no halves.
func TestDiskSweepsWhatACrashLeft(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "objects")
	first := openDisk(t, dir)
	if err := first.Put(t.Context(), "room-1/log/a.log", "text/plain", 3, bytes.NewReader([]byte("abc"))); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, ".incoming", "HALF")
	if err := os.WriteFile(half, []byte("ab"), 0o600); err != nil {
		t.Fatal(err)
	}

	second := openDisk(t, dir)
	if got, want := objecttest.Files(t, dir), []string{"room-1/log/a.log"}; !slices.Equal(got, want) {
		t.Errorf("after a restart the directory holds %q, want %q", got, want)
	}

	if err := os.WriteFile(half, []byte("ab"), 0o600); err != nil {
		t.Fatal(err)
	}
	beside := openDisk(t, dir)
	if _, err := os.Stat(half); err != nil {
		t.Errorf("an upload of a running process was swept: %v", err)
	}
	if err := errors.Join(second.Close(), beside.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestDiskDoesNotFollowALinkOutOfItsDirectory(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret.txt")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := openDisk(t, dir)
	if err := os.Symlink(outside, filepath.Join(dir, "room-1")); err != nil {
		t.Fatal(err)
	}
	if c, err := d.Open(t.Context(), "room-1/secret.txt"); err == nil {
		_ = c.Close()
		t.Error("Open followed a link out of the directory")
	}
	if err := d.Put(t.Context(), "room-1/secret.txt", "text/plain", 1, bytes.NewReader([]byte("x"))); incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Put through a link: %v, want store_unavailable", err)
	}
	if err := d.Delete(t.Context(), "room-1/secret.txt"); err == nil {
		t.Error("Delete followed a link out of the directory")
	}
	if b, err := os.ReadFile(secret); err != nil || string(b) != "secret" {
		t.Errorf("the file outside is now %q, %v", b, err)
	}
	err := d.List(t.Context(), "", func(e object.Entry) error {
		t.Errorf("List shows %s, which lies outside", e.Key)
		return nil
	})
	if err != nil {
		t.Errorf("List: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// F-UP-22
func TestDiskThatIsGoneIsDown(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "objects")
	d := openDisk(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	err := d.Put(t.Context(), "room-1/log/a.log", "text/plain", 3, bytes.NewReader([]byte("abc")))
	if incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Put: %v, want store_unavailable", err)
	}
	if err := d.Check(t.Context()); incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Check: %v, want store_unavailable", err)
	}
	err = d.List(t.Context(), "", func(object.Entry) error { return nil })
	if incident.KindOf(err) != incident.StoreDown {
		t.Errorf("List: %v, want store_unavailable: the directory is not empty but gone", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
