// Command testcount reads what the test runners wrote and says in one line what they did.
//
//	go test -json ./... | testcount watch FILE   copies the events to FILE and shows progress
//	testcount sum NAME:STATUS:FILE…              adds the suites up; STATUS is the runner's exit status
//
// A FILE that ends in .json holds go test's events, one that ends in .xml a JUnit report. A suite
// whose report is missing, that ran no test, or whose runner failed although no test did, counts
// as one failure: silence is never success.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	ok, err := run(os.Args[1:], os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run reports whether all tests passed.
func run(args []string, in io.Reader, out io.Writer) (bool, error) {
	switch {
	case len(args) == 2 && args[0] == "watch":
		file, err := os.Create(args[1])
		if err != nil {
			return false, err
		}
		if err := watch(io.TeeReader(in, file), out); err != nil {
			return false, err
		}
		return true, file.Close()
	case len(args) > 1 && args[0] == "sum":
		var suites []suite
		for _, arg := range args[1:] {
			part := strings.SplitN(arg, ":", 3)
			if len(part) != 3 {
				return false, fmt.Errorf("%q is not NAME:STATUS:FILE", arg)
			}
			suites = append(suites, load(part[0], part[1], part[2]))
		}
		return sum(suites, out), nil
	}
	return false, fmt.Errorf("usage: testcount watch FILE | testcount sum NAME:STATUS:FILE…")
}
