package actors

import (
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// Reread is what is made of files that may be replaced at any time, as
// certificates are. Files that cannot be read, as while they are being replaced,
// leave what was made of those before. It is safe for concurrent use.
type Reread[T any] struct {
	files []string
	read  func() (T, error)
	log   *slog.Logger

	mu     sync.Mutex
	seen   []stamp
	broken bool // what was seen could not be read: a right that is missing leaves no stamp
	last   T
}

// stamp tells one version of a file from the next.
type stamp struct {
	at   time.Time
	size int64
}

// NewReread reads the files for the first time; it fails when that does.
func NewReread[T any](log *slog.Logger, read func() (T, error), files ...string) (*Reread[T], error) {
	r := &Reread[T]{files: files, read: read, log: log, seen: stampsOf(files)}
	var err error
	r.last, err = read()
	return r, err
}

// Now is what the files make, read again if one has changed. What is wrong with a
// change is logged once.
func (r *Reread[T]) Now() T {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := stampsOf(r.files) // before they are read: what changes meanwhile is read the next time
	changed := !slices.Equal(seen, r.seen)
	if !changed && !r.broken {
		return r.last
	}
	r.seen = seen
	next, err := r.read()
	r.broken = err != nil
	switch {
	case err == nil:
		r.last = next
		r.log.Info("changed files are in use", "files", r.files)
	case changed:
		r.log.Error("changed files are not used, those before stay in use", "files", r.files, "err", err)
	}
	return r.last
}

// stampsOf looks at the files; one that is away has the zero stamp.
func stampsOf(files []string) []stamp {
	stamps := make([]stamp, len(files))
	for i, name := range files {
		if info, err := os.Stat(name); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}
