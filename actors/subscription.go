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

// placed is an encoded event with its place.
type placed struct {
	seq   incident.Seq
	frame Frame
}

// offer takes a live event from the relay; it never waits. It reports false when
// the subscription is over.
func (s *subscription) offer(seq incident.Seq, frame Frame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.top = max(s.top, seq)
	switch s.phase {
	case live:
		if seq <= s.last {
			return true
		}
		s.last = seq
		return s.sink.Offer(frame)
	case catchingUp:
		if len(s.held) >= maxHeld {
			s.held, s.missed = nil, true
		}
		if !s.missed {
			s.held = append(s.held, placed{seq, frame})
		}
		return true
	default:
		return false
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

// replay delivers an event that was read from the log.
func (s *subscription) replay(seq incident.Seq, frame Frame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == ended {
		return false
	}
	if seq <= s.last {
		return true
	}
	s.last = seq
	return s.sink.Offer(frame)
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
		for s.position() < head {
			events, err := e.records.Events(ctx, s.room, s.position(), head, catchUpPage)
			if err != nil {
				return err
			}
			if len(events) == 0 {
				return incident.E(incident.Internal, "catch up", "")
			}
			for _, ev := range events {
				if !s.replay(ev.Seq, e.frames.Event(ev)) {
					return nil
				}
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
