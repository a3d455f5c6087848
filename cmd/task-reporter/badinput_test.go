package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"taskreporter/httpapi/client"
)

// F-UP-06–13, 16, 19–21: what does not belong here gets its code and its text,
// and leaves neither row nor object nor a place taken.
func TestBadUploadsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("壞檔案").RoomId
	photo := smallPhoto(t)
	before := in.objectsOf()

	for _, c := range []struct {
		name    string
		file    string
		content []byte
		status  int
		code    client.ErrorCode
	}{
		{"empty", "a.jpg", nil, 400, client.EmptyFile},
		{"program as picture", "a.jpg", exe(), 400, client.FileTypeRefused},
		{"program", "setup.exe", exe(), 400, client.FileTypeRefused},
		{"HTML as text", "a.txt", []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"), 400, client.FileTypeRefused},
		{"SVG as text", "a.txt", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`), 400, client.FileTypeRefused},
		{"SVG", "a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 400, client.FileTypeRefused},
		{"script as log", "a.log", []byte("#!/bin/sh\nrm -rf /\n"), 400, client.FileTypeRefused},
		{"PNG as jpg", "a.jpg", bombPNG(t, 16), 400, client.FileTypeRefused},
		{"PDF after junk", "a.pdf", append([]byte("junk"), pdfOf(100)...), 400, client.FileTypeRefused},
		{"picture without end", "a.jpg", photo[:40], 400, client.FileTypeRefused},
		{"image bomb", "a.png", bombPNG(t, 20000), 400, client.ImageTooLarge},
		{"10 MiB and a byte", "a.jpg", photoOf(t, 10<<20+1), 413, client.FileTooLarge},
		{"20 MiB and a byte", "a.pdf", pdfOf(20<<20 + 1), 413, client.FileTooLarge},
		{"no name", "", photo, 400, client.Invalid},
		{"only a path", "../..", photo, 400, client.Invalid},
	} {
		status, body := wang.tryUpload(room, c.file, c.content)
		if p := problemOf(t, body); status != c.status || p.Code != c.code || p.Detail == "" || p.RequestId == "" {
			t.Errorf("%s: %d %s, want %d %s", c.name, status, body, c.status, c.code)
		}
	}

	good, kind := form(t, "file", "a.jpg", photo, "")
	wrongField, wrongKind := form(t, "image", "a.jpg", photo, "")
	tooLong, longKind := form(t, "file", "a.jpg", photo, strings.Repeat("說", 1001))
	after := append(bytes.TrimSuffix(good, []byte("--\r\n")), []byte("\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nlate\r\n--"+strings.TrimPrefix(kind, "multipart/form-data; boundary=")+"--\r\n")...)
	for _, c := range []struct {
		name, path, kind string
		body             []byte
		status           int
		code             client.ErrorCode
	}{
		{"wrong field", room, wrongKind, wrongField, 400, client.Invalid},
		{"description too long", room, longKind, tooLong, 400, client.Invalid},
		{"field after the file", room, kind, after, 400, client.Invalid},
		{"no boundary", room, "multipart/form-data", good, 400, client.Malformed},
		{"another boundary", room, "multipart/form-data; boundary=other", good, 400, client.Malformed},
		{"cut inside the file", room, kind, good[:len(good)-200], 400, client.Malformed},
		{"unknown room", "0192f0c1-0000-7000-8000-000000000000", kind, good, 403, client.Forbidden},
		{"no room id", "x", kind, good, 400, client.Invalid},
	} {
		status, _, body := wang.do(http.MethodPost, "/api/rooms/"+c.path+"/files", http.Header{"Content-Type": {c.kind}}, bytes.NewReader(c.body))
		if p := problemOf(t, body); status != c.status || p.Code != c.code || p.Detail == "" {
			t.Errorf("%s: %d %s, want %d %s", c.name, status, body, c.status, c.code)
		}
	}
	if status, body := sendRaw(t, in, wang, room, kind, good, "Transfer-Encoding: chunked"); status != http.StatusLengthRequired {
		t.Errorf("without a length: %d %s, want 411", status, body)
	}
	sendRaw(t, in, wang, room, kind, good[:len(good)/2], fmt.Sprintf("Content-Length: %d", len(good))) // and hangs up

	if page := getJSON[client.FilePage](t, wang, "/api/rooms/"+room+"/files"); page.Total != 0 {
		t.Errorf("%d rows left behind", page.Total)
	}
	waitFor(t, "empty store", func() bool { return slices.Equal(in.objectsOf(), before) })
	for _, ev := range readLog(t, wang, room) {
		if strings.HasPrefix(ev.Type, "file") || ev.Type == "message" {
			t.Errorf("the log has %+v", ev)
		}
	}

	// Awkward names are made safe and kept readable.
	for given, kept := range map[string]string{
		"../../etc/passwd.txt":                      "passwd.txt",
		`C:\Users\wang\機台 3.log`:                    "機台 3.log",
		strings.Repeat("三線沖壓機漏油", 43) + ".txt":      string([]rune(strings.Repeat("三線沖壓機漏油", 43))[:251]) + ".txt",
		"a\u202etxt.exe.txt":                        "atxt.exe.txt",
		`Alice (Ops)\, *Lead* ; filename=x.exe.txt`: `Alice (Ops), *Lead* ; filename=x.exe.txt`,
	} {
		f := wang.upload(room, given, []byte("14:02 三線停機\n"), "")
		if f.Filename != kept {
			t.Errorf("%q is kept as %q, want %q", given, f.Filename, kept)
		}
		_, header, _ := in.fetch(f.DownloadUrl, nil)
		if strings.ContainsAny(header.Get("Content-Disposition"), "\r\n") {
			t.Errorf("header %q", header.Get("Content-Disposition"))
		}
	}
	in.alive(wang)
}

// alive shows that the server still serves.
func (in *installation) alive(u *someone) {
	in.t.Helper()
	s := u.connect()
	room := u.declare("還活著").RoomId
	s.subscribe(room, 0)
	s.send(map[string]any{"type": "send_message", "room_id": room, "client_msg_id": "alive", "text": "x"})
	s.untilType("ack")
}

// sendRaw sends an upload with a header of its own over a bare connection, and
// hangs up when the body does not fill what was announced.
func sendRaw(t *testing.T, in *installation, u *someone, room, kind string, body []byte, framing string) (int, string) {
	t.Helper()
	conn, err := net.Dial("tcp", in.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "POST /api/rooms/%s/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n%s\r\nConnection: close\r\n\r\n", room, u.token, kind, framing)
	if strings.HasPrefix(framing, "Content-Length") {
		_, _ = conn.Write(body)
		return 0, ""
	}
	fmt.Fprintf(conn, "%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, res.Status
}

// Frames that break the protocol get their code and text; the server and, where
// that makes sense, the connection live on.
func TestBadFramesAreAnswered(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang := in.join("wang", "王小明", "USER")
	chen := in.join("chen", "陳七", "USER")
	room := wang.declare("壞訊框").RoomId
	wang.bring(room, chen, client.VIEWER)
	other := "0192f0c1-0000-7000-8000-000000000000"
	code := func(f frame) string {
		var s string
		_ = json.Unmarshal(f.Code, &s)
		return s
	}

	s := chen.connect()
	for _, c := range []struct {
		name, frame, code string
	}{
		{"not JSON", `{"type":`, "malformed"},
		{"no object", `[1,2]`, "malformed"},
		{"no type", `{}`, "malformed"},
		{"unknown type", `{"type":"explode"}`, "malformed"},
		{"wrong field type", `{"type":"subscribe","room_id":5}`, "malformed"},
		{"no room id", `{"type":"subscribe","room_id":"x"}`, "malformed"},
		{"second auth", `{"type":"auth","ticket":"x"}`, "malformed"},
		{"unknown room", `{"type":"subscribe","room_id":"` + other + `"}`, "forbidden"},
		{"send to an unknown room", `{"type":"send_message","room_id":"` + other + `","client_msg_id":"a","text":"x"}`, "forbidden"},
		{"send as VIEWER", `{"type":"send_message","room_id":"` + room + `","client_msg_id":"b","text":"x"}`, "forbidden"},
		{"no text", `{"type":"send_message","room_id":"` + room + `","client_msg_id":"c","text":"  "}`, "invalid"},
		{"no id", `{"type":"send_message","room_id":"` + room + `","client_msg_id":"","text":"x"}`, "invalid"},
		{"text too long", `{"type":"send_message","room_id":"` + room + `","client_msg_id":"d","text":"` + strings.Repeat("長", 8001) + `"}`, "invalid"},
	} {
		if err := s.conn.WriteMessage(websocket.TextMessage, []byte(c.frame)); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		f := s.untilType("error")
		if code(f) != c.code || f.Detail == "" {
			t.Errorf("%s: %s %q, want %s", c.name, code(f), f.Detail, c.code)
		}
	}
	s.send(map[string]any{"type": "ping"})
	s.untilType("pong")

	for _, c := range []struct {
		name  string
		kind  int
		frame []byte
		code  string
		close int
	}{
		{"too big", websocket.TextMessage, []byte(`{"type":"ping","x":"` + strings.Repeat("x", 70_000) + `"}`), "body_too_large", 4502},
		{"binary", websocket.BinaryMessage, []byte(`{"type":"ping"}`), "malformed", 4502},
	} {
		s := wang.connect()
		if err := s.conn.WriteMessage(c.kind, c.frame); err != nil {
			t.Fatal(err)
		}
		if f := s.untilType("error"); code(f) != c.code {
			t.Errorf("%s: %s, want %s", c.name, code(f), c.code)
		}
		if got := s.closeCode(); got != c.close {
			t.Errorf("%s: closed with %d, want %d", c.name, got, c.close)
		}
	}

	// F-AU-06: nothing is served before the ticket, and a ticket works once.
	used := wang.ticket()
	first := in.dial()
	first.send(map[string]any{"type": "auth", "ticket": used})
	first.untilType("ready")
	for name, frame := range map[string]map[string]any{
		"a subscribe first": {"type": "subscribe", "room_id": room},
		"a made-up ticket":  {"type": "auth", "ticket": "x"},
		"a used ticket":     {"type": "auth", "ticket": used},
	} {
		s := in.dial()
		s.send(frame)
		if f := s.untilType("error"); code(f) != "unauthenticated" {
			t.Errorf("%s: %s, want unauthenticated", name, code(f))
		}
		if got := s.closeCode(); got != 4501 {
			t.Errorf("%s: closed with %d, want 4501", name, got)
		}
	}

	rude := wang.connect()
	for range 20 {
		rude.send("nonsense")
	}
	if got := rude.closeCode(); got != 4502 {
		t.Errorf("a client that only sends nonsense: closed with %d, want 4502", got)
	}
	in.alive(wang)
}
