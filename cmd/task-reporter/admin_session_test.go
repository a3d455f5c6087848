package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
)

// F-OP-06, F-AU-03, F-AU-10: what the administration's pages do is done from a shell too.
func TestAdminSeesAndEndsSessionsAndTokens(t *testing.T) {
	t.Parallel()
	env, exec := shell(t)
	exec("", "migrate", "up")
	id := strings.TrimSpace(exec(goodPassword, "admin", "user", "add", "--username", "wang", "--name", "王小明", "--password-stdin").out)
	db := testDatabase(t, env)
	keys, err := auth.LoadKeys(t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	gate, err := auth.New(auth.DefaultConfig, db.Accounts(), auth.NewLocal(db.Accounts()), keys, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	login := func() incident.Principal {
		g, err := gate.Login(t.Context(), "wang", strings.TrimSpace(goodPassword), "10.0.0.7", "Mozilla/5.0 (平板)\x1b[31m")
		if err != nil {
			t.Fatal(err)
		}
		p, err := gate.Verify(t.Context(), g.AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first, other := login(), login()
	ok := func(args ...string) string {
		t.Helper()
		r := exec("", append([]string{"admin"}, args...)...)
		if r.code != 0 {
			t.Fatalf("%v: %+v", args, r)
		}
		return r.out
	}
	list := ok("session", "list", "--username", "WANG")
	if n := strings.Count(list, "\n"); n != 2 || !strings.Contains(list, string(first.Session)) || !strings.Contains(list, `"Mozilla/5.0 (平板)\x1b[31m"`) {
		t.Errorf("sessions:\n%s", list)
	}
	ok("session", "end", "--id", string(first.Session))
	if list := ok("session", "list", "--username", "wang"); strings.Contains(list, string(first.Session)) || !strings.Contains(list, string(other.Session)) {
		t.Errorf("after one has ended:\n%s", list)
	}

	secret := ok("token", "add", "--username", "wang", "--name", "Line 3 gateway", "--scopes", "read,write", "--days", "7")
	if !regexp.MustCompile(`^trt_[\w-]{43}\n$`).MatchString(secret) {
		t.Fatalf("printed %q", secret)
	}
	p, err := gate.Verify(t.Context(), strings.TrimSpace(secret))
	if err != nil || string(p.ID) != id || p.Scopes != incident.ScopeRead|incident.ScopeWrite {
		t.Errorf("%+v, %v", p, err)
	}
	if list := ok("token", "list", "--username", "wang"); !strings.Contains(list, string(p.Session)) || !strings.Contains(list, `read write  "Line 3 gateway"`) || strings.Contains(list, strings.TrimSpace(secret)) {
		t.Errorf("tokens:\n%s", list)
	}
	ok("token", "revoke", "--id", string(p.Session))
	if _, err := gate.Verify(t.Context(), strings.TrimSpace(secret)); incident.KindOf(err) != incident.Unauthenticated {
		t.Errorf("after it was revoked: %v", err)
	}
	ok("session", "end", "--username", "wang")
	if list := ok("session", "list", "--username", "wang"); list != "" {
		t.Errorf("after all have ended:\n%s", list)
	}
	for _, act := range []string{"session_ended", "token_made", "token_revoked", "sessions_ended"} {
		if rows := ok("audit", "list", "--act", act, "--outcome", "ok", "--address", "shell"); strings.Count(rows, "\n") != 1 || !strings.Contains(rows, id) {
			t.Errorf("%s was audited as\n%s", act, rows)
		}
	}
	if rows := ok("audit", "list", "--limit", "2"); strings.Count(rows, "\n") != 2 {
		t.Errorf("the newest two rows:\n%s", rows)
	}

	for _, c := range []struct{ says, args string }{
		{"no account", "session list --username nobody"},
		{"no account", "token list --username nobody"},
		{"no account", "audit list --username nobody"},
		{"no such session", "session end --id 0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10"},
		{"no such API token", "token revoke --id " + string(other.Session)},
		{"needs the scope read", "token add --username wang --name x --scopes write"},
		{"for the tokens of administrators", "token add --username wang --name x --scopes read,admin"},
		{"at most 366 days", "token add --username wang --name x --days 400"},
	} {
		r := exec("", append([]string{"admin"}, strings.Fields(c.args)...)...)
		if r.code == 0 || r.out != "" || !strings.Contains(r.err, c.says) {
			t.Errorf("%s: %+v, want %q", c.args, r, c.says)
		}
	}
}

// F-OP-06
func TestAdminSeesRoomsAndWhatFilesTake(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("三線停機")
	wang.declare("另一條線")
	kept := []byte("08:15:02 TEMP 215.3\r\n")
	wang.upload(room.RoomId, "press.log", kept, "")
	gone := wang.upload(room.RoomId, "other.log", []byte("08:16 TEMP 230.1\r\n"), "")
	wang.must(t, "DELETE", "/api/rooms/"+room.RoomId+"/files/"+gone.FileId, "")

	list := in.run("", "admin", "room", "list", "--text", "三線", "--status", "OPEN")
	if strings.Count(list+"\n", "\n") != 1 || !strings.HasPrefix(list, room.RoomId) || !strings.Contains(list, room.Number+"  OPEN") {
		t.Errorf("rooms:\n%s", list)
	}
	use := in.run("", "admin", "storage", "use")
	for _, want := range []string{`log +1 +21\n`, `deleted +1 +18\n`, `image +0 +0\n`} {
		if !regexp.MustCompile(want).MatchString(use + "\n") {
			t.Errorf("%s is not in\n%s", want, use)
		}
	}
}
