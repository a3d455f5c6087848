package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every bench runs for real, with numbers so small that they only show that it works: the
// server on PostgreSQL, the hub, sockets, the report. How fast anything was is not judged.
func TestEveryBenchRuns(t *testing.T) {
	if os.Getenv("TEST_POSTGRES_URL") == "" || os.Getenv("TEST_MINIO_ENDPOINT") == "" {
		t.Skip("TEST_POSTGRES_URL and TEST_MINIO_ENDPOINT are not set; `make test` sets them")
	}
	dir := t.TempDir()
	for name, pkg := range map[string]string{"task-reporter": "../../cmd/task-reporter", "baseline": "../baseline"} {
		out, err := exec.Command("go", "build", "-tags", "nomsgpack", "-o", filepath.Join(dir, name), pkg).CombinedOutput()
		if err != nil {
			t.Fatalf("build %s: %v\n%s", pkg, err, out)
		}
	}
	file := filepath.Join(dir, "report.json")
	var out, progress bytes.Buffer
	err := run(t.Context(), []string{
		"--server", filepath.Join(dir, "task-reporter"), "--baseline", filepath.Join(dir, "baseline"),
		"--rounds", "1", "--small", "--json", file, "fanout", "connections", "storm", "acks", "uploads", "lists",
	}, &out, &progress)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, &out, &progress)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got report
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"fanout": 12, "connections": 5, "storm": 4, "acks": 10, "uploads": 5, "lists": 14}
	for _, b := range got.Benches {
		if len(b.Rows) != want[b.Name] {
			t.Errorf("%s has %d rows, want %d", b.Name, len(b.Rows), want[b.Name])
		}
		for _, r := range b.Rows {
			if !strings.Contains(out.String(), "| "+r.What+", "+r.Unit+" |") {
				t.Errorf("the table lacks %s", r.What)
			}
		}
		delete(want, b.Name)
	}
	if len(want) > 0 {
		t.Errorf("not in the report: %v", want)
	}
}

// A ratio is the median of the rounds' own, so that what the machine did in one round weighs
// on both sides of it; a goal is about that.
func TestRatiosAreOfRounds(t *testing.T) {
	t.Parallel()
	r := versus("x", "µs", []float64{1, 20, 3}, []float64{10, 100, 10}, atMost(0.22))
	if r.Ratio != 0.2 || r.Ours != 3 || r.Baseline != 10 || r.OursRange != [2]float64{1, 20} || !r.Met || r.Goal != "≤ 0.22 ×" {
		t.Errorf("%+v", r)
	}
	if r := alone("x", "s", []float64{4, 8}, atLeast(7)); r.Ours != 6 || r.Met {
		t.Errorf("%+v", r)
	}
	if m := median(nil); !math.IsNaN(m) {
		t.Errorf("median of nothing is %v", m)
	}
	if _, err := choose([]string{"fanout", "dance"}); err == nil {
		t.Error("a bench that does not exist was chosen")
	}
}

// Frames are found wherever reads cut them.
func TestFramesAreFoundWhereverTheyAreCut(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte("x"), 300)
	stream := slices.Concat([]byte{0x81, 2}, []byte("hi"), []byte{0x81, 126, 1, 44}, long, []byte{0x89, 0})
	for cut := range stream {
		op, payload, size := frameOf(stream[:cut])
		whole := cut >= 4
		if (size > 0) != whole || whole && (op != opText || string(payload) != "hi" || size != 4) {
			t.Fatalf("cut at %d: %d %q %d", cut, op, payload, size)
		}
	}
	if op, payload, size := frameOf(stream[4:]); op != opText || !bytes.Equal(payload, long) || size != 304 {
		t.Errorf("the long one: %d, %d bytes of %d", op, len(payload), size)
	}
	if op, _, size := frameOf(stream[308:]); op != opPing || size != 2 {
		t.Errorf("the ping: %d %d", op, size)
	}
}
