package actors

import (
	"testing"
	"time"

	"taskreporter/incident"
)

func touch(by incident.Principal, id string, act messageAct) *changeMessage {
	return &changeMessage{By: by, Room: testRoom, ID: incident.ClientMsgID(id), Act: act, Message: "m1", Text: id, Emoji: "👍"}
}

// F-RT-03: changes of one message share batches, and one that was decided on a
// change that failed fails with it.
func TestAChangeFailsWithTheOneThatItBuiltOn(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(touch(chen, "1", react), asker("1"))
	r.ask(touch(chen, "2", unreact), asker("2"))
	r.ask(touch(chen, "3", react), asker("3"))
	if len(w.found) != 1 {
		t.Fatalf("%d look-ups, want one for all three", len(w.found))
	}
	r.onMessageFound("m1", incident.Message{ID: "m1", Author: lee.Person, At: w.clock}, nil)
	r.onCommitted(incident.E(incident.Unavailable, "append", "away"))
	for _, who := range []string{"1", "2", "3"} {
		if k := incident.KindOf(w.only(t, who).failure()); k != incident.Unavailable {
			t.Errorf("asker %s got %q, want unavailable", who, k)
		}
	}
	if len(w.batches) != 1 || len(r.inHand) != 0 {
		t.Errorf("%d batches, %d entries in hand; want the failed one alone", len(w.batches), len(r.inHand))
	}
	r.ask(touch(chen, "4", react), asker("4"))
	if len(w.found) != 2 {
		t.Error("the message was not read again")
	}
}

// F-MB-05, F-SE-01: whoever is demoted posts nothing after the change in the log,
// however close their requests are.
func TestARoleThatIsTakenAllowsNothingMore(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(&setRole{op: op{Op: "op1"}, By: wang, User: lee.ID, Role: incident.Viewer}, asker("1"))
	r.ask(say(lee, "a", "x"), asker("2"))
	r.ask(say(wang, "b", "y"), asker("3"))
	if len(w.batches) != 1 || len(w.replies) != 1 { // the relay's watch
		t.Fatalf("%d batches, replies %v: the posts must wait for the role", len(w.batches), w.replies)
	}
	r.onCommitted(nil)
	r.onCommitted(nil)
	if k := incident.KindOf(w.only(t, "2").failure()); k != incident.Forbidden {
		t.Errorf("the demoted member's post got %q, want forbidden", k)
	}
	if m := w.only(t, "3").(*posted); m.Err != nil || m.Seq != 4 {
		t.Errorf("the owner's post %+v, want seq 4", m)
	}
}

// F-RM-10: of two changes that saw the same version one is refused, and the audit
// row goes with the other's batch.
func TestNobodyIsOverwritten(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	high, low := incident.High, incident.Critical
	r.ask(&updateRoom{op: op{Op: "op1"}, By: wang, Patch: incident.RoomPatch{Severity: &high}}, asker("1"))
	r.ask(&updateRoom{op: op{Op: "op2"}, By: lee, Patch: incident.RoomPatch{Severity: &low}}, asker("2"))
	if len(w.batches) != 1 || len(w.batches[0].Audit) != 1 || w.batches[0].Audit[0].Who != wang.Person {
		t.Fatalf("batches %+v, want one with its audit row", w.batches)
	}
	r.onCommitted(nil)
	if got := w.only(t, "1").(*roomChanged).Room; got.Severity != high || got.Version != 1 {
		t.Errorf("the first change made %+v", got)
	}
	if k := incident.KindOf(w.only(t, "2").failure()); k != incident.Conflict {
		t.Errorf("the second got %q, want conflict", k)
	}
	if len(w.batches) != 1 {
		t.Error("the second change was committed")
	}
}

// F-RM-09: a move and the message that tells it are committed together.
func TestAMoveIsOneEntryWithItsMessage(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(&moveRoom{op: op{Op: "op1"}, By: lee, Move: incident.Move{To: incident.Contained, Reason: "已隔離"}}, asker("1"))
	events := w.batches[0].Events
	if len(events) != 2 {
		t.Fatalf("events %+v, want the move and its message", events)
	}
	m, ok := events[1].Change.(incident.MessagePosted)
	if !ok || m.Message.Type != incident.StatusUpdate || m.Message.Text != "已隔離" || *m.Message.Status != (incident.StatusChange{From: incident.Open, To: incident.Contained}) {
		t.Errorf("message %+v", events[1].Change)
	}
	if events[0].ClientMsgID != "op1" || events[1].ClientMsgID != "" {
		t.Errorf("the operation's name stands at %q and %q, want on the first event only", events[0].ClientMsgID, events[1].ClientMsgID)
	}
	// Asked again, because the answer was lost: the log knows.
	r.onCommitted(nil)
	again := &moveRoom{op: op{Op: "op1", Again: true}, By: lee, Move: incident.Move{To: incident.Contained}}
	r.ask(again, asker("2"))
	if len(w.again) != 1 || len(w.batches) != 1 {
		t.Errorf("looked up %d, batches %d; want the log asked and nothing appended", len(w.again), len(w.batches))
	}
}

// F-RT-02: typing is told at most once in 3 s per person, and stored nowhere.
func TestTypingIsToldNowAndThen(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	for range 5 {
		r.ask(&startTyping{By: lee}, nil)
	}
	if len(w.hints) != 1 || len(w.batches) != 0 {
		t.Fatalf("told %d times, %d batches; want 1 and 0", len(w.hints), len(w.batches))
	}
	w.clock = w.clock.Add(3 * time.Second)
	r.ask(&startTyping{By: lee}, nil)
	r.ask(&startTyping{By: wang}, nil)
	if len(w.hints) != 3 {
		t.Errorf("told %d times, want 3", len(w.hints))
	}
	r.ask(say(lee, "a", "x"), asker("1"))
	r.onCommitted(nil)
	r.ask(&startTyping{By: lee}, nil)
	if len(w.hints) != 4 {
		t.Error("the next message's typing was not told")
	}
}

// F-MB-06, F-RM-11: read pointers never go back nor past the head, and are told
// together with what lists show.
func TestReadPointersGoForward(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(&markRead{By: chen, UpTo: 99}, asker("1"))
	r.ask(&markRead{By: chen, UpTo: 1}, asker("2"))
	r.ask(&markRead{By: chang, UpTo: 1}, asker("3"))
	if k := incident.KindOf(w.only(t, "3").failure()); k != incident.Forbidden {
		t.Errorf("a stranger's pointer got %q, want forbidden", k)
	}
	r.ask(say(wang, "a", "@chen 看一下\n第二行"), asker("4"))
	r.onCommitted(nil)
	if w.pulses != 1 {
		t.Fatalf("%d pulses asked for, want one for all", w.pulses)
	}
	r.pulse()
	if len(w.reads) != 1 || w.reads[0].User != chen.ID || w.reads[0].Seq != 2 {
		t.Errorf("stored %+v, want chen at 2", w.reads)
	}
	a := w.hints[len(w.hints)-1].(*activityNow).Activity
	if len(a.Posted) != 1 || a.Posted[0].Seq != 3 || a.Latest != "@chen 看一下" || a.Head != 3 || len(a.Members) != 3 {
		t.Errorf("activity %+v", a)
	}
	// A change of status without a reason says nothing that a list could show.
	r.ask(say(wang, "b", "收到"), asker("5"))
	r.onCommitted(nil)
	r.ask(&moveRoom{op: op{Op: "op1"}, By: wang, Move: incident.Move{To: incident.Acknowledged}}, asker("6"))
	r.onCommitted(nil)
	r.pulse()
	if a := w.hints[len(w.hints)-1].(*activityNow).Activity; a.Latest != "收到" || a.Room.Status != incident.Acknowledged {
		t.Errorf("activity %+v", a)
	}
	r.pulse()
	if len(w.reads) != 1 || len(w.hints) != 3 {
		t.Error("a pulse without news told something")
	}
}
