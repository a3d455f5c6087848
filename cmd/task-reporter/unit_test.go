package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	unitsDir    = "../../deploy/systemd"
	unitProgram = "/usr/local/bin/task-reporter"
)

// unit is what a file of systemd says: values by section and name, in order.
type unit map[string][]string

func readUnit(t *testing.T, name string) unit {
	t.Helper()
	f, err := os.Open(filepath.Join(unitsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	u, section := unit{}, ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			section = strings.Trim(line, "[]")
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("%s: %q is no setting", name, line)
		}
		u[section+"."+key] = append(u[section+"."+key], value)
	}
	return u
}

func (u unit) one(key string) string { return strings.Join(u[key], "\n") }

// F-OP-04: the units run commands that there are, with settings that there are, give a
// stop the time that it may take, and keep the program away from all but its data.
func TestUnitsFitTheProgram(t *testing.T) {
	t.Parallel()
	server := readUnit(t, "task-reporter.service")
	backup := readUnit(t, "task-reporter-backup.service")
	timer := readUnit(t, "task-reporter-backup.timer")
	for name, u := range map[string]unit{"server": server, "backup": backup} {
		env := environment{}
		for _, pair := range u["Service.Environment"] {
			key, value, _ := strings.Cut(pair, "=")
			env[key] = value
		}
		app, err := newApp(&program{}, env, console{})
		if err != nil {
			t.Fatal(err)
		}
		var known []string
		for _, flag := range configFlags(app.Model) {
			known = append(known, variable(flag.Name))
		}
		for key := range env {
			if !slices.Contains(known, key) {
				t.Errorf("%s: there is no setting %s", name, key)
			}
		}
		words := strings.Fields(u.one("Service.ExecStart"))
		if words[0] != unitProgram {
			t.Errorf("%s runs %s", name, words[0])
		}
		if _, err := app.Parse(words[1:]); err != nil {
			t.Errorf("%s runs %q: %v", name, words, err)
		}
		for key, want := range map[string]string{
			"User": "task-reporter", "StateDirectory": "task-reporter", "StateDirectoryMode": "0700", "EnvironmentFile": "/etc/task-reporter.env",
			"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
			"CapabilityBoundingSet": "", "UMask": "0077",
		} {
			if got := u.one("Service." + key); got != want {
				t.Errorf("%s: %s is %q, want %q", name, key, got, want)
			}
		}
		if env["TASK_REPORTER_DATA_DIR"] != "/var/lib/"+u.one("Service.StateDirectory") {
			t.Errorf("%s keeps its data in %s", name, env["TASK_REPORTER_DATA_DIR"])
		}
	}
	seconds, err := strconv.Atoi(server.one("Service.TimeoutStopSec"))
	if longest := drainTime + drainTime + stopTime; err != nil || time.Duration(seconds)*time.Second <= longest {
		t.Errorf("a stop gets %d s, and may take %s", seconds, longest)
	}
	if server.one("Service.Restart") != "on-failure" || server.one("Unit.StartLimitIntervalSec") != "0" {
		t.Error("a node that was taken off the list is not started again")
	}
	if files, err := strconv.Atoi(server.one("Service.LimitNOFILE")); err != nil || files < 4096 {
		t.Errorf("%d open files, which doctor warns of", files)
	}
	words := strings.Fields(backup.one("Service.ExecStart"))
	if dir := words[len(words)-1]; dir != backup.one("Service.ReadWritePaths") {
		t.Errorf("backups go to %s, which cannot be written", dir)
	}
	if backup.one("Service.Type") != "oneshot" || timer.one("Timer.OnCalendar") == "" || timer.one("Timer.Persistent") != "true" {
		t.Error("the backup is not made once a day")
	}
	for _, key := range []string{"SystemCallFilter", "ProtectKernelTunables", "RestrictAddressFamilies", "MemoryDenyWriteExecute"} {
		if server.one("Service."+key) == "" || server.one("Service."+key) != backup.one("Service."+key) {
			t.Errorf("%s differs", key)
		}
	}
}

// Where systemd is, it understands every line of them.
func TestSystemdUnderstandsTheUnits(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return // TestUnitsFitTheProgram has looked at what is ours
	}
	dir := t.TempDir()
	files, err := filepath.Glob(unitsDir + "/*")
	if err != nil || len(files) != 3 {
		t.Fatalf("%q, %v", files, err)
	}
	args := []string{"verify"}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.Base(file))
		here := strings.ReplaceAll(string(text), unitProgram, "/bin/true") // it must be there
		if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out, err := exec.CommandContext(t.Context(), analyze, args...).CombinedOutput()
	if err != nil || strings.Contains(string(out), dir) {
		t.Errorf("%v\n%s", err, out)
	}
}
