package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// WriteText writes what a person wants to know.
func (r Report) WriteText(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "%s on %s, %s, %.1f s, seed %d\n", r.Name, r.Target, r.Started.Format("2006-01-02 15:04:05Z"), r.Took, r.Seed)
	if r.Interrupted {
		fmt.Fprintln(out, "INTERRUPTED: this is what was until then.")
	}
	for _, l := range r.Loads {
		fmt.Fprintf(out, "\n%s, %.1f s\n", l.Name, l.Took)
		for _, n := range append(l.Counts[:len(l.Counts):len(l.Counts)], l.Rates...) {
			fmt.Fprintf(out, "  %s\t%s\n", n.Name, number(n.Value))
		}
		if len(l.Latencies) > 0 {
			fmt.Fprintln(out, "  ms\tcount\tmean\tp50\tp90\tp99\tp99.9\tmax")
		}
		for _, h := range l.Latencies {
			fmt.Fprintf(out, "  %s\t%d\t%s\n", h.Name, h.Count,
				strings.Join([]string{number(h.Mean), number(h.P50), number(h.P90), number(h.P99), number(h.P999), number(h.Max)}, "\t"))
		}
	}
	if len(r.Trends) > 0 {
		fmt.Fprintln(out, "\nserver\twarm\tlast\tmost\tgrowth")
	}
	for _, t := range r.Trends {
		fmt.Fprintf(out, "  %s\t%s\t%s\t%s\t%+.1f %%\n", t.About, number(t.Warm), number(t.Last), number(t.Most), t.Growth)
	}
	if len(r.Thresholds) > 0 {
		fmt.Fprintln(out, "\nthresholds")
	}
	for _, v := range r.Thresholds {
		fmt.Fprintf(out, "  %s\t%s\tlimit %s\tfound %s\n", v.Name, v.word(), v.Limit, v.found())
	}
	if len(r.Troubles) > 0 {
		fmt.Fprintln(out, "\ntroubles")
	}
	for _, t := range r.Troubles {
		fmt.Fprintf(out, "  %s\n", t)
	}
	return out.Flush()
}

func (v Verdict) word() string {
	if v.Broken {
		return "BROKEN"
	}
	return "kept"
}

func (v Verdict) found() string {
	if v.Unmeasured {
		return "nothing"
	}
	if _, err := strconv.ParseFloat(v.Limit, 64); err != nil { // the limit has a unit: a time
		return number(v.Found) + "ms"
	}
	return number(v.Found)
}

// number writes whole numbers whole and others with three figures or so.
func number(v float64) string {
	switch {
	case v == float64(int64(v)):
		return strconv.FormatInt(int64(v), 10)
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	default:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
}
