package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"taskreporter/httpapi/client"
)

// seen is what a socket got of a room's log up to the answer of a ping: nothing
// that was sent before is still on its way to it.
func (s *socket) seen(room string) []frame {
	s.t.Helper()
	s.send(map[string]any{"type": "ping"})
	var list []frame
	s.until("pong", func(f frame) bool {
		if f.RoomID == room && f.Seq > 0 {
			list = append(list, f)
		}
		return f.Type == "pong"
	})
	return list
}

// F-MB-05: whoever is removed gets the event that says so and nothing after it, on
// every socket and every node; whoever comes back gets what they missed.
func TestARemovedMemberReceivesNothingMore(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	one, two := rig.nodes[0].installation, rig.nodes[1].installation
	owner := one.join("owner", "班長", "USER")
	gone := one.join("gone", "調走的人", "USER")
	room := owner.declare("三線停機").RoomId
	owner.bring(room, gone, client.EDITOR)

	watching := owner.on(two).connect()
	watching.subscribe(room, 0)
	sockets := []*socket{gone.connect(), gone.on(two).connect()}
	for _, s := range sockets {
		s.subscribe(room, 0)
		s.until("their own coming in", func(f frame) bool { return f.Type == "member_added" && f.Seq == 3 })
	}
	res, err := owner.RemoveMemberWithResponse(context.Background(), room, gone.id)
	if err != nil || res.StatusCode() != http.StatusNoContent {
		t.Fatalf("remove: %v %s", err, res.Body)
	}
	const after = 5
	last := int64(0)
	for range after {
		last = owner.say(room, "之後的事").Seq
	}
	watching.until("what came after", func(f frame) bool { return f.Seq == last })
	for i, s := range sockets {
		s.until("the removal", func(f frame) bool {
			return f.Type == "member_removed" && f.User.UserId == gone.id
		})
		refused := s.until("the refusal", func(f frame) bool { return f.Type == "error" || f.Seq > 0 })
		if refused.Type != "error" || string(refused.Code) != `"forbidden"` {
			t.Errorf("socket %d: after the removal came %+v", i, refused)
		}
		if list := s.seen(room); len(list) > 0 {
			t.Errorf("socket %d: got %d events after the removal, the first %+v", i, len(list), list[0])
		}
		s.send(map[string]any{"type": "subscribe", "room_id": room, "after_seq": 0})
		again := s.until("the answer", func(f frame) bool { return f.Type == "subscribed" || f.Type == "error" })
		if string(again.Code) != `"forbidden"` {
			t.Errorf("socket %d: subscribed again: %+v", i, again)
		}
	}
	if status, _, _ := gone.do(http.MethodGet, "/api/rooms/"+room+"/timeline", nil, nil); status != http.StatusForbidden {
		t.Errorf("the timeline answers %d, want 403", status)
	}

	owner.bring(room, gone, client.VIEWER)
	sockets[1].subscribe(room, 3)
	for seq := int64(4); seq <= last+1; seq++ {
		f := sockets[1].until("the log", func(f frame) bool { return f.Seq > 0 })
		if f.Seq != seq {
			t.Fatalf("seq %d after coming back, want %d", f.Seq, seq)
		}
	}
}

// say posts over REST.
func (u *someone) say(room, text string) client.Message {
	u.in.t.Helper()
	u.said++
	id := u.id + "-" + string(rune('a'+u.said/26%26)) + string(rune('a'+u.said%26))
	res, err := u.PostMessageWithResponse(context.Background(), room, client.NewMessage{ClientMsgId: id, Text: text})
	if err != nil {
		u.in.t.Fatal(err)
	}
	if res.JSON201 == nil {
		u.in.t.Fatalf("post: %s %s", res.Status(), res.Body)
	}
	return *res.JSON201
}

// F-RM-11, F-RT-06: a socket that watches no room is told what its list shows, on
// whatever node: a room that its person comes into, messages with mentions, a
// status, and that they have read elsewhere.
func TestTheListLivesOnEveryNode(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	one, two := rig.nodes[0].installation, rig.nodes[1].installation
	owner := one.join("owner", "班長", "USER")
	lee := one.join("lee", "李工", "USER")
	stranger := one.join("stranger", "路人", "USER")
	list, other := lee.on(two).connect(), stranger.on(two).connect()
	room := owner.declare("三線停機").RoomId
	owner.bring(room, lee, client.EDITOR)
	activity := func(what string, fits func(frame) bool) frame {
		t.Helper()
		return list.until(what, func(f frame) bool { return f.Type == "room_activity" && f.Room.RoomId == room && fits(f) })
	}
	activity("the room that they came into", func(f frame) bool { return f.Renewed })

	res, err := owner.PostMessageWithResponse(context.Background(), room, client.NewMessage{
		ClientMsgId: "m1", Text: "@李工 主軸有油", Mentions: &client.Mentions{Users: &[]string{lee.id, stranger.id}},
	})
	if err != nil || res.JSON201 == nil {
		t.Fatalf("post: %v %s", err, res.Body)
	}
	f := activity("the message", func(f frame) bool { return len(f.Posted) == 1 })
	if p := f.Posted[0]; p.Seq != res.JSON201.Seq || p.AuthorId != owner.id || p.Mentions == nil || len(*p.Mentions.Users) != 1 {
		t.Errorf("told of %+v, want one message that mentions the member alone", f.Posted)
	}
	now := getJSON[client.Room](t, lee, "/api/rooms/"+room)
	if *now.UnreadCount != 1 || *now.MentionCount != 1 {
		t.Errorf("unread %d, mentions %d; want 1 and 1", *now.UnreadCount, *now.MentionCount)
	}

	moved, err := lee.MoveRoomWithResponse(context.Background(), room, client.RoomMove{Version: now.Version, Status: client.ACKNOWLEDGED})
	if err != nil || moved.JSON200 == nil {
		t.Fatalf("acknowledge: %v %s", err, moved.Body)
	}
	activity("the status", func(f frame) bool { return f.Room.Status == client.ACKNOWLEDGED })

	lee.connect().send(map[string]any{"type": "read", "room_id": room, "seq": now.HeadSeq})
	list.until("their own read pointer", func(f frame) bool {
		return f.Type == "read" && len(f.Readers) == 1 && f.Readers[0].UserId == lee.id && f.Readers[0].Seq == now.HeadSeq
	})
	waitFor(t, "counts that go down", func() bool {
		return *getJSON[client.Room](t, lee, "/api/rooms/"+room).MentionCount == 0
	})

	other.send(map[string]any{"type": "ping"})
	other.until("pong", func(f frame) bool {
		if f.Type == "room_activity" {
			t.Errorf("a stranger was told of %+v", f)
		}
		return f.Type == "pong"
	})
}

// F-RT-02: typing is told to the others in the room, on whatever node, and not to
// whoever writes.
func TestTypingReachesTheOthers(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	one, two := rig.nodes[0].installation, rig.nodes[1].installation
	owner, lee, chen := one.join("owner", "班長", "USER"), one.join("lee", "李工", "USER"), one.join("chen", "陳工", "USER")
	room := owner.declare("三線停機").RoomId
	owner.bring(room, lee, client.EDITOR)
	owner.bring(room, chen, client.VIEWER)
	writes, reads := lee.connect(), chen.on(two).connect()
	for _, s := range []*socket{writes, reads} {
		s.subscribe(room, 0)
		s.until("the log", func(f frame) bool { return f.Seq == 4 })
	}
	writes.send(map[string]any{"type": "typing", "room_id": room})
	if f := reads.untilType("typing"); f.User.UserId != lee.id || f.User.Name != "李工" || f.RoomID != room {
		t.Errorf("told %+v", f)
	}
	reads.send(map[string]any{"type": "typing", "room_id": room})
	if f := reads.untilType("error"); string(f.Code) != `"forbidden"` {
		t.Errorf("a VIEWER who types gets %+v", f)
	}
	writes.send(map[string]any{"type": "ping"})
	writes.until("pong", func(f frame) bool {
		if f.Type == "typing" {
			t.Errorf("whoever writes was told of %+v", f)
		}
		return f.Type == "pong"
	})
	head := getJSON[client.Room](t, owner, "/api/rooms/"+room).HeadSeq
	if head != 4 {
		t.Errorf("the log has %d events: typing was stored", head)
	}
}

// F-MB-06: whoever vanishes without a word is no ghost: others see them leave.
func TestASilentSocketLeavesNoGhost(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	owner, chen := in.join("owner", "班長", "USER"), in.join("chen", "陳工", "USER")
	room := owner.declare("三線停機").RoomId
	owner.bring(room, chen, client.VIEWER)
	stays, vanishes := owner.connect(), chen.connect()
	stays.subscribe(room, 0)
	vanishes.subscribe(room, 0)
	stays.until("both", func(f frame) bool { return f.Type == "presence" && f.Count == 2 })
	gone := make(chan struct{})
	defer close(gone)
	go func() { // one that gives signs of life stays
		for {
			select {
			case <-gone:
				return
			case <-time.After(time.Second):
				_ = stays.trySend(map[string]any{"type": "ping"})
			}
		}
	}()
	f := stays.until("one of them alone", func(f frame) bool { return f.Type == "presence" && f.Count == 1 })
	if len(f.Users) != 1 || f.Users[0].UserId != owner.id {
		t.Errorf("here are %+v, want the owner alone", f.Users)
	}
}
