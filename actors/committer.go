package actors

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// committer appends the batches of all rooms of this node: while one transaction
// waits for the disk, the batches that come in are gathered for the next (group
// commit). Its own goroutines do so; submit never waits.
//
// A transaction costs the database as much as several events. So a second one joins
// one that is under way only when as many events wait as are in that, or when
// one has waited for company too long; else senders who wait for their acks would be
// served by a few large and many tiny transactions.
type committer struct {
	records  Records
	counters *counters
	now      func() time.Time
	tracer   trace.Tracer // nil: nothing is traced

	mu     sync.Mutex
	wake   sync.Cond
	queue  []submission
	queued int         // events in queue
	flying int         // events in transactions under way
	alarm  *time.Timer // runs while something waits for company
	late   bool        // it has waited long enough
	closed bool
	done   sync.WaitGroup
}

type submission struct {
	batch  incident.Batch
	traces []trace.SpanContext // of the requests in it
	tell   func(error)         // called once, from a committer's goroutine; must not wait
}

func newCommitter(records Records, counters *counters, now func() time.Time, tracer trace.Tracer) *committer {
	c := &committer{records: records, counters: counters, now: now, tracer: tracer}
	c.wake.L = &c.mu
	c.alarm = time.AfterFunc(time.Hour, c.ring)
	c.alarm.Stop()
	for range committers {
		c.done.Go(c.run)
	}
	return c
}

// submit queues a batch; tell learns its outcome as [Records.Append] gives it.
func (c *committer) submit(b incident.Batch, traces []trace.SpanContext, tell func(error)) {
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.queue = append(c.queue, submission{b, traces, tell})
		c.queued += len(b.Events)
		c.look(len(c.queue) == 1)
	}
	c.mu.Unlock()
	if closed {
		tell(incident.E(incident.Unavailable, "append", "The server is going away: send the same again."))
	}
}

// look calls somebody to what waits, or sees to it that it does not wait too long.
func (c *committer) look(first bool) {
	switch {
	case c.ready():
		c.wake.Signal()
	case first:
		c.alarm.Reset(companyWait)
	}
}

// ready reports whether what waits is to be taken.
func (c *committer) ready() bool {
	return len(c.queue) > 0 && (c.queued >= c.flying || c.late || c.closed)
}

func (c *committer) ring() {
	c.mu.Lock()
	c.late = true
	c.mu.Unlock()
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
	for ended := 0; ; {
		work, events := c.take(ended)
		if work == nil {
			return
		}
		ended = events
		batches := make([]incident.Batch, len(work))
		for i, s := range work {
			batches[i] = s.batch
		}
		// Not bounded by any caller: a batch belongs to many.
		ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
		began := c.now()
		ctx, span := commitSpan(ctx, c.tracer, work, events)
		outcomes := c.records.Append(ctx, batches)
		cancel()
		endSpan(span, errors.Join(outcomes...))
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
// room at most one batch. It returns it with its number of events, or nil when the
// committer is closed and empty. ended is how many the caller's last one had.
func (c *committer) take(ended int) (work []submission, events int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flying -= ended
	for !c.ready() {
		if c.closed {
			return nil, 0
		}
		c.wake.Wait()
	}
	var rest []submission
	rooms := make(map[incident.RoomID]bool, len(c.queue))
	for _, s := range c.queue {
		if rooms[s.batch.RoomID] || events > 0 && events+len(s.batch.Events) > maxCommitEvents {
			rest = append(rest, s)
			continue
		}
		rooms[s.batch.RoomID] = true
		events += len(s.batch.Events)
		work = append(work, s)
	}
	c.queue, c.late = rest, false
	c.queued -= events
	c.flying += events
	c.alarm.Stop()
	c.look(len(rest) > 0)
	return work, events
}
