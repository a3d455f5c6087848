package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"taskreporter/loadtest/check"
	"taskreporter/loadtest/crowd"
)

const (
	// settleTime is how long a healed site may take until all is answered and seen.
	settleTime = 90 * time.Second
	// injectTime bounds one injection or heal; a rolling restart drains every node.
	injectTime = 5 * time.Minute
	// afterHeal is how long people talk at least after the heal, to see it work.
	afterHeal = 3 * time.Second
	// apart is how far apart two faults of a pair begin at most.
	apart = 2 * time.Second
)

// Config says what to run, and with which programs.
type Config struct {
	Program     string // the product's binary
	PostgresBin string // directory of initdb and postgres
	MinIO       string // the object store's binary
	Log         *slog.Logger
	Tell        func(Result) // after each round; may be nil

	Faults   []string // names; two joined by + go at once; empty for each alone
	Pairs    int      // random pairs after them
	Duration time.Duration
	Seed     uint64
	Nodes    int
	Rooms    int
	Sockets  int
	Rate     float64 // messages a second
	Keep     bool    // leave the logs of a good run, too
}

// Validate reports what cannot be run.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(filepath.IsAbs(c.Program) && c.PostgresBin != "" && c.MinIO != "",
		"the programs of the node, PostgreSQL and the object store must be named: scripts/chaos finds them")
	check(c.Duration >= 5*time.Second && c.Duration <= 30*time.Minute, "duration: want 5s to 30m")
	check(c.Nodes >= 1 && c.Nodes <= maxNodes, "nodes: want 1 to %d", maxNodes)
	check(c.Rooms >= 1 && c.Rooms <= 100, "rooms: want 1 to 100")
	check(c.Sockets >= c.Rooms && c.Sockets <= 2000 && c.Sockets%max(1, c.Rooms) == 0, "sockets: want a multiple of the rooms, up to 2000")
	check(c.Rate > 0 && c.Rate <= 5000, "rate: want up to 5000 messages a second")
	check(c.Pairs >= 0 && c.Pairs <= 1000, "pairs: want 0 to 1000")
	_, err := c.plan()
	return errors.Join(append(errs, err)...)
}

// plan is the rounds to run: the faults of each.
func (c Config) plan() ([][]Fault, error) {
	var able []Fault
	for _, f := range Faults() {
		if c.Nodes > 1 && c.Nodes > f.Start || !f.Peers {
			able = append(able, f)
		}
	}
	var rounds [][]Fault
	for _, names := range c.Faults {
		var round []Fault
		for name := range strings.SplitSeq(names, "+") {
			i := slices.IndexFunc(able, func(f Fault) bool { return f.Name == name })
			if i < 0 {
				return nil, fmt.Errorf("there is no fault %q for %d nodes", name, c.Nodes)
			}
			round = append(round, able[i])
		}
		if len(round) > 2 || len(round) == 2 && !together(round[0], round[1]) {
			return nil, fmt.Errorf("%s do not go together", names)
		}
		rounds = append(rounds, round)
	}
	if len(c.Faults) == 0 {
		for _, f := range able {
			rounds = append(rounds, []Fault{f})
		}
	}
	random := rand.New(rand.NewPCG(c.Seed, 1))
	for n := 0; n < c.Pairs; {
		a, b := able[random.IntN(len(able))], able[random.IntN(len(able))]
		if together(a, b) {
			rounds = append(rounds, []Fault{a, b})
			n++
		}
	}
	return rounds, nil
}

func together(a, b Fault) bool {
	return a.Name != b.Name && !a.Alone && !b.Alone && (a.Group == "" || a.Group != b.Group)
}

// Run runs everything and returns what came out. The error is of the runner
// itself; broken promises are in the report.
func Run(ctx context.Context, c Config) (Report, error) {
	report := Report{Seed: c.Seed, Nodes: c.Nodes, Rooms: c.Rooms, Sockets: c.Sockets, Rate: c.Rate, Duration: c.Duration.String()}
	if err := errors.Join(c.Validate(), Able()); err != nil {
		return report, err
	}
	rounds, err := c.plan()
	if err != nil {
		return report, err
	}
	site, err := openSite(ctx, c)
	if err != nil {
		return report, err
	}
	for i, faults := range rounds {
		r := site.try(ctx, faults, rand.New(rand.NewPCG(c.Seed, uint64(i)+2)))
		if ctx.Err() != nil {
			break // interrupted: that round proves nothing
		}
		report.Results = append(report.Results, r)
		if c.Tell != nil {
			c.Tell(r)
		}
	}
	if c.Keep || report.Failed() {
		report.Logs = site.dir
	}
	site.close(report.Logs != "")
	return report, ctx.Err()
}

// try runs one round from an empty site to its verdict.
func (s *Site) try(ctx context.Context, faults []Fault, random *rand.Rand) Result {
	var r Result
	start := s.config.Nodes
	for _, f := range faults {
		r.Faults = append(r.Faults, f.Name)
		if f.Start > 0 {
			start = f.Start
		}
	}
	defer s.shut()
	if err := s.open(ctx, start); err != nil {
		r.fail(fmt.Errorf("start: %w", err))
		return r
	}
	people, err := crowd.Gather(ctx, crowd.Config{
		Nodes: s.addresses(), Start: start, People: s.accounts(), Rooms: s.config.Rooms, Sockets: s.config.Sockets,
		Rate: s.config.Rate, Seed: random.Uint64(), Messages: fmt.Sprintf("r%d", s.round),
	})
	if err != nil {
		r.fail(fmt.Errorf("gather: %w", err))
		return r
	}
	defer people.Leave()

	at, err := s.perform(ctx, faults, people, s.targets(ctx, faults, start, random), random)
	r.fail(err)
	r.fail(people.Settle(ctx, settleTime))
	logs, err := people.Logs(ctx)
	if err != nil {
		r.fail(err)
		return r
	}
	s.watch.look(ctx)
	people.Leave()
	r.Violations = check.Check(people.History, logs)
	r.Tally = people.Tally()
	r.Times = measure(people.History.Sends(), people.Residents(), logs, at)
	r.Figures = s.watch.total()
	for _, n := range s.Nodes {
		if exits := n.statuses(); len(exits) > 0 {
			if r.Exits == nil {
				r.Exits = map[string][]int{}
			}
			r.Exits[n.Name] = exits
		}
	}
	r.judge(faults)
	return r
}

// targets chooses the nodes of each fault, none twice: the first fault's first is
// the one with most rooms, the others are random.
func (s *Site) targets(ctx context.Context, faults []Fault, start int, random *rand.Rand) [][]*Node {
	free := slices.Clone(s.Nodes[:start])
	random.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	if start > 1 {
		s.mostRooms(ctx, free)
	}
	targets := make([][]*Node, len(faults))
	for i, f := range faults {
		n := min(f.Targets, len(free))
		targets[i], free = free[:n], free[n:]
		random.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	}
	return targets
}

// perform lets the crowd talk while the faults come and go.
func (s *Site) perform(ctx context.Context, faults []Fault, people *crowd.Crowd, targets [][]*Node, random *rand.Rand) (moments, error) {
	m := moments{begin: time.Now()}
	talking, hush := context.WithCancel(ctx)
	defer hush()
	var talk sync.WaitGroup
	talk.Go(func() { people.Talk(talking) })

	third := s.config.Duration / 3
	delays := make([]time.Duration, len(faults))
	for i := range delays[1:] {
		delays[i+1] = time.Duration(random.Int64N(int64(apart)))
	}
	err := wait(ctx, third)
	m.fault = time.Now()
	errs := make([]error, len(faults))
	var under sync.WaitGroup
	for i, f := range faults {
		under.Go(func() { errs[i] = s.strike(ctx, f, targets[i], delays[i], third) })
	}
	expelled := people.Expel(ctx) // while the faults last
	under.Wait()
	m.heal = time.Now()
	if err == nil {
		err = errors.Join(append(errs, expelled)...)
	}
	_ = wait(ctx, max(afterHeal, s.config.Duration-time.Since(m.begin)))
	m.end = time.Now()
	hush()
	talk.Wait()
	return m, errors.Join(err, s.restore(ctx))
}

// strike injects one fault and heals it, whatever happens between.
func (s *Site) strike(ctx context.Context, f Fault, targets []*Node, delay, lasts time.Duration) error {
	if err := wait(ctx, delay); err != nil {
		return err
	}
	names := make([]string, len(targets))
	for i, n := range targets {
		names[i] = n.Name
	}
	s.log.Info("fault begins", "fault", f.Name, "nodes", names)
	if f.Lasts > 0 {
		lasts = f.Lasts
	}
	over := time.Now().Add(lasts)
	bounded, cancel := context.WithTimeout(ctx, injectTime)
	err := f.Inject(bounded, s, targets)
	cancel()
	if err != nil {
		err = fmt.Errorf("inject %s: %w", f.Name, err)
	}
	if f.Heal != nil {
		_ = wait(ctx, time.Until(over))
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), injectTime)
		defer cancel()
		if healed := f.Heal(bounded, s, targets); healed != nil {
			err = errors.Join(err, fmt.Errorf("heal %s: %w", f.Name, healed))
		}
	}
	s.log.Info("fault is over", "fault", f.Name)
	return err
}

// restore has all nodes up again, those that left, too.
func (s *Site) restore(ctx context.Context) error {
	for _, n := range s.Nodes {
		if err := n.Start(); err != nil {
			return err
		}
	}
	return s.ready(ctx, s.Nodes)
}
