package chaos

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taskreporter/incident"
	"taskreporter/loadtest/check"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }

// acked is a message that was sent and acked at these milliseconds.
func acked(room incident.RoomID, seq incident.Seq, sent, ack int) check.Send {
	return check.Send{
		Room: room, ID: incident.ClientMsgID(fmt.Sprint(room, "-", seq)), Invoked: at(sent),
		Acks: []check.Ack{{Seq: seq, At: at(ack)}},
	}
}

func logOf(epochs ...incident.Epoch) check.Log {
	log := check.Log{Head: incident.Seq(len(epochs))}
	for i, e := range epochs {
		log.Entries = append(log.Entries, check.Entry{Seq: incident.Seq(i + 1), Epoch: e})
	}
	return log
}

// The fault is at 1000, the heal at 2000; room a moves and waits 700 ms, room b
// does not notice.
func TestTimesAreReadOutOfTheHistory(t *testing.T) {
	t.Parallel()
	sends := []check.Send{
		acked("a", 1, 100, 110),
		acked("b", 1, 100, 110),
		acked("a", 2, 900, 1650), // under way at the fault: says nothing about it
		acked("a", 3, 1100, 1700),
		acked("b", 2, 1100, 1120),
		acked("a", 4, 2100, 2110),
		acked("b", 3, 2200, 2210),
		{Room: "a", ID: "refused", Invoked: at(1200), Refused: "forbidden"},
		{Room: "a", ID: "unanswered", Invoked: at(1200), Unknown: true},
	}
	logs := map[incident.RoomID]check.Log{"a": logOf(1, 1, 2, 2), "b": logOf(1, 1, 1)}
	h := check.NewHistory()
	reader := h.Watch("reader", "lin", "a", 0)
	reader.Deliver(check.Entry{Seq: 1, ID: "a-1"}, at(130))
	reader.Deliver(check.Entry{Seq: 3, ID: "a-3"}, at(1800))
	reader.Deliver(check.Entry{Seq: 5, ID: "of somebody else"}, at(9000))
	got := measure(sends, h.Views(), logs, moments{begin: at(0), fault: at(1000), heal: at(2000), end: at(2500)})
	want := Times{
		Sent: 9, Acked: 7, Failed: 1, Unanswered: 1,
		RoomsMoved: 1, AgainMedian: 700, AgainMax: 700, AfterHeal: 210,
		PauseMedian: 1540, PauseMax: 1540, AckMedian: 10, AckMax: 750, SeenMedian: 700, SeenMax: 700,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestRoomThatNeverAnswersAgainIsNotCalledFast(t *testing.T) {
	t.Parallel()
	logs := map[incident.RoomID]check.Log{"a": logOf(1)}
	got := measure([]check.Send{acked("a", 1, 100, 110)}, nil, logs, moments{begin: at(0), fault: at(1000), heal: at(2000), end: at(3000)})
	if got.AgainMedian != -1 || got.AgainMax != -1 || got.AfterHeal != -1 || got.PauseMax != 2890 {
		t.Errorf("times %+v", got)
	}
	r := Result{Faults: []string{"kill"}, Times: got}
	r.judge([]Fault{{Name: "kill", Goal: Goal{Again: time.Hour}}})
	if len(r.Missed) != 1 {
		t.Errorf("missed goals: %v", r.Missed)
	}
}

func TestRoundWithoutAcksProvesNothing(t *testing.T) {
	t.Parallel()
	var r Result
	r.judge([]Fault{{Name: "kill"}})
	if !r.Failed() {
		t.Error("a round in which nothing was acked passed")
	}
}
