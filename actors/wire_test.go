package actors

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/testing/protocmp"

	"taskreporter/actors/wire"
	"taskreporter/incident"
)

var (
	testSealer = sealer{oneKey("a key of the cluster, 32 bytes long")}
	roomPid    = actor.NewPID("node-2:7000", "room/x/$1")
	relayPid   = actor.NewPID("node-1:7000", relayName)
	sentAt     = time.Date(2026, 11, 22, 6, 0, 0, 123000, time.UTC)
)

// crossing is one message of every kind, with every field that matters set.
func crossing() []any {
	msg := incident.Message{
		ID: "m1", Seq: 9, Author: wang.Person, Type: incident.Text, Text: "三線停機 \"\\", ReplyTo: "m0", ClientMsgID: "c1", At: sentAt,
	}
	file := incident.File{ID: "f1", RoomID: testRoom, Uploader: lee.Person, Filename: "照片.jpg", Kind: incident.Image, Mime: "image/jpeg", Size: 7, Width: 3, UploadedAt: sentAt}
	event := func(seq incident.Seq, c incident.Change) incident.Event {
		return incident.Event{RoomID: testRoom, Seq: seq, Epoch: 3, At: sentAt, By: wang.Person, ClientMsgID: "c1", Change: c}
	}
	up := incident.Upload{FileID: "f1", RoomID: testRoom, By: lee.Person, Filename: "a.log", Type: incident.FileType{Kind: incident.Log, Mime: "text/plain", Max: 5}, Size: 4, Key: "k", StartedAt: sentAt}
	admin := wang
	admin.System, admin.Session, admin.From, admin.Request = incident.SystemAdmin, "s1", "10.0.0.7", "r1"
	severity, assignee := incident.Critical, lee.ID
	return []any{
		&post{By: admin, Room: testRoom, Draft: incident.Draft{ClientMsgID: "c1", Text: "t", ReplyTo: "m0"}},
		&posted{Room: testRoom, ID: "c1", Message: msg, Seq: 9},
		&addMember{By: wang, Person: chen.Person, Role: incident.Viewer},
		&memberChanged{Member: incident.Member{Person: chen.Person, Role: incident.Viewer, AddedBy: wang.ID, AddedAt: sentAt}},
		&changeMessage{By: wang, Room: testRoom, ID: "c2", Act: editMessage, Message: "m1", Text: "t", Mentions: incident.Mentions{All: true}, Reason: "r", Emoji: "👍"},
		&messageChanged{Room: testRoom, ID: "c2", Message: "m1", Seq: 10, At: sentAt},
		&updateRoom{op: op{"op-1", true}, By: wang, Patch: incident.RoomPatch{Version: 3, Severity: &severity, Assignee: &assignee}},
		&moveRoom{op: op{"op-1", true}, By: wang, Move: incident.Move{To: incident.Closed, Version: 3, Waiver: "w"}},
		&roomChanged{Room: incident.Room{ID: testRoom, Title: "t", Version: 4, Assignee: &lee.Person, ClosedAt: &sentAt}},
		&setRole{op: op{"op-1", false}, By: wang, User: "lee", Role: incident.Viewer},
		&removeMember{op: op{"op-1", false}, By: wang, User: "lee"},
		&transfer{op: op{"op-1", false}, By: wang, From: "wang", To: "lee"},
		&tickItem{By: wang, Item: 2, Done: true}, &markRead{By: wang, UpTo: 9}, &startTyping{By: wang}, &endRoom{}, &carriedOut{},
		&typingNow{Room: testRoom, Who: lee.Person},
		&readsNow{Room: testRoom, Reads: []incident.ReadPointer{{User: "lee", Seq: 9, At: sentAt}}},
		&activityNow{incident.Activity{
			Room: incident.Room{ID: testRoom, Version: 4}, Head: 9, Members: []incident.UserID{"lee"}, Gone: []incident.UserID{"chen"},
			Posted: []incident.Posted{{Seq: 9, Author: "wang", Mentions: &incident.Mentions{Users: []incident.UserID{"lee"}}}},
			Count:  1, Latest: "t", Renewed: true,
		}},
		&beginUpload{By: wang, Upload: up}, &uploadBegun{},
		&finishUpload{By: wang, File: file}, &uploadFinished{File: file},
		&abortUpload{File: "f1", Gone: true},
		&deleteFile{By: wang, File: file}, &fileDeleted{},
		&recordVerdict{File: "f1", Verdict: incident.Verdict{Scan: incident.ScanInfected, Signature: "Eicar"}},
		&previewNow{Room: testRoom, File: "f1"},
		&join{By: admin, Room: testRoom}, &joined{Room: testRoom, Epoch: 3, Head: 9, Office: true},
		&here{Room: testRoom, Relay: relayPid, People: []incident.Person{wang.Person}},
		&present{Room: testRoom, Epoch: 3, Count: 1, People: []incident.Person{wang.Person}},
		&watch{Room: testRoom, Relay: relayPid, Here: []incident.Person{wang.Person}}, &watching{Room: testRoom, Epoch: 3, Head: 9}, &unwatch{Relay: relayPid},
		&published{Room: testRoom, Epoch: 3, Events: []incident.Event{
			event(9, incident.MessagePosted{Message: msg}),
			event(10, incident.FileUploaded{File: file}),
			event(11, incident.FileDeleted{FileID: "f1", DeletedBy: lee.Person}),
			event(13, incident.FileScanned{FileID: "f1", Scan: incident.ScanClean}),
			event(12, incident.MemberAdded{Member: incident.Member{Person: chen.Person, Role: incident.Viewer, AddedAt: sentAt}}),
		}},
		&toUser{User: "wang", Ack: &uploadAck{File: file}}, &endSession{Session: "s1"},
		&activate{Room: testRoom}, &activated{Pid: roomPid},
		&beat{From: "n1", Stream: 2}, &leaving{From: "n1"}, &poke{}, &buried{}, &drain{},
	}
}

// F-RT-05, F-RT-06: whatever crosses nodes arrives as it was.
func TestEveryMessageCrossesNodesUnchanged(t *testing.T) {
	t.Parallel()
	tried := map[reflect.Type]bool{}
	for _, m := range crossing() {
		tried[reflect.TypeOf(m).Elem()] = true
		env, err := testSealer.seal(roomPid, m)
		if err != nil {
			t.Fatalf("%T: %v", m, err)
		}
		got, err := testSealer.open(roomPid, env)
		if err != nil {
			t.Fatalf("%T: %v", m, err)
		}
		want := m
		if p, ok := m.(*published); ok {
			want = &published{Room: p.Room, Epoch: p.Epoch, Events: p.Events}
		}
		if diff := cmp.Diff(want, got, protocmp.Transform(), cmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%T changed (-sent +received):\n%s", m, diff)
		}
	}
	for name, kind := range wireKinds {
		if !tried[kind] {
			t.Errorf("%s is not tried here", name)
		}
	}
}

func TestAFailureCrossesNodesWithoutItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.Join(incident.ErrOutcomeUnknown, errors.New("password of the database"))
	sent := incident.Wrap(incident.Unavailable, "append", cause, "Try again.")
	env, err := testSealer.seal(relayPid, &posted{Room: testRoom, ID: "c1", Err: sent})
	if err != nil {
		t.Fatal(err)
	}
	m, err := testSealer.open(relayPid, env)
	if err != nil {
		t.Fatal(err)
	}
	got := m.(*posted).Err
	if incident.KindOf(got) != incident.Unavailable || incident.DetailOf(got) != "Try again." || !errors.Is(got, incident.ErrOutcomeUnknown) {
		t.Errorf("the failure arrived as %v", got)
	}
	if env.String() == "" || errors.Is(got, cause) {
		t.Error("the cause crossed nodes")
	}
}

// A forged envelope cannot act for a user.
func TestAForgedEnvelopeIsNotOpened(t *testing.T) {
	t.Parallel()
	honest := func() (*post, *actor.PID) { return say(wang, "c1", "text"), roomPid }
	m, to := honest()
	env, err := testSealer.seal(to, m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := testSealer.open(to, env); err != nil {
		t.Fatalf("an honest envelope: %v", err)
	}
	if _, err := (sealer{oneKey("another key that is as long as it!!")}).open(to, env); !errors.Is(err, errForged) {
		t.Errorf("under another key: %v", err)
	}
	if _, err := testSealer.open(relayPid, env); !errors.Is(err, errForged) {
		t.Errorf("sent on to somebody else: %v", err)
	}
	env.Body[len(env.Body)/2] ^= 1
	if _, err := testSealer.open(to, env); !errors.Is(err, errForged) {
		t.Errorf("altered: %v", err)
	}
	env.Mac = nil
	if _, err := testSealer.open(to, env); !errors.Is(err, errForged) {
		t.Errorf("without a mac: %v", err)
	}
}

// Nodes of different versions live together while a cluster is upgraded.
func TestWhatANodeDoesNotKnowIsIgnored(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*wire.Envelope){
		"kind":    func(e *wire.Envelope) { e.Kind = "of_tomorrow" },
		"version": func(e *wire.Envelope) { e.Version = wireVersion + 1 },
	} {
		env, err := testSealer.seal(roomPid, &poke{})
		if err != nil {
			t.Fatal(err)
		}
		change(env)
		env.Mac = mac(testSealer.keys()[0], roomPid, env)
		if _, err := testSealer.open(roomPid, env); !errors.Is(err, errUnknown) {
			t.Errorf("unknown %s: %v", name, err)
		}
	}
	env, err := testSealer.seal(roomPid, &poke{})
	if err != nil {
		t.Fatal(err)
	}
	env.Body = []byte(`{"Added":"tomorrow"}`)
	env.Mac = mac(testSealer.keys()[0], roomPid, env)
	if m, err := testSealer.open(roomPid, env); err != nil || m == nil {
		t.Errorf("an unknown field: %v, %v", m, err)
	}
}

// oneKey is what keys returns that never change.
func oneKey(key string) func() [][]byte { return func() [][]byte { return [][]byte{[]byte(key)} } }
