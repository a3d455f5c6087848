package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"taskreporter/actors"
	"taskreporter/incident"
)

// call is what a client's frame became: what the room engine is told.
type call struct {
	Name    string
	Room    incident.RoomID
	ID      incident.ClientMsgID
	Message incident.MessageID
	Draft   incident.Draft
	Text    string
	Seq     *incident.Seq
	There   bool
}

// rooms notes what it is told in place of the room engine.
type rooms struct{ calls []call }

func (r *rooms) add(c call) { r.calls = append(r.calls, c) }

func (r *rooms) Subscribe(room incident.RoomID, after *incident.Seq) {
	r.add(call{Name: "subscribe", Room: room, Seq: after})
}
func (r *rooms) Unsubscribe(room incident.RoomID) { r.add(call{Name: "unsubscribe", Room: room}) }
func (r *rooms) Post(room incident.RoomID, d incident.Draft) {
	r.add(call{Name: "post", Room: room, ID: d.ClientMsgID, Draft: d, Text: d.Text})
}

func (r *rooms) EditMessage(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, text string, mentions incident.Mentions) {
	r.add(call{Name: "edit", Room: room, ID: id, Message: m, Text: text, Draft: incident.Draft{Mentions: mentions}})
}

func (r *rooms) DeleteMessage(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, reason string) {
	r.add(call{Name: "delete", Room: room, ID: id, Message: m, Text: reason})
}

func (r *rooms) React(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, emoji string, there bool) {
	r.add(call{Name: "react", Room: room, ID: id, Message: m, Text: emoji, There: there})
}
func (r *rooms) Typing(room incident.RoomID) { r.add(call{Name: "typing", Room: room}) }
func (r *rooms) Read(room incident.RoomID, upTo incident.Seq) {
	r.add(call{Name: "read", Room: room, Seq: &upTo})
}
func (r *rooms) Close() {}

// check fails unless the rooms may be told this.
func (c call) check(t *testing.T) {
	t.Helper()
	switch {
	case !incident.ValidUUID(string(c.Room)):
		t.Errorf("a room was called %q", c.Room)
	case c.Seq != nil && *c.Seq < 0:
		t.Errorf("%s: seq %d", c.Name, *c.Seq)
	case !utf8.ValidString(c.Text) || utf8.RuneCountInString(c.Text) > incident.MaxText:
		t.Errorf("%s: text %.100q", c.Name, c.Text)
	}
	if d := c.Draft; c.Name == "post" {
		if again := c.Draft; again.Normalize() != nil || !reflect.DeepEqual(again, d) {
			t.Errorf("not normalized: %+v", d)
		}
	}
	switch c.Name {
	case "edit", "delete", "react":
		if !c.ID.Valid() || !incident.ValidUUID(string(c.Message)) {
			t.Errorf("%s of %q by %q", c.Name, c.Message, c.ID)
		}
	}
}

// anyTicket lets everybody in as wang.
type anyTicket struct{}

func (anyTicket) Redeem(context.Context, string) (incident.Principal, error) {
	return incident.Principal{Person: people["wang"].Person, System: incident.SystemUser}, nil
}

func (anyTicket) Live(context.Context, incident.SessionID) (incident.Principal, error) {
	return incident.Principal{}, nil
}

// tape is a connection whose client has said everything already.
type tape struct {
	in  *bytes.Reader
	mu  sync.Mutex
	out bytes.Buffer
}

func (c *tape) Read(p []byte) (int, error) { return c.in.Read(p) }
func (c *tape) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
}
func (*tape) Close() error                     { return nil }
func (*tape) LocalAddr() net.Addr              { return nil }
func (*tape) RemoteAddr() net.Addr             { return nil }
func (*tape) SetDeadline(time.Time) error      { return nil }
func (*tape) SetReadDeadline(time.Time) error  { return nil }
func (*tape) SetWriteDeadline(time.Time) error { return nil }

type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// taped is a socket on a tape with rooms behind it, and what waits for its writer.
func taped(t *testing.T, h *house, in []byte) (k *socket, engine *rooms, wrote func() []json.RawMessage) {
	t.Helper()
	conn := &tape{in: bytes.NewReader(in)}
	engine = &rooms{}
	r := httptest.NewRequest(http.MethodGet, "/api/ws", nil)
	for k, v := range map[string]string{"Connection": "upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
		r.Header.Set(k, v)
	}
	server := NewSockets(SocketConfig{}, nil, anyTicket{}, h, h, slog.New(slog.DiscardHandler))
	ws, wire, err := server.upgrade(hijacked{httptest.NewRecorder(), conn}, r)
	if err != nil {
		t.Fatal(err)
	}
	conn.out.Reset() // the handshake
	k = &socket{
		server: server, conn: ws, limiter: rate.NewLimiter(rate.Inf, 1), writing: rate.NewLimiter(rate.Inf, 1), engine: engine,
		by: incident.Principal{Person: people["wang"].Person, System: incident.SystemUser},
	}
	k.outbox = newOutbox(wire, func(write func()) { server.work.Go(write) })
	return k, engine, func() []json.RawMessage {
		server.work.Wait()
		return serverFrames(t, conn.out.Bytes())
	}
}

// serverFrames takes apart what a server wrote: whole frames only, the last of which
// may be the close frame; the payloads of the text frames come back.
func serverFrames(t *testing.T, b []byte) []json.RawMessage {
	t.Helper()
	var texts []json.RawMessage
	for len(b) > 0 {
		if len(b) < 2 || b[1]&0x80 != 0 {
			t.Fatalf("no frame of a server: %x", b)
		}
		first, n, head := b[0], uint64(b[1]), uint64(2)
		switch {
		case n == 126 && len(b) >= 4:
			n, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
		case n == 127 && len(b) >= 10:
			n, head = binary.BigEndian.Uint64(b[2:]), 10
		}
		if head+n > uint64(len(b)) {
			t.Fatalf("a frame of %d bytes in %d", n, len(b))
		}
		payload := b[head : head+n]
		b = b[head+n:]
		switch first {
		case finalText:
			var f struct{ Type string }
			if err := json.Unmarshal(payload, &f); err != nil || f.Type == "" || !utf8.Valid(payload) {
				t.Fatalf("a text frame says %.200q: %v", payload, err)
			}
			texts = append(texts, payload)
		case finalPong:
		case finalClose:
			if len(b) > 0 {
				t.Fatalf("%d bytes after the close frame", len(b))
			}
		default:
			t.Fatalf("first byte %#x", first)
		}
	}
	return texts
}

// clientFrames are frames as clients write them; ROOM and MSG stand for ids.
var clientFrames = []string{
	`{"type":"ping"}`,
	`{"type":"auth","ticket":"x"}`,
	`{"type":"subscribe","room_id":"ROOM","after_seq":41}`,
	`{"type":"subscribe","room_id":"ROOM","after_seq":-9223372036854775808}`,
	`{"type":"unsubscribe","room_id":"ROOM"}`,
	`{"type":"send_message","room_id":"ROOM","client_msg_id":"a-1","text":"三線停機 \n","message_type":"DECISION","reply_to":"MSG","mentions":{"all":true,"roles":["OWNER"],"users":["0192f0c1-2b7a-7c3e-9a51-0000000000a2"]}}`,
	`{"type":"send_message","room_id":"ROOM","client_msg_id":"a","text":"\ud800\u0000"}`,
	`{"type":"edit_message","room_id":"ROOM","client_msg_id":"b","message_id":"MSG","text":"x"}`,
	`{"type":"delete_message","room_id":"ROOM","client_msg_id":"c","message_id":"MSG","reason":"r"}`,
	`{"type":"react","room_id":"ROOM","client_msg_id":"d","message_id":"MSG","emoji":"👍🏽"}`,
	`{"type":"unreact","room_id":"ROOM","client_msg_id":"e","message_id":"MSG","emoji":"🇹🇼"}`,
	`{"type":"typing","room_id":"ROOM"}`,
	`{"type":"read","room_id":"ROOM","seq":9223372036854775807}`,
	`{"type":"read","room_id":"ROOM","seq":1e3}`,
	`{"TYPE":"typing","Room_ID":"ROOM","room_id":null}`,
	`[]`, `{`, `"`, `null`, "{\"type\":\"\xff\"}", `{"type":{}}`, strings.Repeat("[", 10_000),
}

func seedFrames() []string {
	filled := make([]string, len(clientFrames))
	for i, f := range clientFrames {
		filled[i] = strings.NewReplacer("ROOM", string(press), "MSG", string(lisMessage)).Replace(f)
	}
	return filled
}

// FuzzSocketFrame: every frame is answered or told to a room, and not both; what a
// room is told keeps the rules; and the frame as it was understood, written again,
// is understood the same.
func FuzzSocketFrame(f *testing.F) {
	for _, frame := range seedFrames() {
		f.Add([]byte(frame))
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) > maxFrame {
			return
		}
		k, engine, wrote := taped(t, h, nil)
		k.serve(payload)
		answers := wrote()
		if len(answers)+len(engine.calls) != 1 {
			t.Fatalf("%q has %d answers and is told to %d rooms", payload, len(answers), len(engine.calls))
		}
		if len(engine.calls) == 0 {
			return
		}
		engine.calls[0].check(t)
		again, err := rewrite(payload)
		if err != nil {
			t.Fatalf("%q was understood and cannot be written: %v", payload, err)
		}
		k2, engine2, _ := taped(t, h, nil)
		k2.serve(again)
		if len(engine2.calls) != 1 || !reflect.DeepEqual(engine2.calls[0], engine.calls[0]) {
			t.Errorf("%q tells %+v,\nwritten again as %q %+v", payload, engine.calls, again, engine2.calls)
		}
	})
}

// rewrite writes a frame as the contract's structs hold it.
func rewrite(payload []byte) ([]byte, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(payload, &head); err != nil {
		return nil, err
	}
	frames := map[string]any{
		string(Subscribe): &SubscribeFrame{}, string(Unsubscribe): &UnsubscribeFrame{}, string(SendMessage): &SendMessageFrame{},
		string(EditMessage): &EditMessageFrame{}, string(DeleteMessage): &DeleteMessageFrame{}, string(React): &ReactFrame{},
		string(Unreact): &UnreactFrame{}, string(SendTypingFrameTypeTyping): &SendTypingFrame{}, string(SendReadFrameTypeRead): &SendReadFrame{},
	}
	frame := frames[head.Type]
	if frame == nil {
		return nil, fmt.Errorf("no struct for %q", head.Type)
	}
	if err := json.Unmarshal(payload, frame); err != nil {
		return nil, err
	}
	return json.Marshal(frame)
}

// masked writes a client's frame.
func masked(first byte, payload []byte) []byte {
	frame := wireFrame(first, payload)
	head := len(frame) - len(payload)
	frame[1] |= 0x80
	return append(append(append([]byte{}, frame[:head]...), 0, 0, 0, 0), payload...) // masked by nothing
}

// FuzzSocketBytes: whatever a client writes on the wire, the server writes whole
// frames and ends with one that says why.
func FuzzSocketBytes(f *testing.F) {
	auth := masked(finalText, []byte(`{"type":"auth","ticket":"x"}`))
	for _, frame := range seedFrames() {
		f.Add(append(append([]byte{}, auth...), masked(finalText, []byte(frame))...))
	}
	for _, odd := range [][]byte{
		{},
		{0x81},
		{0x81, 0x05},
		masked(0x82, []byte("binary")), masked(0x89, []byte("ping")), masked(0x88, []byte{0x03, 0xe8}), masked(0x01, []byte(`{"type":`)),
		masked(0xc1, []byte("compressed")),
		{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		masked(finalText, bytes.Repeat([]byte(" "), maxFrame+1)),
	} {
		f.Add(odd)
		f.Add(append(append([]byte{}, auth...), odd...))
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, wire []byte) {
		k, engine, wrote := taped(t, h, wire)
		k.conn.SetPingHandler(func(data string) error {
			k.outbox.offer(wireFrame(finalPong, []byte(data)))
			return nil
		})
		k.conn.SetCloseHandler(func(int, string) error {
			k.outbox.close(actors.CloseCode{Code: websocket.CloseNormalClosure})
			return nil
		})
		if k.authenticate() {
			for k.listen() {
				continue
			}
		}
		frames := wrote()
		for _, c := range engine.calls {
			c.check(t)
		}
		if len(frames) == 0 {
			t.Fatal("nothing was said")
		}
		var last ByeFrame
		if err := json.Unmarshal(frames[len(frames)-1], &last); err != nil || last.Type != Bye || last.Code == 0 {
			t.Errorf("the last word is %s", frames[len(frames)-1])
		}
	})
}
