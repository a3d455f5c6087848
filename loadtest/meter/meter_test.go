package meter

import (
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/loadtest/plan"
)

// What many sockets recorded, each in its shard, is one distribution in the end.
func TestShardsMergeIntoOneDistribution(t *testing.T) {
	t.Parallel()
	m := New("chat-1", plan.ChatKind)
	var all sync.WaitGroup
	for who := range 50 {
		all.Go(func() {
			for i := range 20 {
				m.Record(plan.Ack, who, time.Duration(who*20+i+1)*time.Millisecond)
				m.Add(plan.Acked, 1)
			}
		})
	}
	all.Wait()
	h := m.Histogram(plan.Ack)
	if h.TotalCount() != 1000 || m.Count(plan.Acked) != 1000 {
		t.Fatalf("%d recorded, %d counted", h.TotalCount(), m.Count(plan.Acked))
	}
	for percent, want := range map[float64]int64{50: 500_000, 99: 990_000, 100: 1_000_000} {
		if got := h.ValueAtPercentile(percent); got < want*999/1000 || got > want*1001/1000 {
			t.Errorf("p%v is %d µs, want %d within a thousandth", percent, got, want)
		}
	}
	if again := m.Histogram(plan.Ack); again.TotalCount() != 1000 {
		t.Errorf("reading changed it: %d", again.TotalCount())
	}
}

// A wait that is longer than a histogram holds is kept as the longest, not dropped.
func TestTheSlowestAreNotLeftOut(t *testing.T) {
	t.Parallel()
	m := New("chat-1", plan.ChatKind)
	m.Record(plan.Ack, 0, 5*time.Hour)
	m.Record(plan.Ack, 0, -time.Second)
	h := m.Histogram(plan.Ack)
	if h.TotalCount() != 2 || h.Max() < longest || h.Min() != 1 {
		t.Errorf("%d kept, from %d to %d", h.TotalCount(), h.Min(), h.Max())
	}
}

func TestTroublesAreCountedNotRepeated(t *testing.T) {
	t.Parallel()
	m := New("chat-1", plan.ChatKind)
	for i := range 100 {
		m.Trouble("the same")
		m.Trouble(strings.Repeat("x", i))
	}
	got := m.Troubles()
	if len(got) != maxTroubles || got[0] != "chat-1: the same (100 times)" {
		t.Errorf("%d: %q", len(got), got[0])
	}
}

func TestServersFiguresAreReadFromPrometheusText(t *testing.T) {
	t.Parallel()
	s, err := parse(strings.NewReader("# HELP process_cpu_seconds_total x\nprocess_cpu_seconds_total 12.5\nother{a=\"b\"} 1\nprocess_resident_memory_bytes 1.5e+07\ngo_goroutines 40\nprocess_open_fds 12\n"))
	if err != nil || s != (Server{Memory: 1.5e7, CPU: 12.5, Goroutines: 40, Descriptors: 12}) {
		t.Errorf("%+v %v", s, err)
	}
	for name, text := range map[string]string{
		"no figures": "other 1\n", "one of two": "process_cpu_seconds_total 1\n", "no number": "process_cpu_seconds_total x\n",
	} {
		if s, err := parse(strings.NewReader(text)); err == nil {
			t.Errorf("%s: read as %+v", name, s)
		}
	}
}
