package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// copies is how many objects are copied at once: enough to hide the latency of a
// store, few enough that others get their turn.
const copies = 4

// A copy that a store breaks off is begun anew so often, after a pause that grows.
const (
	attempts = 4
	backOff  = 500 * time.Millisecond
)

// Object is a piece of evidence as its row describes it.
type Object struct {
	ID     string // of its row; not in the backup
	Key    string
	Mime   string
	Size   int64
	SHA256 string
}

// Totals is how far a copy has come.
type Totals struct {
	Objects, Bytes int64
	Linked         int64 // of Objects: taken from an older backup
}

// Copy says from where objects come.
type Copy struct {
	Store object.Store
	// Base is an older backup whose objects are linked, or copied when it is on
	// another file system; nil for none. Its bytes are compared all the same.
	Base *Reader
	// Gone reports whether the object's row was removed since the tables were
	// read. Then it may be missing.
	Gone func(ctx context.Context, o Object) (bool, error)
	// Progress is told after each object, by one goroutine at a time.
	Progress func(Totals)
	// Damage is told of each object that cannot be copied as its row says, the
	// same way. The copy goes on.
	Damage func(Damage)
}

var indexColumns = []Column{{"key", Text}, {"mime", Text}, {"size", Int}, {"sha256", Text}}

// Objects copies what list yields, and notes what was gone or damaged.
func (w *Writer) Objects(ctx context.Context, c Copy, list func(each func(Object) error) error) error {
	if err := w.root.Mkdir(objectsDir, 0o700); err != nil {
		return err
	}
	index, err := w.table(ctx, indexName+suffix, indexName, indexColumns)
	if err != nil {
		return err
	}
	var (
		mu     sync.Mutex
		totals Totals
	)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(copies)
	err = list(func(o Object) error {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		group.Go(func() error {
			linked, damage, err := w.object(ctx, c, o)
			if err != nil {
				return fmt.Errorf("copy %s: %w", o.Key, err)
			}
			mu.Lock()
			defer mu.Unlock()
			switch damage {
			case "":
			case gone:
				w.m.Gone = append(w.m.Gone, o.Key)
				return nil
			default:
				w.m.Damaged = append(w.m.Damaged, Damage{o.Key, damage})
				c.Damage(Damage{o.Key, damage})
				return nil
			}
			totals.Objects++
			totals.Bytes += o.Size
			if linked {
				totals.Linked++
			}
			c.Progress(totals)
			return index.Row([]any{o.Key, o.Mime, o.Size, o.SHA256})
		})
		return nil
	})
	if e := group.Wait(); e != nil { // says more than the list that it ended
		err = e
	}
	if err = errors.Join(err, index.finish()); err != nil {
		return err
	}
	w.m.Objects, w.m.ObjectBytes = index.t, totals.Bytes
	return nil
}

const gone = "gone"

// object copies one. damage says what is wrong with it.
func (w *Writer) object(ctx context.Context, c Copy, o Object) (linked bool, damage string, err error) {
	if err := object.CheckKey(o.Key); err != nil {
		return false, "its key is none of ours", nil //nolint:nilerr // a finding
	}
	name := path.Join(objectsDir, o.Key)
	if err := w.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return false, "", err
	}
	if c.Base != nil {
		if linked, err := w.link(ctx, c.Base, name, o); linked || err != nil {
			return linked, "", err
		}
	}
	for attempt := 1; ; attempt++ {
		damage, err = w.fetch(ctx, c.Store, name, o)
		if incident.KindOf(err) != incident.StoreDown || attempt == attempts || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(backOff << attempt):
		}
	}
	if err != nil || damage != missing {
		return false, damage, err
	}
	removed, err := c.Gone(ctx, o)
	if removed {
		damage = gone
	}
	return false, damage, err
}

const missing = "it is not in the store"

// fetch writes an object of the store to a file.
func (w *Writer) fetch(ctx context.Context, store object.Store, name string, o Object) (damage string, err error) {
	src, err := store.Get(ctx, o.Key)
	if incident.KindOf(err) == incident.NotFound {
		return missing, nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = src.Close() }() // only ever read
	damage, err = w.save(ctx, name, src, o)
	if incident.KindOf(err) == incident.NotFound { // some stores say so at the first byte
		return missing, nil
	}
	return damage, err
}

// save writes bytes to a new file, and removes it unless they are o's.
func (w *Writer) save(ctx context.Context, name string, src io.Reader, o Object) (damage string, err error) {
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	damage, err = examine(ctx, w.pace, src, f, o)
	if err == nil && damage == "" {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil || damage != "" {
		return damage, errors.Join(err, w.root.Remove(name))
	}
	return "", nil
}

// link takes an object from an older backup, if it is there and right.
func (w *Writer) link(ctx context.Context, base *Reader, name string, o Object) (bool, error) {
	src, err := base.root.Open(name)
	if err != nil {
		return false, nil // then the store has it
	}
	defer func() { _ = src.Close() }() // only ever read
	if info, err := src.Stat(); err != nil || info.Size() != o.Size {
		return false, nil // the same
	}
	damage, err := examine(ctx, w.pace, src, io.Discard, o)
	if err != nil && ctx.Err() == nil || damage != "" {
		return false, nil // the same
	}
	if err != nil {
		return false, err
	}
	if os.Link(filepath.Join(base.dir, filepath.FromSlash(name)), filepath.Join(w.temp, filepath.FromSlash(name))) == nil {
		return true, nil
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	damage, err = w.save(ctx, name, src, o)
	return damage == "", err
}

// examine copies bytes and says what makes them not o's.
func examine(ctx context.Context, pace Pace, src io.Reader, dst io.Writer, o Object) (damage string, err error) {
	sum, buf := sha256.New(), make([]byte, 64<<10)
	var size int64
	for {
		if err := ctx.Err(); err != nil {
			return "", context.Cause(ctx)
		}
		n, err := src.Read(buf)
		if n > 0 {
			if err := pace(ctx, n); err != nil {
				return "", err
			}
			size += int64(n)
			sum.Write(buf[:n])
			if _, err := dst.Write(buf[:n]); err != nil {
				return "", err
			}
		}
		if size > o.Size {
			return fmt.Sprintf("it has more than its %d bytes", o.Size), nil
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	if size != o.Size {
		return fmt.Sprintf("it has %d bytes, not %d", size, o.Size), nil
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != o.SHA256 {
		return fmt.Sprintf("its SHA-256 is %s, not %s", got, o.SHA256), nil
	}
	return "", nil
}

// open opens an object of the backup.
func (r *Reader) open(o Object) (*os.File, error) {
	if err := object.CheckKey(o.Key); err != nil {
		return nil, err
	}
	return r.root.Open(path.Join(objectsDir, o.Key))
}

// has reports whether the backup has an object under key.
func (r *Reader) has(key string) (bool, error) {
	_, err := r.root.Lstat(path.Join(objectsDir, key))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
