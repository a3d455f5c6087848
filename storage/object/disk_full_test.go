//go:build linux

package object_test

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage/object/objecttest"
)

// F-UP-16, F-UP-22: the disk fills up in the middle of an upload. The test runs
// itself again in a mount namespace of its own, with a tiny file system.
func TestDiskFullLeavesNothing(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv("TEST_TINY_DISK"); dir != "" {
		fillDisk(t, dir)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFullLeavesNothing$", "-test.v")
	cmd.Env = append(os.Environ(), "TEST_TINY_DISK="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if cmd.Process == nil {
		t.Skipf("this kernel gives no user namespace, so no disk can be filled: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: TestDiskFullLeavesNothing") {
		t.Fatalf("on a tiny disk: %v\n%s", err, out)
	}
}

func fillDisk(t *testing.T, dir string) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatalf("mount: %v", err)
	}
	d := openDisk(t, dir)
	small, large := objecttest.Bytes(1, 400<<10), objecttest.Bytes(2, 900<<10)
	if err := d.Put(t.Context(), "room-1/log/a.log", "text/plain", int64(len(small)), bytes.NewReader(small)); err != nil {
		t.Fatalf("Put on a disk with room: %v", err)
	}
	err := d.Put(t.Context(), "room-1/log/b.log", "text/plain", int64(len(large)), bytes.NewReader(large))
	if incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Put on a full disk: %v, want store_unavailable", err)
	}
	if got, want := objecttest.Files(t, dir), []string{"room-1/log/a.log"}; !slices.Equal(got, want) {
		t.Errorf("the full disk holds %q, want %q", got, want)
	}
	if err := d.Check(t.Context()); err != nil {
		t.Errorf("Check when there is room again: %v", err)
	}
	if err := os.WriteFile(dir+"/filler", objecttest.Bytes(3, 700<<10), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	if err := d.Check(t.Context()); incident.KindOf(err) != incident.StoreDown {
		t.Errorf("Check on a full disk: %v, want store_unavailable", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
