package reconcile

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"taskreporter/storage/object"
)

// When a server checks by itself: not while it starts, and then a few times a day.
const (
	firstAfter = 10 * time.Minute
	every      = 6 * time.Hour // cut or extended by up to a tenth
	again      = 10 * time.Minute
)

// Watch checks from time to time while a server runs. It repairs nothing, reads no
// object and names no file: it counts.
type Watch struct {
	store object.Store
	rows  Rows
	alone Alone
	now   func() time.Time
	log   *slog.Logger

	mu   sync.Mutex
	last Summary
	at   time.Time
}

// Alone runs f unless another node of the cluster does the same, and reports
// whether it did.
type Alone func(ctx context.Context, f func(context.Context) error) (ran bool, err error)

// NewWatch returns one that has not begun.
func NewWatch(store object.Store, rows Rows, alone Alone, now func() time.Time, log *slog.Logger) *Watch {
	return &Watch{store: store, rows: rows, alone: alone, now: now, log: log}
}

// Last returns what the last whole check of this node found, and when it ended;
// the zero time before the first one.
func (w *Watch) Last() (Summary, time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last, w.at
}

// Run checks until ctx ends. A check that another node was in the way of, or that
// failed, is made up for soon.
func (w *Watch) Run(ctx context.Context) {
	timer := time.NewTimer(firstAfter)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wait := every
		if !w.once(ctx) {
			wait = again
		}
		timer.Reset(wait - wait/10 + rand.N(wait/5))
	}
}

// once reports whether a check came to its end.
func (w *Watch) once(ctx context.Context) bool {
	var sum Summary
	ran, err := w.alone(ctx, func(ctx context.Context) (err error) {
		sum, err = Check(ctx, w.store, w.rows, Options{Now: w.now()})
		return err
	})
	switch {
	case ctx.Err() != nil:
		return false
	case err != nil:
		w.log.Warn("object store not checked", "err", err)
		return false
	case !ran:
		w.log.Debug("another node checks the object store")
		return false
	}
	w.mu.Lock()
	w.last, w.at = sum, w.now()
	w.mu.Unlock()
	w.tell(ctx, sum)
	return true
}

func (w *Watch) tell(ctx context.Context, sum Summary) {
	attrs := []any{"objects", sum.Objects, "bytes", sum.Bytes, "files", sum.Files, "under_way", sum.UnderWay}
	for _, kind := range Kinds {
		if n := sum.Findings[kind]; n > 0 {
			attrs = append(attrs, string(kind), n)
		}
	}
	switch {
	case sum.Findings[Lost]+sum.Findings[Size] > 0:
		w.log.ErrorContext(ctx, "evidence is missing from the object store: run admin storage check", attrs...)
	case sum.Left() > 0:
		w.log.WarnContext(ctx, "object store holds what belongs to nothing: run admin storage check", attrs...)
	default:
		w.log.InfoContext(ctx, "object store checked", attrs...)
	}
}
