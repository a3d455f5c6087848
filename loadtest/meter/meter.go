package meter

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"taskreporter/loadtest/plan"
)

const (
	shards = 8
	// longest is what a histogram can hold, in microseconds; what took longer counts as
	// this long.
	longest = int64(time.Hour / time.Microsecond)
	digits  = 3
)

// Meter is of one load.
type Meter struct {
	Load string // names it among the others
	Kind plan.Kind

	counts    map[plan.Count]*atomic.Int64 // never changed after New
	latencies map[plan.Latency]*Recorder

	mu           sync.Mutex
	began, ended time.Time
	troubles     []trouble
}

type trouble struct {
	what  string
	times int
}

// maxTroubles bounds how many sorts of things that should not happen are kept.
const maxTroubles = 20

// New makes the meter of a load.
func New(load string, kind plan.Kind) *Meter {
	m := &Meter{Load: load, Kind: kind, counts: map[plan.Count]*atomic.Int64{}, latencies: map[plan.Latency]*Recorder{}}
	for _, c := range kind.Counts() {
		m.counts[c] = new(atomic.Int64)
	}
	for _, l := range kind.Latencies() {
		m.latencies[l] = new(Recorder)
	}
	return m
}

// Add counts; what the load's kind does not count is left out.
func (m *Meter) Add(c plan.Count, n int64) {
	if v := m.counts[c]; v != nil {
		v.Add(n)
	}
}

// Count reads a count.
func (m *Meter) Count(c plan.Count) int64 {
	if v := m.counts[c]; v != nil {
		return v.Load()
	}
	return 0
}

// Record times; who spreads the callers over the shards. What the load's kind does not
// measure is left out.
func (m *Meter) Record(l plan.Latency, who int, d time.Duration) {
	if r := m.latencies[l]; r != nil {
		r.Record(who, d)
	}
}

// Histogram is all that was recorded so far, in microseconds.
func (m *Meter) Histogram(l plan.Latency) *hdrhistogram.Histogram {
	if r := m.latencies[l]; r != nil {
		return r.Merged()
	}
	return empty()
}

// Begin and End frame the time that rates are counted over.
func (m *Meter) Begin(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.began, m.ended = at, at
}

// End may be called again with a later time.
func (m *Meter) End(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = at
}

// Seconds is how long the load was at work.
func (m *Meter) Seconds() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ended.Sub(m.began).Seconds()
}

// Trouble keeps what should not happen, and how often it did.
func (m *Meter) Trouble(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.troubles {
		if m.troubles[i].what == what {
			m.troubles[i].times++
			return
		}
	}
	if len(m.troubles) < maxTroubles {
		m.troubles = append(m.troubles, trouble{what, 1})
	}
}

// Troubles returns a line for each sort.
func (m *Meter) Troubles() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var lines []string
	for _, t := range m.troubles {
		line := m.Load + ": " + t.what
		if t.times > 1 {
			line += fmt.Sprintf(" (%d times)", t.times)
		}
		lines = append(lines, line)
	}
	return lines
}

// Recorder is one latency.
type Recorder struct {
	shards [shards]struct {
		mu sync.Mutex
		h  *hdrhistogram.Histogram
	}
}

func empty() *hdrhistogram.Histogram { return hdrhistogram.New(1, longest, digits) }

// Record adds a time, which is at least a microsecond.
func (r *Recorder) Record(who int, d time.Duration) {
	s := &r.shards[who%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.h == nil {
		s.h = empty()
	}
	_ = s.h.RecordValue(min(max(d.Microseconds(), 1), longest)) // cannot fail within these
}

// Merged returns a copy of all.
func (r *Recorder) Merged() *hdrhistogram.Histogram {
	all := empty()
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		if s.h != nil {
			all.Merge(s.h)
		}
		s.mu.Unlock()
	}
	return all
}
