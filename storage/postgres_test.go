package storage

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

func TestAConnectionIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		silence  time.Duration
		deadline time.Time
	}{
		"silence":         {time.Millisecond, time.Time{}},
		"a deadline":      {time.Hour, time.Now().Add(time.Millisecond)},
		"a late deadline": {time.Millisecond, time.Now().Add(time.Hour)},
	} {
		ours, theirs := net.Pipe()
		conn := &boundedConn{Conn: ours, silence: c.silence}
		if err := conn.SetDeadline(c.deadline); err != nil {
			t.Fatal(err)
		}
		_, err := conn.Read(make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %v, want a time-out", name, err)
		}
		if !isAway(err) {
			t.Errorf("%s: %v does not count as a database that is away", name, err)
		}
		ours.Close()
		theirs.Close()
	}
}
