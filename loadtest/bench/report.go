package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// report is what one run came to.
type report struct {
	Date    time.Time `json:"date"`
	Machine string    `json:"machine"`
	Commit  string    `json:"commit"`
	Command string    `json:"command"`
	Benches []result  `json:"benches"`
}

// result is what one bench came to.
type result struct {
	Name  string  `json:"name"`
	About string  `json:"about"`
	Rows  []row   `json:"rows"`
	Took  float64 `json:"took_s"`
}

func newReport(commit string, args []string) *report {
	return &report{
		Date: time.Now().UTC(), Machine: machine(), Commit: commit,
		Command: strings.Join(append([]string{"bench"}, args...), " "),
	}
}

// machine says on what a run was made.
func machine() string {
	return fmt.Sprintf("%d cores %s, %s GiB, Linux %s, %s", runtime.NumCPU(), field("/proc/cpuinfo", "model name"),
		gibibytes(field("/proc/meminfo", "MemTotal")), firstLine("/proc/sys/kernel/osrelease"), runtime.Version())
}

// field returns the value of the first line "name: value" of a file.
func field(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func firstLine(file string) string {
	text, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func gibibytes(kb string) string {
	n, _ := strconv.Atoi(strings.TrimSuffix(kb, " kB"))
	return strconv.Itoa((n + 1<<19) >> 20)
}

// WriteText writes a table of Markdown.
func (r *report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s", r.Date.Format("2006-01-02 15:04 UTC"), r.Machine)
	if r.Commit != "" {
		fmt.Fprintf(&b, " · %s", r.Commit)
	}
	fmt.Fprintf(&b, " · `%s`\n", r.Command)
	for _, res := range r.Benches {
		fmt.Fprintf(&b, "\n**%s**: %s\n\n", res.Name, res.About)
		b.WriteString("| | ours | baseline | ratio | goal | |\n|---|---|---|---|---|---|\n")
		for _, row := range res.Rows {
			b.WriteString(row.line())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r row) line() string {
	baseline, ratio, verdict := "", "", ""
	if r.Ratio != 0 {
		baseline, ratio = figure(r.Baseline, r.BaselineRange), number(r.Ratio)+" ×"
	}
	if r.Goal != "" {
		verdict = "met"
		if !r.Met {
			verdict = "**missed**"
		}
	}
	return fmt.Sprintf("| %s, %s | %s | %s | %s | %s | %s |\n", r.What, r.Unit, figure(r.Ours, r.OursRange), baseline, ratio, r.Goal, verdict)
}

// figure is a median with its range.
func figure(v float64, of [2]float64) string {
	if of[0] == of[1] {
		return number(v)
	}
	return fmt.Sprintf("%s (%s–%s)", number(v), number(of[0]), number(of[1]))
}

// number keeps three digits.
func number(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// save writes the report as JSON, if there is a file for it.
func (r *report) save(file string) error {
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

func (r *report) missed() int {
	n := 0
	for _, res := range r.Benches {
		for _, row := range res.Rows {
			if !row.Met {
				n++
			}
		}
	}
	return n
}
