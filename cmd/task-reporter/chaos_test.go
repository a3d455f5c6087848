package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/loadtest/chaos"
)

// programs returns what the fault runner starts besides nodes.
func programs(t *testing.T) (postgres, minio string) {
	t.Helper()
	if err := chaos.Able(); err != nil {
		t.Skipf("faults are made in network namespaces: %v", err)
	}
	postgres, minio = os.Getenv("TEST_POSTGRES_BIN"), os.Getenv("TEST_MINIO_BIN")
	if postgres == "" || minio == "" {
		t.Fatal("TEST_POSTGRES_BIN and TEST_MINIO_BIN are not set: run `make test`, or `scripts/services env faults`")
	}
	return postgres, minio
}

// F-OP-08, F-RT-07 to 10: under faults of processes and of the network every acked
// message is stored, once and in order, and everybody saw the log.
func TestAClusterKeepsItsPromisesUnderFaults(t *testing.T) {
	postgres, minio := programs(t)
	report, err := chaos.Smoke(t.Context(), buildWith(t, "cmd/task-reporter/main.go"), postgres, minio, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := report.WriteText(t.Output()); err != nil {
		t.Fatal(err)
	}
	if report.Failed() {
		t.Error("promises were broken")
	}
}

// The checker is known to be able to fail: builds of which a promise was taken
// away are caught.
func TestBrokenBuildsAreCaught(t *testing.T) {
	postgres, minio := programs(t)
	for name, broken := range map[string]struct {
		fault string
		file  string
		edits []string // pairs of old and new
	}{
		"acks before the commit": {
			fault: "postgres",
			file:  "actors/room_batch.go",
			edits: []string{
				"	r.world.commit(b, tracesOf(r.flight))\n",
				"	for _, e := range r.flight {\n		for _, to := range e.askers {\n			r.world.reply(to, e.answer(e.events, nil))\n		}\n	}\n	r.world.commit(b, tracesOf(r.flight))\n",
			},
		},
		"goes on telling who was removed": {
			fault: "postgres",
			file:  "actors/relay.go",
			edits: []string{"			r.expel(w, c.Person.ID)\n", "			_ = c\n"},
		},
		"has no fence": {
			fault: "buried-alive",
			file:  "storage/append_postgres.go",
			edits: []string{
				// Without the condition the rows' keys would still refuse what another
				// activation has numbered; so it numbers from where the log ends.
				" and r.epoch = b.epoch and r.last_seq = b.lo", "",
				"b.epoch, b.hi, b.at, b.place", "b.epoch, r.last_seq + b.hi - b.lo as hi, r.last_seq - b.lo as shift, b.at, b.place",
				"f.epoch, f.place\n", "f.epoch, f.place, f.shift\n",
				"	if len(parts) == 1 {\n		return a.one\n	}\n", "",
				"epoch, 1::bigint as place", "epoch, 1::bigint as place, 0::bigint as shift",
				"m.epoch, e.*", "m.epoch, m.shift, e.*",
				"select room_id, seq, epoch", "select room_id, seq + shift, epoch",
				"select room_id, message_id, seq, author_id", "select room_id, message_id, seq + shift, author_id",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			bin := buildWith(t, broken.file, broken.edits...)
			ctx, enough := context.WithCancel(t.Context())
			defer enough()
			rounds, caught := 0, false
			report, err := chaos.Run(ctx, chaos.Config{
				Program: bin, PostgresBin: postgres, MinIO: minio, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
				Faults: slices.Repeat([]string{broken.fault}, 8), // it depends on who notices first
				Tell: func(r chaos.Result) {
					rounds++
					if len(r.Violations) > 0 {
						t.Logf("caught in round %d: %d violations, first %v", rounds, len(r.Violations), r.Violations[0])
						caught = true
						enough()
					}
				},
				Duration: 15 * time.Second, Seed: 1, Nodes: 3, Rooms: 3, Sockets: 15, Rate: 200,
			})
			if err := os.RemoveAll(report.Logs); err != nil {
				t.Error(err)
			}
			if caught {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Errorf("a build that %s passed", name)
		})
	}
}

// buildWith builds the program with one file changed, and without the race
// detector, which would slow three nodes on one machine down too much.
func buildWith(t *testing.T, file string, edits ...string) string {
	t.Helper()
	source, err := filepath.Abs(filepath.Join("..", "..", file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	changed := string(text)
	for i := 0; i < len(edits); i += 2 {
		if strings.Count(changed, edits[i]) != 1 {
			t.Fatalf("%s holds %q %d times: change this test with it", file, edits[i], strings.Count(changed, edits[i]))
		}
		changed = strings.Replace(changed, edits[i], edits[i+1], 1)
	}
	dir := t.TempDir()
	replacement, overlay, bin := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "task-reporter")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{source: replacement}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{replacement: []byte(changed), overlay: list} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("go", "build", "-tags", "nomsgpack", "-overlay", overlay, "-o", bin, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}
