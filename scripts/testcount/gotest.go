package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json (go doc test2json). ImportPath is set instead of Package while
// building, and FailedBuild names the build that kept a package from being tested.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

// goRun gathers events. Tests that only group subtests are not counted, their subtests are.
type goRun struct {
	tests  map[string]map[string]*goTest // by package and name; "" is the package itself
	order  []string                      // packages as they came
	builds map[string]*strings.Builder
}

type goTest struct {
	ended  string // pass, fail, skip or "" while it runs
	output strings.Builder
}

// watch prints a line for each package when it ends, with all that its failed tests said.
func watch(in io.Reader, out io.Writer) error {
	return eachEvent(in, func(run *goRun, e event) {
		if e.Test != "" || e.Action != "pass" && e.Action != "fail" {
			return
		}
		s := run.result(e.Package)
		if len(s.failed) == 0 {
			fmt.Fprintf(out, "ok    %s  %d tests, %.1f s\n", e.Package, s.passed, e.Elapsed)
			return
		}
		fmt.Fprintf(out, "FAIL  %s  %d of %d tests, %.1f s\n", e.Package, len(s.failed), s.passed+len(s.failed), e.Elapsed)
		for _, r := range s.failed {
			fmt.Fprintf(out, "--- %s\n%s", r.name, r.text)
		}
	}, func(line string) { fmt.Fprintln(out, line) })
}

// readGo counts the tests of a whole run.
func readGo(r io.Reader) (suite, error) {
	var run *goRun
	err := eachEvent(r, func(r *goRun, _ event) { run = r }, func(string) {})
	var s suite
	if run == nil {
		return s, err
	}
	for _, pkg := range run.order {
		p := run.result(pkg)
		s.passed += p.passed
		s.failed = append(s.failed, p.failed...)
		s.skipped = append(s.skipped, p.skipped...)
	}
	return s, err
}

// eachEvent calls do after each event is taken in, and other for lines that are none.
func eachEvent(r io.Reader, do func(*goRun, event), other func(string)) error {
	run := &goRun{tests: make(map[string]map[string]*goTest), builds: make(map[string]*strings.Builder)}
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if line = strings.TrimSpace(line); line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) == nil && e.Action != "" {
				run.take(e)
				do(run, e)
			} else {
				other(line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (run *goRun) take(e event) {
	if e.Package == "" {
		if run.builds[e.ImportPath] == nil {
			run.builds[e.ImportPath] = new(strings.Builder)
		}
		run.builds[e.ImportPath].WriteString(e.Output)
		return
	}
	tests := run.tests[e.Package]
	if tests == nil {
		tests = make(map[string]*goTest)
		run.tests[e.Package] = tests
		run.order = append(run.order, e.Package)
	}
	for _, name := range []string{"", e.Test} {
		if tests[name] == nil {
			tests[name] = new(goTest)
		}
	}
	t := tests[e.Test]
	switch e.Action {
	case "pass", "fail", "skip":
		t.ended = e.Action
		if e.Action == "pass" {
			t.output.Reset()
		}
		if build := run.builds[e.FailedBuild]; build != nil {
			t.output.WriteString(build.String())
		}
	case "output":
		if !frame.MatchString(e.Output) {
			t.output.WriteString(e.Output)
		}
	}
}

// frame matches the lines that go test puts around what a test says.
var frame = regexp.MustCompile(`^(=== (RUN|PAUSE|CONT|NAME)| *--- (PASS|FAIL|SKIP): )`)

// result counts the tests of a package. One that ran and never ended has failed, and so has a
// package that failed, or never ended, without a failed test: it did not build, crashed or hung.
func (run *goRun) result(pkg string) suite {
	var s suite
	tests := run.tests[pkg]
	whole := tests[""]
	var names []string
	for name := range tests {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t := tests[name]
		if name == "" || isGroup(tests, name) && t.ended != "skip" {
			continue
		}
		title := pkg + " " + name
		switch t.ended {
		case "pass":
			s.passed++
		case "skip":
			s.skip(title, t.output.String())
		case "fail":
			s.fail(title, t.output.String())
		default:
			s.fail(title+" (did not end)", t.output.String())
		}
	}
	if whole.ended != "pass" && whole.ended != "skip" && len(s.failed) == 0 {
		s.fail(pkg, whole.output.String())
	}
	return s
}

// isGroup: the test has subtests, and did not fail by itself.
func isGroup(tests map[string]*goTest, name string) bool {
	group, failedBelow := false, false
	for other, t := range tests {
		if strings.HasPrefix(other, name+"/") {
			group = true
			failedBelow = failedBelow || t.ended != "pass" && t.ended != "skip"
		}
	}
	return group && (tests[name].ended != "fail" || failedBelow)
}
