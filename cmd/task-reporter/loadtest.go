package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"taskreporter/loadtest/chaos"
)

// LoadtestCmd groups what drives servers hard and judges them.
type LoadtestCmd struct {
	Run   LoadCmd  `cmd:"" help:"Do what a plan says to a running server and report what it bears. docs/loadtest.md explains plans."`
	Chaos ChaosCmd `cmd:"" help:"Break a cluster on this machine under load and check what was promised. Needs root; scripts/chaos brings what it needs."`
}

// ChaosCmd runs nodes of this binary, breaks them and judges them.
type ChaosCmd struct {
	Fault    []string      `placeholder:"NAME" help:"Run this fault, or two at once as A+B; each of them when none is named. --list names them."`
	List     bool          `help:"List the faults and end."`
	Pairs    int           `default:"0" help:"Then run this many random pairs of faults at once."`
	Duration time.Duration `default:"60s" help:"Time under load of each round; the fault begins after a third."`
	Seed     uint64        `default:"0" help:"Decides every random choice; 0 for a new one, which is printed."`
	Nodes    int           `default:"3" help:"Nodes; 1 for a server without a cluster."`
	Rooms    int           `default:"5" help:"Rooms."`
	Sockets  int           `default:"60" help:"Sockets, a multiple of the rooms."`
	Rate     float64       `default:"50" help:"Messages a second, in all rooms together."`
	JSON     string        `name:"json" placeholder:"FILE" help:"Write the report there, too."`
	Keep     bool          `help:"Keep the logs of a good run; those of a bad one are kept anyway."`

	PostgresBin string `default:"/usr/lib/postgresql/15/bin" placeholder:"DIR" help:"Directory of PostgreSQL's programs (${default})."`
	MinIOBin    string `name:"minio-bin" placeholder:"FILE" help:"Program of the object store."`
}

// Run prints a table; it fails when a promise was broken.
func (l *ChaosCmd) Run(ctx context.Context, cfg *Config, c console) error {
	if l.List {
		for _, f := range chaos.Faults() {
			fmt.Fprintf(c.Out, "%-18s %s\n", f.Name, f.Says)
		}
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return err
	}
	if l.Seed == 0 {
		l.Seed = newSeed()
	}
	fmt.Fprintf(c.Err, "seed %d\n", l.Seed)
	report, err := chaos.Run(ctx, chaos.Config{
		Program: program, PostgresBin: l.PostgresBin, MinIO: l.MinIOBin, Log: cfg.Logger(c.Err),
		Tell: func(r chaos.Result) {
			fmt.Fprintf(c.Err, "%s: %d sent, %d acked, again after %.0f ms, %d violations, %d problems\n",
				r.Name(), r.Sent, r.Acked, r.AgainMedian, len(r.Violations), len(r.Problems))
		},
		Faults: l.Fault, Pairs: l.Pairs, Duration: l.Duration, Seed: l.Seed,
		Nodes: l.Nodes, Rooms: l.Rooms, Sockets: l.Sockets, Rate: l.Rate, Keep: l.Keep,
	})
	if len(report.Results) > 0 {
		err = errors.Join(err, report.WriteText(c.Out), toFile(l.JSON, report.WriteJSON))
	}
	if err == nil && report.Failed() {
		err = errors.New("promises were broken, or rounds did not come off")
	}
	return err
}

// newSeed is small enough to be typed.
func newSeed() uint64 {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return uint64(binary.BigEndian.Uint32(b[:])) | 1
}
