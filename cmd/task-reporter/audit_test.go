package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"taskreporter/httpapi/client"
	"taskreporter/incident"
)

// deed is something that must leave a row. {room}, {message}, {own}, {file}, {third}, {template},
// {newcomer} and the like in what is done and in the row's target stand for ids.
type deed struct {
	act     string
	who     string // account that does it
	do      string // METHOD path body; or a frame; or "admin …" for a command
	target  string // part of it
	refused bool
}

var failedLogin = deed{act: "login_failed", do: `POST /api/auth/login {"username":"wang","password":"wrong"}`, target: "POST /api/auth/login: wrong password", refused: true}

// F-SE-05: every act that is relevant for security, in the order in which it is done.
// Beside these: session_ended (accounts_test.go), signed_out_by_directory
// (directory_test.go), refresh_token_reused (package httpapi, by an injected clock),
// drain_node (package httpapi), file_quarantined (scan_test.go), storage_repaired
// (admin_storage_test.go), user_added by a member of a room (newcomer_test.go),
// backup_taken and backup_restored (restore_drill_test.go).
var deeds = []deed{
	{act: "login", who: "wang", do: `POST /api/auth/login {"username":"wang","password":"` + testPassword + `"}`, target: "POST /api/auth/login"},
	failedLogin,
	failedLogin, failedLogin, failedLogin, failedLogin,
	{act: "login_limited", who: "", do: `POST /api/auth/login {"username":"wang","password":"` + testPassword + `"}`, target: "POST /api/auth/login", refused: true},
	{act: "logout", who: "spare", do: "POST /api/auth/logout", target: "POST /api/auth/logout"},

	{act: "room_created", who: "wang", do: `POST /api/rooms {"title":"沖壓機停機","incident_type":"equipment","severity":"HIGH"}`, target: "room "},
	{act: "room_updated", who: "wang", do: `PATCH /api/rooms/{room} {"version":{version},"severity":"CRITICAL"}`, target: "room {room}"},
	{act: "room_moved", who: "wang", do: `POST /api/rooms/{room}/status {"version":{version},"status":"ACKNOWLEDGED"}`, target: "room {room} OPEN to ACKNOWLEDGED"},
	{act: "member_added", who: "wang", do: `POST /api/rooms/{room}/members {"user_id":"{newcomer}","role":"VIEWER"}`, target: "room {room} member {newcomer} VIEWER"},
	{act: "role_changed", who: "wang", do: `PATCH /api/rooms/{room}/members/{newcomer} {"role":"EDITOR"}`, target: "room {room} member {newcomer} VIEWER to EDITOR"},
	{act: "member_removed", who: "wang", do: "DELETE /api/rooms/{room}/members/{newcomer}", target: "room {room} member {newcomer}"},
	{act: "message_deleted", who: "wang", do: "DELETE /api/rooms/{room}/messages/{message}", target: "room {room} message {message}"},
	{act: "message_deleted", who: "helper", do: "DELETE /api/rooms/{room}/messages/{own}", target: "room {room} message {own}"},
	{act: "message_deleted", who: "helper", do: `{"type":"delete_message","room_id":"{room}","client_msg_id":"d1","message_id":"{other}"}`, target: "room {room} message {other}"},
	{act: "file_deleted", who: "helper", do: "DELETE /api/rooms/{room}/files/{third}", target: "room {room} file {third}"},

	{act: "access_refused", who: "outsider", do: "GET /api/rooms/{room}", target: "room {room} GET /api/rooms/:room_id", refused: true},
	{act: "access_refused", who: "outsider", do: "GET /api/rooms/{room}/files/{file}/content", target: "room {room} GET", refused: true},
	{act: "access_refused", who: "outsider", do: `POST /api/rooms/{room}/messages {"client_msg_id":"m1","text":"x"}`, target: "room {room} POST", refused: true},
	{act: "access_refused", who: "outsider", do: "GET /api/admin/audit/export", target: "GET /api/admin/audit/export", refused: true},
	{act: "access_refused", who: "outsider", do: `{"type":"subscribe","room_id":"{room}","after_seq":0}`, target: "room {room} over the socket", refused: true},

	{act: "read_by_office", who: "boss", do: "GET /api/rooms/{room}/files/{file}/content", target: "room {room} GET /api/rooms/:room_id/files/:file_id/content"},
	{act: "read_by_office", who: "auditor", do: "GET /api/rooms/{room}/files/{file}/content", target: "room {room} GET /api/rooms/:room_id/files/:file_id/content"},
	{act: "read_by_office", who: "auditor", do: "GET /api/rooms/{room}/messages", target: "room {room} GET /api/rooms/:room_id/messages"},
	{act: "read_by_office", who: "auditor", do: `{"type":"subscribe","room_id":"{room}","after_seq":0}`, target: "room {room} over the socket"},
	{act: "room_exported", who: "wang", do: "GET /api/rooms/{room}/export", target: "room {room} up to seq "},
	{act: "export_by_office", who: "auditor", do: "GET /api/rooms/{room}/export", target: "room {room} GET /api/rooms/:room_id/export"},
	{act: "search_by_office", who: "auditor", do: "GET /api/search?q=helper", target: "GET /api/search"},
	{act: "delete_any_file_by_office", who: "boss", do: "DELETE /api/rooms/{room}/files/{file}?reason=x", target: "room {room} DELETE"},
	{act: "file_deleted", who: "wang", do: "DELETE /api/rooms/{room}/files/{second}", target: "room {room} file {second}"},
	{act: "manage_members_by_office", who: "boss", do: `POST /api/rooms/{room}/members {"user_id":"{newcomer}","role":"EDITOR"}`, target: "room {room} POST"},
	{act: "ownership_transferred", who: "wang", do: `POST /api/rooms/{room}/transfer-ownership {"user_id":"{newcomer}","from":"{wang}"}`, target: "room {room} from {wang} to {newcomer}"},

	{act: "room_held", who: "boss", do: `PUT /api/rooms/{room}/hold {"reason":"stays"}`, target: `room {room}: "stays"`},
	{act: "room_released", who: "boss", do: "DELETE /api/rooms/{room}/hold?reason=over", target: `room {room}: "over"`},
	{act: "retention_set", who: "boss", do: `PUT /api/admin/retention {"version":0,"days":{"LOW":365}}`, target: "retention policy 1: LOW 365 days"},

	{act: "template_created", who: "boss", do: "POST /api/templates " + templateBody("x", ""), target: "template "},
	{act: "template_updated", who: "boss", do: "PATCH /api/templates/{template} " + templateBody("y", ""), target: "template {template}"},
	{act: "template_retired", who: "boss", do: "DELETE /api/templates/{template}", target: "template {template}"},
	{act: "audit_exported", who: "auditor", do: "GET /api/admin/audit/export?act=login", target: "audit trail act=login"},

	{act: "token_made", who: "wang", do: `POST /api/auth/tokens {"name":"gateway","scopes":["read","write"],"expires_in_days":7}`, target: "token {token} read write"},
	{act: "token_revoked", who: "wang", do: "DELETE /api/auth/tokens/{token}", target: "token {token} of user {wang}"},
	{act: "sessions_ended", who: "boss", do: "DELETE /api/admin/users/{newcomer}/sessions", target: "user {newcomer}"},
	{act: "user_disabled", who: "boss", do: `PATCH /api/admin/users/{newcomer} {"disabled":true}`, target: "user {newcomer}"},
	{act: "user_enabled", who: "boss", do: `PATCH /api/admin/users/{newcomer} {"disabled":false}`, target: "user {newcomer}"},
	{act: "system_role_changed", who: "boss", do: `PATCH /api/admin/users/{newcomer} {"system_role":"AUDITOR"}`, target: "user {newcomer} AUDITOR"},
	{act: "room_moved", who: "boss", do: `POST /api/rooms/{room}/status {"version":{version},"status":"CANCELLED","reason":"x"}`, target: "room {room} ACKNOWLEDGED to CANCELLED"},
	{act: "room_moved", who: "boss", do: "DELETE /api/rooms/{room}", target: "room {room} CANCELLED to ARCHIVED"},
	{act: "room_purged", who: "boss", do: `POST /api/admin/retention/run {"reason":"gone","room_ids":["{room}"]}`, target: "room {room} INC-"},
	{act: "user_added", do: "admin user add --username li --name Li --password-stdin", target: "user "},
	{act: "password_set", do: "admin user password --username li --password-stdin", target: "user "},
	{act: "user_disabled", do: "admin user change --username li --disable", target: "user "},
}

// F-SE-05: each leaves exactly the row that says who, what, to what, from where, how it
// ended, and by which request.
func TestWhatMattersForSecurityLeavesARow(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, db.env(t)...)
			in.start()
			people := map[string]*someone{}
			for name, role := range map[string]string{
				"wang": "USER", "helper": "USER", "newcomer": "USER", "outsider": "USER", "spare": "USER", "boss": "ADMIN", "auditor": "AUDITOR",
			} {
				people[name] = in.join(name, name, role)
			}
			ids := []string{"{newcomer}", people["newcomer"].id, "{wang}", people["wang"].id}
			fill := func(text string) string { return strings.NewReplacer(ids...).Replace(text) }
			for _, d := range deeds {
				if strings.Contains(d.do, "{version}") {
					room := getJSON[client.Room](t, people["wang"], fill("/api/rooms/{room}"))
					d.do = strings.ReplaceAll(d.do, "{version}", fmt.Sprint(room.Version))
				}
				last := newest(t, people["boss"], d.act)
				request, made := people[d.who].act(in, d, fill(d.do))
				switch d.act {
				case "room_created":
					ids = append(ids, "{room}", made["room_id"].(string))
					helper, room := people["helper"], made["room_id"].(string)
					people["wang"].bring(room, helper, client.EDITOR)
					ids = append(ids, "{message}", helper.say(room, "helper").MessageId, "{own}", helper.say(room, "own").MessageId, "{other}", helper.say(room, "other").MessageId,
						"{third}", helper.upload(room, "c.log", []byte("10:02 停機\n"), "").FileId,
						"{file}", helper.upload(room, "a.log", []byte("10:00 停機\n"), "").FileId,
						"{second}", helper.upload(room, "b.log", []byte("10:01 停機\n"), "").FileId)
				case "token_made":
					ids = append(ids, "{token}", made["api_token"].(map[string]any)["token_id"].(string))
				case "template_created":
					ids = append(ids, "{template}", made["template_id"].(string))
				}
				var row client.AuditEntry
				waitFor(t, "row of "+d.act, func() bool {
					row = newest(t, people["boss"], d.act)
					return row.AuditId != last.AuditId
				})
				d.judge(t, row, people[d.who], request, fill(d.target))
			}
			in.checkExport(people["auditor"])
		})
	}
}

// act does the deed, and returns the id of the request and the answer.
func (u *someone) act(in *installation, d deed, do string) (request string, answer map[string]any) {
	in.t.Helper()
	if command, ok := strings.CutPrefix(do, "admin "); ok {
		in.run(testPassword+"\n", append([]string{"admin"}, strings.Fields(command)...)...)
		return "", nil
	}
	if strings.HasPrefix(do, "{") {
		sock := u.connect()
		defer func() { _ = sock.conn.Close() }()
		sock.send(json.RawMessage(do))
		sock.until("an answer", func(f frame) bool { return f.Type == "subscribed" || f.Type == "ack" || f.Type == "error" })
		return "", nil
	}
	if u == nil {
		u = &someone{in: in}
	}
	method, rest, _ := strings.Cut(do, " ")
	path, body, hasBody := strings.Cut(rest, " ")
	header := http.Header{"X-Requested-With": {"task-reporter"}}
	if hasBody {
		header.Set("Content-Type", "application/json")
	}
	status, got, text := u.do(method, path, header, strings.NewReader(body))
	if d.refused != (status == http.StatusForbidden || status == http.StatusUnauthorized || status == http.StatusTooManyRequests) || !d.refused && status >= 300 {
		in.t.Fatalf("%s: %d %.300s", do, status, text)
	}
	_ = json.Unmarshal(text, &answer) // not every answer is JSON
	return got.Get("X-Request-Id"), answer
}

func (d deed) judge(t *testing.T, row client.AuditEntry, who *someone, request, target string) {
	t.Helper()
	outcome := map[bool]string{false: "ok", true: "refused"}[d.refused]
	if string(row.Outcome) != outcome || !strings.Contains(row.Target, target) || row.At.IsZero() {
		t.Errorf("%s: %+v, want %s of %q", d.act, row, outcome, target)
	}
	switch {
	case strings.HasPrefix(d.do, "admin "):
		if !strings.HasPrefix(row.Who.Name, "shell") || row.From != "shell" {
			t.Errorf("%s: %+v, want the shell's", d.act, row)
		}
		return
	case who == nil:
		if row.Who.UserId != "" || row.Who.Name != "wang" {
			t.Errorf("%s: %+v, want the name that was tried", d.act, row)
		}
	case row.Who.UserId != who.id || row.Who.Name != who.name:
		t.Errorf("%s: by %+v, want %s", d.act, row.Who, who.name)
	}
	if row.From != "127.0.0.1" || row.RequestId == "" || request != "" && row.RequestId != request {
		t.Errorf("%s: from %q by request %q, want %q", d.act, row.From, row.RequestId, request)
	}
}

// F-SE-05: each start leaves a row, which shows whether the settings are others than at
// the one before, and tells no values.
func TestAStartIsAuditedWithItsSettings(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	var boss *someone
	var rows []string
	for _, more := range []string{"", "", "TASK_REPORTER_LIMIT_SOCKETS_PER_USER=7"} {
		in.env = append(in.env, more)
		s := in.start()
		if boss == nil {
			boss = in.join("boss", "廠長", "ADMIN")
		}
		row := newest(t, boss, "server_started")
		if row.Who.Name != incident.House.Name || row.From != "server" || !strings.HasPrefix(row.Target, "node ") || strings.Contains(row.Target, in.addr) {
			t.Errorf("%+v", row)
		}
		_, settings, _ := strings.Cut(row.Target, " settings ")
		rows = append(rows, settings)
		s.kill()
	}
	digest := func(i int) string { return strings.Fields(rows[i])[0] }
	if rows[0] != rows[1] || digest(2) == digest(0) || strings.Contains(rows[0], "limit_sockets_per_user") || !strings.Contains(rows[2], " limit_sockets_per_user") {
		t.Errorf("%q", rows)
	}
}

func newest(t *testing.T, reader *someone, act string) client.AuditEntry {
	t.Helper()
	page := getJSON[struct{ Entries []client.AuditEntry }](t, reader, "/api/admin/audit?limit=1&act="+url.QueryEscape(act))
	if len(page.Entries) == 0 {
		return client.AuditEntry{}
	}
	return page.Entries[0]
}
