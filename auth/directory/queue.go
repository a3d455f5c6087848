package directory

import (
	"context"
	"sync/atomic"
	"time"
)

// queueRetry is what somebody whom the queue sent away is told to wait.
const queueRetry = 3 * time.Second

// queue bounds how many do something at once; a few more may wait a moment.
type queue struct {
	places   chan struct{}
	waiting  atomic.Int64
	longest  int64
	patience time.Duration
}

func newQueue(places int, patience time.Duration) *queue {
	return &queue{places: make(chan struct{}, places), longest: 4 * int64(places), patience: patience}
}

// enter returns what gives the place back, or Busy.
func (q *queue) enter(ctx context.Context, op string) (leave func(), err error) {
	leave = func() { <-q.places }
	select {
	case q.places <- struct{}{}:
		return leave, nil
	default:
	}
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.longest {
		return nil, busy(op)
	}
	ctx, cancel := context.WithTimeout(ctx, q.patience)
	defer cancel()
	select {
	case q.places <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, busy(op)
	}
}
