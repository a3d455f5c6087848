package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/actors"
	"taskreporter/httpapi/client"
)

// F-AU-03, F-OP-06: whose session is ended, or who is disabled or gets another system
// role, loses token and sockets at once, on whatever node; and others keep theirs.
func TestAnEndedSessionIsCutOffOnEveryNode(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	in := rig.nodes[0]
	boss, other := in.join("boss", "廠長", "ADMIN"), in.join("other", "李工", "USER")
	there := other.on(rig.nodes[1].installation).connect()
	t.Cleanup(func() { _ = there.conn.Close() })
	for name, end := range map[string]func(u *someone){
		"by themselves": func(u *someone) {
			all := u.sessions()
			second := *u
			second.login(u.name)
			second.must(t, http.MethodDelete, "/api/auth/sessions/"+all[0].SessionId, "")
		},
		"by an administrator": func(u *someone) {
			boss.must(t, http.MethodDelete, "/api/admin/sessions/"+u.sessions()[0].SessionId, "")
		},
		"all by an administrator": func(u *someone) {
			boss.must(t, http.MethodDelete, "/api/admin/users/"+u.id+"/sessions", "")
		},
		"disabled": func(u *someone) { boss.must(t, http.MethodPatch, "/api/admin/users/"+u.id, `{"disabled":true}`) },
		"another role": func(u *someone) {
			boss.must(t, http.MethodPatch, "/api/admin/users/"+u.id, `{"system_role":"AUDITOR"}`)
		},
	} {
		username := word()
		u := in.join(username, username, "USER")
		sock := u.on(rig.nodes[1].installation).connect()
		began := time.Now()
		end(u)
		if code := sock.closeCode(); code != actors.SessionEnded.Code {
			t.Errorf("%s: the socket is closed with %d", name, code)
		}
		t.Logf("%s: cut off after %s", name, time.Since(began))
		if status, _, _ := u.do(http.MethodGet, "/api/auth/me", nil, nil); status != http.StatusUnauthorized {
			t.Errorf("%s: the token is still good: %d", name, status)
		}
	}
	there.send(map[string]any{"type": "ping"})
	there.untilType("pong")
	var acts []string
	for _, e := range getJSON[struct{ Entries []client.AuditEntry }](t, boss, "/api/admin/audit?limit=50").Entries {
		acts = append(acts, e.Act)
	}
	for _, act := range []string{"session_ended", "sessions_ended", "user_disabled", "system_role_changed"} {
		if !slices.Contains(acts, act) {
			t.Errorf("no row %s in %v", act, acts)
		}
	}
	if status, _, text := boss.do(http.MethodPatch, "/api/admin/users/"+boss.id, http.Header{"Content-Type": {"application/json"}}, strings.NewReader(`{"disabled":true}`)); status != http.StatusConflict {
		t.Errorf("an administrator disables themselves: %d %s", status, text)
	}
}
