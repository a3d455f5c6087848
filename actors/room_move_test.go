package actors

import (
	"fmt"
	"testing"
	"time"

	"taskreporter/incident"
)

// F-OP-08: rooms even out over the nodes when nobody is in the way: who only
// watches does not notice, who works is not disturbed.
func TestAQuietRoomMovesToItsNodeAndABusyOneStays(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w) // a relay watches
	w.moveAway = true
	for range 5 { // busy: somebody writes, and relays compare
		w.clock = w.clock.Add(quietAfter - time.Second)
		r.ask(say(wang, fmt.Sprint("m", w.ids), "working"), asker("1"))
		r.onCommitted(nil)
		r.onTick()
	}
	if len(w.handed) != 0 || w.stops != 0 {
		t.Fatal("a room moved while people worked in it")
	}
	w.clock = w.clock.Add(quietAfter)
	r.ask(&watch{Room: testRoom, Relay: asker("relay")}, asker("relay"))
	r.onTick()
	if len(w.handed) != 1 || w.handed[0] != 7 || w.stops != 1 {
		t.Errorf("handed over %v and stopped %d times, want epoch 7 handed over once", w.handed, w.stops)
	}
}

func TestAQuietRoomStaysWhereItBelongs(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	w.clock = w.clock.Add(10 * quietAfter)
	r.onTick()
	if len(w.handed) != 0 || w.stops != 0 {
		t.Error("a watched room was given up though no other node should have it")
	}
}

// F-OP-08: a drained room is given back only when all in hand is committed, and
// whoever waits hears of it then.
func TestAReleasedRoomIsGivenBackAfterItsLastCommit(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(say(wang, "a", "one"), asker("1"))
	r.ask(say(lee, "b", "two"), asker("2"))
	r.release(asker("drain"))
	if len(w.handed) != 0 {
		t.Fatal("given back with work in hand")
	}
	r.onCommitted(nil)
	r.onCommitted(nil)
	if len(w.handed) != 1 || w.stops != 1 {
		t.Fatalf("handed over %v, stopped %d times", w.handed, w.stops)
	}
	if w.only(t, "1").failure() != nil || w.only(t, "2").failure() != nil {
		t.Error("work in hand was refused")
	}
	w.only(t, "drain")
	// A claim that comes through after the room was released is given back, too.
	w = newScript()
	r = newRoom(testRoom, w, DefaultLimits)
	r.release(asker("drain"))
	r.onClaimed(incident.RoomState{Room: incident.Room{ID: testRoom, Epoch: 9}}, nil)
	if len(w.handed) != 1 || w.handed[0] != 9 {
		t.Errorf("handed over %v, want the late claim's epoch 9", w.handed)
	}
}

// A room of a node without a lease sends its askers on: another node may have it.
func TestASuspendedRoomAnswersMoved(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	w.noLease = true
	r.ask(say(wang, "a", "text"), asker("1"))
	if k := incident.KindOf(w.only(t, "1").failure()); k != incident.Moved {
		t.Errorf("answered %q, want moved", k)
	}
	w.noLease = false
	r.ask(say(wang, "b", "text"), asker("2"))
	r.onCommitted(nil)
	if w.only(t, "2").failure() != nil {
		t.Error("it does not resume")
	}
}
