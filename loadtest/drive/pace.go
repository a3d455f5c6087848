package drive

import (
	"context"
	"math"
	"time"
)

// schedule says when each thing of a load should happen, from its start: at a rate that
// grows from nothing during the ramp.
type schedule struct {
	rate float64 // a second, after the ramp
	ramp time.Duration
}

// at returns the moment of the kth, from 0.
func (s schedule) at(k int) time.Duration {
	n, ramp := float64(k), s.ramp.Seconds()
	if grown := s.rate * ramp / 2; n >= grown {
		return seconds(ramp + (n-grown)/s.rate)
	}
	return seconds(math.Sqrt(2 * n * ramp / s.rate))
}

// within counts the things whose moment is before d.
func (s schedule) within(d time.Duration) int {
	t, ramp := d.Seconds(), s.ramp.Seconds()
	n := s.rate*min(t, ramp)*min(t, ramp)/2/max(ramp, 1e-9) + s.rate*max(0, t-ramp)
	// What the formula says is off by rounding at most.
	k := max(0, int(n)-1)
	for s.at(k) < d {
		k++
	}
	return k
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

// clock is the time, or a test's.
type clock interface {
	Now() time.Time
	// Wait returns at a moment or later, or with an error when ctx ends first.
	Wait(ctx context.Context, until time.Time) error
}

// wall is the clock of this machine.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func (wall) Wait(ctx context.Context, until time.Time) error { return wait(ctx, time.Until(until)) }

// wait returns after d, or with an error when ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// pace calls do for each of n things at its moment, or as soon after it as it can: what
// is late is done at once and none is left out. do must not block.
func pace(ctx context.Context, c clock, s schedule, start time.Time, n int, do func(k int, intended time.Time)) {
	for k := range n {
		intended := start.Add(s.at(k))
		if c.Now().Before(intended) {
			if c.Wait(ctx, intended) != nil {
				return
			}
		} else if ctx.Err() != nil {
			return
		}
		do(k, intended)
	}
}
