package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"taskreporter/incident"
)

// plug is a socket of somebody without a room engine behind it: what is refused
// before the engine is asked is refused here.
type plug struct {
	*socket
	client *websocket.Conn
}

func newPlug(t *testing.T, h *house, who string) *plug {
	t.Helper()
	p := newPair(t)
	server := &Sockets{replies: h, audit: h, log: slog.New(slog.DiscardHandler)}
	t.Cleanup(server.work.Wait)
	u := people[who]
	return &plug{&socket{
		server: server, outbox: p.box, limiter: rate.NewLimiter(rate.Inf, 1), writing: rate.NewLimiter(rate.Inf, 1), request: "r1", from: "10.0.0.1",
		by: incident.Principal{Person: u.Person, System: u.System},
	}, p.client}
}

func (p *plug) answer(t *testing.T) ErrorFrame {
	t.Helper()
	var f ErrorFrame
	_ = p.client.SetReadDeadline(time.Now().Add(time.Minute))
	if err := p.client.ReadJSON(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

// A frame that breaks a rule is answered under its own id; one that breaks the
// protocol counts as a strike.
func TestFramesThatBreakARuleAreAnswered(t *testing.T) {
	t.Parallel()
	k := newPlug(t, newHouse(t), "li")
	room, m := string(press), string(lisMessage)
	for _, c := range []struct {
		frame  string
		code   incident.Kind
		id     string // client_msg_id of the answer
		detail string
	}{
		{`{"type":"dance"}`, incident.Malformed, "", "Unknown frame type"},
		{`{"type":"auth","ticket":"x"}`, incident.Malformed, "", "authenticated already"},
		{`[]`, incident.Malformed, "", "JSON object"},
		{`{"type":"typing","room_id":7}`, incident.Malformed, "", "wrong type"},
		{`{"type":"typing","room_id":"R"}`, incident.Malformed, "", "room_id must be"},
		{`{"type":"read","room_id":"R","seq":1}`, incident.Malformed, "", "room_id must be"},
		{`{"type":"unsubscribe","room_id":"R"}`, incident.Malformed, "", "room_id must be"},
		{`{"type":"edit_message","room_id":"ROOM","client_msg_id":"a b","message_id":"MSG","text":"x"}`, incident.Invalid, "a b", "client_msg_id must be"},
		{`{"type":"edit_message","room_id":"ROOM","client_msg_id":"a","message_id":"m","text":"x"}`, incident.Invalid, "a", "message_id must be"},
		{`{"type":"edit_message","room_id":"ROOM","client_msg_id":"a","message_id":"MSG","text":" "}`, incident.Invalid, "a", "text is empty"},
		{`{"type":"edit_message","room_id":"ROOM","client_msg_id":"a","message_id":"MSG","text":"x","mentions":{"users":["li"]}}`, incident.Invalid, "a", "mentions.users"},
		{`{"type":"delete_message","room_id":"ROOM","client_msg_id":"b","message_id":"MSG","reason":"LONG"}`, incident.Invalid, "b", "reason has"},
		{`{"type":"react","room_id":"ROOM","client_msg_id":"c","message_id":"MSG","emoji":"ok"}`, incident.Invalid, "c", "emoji must be"},
		{`{"type":"unreact","room_id":"ROOM","client_msg_id":"d","message_id":"MSG","emoji":""}`, incident.Invalid, "d", "emoji must be"},
		{`{"type":"send_message","room_id":"ROOM","client_msg_id":"e","text":"x","message_type":"SYSTEM"}`, incident.Invalid, "e", "message_type must be"},
		{`{"type":"send_message","room_id":"ROOM","client_msg_id":"f","text":"x","mentions":{"roles":["ADMIN"]}}`, incident.Invalid, "f", "mentions.roles"},
		{`{"type":"send_message","room_id":"ROOM","client_msg_id":"g","text":"x","reply_to":"` + string(noMessage) + `"}`, incident.Invalid, "g", "reply_to is no message"},
	} {
		k.serve([]byte(strings.NewReplacer("ROOM", room, "MSG", m, "LONG", strings.Repeat("x", incident.MaxDeleteReason+1)).Replace(c.frame)))
		f := k.answer(t)
		if f.Code != ErrorCode(c.code) || given(f.ClientMsgId) != c.id || !strings.Contains(f.Detail, c.detail) {
			t.Errorf("%s is answered %+v", c.frame, f)
		}
		if c.code == incident.Invalid && given(f.RoomId) != room {
			t.Errorf("%s: the answer does not name its room", c.frame)
		}
	}
	if k.strikes != 7 {
		t.Errorf("%d strikes", k.strikes)
	}
}

// F-SE-02: a message that is answered is looked for only where the sender may post:
// whoever may not learns nothing of the room's messages.
func TestAReplyIsLookedUpForThoseWhoMayPost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for who, want := range map[string]incident.Kind{"li": incident.Invalid, "wang": incident.Invalid, "chen": "", "out": "", "admin": ""} {
		k := newPlug(t, h, who)
		if err := k.checkReply(press, noMessage); incident.KindOf(err) != want {
			t.Errorf("%s: %v, want %q", who, err, want)
		}
		if err := k.checkReply(press, lisMessage); err != nil {
			t.Errorf("%s answers a message that there is: %v", who, err)
		}
	}
	h.fail = incident.Wrap(incident.Unavailable, "read", context.DeadlineExceeded, "The database is away.")
	k := newPlug(t, h, "li")
	k.serve([]byte(fmt.Sprintf(`{"type":"send_message","room_id":"%s","client_msg_id":"a","text":"x","reply_to":"%s"}`, press, lisMessage)))
	if f := k.answer(t); f.Code != "unavailable" || !f.Retryable || given(f.ClientMsgId) != "a" {
		t.Errorf("without a database: %+v", f)
	}
}

// F-RT-08, F-MB-05: what the engine says becomes the frame that says it.
func TestAnswersOfTheEngineAreFrames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	k := newPlug(t, h, "li")
	k.Changed(press, "a", lisMessage, 9, epochStart)
	var ack AckFrame
	if err := k.client.ReadJSON(&ack); err != nil {
		t.Fatal(err)
	}
	if ack != (AckFrame{Type: Ack, RoomId: string(press), ClientMsgId: "a", MessageId: string(lisMessage), Seq: 9, At: epochStart}) {
		t.Errorf("ack: %+v", ack)
	}
	k.Removed(press)
	if f := k.answer(t); f.Code != "forbidden" || given(f.RoomId) != string(press) || f.ClientMsgId != nil {
		t.Errorf("removed: %+v", f)
	}
	k.server.work.Wait()
	if rows := h.audited("access_refused"); len(rows) > 0 {
		t.Errorf("who is removed asked for nothing: %+v", rows)
	}
	k.Refused(press, "b", incident.Refusal(incident.Principal{}, incident.Viewer, incident.ActPost))
	if f := k.answer(t); f.Code != "forbidden" || given(f.ClientMsgId) != "b" {
		t.Errorf("refused: %+v", f)
	}
	k.server.work.Wait()
	if rows := h.audited("access_refused"); len(rows) != 1 || rows[0].From != "10.0.0.1" || rows[0].Request != "r1" {
		t.Errorf("trail: %+v", rows)
	}
}

// F-RT-02: who says more often that they write than anybody needs to know troubles
// no room with it; their other frames are served as ever.
func TestAFloodOfTypingStopsAtTheSocket(t *testing.T) {
	t.Parallel()
	k := newPlug(t, newHouse(t), "li")
	told := &rooms{}
	k.engine = told
	k.writing = rate.NewLimiter(0, typingBurst) // none comes back while this runs
	for range 100 {
		k.serve(fmt.Appendf(nil, `{"type":"typing","room_id":"%s"}`, press))
	}
	if len(told.calls) != typingBurst {
		t.Errorf("%d of a hundred reached the room, want %d", len(told.calls), typingBurst)
	}
	k.serve([]byte(`{"type":"ping"}`))
	var pong PongFrame
	if err := k.client.ReadJSON(&pong); err != nil || pong.Type != Pong {
		t.Errorf("ping: %+v, %v", pong, err)
	}
}
