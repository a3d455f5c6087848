package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/loadtest/meter"
	"taskreporter/loadtest/plan"
)

// story is a run of two chats and an upload, as their meters tell it.
func story(t *testing.T, thresholds string) Run {
	t.Helper()
	p, err := plan.Parse([]byte(`
name: night <shift> & "co"
duration: 10s
loads:
  - chat: {rooms: 1, members: 2, rate: 1}
  - chat: {rooms: 1, members: 2, rate: 1}
  - uploads: {users: 1, files: 2, concurrency: 1, way: tus, sizes: [{kind: log, from: 1KB, to: 1KB}]}
thresholds: {` + thresholds + "}\n"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	meters := []*meter.Meter{meter.New("chat-1", plan.ChatKind), meter.New("chat-2", plan.ChatKind), meter.New("uploads-3", plan.UploadsKind)}
	for i, m := range meters {
		m.Begin(start)
		m.End(start.Add(10 * time.Second))
		m.Add(plan.Acked, 50)
		m.Add(plan.Bytes, 100_000_000)
		for n := range 50 {
			m.Record(plan.Ack, n, time.Duration(i*50+n+1)*time.Millisecond)
		}
	}
	meters[1].Add(plan.Lost, 3)
	meters[2].Trouble("<script>alert(1)</script>")
	return Run{Plan: p, Target: "http://localhost:8080", Started: start, Took: 12 * time.Second, Meters: meters, Seconds: []Second{
		{At: 0, Memory: 5e7, CPU: 1},
		{At: 1, Acked: 10, Delivered: 20, Bytes: 1e6, Memory: 6e7, CPU: 1.5},
		{At: 2, Acked: 30, Delivered: 40, Bytes: 9e6, Memory: 6e7, CPU: 3, Goroutines: 40},
		{At: 9, Acked: 30, Delivered: 40, Bytes: 9e6, Memory: 6.6e7, CPU: 4, Goroutines: 40},
		{At: 11, Acked: 30, Delivered: 40, Bytes: 9e6, Memory: 9e7, CPU: 4, Goroutines: 80},
	}}
}

// A run is held to each of its thresholds, over all loads that measure it.
func TestThresholdsAreJudgedOverAllLoads(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		threshold string
		found     float64
		broken    bool
	}{
		"a latency kept":       {"ack_p50: 50.1ms", 50.015, false},
		"a latency broken":     {"ack_p50: 49ms", 50.015, true},
		"the longest":          {"ack_max: 99ms", 100.031, true},
		"a count kept":         {"lost: 3", 3, false},
		"a count broken":       {"lost: 2", 3, true},
		"nothing of it":        {"duplicated: 0", 0, false},
		"a rate kept":          {"acked_per_s: 10", 10, false},
		"a rate broken":        {"acked_per_s: 10.1", 10, true},
		"an upload's rate":     {"upload_mb_per_s: 9.5", 10, false},
		"growth kept":          {"memory_growth: 10.1", 10, false},
		"growth broken":        {"memory_growth: 9.9", 10, true},
		"nothing grew":         {"goroutines_growth: 0", 0, false},
		"growth not measured":  {"descriptors_growth: 100", 0, true},
		"nothing was measured": {"delivery_p99: 1h", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := New(story(t, c.threshold))
			v := r.Thresholds[0]
			if v.Broken != c.broken || v.Found < c.found*.999 || v.Found > c.found*1.001 {
				t.Errorf("%+v, want %v broken %v", v, c.found, c.broken)
			}
			if r.Failed() != c.broken {
				t.Errorf("failed is %v", r.Failed())
			}
			var b strings.Builder
			if err := r.WriteText(&b); err != nil {
				t.Fatal(err)
			}
			figure, _, _ := strings.Cut(c.threshold, ":")
			if !slices.ContainsFunc(strings.Split(b.String(), "\n"), func(line string) bool {
				return strings.Contains(line, figure) && strings.Contains(line, map[bool]string{true: "BROKEN", false: "kept"}[c.broken])
			}) {
				t.Errorf("the text does not say so:\n%s", b.String())
			}
		})
	}
}

func TestOneOfManyBrokenThresholdsFailsTheRun(t *testing.T) {
	t.Parallel()
	if r := New(story(t, "ack_p50: 1s, lost: 0, misplaced: 0")); !r.Failed() {
		t.Error("not failed")
	}
	if r := New(story(t, "")); r.Failed() {
		t.Error("failed without thresholds")
	}
}

// The page is well-formed, draws what there was, loads nothing, and shows others' texts
// as text.
func TestThePageStandsAlone(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := New(story(t, "ack_p99: 1ms")).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	d := xml.NewDecoder(strings.NewReader(text))
	elements := map[string]int{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
			for _, a := range e.Attr {
				if slices.Contains([]string{"src", "href", "srcset", "action", "data"}, a.Name.Local) {
					t.Errorf("<%s %s=%q> loads something", e.Name.Local, a.Name.Local, a.Value)
				}
			}
		}
	}
	// Latencies, messages, uploads, memory, CPU.
	if elements["svg"] != 5 || elements["script"] != 0 || elements["polyline"] < 6 {
		t.Errorf("it has %v", elements)
	}
	if strings.Contains(text, "e+0") || strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, "url(") || strings.Contains(text, "@import") {
		t.Error("it has a number that is none, or an import")
	}
	if !strings.Contains(text, "&lt;script&gt;") || !strings.Contains(text, `class="broken"`) {
		t.Error("the trouble or the broken threshold is not shown")
	}
}

// A run that was interrupted at once still has a page, without charts.
func TestAnEmptyRunHasAPage(t *testing.T) {
	t.Parallel()
	run := story(t, "")
	run.Meters = []*meter.Meter{meter.New("chat-1", plan.ChatKind)}
	run.Seconds, run.Interrupted = nil, true
	r := New(run)
	var page, text bytes.Buffer
	if err := errors.Join(r.WriteHTML(&page), r.WriteText(&text)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<svg") || !strings.Contains(page.String(), "Interrupted") || !strings.Contains(text.String(), "INTERRUPTED") {
		t.Errorf("%s\n%s", page.String(), text.String())
	}
	var j bytes.Buffer
	if err := r.WriteJSON(&j); err != nil || !json.Valid(j.Bytes()) {
		t.Errorf("%v", err)
	}
}
