package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"taskreporter/storage/archive"
)

// backupName is how backups are named by their time, so that names sort.
const backupName = "20060102T150405Z"

var namedByTime = regexp.MustCompile(`^\d{8}T\d{6}Z$`)

// dated returns the directory of a new backup in parent, and the newest one there,
// "" for none.
func dated(parent string, now time.Time) (dir, base string) {
	if there, err := backupsIn(parent); err == nil && len(there) > 0 {
		base = there[len(there)-1]
	}
	return filepath.Join(parent, now.UTC().Format(backupName)), base
}

// backupsIn returns the backups in parent that are named by their time, oldest
// first. What is unfinished has another name.
func backupsIn(parent string) ([]string, error) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range entries {
		if e.IsDir() && namedByTime.MatchString(e.Name()) {
			list = append(list, filepath.Join(parent, e.Name()))
		}
	}
	slices.Sort(list)
	return list, nil
}

// prune removes all but the newest backups in parent, and what killed ones left. A
// backup loses its manifest first, so that half of one is never taken for a whole.
func prune(parent string, keep int) error {
	list, err := backupsIn(parent)
	if err != nil {
		return err
	}
	left, err := filepath.Glob(filepath.Join(parent, "????????T??????Z"+archive.Unfinished+"*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, dir := range append(left, list[:max(0, len(list)-keep)]...) {
		err := os.Remove(filepath.Join(dir, archive.ManifestFile))
		if err == nil || errors.Is(err, os.ErrNotExist) {
			err = os.RemoveAll(dir)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
