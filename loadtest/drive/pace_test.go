package drive

import (
	"context"
	"testing"
	"time"
)

// scripted is a clock that jumps to whatever is waited for, and at one point stands
// still for a while, as a machine does that swaps.
type scripted struct {
	now    time.Time
	stall  time.Time     // when it stands still
	by     time.Duration // for how long
	waited int
}

func (c *scripted) Now() time.Time { return c.now }

func (c *scripted) Wait(ctx context.Context, until time.Time) error {
	c.waited++
	c.now = until
	if !c.stall.IsZero() && !until.Before(c.stall) {
		c.now, c.stall = until.Add(c.by), time.Time{}
	}
	return ctx.Err()
}

// No coordinated omission: what falls into a stall is still sent, all at once after it,
// and each keeps the moment at which it should have been.
func TestAStallMakesMessagesLateNotFewer(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_000_000, 0)
	c := &scripted{now: start, stall: start.Add(2 * time.Second), by: 3 * time.Second}
	s := schedule{rate: 10}
	n := s.within(10 * time.Second)
	var latest time.Duration
	late, k := 0, 0
	pace(t.Context(), c, s, start, n, func(got int, intended time.Time) {
		if got != k || !intended.Equal(start.Add(time.Duration(k)*100*time.Millisecond)) {
			t.Errorf("message %d is meant for %v, want message %d at its tenth", got, intended.Sub(start), k)
		}
		k++
		if d := c.now.Sub(intended); d > 0 {
			late++
			latest = max(latest, d)
		}
	})
	if k != 100 {
		t.Errorf("%d of 100 were sent", k)
	}
	if latest != 3*time.Second || late != 30 {
		t.Errorf("%d were late, the worst by %v; want 30, 3s", late, latest)
	}
}

func TestPaceEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, sent := &scripted{now: time.Unix(1_000_000, 0)}, 0
	pace(ctx, c, schedule{rate: 1}, c.now, 100, func(int, time.Time) {
		if sent++; sent == 7 {
			cancel()
		}
	})
	if sent != 7 {
		t.Errorf("%d were sent after the 7th ended it", sent)
	}
}

func TestTheRateGrowsDuringTheRamp(t *testing.T) {
	t.Parallel()
	s := schedule{rate: 100, ramp: 10 * time.Second}
	// Half of the full rate on average, a quarter of it in the first half.
	for d, want := range map[time.Duration]int{
		5 * time.Second: 125, 10 * time.Second: 500, 20 * time.Second: 1500, 0: 0,
	} {
		if got := s.within(d); got != want {
			t.Errorf("%d messages within %v, want %d", got, d, want)
		}
	}
	for k := 1; k < 1500; k++ {
		if s.at(k) <= s.at(k-1) {
			t.Fatalf("message %d is not after the one before it", k)
		}
	}
	if got := (schedule{rate: 20}).within(3 * time.Second); got != 60 {
		t.Errorf("%d messages without a ramp, want 60", got)
	}
}
