package object

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"

	"taskreporter/incident"
)

// incoming is where objects grow until they are whole. Its name cannot be part
// of a key.
const incoming = ".incoming"

// Disk keeps objects as files below one directory with the same promises as a
// server (F-ST-15). An object grows in a directory of its own and is renamed to
// its key when its bytes are on the platter; the directory entry follows before
// Put returns.
type Disk struct {
	root *os.Root
	lock *os.File // held while this process uses the directory
}

// OpenDisk opens, and makes if absent, the directory dir. What a crash left
// half-written there is removed, unless another process is using it.
func OpenDisk(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make object directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open object directory: %w", err)
	}
	d := &Disk{root: root}
	if err := d.claim(); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare object directory: %w", err), d.Close())
	}
	return d, nil
}

// Close gives the directory free. Nothing may be in flight.
func (d *Disk) Close() error {
	if d.lock != nil {
		_ = d.lock.Close() // only ever read
	}
	return d.root.Close()
}

// Bucket is "disk" for every directory: a record must stay true when the
// directory moves.
func (d *Disk) Bucket() string { return "disk" }

func (d *Disk) claim() error {
	if err := d.makeDir(incoming); err != nil {
		return err
	}
	lock, err := d.root.Open(incoming)
	if err != nil {
		return err
	}
	d.lock = lock
	alone, err := lockDir(lock)
	if err != nil || !alone {
		return err
	}
	left, err := lock.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, e := range left {
		if err := d.root.Remove(path.Join(incoming, e.Name())); err != nil {
			return err
		}
	}
	return shareDir(lock)
}

// copyBuffers bounds what a Put allocates; 32 KiB saves system calls.
var copyBuffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// Put implements [Store].
func (d *Disk) Put(ctx context.Context, key, _ string, size int64, r io.Reader) error {
	if err := checkPut(key, size); err != nil {
		return err
	}
	temp := path.Join(incoming, rand.Text())
	src := &source{ctx: ctx, r: r, size: size}
	err := d.write(temp, src)
	if err == nil {
		err = d.publish(temp, key)
	}
	if err == nil {
		return nil
	}
	if e := d.root.Remove(temp); e != nil && !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	if _, e := src.close(); e != nil {
		return e
	}
	return down("Put", err)
}

// PutPiece implements [Store].
func (d *Disk) PutPiece(ctx context.Context, key string, size int64, r io.Reader) error {
	return d.Put(ctx, key, "", size, r)
}

func (d *Disk) write(name string, src io.Reader) (err error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buf := copyBuffers.Get().(*[32 << 10]byte)
	defer copyBuffers.Put(buf)
	// The plain writer keeps io.CopyBuffer from passing our buffer by.
	if _, err := io.CopyBuffer(struct{ io.Writer }{f}, src, buf[:]); err != nil {
		return err
	}
	return f.Sync()
}

// publish moves a whole object to its key, for good.
func (d *Disk) publish(temp, key string) error {
	err := d.root.Rename(temp, key)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.makeDirs(path.Dir(key)); err != nil {
			return err
		}
		err = d.root.Rename(temp, key)
	}
	if err != nil {
		return err
	}
	return d.syncDir(path.Dir(key))
}

// makeDirs makes dir and its parents, each entry durable.
func (d *Disk) makeDirs(dir string) error {
	if dir == "." {
		return nil
	}
	if err := d.makeDirs(path.Dir(dir)); err != nil {
		return err
	}
	return d.makeDir(dir)
}

func (d *Disk) makeDir(dir string) error {
	if err := d.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.syncDir(path.Dir(dir))
}

func (d *Disk) syncDir(dir string) error {
	f, err := d.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open implements [Store].
func (d *Disk) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	f, err := d.root.Open(key)
	if err != nil {
		return nil, diskError("Open", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		_ = f.Close()
		return nil, diskError("Open", err)
	}
	return f, nil
}

// Get implements [Store].
func (d *Disk) Get(ctx context.Context, key string) (io.ReadCloser, error) { return d.Open(ctx, key) }

// Stat implements [Store].
func (d *Disk) Stat(_ context.Context, key string) (int64, error) {
	if err := CheckKey(key); err != nil {
		return 0, err
	}
	info, err := d.root.Lstat(key)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return 0, diskError("Stat", err)
	}
	return info.Size(), nil
}

// Delete implements [Store]. Its effect may be undone by a crash right after.
func (d *Disk) Delete(ctx context.Context, key string) error {
	_, err := d.Stat(ctx, key) // Remove would take an empty directory too
	if err == nil {
		if err := d.root.Remove(key); err != nil && !absent(err) {
			return down("Delete", err)
		}
	}
	if incident.KindOf(err) == incident.NotFound {
		return nil
	}
	return err
}

// Presign implements [Store]: a directory has no address.
func (d *Disk) Presign(_ context.Context, key string, _ time.Duration, _ Presentation) (string, error) {
	return "", CheckKey(key)
}

// Check implements [Store] by writing a byte: a full or read-only disk is down.
func (d *Disk) Check(context.Context) error {
	name := path.Join(incoming, rand.Text())
	err := d.root.WriteFile(name, []byte{'.'}, 0o600)
	if e := d.root.Remove(name); err == nil {
		err = e
	}
	return down("Check", err)
}

func diskError(op string, err error) error {
	if absent(err) {
		return missing(op, err)
	}
	return down(op, err)
}
