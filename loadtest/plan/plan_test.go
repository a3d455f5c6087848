package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const good = `
name: night
seed: 7
duration: 30s
ramp: 5s
loads:
  - chat: {rooms: 2, members: 5, rate: 20}
  - uploads:
      users: 2
      files: 3
      concurrency: 4
      way: tus
      dropped: 0.25
      sizes: [{kind: log, from: 1KB, to: 5MB, share: 3}, {kind: pdf, from: 4KiB, to: 2MiB}]
  - connections: {sockets: 50, rooms: 1, rate: 10}
  - storm: {rooms: 1, members: 10, after: 10s, behind: 100}
thresholds:
  ack_p99: 50ms
  lost: 0
  upload_mb_per_s: 20
`

func TestAPlanIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	p, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if p.Duration != 30*time.Second || p.Ramp != 5*time.Second || p.Seed != 7 || len(p.Loads) != 4 {
		t.Errorf("read %+v", p)
	}
	if c := *p.Loads[0].Chat; c != (Chat{2, 5, 20}) {
		t.Errorf("chat %+v", c)
	}
	sizes := p.Loads[1].Uploads.Sizes
	if sizes[0] != (Sizes{Log, 1000, 5_000_000, 3}) || sizes[1] != (Sizes{PDF, 4096, 2 << 20, 1}) {
		t.Errorf("sizes %+v", sizes)
	}
	for i, kind := range []Kind{ChatKind, UploadsKind, ConnectionsKind, StormKind} {
		if p.Loads[i].Kind() != kind {
			t.Errorf("load %d is %q, want %q", i, p.Loads[i].Kind(), kind)
		}
	}
	for i, want := range []Threshold{{Name: "ack_p99", Limit: 50}, {Name: "lost"}, {Name: "upload_mb_per_s", Limit: 20}} {
		if got := p.Thresholds[i]; got.Name != want.Name || got.Limit != want.Limit {
			t.Errorf("threshold %+v, want %+v", got, want)
		}
	}
}

func TestTheShippedScenariosAreValid(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(text); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

// What is wrong in a plan is named, with its line or its field, and nothing is guessed.
func TestABadPlanIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown field":            {"seed: 7", "sead: 7", "line 3: field sead not found"},
		"unknown field of a load":  {"rate: 20}", "rate: 20, speed: 3}", "line 7: field speed not found"},
		"no unit of time":          {"duration: 30s", "duration: 30", "line 4"},
		"too long":                 {"duration: 30s", "duration: 25h", "duration is 25h"},
		"ramp beyond the end":      {"ramp: 5s", "ramp: 31s", "ramp is 31s"},
		"no name":                  {"name: night", "name: ''", "name must have"},
		"two loads in one":         {"  - connections:", "    connections:", "loads[1] must be one of"},
		"too many sockets":         {"members: 5", "members: 19990", "the loads open 40041 sockets together, at most 20000"},
		"too many rooms":           {"rooms: 2, members: 5", "rooms: 1999, members: 1", "the loads need 2002 rooms together, at most 2000"},
		"too fast":                 {"rate: 20}", "rate: 20001}", "loads[0].chat.rate is 20001"},
		"a rate that is no number": {"rate: 20}", "rate: .nan}", "loads[0].chat.rate is NaN"},
		"no rooms":                 {"rooms: 2", "rooms: 0", "loads[0].chat.rooms is 0"},
		"unknown way":              {"way: tus", "way: ftp", `loads[1].uploads.way is "ftp"`},
		"unknown kind":             {"kind: log", "kind: exe", `loads[1].uploads.sizes[0].kind is "exe"`},
		"sizes the wrong way":      {"from: 1KB", "from: 6MB", "loads[1].uploads.sizes[0].to is 5000000"},
		"a file too large":         {"to: 5MB", "to: 50MB", "sizes[0].to is 50000000"},
		"a size of words":          {"to: 5MB", "to: large", `line 14: "large" is no size`},
		"too many bytes":           {"files: 3", "files: 99999", "the files may have"},
		"too many at once":         {"concurrency: 4", "concurrency: 256", "under way"},
		"more than all drop":       {"dropped: 0.25", "dropped: 1.5", "dropped is 1.5"},
		"unknown threshold":        {"ack_p99", "ack_p98", "line 18: there is no figure ack_p98"},
		"a limit without a unit":   {"50ms", "50", `line 18: the limit of ack_p99 is "50"`},
		"a limit that is no limit": {"lost: 0", "lost: none", `line 19: the limit of lost is "none"`},
		"a limit that is NaN":      {"lost: 0", "lost: .nan", "line 19"},
		"a threshold twice":        {"lost: 0", "ack_p99: 1s", "line 19"},
		"a storm after the end":    {"after: 10s", "after: 31s", "storm.after is 31s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatalf("the plan has no %q", c.old)
			}
			_, err := Parse([]byte(text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("says %v, want %q", err, c.want)
			}
		})
	}
	for name, text := range map[string]string{"empty": "", "two documents": good + "---\nname: x\n"} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

// A threshold about what nothing measures would be a promise that nobody keeps.
func TestAThresholdNeedsALoadThatMeasuresIt(t *testing.T) {
	t.Parallel()
	text := "name: x\nduration: 1s\nloads: [{chat: {rooms: 1, members: 1, rate: 1}}]\nthresholds: {upload_mb_per_s: 1}\n"
	if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), "upload_mb_per_s") {
		t.Errorf("says %v", err)
	}
}

func TestLatenciesAndCountsAreAtMostRatesAtLeast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, limit  string
		kept, broken float64
	}{
		{"ack_p99", "50ms", 50, 50.001},
		{"lost", "0", 0, 1},
		{"upload_mb_per_s", "20", 20, 19.99},
	} {
		th, err := newThreshold(c.name, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if !th.Kept(c.kept) || th.Kept(c.broken) {
			t.Errorf("%s %s: %v kept %v, %v kept %v", c.name, c.limit, c.kept, th.Kept(c.kept), c.broken, th.Kept(c.broken))
		}
	}
}
