package report

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"taskreporter/loadtest/meter"
	"taskreporter/loadtest/plan"
)

// Run is what a report is made of.
type Run struct {
	Plan        *plan.Plan
	Target      string
	Started     time.Time
	Took        time.Duration
	Interrupted bool
	Meters      []*meter.Meter
	Seconds     []Second
	Troubles    []string
}

// Report is what came of a run.
type Report struct {
	Name        string    `json:"name"`
	Target      string    `json:"target"`
	Started     time.Time `json:"started"`
	Took        float64   `json:"took_s"`
	Seed        uint64    `json:"seed"`
	Interrupted bool      `json:"interrupted"`
	Thresholds  []Verdict `json:"thresholds"`
	Loads       []Load    `json:"loads"`
	Latencies   []Latency `json:"latencies"`        // of all loads that measure it
	Counts      []Named   `json:"counts"`           // likewise
	Rates       []Named   `json:"rates"`            // likewise, added up
	Trends      []Trend   `json:"trends,omitempty"` // of the server, where its metrics were read
	Seconds     []Second  `json:"seconds"`
	Troubles    []string  `json:"troubles,omitempty"`
}

// Load is one load's part.
type Load struct {
	Name      string    `json:"name"`
	Kind      plan.Kind `json:"kind"`
	Took      float64   `json:"took_s"`
	Counts    []Named   `json:"counts"`
	Rates     []Named   `json:"rates,omitempty"`
	Latencies []Latency `json:"latencies,omitempty"`
}

// Named is a figure.
type Named struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// Latency is a distribution in milliseconds.
type Latency struct {
	Name   string  `json:"name"`
	Count  int64   `json:"count"`
	Mean   float64 `json:"mean_ms"`
	P50    float64 `json:"p50_ms"`
	P90    float64 `json:"p90_ms"`
	P99    float64 `json:"p99_ms"`
	P999   float64 `json:"p999_ms"`
	Max    float64 `json:"max_ms"`
	Points []Point `json:"distribution,omitempty"`
}

// Point says that so many percent took so long or less.
type Point struct {
	Percent float64 `json:"percent"`
	MS      float64 `json:"ms"`
}

// Verdict is what came of a threshold.
type Verdict struct {
	Name   string  `json:"name"`
	Limit  string  `json:"limit"`
	Found  float64 `json:"found"` // milliseconds of a latency
	Broken bool    `json:"broken"`
	// Unmeasured says that nothing was there to judge, which keeps no promise.
	Unmeasured bool `json:"unmeasured,omitempty"`
}

// Second is a sample; its counts are from the start of the run.
type Second struct {
	At        float64 `json:"at_s"`
	Acked     int64   `json:"acked"`
	Delivered int64   `json:"delivered"`
	Files     int64   `json:"files"`
	Bytes     int64   `json:"bytes"`
	Sockets   int64   `json:"sockets"`
	Memory    float64 `json:"server_memory_bytes,omitempty"` // 0 where it is not known
	CPU       float64 `json:"server_cpu_s,omitempty"`        // since the server began

	Goroutines  float64 `json:"server_goroutines,omitempty"`
	Descriptors float64 `json:"server_descriptors,omitempty"`
}

// percents are the points of a distribution.
var percents = []float64{0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 100}

// New judges a run.
func New(run Run) Report {
	r := Report{
		Name: run.Plan.Name, Target: run.Target, Started: run.Started.UTC().Truncate(time.Second), Took: run.Took.Seconds(),
		Seed: run.Plan.Seed, Interrupted: run.Interrupted, Seconds: run.Seconds, Troubles: slices.Clone(run.Troubles),
		Thresholds: []Verdict{},
	}
	var latencies []plan.Latency
	histograms := map[plan.Latency]*hdrhistogram.Histogram{}
	for _, m := range run.Meters {
		l := Load{Name: m.Load, Kind: m.Kind, Took: m.Seconds()}
		for _, c := range m.Kind.Counts() {
			l.Counts = append(l.Counts, Named{string(c), float64(m.Count(c))})
		}
		for _, rate := range m.Kind.Rates() {
			if l.Took > 0 {
				l.Rates = append(l.Rates, Named{rate.Name, float64(m.Count(rate.Of)) / rate.Per / l.Took})
			}
		}
		for _, name := range m.Kind.Latencies() {
			h := m.Histogram(name)
			l.Latencies = append(l.Latencies, latency(name, h, nil))
			if known := histograms[name]; known != nil {
				known.Merge(h)
			} else {
				latencies = append(latencies, name)
				histograms[name] = h
			}
		}
		r.Counts, r.Rates = sum(r.Counts, l.Counts), sum(r.Rates, l.Rates)
		r.Loads = append(r.Loads, l)
		r.Troubles = append(r.Troubles, m.Troubles()...)
	}
	for _, name := range latencies {
		r.Latencies = append(r.Latencies, latency(name, histograms[name], percents))
	}
	r.Trends = trends(run)
	for _, t := range run.Plan.Thresholds {
		r.Thresholds = append(r.Thresholds, judge(r, t, histograms))
	}
	return r
}

// sum adds figures to those of the same names.
func sum(all, more []Named) []Named {
	for _, n := range more {
		if at := slices.IndexFunc(all, func(a Named) bool { return a.Name == n.Name }); at >= 0 {
			all[at].Value += n.Value
		} else {
			all = append(all, n)
		}
	}
	return all
}

func milliseconds(us int64) float64 { return float64(us) / 1000 }

func latency(name plan.Latency, h *hdrhistogram.Histogram, points []float64) Latency {
	l := Latency{Name: string(name), Count: h.TotalCount()}
	if l.Count == 0 {
		return l
	}
	at := func(percent float64) float64 { return milliseconds(h.ValueAtPercentile(percent)) }
	l.Mean, l.Max = h.Mean()/1000, milliseconds(h.Max())
	l.P50, l.P90, l.P99, l.P999 = at(50), at(90), at(99), at(99.9)
	for _, p := range points {
		l.Points = append(l.Points, Point{p, at(p)})
	}
	return l
}

// judge compares a threshold with what was found.
func judge(r Report, t plan.Threshold, histograms map[plan.Latency]*hdrhistogram.Histogram) Verdict {
	v := Verdict{Name: t.Name, Limit: t.Text}
	f := t.Figure()
	from, name := r.Counts, string(f.Count)
	switch {
	case f.Latency != "":
		if h := histograms[f.Latency]; h == nil || h.TotalCount() == 0 {
			v.Broken, v.Unmeasured = true, true
			return v
		} else if f.Quantile < 100 {
			v.Found = milliseconds(h.ValueAtPercentile(f.Quantile))
		} else {
			v.Found = milliseconds(h.Max())
		}
		v.Broken = !t.Kept(v.Found)
		return v
	case f.Rate != nil:
		from, name = r.Rates, f.Rate.Name
	case f.Trend != "":
		from, name = growths(r.Trends), string(f.Trend)
	}
	at := slices.IndexFunc(from, func(n Named) bool { return n.Name == name })
	if at < 0 {
		v.Broken, v.Unmeasured = true, true
		return v
	}
	v.Found = from[at].Value
	v.Broken = !t.Kept(v.Found)
	return v
}

// Failed reports whether a threshold was broken.
func (r Report) Failed() bool {
	return slices.ContainsFunc(r.Thresholds, func(v Verdict) bool { return v.Broken })
}

// WriteJSON writes all of it.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
