package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// F-OP-08 for one node: a stop that was asked for loses nothing that was acked,
// tells clients to come back, and ends without an error.
func TestStopDrainsAndTellsClientsToComeBack(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	first := in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("停機維護").RoomId
	s := wang.connect()
	s.subscribe(room, 0)
	const sends = 50
	for i := range sends {
		s.send(map[string]any{"type": "send_message", "room_id": room, "client_msg_id": fmt.Sprint(i), "text": "x"})
	}
	s.untilType("ack")

	if err := first.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	acked := map[string]int64{}
	if got := s.closeCodeAfter(func(f frame) {
		if f.Type == "ack" {
			acked[f.ClientMsgID] = f.Seq
		}
	}); got != 4000 {
		t.Errorf("closed with %d, want 4000", got)
	}
	if err := first.cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	if text := first.logs.String(); strings.Contains(text, "panicked") || strings.Contains(text, "stopped with errors") {
		t.Errorf("the server wrote:\n%s", text)
	}

	in.start()
	at := map[string]int64{}
	for _, ev := range readLog(t, wang, room) {
		if ev.Message != nil {
			at[*ev.Message.ClientMsgId] = ev.Seq
		}
	}
	for id, seq := range acked {
		if at[id] != seq {
			t.Errorf("%s was acked at %d and is stored at %d", id, seq, at[id])
		}
	}
}

// An ended session closes its sockets within a second, with a code that means
// "sign in again" (F-AU-03).
func TestLogoutClosesTheSessionsSockets(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang := in.join("wang", "王小明", "USER")
	elsewhere := in.signIn("wang", wang.id, wang.name)
	s, other := wang.connect(), elsewhere.connect()
	if status, _, body := wang.do("POST", "/api/auth/logout", map[string][]string{"X-Requested-With": {"task-reporter"}}, nil); status != 204 {
		t.Fatalf("logout: %d %s", status, body)
	}
	if got := s.closeCode(); got != 4500 {
		t.Errorf("closed with %d, want 4500", got)
	}
	if status, _, _ := wang.do("GET", "/api/auth/me", nil, nil); status != 401 {
		t.Errorf("the token of an ended session: %d, want 401", status)
	}
	other.send(map[string]any{"type": "ping"})
	other.untilType("pong")
}
