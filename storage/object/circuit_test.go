package object_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

// moody is a store whose answers are the test's.
type moody struct {
	object.Store
	mu     sync.Mutex
	answer error // to calls
	health error // to Check
	calls  int   // that reached it
	checks int
	probed chan struct{} // a Check tells and waits, unless it is nil
}

// says sets the answers to calls and to Check.
func (m *moody) says(answer, health error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answer, m.health = answer, health
}

func (m *moody) asked() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	return m.answer
}

func (m *moody) counts() (calls, checks int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls, m.checks
}

func (m *moody) Put(context.Context, string, string, int64, io.Reader) error { return m.asked() }
func (m *moody) Stat(context.Context, string) (int64, error)                 { return 3, m.asked() }
func (m *moody) Delete(context.Context, string) error                        { return m.asked() }

func (m *moody) Check(context.Context) error {
	m.mu.Lock()
	m.checks++
	health := m.health
	m.mu.Unlock()
	if m.probed != nil {
		m.probed <- struct{}{}
		<-m.probed
	}
	return health
}

func (m *moody) Open(context.Context, string) (io.ReadSeekCloser, error) {
	return nil, m.asked()
}

func (m *moody) List(_ context.Context, _ string, each func(object.Entry) error) error {
	return errors.Join(m.asked(), each(object.Entry{}))
}

// clock is moved by the test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newCircuit() (*object.Circuit, *moody, *clock) {
	m, at := &moody{}, &clock{t: time.Unix(1_800_000_000, 0)}
	return object.NewCircuit(m, at.now, slog.New(slog.DiscardHandler)), m, at
}

var away = incident.Wrap(incident.StoreDown, "test", errors.New("connection refused"), "The store is away.")

// operations are the calls that pass the gate of all but Put.
func operations(t *testing.T, s object.Store) map[string]func() error {
	const key = "room-1/log/a.log"
	return map[string]func() error{
		"Stat":   func() error { _, err := s.Stat(t.Context(), key); return err },
		"Open":   func() error { _, err := s.Open(t.Context(), key); return err },
		"Delete": func() error { return s.Delete(t.Context(), key) },
		"List":   func() error { return s.List(t.Context(), "", func(object.Entry) error { return nil }) },
	}
}

func putOne(t *testing.T, s object.Store) error {
	return s.Put(t.Context(), "room-1/log/a.log", "text/plain", 3, strings.NewReader("abc"))
}

// retryAfter is what a client is told; 0 for nothing.
func retryAfter(err error) time.Duration {
	var waits interface{ RetryAfter() time.Duration }
	if errors.As(err, &waits) {
		return waits.RetryAfter()
	}
	return 0
}

func wantDown(t *testing.T, err error) {
	t.Helper()
	if incident.KindOf(err) != incident.StoreDown || !strings.Contains(incident.DetailOf(err), "Chat goes on") || retryAfter(err) < time.Second {
		t.Fatalf("%v, again after %v; want store_unavailable that says that chat goes on, and when to come again", err, retryAfter(err))
	}
}

// F-UP-22
func TestCircuitOpensAfterThreeFailuresInARow(t *testing.T) {
	t.Parallel()
	c, m, _ := newCircuit()
	for range 2 { // two, forgiven by a success, and three
		m.says(away, away)
		for range 2 {
			wantDown(t, putOne(t, c))
		}
		if c.Puts().Open {
			t.Fatal("open after two failures")
		}
		m.says(nil, nil)
		if err := putOne(t, c); err != nil {
			t.Fatal(err)
		}
	}
	m.says(away, away)
	for range 3 {
		wantDown(t, putOne(t, c))
	}
	before, _ := m.counts()
	m.says(nil, nil)
	for range 10 {
		wantDown(t, putOne(t, c))
	}
	if after, checks := m.counts(); after != before || checks != 0 {
		t.Errorf("an open circuit let %d calls and %d checks through", after-before, checks)
	}
	if got := c.Puts(); got != (object.CircuitState{Open: true, Openings: 1}) {
		t.Errorf("state %+v", got)
	}
}

// F-UP-22, F-DL-05: a store that is full gives what it has; one that cannot be
// read may still take.
func TestCircuitKeepsPutsApart(t *testing.T) {
	t.Parallel()
	c, m, _ := newCircuit()
	m.says(away, away)
	for range 3 {
		wantDown(t, putOne(t, c))
	}
	m.says(nil, nil)
	for name, call := range operations(t, c) {
		if err := call(); err != nil {
			t.Errorf("%s while puts are refused: %v", name, err)
		}
	}
	m.says(away, away)
	for _, call := range operations(t, c) {
		wantDown(t, call())
	}
	if !c.Others().Open {
		t.Error("the other calls' gate is not shut after four failures")
	}
	before, _ := m.counts()
	for _, call := range operations(t, c) {
		wantDown(t, call())
	}
	if after, _ := m.counts(); after != before {
		t.Errorf("an open circuit let %d calls through", after-before)
	}
	m.says(nil, nil)
	if err := c.Check(t.Context()); err != nil {
		t.Errorf("readiness asks the store itself: %v", err)
	}
}

// The pauses are 1 s, 2 s, 4 s, 8 s, 15 s, each cut by up to a half.
func TestCircuitAsksAgainAfterGrowingPauses(t *testing.T) {
	t.Parallel()
	c, m, at := newCircuit()
	m.says(away, away)
	var err error
	for range 3 {
		err = putOne(t, c)
	}
	for i, pause := range []time.Duration{1, 2, 4, 8, 15, 15, 15} {
		pause *= time.Second
		if got := retryAfter(err); got > pause || got < time.Second || got < pause/2 {
			t.Errorf("pause %d: %v, want %v to %v", i, got, pause/2, pause)
		}
		at.pass(pause / 4)
		wantDown(t, putOne(t, c))
		if _, checks := m.counts(); checks != i {
			t.Fatalf("pause %d: the store was asked %d times, want %d", i, checks, i)
		}
		at.pass(pause)
		err = putOne(t, c)
		wantDown(t, err)
		if calls, checks := m.counts(); checks != i+1 || calls != 3 {
			t.Fatalf("after pause %d: %d checks and %d calls, want %d and 3", i, checks, calls, i+1)
		}
	}
	m.says(nil, nil)
	at.pass(15 * time.Second)
	if err := putOne(t, c); err != nil {
		t.Fatalf("the store is back: %v", err)
	}
	if got := c.Puts(); got != (object.CircuitState{Open: false, Openings: 1}) {
		t.Errorf("state %+v", got)
	}
	m.says(away, away)
	for range 3 {
		err = putOne(t, c)
	}
	if got := retryAfter(err); got > time.Second {
		t.Errorf("after a success the first pause is %v, want at most 1s", got)
	}
}

// A store that answers its Check and takes nothing is asked less and less, until
// a call has succeeded.
func TestCircuitToleratesNothingAfterAnOutage(t *testing.T) {
	t.Parallel()
	c, m, at := newCircuit()
	m.says(away, nil)
	var err error
	for range 3 {
		err = putOne(t, c)
	}
	for opening := int64(1); opening < 5; opening++ {
		if got := c.Puts(); got != (object.CircuitState{Open: true, Openings: opening}) {
			t.Fatalf("state %+v, want the opening %d", got, opening)
		}
		at.pass(retryAfter(err))
		err = putOne(t, c) // past a good Check, and the store takes nothing
		wantDown(t, err)
	}
	if retryAfter(err) < 4*time.Second {
		t.Errorf("the fifth pause is %v, want 8s or more", retryAfter(err))
	}
	m.says(nil, nil)
	at.pass(15 * time.Second)
	if err := putOne(t, c); err != nil {
		t.Fatal(err)
	}
	m.says(away, nil)
	for range 2 {
		wantDown(t, putOne(t, c))
	}
	if c.Puts().Open {
		t.Error("a success was not forgiving")
	}
}

func TestCircuitAsksOnceAtATime(t *testing.T) {
	t.Parallel()
	c, m, at := newCircuit()
	m.says(away, away)
	for range 3 {
		wantDown(t, putOne(t, c))
	}
	at.pass(time.Second)
	m.says(nil, nil)
	m.probed = make(chan struct{})
	first := make(chan error)
	go func() { first <- putOne(t, c) }()
	<-m.probed
	wantDown(t, putOne(t, c))
	if calls, checks := m.counts(); checks != 1 || calls != 3 {
		t.Errorf("%d checks and %d calls, want 1 and 3", checks, calls)
	}
	m.probed <- struct{}{}
	if err := <-first; err != nil {
		t.Errorf("who asked: %v", err)
	}
	if err := putOne(t, c); err != nil {
		t.Errorf("who comes after: %v", err)
	}
}

// A prober that leaves decides nothing: the next one asks.
func TestCircuitSurvivesAProberThatLeaves(t *testing.T) {
	t.Parallel()
	c, m, at := newCircuit()
	m.says(away, away)
	for range 3 {
		wantDown(t, putOne(t, c))
	}
	at.pass(time.Second)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Stat(gone, "room-1/log/a.log"); c.Others().Open {
		t.Fatal(err)
	}
	if err := c.Put(gone, "room-1/log/a.log", "text/plain", 3, strings.NewReader("abc")); incident.KindOf(err) != incident.StoreDown {
		t.Fatal(err)
	}
	m.says(nil, nil)
	if err := putOne(t, c); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

// F-UP-22: what says nothing about the store.
func TestCircuitCountsOnlyTheStoresFailures(t *testing.T) {
	t.Parallel()
	c, m, _ := newCircuit()
	for _, kind := range []incident.Kind{incident.NotFound, incident.Invalid, incident.UploadIncomplete, incident.FileRefused, incident.Internal} {
		m.says(incident.E(kind, "test", "no"), nil)
		for range 5 {
			if err := putOne(t, c); incident.KindOf(err) != kind {
				t.Fatalf("%v, want %s", err, kind)
			}
		}
	}
	m.says(away, away)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 5 {
		if err := c.Put(gone, "room-1/log/a.log", "text/plain", 3, strings.NewReader("abc")); incident.KindOf(err) != incident.StoreDown {
			t.Fatal(err)
		}
	}
	m.says(nil, nil)
	for range 5 {
		if err := c.List(t.Context(), "", func(object.Entry) error { return away }); !errors.Is(err, away) {
			t.Fatalf("List: %v, want the caller's own error", err)
		}
	}
	if c.Puts() != (object.CircuitState{}) || c.Others() != (object.CircuitState{}) {
		t.Errorf("the circuit opened: %+v, %+v", c.Puts(), c.Others())
	}
}

// F-ST-07, F-UP-22: the way to a real server is cut, and comes back.
func TestCircuitOnARealServer(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	wire := objecttest.NewWire(t, cfg.Endpoint)
	cfg.Endpoint = wire.Address
	at := &clock{t: time.Unix(1_800_000_000, 0)}
	var log bytes.Buffer
	c := object.NewCircuit(openS3(t, cfg), at.now, logTo(&log))
	if err := putOne(t, c); err != nil {
		t.Fatal(err)
	}
	wire.Cut()
	for range 3 {
		wantDown(t, putOne(t, c))
	}
	reached := wire.Dials()
	for range 5 {
		wantDown(t, putOne(t, c))
	}
	if wire.Dials() != reached || !c.Puts().Open {
		t.Errorf("an open circuit dialed %d times", wire.Dials()-reached)
	}
	wire.Mend()
	wantDown(t, putOne(t, c)) // not before the pause is over
	at.pass(time.Second)
	if err := putOne(t, c); err != nil {
		t.Fatalf("the wire is mended: %v", err)
	}
	for _, want := range []string{"object store is down", "object store answers again"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in the log: %s", want, log.String())
		}
	}
}

// A circuit breaks no promise of the store in it.
func TestCircuitKeepsTheContract(t *testing.T) {
	t.Parallel()
	objecttest.Run(t, func(t *testing.T) objecttest.Fixture {
		f := objecttest.Disk(t)
		f.Store = object.NewCircuit(f.Store, time.Now, slog.New(slog.DiscardHandler))
		return f
	})
}
