package care

import (
	"context"
	"time"

	"taskreporter/incident"
)

// passes looks for files that nobody scanned, at once and then again and again;
// sooner when the scanner failed, and at once when it is back.
func (w *Worker) passes(ctx context.Context) {
	for wait := time.Duration(0); ; {
		select {
		case <-time.After(wait):
			w.pass(ctx)
			wait = w.rest()
		case <-w.changed:
			if wait = w.rest(); w.failures.Load() == 0 {
				wait = 0
			}
		case <-ctx.Done():
			return
		}
	}
}

// rest is how long to wait for the next pass.
func (w *Worker) rest() time.Duration {
	if n := w.failures.Load(); n > 0 {
		return min(retryPause<<min(n-1, 10), passEvery)
	}
	return passEvery
}

// pass queues what waits for its scan, oldest first. Of a scanner that failed it
// asks one file only, another one each time, and the others when it has answered.
func (w *Worker) pass(ctx context.Context) {
	defer w.count(ctx)
	if w.failures.Load() > 0 && !w.Allow {
		w.probe, _ = w.queueSome(ctx, w.probe, 1)
		return
	}
	for after, more := w.queueSome(ctx, nil, passSize); more; {
		after, more = w.queueSome(ctx, after, passSize)
	}
}

// queueSome queues at most n files that wait after a place, and returns the next
// place; there is none when there are no more.
func (w *Worker) queueSome(ctx context.Context, after *incident.FileCursor, n int) (next *incident.FileCursor, more bool) {
	list, err := w.Files.Unchecked(ctx, w.Now().Add(-passAge), after, n)
	if err != nil {
		if ctx.Err() == nil {
			w.Log.Warn("files to scan not looked for: the next pass does", "err", err)
		}
		return nil, false
	}
	for _, f := range list {
		if !w.take(f.ID) {
			continue
		}
		select {
		case w.queue <- f:
			queued.Set(float64(len(w.queue)))
		case <-ctx.Done():
			return nil, false
		}
	}
	if len(list) < n {
		return nil, false
	}
	last := list[n-1]
	return &incident.FileCursor{At: last.UploadedAt, ID: last.ID}, true
}

func (w *Worker) count(ctx context.Context) {
	n, err := w.Files.CountUnchecked(ctx)
	if err == nil {
		pending.Set(float64(n))
	}
}
