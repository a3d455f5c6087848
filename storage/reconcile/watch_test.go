package reconcile

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// shelf is a store with one object that nobody knows, or that is down.
type shelf struct {
	object.Store
	down atomic.Bool
}

func (s *shelf) List(_ context.Context, _ string, each func(object.Entry) error) error {
	if s.down.Load() {
		return incident.Wrap(incident.StoreDown, "test", errors.New("refused"), "away")
	}
	return each(object.Entry{Key: "readme.txt", Size: 3})
}

// noRows is a database without files.
type noRows struct{ Rows }

func (noRows) FilesAfter(context.Context, incident.RoomID, incident.FileID, int) ([]incident.File, error) {
	return nil, nil
}

// lockedBuffer is written by one goroutine and read by another.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// F-UP-32: after ten minutes, then about every six hours, and soon again when it
// could not.
func TestWatchChecksFromTimeToTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var store shelf
		var busy atomic.Bool
		var runs atomic.Int32
		alone := func(ctx context.Context, f func(context.Context) error) (bool, error) {
			runs.Add(1)
			if busy.Load() {
				return false, nil
			}
			return true, f(ctx)
		}
		var log lockedBuffer
		w := NewWatch(&store, noRows{}, alone, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.Run(ctx) }()
		after := func(d time.Duration, want int32) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if runs.Load() != want {
				t.Fatalf("%d checks, want %d", runs.Load(), want)
			}
		}
		after(firstAfter-time.Second, 0)
		if _, at := w.Last(); !at.IsZero() {
			t.Errorf("checked at %v, before the first check", at)
		}
		after(2*time.Second, 1)
		began := time.Now()
		sum, at := w.Last()
		if sum.Objects != 1 || sum.Findings[Foreign] != 1 || sum.Left() != 1 || began.Sub(at) > 2*time.Second {
			t.Errorf("found %+v at %v", sum, at)
		}
		if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "foreign=1") {
			t.Errorf("logged %s", log.String())
		}
		after(every*8/10, 1)
		after(every*4/10, 2)
		after(every*5/10, 2)
		busy.Store(true)
		time.Sleep(every * 6 / 10)
		synctest.Wait()
		if runs.Load() < 5 {
			t.Errorf("%d checks: one that another node was in the way of is not made up for", runs.Load())
		}
		_, at = w.Last()
		busy.Store(false)
		store.down.Store(true)
		before := runs.Load()
		time.Sleep(again * 12 / 10)
		synctest.Wait()
		if _, last := w.Last(); !last.Equal(at) || runs.Load() == before || !strings.Contains(log.String(), "object store not checked") {
			t.Errorf("a check that failed at %v: %s", last, log.String())
		}
		store.down.Store(false)
		time.Sleep(again * 12 / 10)
		synctest.Wait()
		if _, last := w.Last(); !last.After(at) {
			t.Error("a check that failed was not made up for")
		}
		cancel()
		<-done
	})
}
