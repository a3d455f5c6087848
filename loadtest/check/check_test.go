package check

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"taskreporter/incident"
)

const (
	room1 = incident.RoomID("room-1")
	room2 = incident.RoomID("room-2")
	wang  = incident.UserID("wang")
	lin   = incident.UserID("lin")
)

// story is a history of two rooms under construction. All that the builders do is
// lawful; each test breaks one thing.
type story struct {
	h     *History
	logs  map[incident.RoomID]Log
	views map[string]*View
	now   time.Time
}

// newStory has two rooms of six events, two activations in the first, a reader of
// each room, one who came later and one who had to start anew.
func newStory() *story {
	s := &story{h: NewHistory(), logs: map[incident.RoomID]Log{}, views: map[string]*View{}, now: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)}
	for _, r := range []incident.RoomID{room1, room2} {
		s.append(r, Entry{Epoch: 1, Type: "room_created", By: wang})
		s.append(r, Entry{Epoch: 1, Type: memberAdded, By: wang, Subject: lin})
		for n := range 4 {
			id := incident.ClientMsgID(fmt.Sprintf("%s-m%d", r, n))
			s.send(r, id)
			seq := s.append(r, Entry{Epoch: incident.Epoch(1 + n/2), Type: message, By: wang, ID: id, Text: "text of " + string(id)})
			s.h.OK(id, seq, s.tick())
		}
		s.watch("reader of "+string(r), r, 0, 6)
	}
	s.watch("late", room1, 3, 6)
	again := s.watch("again", room1, 0, 2)
	again.Reset(4)
	s.deliver(again, 5, 6)
	return s
}

func (s *story) tick() time.Time {
	s.now = s.now.Add(time.Millisecond)
	return s.now
}

func (s *story) send(r incident.RoomID, id incident.ClientMsgID) {
	s.h.Invoke(Send{Room: r, ID: id, Author: wang, Text: "text of " + string(id)}, s.tick())
}

func (s *story) append(r incident.RoomID, e Entry) incident.Seq {
	log := s.logs[r]
	log.Head++
	e.Seq = log.Head
	log.Entries = append(log.Entries, e)
	s.logs[r] = log
	return e.Seq
}

func (s *story) watch(who string, r incident.RoomID, after, to incident.Seq) *View {
	v := s.h.Watch(who, lin, r, after)
	s.views[who] = v
	for seq := after + 1; seq <= to; seq++ {
		s.deliver(v, seq)
	}
	return v
}

func (s *story) deliver(v *View, seqs ...incident.Seq) {
	for _, seq := range seqs {
		v.Deliver(s.logs[v.Room].Entries[seq-1], s.tick())
	}
}

// edit changes an event of the first room's log where it is stored, not where it
// was seen.
func (s *story) edit(seq incident.Seq, change func(*Entry)) {
	log := s.logs[room1]
	log.Entries = slices.Clone(log.Entries)
	change(&log.Entries[seq-1])
	s.logs[room1] = log
}

func (s *story) cut(from, to incident.Seq) {
	log := s.logs[room1]
	log.Entries = slices.Delete(slices.Clone(log.Entries), int(from-1), int(to))
	s.logs[room1] = log
}

func TestLawfulHistoryHasNoViolation(t *testing.T) {
	t.Parallel()
	s := newStory()
	// None of these breaks a promise either.
	s.send(room2, "lost on the way")
	s.h.Unknown("lost on the way")
	s.send(room2, "refused")
	s.h.Fail("refused", "forbidden")
	s.send(room2, "unanswered and stored")
	s.h.Unknown("unanswered and stored")
	s.send(room2, "unanswered and stored")
	s.h.Fail("unanswered and stored", "forbidden")
	s.append(room2, Entry{Epoch: 5, Type: message, By: wang, ID: "unanswered and stored", Text: "text of unanswered and stored"})
	s.deliver(s.views["reader of room-2"], 7)
	s.h.OK("room-2-m0", 3, s.tick()) // a repeated attempt
	s.append(room2, Entry{Epoch: 5, Type: memberRemoved, By: wang, Subject: lin})
	s.deliver(s.views["reader of room-2"], 8)
	s.append(room2, Entry{Epoch: 5, Type: "room_updated", By: wang}) // unseen by who was removed
	if found := Check(s.h, s.logs); len(found) > 0 {
		t.Errorf("violations: %v", found)
	}
	if got := s.views["again"].Last(); got != 6 {
		t.Errorf("after a reset and six events the last is %d", got)
	}
}

// F-RT-07, 08, 09, 10: each promise is broken once, and that break is found.
func TestEachBrokenPromiseIsFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*story)
		want  []Kind // all that must be found, and nothing else
		seq   incident.Seq
		id    incident.ClientMsgID
		who   string
	}{
		{
			name: "the log loses an acked event at its end",
			spoil: func(s *story) {
				s.cut(6, 6)
				s.logs[room1] = Log{Head: 5, Entries: s.logs[room1].Entries}
			},
			want: []Kind{AckedLost, SeenUnstored}, seq: 6, id: "room-1-m3",
		},
		{
			name: "an ack for what was never stored",
			spoil: func(s *story) {
				s.send(room1, "early")
				s.h.OK("early", 7, s.tick())
			},
			want: []Kind{AckedLost}, seq: 7, id: "early",
		},
		{
			name:  "an ack with another seq than the first",
			spoil: func(s *story) { s.h.OK("room-1-m2", 6, s.tick()) },
			want:  []Kind{AckedElsewhere}, seq: 6, id: "room-1-m2",
		},
		{
			name: "a repeated message is stored again",
			spoil: func(s *story) {
				e := s.logs[room1].Entries[2]
				e.Epoch = 2
				s.append(room1, e)
				s.deliver(s.views["reader of room-1"], 7)
				s.deliver(s.views["late"], 7)
				s.deliver(s.views["again"], 7)
			},
			want: []Kind{StoredTwice}, seq: 7, id: "room-1-m0",
		},
		{
			name: "a message that was refused for good is stored",
			spoil: func(s *story) {
				s.send(room2, "no")
				s.h.Fail("no", "forbidden")
				s.append(room2, Entry{Epoch: 2, Type: message, By: wang, ID: "no", Text: "text of no"})
				s.deliver(s.views["reader of room-2"], 7)
			},
			want: []Kind{RefusedStored}, seq: 7, id: "no",
		},
		{
			name: "a message that nobody sent",
			spoil: func(s *story) {
				s.append(room2, Entry{Epoch: 2, Type: message, By: wang, ID: "ghost"})
				s.deliver(s.views["reader of room-2"], 7)
			},
			want: []Kind{StoredUnsent}, seq: 7, id: "ghost",
		},
		{
			name: "a message is stored with another text",
			spoil: func(s *story) {
				s.append(room2, Entry{Epoch: 2, Type: message, By: wang, ID: "m", Text: "something else"})
				s.send(room2, "m")
				s.deliver(s.views["reader of room-2"], 7)
			},
			want: []Kind{StoredUnsent}, seq: 7, id: "m",
		},
		{
			name: "the log skips a seq",
			spoil: func(s *story) {
				s.cut(2, 2)
			},
			want: []Kind{LogGap, SeenUnstored}, seq: 3, id: "room-1-m0",
		},
		{
			name:  "the log ends before the head",
			spoil: func(s *story) { s.logs[room1] = Log{Head: 7, Entries: s.logs[room1].Entries} },
			want:  []Kind{LogGap, SeenBehind}, seq: 7,
		},
		{
			name:  "a fenced activation writes",
			spoil: func(s *story) { s.edit(6, func(e *Entry) { e.Epoch = 1 }) },
			want:  []Kind{EpochBackwards, SeenOther}, seq: 6, id: "room-1-m3",
		},
		{
			name: "what was sent later is stored earlier",
			spoil: func(s *story) {
				early := s.append(room2, Entry{Epoch: 2, Type: message, By: wang, ID: "later", Text: "text of later"})
				late := s.append(room2, Entry{Epoch: 2, Type: message, By: wang, ID: "sooner", Text: "text of sooner"})
				s.send(room2, "sooner")
				s.h.OK("sooner", late, s.tick())
				s.send(room2, "later")
				s.h.OK("later", early, s.tick())
				s.deliver(s.views["reader of room-2"], early, late)
			},
			want: []Kind{AckOrder}, seq: 7, id: "later",
		},
		{
			name: "a subscriber misses one",
			spoil: func(s *story) {
				v := s.h.Watch("unlucky", lin, room1, 0)
				s.deliver(v, 1, 2, 4, 5, 6)
			},
			want: []Kind{SeenGap}, seq: 4, id: "room-1-m1", who: "unlucky",
		},
		{
			name: "a subscriber misses the first after its seq",
			spoil: func(s *story) {
				v := s.h.Watch("unlucky", lin, room1, 3)
				s.deliver(v, 5, 6)
			},
			want: []Kind{SeenGap}, seq: 5, id: "room-1-m2", who: "unlucky",
		},
		{
			name:  "a subscriber gets one twice",
			spoil: func(s *story) { s.deliver(s.views["late"], 6) },
			want:  []Kind{SeenTwice}, seq: 6, id: "room-1-m3", who: "late",
		},
		{
			name:  "a subscriber gets one that it had before it came back",
			spoil: func(s *story) { s.deliver(s.views["late"], 2) },
			want:  []Kind{SeenTwice}, seq: 2, who: "late",
		},
		{
			name: "a subscriber sees another order",
			spoil: func(s *story) {
				v := s.h.Watch("unlucky", lin, room1, 0)
				s.deliver(v, 1, 2, 4, 3, 5, 6)
			},
			want: []Kind{SeenGap, SeenDisorder}, seq: 4, id: "room-1-m1", who: "unlucky",
		},
		{
			name: "a subscriber sees another content",
			spoil: func(s *story) {
				v := s.watch("unlucky", room1, 0, 5)
				e := s.logs[room1].Entries[5]
				e.Text = "lie"
				v.Deliver(e, s.tick())
			},
			want: []Kind{SeenOther}, seq: 6, id: "room-1-m3", who: "unlucky",
		},
		{
			name: "a subscriber sees what is not durable",
			spoil: func(s *story) {
				s.views["late"].Deliver(Entry{Seq: 7, Epoch: 2, Type: message, By: wang, ID: "dream"}, s.tick())
			},
			want: []Kind{SeenUnstored}, seq: 7, id: "dream", who: "late",
		},
		{
			name:  "a subscriber stays behind",
			spoil: func(s *story) { s.watch("stale", room1, 0, 5) },
			want:  []Kind{SeenBehind}, seq: 5, who: "stale",
		},
		{
			name:  "a subscriber sees nothing at all",
			spoil: func(s *story) { s.watch("deaf", room1, 0, 0) },
			want:  []Kind{SeenBehind}, who: "deaf",
		},
		{
			name:  "a reset leads past the newest",
			spoil: func(s *story) { s.views["late"].Reset(5) },
			want:  []Kind{SeenBehind}, seq: 5, who: "late",
		},
		{
			name: "a removed member goes on reading",
			spoil: func(s *story) {
				s.append(room2, Entry{Epoch: 2, Type: memberRemoved, By: wang, Subject: lin})
				s.append(room2, Entry{Epoch: 2, Type: "room_updated", By: wang})
				s.deliver(s.views["reader of room-2"], 7, 8)
			},
			want: []Kind{SeenAsStranger}, seq: 8, who: "reader of room-2",
		},
		{
			name:  "a room has no log at all",
			spoil: func(s *story) { delete(s.logs, room1) },
			want:  []Kind{AckedLost, SeenUnstored}, seq: 3, id: "room-1-m0",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStory()
			test.spoil(s)
			found := Check(s.h, s.logs)
			var kinds []Kind
			for _, v := range found {
				if !slices.Contains(kinds, v.Kind) {
					kinds = append(kinds, v.Kind)
				}
				if v.Room == "" || v.Detail == "" {
					t.Errorf("no evidence: %s", v)
				}
			}
			if !slices.Equal(kinds, test.want) {
				t.Fatalf("found %v, want %v: %v", kinds, test.want, found)
			}
			first := found[0]
			if first.Seq != test.seq || test.id != "" && !slices.Equal(first.IDs, []incident.ClientMsgID{test.id}) || first.Who != test.who {
				t.Errorf("first is %s, want seq %d of %q seen by %q", first, test.seq, test.id, test.who)
			}
		})
	}
}

// A repetition of an attempt keeps the first moment and counts.
func TestHistoryJoinsTheAttemptsOfAMessage(t *testing.T) {
	t.Parallel()
	h := NewHistory()
	start := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	h.Invoke(Send{Room: room1, ID: "m", Author: wang, Text: "t"}, start)
	h.Unknown("m")
	h.Invoke(Send{Room: room1, ID: "m", Author: wang, Text: "t"}, start.Add(time.Second))
	h.OK("m", 9, start.Add(2*time.Second))
	sends := h.Sends()
	if len(sends) != 1 {
		t.Fatalf("%d messages", len(sends))
	}
	s := sends[0]
	if ack, ok := s.Acked(); !ok || ack.Seq != 9 || !s.Invoked.Equal(start) || s.Attempts != 2 || !s.Unknown {
		t.Errorf("joined to %+v", s)
	}
}
