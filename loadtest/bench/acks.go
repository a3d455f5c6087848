package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"taskreporter/loadtest/cpu"
	"taskreporter/loadtest/postgres"
)

// acks compares messages, which are acknowledged when they are durable, with rows that
// pgbench commits one by one on the same PostgreSQL. A sender keeps one message unanswered,
// as a client of pgbench does. The senders' sockets watch no room: what a message costs to
// deliver is shown by fanout.
func acks(ctx context.Context, s *site) (_ []row, err error) {
	many := pick(s, 64, 4)
	cases := []struct {
		senders, rooms int
		clients        int // of pgbench
		goal           goal
	}{
		{1, 1, 1, atLeast(0.5)},
		{many, 1, many, atLeast(2)},
		{many, many, many, atLeast(1.8)},
		{8 * many, many, many, atLeast(4)},
	}
	most := cases[len(cases)-1]
	of := pick(s, 4*time.Second, 200*time.Millisecond)
	o, err := openOurs(ctx, s, 1, most.rooms)
	if err != nil {
		return nil, err
	}
	defer o.stop()
	p, err := s.database.OpenPgbench(ctx, s.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()

	baseline := map[int][]shift{}
	var prepared []shift
	ours := make([][]shift, len(cases))
	for n := range s.rounds {
		for _, clients := range []int{1, many} {
			t, err := p.Run(ctx, clients, "simple", of)
			if err != nil {
				return nil, err
			}
			baseline[clients] = append(baseline[clients], inserted(t))
		}
		for i, c := range cases {
			if s.profiles != "" {
				go o.profile(ctx, of)
			}
			t, err := o.send(ctx, c.senders, c.rooms, of)
			if err != nil {
				return nil, fmt.Errorf("%d senders: %w", c.senders, err)
			}
			ours[i] = append(ours[i], t)
			s.say("round %d: %d senders in %d rooms: %.0f/s; each µs: server %.0f, database %.0f, senders %.0f",
				n+1, c.senders, c.rooms, t.rate, micros(t.server), micros(t.database), micros(t.generator))
		}
		t, err := p.Run(ctx, many, "prepared", of)
		if err != nil {
			return nil, err
		}
		prepared = append(prepared, inserted(t))
	}

	rate := func(t shift) float64 { return t.rate }
	var rows []row
	for i, c := range cases {
		rows = append(rows, versus(fmt.Sprintf("%s in %s, against pgbench with %s", count(c.senders, "sender"), count(c.rooms, "room"), count(c.clients, "client")),
			"acks/s", figures(ours[i], rate), figures(baseline[c.clients], rate), c.goal))
	}
	last := ours[len(ours)-1]
	name := fmt.Sprintf("%d senders in %d rooms", most.senders, most.rooms)
	return append(rows,
		versus(name+", against prepared statements", "acks/s", figures(last, rate), figures(prepared, rate), noGoal()),
		alone(name+": database CPU", "µs/message", figures(last, func(t shift) float64 { return micros(t.database) }), atMost(40)),
		alone(fmt.Sprintf("pgbench with %d clients: database CPU", many), "µs/row", figures(baseline[many], func(t shift) float64 { return micros(t.database) }), noGoal()),
		alone(name+": server CPU", "µs/message", figures(last, func(t shift) float64 { return micros(t.server) }), noGoal()),
		alone(name+": senders' CPU", "µs/message", figures(last, func(t shift) float64 { return micros(t.generator) }), noGoal()),
		versus(name+": all CPU, database, server and senders", "µs", figures(last, shift.all), figures(baseline[many], shift.all), noGoal()),
	), nil
}

// shift is what one side did while it was watched.
type shift struct {
	rate                        float64       // acknowledged per second
	server, database, generator time.Duration // of processor time for each
}

func inserted(i postgres.Inserts) shift {
	return shift{rate: i.Rate, database: i.Database, generator: i.Generator}
}

func (t shift) all() float64 { return micros(t.server + t.database + t.generator) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func figures(all []shift, figure func(shift) float64) []float64 {
	values := make([]float64, len(all))
	for i, t := range all {
		values[i] = figure(t)
	}
	return values
}

// send has so many senders at it, spread over rooms, once they are warm.
func (o *ours) send(ctx context.Context, senders, rooms int, of time.Duration) (shift, error) {
	lines := make([]*line, senders)
	var talking sync.WaitGroup
	var closing atomic.Bool
	defer func() {
		closing.Store(true)
		for _, l := range lines {
			if l != nil {
				l.close()
			}
		}
		talking.Wait()
	}()
	err := each(ctx, senders, 8, func(ctx context.Context, i int) error {
		ticket, err := o.pass(ctx, i%rooms, i/rooms)
		if err == nil {
			lines[i], err = o.enter(ctx, ticket)
		}
		return err
	})
	if err != nil {
		return shift{}, err
	}
	var acked atomic.Int64
	broken := make(chan error, senders)
	for i, l := range lines {
		talking.Go(func() {
			if err := o.talk(l, i%rooms, &acked); !closing.Load() {
				broken <- err
			}
		})
	}
	at := func(d time.Duration) error {
		select {
		case err := <-broken:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}
	if err := at(of / 4); err != nil {
		return shift{}, err
	}
	server, err1 := o.cpu()
	before, database, own, began := acked.Load(), o.site.database.CPU(), cpu.Own(), time.Now()
	if err := at(of); err != nil {
		return shift{}, err
	}
	n, took := time.Duration(acked.Load()-before), time.Since(began)
	if n == 0 {
		return shift{}, errors.New("nothing was acknowledged")
	}
	t := shift{rate: float64(n) / took.Seconds(), database: (o.site.database.CPU() - database) / n, generator: (cpu.Own() - own) / n}
	after, err2 := o.cpu()
	t.server = (after - server) / n
	return t, errors.Join(err1, err2)
}

// talk sends a message, waits for its ack, and so on until the line ends.
func (o *ours) talk(l *line, room int, acked *atomic.Int64) error {
	for {
		if err := l.send(o.say(room, postgres.Said)); err != nil {
			return err
		}
		for waits := true; waits; {
			var refused error
			err := l.read(func(frame []byte) {
				switch {
				case isAck(frame):
					waits = false
				case isRefusal(frame):
					refused = fmt.Errorf("the server refused: %s", frame)
				}
			})
			if err = errors.Join(err, refused); err != nil {
				return err
			}
		}
		acked.Add(1)
	}
}
