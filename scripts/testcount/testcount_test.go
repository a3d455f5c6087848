package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// plant is a module whose packages pass, fail, skip, hang, crash and do not build.
var plant = map[string]string{
	"go.mod": "module plant\n\ngo 1.26.0\n",
	"good/good_test.go": `package good

import "testing"

func TestPlain(t *testing.T) {}

func TestGroup(t *testing.T) {
	t.Run("one", func(t *testing.T) {})
	t.Run("two", func(t *testing.T) {})
}

func TestAbsent(t *testing.T) { t.Skip("no directory here") }
`,
	"bad/bad_test.go": `package bad

import "testing"

func TestGroup(t *testing.T) {
	t.Run("fine", func(t *testing.T) {})
	t.Run("broken", func(t *testing.T) { t.Error("--- want 3\n+++ got 4") })
}

func TestAfterwards(t *testing.T) {
	t.Run("fine", func(t *testing.T) {})
	t.Error("the group itself")
}
`,
	"crash/crash_test.go": `package crash

import (
	"os"
	"testing"
)

func TestBefore(t *testing.T) {}
func TestExit(t *testing.T)   { os.Exit(3) }
`,
	"main/main_test.go": `package main

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	m.Run()
	fmt.Println("the database would not stop")
	os.Exit(1)
}

func TestPlain(t *testing.T) {}
`,
	"broken/broken_test.go": "package broken\n\nvar x int = \"text\"\n",
	"untested/untested.go":  "package untested\n",
}

// events runs the plant's packages for real and returns go test's events.
func events(t *testing.T, packages ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range plant {
		write(t, filepath.Join(dir, name), text)
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"test", "-json"}, packages...)...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOFLAGS=", "GOWORK=off")
	out, err := cmd.Output()
	if err != nil && len(out) == 0 {
		t.Fatalf("go test: %v", err)
	}
	return out
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sumOf runs "testcount sum" and returns what it printed and whether it was content.
func sumOf(t *testing.T, args ...string) (string, bool) {
	t.Helper()
	var out bytes.Buffer
	ok, err := run(append([]string{"sum"}, args...), nil, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), ok
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line) {
			t.Errorf("no line %q in:\n%s", line, text)
		}
	}
}

func wantLast(t *testing.T, text, last string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if got := lines[len(lines)-1]; got != last {
		t.Errorf("closing line %q, want %q; all of it:\n%s", got, last, text)
	}
}

func TestSumCountsEveryGoTestOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "go.json")
	var shown bytes.Buffer
	if _, err := run([]string{"watch", file}, bytes.NewReader(events(t, "./...")), &shown); err != nil {
		t.Fatal(err)
	}
	text, ok := sumOf(t, "go:1:"+file)
	if ok {
		t.Error("sum was content with failed tests")
	}
	wantLines(t, text,
		"SKIP  go: plant/good TestAbsent: good_test.go:12: no directory here\n",
		"FAIL  go: plant/bad TestGroup/broken\n",
		"FAIL  go: plant/bad TestAfterwards\n",
		"FAIL  go: plant/crash TestExit (did not end)\n",
		"FAIL  go: plant/main\n",
		"FAIL  go: plant/broken\n")
	for _, said := range []string{"--- want 3", "cannot use \"text\"", "the group itself", "the database would not stop"} {
		if !strings.Contains(text, said) || !strings.Contains(shown.String(), said) {
			t.Errorf("%q is not in both the progress:\n%s\nand the sum:\n%s", said, shown.String(), text)
		}
	}
	wantLines(t, shown.String(), "ok    plant/good  3 tests", "FAIL  plant/bad  2 of 4 tests")
	// good 3, bad 2, crash 1, main 1 passed; bad 2, crash 1, main 1, broken 1 failed.
	wantLast(t, text, "7 passed, 5 failed, 1 skipped")
}

func TestSumIsContentWhenEverySuitePassed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.json"), string(events(t, "-run=Plain|Group", "./good")))
	write(t, filepath.Join(dir, "unit.xml"), `<testsuites><testsuite><testcase classname="a" name="b"/></testsuite></testsuites>`)
	text, ok := sumOf(t, "go:0:"+filepath.Join(dir, "go.json"), "unit:0:"+filepath.Join(dir, "unit.xml"))
	if !ok {
		t.Error("sum was not content")
	}
	wantLines(t, text, "go    3 of 3 tests passed", "unit  1 of 1 tests passed")
	wantLast(t, text, "4 passed, 0 failed")
}

func TestSilenceIsNeverSuccess(t *testing.T) {
	t.Parallel()
	const passed = `<testsuites><testsuite><testcase classname="a" name="b"/></testsuite></testsuites>`
	for _, c := range []struct {
		name, status, file, report string
		want                       string
	}{
		{"no report", "0", "", "", "FAIL  unit: could not run"},
		{"empty JUnit report", "0", "unit.xml", `<testsuites></testsuites>`, "FAIL  unit: ran no test"},
		{"cut JUnit report", "0", "unit.xml", `<testsuites><testcase`, "FAIL  unit: could not run"},
		{"only skipped", "0", "unit.xml", `<testsuite><testcase name="b"><skipped/></testcase></testsuite>`, "FAIL  unit: ran no test"},
		{"no events", "0", "go.json", "", "FAIL  unit: ran no test"},
		{"no test files", "0", "go.json", `{"Action":"start","Package":"p"}` + "\n" + `{"Action":"skip","Package":"p"}`, "FAIL  unit: ran no test"},
		{"killed runner", "0", "go.json", `{"Action":"start","Package":"p"}` + "\n" + `{"Action":"run","Package":"p","Test":"TestA"}`, "FAIL  unit: p TestA (did not end)"},
		{"runner failed, tests did not", "2", "unit.xml", passed, "FAIL  unit: exited with status 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "missing.xml")
			if c.file != "" {
				file = filepath.Join(t.TempDir(), c.file)
				write(t, file, c.report)
			}
			text, ok := sumOf(t, "unit:"+c.status+":"+file)
			if ok {
				t.Error("sum was content")
			}
			wantLines(t, text, c.want)
		})
	}
}

func TestSumReadsJUnitOfBothPageRunners(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "unit.xml"), `<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests" tests="3" failures="1" errors="0" time="0.1">
  <testsuite name="src/seq.test.ts" tests="3" failures="1" errors="0" skipped="1" time="0.01">
    <testcase classname="src/seq.test.ts" name="outbox &gt; keeps order" time="0.001"></testcase>
    <testcase classname="src/seq.test.ts" name="outbox &gt; drops" time="0.001">
      <failure message="expected 1 to be 2" type="AssertionError">AssertionError: expected 1 to be 2
 ❯ src/seq.test.ts:9:5</failure>
    </testcase>
    <testcase classname="src/seq.test.ts" name="later" time="0"><skipped/></testcase>
  </testsuite>
</testsuites>`)
	write(t, filepath.Join(dir, "e2e.xml"), `<testsuites id="" name="" tests="2" failures="0" skipped="1" errors="0" time="9">
<testsuite name="photo.spec.ts" tests="2" failures="0" skipped="1" time="9" errors="0">
<testcase name="F-SC-01 photo" classname="photo.spec.ts" time="8"><system-out><![CDATA[ready]]></system-out></testcase>
<testcase name="camera" classname="photo.spec.ts" time="0"><properties><property name="skip" value="no camera"></property></properties><skipped></skipped></testcase>
</testsuite>
</testsuites>`)
	text, ok := sumOf(t, "unit:1:"+filepath.Join(dir, "unit.xml"), "e2e:0:"+filepath.Join(dir, "e2e.xml"))
	if ok {
		t.Error("sum was content with a failed test")
	}
	wantLines(t, text,
		"FAIL  unit: src/seq.test.ts › outbox > drops\n      AssertionError: expected 1 to be 2\n",
		"SKIP  unit: src/seq.test.ts › later: no reason given\n",
		"SKIP  e2e: photo.spec.ts › camera: no camera\n")
	wantLast(t, text, "2 passed, 1 failed, 2 skipped")
}
