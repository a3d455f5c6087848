package main

import (
	"context"
	"fmt"
	"time"
)

const (
	joinRooms = 50
	joinSeats = 60 // sockets in each room
)

// connections compares what idle sockets hold, and says what it costs the server to let one
// in: the handshake, the first frame, the subscription. The ticket for it is a request before.
func connections(ctx context.Context, s *site) ([]row, error) {
	rooms, seats := pick(s, joinRooms, 2), pick(s, joinSeats, 4)
	var mine, theirs []held
	for range s.rounds {
		// A new process each time: what a crowd of before left behind would be used again.
		o, err := openOurs(ctx, s, peopleOf(s, rooms), rooms)
		if err != nil {
			return nil, err
		}
		one, err := hold(ctx, s, o, rooms, seats)
		o.stop()
		if err != nil {
			return nil, err
		}
		mine = append(mine, one)
		h, err := openHub(ctx, s)
		if err != nil {
			return nil, err
		}
		one, err = hold(ctx, s, h, rooms, seats)
		h.stop()
		if err != nil {
			return nil, err
		}
		theirs = append(theirs, one)
	}
	of := fmt.Sprintf("%d sockets in %d rooms", rooms*seats, rooms)
	live, resident := func(h held) float64 { return h.live }, func(h held) float64 { return h.resident }
	joining, ticket := func(h held) float64 { return h.joining }, func(h held) float64 { return h.ticket }
	return []row{
		versus(of+": memory in use of each", "KB", every(mine, live), every(theirs, live), atMost(0.5)),
		versus(of+": resident memory of each", "KB", every(mine, resident), every(theirs, resident), noGoal()),
		alone(of+": CPU to connect, authenticate and join", "ms", every(mine, joining), atMost(0.5)),
		alone(of+": CPU of the ticket's request before it", "ms", every(mine, ticket), noGoal()),
		alone(of+": CPU of a connection to the hub", "ms", every(theirs, joining), noGoal()),
	}, nil
}

// held is what one socket takes.
type held struct {
	live, resident  float64 // KB
	joining, ticket float64 // ms of processor time
}

// hold measures a process before and after its sockets are there.
func hold(ctx context.Context, s *site, on side, rooms, seats int) (held, error) {
	// The first ones fill caches and pools that are no socket's.
	passes, err := getPasses(ctx, on, rooms, seats)
	if err != nil {
		return held{}, err
	}
	some := min(len(passes), 4*rooms)
	c, err := gather(ctx, on, rooms, passes[:some])
	if err != nil {
		return held{}, err
	}
	c.leave()
	began, err := weigh(ctx, s, on)
	if err != nil {
		return held{}, err
	}
	if passes, err = getPasses(ctx, on, rooms, seats); err != nil {
		return held{}, err
	}
	before, err := weigh(ctx, s, on)
	if err != nil {
		return held{}, err
	}
	o, profiled := on.(*ours)
	if profiled = profiled && s.profiles != ""; profiled {
		go o.profile(ctx, 5*time.Second)
	}
	if c, err = gather(ctx, on, rooms, passes); err != nil {
		return held{}, err
	}
	defer c.leave()
	after, err := weigh(ctx, s, on)
	if err != nil {
		return held{}, err
	}
	if profiled {
		o.keep(ctx, "heap?gc=1")
		o.keep(ctx, "goroutine?debug=1")
	}
	n := float64(rooms * seats)
	h := held{
		live: (after.live - before.live) / n / 1000, resident: (after.resident - before.resident) / n / 1000,
		joining: 1000 * (after.began - before.ended).Seconds() / n, ticket: 1000 * (before.began - began.ended).Seconds() / n,
	}
	s.say("  %T: %.1f KB in use, %.1f KB resident, %.3f ms, %.3f ms before", on, h.live, h.resident, h.joining, h.ticket)
	return h, nil
}

// weight is what a process holds, and its processor time before and after it was asked that.
type weight struct {
	live, resident float64
	began, ended   time.Duration
}

// weigh waits until what was under way is over.
func weigh(ctx context.Context, s *site, on side) (w weight, err error) {
	select {
	case <-ctx.Done():
		return w, ctx.Err()
	case <-time.After(pick(s, 2*time.Second, 50*time.Millisecond)):
	}
	if w.began, err = on.cpu(); err != nil {
		return w, err
	}
	if w.live, err = on.live(ctx); err != nil {
		return w, err
	}
	resident, err := on.rss()
	if err != nil {
		return w, err
	}
	w.resident = float64(resident)
	w.ended, err = on.cpu()
	return w, err
}
