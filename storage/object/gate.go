package object

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"taskreporter/incident"
)

// When a gate shuts, and how long before the store is asked again.
const (
	toleratedFailures = 2 // in a row; the next one shuts the gate
	firstPause        = time.Second
	longestPause      = 15 * time.Second
)

// gate lets calls through until too many in a row have found the store down. Then
// it refuses all for a pause. The next caller asks the probe first, alone; if that
// fails the pause is doubled, else the gate lets through, but it tolerates no
// failure until a call has succeeded. Each pause is cut by up to a half at random,
// so that nodes do not ask in step.
type gate struct {
	probe func(context.Context) error
	now   func() time.Time
	log   *slog.Logger

	mu       sync.Mutex
	shut     bool
	probing  bool
	failures int           // in a row, while not shut
	pause    time.Duration // the next one
	until    time.Time     // no probe before, while shut
	openings int64         // of the circuit: how often the gate has been shut
}

func newGate(probe func(context.Context) error, now func() time.Time, log *slog.Logger) *gate {
	return &gate{probe: probe, now: now, log: log, pause: firstPause}
}

func (g *gate) state() CircuitState {
	g.mu.Lock()
	defer g.mu.Unlock()
	return CircuitState{g.shut, g.openings}
}

// pass lets call through, or not.
func (g *gate) pass(ctx context.Context, op string, call func() error) error {
	era, err := g.enter(ctx, op)
	if err != nil {
		return err
	}
	err = call()
	switch kind := incident.KindOf(err); {
	case ctx.Err() != nil:
	case kind == "", kind == incident.NotFound:
		g.succeeded(era)
	case kind == incident.StoreDown:
		return later(op, err, g.failed(era))
	}
	return err
}

// enter returns the era that the call belongs to: failures of calls that began
// before the gate was shut are no news after it.
func (g *gate) enter(ctx context.Context, op string) (era int64, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		return g.openings, nil
	}
	if left := g.until.Sub(g.now()); left > 0 || g.probing {
		return 0, later(op, errShutGate, left)
	}
	g.probing = true
	g.mu.Unlock()
	err = g.probe(ctx)
	g.mu.Lock()
	g.probing = false
	switch {
	case err == nil:
		g.shut, g.failures = false, toleratedFailures
		g.log.Info("object store answers again")
		return g.openings, nil
	case ctx.Err() != nil:
		return 0, err // the next caller asks
	}
	return 0, later(op, err, g.rest())
}

func (g *gate) succeeded(era int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut && era == g.openings {
		g.failures, g.pause = 0, firstPause
	}
}

// failed returns when to come again.
func (g *gate) failed(era int64) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.shut:
		return g.until.Sub(g.now())
	case era != g.openings:
		return firstPause
	}
	if g.failures++; g.failures <= toleratedFailures {
		return firstPause
	}
	g.shut = true
	g.openings++
	g.log.Warn("object store is down: calls are refused until it answers")
	return g.rest()
}

// rest starts a pause and returns its length.
func (g *gate) rest() time.Duration {
	wait := g.pause/2 + rand.N(g.pause/2+1)
	g.until = g.now().Add(wait)
	g.pause = min(2*g.pause, longestPause)
	return wait
}

var errShutGate = errors.New("it was down a moment ago")

// later is a store that is down because of err, and worth another try after a
// while.
func later(op string, err error, after time.Duration) error {
	if said := (*incident.Error)(nil); errors.As(err, &said) && said.Err != nil {
		err = said.Err // its text is ours
	}
	return down(op, notYet{err, max(after, firstPause)})
}

// notYet says when to come again. Package httpapi makes a Retry-After of it.
type notYet struct {
	error
	after time.Duration
}

// RetryAfter is never shorter than a second.
func (n notYet) RetryAfter() time.Duration { return n.after }

// Unwrap returns the fault itself.
func (n notYet) Unwrap() error { return n.error }
