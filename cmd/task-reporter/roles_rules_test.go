package main

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"taskreporter/httpapi/client"
)

// archived makes a room read-only.
const archived = `DELETE {room}`

// F-RM-09: an archived room is read-only for all: whatever would change it is a
// conflict for those who might, by every operation and every frame, and it can still
// be read.
func TestAnArchivedRoomCanOnlyBeRead(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	_, table := readTable(t)
	for _, r := range recipes {
		inRoom := r.state == "" && strings.Contains(r.rest+r.frame, "{")
		if !inRoom || r.act == "session" || r.act == "person" || strings.Contains(r.rest, "{node}") || strings.Contains(r.rest, "{template}") {
			continue
		}
		t.Run(r.op+" "+r.act, func(t *testing.T) {
			t.Parallel()
			s := c.scene(t, r)
			owner := s.who("OWNER")
			for _, step := range []string{cancelled, archived} {
				if step == cancelled && r.ready == cancelled {
					continue
				}
				if got := s.call(owner, "OWNER", step); got.code != "ok" {
					t.Fatalf("archive: %s", got)
				}
			}
			for _, who := range []string{"OWNER", "ADMIN"} {
				if r.but[who] != "" || table[r.act][who] != "ok" {
					continue
				}
				want := "conflict"
				switch r.op {
				case "read", "markRead", "listUploads", "findUpload", "endUpload": // what somebody has read or begun is theirs
					want = "ok"
				}
				if r.act == "read" || r.act == "export" {
					want = "ok"
				}
				before := s.state(r)
				if got := s.do(r, who); got.code != want {
					t.Errorf("%s: %s, want %s", who, got, want)
				}
				if after := s.state(r); after != before {
					t.Errorf("%s changed\n%s\nto\n%s", who, before, after)
				}
			}
		})
	}
}

// F-MB-03, F-MB-04: the rules under the table. Nobody raises themselves, an OWNER
// loses that role by transfer or by an ADMIN, and a room is never without one.
func TestRolesAreNeitherTakenNorLost(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	people := map[string]*someone{
		"owner": in.join("owner", "班長", "USER"), "second": in.join("second", "副班長", "USER"), "editor": in.join("editor", "李工", "USER"),
		"viewer": in.join("viewer", "陳工", "USER"), "boss": in.join("boss", "廠長", "ADMIN"), "inside": in.join("inside", "資訊", "ADMIN"),
	}
	roles := map[string]client.Role{"owner": client.OWNER, "second": client.OWNER, "editor": client.EDITOR, "viewer": client.VIEWER, "inside": client.VIEWER}
	room := "/api/rooms/" + people["owner"].declare("三線停機").RoomId
	ids := []string{}
	for name, u := range people {
		ids = append(ids, "{"+name+"}", u.id)
		if role := roles[name]; role != "" && name != "owner" {
			people["owner"].bring(strings.TrimPrefix(room, "/api/rooms/"), u, role)
		}
	}
	fill := strings.NewReplacer(ids...)
	for _, step := range []struct {
		name, who, method, path, body string
		status                        int
		after                         map[string]client.Role // that are others from then on; "" for no member
	}{
		{"an ADMIN adds themselves", "boss", "POST", "/members", `{"user_id":"{boss}","role":"VIEWER"}`, 403, nil},
		{"an ADMIN who is a VIEWER raises themselves", "inside", "PATCH", "/members/{inside}", `{"role":"EDITOR"}`, 403, nil},
		{"an ADMIN hands an ownership to themselves", "inside", "POST", "/transfer-ownership", `{"user_id":"{inside}","from":"{owner}"}`, 403, nil},
		{"an EDITOR raises themselves", "editor", "PATCH", "/members/{editor}", `{"role":"OWNER"}`, 403, nil},
		{"an EDITOR adds another EDITOR", "editor", "POST", "/members", `{"user_id":"{boss}","role":"EDITOR"}`, 403, nil},
		{"an EDITOR gives a VIEWER their own role by adding them", "editor", "POST", "/members", `{"user_id":"{viewer}","role":"EDITOR"}`, 403, nil},
		{"a VIEWER comes in twice", "owner", "POST", "/members", `{"user_id":"{viewer}","role":"OWNER"}`, 409, nil},
		{"an OWNER lowers another OWNER", "owner", "PATCH", "/members/{second}", `{"role":"EDITOR"}`, 409, nil},
		{"an OWNER lowers themselves", "owner", "PATCH", "/members/{owner}", `{"role":"VIEWER"}`, 409, nil},
		{"an OWNER removes another OWNER", "owner", "DELETE", "/members/{second}", "", 409, nil},
		{"an OWNER leaves", "owner", "DELETE", "/members/{owner}", "", 409, nil},
		{"an OWNER hands on another's ownership", "owner", "POST", "/transfer-ownership", `{"user_id":"{editor}","from":"{second}"}`, 403, nil},
		{"an OWNER hands on to who is no member", "owner", "POST", "/transfer-ownership", `{"user_id":"{boss}"}`, 404, nil},
		{"an ADMIN lowers an OWNER", "boss", "PATCH", "/members/{second}", `{"role":"VIEWER"}`, 200, map[string]client.Role{"second": client.VIEWER}},
		{"an ADMIN lowers the last OWNER", "boss", "PATCH", "/members/{owner}", `{"role":"VIEWER"}`, 409, nil},
		{"an ADMIN removes the last OWNER", "boss", "DELETE", "/members/{owner}", "", 409, nil},
		{"an OWNER hands on", "owner", "POST", "/transfer-ownership", `{"user_id":"{editor}"}`, 204, map[string]client.Role{"owner": client.EDITOR, "editor": client.OWNER}},
		{"who was OWNER takes it back", "owner", "POST", "/transfer-ownership", `{"user_id":"{owner}","from":"{editor}"}`, 403, nil},
		{"who was OWNER leaves", "owner", "DELETE", "/members/{owner}", "", 204, map[string]client.Role{"owner": ""}},
		{"who has left comes back", "owner", "POST", "/members", `{"user_id":"{owner}","role":"VIEWER"}`, 403, nil},
		{"an ADMIN hands on", "boss", "POST", "/transfer-ownership", `{"user_id":"{viewer}","from":"{editor}"}`, 204, map[string]client.Role{"viewer": client.OWNER, "editor": client.EDITOR}},
	} {
		u := people[step.who]
		status, _, text := u.do(step.method, room+fill.Replace(step.path), http.Header{"Content-Type": {"application/json"}}, strings.NewReader(fill.Replace(step.body)))
		if status != step.status {
			t.Errorf("%s: %d %s, want %d", step.name, status, text, step.status)
		}
		maps.Copy(roles, step.after)
		maps.DeleteFunc(roles, func(_ string, r client.Role) bool { return r == "" })
		now := map[string]client.Role{}
		for _, m := range getJSON[struct{ Members []client.Member }](t, people["boss"], room+"/members").Members {
			for name, u := range people {
				if u.id == m.UserId {
					now[name] = m.Role
				}
			}
		}
		if !maps.Equal(now, roles) {
			t.Fatalf("%s: the roles are %v, want %v", step.name, now, roles)
		}
	}
}
