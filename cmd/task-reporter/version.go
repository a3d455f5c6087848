package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the release build; without it the commit tells.
var version = "dev"

// VersionCmd prints what this binary is.
type VersionCmd struct{}

// Run prints one line: version, commit, Go, platform.
func (VersionCmd) Run(c console) error {
	_, err := fmt.Fprintf(c.Out, "task-reporter %s (%s, %s, %s/%s)\n", version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "commit unknown"
	}
	revision, changed := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	return "commit " + revision + changed
}
