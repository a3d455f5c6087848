package chaos

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"taskreporter/loadtest/check"
	"taskreporter/loadtest/crowd"
)

// Report is what a run found out.
type Report struct {
	Seed     uint64   `json:"seed"`
	Nodes    int      `json:"nodes"`
	Rooms    int      `json:"rooms"`
	Sockets  int      `json:"sockets"`
	Rate     float64  `json:"messages_per_second"`
	Duration string   `json:"duration"`
	Results  []Result `json:"results"`
	Logs     string   `json:"logs,omitempty"` // directory of the logs, where they are kept
}

// Result is one round: a fault, or two at once.
type Result struct {
	Faults []string `json:"faults"`
	Times
	crowd.Tally
	Figures    map[string]int64  `json:"figures"`         // of the nodes' metrics
	Exits      map[string][]int  `json:"exits,omitempty"` // statuses of each node that ended, -1 for a signal
	Violations []check.Violation `json:"violations"`
	Problems   []string          `json:"problems,omitempty"` // what did not come off: the round proves nothing
	Missed     []string          `json:"missed,omitempty"`   // goals
}

// Name joins the faults' names as Config takes them.
func (r Result) Name() string { return strings.Join(r.Faults, "+") }

// Failed reports whether a promise was broken, or the round did not come off.
func (r Result) Failed() bool { return len(r.Violations) > 0 || len(r.Problems) > 0 }

// Failed reports whether any round failed.
func (r Report) Failed() bool { return slices.ContainsFunc(r.Results, Result.Failed) }

func (r *Result) fail(err error) {
	if err != nil {
		r.Problems = append(r.Problems, err.Error())
	}
}

// judge compares a round with what its faults may cost; two at once cost what
// they cost.
func (r *Result) judge(faults []Fault) {
	for _, t := range r.Troubles {
		r.fail(errors.New(t))
	}
	if r.Acked == 0 {
		r.fail(errors.New("no message was acked"))
	}
	if len(faults) > 1 {
		return
	}
	g := faults[0].Goal
	late := func(what string, got float64, goal time.Duration) {
		if goal > 0 && (got < 0 || got > inMS(goal)) {
			r.Missed = append(r.Missed, fmt.Sprintf("%s %.0f ms, goal %.0f ms", what, got, inMS(goal)))
		}
	}
	late("writes accepted again after", r.AgainMedian, g.Again)
	late("first ack after the heal", r.AfterHeal, g.AfterHeal)
	late("longest pause", r.PauseMax, g.Pause)
	late("slowest ack", r.AckMax, g.Ack)
	if g.Reconnects > 0 && r.MaxReconnects > g.Reconnects {
		r.Missed = append(r.Missed, fmt.Sprintf("%d reconnects of one client, goal %d", r.MaxReconnects, g.Reconnects))
	}
	if g.NoneFails && r.Times.Failed > 0 {
		r.Missed = append(r.Missed, fmt.Sprintf("%d messages were refused for good, goal none", r.Times.Failed))
	}
}

// WriteJSON writes the report for programs.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the report for people. Times are in milliseconds.
func (r Report) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "seed %d: %d nodes, %d rooms, %d sockets, %g messages/s, %s each\n\n", r.Seed, r.Nodes, r.Rooms, r.Sockets, r.Rate, r.Duration)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "fault\tsent\tacked\tfailed\tunanswered\treconnects (max)\trooms moved\tagain ms (median, max)\tafter heal ms\tpause ms (median, max)\tslowest ack, delivery ms\tfenced\tactivations\tviolations")
	for _, f := range r.Results {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d (%d)\t%d\t%.0f, %.0f\t%.0f\t%.0f, %.0f\t%.0f, %.0f\t%d\t%d\t%d\n",
			f.Name(), f.Sent, f.Acked, f.Times.Failed, f.Unanswered, f.Reconnects, f.MaxReconnects, f.RoomsMoved,
			f.AgainMedian, f.AgainMax, f.AfterHeal, f.PauseMedian, f.PauseMax, f.AckMax, f.SeenMax, f.Figures["fenced"], f.Figures["activations"], len(f.Violations))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range r.Results {
		for _, m := range f.Missed {
			fmt.Fprintf(w, "%s: goal missed: %s\n", f.Name(), m)
		}
		for _, p := range f.Problems {
			fmt.Fprintf(w, "%s: PROBLEM: %s\n", f.Name(), p)
		}
		for _, v := range f.Violations[:min(len(f.Violations), listed)] {
			fmt.Fprintf(w, "%s: VIOLATION: %s\n", f.Name(), v)
		}
		if more := len(f.Violations) - listed; more > 0 {
			fmt.Fprintf(w, "%s: and %d more violations\n", f.Name(), more)
		}
	}
	verdict := "all promises held"
	if r.Failed() {
		verdict = "FAILED; the logs are in " + cmp.Or(r.Logs, "nowhere")
	}
	_, err := fmt.Fprintf(w, "\n%d rounds: %s\n", len(r.Results), verdict)
	return err
}

// listed is how many violations of a round people are shown.
const listed = 20
