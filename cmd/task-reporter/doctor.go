package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"taskreporter/incident"
)

// Limits of the doctor.
const (
	checkLimit = 10 * time.Second // of one check, unless it reads much
	readLimit  = 30 * time.Second // of one that does
	// checkGrace is how much later a check that does not heed its limit is left behind.
	checkGrace = 2 * time.Second
)

// DoctorCmd checks an installation, for the people who run it (F-OP-03).
type DoctorCmd struct {
	JSON bool `help:"Print a line of JSON for each finding: check, state (ok, warning or failed), found, advice."`
}

// Help is what --help says of it.
func (DoctorCmd) Help() string {
	return "Reads the settings that serve reads, looks at this machine, the database, the object store, the directory, " +
		"the virus scanner, the cluster and a server that runs here, and prints a line for each check: ok, warning or failed, and what to do. " +
		"Run it as the account that the server runs as. The status is 1 when something failed.\n\n" +
		"It changes nothing, but writes an object task-reporter-doctor-… into the bucket, reads it and removes it again, " +
		"and lets the virus scanner look at zeros."
}

// Run prints what it finds, in the same order each time.
func (c *DoctorCmd) Run(ctx context.Context, cfg *Config, out console) error {
	tell := writeDiagnosis
	if c.JSON {
		tell = encodeDiagnosis
	}
	failed := 0
	for _, d := range newDoctor(cfg).examine(ctx) {
		if d.State == stateFailed {
			failed++
		}
		if err := tell(out.Out, d); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d checks failed", failed)
	}
	return ctx.Err()
}

// state is the outcome of a check.
type state string

const (
	stateOK      state = "ok"
	stateWarning state = "warning" // it works, but not for ever or not for everybody
	stateFailed  state = "failed"
)

// diagnosis is what one check found. Its JSON is a promise to those who watch it.
type diagnosis struct {
	Check  string `json:"check"`
	State  state  `json:"state"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"`
}

func well(format string, args ...any) diagnosis {
	return diagnosis{State: stateOK, Found: fmt.Sprintf(format, args...)}
}

func warn(found, advice string) diagnosis {
	return diagnosis{State: stateWarning, Found: found, Advice: advice}
}

func broken(found, advice string) diagnosis {
	return diagnosis{State: stateFailed, Found: found, Advice: advice}
}

// cause is what happened, without our own words for those who are not asked here.
func cause(err error) error {
	var e *incident.Error
	if errors.As(err, &e) && e.Err != nil {
		return e.Err
	}
	return err
}

func writeDiagnosis(w io.Writer, d diagnosis) error {
	text := fmt.Sprintf("%-8s %-20s %s\n", d.State, d.Check, d.Found)
	if d.Advice != "" {
		text += fmt.Sprintf("%29s → %s\n", "", d.Advice)
	}
	_, err := io.WriteString(w, text)
	return err
}

func encodeDiagnosis(w io.Writer, d diagnosis) error { return json.NewEncoder(w).Encode(d) }

// doctor examines one installation. What a test cannot break is put in from outside.
type doctor struct {
	cfg   *Config
	now   func() time.Time
	space func(dir string) (room, error)
	files func() (uint64, error) // that this process may have open

	temporary string // directory
}

func newDoctor(cfg *Config) *doctor {
	return &doctor{cfg: cfg, now: time.Now, space: roomIn, files: openFiles, temporary: os.TempDir()}
}

// area is some checks that follow one another.
type area func(ctx context.Context, tell func(...diagnosis))

// examine runs all checks, areas at once.
func (d *doctor) examine(ctx context.Context) []diagnosis {
	areas := []area{d.settings, d.machine, d.certificate, d.database, d.store, d.directory, d.scanner, d.cluster, d.running}
	found := make([]chan []diagnosis, len(areas))
	for i, examine := range areas {
		found[i] = make(chan []diagnosis, 1)
		go func() {
			var list []diagnosis
			examine(ctx, func(more ...diagnosis) { list = append(list, more...) })
			found[i] <- list
		}()
	}
	var all []diagnosis
	for _, list := range found {
		all = append(all, <-list...)
	}
	return all
}

// check runs one check within its limit. One that does not end is left behind.
func check(ctx context.Context, name string, limit time.Duration, look func(context.Context) []diagnosis) []diagnosis {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan []diagnosis, 1)
	go func() { done <- look(ctx) }()
	var list []diagnosis
	select {
	case list = <-done:
	case <-time.After(limit + checkGrace):
		list = []diagnosis{broken(fmt.Sprintf("no answer within %s", limit), "Something hangs: look at the network and the load of the other side.")}
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].Check = name
	}
	return list
}

// one makes a check of what finds one thing.
func one(look func(context.Context) diagnosis) func(context.Context) []diagnosis {
	return func(ctx context.Context) []diagnosis { return []diagnosis{look(ctx)} }
}

// openFiles is how many files this process may have open.
func openFiles() (uint64, error) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Cur, err
}
