package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What is compared: rooms × sockets in each, at full load with so many messages under way in
// each room, or at a fixed rate.
var shapes = []struct {
	rooms, sockets int
	window         int64 // messages under way in each room; 0 for a fixed rate
	rate           int   // messages a second in each room
	goals          [2]goal
}{
	{rooms: 1, sockets: 100, window: 200, goals: [2]goal{atMost(0.22)}},
	{rooms: 1, sockets: 1000, window: 200, goals: [2]goal{atMost(0.22)}},
	{rooms: 50, sockets: 20, window: 200, goals: [2]goal{atMost(0.22)}},
	{rooms: 1, sockets: 1000, rate: 10, goals: [2]goal{atMost(1.1), atMost(1.3)}},
}

const (
	// People of all rooms together, about; each has several sockets.
	people = 50
	// How long a turn is measured, at full load and at a fixed rate.
	pressed = 4 * time.Second
	paced   = 8 * time.Second
)

// peopleOf is how many are in each room.
func peopleOf(s *site, rooms int) int { return max(1, pick(s, people, 2)/rooms) }

// spent is what one turn of one side came to.
type spent struct {
	micros    float64 // processor time of a delivery
	database  float64 // the database's, the same way
	perSecond float64 // deliveries
	p99       float64 // ms
}

// fanOut compares what one delivery costs.
func fanOut(ctx context.Context, s *site) ([]row, error) {
	var rows []row
	for _, shape := range shapes {
		rooms, sockets := pick(s, shape.rooms, min(shape.rooms, 3)), pick(s, shape.sockets, 5)
		if s.window > 0 && shape.window > 0 {
			shape.window = s.window
		}
		what := fmt.Sprintf("%d×%d, %d messages under way", rooms, sockets, rooms*int(shape.window))
		if shape.rate > 0 {
			what = fmt.Sprintf("%d×%d at %d deliveries/s", rooms, sockets, rooms*sockets*shape.rate)
		}
		if !strings.Contains(what, s.only) {
			continue
		}
		s.say("  %s", what)
		mine, theirs, err := s.alternate(ctx, rooms, func(ctx context.Context, on side) (spent, error) {
			return turn(ctx, s, on, rooms, sockets, shape.window, shape.rate)
		})
		if err != nil {
			return rows, fmt.Errorf("%s: %w", what, err)
		}
		micros := func(t spent) float64 { return t.micros }
		rows = append(rows,
			versus(what+": CPU per delivery", "µs", every(mine, micros), every(theirs, micros), shape.goals[0]),
			alone(what+": the database's own", "µs", every(mine, func(t spent) float64 { return t.database }), noGoal()))
		if shape.rate > 0 {
			p99 := func(t spent) float64 { return t.p99 }
			rows = append(rows, versus(what+": p99", "ms", every(mine, p99), every(theirs, p99), shape.goals[1]))
			continue
		}
		speed := func(t spent) float64 { return t.perSecond / 1000 }
		rows = append(rows, versus(what+": deliveries", "1000/s", every(mine, speed), every(theirs, speed), noGoal()))
	}
	return rows, nil
}

// alternate gives both sides their turns, one after the other, on servers that live through all
// of them.
func (s *site) alternate(ctx context.Context, rooms int, turn func(context.Context, side) (spent, error)) (mine, theirs []spent, err error) {
	o, err := openOurs(ctx, s, peopleOf(s, rooms), rooms)
	if err != nil {
		return nil, nil, err
	}
	defer o.stop()
	h, err := openHub(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	defer h.stop()
	if h.frame, err = o.frameLength(ctx); err != nil {
		return nil, nil, err
	}
	for range s.rounds {
		for _, t := range []struct {
			on   side
			into *[]spent
		}{{o, &mine}, {h, &theirs}} {
			one, err := turn(ctx, t.on)
			if err != nil {
				return nil, nil, err
			}
			s.say("    %T: %.2f µs, %.0f deliveries/s, p99 %.1f ms", t.on, one.micros, one.perSecond, one.p99)
			*t.into = append(*t.into, one)
		}
	}
	return mine, theirs, nil
}

// frameLength is how long what a socket hears is.
func (o *ours) frameLength(ctx context.Context) (int, error) {
	pass, err := o.pass(ctx, 0, 0)
	if err != nil {
		return 0, err
	}
	l, err := o.join(ctx, 0, pass)
	if err != nil {
		return 0, err
	}
	defer l.close()
	if err := l.send(o.say(0, fmt.Sprintf("@%d@", time.Now().UnixNano()))); err != nil {
		return 0, err
	}
	frame, err := l.await(`"type":"message"}`)
	return len(frame), err
}

// turn loads one side for a while and takes its processor time over the deliveries of that.
func turn(ctx context.Context, s *site, on side, rooms, sockets int, window int64, rate int) (spent, error) {
	passes, err := getPasses(ctx, on, rooms, sockets)
	if err != nil {
		return spent{}, err
	}
	c, err := gather(ctx, on, rooms, passes)
	if err != nil {
		return spent{}, err
	}
	defer c.leave()
	loading, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		if rate > 0 {
			ended <- c.pace(loading, rate)
			return
		}
		ended <- c.press(loading, window)
	}()
	warm, measured := pick(s, time.Second, 50*time.Millisecond), pick(s, pressed, 300*time.Millisecond)
	if rate > 0 {
		measured = pick(s, paced, 500*time.Millisecond)
	}
	if o, ok := on.(*ours); ok && s.profiles != "" {
		go o.profile(ctx, warm+measured)
	}
	var before, after mark
	for _, step := range []struct {
		wait time.Duration
		then *mark
	}{{warm, &before}, {measured, &after}} {
		select {
		case err := <-ended:
			return spent{}, err
		case <-time.After(step.wait):
		}
		if *step.then, err = c.mark(s); err != nil {
			return spent{}, err
		}
		if step.then == &before {
			c.takeWaits() // of the time in which all got warm
		}
	}
	stop()
	if err := <-ended; err != nil && ctx.Err() == nil && loading.Err() == nil {
		return spent{}, err
	}
	if err := c.settle(ctx); err != nil {
		return spent{}, err
	}
	return after.since(before, c), nil
}

// mark is the state of a turn at a moment.
type mark struct {
	at            time.Time
	heard         int64
	cpu, database time.Duration
}

func (c *crowd) mark(s *site) (mark, error) {
	used, err := c.side.cpu()
	if err != nil {
		return mark{}, err
	}
	return mark{at: time.Now(), heard: c.heard.Load(), cpu: used, database: s.database.CPU()}, nil
}

func (m mark) since(before mark, c *crowd) spent {
	n := float64(m.heard - before.heard)
	t := spent{
		micros:    (m.cpu - before.cpu).Seconds() * 1e6 / n,
		database:  (m.database - before.database).Seconds() * 1e6 / n,
		perSecond: n / m.at.Sub(before.at).Seconds(),
	}
	if waits := c.takeWaits(); len(waits) > 0 {
		slices.Sort(waits)
		t.p99 = float64(waits[len(waits)*99/100].Microseconds()) / 1000
	}
	return t
}

func every[T any](all []T, f func(T) float64) []float64 {
	out := make([]float64, len(all))
	for i, t := range all {
		out[i] = f(t)
	}
	return out
}
