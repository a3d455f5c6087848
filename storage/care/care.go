// Package care looks after files once they are recorded: it has them scanned for
// viruses, tells their rooms, and makes the previews of pictures (F-UP-30, F-UP-31).
//
// Invariants:
//   - Nobody waits for it: handing a file over never blocks, and its queue is bounded.
//   - What a full queue or a crash leaves out is not lost: files whose scan is
//     pending are looked for again and again, and a preview is also made when
//     somebody asks for it.
//   - A file is called clean only after the scanner said so. While the scanner fails,
//     its files stay pending, or, where the installation says so, become unscanned
//     after a few tries.
//   - Nothing is made of a file before its scan is over.
//   - It may look after the same file twice, here or on another node: that is harmless.
//
// It keeps no state and no bytes: the room's log does, and package evidence.
package care

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"taskreporter/incident"
	"taskreporter/storage/scan"
)

const (
	// atOnce is how many files are looked after at a time: as many as pictures are
	// decoded at a time, see package content.
	atOnce = 2
	// waiting is how many more are kept in memory; a row is half a kilobyte.
	waiting = 256

	// passEvery is how often files are looked for that nobody scanned, and passSize
	// how many are read at once. Those younger than passAge are another node's, or
	// ours and in hand.
	passEvery = 30 * time.Second
	passSize  = 100
	passAge   = 10 * time.Second

	// retryPause is the first pause after the scanner failed; it doubles with each
	// failure in a row, up to passEvery.
	retryPause = time.Second
	// tries is how often in a row the scanner fails before files pass unscanned,
	// where that is allowed.
	tries = 4
)

// Scanner says whether bytes are infected.
type Scanner interface {
	// Scan reads r to its end. An error of kind incident.Unavailable is the
	// scanner's; any other is r's own.
	Scan(ctx context.Context, r io.Reader) (incident.Verdict, error)
}

// Evidence gives the bytes of files.
type Evidence interface {
	Open(ctx context.Context, f incident.File) (io.ReadSeekCloser, error)
	// Thumbnail returns a picture's preview, making it first where there is none.
	Thumbnail(ctx context.Context, f incident.File) (io.ReadSeekCloser, error)
}

// Rooms are told what became of their files.
type Rooms interface {
	// RecordVerdict is durable when it returns; the same one again changes nothing.
	RecordVerdict(ctx context.Context, room incident.RoomID, file incident.FileID, v incident.Verdict) error
	PreviewReady(room incident.RoomID, file incident.FileID)
}

// Files finds what waits for its scan; storage.Library does.
type Files interface {
	Unchecked(ctx context.Context, until time.Time, after *incident.FileCursor, limit int) ([]incident.File, error)
	CountUnchecked(ctx context.Context) (int, error)
}

// Config is what a worker is made of.
type Config struct {
	Scanner  Scanner // nil for none
	Allow    bool    // files pass unscanned while the scanner is down
	Evidence Evidence
	Rooms    Rooms
	Files    Files
	Now      func() time.Time
	Log      *slog.Logger
}

// Worker looks after files. Its methods are safe for concurrent use.
type Worker struct {
	Config
	queue    chan incident.File
	changed  chan struct{}        // the scanner failed, or is back
	probe    *incident.FileCursor // the last file that a failing scanner was asked about; the passes' own
	failures atomic.Int32         // of the scanner, in a row

	mu     sync.Mutex
	inHand map[incident.FileID]bool // queued, or being looked after

	complaints rate.Sometimes // about single files: there may be many
}

// New makes a worker, which does nothing before Run.
func New(c Config) *Worker {
	return &Worker{
		Config: c, queue: make(chan incident.File, waiting), changed: make(chan struct{}, 1),
		inHand: map[incident.FileID]bool{}, complaints: rate.Sometimes{First: 3, Interval: time.Minute},
	}
}

// After takes a file that was just recorded. It does not wait.
func (w *Worker) After(f incident.File) {
	if f.Scan != incident.ScanPending && f.Kind != incident.Image || !w.take(f.ID) {
		return
	}
	select {
	case w.queue <- f:
		queued.Set(float64(len(w.queue)))
	default:
		overflow.Inc()
		w.drop(f.ID)
	}
}

func (w *Worker) take(id incident.FileID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.inHand[id] {
		return false
	}
	w.inHand[id] = true
	return true
}

func (w *Worker) drop(id incident.FileID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.inHand, id)
}

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for {
				select {
				case f := <-w.queue:
					queued.Set(float64(len(w.queue)))
					w.look(ctx, f)
					w.drop(f.ID)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	w.passes(ctx)
	all.Wait()
}

// look does for a file what is to be done.
func (w *Worker) look(ctx context.Context, f incident.File) {
	if f.Scan == incident.ScanPending {
		v, decided := w.scan(ctx, f)
		if !decided {
			return
		}
		if err := w.Rooms.RecordVerdict(ctx, f.RoomID, f.ID, v); err != nil {
			w.complain(ctx, "its verdict is not recorded; it is scanned again", f, err)
			return
		}
		if f.Scan = v.Scan; f.Scan == incident.ScanInfected {
			w.Log.Warn("file quarantined", "room_id", string(f.RoomID), "file_id", string(f.ID), "signature", v.Signature)
		}
	}
	if f.Kind == incident.Image && f.MayLeave() == nil {
		w.preview(ctx, f)
	}
}

// scan returns the verdict, if there is one. While the scanner fails a file waits
// for the next pass, or, where that is allowed, a little for the scanner and then
// passes unscanned.
func (w *Worker) scan(ctx context.Context, f incident.File) (incident.Verdict, bool) {
	for {
		v, err := w.ask(ctx, f)
		switch {
		case err == nil:
			w.answered()
			scans.WithLabelValues(string(v.Scan)).Inc()
			return v, true
		case ctx.Err() != nil:
			return incident.Verdict{}, false
		case errors.Is(err, scan.ErrTooLarge):
			w.answered()
			scans.WithLabelValues("too_large").Inc()
			w.complain(ctx, "it is too large for the virus scanner; raise clamd's StreamMaxLength to 25M", f, err)
			return w.release(w.Allow)
		case incident.KindOf(err) != incident.Unavailable:
			scans.WithLabelValues("unreadable").Inc()
			w.complain(ctx, "it cannot be read", f, err)
			return incident.Verdict{}, false
		}
		scans.WithLabelValues("failed").Inc()
		n := w.failures.Add(1)
		if n == 1 {
			w.Log.Warn("the virus scanner does not answer", "err", err)
		}
		if !w.Allow {
			w.tellChange()
			return incident.Verdict{}, false
		}
		if n >= tries {
			return w.release(true)
		}
		select {
		case <-time.After(w.rest()):
		case <-ctx.Done():
			return incident.Verdict{}, false
		}
	}
}

func (w *Worker) answered() {
	if w.failures.Swap(0) > 0 {
		w.Log.Info("the virus scanner answers again")
		w.tellChange()
	}
}

func (w *Worker) tellChange() {
	select {
	case w.changed <- struct{}{}:
	default: // it is told already
	}
}

func (w *Worker) release(allowed bool) (incident.Verdict, bool) {
	if allowed {
		scans.WithLabelValues("released").Inc()
	}
	return incident.Verdict{Scan: incident.Unscanned}, allowed
}

func (w *Worker) ask(ctx context.Context, f incident.File) (incident.Verdict, error) {
	if w.Scanner == nil { // there was one when the file came
		return incident.Verdict{}, incident.E(incident.Unavailable, "scan file", "No virus scanner is configured.")
	}
	content, err := w.Evidence.Open(ctx, f)
	if err != nil {
		return incident.Verdict{}, err
	}
	defer content.Close()
	return w.Scanner.Scan(ctx, content)
}

// preview makes a picture's preview and tells the room. One that fails is made when
// somebody asks for it.
func (w *Worker) preview(ctx context.Context, f incident.File) {
	content, err := w.Evidence.Thumbnail(ctx, f)
	if err != nil {
		previews.WithLabelValues("failed").Inc()
		if k := incident.KindOf(err); k != incident.NotFound && k != incident.Busy {
			w.complain(ctx, "its preview cannot be made; it will be when somebody asks for it", f, err)
		}
		return
	}
	_ = content.Close() // nothing was read
	previews.WithLabelValues("made").Inc()
	w.Rooms.PreviewReady(f.RoomID, f.ID)
}

// complain says why something was not done with a file. There may be many files.
func (w *Worker) complain(ctx context.Context, why string, f incident.File, err error) {
	if ctx.Err() != nil {
		return // that is why
	}
	w.complaints.Do(func() {
		w.Log.Warn("a file is not looked after", "why", why, "room_id", string(f.RoomID), "file_id", string(f.ID), "err", err)
	})
}
