package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// shownLines bounds what is repeated of one failure at the end; the whole stands further up.
const shownLines = 60

// suite is what one runner did.
type suite struct {
	name    string
	passed  int
	failed  []result
	skipped []result
}

// result is a test that did not pass, with what it said.
type result struct {
	name string
	text string
}

// load reads a runner's report and holds it against the runner's exit status.
func load(name, status, file string) suite {
	s, err := read(file)
	s.name = name
	switch {
	case err != nil:
		s.fail("could not run", "its report cannot be read: "+err.Error())
	case s.passed+len(s.failed) == 0:
		s.fail("ran no test", "")
	}
	if status != "0" && len(s.failed) == 0 {
		s.fail("exited with status "+status, "although no test failed; its output is further up")
	}
	return s
}

func read(file string) (suite, error) {
	f, err := os.Open(file)
	if err != nil {
		return suite{}, err
	}
	defer f.Close()
	if filepath.Ext(file) == ".xml" {
		return readJUnit(f)
	}
	return readGo(f)
}

func (s *suite) fail(name, text string) { s.failed = append(s.failed, result{name, text}) }
func (s *suite) skip(name, text string) { s.skipped = append(s.skipped, result{name, text}) }

// sum prints what was skipped and why, what failed, and the closing line, which is the last and
// alone on its line. It reports whether nothing failed.
func sum(suites []suite, out io.Writer) bool {
	var passed, failed, skipped int
	for _, s := range suites {
		passed += s.passed
		failed += len(s.failed)
		skipped += len(s.skipped)
	}
	for _, s := range suites {
		for _, r := range s.skipped {
			fmt.Fprintf(out, "SKIP  %s: %s: %s\n", s.name, r.name, reason(r.text))
		}
	}
	for _, s := range suites {
		for _, r := range s.failed {
			fmt.Fprintf(out, "FAIL  %s: %s\n%s", s.name, r.name, indent(r.text))
		}
	}
	for _, s := range suites {
		fmt.Fprintf(out, "%-6s%d of %d tests passed\n", s.name, s.passed, s.passed+len(s.failed))
	}
	fmt.Fprintf(out, "\n%d passed, %d failed", passed, failed)
	if skipped > 0 {
		fmt.Fprintf(out, ", %d skipped", skipped)
	}
	fmt.Fprintln(out)
	return failed == 0
}

// reason puts a skipped test's words on one line.
func reason(text string) string {
	if text = strings.Join(strings.Fields(text), " "); text == "" {
		return "no reason given"
	}
	return text
}

func indent(text string) string {
	text = strings.TrimRight(text, "\n ")
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	if more := len(lines) - shownLines; more > 0 {
		lines = append(lines[:shownLines], fmt.Sprintf("… %d more lines", more))
	}
	return "      " + strings.Join(lines, "\n      ") + "\n"
}
