package actors

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// subscription is one connection's place in one room's log. While the client
// catches up, live events wait in it; then it is live and they go straight to
// the sink. The relay and the catch-up share it, hence the lock.
type subscription struct {
	room incident.RoomID
	by   incident.Principal
	sink Sink
	conn *actor.PID // whose it is

	mu     sync.Mutex
	phase  subscriptionPhase
	last   incident.Seq // delivered
	top    incident.Seq // newest seen, delivered or not
	held   []placed
	missed bool  // held was full: the log must be read up to top again
	loose  Frame // newest presence, for when the subscription is live
}

type subscriptionPhase int

const (
	catchingUp subscriptionPhase = iota
	live
	ended
)

// offer takes live events from the relay; it never waits. It reports false when the
// subscription is over.
func (s *subscription) offer(b *bundle) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.top = max(s.top, b.last())
	switch s.phase {
	case live:
		return s.pass(b, b.last())
	case catchingUp:
		s.hold(b)
		return true
	default:
		return false
	}
}

// pass delivers those events up to a seq that were not delivered yet; s.mu is held.
func (s *subscription) pass(b *bundle, upTo incident.Seq) bool {
	f, last := b.part(s.last, upTo)
	if last == 0 {
		return true
	}
	s.last = last
	return s.sink.Offer(f)
}

// hold keeps what came during the catch-up; s.mu is held.
func (s *subscription) hold(b *bundle) {
	if len(s.held)+len(b.events) > maxHeld {
		s.held, s.missed = nil, true
	}
	if !s.missed {
		s.held = append(s.held, b.events...)
	}
}

// tell takes what is not in the log and has no place in its order.
func (s *subscription) tell(frame Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.phase {
	case live:
		s.sink.Offer(frame)
	case catchingUp:
		s.loose = frame
	default:
	}
}

// hint takes what is worth nothing later: who is not live yet misses it.
func (s *subscription) hint(frame Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == live {
		s.sink.Offer(frame)
	}
}

// replay delivers what was read from the log, up to a seq.
func (s *subscription) replay(b *bundle, upTo incident.Seq) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase != ended && s.pass(b, upTo)
}

// goLive delivers what was held and lets later events pass. It returns the seq up
// to which the log must be read first when too much came meanwhile, else zero.
func (s *subscription) goLive() incident.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase != catchingUp {
		return 0
	}
	if s.missed {
		s.missed = false
		return s.top
	}
	for _, p := range s.held {
		if p.seq > s.last {
			s.last = p.seq
			s.sink.Offer(p.frame)
		}
	}
	s.held = nil
	s.phase = live
	if s.loose != nil {
		s.sink.Offer(s.loose)
		s.loose = nil
	}
	return 0
}

// end stops all delivery: nothing is offered after it returns.
func (s *subscription) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phase, s.held = ended, nil
}

// catchUp delivers the events after the client's position up to head, then those
// that came meanwhile, then goes live (F-RT-10). It reads the log beside the
// actors and waits for the client where that is slow.
func (s *subscription) catchUp(ctx context.Context, e *Engine, head incident.Seq) error {
	for {
		for at := s.position(); at < head; at = s.position() {
			page, err := e.pages.get(ctx, s.room, at, head)
			if err != nil {
				return err
			}
			if !s.replay(page, head) {
				return nil
			}
			if s.position() == at {
				return incident.E(incident.Internal, "catch up", "")
			}
			if gone := s.sink.Await(ctx); gone != nil {
				return nil //nolint:nilerr // nobody is left to be told
			}
		}
		if head = s.goLive(); head == 0 {
			return nil
		}
	}
}

func (s *subscription) position() incident.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
