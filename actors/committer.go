package actors

import (
	"context"
	"sync"
	"time"

	"taskreporter/incident"
)

// committer appends the batches of all rooms of this node: while one transaction
// waits for the disk, the batches that come in are gathered for the next (group
// commit). Its own goroutines do so; submit never waits.
type committer struct {
	records  Records
	counters *counters
	now      func() time.Time

	mu     sync.Mutex
	wake   sync.Cond
	queue  []submission
	closed bool
	done   sync.WaitGroup
}

type submission struct {
	batch incident.Batch
	tell  func(error) // called once, from a committer's goroutine; must not wait
}

func newCommitter(records Records, counters *counters, now func() time.Time) *committer {
	c := &committer{records: records, counters: counters, now: now}
	c.wake.L = &c.mu
	for range committers {
		c.done.Go(c.run)
	}
	return c
}

// submit queues a batch; tell learns its outcome as [Records.Append] gives it.
func (c *committer) submit(b incident.Batch, tell func(error)) {
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.queue = append(c.queue, submission{b, tell})
	}
	c.mu.Unlock()
	if closed {
		tell(incident.E(incident.Unavailable, "append", "The server is going away: send the same again."))
		return
	}
	c.wake.Signal()
}

// waiting is how many batches no transaction has taken yet.
func (c *committer) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}

// close appends what is queued and returns when all outcomes are told.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.wake.Broadcast()
	c.done.Wait()
}

func (c *committer) run() {
	for {
		work := c.take()
		if work == nil {
			return
		}
		batches := make([]incident.Batch, len(work))
		events := 0
		for i, s := range work {
			batches[i] = s.batch
			events += len(s.batch.Events)
		}
		// Not bounded by any caller: a batch belongs to many.
		ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
		began := c.now()
		outcomes := c.records.Append(ctx, batches)
		cancel()
		commitSeconds.Observe(c.now().Sub(began).Seconds())
		commitRooms.Observe(float64(len(batches)))
		commitEvents.Observe(float64(events))
		c.counters.commits.Add(1)
		for i, s := range work {
			c.counters.count(s.batch, outcomes[i])
			s.tell(outcomes[i])
		}
	}
}

// take waits for work and takes as much as one transaction may hold, of each
// room at most one batch. It returns nil when the committer is closed and empty.
func (c *committer) take() []submission {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 {
		if c.closed {
			return nil
		}
		c.wake.Wait()
	}
	var work, rest []submission
	rooms := make(map[incident.RoomID]bool, len(c.queue))
	events := 0
	for _, s := range c.queue {
		if rooms[s.batch.RoomID] || events > 0 && events+len(s.batch.Events) > maxCommitEvents {
			rest = append(rest, s)
			continue
		}
		rooms[s.batch.RoomID] = true
		events += len(s.batch.Events)
		work = append(work, s)
	}
	c.queue = rest
	if len(rest) > 0 {
		c.wake.Signal()
	}
	return work
}
