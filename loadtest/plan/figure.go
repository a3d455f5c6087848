package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Kind names a sort of load.
type Kind string

// The kinds.
const (
	ChatKind        Kind = "chat"
	UploadsKind     Kind = "uploads"
	ConnectionsKind Kind = "connections"
	StormKind       Kind = "storm"
)

// Latency names a distribution of times.
type Latency string

// The latencies.
const (
	Send     Latency = "send"     // intended to written: how late the tool itself was, or was held up
	Ack      Latency = "ack"      // intended to acknowledged
	Delivery Latency = "delivery" // intended to seen by another member
	Upload   Latency = "upload"   // first request to recorded, dropped lines included
	Connect  Latency = "connect"  // intended to subscribed: ticket, connection, auth, join
	CatchUp  Latency = "catch_up" // the return of all to having seen everything
)

// Count names a number that only grows.
type Count string

// The counts.
const (
	Sent       Count = "sent"
	Acked      Count = "acked"
	Delivered  Count = "delivered"  // to members other than the one who wrote
	Lost       Count = "lost"       // stored messages times members who did not get them
	Duplicated Count = "duplicated" // events that came again
	Disordered Count = "disordered" // events that came after a later one
	Misplaced  Count = "misplaced"  // messages with two numbers, by ack or delivery
	Unacked    Count = "unacked"    // sent, never answered
	Refused    Count = "refused"    // sent, refused for good
	Reconnects Count = "reconnects"
	Resets     Count = "resets" // sockets that were told to read a room anew; not judged for losses

	Files           Count = "files" // recorded
	Bytes           Count = "bytes" // of them
	Drops           Count = "drops" // lines that were cut on purpose
	FilesFailed     Count = "files_failed"
	FilesUnfinished Count = "files_unfinished" // when the run ended
	FilesMissing    Count = "files_missing"    // recorded, and not in the room's list
	FilesExtra      Count = "files_extra"      // in the room's list, and not known as recorded
	HashMismatches  Count = "hash_mismatches"

	Sockets       Count = "sockets"        // opened and joined
	SocketsFailed Count = "sockets_failed" // whose first try failed
	Stragglers    Count = "stragglers"     // not current when the run ended
)

// Trend names how much something of the server grew during a run, in percent: from the
// second fifth of the plan's duration, when all is warm, to the last, by medians.
type Trend string

// The trends. They need the server's metrics.
const (
	MemoryGrowth      Trend = "memory_growth" // resident
	GoroutinesGrowth  Trend = "goroutines_growth"
	DescriptorsGrowth Trend = "descriptors_growth"
)

// Trends are all of them.
var Trends = []Trend{MemoryGrowth, GoroutinesGrowth, DescriptorsGrowth}

// measured is what each kind of load measures.
var measured = map[Kind]struct {
	latencies []Latency
	counts    []Count
	rates     []Rate
}{
	ChatKind: {
		[]Latency{Send, Ack, Delivery},
		[]Count{Sent, Acked, Delivered, Lost, Duplicated, Disordered, Misplaced, Unacked, Refused, Reconnects, Resets},
		[]Rate{{"acked_per_s", Acked, 1}, {"delivered_per_s", Delivered, 1}},
	},
	UploadsKind: {
		[]Latency{Upload},
		[]Count{Files, Bytes, Drops, FilesFailed, FilesUnfinished, FilesMissing, FilesExtra, HashMismatches},
		[]Rate{{"files_per_s", Files, 1}, {"upload_mb_per_s", Bytes, 1e6}},
	},
	ConnectionsKind: {
		[]Latency{Connect},
		[]Count{Sockets, SocketsFailed, Duplicated, Disordered, Reconnects, Resets},
		nil,
	},
	StormKind: {
		[]Latency{CatchUp},
		[]Count{Sent, Acked, Delivered, Lost, Duplicated, Disordered, Misplaced, Unacked, Refused, Reconnects, Resets, Stragglers},
		nil,
	},
}

// Rate is a count for each second in which a load was at work, in units of Per.
type Rate struct {
	Name string
	Of   Count
	Per  float64
}

// Latencies are what the kind measures.
func (k Kind) Latencies() []Latency { return measured[k].latencies }

// Counts are what the kind counts.
func (k Kind) Counts() []Count { return measured[k].counts }

// Rates are what the kind's counts are also told as.
func (k Kind) Rates() []Rate { return measured[k].rates }

// quantiles of a latency that can be named; 100 is the longest.
var quantiles = map[string]float64{"p50": 50, "p90": 90, "p99": 99, "p999": 99.9, "max": 100}

// Figure is what a threshold is about: one of its four fields.
type Figure struct {
	Latency  Latency
	Quantile float64 // of the latency, in percent
	Count    Count
	Rate     *Rate
	Trend    Trend
}

// figureOf finds a figure by its name.
func figureOf(name string) (Figure, bool) {
	if slices.Contains(Trends, Trend(name)) {
		return Figure{Trend: Trend(name)}, true
	}
	for _, m := range measured {
		for _, l := range m.latencies {
			if q, ok := quantiles[strings.TrimPrefix(name, string(l)+"_")]; ok {
				return Figure{Latency: l, Quantile: q}, true
			}
		}
		if slices.Contains(m.counts, Count(name)) {
			return Figure{Count: Count(name)}, true
		}
		for _, r := range m.rates {
			if r.Name == name {
				return Figure{Rate: &r}, true
			}
		}
	}
	return Figure{}, false
}

// of reports whether one of the kinds measures the figure.
func (f Figure) of(kinds map[Kind]bool) bool {
	if f.Trend != "" {
		return true
	}
	for k := range kinds {
		if f.Latency != "" && slices.Contains(k.Latencies(), f.Latency) || f.Count != "" && slices.Contains(k.Counts(), f.Count) {
			return true
		}
		if f.Rate != nil && slices.ContainsFunc(k.Rates(), func(r Rate) bool { return r.Name == f.Rate.Name }) {
			return true
		}
	}
	return false
}

// Threshold is a promise: a latency, a count or a trend is at most, a rate is at least Limit.
type Threshold struct {
	Name  string
	Limit float64 // milliseconds of a latency
	Text  string  // the limit as it was written

	figure Figure
	line   int
}

// Figure is what it is about.
func (t Threshold) Figure() Figure { return t.figure }

// Kept judges a figure that was found.
func (t Threshold) Kept(found float64) bool {
	if t.figure.Rate != nil {
		return found >= t.Limit
	}
	return found <= t.Limit
}

// Thresholds are in the order of the file.
type Thresholds []Threshold

// UnmarshalYAML reads a mapping of names to limits.
func (t *Thresholds) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: thresholds must be names with limits", n.Line)
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		one, err := newThreshold(key.Value, value.Value)
		if err == nil && seen[key.Value] {
			err = fmt.Errorf("the threshold %s is there twice", key.Value)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", key.Line, err)
		}
		seen[key.Value] = true
		one.line = key.Line
		*t = append(*t, one)
	}
	return nil
}

func newThreshold(name, limit string) (Threshold, error) {
	f, ok := figureOf(name)
	if !ok {
		return Threshold{}, fmt.Errorf("there is no figure %s", name)
	}
	t := Threshold{Name: name, Text: limit, figure: f}
	if f.Latency != "" {
		d, err := time.ParseDuration(limit)
		if err != nil || d < 0 {
			return t, fmt.Errorf("the limit of %s is %q: write a time like 50ms", name, limit)
		}
		t.Limit = float64(d) / float64(time.Millisecond)
		return t, nil
	}
	v, err := strconv.ParseFloat(limit, 64)
	if err != nil || !(v >= 0) {
		return t, fmt.Errorf("the limit of %s is %q: write a number", name, limit)
	}
	t.Limit = v
	return t, nil
}
