package actors

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

const testRoom = incident.RoomID("0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10")

// script is a world whose outcomes the test decides: it keeps what the room
// wished for until the test answers.
type script struct {
	clock    time.Time
	ids      int
	claims   int
	batches  []incident.Batch // handed over, not answered
	lookUps  [][]incident.SendKey
	opened   []incident.Upload
	closed   []incident.FileID
	replies  map[string][]answer // by asker
	told     []*published
	acks     []incident.File
	stops    int
	handed   []incident.Epoch // given back, told at once
	noLease  bool
	moveAway bool

	found  []incident.MessageID // messages looked up, not answered
	again  []operation          // repeated and refused
	reads  []incident.ReadPointer
	hints  []any // told to a relay, or to all, without a place in the log
	pulses int

	announces int
	presence  map[string]*present // by relay, the newest
	sequence  []string            // "reply" and "publish", in order
}

func newScript() *script {
	return &script{clock: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC), replies: map[string][]answer{}}
}

func (s *script) now() time.Time                                 { return s.clock }
func (s *script) newID() string                                  { s.ids++; return fmt.Sprintf("00000000-0000-7000-8000-%012d", s.ids) }
func (s *script) claim()                                         { s.claims++ }
func (s *script) commit(b incident.Batch, _ []trace.SpanContext) { s.batches = append(s.batches, b) }

func (s *script) lookUpSent(k []incident.SendKey) { s.lookUps = append(s.lookUps, k) }
func (s *script) openUpload(u incident.Upload)    { s.opened = append(s.opened, u) }
func (s *script) closeUpload(f incident.FileID)   { s.closed = append(s.closed, f) }
func (s *script) ackUpload(f incident.File)       { s.acks = append(s.acks, f) }
func (s *script) stop()                           { s.stops++ }
func (s *script) announceSoon()                   { s.announces++ }
func (s *script) pulseSoon()                      { s.pulses++ }
func (s *script) tellAll(m any)                   { s.hints = append(s.hints, m) }

func (s *script) lookUpMessage(id incident.MessageID)    { s.found = append(s.found, id) }
func (s *script) saveReads(reads []incident.ReadPointer) { s.reads = append(s.reads, reads...) }
func (s *script) tellRelay(to *actor.PID, m any) {
	if p, ok := m.(*present); ok {
		put(&s.presence, to.Id, p)
		return
	}
	s.hints = append(s.hints, m)
}

func (s *script) settleRepeated(op operation, from *actor.PID, refusal error) {
	s.again = append(s.again, op)
	s.reply(from, op.refused(refusal))
}

func (s *script) suspended() bool { return s.noLease }
func (s *script) misplaced() bool { return s.moveAway }

func (s *script) giveBack(e incident.Epoch, told func()) {
	s.handed = append(s.handed, e)
	told()
}

func (s *script) publish(_ *actor.PID, p *published) {
	s.told = append(s.told, p)
	s.sequence = append(s.sequence, "publish")
}

func (s *script) reply(to *actor.PID, a answer) {
	if to != nil {
		s.replies[to.Id] = append(s.replies[to.Id], a)
		s.sequence = append(s.sequence, "reply")
	}
}

// only returns the one answer that an asker got.
func (s *script) only(t *testing.T, asker string) answer {
	t.Helper()
	if n := len(s.replies[asker]); n != 1 {
		t.Fatalf("%s got %d answers, want 1", asker, n)
	}
	return s.replies[asker][0]
}

func asker(name string) *actor.PID { return actor.NewPID("test", name) }

func person(name string) incident.Principal {
	return incident.Principal{Person: incident.Person{ID: incident.UserID(name), Name: name}, System: incident.SystemUser}
}

var (
	wang  = person("wang")  // OWNER
	lee   = person("lee")   // EDITOR
	chen  = person("chen")  // VIEWER
	chang = person("chang") // no member
)

// openRoom returns a serving room with three members and one relay, at seq 2.
func openRoom(w *script) *room {
	r := newRoom(testRoom, w, Limits{UploadsPerUser: 2, UploadsPerRoom: 3, RoomIdle: DefaultLimits.RoomIdle})
	r.onClaimed(incident.RoomState{
		Room:      incident.Room{ID: testRoom, Epoch: 7, Head: 2, Status: incident.Open, Title: "t", Type: incident.IT, Severity: incident.Low},
		Checklist: []incident.ChecklistItem{{ID: 1}},
		Members: []incident.Member{
			{Person: wang.Person, Role: incident.Owner},
			{Person: lee.Person, Role: incident.Editor},
			{Person: chen.Person, Role: incident.Viewer},
		},
	}, nil)
	r.ask(&watch{Room: testRoom, Relay: asker("relay")}, asker("relay"))
	return r
}

func say(by incident.Principal, id, text string) *post {
	return &post{By: by, Room: testRoom, Draft: incident.Draft{ClientMsgID: incident.ClientMsgID(id), Text: text}}
}

// F-RT-08: nothing is acked or told before the batch is durable.
func TestNothingIsAckedOrToldBeforeItIsDurable(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(say(wang, "a", "三線停機"), asker("1"))
	r.ask(say(lee, "b", "收到"), asker("2"))
	if len(w.replies["1"])+len(w.replies["2"])+len(w.told) != 0 {
		t.Fatal("acked or told before the commit")
	}
	if len(w.batches) != 1 || len(w.batches[0].Events) != 1 {
		t.Fatalf("batches %v: want the first message alone, the second waits", w.batches)
	}
	r.onCommitted(nil)
	if m := w.only(t, "1").(*posted); m.Err != nil || m.Message.Seq != 3 {
		t.Fatalf("first ack %+v, want seq 3", m)
	}
	if len(w.replies["2"]) != 0 {
		t.Fatal("the second message was acked with the first one's commit")
	}
	r.onCommitted(nil)
	if m := w.only(t, "2").(*posted); m.Err != nil || m.Message.Seq != 4 {
		t.Fatalf("second ack %+v, want seq 4", m)
	}
	if len(w.told) != 2 || w.told[0].Events[0].Seq != 3 || w.told[1].Events[0].Seq != 4 {
		t.Fatalf("told %v, want seq 3 then 4", w.told)
	}
}

// A fenced room acks nothing, tells nothing and appends no more.
func TestFencedRoomAnswersMovedAndStops(t *testing.T) {
	t.Parallel()
	for _, outcome := range []error{incident.ErrFenced, fmt.Errorf("commit: %w", incident.ErrOutcomeUnknown)} {
		w := newScript()
		r := openRoom(w)
		r.ask(say(wang, "a", "in flight"), asker("1"))
		r.ask(say(wang, "b", "pending"), asker("2"))
		r.onCommitted(outcome)
		r.ask(say(wang, "c", "too late"), asker("3"))
		for _, who := range []string{"1", "2", "3"} {
			if k := incident.KindOf(w.only(t, who).failure()); k != incident.Moved {
				t.Errorf("%v: asker %s got %q, want moved", outcome, who, k)
			}
		}
		if len(w.told) != 0 || len(w.batches) != 1 || w.stops != 1 {
			t.Errorf("%v: told %d, batches %d, stops %d; want 0, 1, 1", outcome, len(w.told), len(w.batches), w.stops)
		}
	}
}

// F-RT-09, UX 6: the same id and body is one message, another body is refused, in
// every state that the first one can be in.
func TestRetryIsHarmless(t *testing.T) {
	t.Parallel()
	t.Run("while the first is under way", func(t *testing.T) {
		w := newScript()
		r := openRoom(w)
		r.ask(say(wang, "a", "x"), asker("1"))
		r.ask(say(wang, "a", "x"), asker("2"))
		r.ask(say(wang, "a", "y"), asker("3"))
		r.onCommitted(nil)
		first, second := w.only(t, "1").(*posted), w.only(t, "2").(*posted)
		if first.Message.ID != second.Message.ID || first.Message.Seq != 3 || len(w.batches) != 1 {
			t.Errorf("two messages: %+v and %+v", first, second)
		}
		if k := incident.KindOf(w.only(t, "3").failure()); k != incident.IDReused {
			t.Errorf("other body: %q, want %q", k, incident.IDReused)
		}
	})
	t.Run("after the ack", func(t *testing.T) {
		w := newScript()
		r := openRoom(w)
		r.ask(say(wang, "a", "x"), asker("1"))
		r.onCommitted(nil)
		r.ask(say(wang, "a", "x"), asker("2"))
		r.ask(say(wang, "a", "y"), asker("3"))
		r.ask(say(lee, "a", "z"), asker("4")) // another author's id is another id
		if w.only(t, "2").(*posted).Message.ID != w.only(t, "1").(*posted).Message.ID {
			t.Error("the retry was answered with another message")
		}
		if k := incident.KindOf(w.only(t, "3").failure()); k != incident.IDReused {
			t.Errorf("other body: %q, want %q", k, incident.IDReused)
		}
		if len(w.batches) != 2 {
			t.Errorf("%d batches, want one each for wang and lee", len(w.batches))
		}
	})
	t.Run("when only the database remembers", func(t *testing.T) {
		w := newScript()
		r := openRoom(w)
		stored := incident.Event{RoomID: testRoom, Seq: 1, By: wang.Person, ClientMsgID: "old", Change: incident.MessagePosted{
			Message: incident.Message{ID: "m1", Text: "x", ClientMsgID: "old"},
		}}
		r.ask(say(lee, "n0", "first"), asker("0")) // keeps the others together in the next batch
		r.ask(say(wang, "old", "x"), asker("1"))
		r.ask(say(wang, "new", "y"), asker("2"))
		r.onCommitted(nil)
		r.onCommitted(incident.ErrDuplicate)
		if len(w.lookUps) != 1 || len(w.lookUps[0]) != 2 {
			t.Fatalf("look-ups %v, want one for both ids", w.lookUps)
		}
		r.onSentFound(map[incident.SendKey]incident.Event{{Author: wang.ID, ID: "old"}: stored}, nil)
		if m := w.only(t, "1").(*posted); m.Err != nil || m.Message.ID != "m1" || m.Message.Seq != 1 {
			t.Errorf("the retry got %+v, want the stored message", m)
		}
		again := w.batches[len(w.batches)-1]
		if again.Lo != 3 || len(again.Events) != 1 || again.Events[0].Seq != 4 {
			t.Errorf("second try %+v, want the new message alone at seq 4", again)
		}
		r.onCommitted(nil)
		if m := w.only(t, "2").(*posted); m.Err != nil || m.Message.Seq != 4 {
			t.Errorf("the new message got %+v", m)
		}
	})
}

// A batch that is known not to be written is refused, and the room goes on.
func TestRoomSurvivesADatabaseOutage(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(say(wang, "a", "x"), asker("1"))
	r.onCommitted(incident.E(incident.Unavailable, "append", "away"))
	if k := incident.KindOf(w.only(t, "1").failure()); k != incident.Unavailable {
		t.Fatalf("got %q, want unavailable", k)
	}
	r.ask(say(wang, "a", "x"), asker("2"))
	r.onCommitted(nil)
	if m := w.only(t, "2").(*posted); m.Err != nil || m.Message.Seq != 3 {
		t.Fatalf("after the outage: %+v, want seq 3", m)
	}
}

// F-MB-02, F-SE-01: what each role may do in a room.
func TestRoomRefusesWhatTheRoleForbids(t *testing.T) {
	t.Parallel()
	admin, auditor := person("admin"), person("auditor")
	admin.System, auditor.System = incident.SystemAdmin, incident.SystemAuditor
	mine := incident.File{ID: "f1", RoomID: testRoom, Uploader: chen.Person}
	add := func(by incident.Principal, role incident.Role) request {
		return &addMember{By: by, Person: incident.Person{ID: "new", Name: "new"}, Role: role}
	}
	upload := func(by incident.Principal) request {
		return &beginUpload{By: by, Upload: incident.Upload{FileID: "u1", By: by.Person}}
	}
	for _, c := range []struct {
		name string
		req  func(by incident.Principal) request
		may  []incident.Principal
	}{
		{"read", func(by incident.Principal) request { return &join{By: by} }, []incident.Principal{wang, lee, chen, admin, auditor}},
		{"post", func(by incident.Principal) request { return say(by, "c1", "x") }, []incident.Principal{wang, lee}},
		{"upload", upload, []incident.Principal{wang, lee}},
		{"add a viewer", func(by incident.Principal) request { return add(by, incident.Viewer) }, []incident.Principal{wang, lee, admin}},
		{"add an owner", func(by incident.Principal) request { return add(by, incident.Owner) }, []incident.Principal{wang, admin}},
		{"delete chen's file", func(by incident.Principal) request { return &deleteFile{By: by, File: mine, Reason: "r"} }, []incident.Principal{wang, chen, admin}},
		{"set a role", func(by incident.Principal) request { return &setRole{By: by, User: lee.ID, Role: incident.Viewer} }, []incident.Principal{wang, admin}},
		{"remove chen", func(by incident.Principal) request { return &removeMember{By: by, User: chen.ID} }, []incident.Principal{wang, chen, admin}},
		{"hand on wang's room", func(by incident.Principal) request { return &transfer{By: by, From: wang.ID, To: lee.ID} }, []incident.Principal{wang, admin}},
		{"acknowledge", func(by incident.Principal) request {
			return &moveRoom{By: by, Move: incident.Move{To: incident.Acknowledged}}
		}, []incident.Principal{wang, lee, chen, admin}},
		{"start work", func(by incident.Principal) request {
			return &moveRoom{By: by, Move: incident.Move{To: incident.InProgress}}
		}, []incident.Principal{wang, lee, admin}},
		{"cancel", func(by incident.Principal) request {
			return &moveRoom{By: by, Move: incident.Move{To: incident.Cancelled, Reason: "r"}}
		}, []incident.Principal{wang, admin}},
		{"tick", func(by incident.Principal) request { return &tickItem{By: by, Item: 1, Done: true} }, []incident.Principal{wang, lee}},
		{"read up to", func(by incident.Principal) request { return &markRead{By: by, UpTo: 1} }, []incident.Principal{wang, lee, chen}},
		{"type", func(by incident.Principal) request { return &startTyping{By: by} }, []incident.Principal{wang, lee}},
		{"react", func(by incident.Principal) request {
			return &changeMessage{By: by, Act: react, Message: "m1", Emoji: "👍"}
		}, []incident.Principal{wang, lee, chen}},
		{"pin", func(by incident.Principal) request { return &changeMessage{By: by, Act: pin, Message: "m1"} }, []incident.Principal{wang, lee}},
	} {
		for _, by := range []incident.Principal{wang, lee, chen, chang, admin, auditor, {}} {
			want := false
			for _, p := range c.may {
				want = want || p == by
			}
			w := newScript()
			r := openRoom(w)
			r.ask(c.req(by), asker("1"))
			refused := len(w.replies["1"]) == 1 && incident.KindOf(w.replies["1"][0].failure()) == incident.Forbidden
			if refused == want {
				t.Errorf("%s may %s: %v, want %v", by.Name, c.name, !refused, want)
			}
			if refused && len(w.batches)+len(w.opened) != 0 {
				t.Errorf("%s was refused to %s, but something changed", by.Name, c.name)
			}
		}
	}
}

// F-UP-05, F-WS-04: an upload is one entry with its message, and its place is
// free again however it ends.
func TestUploadIsOneEntryWithItsMessage(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	begin := func(id, who string) {
		r.ask(&beginUpload{By: lee, Upload: incident.Upload{FileID: incident.FileID(id), By: lee.Person, StartedAt: w.clock}}, asker(who))
	}
	begin("f1", "1")
	begin("f2", "2")
	begin("f3", "3") // one over the bound of a user
	if k := incident.KindOf(w.only(t, "3").failure()); k != incident.Busy {
		t.Fatalf("third upload got %q, want busy", k)
	}
	r.onUploadOpened("f1", nil)
	r.onUploadOpened("f2", errors.New("database away"))
	if w.only(t, "1").failure() != nil || w.only(t, "2").failure() == nil {
		t.Fatal("admission must be answered by its record")
	}
	begin("f4", "4") // the failed one gave its place back
	r.onUploadOpened("f4", nil)
	if w.only(t, "4").failure() != nil {
		t.Fatal("no place after a failed admission")
	}
	file := incident.File{ID: "f1", RoomID: testRoom, Uploader: lee.Person, Kind: incident.Image, Filename: "漏油.jpg", Description: "主軸"}
	r.ask(&finishUpload{By: lee, File: file}, asker("5"))
	r.ask(&finishUpload{By: lee, File: file}, asker("6"))
	r.ask(&finishUpload{By: wang, File: incident.File{ID: "f4"}}, asker("7"))
	if k := incident.KindOf(w.only(t, "7").failure()); k != incident.Conflict {
		t.Errorf("finishing another one's upload: %q, want conflict", k)
	}
	if len(w.batches) != 1 || len(w.batches[0].Events) != 2 {
		t.Fatalf("batches %+v: want file and message together", w.batches)
	}
	m := w.batches[0].Events[1].Change.(incident.MessagePosted).Message
	if m.Type != incident.ImageRef || m.Ref.FileID != "f1" || m.Text != "主軸" {
		t.Errorf("message %+v", m)
	}
	r.onCommitted(nil)
	if w.only(t, "5").failure() != nil || w.only(t, "6").failure() != nil {
		t.Error("a repeated finish must be answered like the first")
	}
	if len(w.acks) != 1 || len(w.told) != 1 {
		t.Errorf("acks %d, told %d; want 1 and 1", len(w.acks), len(w.told))
	}
	r.abortUpload("f4", true)
	r.abortUpload("f4", true)
	begin("f5", "8")
	r.onUploadOpened("f5", nil)
	r.abortUpload("f5", false)
	if len(w.closed) != 1 || w.closed[0] != "f4" || len(r.uploads) != 0 {
		t.Errorf("closed %v, %d places taken; want f4 closed, f5 left for a later pass, no place taken", w.closed, len(r.uploads))
	}
	w.clock = w.clock.Add(DefaultLimits.RoomIdle)
	r.unwatch(asker("relay"))
	r.onTick()
	if w.stops != 1 {
		t.Error("an idle room was not passivated")
	}
}

// F-DL-03: two people who delete one file at once make one event.
func TestFileIsDeletedOnce(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	file := incident.File{ID: "f1", RoomID: testRoom, Uploader: lee.Person}
	r.ask(&deleteFile{By: lee, File: file}, asker("1"))
	r.ask(&deleteFile{By: wang, File: file}, asker("2"))
	r.onCommitted(nil)
	r.ask(&deleteFile{By: wang, File: file}, asker("3"))
	for _, who := range []string{"1", "2", "3"} {
		if err := w.only(t, who).failure(); err != nil {
			t.Errorf("asker %s: %v", who, err)
		}
	}
	if len(w.batches) != 1 || len(w.batches[0].Events) != 1 {
		t.Errorf("batches %+v, want one event", w.batches)
	}
}

func TestRoomWithWatchersStaysActive(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	w.clock = w.clock.Add(10 * DefaultLimits.RoomIdle)
	r.onTick()
	if w.stops != 0 {
		t.Error("passivated under its watchers")
	}
}

// A drain commits what is in hand before it ends, and takes nothing new.
func TestReleasedRoomCommitsWhatItHas(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(say(wang, "a", "x"), asker("1"))
	r.ask(say(wang, "b", "y"), asker("2"))
	r.release(asker("drain"))
	r.ask(say(wang, "c", "z"), asker("3"))
	if k := incident.KindOf(w.only(t, "3").failure()); k != incident.Moved {
		t.Errorf("a send to a room that is being released got %q", k)
	}
	r.onCommitted(nil)
	if len(w.replies["drain"]) != 0 {
		t.Fatal("released before everything was committed")
	}
	r.onCommitted(nil)
	if w.only(t, "1").failure() != nil || w.only(t, "2").failure() != nil || len(w.replies["drain"]) != 1 || w.stops != 1 {
		t.Error("the drain lost a send")
	}
}

func TestRequestsWaitForTheClaim(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := newRoom(testRoom, w, DefaultLimits)
	r.ask(say(wang, "a", "x"), asker("1"))
	r.onClaimed(incident.RoomState{}, incident.E(incident.NotFound, "claim", ""))
	if k := incident.KindOf(w.only(t, "1").failure()); k != incident.Forbidden {
		t.Errorf("a room that does not exist answers %q, want forbidden (F-SE-02)", k)
	}
	if w.stops != 1 {
		t.Error("the activation lives on")
	}
}
