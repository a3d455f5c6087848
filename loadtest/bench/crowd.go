package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is sockets in rooms, all of them hearing what the first of each room says.
type crowd struct {
	side  side
	rooms []*hall
	lines []*line
	heard atomic.Int64 // messages, each socket counting for itself

	readers sync.WaitGroup
	closing atomic.Bool
	broken  chan error // of the first socket that ended by itself or was refused something

	mu    sync.Mutex
	waits []time.Duration // from when a message should have been said to when it was heard, sampled
}

// hall is one room of a crowd.
type hall struct {
	speaker *line
	size    int64
	said    atomic.Int64
	heard   atomic.Int64
	acked   atomic.Int64
	nudge   chan struct{} // something was heard
}

// getPasses gets what so many seats of each room need to join: the i-th is for room i % rooms.
func getPasses(ctx context.Context, on side, rooms, seats int) ([]string, error) {
	passes := make([]string, rooms*seats)
	return passes, each(ctx, len(passes), 8, func(ctx context.Context, i int) (err error) {
		passes[i], err = on.pass(ctx, i%rooms, i/rooms)
		return err
	})
}

// gather opens the sockets.
func gather(ctx context.Context, on side, rooms int, passes []string) (*crowd, error) {
	c := &crowd{side: on, lines: make([]*line, len(passes)), broken: make(chan error, 1)}
	err := each(ctx, len(passes), 8, func(ctx context.Context, i int) (err error) {
		c.lines[i], err = on.join(ctx, i%rooms, passes[i])
		return err
	})
	if err != nil {
		c.leave()
		return nil, err
	}
	for r := range rooms {
		c.rooms = append(c.rooms, &hall{speaker: c.lines[r], size: int64(len(passes) / rooms), nudge: make(chan struct{}, 1)})
	}
	for i, l := range c.lines {
		c.readers.Go(func() { c.listen(c.rooms[i%rooms], l, i%sampled == 0) })
	}
	return c, nil
}

// sampled is of how many sockets one measures how late it hears.
const sampled = 16

// listen counts what one socket hears.
func (c *crowd) listen(h *hall, l *line, sample bool) {
	var waits []time.Duration
	n := int64(0)
	take := func(payload []byte) {
		switch {
		case isMessage(payload):
		case isAck(payload):
			h.acked.Add(1)
			return
		case isRefusal(payload):
			c.breaks(fmt.Errorf("the server refused: %s", payload))
			return
		default:
			return
		}
		n++
		if sample {
			if since := saidAt(payload); !since.IsZero() {
				waits = append(waits, time.Since(since))
			}
		}
	}
	for {
		n, waits = 0, waits[:0]
		if err := l.read(take); err != nil {
			if !c.closing.Load() {
				c.breaks(err)
			}
			return
		}
		if n > 0 {
			c.heard.Add(n)
			h.heard.Add(n)
		}
		select {
		case h.nudge <- struct{}{}:
		default:
		}
		if len(waits) > 0 {
			c.mu.Lock()
			c.waits = append(c.waits, waits...)
			c.mu.Unlock()
		}
	}
}

// takeWaits returns the waits since the last time.
func (c *crowd) takeWaits() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.waits
	c.waits = nil
	return taken
}

func (c *crowd) breaks(err error) {
	select {
	case c.broken <- err:
	default:
	}
}

// leave closes the sockets and waits for their readers.
func (c *crowd) leave() {
	c.closing.Store(true)
	for _, l := range c.lines {
		if l != nil {
			l.close()
		}
	}
	c.readers.Wait()
}

// underWay is how many messages are not heard by all, or not acknowledged where that is done.
func (h *hall) underWay(acks bool) int64 {
	over := h.heard.Load() / h.size
	if acks {
		over = min(over, h.acked.Load())
	}
	return h.said.Load() - over
}

// press keeps so many messages of each room under way, said and not yet heard by all, until
// ctx ends: as much as the server can do.
func (c *crowd) press(ctx context.Context, window int64) error {
	return each(ctx, len(c.rooms), len(c.rooms), func(ctx context.Context, r int) error {
		h := c.rooms[r]
		for {
			for h.underWay(c.side.acks()) < window {
				if err := h.speaker.send(c.side.say(r, "@0@")); err != nil {
					return err
				}
				h.said.Add(1)
			}
			select {
			case <-h.nudge:
			case err := <-c.broken:
				return err
			case <-ctx.Done():
				return nil
			}
		}
	})
}

// pace says so many messages a second in each room, whatever becomes of them, until ctx ends.
func (c *crowd) pace(ctx context.Context, perSecond int) error {
	return each(ctx, len(c.rooms), len(c.rooms), func(ctx context.Context, r int) error {
		h, began, gap := c.rooms[r], time.Now(), time.Second/time.Duration(perSecond)
		for n := 0; ; n++ {
			due := began.Add(time.Duration(n) * gap)
			select {
			case <-time.After(time.Until(due)):
			case err := <-c.broken:
				return err
			case <-ctx.Done():
				return nil
			}
			if err := h.speaker.send(c.side.say(r, fmt.Sprintf("@%d@", due.UnixNano()))); err != nil {
				return err
			}
			h.said.Add(1)
		}
	})
}

// settle waits until all that was said is heard.
func (c *crowd) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lineTimeout)
	defer cancel()
	for _, h := range c.rooms {
		for h.heard.Load() < h.said.Load()*h.size {
			select {
			case <-time.After(poll):
			case err := <-c.broken:
				return err
			case <-ctx.Done():
				return fmt.Errorf("%d of %d deliveries came: %w", h.heard.Load(), h.said.Load()*h.size, ctx.Err())
			}
		}
		if h.heard.Load() > h.said.Load()*h.size {
			return errors.New("more was heard than said")
		}
	}
	return nil
}

// saidAt reads the moment that pace wrote into a message.
func saidAt(payload []byte) time.Time {
	_, rest, _ := bytes.Cut(payload, []byte("@"))
	digits, _, found := bytes.Cut(rest, []byte("@"))
	ns, err := strconv.ParseInt(string(digits), 10, 64)
	if !found || err != nil || ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}
