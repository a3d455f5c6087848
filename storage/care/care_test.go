package care

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/scan"
)

// plant is a store, a scanner, rooms and rows in memory: what care has to do with.
// Its scanner finds something in every file whose id says so. It runs in a bubble,
// where time passes when everybody waits.
type plant struct {
	mu     sync.Mutex
	files  []incident.File
	told   []string // verdicts and previews, in order
	asked  int      // scans
	now    int      // scans under way
	most   int      // of them, at once
	down   bool
	lost   bool            // the store does not answer
	gone   incident.FileID // has no bytes
	small  bool            // the scanner takes small files only
	hold   chan struct{}
	refuse error // of the room
}

func (p *plant) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *plant) Scan(ctx context.Context, r io.Reader) (incident.Verdict, error) {
	p.set(func() { p.asked++; p.now++; p.most = max(p.most, p.now) })
	defer p.set(func() { p.now-- })
	if p.hold != nil {
		select {
		case <-p.hold:
		case <-ctx.Done():
			return incident.Verdict{}, incident.Wrap(incident.Unavailable, "scan", ctx.Err(), "")
		}
	}
	p.mu.Lock()
	down, small := p.down, p.small
	p.mu.Unlock()
	switch {
	case down:
		return incident.Verdict{}, incident.E(incident.Unavailable, "scan", "")
	case small:
		return incident.Verdict{}, incident.Wrap(incident.Unavailable, "scan", scan.ErrTooLarge, "")
	}
	content, err := io.ReadAll(r)
	if strings.Contains(string(content), "virus") {
		return incident.Verdict{Scan: incident.ScanInfected, Signature: "Virus"}, err
	}
	return incident.Verdict{Scan: incident.ScanClean}, err
}

type object struct{ *bytes.Reader }

func (object) Close() error { return nil }

func (p *plant) Open(_ context.Context, f incident.File) (io.ReadSeekCloser, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost || p.gone == f.ID {
		return nil, incident.E(incident.StoreDown, "open", "")
	}
	return object{bytes.NewReader([]byte(f.ID))}, nil
}

func (p *plant) Thumbnail(_ context.Context, f incident.File) (io.ReadSeekCloser, error) {
	if strings.Contains(string(f.ID), "broken") {
		return nil, incident.E(incident.NotFound, "thumbnail", "")
	}
	return object{bytes.NewReader(nil)}, nil
}

func (p *plant) RecordVerdict(_ context.Context, _ incident.RoomID, file incident.FileID, v incident.Verdict) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse != nil {
		return p.refuse
	}
	p.told = append(p.told, fmt.Sprintf("%s %s", file, v.Scan))
	for i := range p.files {
		if p.files[i].ID == file {
			p.files[i].Scan = v.Scan
		}
	}
	return nil
}

func (p *plant) PreviewReady(_ incident.RoomID, file incident.FileID) {
	p.set(func() { p.told = append(p.told, fmt.Sprintf("%s preview", file)) })
}

func (p *plant) Unchecked(_ context.Context, until time.Time, after *incident.FileCursor, limit int) ([]incident.File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []incident.File
	for _, f := range p.files {
		if f.Scan == incident.ScanPending && !f.UploadedAt.After(until) && (after == nil || f.ID > after.ID) && len(list) < limit {
			list = append(list, f)
		}
	}
	return list, nil
}

func (p *plant) CountUnchecked(context.Context) (int, error) { return 0, nil }

// record makes a picture's row, as an upload does.
func (p *plant) record(id string, scan incident.ScanState) incident.File {
	f := incident.File{ID: incident.FileID(id), Kind: incident.Image, Scan: scan, UploadedAt: time.Now()}
	p.set(func() { p.files = append(p.files, f) })
	return f
}

func (p *plant) worker(allow bool) *Worker {
	return New(Config{Scanner: p, Allow: allow, Evidence: p, Rooms: p, Files: p, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
}

// run lets the worker work while during runs, and waits for it to end.
func run(t *testing.T, w *Worker, during func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx) }()
	synctest.Wait()
	during()
	synctest.Wait()
	cancel()
	<-done
}

// wants compares what rooms were told.
func (p *plant) wants(t *testing.T, when string, want ...string) {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.told, want) {
		t.Errorf("%s: told %q, want %q", when, p.told, want)
	}
}

// F-UP-30, F-UP-31: a picture is scanned, then its preview is made, then the room is
// told of it; of an infected one there is no preview.
func TestPreviewsAreMadeOfWhatIsClean(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &plant{}
		w := p.worker(false)
		run(t, w, func() {
			for _, id := range []string{"clean", "virus", "broken"} {
				w.After(p.record(id, incident.ScanPending))
				synctest.Wait()
			}
			w.After(p.record("unscanned", incident.Unscanned))
			w.After(incident.File{ID: "log", Kind: incident.Log, Scan: incident.Unscanned})
			p.wants(t, "after all", "clean clean", "clean preview", "virus infected", "broken clean", "unscanned preview")
		})
		if p.asked != 3 {
			t.Errorf("%d scans, want 3", p.asked)
		}
	})
}

// F-UP-31: under block a file waits until the scanner is back, and is then found.
func TestWhatCannotBeScannedWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &plant{down: true}
		w := p.worker(false)
		run(t, w, func() {
			p.gone = p.record("a file without bytes", incident.ScanPending).ID
			for i := range 5 {
				w.After(p.record(fmt.Sprintf("f%d", i), incident.ScanPending))
			}
			time.Sleep(time.Hour)
			p.wants(t, "while the scanner is down")
			if p.asked < 60 || p.asked > 150 {
				t.Errorf("%d tries in an hour: want one in each pass", p.asked)
			}
			p.set(func() { p.down = false })
			time.Sleep(passEvery)
			synctest.Wait()
			slices.Sort(p.told)
			p.wants(t, "when it is back",
				"f0 clean", "f0 preview", "f1 clean", "f1 preview", "f2 clean", "f2 preview", "f3 clean", "f3 preview", "f4 clean", "f4 preview")
		})
	})
}

// F-UP-31: where it is allowed, files pass unscanned after a bounded number of
// tries; but not because the store is away.
func TestWhatCannotBeScannedPassesWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &plant{down: true}
		w := p.worker(true)
		run(t, w, func() {
			w.After(p.record("f", incident.ScanPending))
			p.wants(t, "at once")
			time.Sleep(time.Minute)
			p.wants(t, "after a few tries", "f unscanned", "f preview")
			if p.asked != tries {
				t.Errorf("%d tries, want %d", p.asked, tries)
			}
			p.set(func() { p.down, p.lost, p.told = false, true, nil })
			w.After(p.record("g", incident.ScanPending))
			time.Sleep(time.Hour)
			p.wants(t, "while the store is away")
			p.set(func() { p.lost = false })
			time.Sleep(passEvery)
			p.wants(t, "when it is back", "g clean", "g preview")
		})
	})
}

// F-UP-31: what the scanner will not look at is no clean file, and does not keep it
// from the others.
func TestAFileThatIsTooLargeForTheScanner(t *testing.T) {
	t.Parallel()
	for allow, want := range map[bool][]string{false: nil, true: {"large unscanned", "large preview"}} {
		synctest.Test(t, func(t *testing.T) {
			p := &plant{small: true}
			w := p.worker(allow)
			run(t, w, func() {
				w.After(p.record("large", incident.ScanPending))
				p.wants(t, fmt.Sprintf("allow %v", allow), want...)
			})
			if w.failures.Load() != 0 {
				t.Error("the scanner is taken for down")
			}
		})
	}
}

// Nobody waits for care, whatever it is doing; what its queue cannot hold is found
// again, a few at a time.
func TestAFullQueueLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &plant{hold: make(chan struct{})}
		w := p.worker(false)
		const files = waiting + passSize*3
		run(t, w, func() {
			for i := range files {
				w.After(p.record(fmt.Sprintf("f%04d", i), incident.ScanPending)) // would block the bubble for ever
			}
			synctest.Wait()
			if p.asked != atOnce {
				t.Errorf("%d scans at once, want %d", p.asked, atOnce)
			}
			close(p.hold)
			time.Sleep(2 * passEvery)
			synctest.Wait()
			if len(p.told) != 2*files || p.asked != files {
				t.Errorf("%d told of %d, %d scans", len(p.told), 2*files, p.asked)
			}
		})
		if len(w.inHand) != 0 || p.most > atOnce {
			t.Errorf("%d in hand at the end, %d at once", len(w.inHand), p.most)
		}
	})
}

// F-UP-31: a crash loses no scan, and a verdict that could not be recorded is found
// again.
func TestAStartFindsWhatACrashLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &plant{}
		p.record("left", incident.ScanPending)
		time.Sleep(passAge)
		run(t, p.worker(false), func() { p.wants(t, "at the start", "left clean", "left preview") })

		p.set(func() { p.told, p.refuse = nil, incident.E(incident.Unavailable, "append", "") })
		w := p.worker(false)
		run(t, w, func() {
			w.After(p.record("virus", incident.ScanPending))
			time.Sleep(time.Minute)
			p.wants(t, "while the database is away")
			p.set(func() { p.refuse = nil })
			time.Sleep(passEvery)
			p.wants(t, "when it is back", "virus infected")
		})
	})
}

// F-UP-31: where the scanner was taken out of the configuration, the policy decides
// about what still waits.
func TestWithoutAScannerThePolicyDecides(t *testing.T) {
	t.Parallel()
	for allow, want := range map[bool][]string{false: nil, true: {"left unscanned", "left preview"}} {
		synctest.Test(t, func(t *testing.T) {
			p := &plant{}
			p.record("left", incident.ScanPending)
			w := p.worker(allow)
			w.Scanner = nil
			run(t, w, func() {
				time.Sleep(5 * time.Minute)
				p.wants(t, fmt.Sprintf("allow %v", allow), want...)
			})
		})
	}
}
