package drive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"taskreporter/loadtest/meter"
	"taskreporter/loadtest/plan"
)

// load is one of a plan's. Its methods are called once each, in this order; leave also
// after prepare has failed.
type load interface {
	// prepare makes what must be there before the clock runs.
	prepare(ctx context.Context) error
	// work ends when the load is done, or ctx.
	work(ctx context.Context, start time.Time)
	// settle waits for what is under way, and counts what only the end shows.
	settle(ctx context.Context)
	// leave takes away what prepare has made.
	leave(ctx context.Context) error
}

// setting is what all loads are made of.
type setting struct {
	site  *site
	plan  *plan.Plan
	meter *meter.Meter
	run   string // differs from that of every other run
	place int    // among the plan's loads
	clock clock
}

func (s setting) title() string { return fmt.Sprintf("%s %s", s.plan.Name, s.meter.Load) }

func (s setting) crew() *crew {
	return &crew{site: s.site, meter: s.meter, seed: s.plan.Seed + uint64(s.place)<<32, prefix: prefixOf(s.run, s.place)}
}

func (s setting) random() *rand.Rand { return rand.New(rand.NewPCG(s.plan.Seed, uint64(s.place))) }

func (s setting) load(l plan.Load) load {
	switch s.meter.Kind {
	case plan.ChatKind:
		return &chat{setting: s, asked: *l.Chat, crew: s.crew()}
	case plan.UploadsKind:
		return &uploads{setting: s, asked: *l.Uploads}
	case plan.ConnectionsKind:
		return &connections{setting: s, asked: *l.Connections, crew: s.crew()}
	default:
		return &storm{setting: s, asked: *l.Storm, crew: s.crew()}
	}
}

// chat is people who write at a rate.
type chat struct {
	setting
	asked plan.Chat
	crew  *crew
}

func (c *chat) prepare(ctx context.Context) error {
	if err := c.crew.gather(ctx, c.title(), c.asked.Rooms, c.asked.Members); err != nil {
		return err
	}
	n := c.schedule().within(c.plan.Duration)
	c.crew.placed = make([]atomic.Int64, n)
	c.crew.sender = make([]int32, n)
	random := c.random()
	for k := range n { // the rooms in turn, in each somebody
		c.crew.sender[k] = int32(k%c.asked.Rooms*c.asked.Members + random.IntN(c.asked.Members))
	}
	// No event of the crew's own comes before work has said when it starts.
	return c.crew.connect(ctx)
}

func (c *chat) schedule() schedule { return schedule{c.asked.Rate, c.plan.Ramp} }

func (c *chat) work(ctx context.Context, start time.Time) {
	s := c.schedule()
	c.crew.begin(func(k int) time.Time { return start.Add(s.at(k)) })
	pace(ctx, c.clock, s, start, len(c.crew.placed), func(k int, _ time.Time) {
		c.meter.Add(plan.Sent, 1)
		c.crew.links[c.crew.sender[k]].send(k)
	})
	// Answers that come late belong to the time that the rate is counted over.
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	c.crew.answeredAll(ctx)
	c.meter.End(time.Now())
}

func (c *chat) settle(ctx context.Context) {
	c.crew.settle(ctx)
	c.crew.hangUp()
	c.crew.judge()
}

func (c *chat) leave(ctx context.Context) error { return c.crew.leave(ctx) }

// connections is sockets that are opened at a rate and held.
type connections struct {
	setting
	asked plan.Connections
	crew  *crew
}

func (c *connections) prepare(ctx context.Context) error {
	each := (c.asked.Sockets + c.asked.Rooms - 1) / c.asked.Rooms
	err := c.crew.gather(ctx, c.title(), c.asked.Rooms, each)
	if err == nil {
		c.crew.links = c.crew.links[:c.asked.Sockets]
	}
	return err
}

func (c *connections) work(ctx context.Context, start time.Time) {
	running := c.crew.start(ctx)
	pace(ctx, c.clock, schedule{c.asked.Rate, c.plan.Ramp}, start, c.asked.Sockets, func(k int, intended time.Time) {
		c.crew.running.Go(func() {
			c.crew.links[k].run(running, func(at time.Time, err error) {
				if err != nil {
					c.meter.Add(plan.SocketsFailed, 1)
					c.meter.Trouble(fmt.Sprintf("open a socket: %v", err))
					return
				}
				c.meter.Add(plan.Sockets, 1)
				c.meter.Record(plan.Connect, k, at.Sub(intended))
			})
		})
	})
	_ = c.clock.Wait(ctx, start.Add(c.plan.Duration))
	c.meter.End(time.Now())
}

func (c *connections) settle(context.Context) {
	open := 0
	for _, l := range c.crew.links {
		if l.live.Load() {
			open++
		}
	}
	c.crew.hangUp()
	if open < c.asked.Sockets {
		c.meter.Trouble(fmt.Sprintf("%d of %d sockets were open at the end", open, c.asked.Sockets))
	}
}

func (c *connections) leave(ctx context.Context) error { return c.crew.leave(ctx) }

// storm is sockets that all drop at once and come back to what they have missed. The
// last link of each room stays and writes meanwhile.
type storm struct {
	setting
	asked plan.Storm
	crew  *crew
}

// speakRate is below what the server takes from one socket without waiting.
const speakRate = 40

func (s *storm) prepare(ctx context.Context) error {
	members := s.asked.Members + 1
	if err := s.crew.gather(ctx, s.title(), s.asked.Rooms, members); err != nil {
		return err
	}
	n := s.asked.Rooms * s.asked.Behind
	s.crew.placed, s.crew.sender = make([]atomic.Int64, n), make([]int32, n)
	for k := range n {
		s.crew.sender[k] = int32(k%s.asked.Rooms*members + s.asked.Members)
	}
	return s.crew.connect(ctx)
}

func (s *storm) speaks(l *link) bool { return l.number%(s.asked.Members+1) == s.asked.Members }

func (s *storm) work(ctx context.Context, start time.Time) {
	defer func() { s.meter.End(time.Now()) }()
	if s.clock.Wait(ctx, start.Add(s.asked.After)) != nil {
		return
	}
	speaking := time.Duration(s.asked.Behind) * time.Second / speakRate
	ctx, cancel := context.WithTimeout(ctx, speaking+patience)
	defer cancel()
	s.crew.gate.close()
	defer s.crew.gate.open()
	for _, l := range s.crew.links {
		if !s.speaks(l) {
			l.drop()
		}
	}
	rate := schedule{rate: float64(speakRate * s.asked.Rooms)}
	pace(ctx, s.clock, rate, s.clock.Now(), len(s.crew.placed), func(k int, _ time.Time) {
		s.meter.Add(plan.Sent, 1)
		s.crew.links[s.crew.sender[k]].send(k)
	})
	s.crew.answeredAll(ctx)
	s.crew.until(ctx, func() bool {
		for _, l := range s.crew.links {
			if !s.speaks(l) && l.live.Load() {
				return false
			}
		}
		return true
	})
	if ctx.Err() != nil {
		return
	}
	heads := map[*room]int64{}
	for k := range s.crew.placed {
		at := s.crew.links[s.crew.sender[k]].room
		heads[at] = max(heads[at], s.crew.placed[k].Load())
	}
	for _, l := range s.crew.links {
		if !s.speaks(l) {
			l.goal.Store(heads[l.room])
		}
	}
	now := time.Now()
	s.crew.released.Store(&now)
	s.crew.gate.open()
	s.crew.until(ctx, func() bool { return s.behind() == 0 })
}

// behind counts the links that are not current again.
func (s *storm) behind() (n int64) {
	for _, l := range s.crew.links {
		if l.goal.Load() > 0 {
			n++
		}
	}
	return n
}

func (s *storm) settle(ctx context.Context) {
	s.crew.settle(ctx)
	s.meter.Add(plan.Stragglers, s.behind())
	s.crew.hangUp()
	s.crew.judge()
}

func (s *storm) leave(ctx context.Context) error { return s.crew.leave(ctx) }
