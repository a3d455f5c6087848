package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// bench shows one property of the server.
type bench struct {
	name, about string
	run         func(ctx context.Context, s *site) ([]row, error)
}

// benches are run in this order.
var benches = []bench{
	{"fanout", "one durable, ordered, authenticated event to many sockets, against a hub that only writes", fanOut},
	{"connections", "what a joined idle socket holds, and what joining costs, against the hub's", connections},
	{"storm", "all sockets come back at once, each 200 events behind", storm},
	{"acks", "durable messages, against rows that pgbench commits one by one", acks},
	{"uploads", "files of 5 MB, ten at once, against direct PUT to the same object store", uploads},
	{"lists", "pages of what there is much of", lists},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.Usage = func() {
		fmt.Fprintln(progress, "bench [FLAG…] [NAME…]: all of them when none is named")
		for _, b := range benches {
			fmt.Fprintf(progress, "  %-12s %s\n", b.name, b.about)
		}
		flags.PrintDefaults()
	}
	var (
		server   = flags.String("server", "bin/task-reporter", "the server's program")
		baseline = flags.String("baseline", "bin/baseline", "the bare broadcaster's program, of loadtest/baseline")
		commit   = flags.String("commit", "", "what is measured, for the report")
		rounds   = flags.Int("rounds", 3, "how often each side has its turn")
		small    = flags.Bool("small", false, "tiny numbers that only show that it works")
		hold     = flags.Bool("hold", false, "fail when a goal is missed")
		only     = flags.String("only", "", "of fanout, the shapes whose name holds this text: 50×20")
		window   = flags.Int64("window", 0, "of fanout at full load, messages under way in each room, other than its own")
		profiles = flags.String("profiles", "", "directory for the server's processor profiles, one of each turn; a run for looking, not for figures")
		file     = flags.String("json", "", "write the report there, too")
	)
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		return err
	}
	if *rounds < 1 {
		return errors.New("--rounds must be at least 1")
	}
	s, err := openSite(ctx, site{
		program: *server, hub: *baseline, postgres: os.Getenv("TEST_POSTGRES_URL"),
		rounds: *rounds, small: *small, only: *only, window: *window, profiles: *profiles, progress: progress,
	})
	if err != nil {
		return err
	}
	defer s.close()
	report := newReport(*commit, args)
	for _, b := range chosen {
		if err := report.add(ctx, s, b); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", b.name, err), report.WriteText(out))
		}
	}
	if err := errors.Join(report.WriteText(out), report.save(*file)); err != nil {
		return err
	}
	if missed := report.missed(); *hold && missed > 0 {
		return fmt.Errorf("%d goals were missed", missed)
	}
	return nil
}

// choose returns the named benches, all of them without names.
func choose(names []string) ([]bench, error) {
	for _, name := range names {
		if !slices.ContainsFunc(benches, func(b bench) bool { return b.name == name }) {
			return nil, fmt.Errorf("no bench is called %s", name)
		}
	}
	return slices.DeleteFunc(slices.Clone(benches), func(b bench) bool {
		return len(names) > 0 && !slices.Contains(names, b.name)
	}), nil
}

// add runs one bench.
func (r *report) add(ctx context.Context, s *site, b bench) error {
	began := time.Now()
	s.say("%s: %s", b.name, b.about)
	rows, err := b.run(ctx, s)
	r.Benches = append(r.Benches, result{Name: b.name, About: b.about, Rows: rows, Took: time.Since(began).Seconds()})
	return err
}

func (s *site) say(format string, args ...any) {
	fmt.Fprintln(s.progress, strings.TrimSpace(fmt.Sprintf(format, args...)))
}
