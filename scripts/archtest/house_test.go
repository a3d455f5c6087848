package archtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "taskreporter"

// house is a module with the real one's name and lint configuration, and planted code.
type house struct {
	t     *testing.T
	dir   string
	gomod strings.Builder
}

// issue is what the linter says of one line; file names are relative to the house.
type issue struct {
	FromLinter string
	Text       string
	Pos        struct{ Filename string }
}

func newHouse(t *testing.T) *house {
	t.Helper()
	config, err := os.ReadFile("../../.golangci.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// On a path that has the folders' names in it: a clone may lie anywhere.
	h := &house{t: t, dir: filepath.Join(t.TempDir(), "actors/auth/cmd/ent/httpapi/incident/loadtest/scripts/storage/web")}
	h.gomod.WriteString("module " + module + "\n\ngo 1.26.0\n")
	h.write(".golangci.yaml", string(config))
	return h
}

// addLibrary makes an empty library of that name, so that nothing is downloaded or compiled.
func (h *house) addLibrary(name string) {
	version := "v0.0.0"
	if major := regexp.MustCompile(`/(v\d+)$`).FindStringSubmatch(name); major != nil {
		version = major[1] + ".0.0"
	}
	dir := "libraries/" + name
	h.gomod.WriteString("require " + name + " " + version + "\nreplace " + name + " => ./" + dir + "\n")
	h.write(dir+"/go.mod", "module "+name+"\n")
	h.write(dir+"/library.go", "package library\n")
}

func (h *house) write(file, text string) {
	h.t.Helper()
	file = filepath.Join(h.dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) read(file string) string {
	h.t.Helper()
	text, err := os.ReadFile(filepath.Join(h.dir, filepath.FromSlash(file)))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// lint runs these linters, as configured, over the house and returns what they refuse.
func (h *house) lint(linters ...string) []issue {
	h.t.Helper()
	h.write("go.mod", h.gomod.String())
	cmd := exec.CommandContext(h.t.Context(), golangci(h.t), "run", "--enable-only", strings.Join(linters, ","), "--issues-exit-code=0",
		"--show-stats=false", "--output.text.path=stderr", "--output.json.path=stdout", "--allow-parallel-runners", "./...")
	cmd.Dir = h.dir
	cmd.Env = append(cmd.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("golangci-lint: %v\n%s", err, stderr.String())
	}
	var report struct{ Issues []issue }
	if err := json.Unmarshal(out, &report); err != nil {
		h.t.Fatalf("golangci-lint printed %q: %v", out, err)
	}
	for _, i := range report.Issues {
		if !slices.Contains(linters, i.FromLinter) {
			h.t.Fatalf("the planted code itself is wrong: %s: %s: %s", i.Pos.Filename, i.FromLinter, i.Text)
		}
	}
	return report.Issues
}

// golangci builds the pinned linter, or finds it in Go's cache, and returns its path.
func golangci(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "tool", "-n", "-modfile=../tools/go.mod", "golangci-lint")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("building golangci-lint: %v\n%s", err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// packageOf names the package of a planted file after its folder.
func packageOf(file string) string {
	return strings.ReplaceAll(path.Base(path.Dir(file)), "-", "")
}

// within reports whether folder is parent or lies below it.
func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}
