package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/httpapi/client"
)

// scene is a room in which a recipe can be done, with the people of the cast.
type scene struct {
	*cast
	t        *testing.T
	room     client.Room
	message  string            // helper's
	file     string            // helper's, a picture
	log      string            // helper's, a file of text
	mine     map[string]string // messages by their author
	myfiles  map[string]string // files by their uploader
	uploads  map[string]string // unfinished ones, by their uploader
	template string            // for administrators to change
	account  *someone          // for them too
	session  string            // account's
	token    string            // id of an API token, account's or of who acts
	new      string
}

// as is somebody of the cast in this test.
func (s *scene) as(u *someone) *someone {
	in := *s.in
	in.t = s.t
	return u.on(&in)
}

func (s *scene) who(name string) *someone { return s.as(s.people[name]) }

func (c *cast) scene(t *testing.T, r recipe) *scene {
	t.Helper()
	s := &scene{cast: c, t: t, mine: map[string]string{}, myfiles: map[string]string{}, uploads: map[string]string{}, new: word()}
	text := r.rest + r.frame + r.ready + r.state
	if strings.Contains(text, "{template}") {
		s.template = c.newTemplate(t, "")
	}
	if strings.Contains(text, "{account") {
		in := *s.in
		in.t = t
		s.account = in.join(s.new, s.new, "USER")
		s.session = s.account.sessions()[0].SessionId
		s.token = s.account.newToken("read").ApiToken.TokenId
	}
	own := strings.Contains(text, "{mine") || strings.Contains(text, "{my")
	if !own && !strings.Contains(text, "{room}") && !strings.Contains(text, "{id}") && !strings.Contains(text, "{message}") && !strings.Contains(text, "{file}") && !strings.Contains(text, "{log}") && !strings.Contains(text, "{change}") {
		return s
	}
	owner := s.who("OWNER")
	template := c.template
	if own {
		template = c.crowded
	}
	made := owner.must(t, http.MethodPost, "/api/rooms", `{"title":"三線停機","template_id":"`+template+`"}`)
	s.room.RoomId = made["room_id"].(string)
	s.message = s.say(s.as(c.helper))
	s.file = s.attach(s.as(c.helper))
	if strings.Contains(text, "{log}") {
		s.log = s.as(c.helper).upload(s.room.RoomId, "press.log", []byte("08:15:02 TEMP 215.3\r\n"), "").FileId
	}
	if own {
		s.remember()
	}
	for step := range strings.Lines(r.ready) {
		name := "OWNER"
		if rest, office := strings.CutPrefix(step, "ADMIN "); office {
			name, step = "ADMIN", rest
		}
		if got := s.call(s.who(name), name, strings.TrimSuffix(step, "\n")); got.code != "ok" {
			t.Fatalf("make ready: %s", got)
		}
	}
	return s
}

// remember lets everybody write and attach something as EDITOR before they become
// what they are.
func (s *scene) remember() {
	for name := range s.people {
		s.mine[name], s.myfiles[name] = s.say(s.who(name)), s.attach(s.who(name))
		s.uploads[name] = s.who(name).begin(s.room.RoomId, "line.log", 9, "")
	}
	members, owner := "/api/rooms/"+s.room.RoomId+"/members/", s.who("OWNER")
	owner.must(s.t, http.MethodPatch, members+s.people["VIEWER"].id, `{"role":"VIEWER"}`)
	for _, name := range []string{"outsider", "ADMIN", "AUDITOR"} {
		owner.must(s.t, http.MethodDelete, members+s.people[name].id, "")
	}
}

// sessions are where somebody is signed in.
func (u *someone) sessions() []client.Session {
	u.in.t.Helper()
	var list client.SessionList
	_, _, text := u.do(http.MethodGet, "/api/auth/sessions", nil, nil)
	if err := json.Unmarshal(text, &list); err != nil || len(list.Sessions) == 0 {
		u.in.t.Fatalf("sessions: %s", text)
	}
	return list.Sessions
}

// newToken makes an API token of somebody.
func (u *someone) newToken(scopes ...client.Scope) client.MadeApiToken {
	u.in.t.Helper()
	res, err := u.CreateTokenWithResponse(context.Background(), client.NewApiToken{Name: "Line 3 gateway", Scopes: scopes, ExpiresInDays: 30})
	if err != nil {
		u.in.t.Fatal(err)
	}
	if res.JSON201 == nil {
		u.in.t.Fatalf("make a token: %s %s", res.Status(), res.Body)
	}
	return *res.JSON201
}

func (s *scene) say(u *someone) string {
	s.t.Helper()
	m := u.must(s.t, http.MethodPost, "/api/rooms/"+s.room.RoomId+"/messages", `{"client_msg_id":"`+word()+`","text":"helper"}`)
	return m["message_id"].(string)
}

func (s *scene) attach(u *someone) string {
	s.t.Helper()
	status, text := u.uploadTo("/api/rooms/"+s.room.RoomId+"/files", s.photo)
	var f client.File
	if err := json.Unmarshal(text, &f); err != nil || status != http.StatusCreated {
		s.t.Fatalf("attach: %d %s", status, text)
	}
	return f.FileId
}

// fill puts what is meant into a recipe.
func (s *scene) fill(text, name string) string {
	room := "/api/rooms/" + s.room.RoomId
	if strings.Contains(text, "{version}") {
		now := getJSON[client.Room](s.t, s.who("OWNER"), room)
		text = strings.ReplaceAll(text, "{version}", fmt.Sprint(now.Version))
	}
	self, account := "", ""
	if u := s.people[name]; u != nil {
		self = u.id
	}
	if s.account != nil {
		account = s.account.id
	}
	return strings.NewReplacer(
		"{room}", room, "{id}", s.room.RoomId, "{message}", room+"/messages/"+s.message, "{message_id}", s.message,
		"{mine}", room+"/messages/"+s.mine[name], "{mine_id}", s.mine[name], "{file}", room+"/files/"+s.file, "{log}", room+"/files/"+s.log, "{myfile}", room+"/files/"+s.myfiles[name],
		"{myupload}", s.uploads[name],
		"{account}", account, "{account_session}", s.session, "{spare}", s.session, "{account_token}", s.token, "{spare_token}", s.token,
		"{self}", self, "{owner}", s.people["OWNER"].id, "{helper}", s.helper.id, "{newcomer}", s.newcomer.id,
		"{template}", "/api/templates/"+s.template, "{node}", s.node, "{new}", s.new,
		"{change}", `"room_id":"`+s.room.RoomId+`","client_msg_id":"`+s.new+`"`,
	).Replace(text)
}

// do does a recipe as somebody.
func (s *scene) do(r recipe, name string) answer {
	s.t.Helper()
	u := s.who(name)
	switch {
	case r.rest == "":
		return s.send(u, r, s.fill(r.frame, name))
	case r.op == "logout":
		u.login(account(name)) // another session: this one is still needed
	case r.op == "revokeMyToken":
		s.token = u.newToken("read").ApiToken.TokenId
	case r.op == "endMySession":
		other := *u
		other.login(account(name))
		all := other.sessions()
		s.session = all[slices.IndexFunc(all, func(one client.Session) bool { return one.Current })].SessionId
	}
	return s.call(u, name, r.rest)
}

// call sends "METHOD path body".
func (s *scene) call(u *someone, name, text string) answer {
	s.t.Helper()
	method, rest, _ := strings.Cut(s.fill(text, name), " ")
	path, body, hasBody := strings.Cut(rest, " ")
	var status int
	var got []byte
	if method == "UPLOAD" {
		status, got = u.uploadTo(path, s.photo)
	} else {
		header := http.Header{"X-Requested-With": {"task-reporter"}}
		if hasBody {
			header.Set("Content-Type", "application/json")
		}
		if strings.Contains(path, "/uploads") {
			maps.Copy(header, tusHeader("line.log", 9, 0, ""))
		}
		status, _, got = u.do(method, path, header, strings.NewReader(body))
	}
	if status < 300 {
		return answer{code: "ok"}
	}
	if method == http.MethodHead && status == http.StatusForbidden { // has no body
		return answer{code: "forbidden", text: "x"}
	}
	p := problemOf(s.t, got)
	if want := map[client.ErrorCode]int{client.Forbidden: 403, client.Conflict: 409, client.Invalid: 400}[p.Code]; want != status {
		s.t.Errorf("%s is answered %d with the code %s", text, status, p.Code)
	}
	return answer{code: string(p.Code), request: p.RequestId, text: p.Detail}
}

// send sends a frame on a socket of its own and waits for what it comes to.
func (s *scene) send(u *someone, r recipe, text string) answer {
	s.t.Helper()
	var other *socket
	if r.told != "" {
		other = s.as(s.helper).connect()
		defer func() { _ = other.conn.Close() }()
		other.subscribe(s.room.RoomId, 0)
	}
	sock := u.connect()
	defer func() { _ = sock.conn.Close() }()
	if text == "" {
		return answer{code: "ok"} // ready came
	}
	sock.send(json.RawMessage(text))
	answers := map[string]string{"subscribe": "subscribed", "unsubscribe": "pong", "ping": "pong"}
	if r.op == "unsubscribe" {
		sock.send(json.RawMessage(`{"type":"ping"}`))
	}
	wanted := answers[r.op]
	if wanted == "" {
		wanted = "ack"
	}
	if r.told == "" {
		return answerOf(sock.until("an answer to "+r.op, func(f frame) bool { return f.Type == wanted || f.Type == "error" }))
	}
	// Not answered unless it is refused: either shows. A hint may be missed by a socket
	// that is still catching up, and is told again when it is sent again later.
	again := time.NewTicker(4 * time.Second)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			sock.send(json.RawMessage(text))
		case f, ok := <-sock.in:
			if !ok {
				s.t.Fatalf("connection ended: %v", sock.err)
			}
			if f.Type == "error" {
				return answerOf(f)
			}
		case f, ok := <-other.in:
			if !ok {
				s.t.Fatalf("connection ended: %v", other.err)
			}
			readBy := func(p client.ReadPointer) bool { return p.UserId == u.id }
			if f.Type == r.told && (f.User.UserId == u.id || slices.ContainsFunc(f.Readers, readBy)) {
				return answer{code: "ok"}
			}
		}
	}
}

func answerOf(f frame) answer {
	if f.Type != "error" {
		return answer{code: "ok"}
	}
	var code string
	if err := json.Unmarshal(f.Code, &code); err != nil {
		code = string(f.Code)
	}
	return answer{code: code, text: f.Detail}
}

// state is all that a refused act must leave as it is. What readers have read is no
// part of it: that moves on by itself.
func (s *scene) state(r recipe) string {
	s.t.Helper()
	switch {
	case strings.Contains(r.state, "{template}"), s.account != nil, r.op == "setRetention":
		return s.read("ADMIN", s.fill(r.state, ""))
	case r.state != "":
		return fmt.Sprintf("%d times %s", strings.Count(s.read("ADMIN", s.fill(r.state, "")), s.new), s.new)
	case s.room.RoomId == "":
		return ""
	}
	path := "/api/rooms/" + s.room.RoomId
	var room map[string]any
	if err := json.Unmarshal([]byte(s.read("OWNER", path)), &room); err != nil {
		s.t.Fatal(err)
	}
	for _, field := range []string{"read_seq", "unread_count", "mention_count"} {
		delete(room, field)
	}
	members := getJSON[struct{ Members []client.Member }](s.t, s.who("OWNER"), path+"/members").Members
	for i := range members {
		members[i].ReadSeq = nil
	}
	b, err := json.Marshal([]any{room, members, json.RawMessage(s.read("OWNER", path+"/checklist"))})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

func (s *scene) read(name, path string) string {
	s.t.Helper()
	return string(getJSON[json.RawMessage](s.t, s.who(name), path))
}

// wantRow looks for a row of the trail about somebody. A request's is there when it is
// answered; that of a socket is written beside it.
func (s *scene) wantRow(r recipe, what, name, act string, fits func(client.AuditEntry) bool) {
	s.t.Helper()
	path := "/api/admin/audit?limit=200&user_id=" + s.people[name].id + "&act=" + act
	found := func() bool {
		page := getJSON[struct{ Entries []client.AuditEntry }](s.t, s.who("ADMIN"), path)
		return slices.ContainsFunc(page.Entries, fits)
	}
	if r.frame != "" {
		waitFor(s.t, "audit row "+what, found)
	} else if !found() {
		s.t.Errorf("no audit row %s", what)
	}
}
