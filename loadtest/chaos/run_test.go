package chaos

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"taskreporter/loadtest/check"
)

func config() Config {
	return Config{
		Program: "/bin/true", PostgresBin: "/nowhere", MinIO: "/nowhere", Duration: time.Minute,
		Seed: 7, Nodes: 3, Rooms: 5, Sockets: 60, Rate: 50,
	}
}

func names(rounds [][]Fault) []string {
	var all []string
	for _, round := range rounds {
		all = append(all, Result{Faults: []string{round[0].Name}}.Name())
		for _, f := range round[1:] {
			all[len(all)-1] += "+" + f.Name
		}
	}
	return all
}

func TestPlanRunsEachFaultAndThenTheSamePairsForTheSameSeed(t *testing.T) {
	t.Parallel()
	c := config()
	c.Pairs = 50
	rounds, err := c.plan()
	if err != nil {
		t.Fatal(err)
	}
	all := names(rounds)
	if len(all) != len(Faults())+c.Pairs {
		t.Fatalf("%d rounds: %v", len(all), all)
	}
	for i, f := range Faults() {
		if all[i] != f.Name {
			t.Errorf("round %d is %s, want %s", i, all[i], f.Name)
		}
	}
	for _, round := range rounds[len(Faults()):] {
		if len(round) != 2 || !together(round[0], round[1]) {
			t.Errorf("no pair: %v", names([][]Fault{round}))
		}
	}
	again, _ := c.plan()
	if got := names(again); strings.Join(got, " ") != strings.Join(all, " ") {
		t.Errorf("the same seed gave %v and %v", all, got)
	}
	c.Seed++
	other, _ := c.plan()
	if got := names(other); strings.Join(got, " ") == strings.Join(all, " ") {
		t.Error("another seed gave the same pairs")
	}
}

func TestPlanOfOneNodeLeavesOutWhatNeedsPeers(t *testing.T) {
	t.Parallel()
	c := config()
	c.Nodes = 1
	rounds, err := c.plan()
	if err != nil {
		t.Fatal(err)
	}
	if len(rounds) == 0 {
		t.Error("no fault is left")
	}
	for _, round := range rounds {
		if round[0].Peers {
			t.Errorf("%s needs peers", round[0].Name)
		}
	}
}

func TestImpossibleConfigurationsAreRefused(t *testing.T) {
	t.Parallel()
	if err := config().Validate(); err != nil {
		t.Fatalf("the usual one is refused: %v", err)
	}
	for name, spoil := range map[string]func(*Config){
		"unknown fault":       func(c *Config) { c.Faults = []string{"earthquake"} },
		"rolling with kill":   func(c *Config) { c.Faults = []string{"rolling+kill"} },
		"the same twice":      func(c *Config) { c.Faults = []string{"kill+kill"} },
		"two of the database": func(c *Config) { c.Faults = []string{"postgres+postgres-10s"} },
		"three at once":       func(c *Config) { c.Faults = []string{"kill+stop+loss"} },
		"no time":             func(c *Config) { c.Duration = time.Second },
		"for ever":            func(c *Config) { c.Duration = 24 * time.Hour },
		"uneven sockets":      func(c *Config) { c.Sockets = 61 },
		"too many sockets":    func(c *Config) { c.Sockets = 100_000 },
		"no load":             func(c *Config) { c.Rate = 0 },
		"too many nodes":      func(c *Config) { c.Nodes = 50 },
		"a relative program":  func(c *Config) { c.Program = "task-reporter" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config()
			spoil(&c)
			if c.Validate() == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestEveryFaultCanBeInjectedAndSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range Faults() {
		if f.Inject == nil || f.Says == "" || seen[f.Name] || strings.Contains(f.Name, "+") {
			t.Errorf("fault %+v", f)
		}
		if f.Heal == nil && f.Lasts > 0 {
			t.Errorf("%s lasts and is never healed", f.Name)
		}
		seen[f.Name] = true
	}
}

func TestReportShowsEveryViolationAsJSONAndFails(t *testing.T) {
	t.Parallel()
	report := Report{Seed: 7, Logs: "/tmp/logs", Results: []Result{
		{Faults: []string{"kill"}, Times: Times{Sent: 9, Acked: 9, Failed: 0}},
		{Faults: []string{"stop", "loss"}, Violations: []check.Violation{{Kind: check.AckedLost, Room: "r", Seq: 4, Detail: "gone"}}},
	}}
	if !report.Failed() || report.Results[0].Failed() {
		t.Error("a violation must fail its round, and the run")
	}
	var text, raw bytes.Buffer
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"seed 7", "stop+loss: VIOLATION: acked_lost: room r seq 4: gone", "FAILED", "/tmp/logs"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, text.String())
		}
	}
	if err := report.WriteJSON(&raw); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(raw.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Results) != 2 || back.Results[0].Acked != 9 || len(back.Results[1].Violations) != 1 {
		t.Errorf("read back %+v", back)
	}
}
