//go:build unix

package object

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// lockDir reports whether no other process holds dir, and holds it: alone when
// none does, shared otherwise. The kernel lets go when the process ends.
func lockDir(dir *os.File) (alone bool, err error) {
	err = syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, shareDir(dir)
	}
	return err == nil, err
}

func shareDir(dir *os.File) error { return syscall.Flock(int(dir.Fd()), syscall.LOCK_SH) }

// absent reports whether there is no object at a key; a key below another
// object's key is such a case.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
