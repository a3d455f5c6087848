package drive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"sync"
	"time"

	"taskreporter/loadtest/meter"
	"taskreporter/loadtest/plan"
	"taskreporter/loadtest/report"
)

const (
	// overtime is how long after the plan's duration work of a fixed amount may last.
	overtime = 10 * time.Minute
	// settleTime bounds the wait for what is under way; shortSettle after an interruption.
	settleTime  = 30 * time.Second
	shortSettle = 5 * time.Second
	// tidyTime bounds the cancelling of rooms.
	tidyTime = time.Minute
)

// Config says what is driven and by whom.
type Config struct {
	Plan    *plan.Plan
	URL     string
	Metrics string   // of the admin listener; "" for none
	Tokens  []string // API tokens with the scopes read and write
	// Own lets the target be another machine.
	Own bool
	// Run makes the ids of this run's messages differ from any other's: letters and digits.
	Run string
	// Progress gets a line each second.
	Progress io.Writer
}

// Run does what the plan says. When ctx ends early it still reports what was. An error
// means that there is nothing to report.
func Run(ctx context.Context, config Config) (report.Report, error) {
	base, err := target(config.URL, config.Own)
	if err != nil {
		return report.Report{}, err
	}
	var metrics *url.URL
	if config.Metrics != "" {
		if metrics, err = target(config.Metrics, config.Own); err != nil {
			return report.Report{}, fmt.Errorf("metrics: %w", err)
		}
	}
	s, err := newSite(ctx, base, config.Tokens, connectionsOf(config.Plan))
	if err != nil {
		return report.Report{}, err
	}
	defer s.web.CloseIdleConnections()
	var loads []load
	var meters []*meter.Meter
	for i, l := range config.Plan.Loads {
		m := meter.New(fmt.Sprintf("%s-%d", l.Kind(), i+1), l.Kind())
		meters = append(meters, m)
		loads = append(loads, setting{s, config.Plan, m, config.Run, i, wall{}}.load(l))
	}
	for _, l := range loads {
		if err = l.prepare(ctx); err != nil {
			break
		}
	}
	if err != nil {
		return report.Report{}, errors.Join(fmt.Errorf("prepare: %w", err), tidy(ctx, loads))
	}
	start := time.Now()
	watch := newWatch(s.web, metrics, meters, config.Progress, start)
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	var watcher sync.WaitGroup
	watcher.Go(func() { watch.run(watching) })
	work(ctx, config.Plan, loads, meters, start)
	interrupted := ctx.Err() != nil
	settle(ctx, loads)
	stop()
	watcher.Wait()
	r := report.New(report.Run{
		Plan: config.Plan, Target: base.String(), Started: start, Took: time.Since(start),
		Interrupted: interrupted, Meters: meters, Seconds: watch.seconds, Troubles: watch.troubles,
	})
	if err := tidy(ctx, loads); err != nil {
		r.Troubles = append(r.Troubles, fmt.Sprintf("not all rooms were cancelled: %v", err))
	}
	return r, nil
}

// connectionsOf is how many requests a plan has under way.
func connectionsOf(p *plan.Plan) int {
	n := atOnce
	for _, l := range p.Loads {
		if l.Uploads != nil {
			n += l.Uploads.Concurrency
		}
	}
	return n
}

// work runs the loads side by side.
func work(ctx context.Context, p *plan.Plan, loads []load, meters []*meter.Meter, start time.Time) {
	ctx, cancel := context.WithDeadline(ctx, start.Add(p.Duration+overtime))
	defer cancel()
	var working sync.WaitGroup
	for i, l := range loads {
		meters[i].Begin(start)
		working.Go(func() { l.work(ctx, start) })
	}
	working.Wait()
}

func settle(ctx context.Context, loads []load) {
	d := settleTime
	if ctx.Err() != nil {
		d = shortSettle
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	defer cancel()
	var settling sync.WaitGroup
	for _, l := range loads {
		settling.Go(func() { l.settle(ctx) })
	}
	settling.Wait()
}

func tidy(ctx context.Context, loads []load) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	var errs []error
	for _, l := range loads {
		errs = append(errs, l.leave(ctx))
	}
	return errors.Join(errs...)
}
