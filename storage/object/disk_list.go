package object

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// List implements [Store]. What is no regular file is no object.
func (d *Disk) List(ctx context.Context, prefix string, each func(Entry) error) error {
	if err := checkPrefix(prefix); err != nil {
		return err
	}
	// A directory that was removed or unmounted would look empty.
	if _, err := d.root.Lstat(incoming); err != nil {
		return down("List", err)
	}
	return d.list(ctx, prefix, each)
}

// list walks the directory dir, "" for the root.
func (d *Disk) list(ctx context.Context, dir string, each func(Entry) error) error {
	entries, err := d.names(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return down("List", context.Cause(ctx))
		}
		key := path.Join(dir, e.Name())
		switch {
		case key == incoming:
		case e.IsDir():
			if err := d.list(ctx, key, each); err != nil {
				return err
			}
		case e.Type().IsRegular():
			info, err := e.Info()
			if absent(err) {
				continue // deleted since
			}
			if err != nil {
				return down("List", err)
			}
			if err := each(Entry{Key: key, Size: info.Size(), Modified: info.ModTime()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// names returns what is in a directory, in the order of the keys below it; none
// when it is not there.
func (d *Disk) names(dir string) ([]fs.DirEntry, error) {
	if dir == "" {
		dir = "."
	}
	info, err := d.root.Lstat(dir)
	if err == nil && !info.IsDir() {
		return nil, nil
	}
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, down("List", err)
	}
	f, err := d.root.Open(dir)
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, down("List", err)
	}
	entries, err := f.ReadDir(-1)
	_ = f.Close() // only ever read
	if err != nil {
		return nil, down("List", err)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(sortName(a), sortName(b)) })
	return entries, nil
}

// sortName is where an entry stands among the keys: those in a directory have a
// slash after its name.
func sortName(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}
