package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"taskreporter/auth/directory/directorytest"
	"taskreporter/httpapi/client"
	"taskreporter/storage/object/objecttest"
	"taskreporter/storage/storagetest"
)

// canaries are texts that must be seen nowhere, by what they are.
type canaries map[string]string

// add makes one up.
func (c canaries) add(what string) string {
	c[what] = "Käfig+=" + rand.Text()
	return c[what]
}

// in says which of them a text gives away, in whatever common spelling.
func (c canaries) in(text string) []string {
	var found []string
	for what, secret := range c {
		for form, spelled := range spellings(secret) {
			if strings.Contains(text, spelled) {
				found = append(found, what+" as "+form)
			}
		}
	}
	slices.Sort(found)
	return found
}

// spellings are the ways in which a text is commonly written into another.
func spellings(secret string) map[string]string {
	asJSON, _ := json.Marshal(secret) // a string always marshals
	all := map[string]string{
		"it is": secret, "query": url.QueryEscape(secret), "path": url.PathEscape(secret), "JSON": strings.Trim(string(asJSON), `"`),
		"ASCII": strings.Trim(strconv.QuoteToASCII(secret), `"`), "hex": hex.EncodeToString([]byte(secret)),
		"HEX": strings.ToUpper(hex.EncodeToString([]byte(secret))), "bytes": strings.Trim(fmt.Sprint([]byte(secret)), "[]"),
	}
	for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for before := range 3 { // in the middle of a longer text it has three spellings
			text := encoding.EncodeToString(append(make([]byte, before), secret...))
			if (before+len(secret))%3 != 0 {
				text = text[:len(text)-1]
			}
			all[fmt.Sprint(name, before)] = text[(before*8+5)/6:]
		}
	}
	return all
}

func TestACanaryIsFoundInEverySpelling(t *testing.T) {
	t.Parallel()
	c := canaries{}
	secret := c.add("secret")
	for _, text := range []string{
		"x" + secret, fmt.Sprintf("%q %+q", "Basic wang:"+secret, secret), "?p=" + url.QueryEscape(secret), fmt.Sprintf("%x", "a"+secret), fmt.Sprintf("%X", secret), fmt.Sprint([]byte(secret + "y")),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("w:" + secret + "!")), base64.URLEncoding.EncodeToString([]byte("abcd" + secret)),
	} {
		if len(c.in(text)) == 0 {
			t.Errorf("not found in %s", text)
		}
	}
	if found := c.in("Käfig+=" + rand.Text()); len(found) > 0 {
		t.Errorf("found where it is not: %v", found)
	}
}

// Whatever a server of everything does, at log level debug, well or badly: no secret
// that it knows, and nothing that people write to each other, is in what it logs and
// prints, nor in metrics, health or the audit trail (F-SE-05, F-OP-07).
func TestNoSecretIsToldByLogsMetricsOrTrail(t *testing.T) {
	t.Parallel()
	secrets := canaries{}
	slapd := directorytest.Start(t)
	for what, dn := range map[string]string{"a directory password": directorytest.DN("alice"), "the bind password": slapd.Config().BindDN} {
		slapd.Set(dn, "userPassword", secrets.add(what))
		slapd.Set(dn, "pwdReset") // who sets another's password makes them change it
	}
	store := objecttest.Server(t)
	secrets["the store's key"] = store.SecretKey
	storeWire := objecttest.NewWire(t, store.Endpoint)
	database, err := url.Parse(storagetest.Postgres(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	databaseWire := objecttest.NewWire(t, database.Host)
	if _, has := database.User.Password(); !has { // a server that asks for none
		database.User = url.UserPassword(database.User.Username(), secrets.add("the database password"))
	}
	secrets["the database password"], _ = database.User.Password()
	database.Host = databaseWire.Address

	in := newInstallation(t, append(withDirectory(slapd), "TASK_REPORTER_DATABASE_URL="+database.String(), "TASK_REPORTER_LOG_LEVEL=debug",
		"MINIO_ENDPOINT="+storeWire.Address, "MINIO_ACCESS_KEY="+store.AccessKey, "MINIO_SECRET_KEY="+store.SecretKey, "MINIO_BUCKET="+store.Bucket,
		"TASK_REPORTER_DIRECTORY_BIND_PASSWORD="+secrets["the bind password"], "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))...)
	s := in.start()
	local := secrets.add("a local password")
	in.run(local+"\n", "admin", "user", "add", "--username", "boss", "--name", "廠長", "--role", "ADMIN", "--password-stdin")
	auditor := in.join("auditor", "稽核", "AUDITOR")

	w := &witness{installation: in, secrets: secrets, boss: sign(t, in, secrets, "boss", local)}
	alice := sign(t, in, secrets, "alice", secrets["a directory password"])
	w.alice, w.room = alice, alice.declare(secrets.add("a title")).RoomId
	w.doEverything(t)

	storeWire.Cut()
	w.doEverything(t)
	storeWire.Mend()
	slapd.Kill()
	w.doEverything(t)
	databaseWire.Cut()
	w.doEverything(t)
	readyz := in.page(t, "/readyz")
	databaseWire.Mend()
	slapd.Start()
	if !s.becomesReady() {
		t.Fatal("not ready")
	}

	_, _, trail := auditor.do(http.MethodGet, "/api/admin/audit/export", nil, nil)
	told := map[string]string{
		"audit export": string(trail), "readyz, while much is away": readyz, "readyz": in.page(t, "/readyz"), "healthz": in.page(t, "/healthz"),
		"metrics": in.page(t, "http://"+in.setting("TASK_REPORTER_ADMIN_LISTEN")+"/metrics"), "config": in.run("", "config"), "commands that fail": in.badStarts(t, secrets),
	}
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // it ends with all its stacks
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	told["log"], told["what it prints"] = s.logs.String(), s.said.String()
	for where, proof := range map[string]string{"log": "goroutine ", "metrics": "taskreporter_", "audit export": "login_failed", "commands that fail": "task-reporter:", "config": "********"} {
		if !strings.Contains(told[where], proof) {
			t.Errorf("%s has no %q: nothing was looked at in %.2000s", where, proof, told[where])
		}
	}
	if lines := strings.Count(told["log"], `request_id`); lines < 100 {
		t.Errorf("the log has %d lines about requests: it was not at work", lines)
	}
	for where, text := range told {
		for line := range strings.Lines(text) {
			if found := secrets.in(line); len(found) > 0 {
				t.Errorf("%s gives away %v: %.1000s", where, found, line)
			}
		}
	}
}

// sign signs somebody in and adds what they hold to the secrets.
func sign(t *testing.T, in *installation, secrets canaries, username, password string) *someone {
	t.Helper()
	u, res := in.signInWith(username, password)
	if res.JSON200 == nil {
		t.Fatalf("%s: %s %s", username, res.Status(), res.Body)
	}
	secrets["the access token of "+username] = u.token
	secrets["the signature of its token of "+username] = u.token[strings.LastIndexByte(u.token, '.')+1:]
	for _, c := range (&http.Response{Header: res.HTTPResponse.Header}).Cookies() {
		secrets["the refresh token of "+username] = c.Value
	}
	return u
}

// witness does what people do, and what they should not.
type witness struct {
	*installation
	secrets     canaries
	boss, alice *someone
	room        string
	round       int
}

// doEverything goes through a day; whatever is away meanwhile, each step is taken.
func (w *witness) doEverything(t *testing.T) {
	t.Helper()
	w.round++
	n := fmt.Sprint(" in round ", w.round)
	asJSON := http.Header{"Content-Type": {"application/json"}, "X-Requested-With": {"task-reporter"}}
	send := func(u *someone, method, path string, body any) []byte {
		t.Helper()
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		_, _, answer := u.do(method, path, asJSON, bytes.NewReader(b))
		return answer
	}
	nobody := &someone{in: w.installation}
	for _, username := range []string{"alice", "boss", "nobody", "outsider"} {
		send(nobody, "POST", "/api/auth/login", map[string]string{"username": username, "password": w.secrets.add("a wrong password of " + username + n)})
	}
	send(nobody, "POST", "/api/auth/login", map[string]any{"username": "boss", "password": []string{w.secrets.add("a password in a list" + n)}})
	for _, who := range []string{"alice", "boss"} {
		send(nobody, "POST", "/api/auth/login", map[string]string{"username": who, "password": w.secrets[map[string]string{"alice": "a directory password", "boss": "a local password"}[who]]})
	}
	for _, cookie := range []string{w.secrets["the refresh token of alice"], w.secrets.add("a made-up refresh token" + n)} {
		header := asJSON.Clone()
		header.Set("Cookie", "refresh_token="+url.QueryEscape(cookie))
		nobody.do("POST", "/api/auth/refresh", header, nil)
	}
	forged := &someone{in: w.installation, token: url.QueryEscape(w.secrets.add("a made-up token" + n))}
	send(forged, "GET", "/api/auth/me", nil)
	var ticket client.Ticket
	if _ = json.Unmarshal(send(w.alice, "POST", "/api/ws/ticket", nil), &ticket); ticket.Ticket != "" {
		w.secrets["a ticket"+n] = ticket.Ticket
	}
	w.talk(t, ticket.Ticket, n)

	room := "/api/rooms/" + w.room
	for _, path := range []string{
		"/api/users?q=", "/api/search?q=", "/api/rooms?q=", "/api/rooms?status=", room + "/messages?before_seq=", room + "/files?cursor=", "/api/search?q=x&since=",
		"/api/rooms/", room + "/files/", room + "/messages/", "/api/admin/audit?act=", "/", "/api/", room + "/files/x/content?expires=1&signature=",
	} {
		send(w.boss, "GET", path+url.QueryEscape(w.secrets.add("what stands in "+path+n)), nil)
	}
	for path, body := range map[string]map[string]any{
		"POST " + room + "/messages":  {"client_msg_id": "m" + fmt.Sprint(w.round), "text": w.secrets.add("a message" + n)},
		"POST " + room + "/messages ": {"client_msg_id": "m" + fmt.Sprint(w.round), "text": w.secrets.add("another of the same id" + n)},
		"POST " + room + "/status":    {"version": w.secrets.add("a version" + n), "status": w.secrets.add("a status" + n)},
		"PATCH " + room:               {"version": 0, "title": w.secrets.add("a stale title" + n), "description": w.secrets.add("a description" + n)},
		"POST " + room + "/members":   {"directory_key": w.secrets.add("a directory key" + n), "role": "VIEWER"},
		"POST /api/rooms":             {"title": w.secrets.add("another title" + n), "incident_type": "it", "severity": "LOW", "lot": w.secrets.add("a lot" + n)},
		"POST /api/templates":         {"name": w.secrets.add("a template" + n)},
	} {
		method, path, _ := strings.Cut(path, " ")
		send(w.alice, method, strings.TrimSpace(path), body)
		send(w.boss, method, strings.TrimSpace(path), body)
	}
	w.alice.do("POST", room+"/messages", asJSON, strings.NewReader(`{"text": `+w.secrets.add("what is no JSON"+n)))

	content := []byte("10:00 " + w.secrets.add("a file's content"+n) + "\n")
	for _, name := range []string{w.secrets.add("a file name"+n) + ".log", w.secrets.add("a refused file's name"+n) + ".exe"} {
		body, kind := form(t, "file", name, content, w.secrets.add("what is said of "+name))
		_, _, answer := w.alice.do("POST", room+"/files", http.Header{"Content-Type": {kind}}, bytes.NewReader(body))
		var f client.File
		if _ = json.Unmarshal(answer, &f); f.DownloadUrl == "" {
			continue
		}
		u, err := url.Parse(f.DownloadUrl)
		if err != nil {
			t.Fatal(err)
		}
		w.secrets["a link's signature"+n] = u.Query().Get("signature")
		w.fetch(f.DownloadUrl, nil)
		w.fetch(f.DownloadUrl+"x", nil)
		send(w.alice, "GET", room+"/files/"+f.FileId+"/text", nil)
		send(w.boss, "DELETE", room+"/files/"+f.FileId+"?reason="+url.QueryEscape(w.secrets.add("a reason"+n)), nil)
	}
	w.alice.do("POST", room+"/uploads", http.Header{
		"Tus-Resumable": {"1.0.0"}, "Upload-Length": {fmt.Sprint(len(content))},
		"Upload-Metadata": {"filename " + base64.StdEncoding.EncodeToString([]byte(w.secrets.add("a resumed file's name"+n)+".log"))},
	}, nil)
}

// talk says things over a socket, good ones and bad.
func (w *witness) talk(t *testing.T, ticket, n string) {
	t.Helper()
	for _, ticket := range []string{ticket, w.secrets.add("a made-up ticket" + n)} {
		s, err := w.tryDial()
		if err != nil {
			t.Fatal(err)
		}
		_ = s.trySend(map[string]any{"type": "auth", "ticket": ticket})
		for _, frame := range []map[string]any{
			{"type": "send_message", "room_id": w.room, "client_msg_id": "s" + fmt.Sprint(w.round), "text": w.secrets.add("a message over the socket" + n)},
			{"type": "send_message", "room_id": w.room, "client_msg_id": w.secrets.add("an odd id" + n), "text": "x"},
			{"type": "send_message", "room_id": w.secrets.add("an odd room" + n), "text": map[string]string{"x": w.secrets.add("an odd text" + n)}},
			{"type": w.secrets.add("an odd type" + n)},
			{"type": "react", "room_id": w.room, "client_msg_id": "r", "message_id": w.room, "emoji": w.secrets.add("an odd emoji" + n)},
			{"type": "ping"},
		} {
			_ = s.trySend(frame) // what is refused closes it
		}
		_ = s.conn.WriteMessage(2, []byte(w.secrets.add("a binary frame"+n)))
		for range s.in { // until the server has closed it
		}
	}
}

// page is what a route without a token says.
func (in *installation) page(t *testing.T, path string) string {
	t.Helper()
	status, _, body := in.fetch(path, nil)
	return fmt.Sprint(status, " ", string(body))
}

// setting is the value of a variable of the environment.
func (in *installation) setting(name string) string {
	for _, pair := range in.env {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// badStarts runs servers with settings that cannot work, and returns what they say.
func (in *installation) badStarts(t *testing.T, secrets canaries) string {
	t.Helper()
	var said strings.Builder
	for _, variable := range []string{
		"TASK_REPORTER_DATABASE_URL=postgres://rooms:" + url.PathEscape(secrets.add("the password of an address that is none")) + "@db:port/rooms",
		"TASK_REPORTER_DATABASE_URL=postgres://rooms:" + url.PathEscape(secrets.add("the password of a dead database")) + "@127.0.0.1:1/rooms?sslmode=disable&connect_timeout=1",
		"MINIO_SECRET_KEY=" + secrets.add("a wrong key of the store"),
		"TASK_REPORTER_DIRECTORY_URLS=ldaps://wang:" + url.PathEscape(secrets.add("a password in a directory's address")) + "@dc1.example",
		"TASK_REPORTER_DIRECTORY_URLS=wang:" + url.PathEscape(secrets.add("a password in no address")) + "@dc1.example",
		"TASK_REPORTER_DIRECTORY_URLS=ldaps://wang:" + secrets.add("a password in an address that cannot be read") + "@dc1 example",
	} {
		cmd := exec.Command(in.program(), "serve")
		cmd.Env = append(slices.Clone(in.env), "TASK_REPORTER_LISTEN="+freeAddress(t), "TASK_REPORTER_ADMIN_LISTEN=", variable)
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Errorf("it starts with %s", variable)
		}
		said.Write(out)
	}
	return said.String()
}
