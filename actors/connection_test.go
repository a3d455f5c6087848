package actors

import (
	"errors"
	"testing"
	"time"

	"taskreporter/incident"
)

// refusals is a sink that keeps the last one.
type refusals struct {
	Sink
	last error
}

func (r *refusals) Refused(_ incident.RoomID, _ incident.ClientMsgID, err error) { r.last = err }

// A client that does not wait for its acks is told when to send again.
func TestTooManySendsAreToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	said := &refusals{}
	c := &Connection{sink: said}
	c.unacked.Store(maxUnacked)
	c.Post("r", incident.Draft{ClientMsgID: "a"})
	var waits interface{ RetryAfter() time.Duration }
	if incident.KindOf(said.last) != incident.Busy || !errors.As(said.last, &waits) || waits.RetryAfter() <= 0 {
		t.Errorf("refused with %v", said.last)
	}
	if c.unacked.Load() != maxUnacked {
		t.Error("what is refused counts as sent")
	}
}
