package actors

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// ask sends a request to a room and waits for the answer, following it where it
// moves. Every request is harmless when repeated.
func (e *Engine) ask(ctx context.Context, room incident.RoomID, req request) (a answer, err error) {
	ctx, span := e.span(ctx, room, req)
	defer func() { endSpan(span, err) }()
	return e.follow(ctx, room, req)
}

func (e *Engine) follow(ctx context.Context, room incident.RoomID, req request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	for began, attempt := e.now(), 0; ; attempt++ {
		pid, err := e.rooms.find(ctx, room)
		if err == nil {
			var a answer
			if a, err = e.askActor(ctx, pid, req); err == nil {
				return a, nil
			}
			if incident.KindOf(err) != incident.Moved {
				return nil, err
			}
			e.rooms.forget(room, pid)
			if op, ok := req.(operation); ok {
				req = op.repeat()
			}
		}
		if e.now().Sub(began) > movePatience {
			return nil, err
		}
		select {
		case <-time.After(pauseAfter(attempt)):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// pauseAfter is how long to wait before a room that moved is looked for again.
func pauseAfter(attempt int) time.Duration {
	return min(retryPause<<min(attempt, 10), maxRetryPause)
}

// askActor sends one request to one actor. A dead one is Moved, and so is one of
// another node that does not answer in time or whose stream breaks: whoever asks
// looks for it again, and repeats.
func (e *Engine) askActor(ctx context.Context, pid *actor.PID, req any) (answer, error) {
	limit := askTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = end.Sub(e.now())
	}
	var res any
	var err error
	if pid.Address == e.address {
		res, err = e.future(ctx, pid, req, limit).Result()
	} else {
		res, err = e.askRemote(ctx, pid, req, min(limit, remoteTimeout))
	}
	switch {
	case errors.Is(err, actor.ErrDeadLetter), errors.Is(err, errStreamBroke):
		return nil, errMoved()
	case err != nil && pid.Address != e.address:
		return nil, errMoved()
	case err != nil:
		err = errors.Join(incident.ErrOutcomeUnknown, err)
		return nil, incident.Wrap(incident.Unavailable, "ask room", err, "The room did not answer in time: send the same again.")
	}
	a, ok := res.(answer)
	if !ok {
		return nil, errMoved() // a dead letter's own answer
	}
	if err := a.failure(); err != nil {
		return nil, err
	}
	return a, nil
}

var errStreamBroke = errors.New("the stream to the other node broke")

// future sends a request and waits for nothing yet.
func (e *Engine) future(ctx context.Context, pid *actor.PID, m any, limit time.Duration) *actor.Future {
	f := actor.NewFuture(e.system, limit)
	e.root.Send(pid, addressed(m, f.PID(), trace.SpanContextFromContext(ctx)))
	return f
}

func (e *Engine) askRemote(ctx context.Context, pid *actor.PID, req any, limit time.Duration) (any, error) {
	env, err := e.sealer.seal(pid, req)
	if err != nil {
		return nil, err
	}
	lost := e.losses.lost(pid.Address)
	f := e.future(ctx, pid, env, limit)
	done := make(chan struct{})
	var res any
	go func() {
		defer close(done)
		res, err = f.Result()
	}()
	select {
	case <-done:
		if err != nil {
			return nil, err
		}
		return e.open(f.PID(), res), nil
	case <-lost:
		return nil, errStreamBroke // the future ends by itself
	}
}
