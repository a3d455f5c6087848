//go:build linux

package archive_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"taskreporter/storage/archive"
)

// The disk of the backup fills up: it fails, and leaves the disk as it was. The test
// runs itself again in a mount namespace of its own, with a tiny file system.
func TestAFullDiskLeavesNoBackup(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv("TEST_TINY_DISK"); dir != "" {
		fillDisk(t, dir)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAFullDiskLeavesNoBackup$", "-test.v")
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
	if err != nil || !strings.Contains(string(out), "--- PASS: TestAFullDiskLeavesNoBackup") {
		t.Fatalf("on a tiny disk: %v\n%s", err, out)
	}
}

func fillDisk(t *testing.T, dir string) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=512k"); err != nil {
		t.Fatalf("mount: %v", err)
	}
	store, list := disk(t)
	w, err := archive.Create(filepath.Join(dir, "backup"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Objects(t.Context(), copying(t, store), each(list)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a backup on a full disk: %v", err)
	}
	if err := w.Abandon(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	made(t, filepath.Join(dir, "backup"), copying(t, store), list[:2]) // there is room again
}
