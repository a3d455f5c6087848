package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"taskreporter/auth/directory/directorytest"
	"taskreporter/httpapi/client"
)

// find searches people and waits until the directory takes part.
func (u *someone) find(q string) []client.FoundPerson {
	u.in.t.Helper()
	var found client.FoundPeople
	waitFor(u.in.t, "directory's answer to "+q, func() bool {
		found = getJSON[client.FoundPeople](u.in.t, u, "/api/users?q="+url.QueryEscape(q))
		return found.Directory == client.DirectoryAsked
	})
	return found.Users
}

// add asks for a membership and returns what the answer was.
func (u *someone) add(room string, m client.NewMember) (int, client.Problem) {
	u.in.t.Helper()
	body, err := json.Marshal(m)
	if err != nil {
		u.in.t.Fatal(err)
	}
	status, _, text := u.do(http.MethodPost, "/api/rooms/"+room+"/members", http.Header{"Content-Type": {"application/json"}}, strings.NewReader(string(body)))
	if status == http.StatusCreated {
		return status, client.Problem{}
	}
	return status, problemOf(u.in.t, text)
}

// F-MB-01, F-AU-11: whom the directory knows is found and brought into a room before
// they have ever signed in, whatever they are called; and afterwards they are the
// same account.
func TestSomebodyOfTheDirectoryIsBroughtInBeforeTheyEverSignIn(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			slapd := directorytest.Start(t)
			in := newInstallation(t, append(db.env(t), withDirectory(slapd)...)...)
			in.start()
			owner := in.join("owner", "班長", "USER")
			boss := in.join("breakglass", "救援帳號", "ADMIN")
			editor := in.join("editor", "處理", "USER")
			outside := in.join("outside", "外人", "USER")
			room := owner.declare("三線停機").RoomId
			owner.bring(room, editor, client.EDITOR)

			keys := map[string]string{}
			for q, username := range map[string]string{
				"Alice Lin": "alice", "小明": directorytest.Wang, directorytest.Awful: directorytest.Awful, "(ops)\\,": directorytest.Awful, "carol": "carol",
			} {
				found := owner.find(q)
				if len(found) != 1 || found[0].Username != username || found[0].DirectoryKey == "" || found[0].UserId != "" {
					t.Fatalf("%s: %+v", q, found)
				}
				keys[username] = found[0].DirectoryKey
			}
			for _, q := range []string{"outsider", "Lena Locked", "left", "*", "o*r", "alice)(uid=*", "\\2a", strings.Repeat("王", 100)} {
				for _, p := range owner.find(q) {
					if p.DirectoryKey != "" && p.Username != directorytest.Awful {
						t.Errorf("%q finds %+v", q, p)
					}
				}
			}
			if list := getJSON[client.FoundPeople](t, owner, "/api/users?q=alice&directory=false"); len(list.Users) > 0 || list.Directory != client.DirectoryNotAsked {
				t.Errorf("accounts only: %+v", list)
			}

			for name, c := range map[string]struct {
				who    *someone
				m      client.NewMember
				status int
				code   client.ErrorCode
			}{
				"made up":     {owner, client.NewMember{DirectoryKey: "00000000-0000-0000-0000-000000000000", Role: client.VIEWER}, 404, client.NotFound},
				"a pattern":   {owner, client.NewMember{DirectoryKey: "*", Role: client.VIEWER}, 404, client.NotFound},
				"an attack":   {owner, client.NewMember{DirectoryKey: "x)(uid=alice", Role: client.VIEWER}, 404, client.NotFound},
				"outsider":    {owner, client.NewMember{DirectoryKey: slapd.Key("outsider"), Role: client.VIEWER}, 404, client.NotFound},
				"disabled":    {owner, client.NewMember{DirectoryKey: slapd.Key("locked"), Role: client.VIEWER}, 404, client.NotFound},
				"nobody":      {owner, client.NewMember{Role: client.VIEWER}, 400, client.Invalid},
				"two":         {owner, client.NewMember{UserId: owner.id, DirectoryKey: keys["alice"], Role: client.VIEWER}, 400, client.Invalid},
				"too long":    {owner, client.NewMember{DirectoryKey: strings.Repeat("x", 256), Role: client.VIEWER}, 400, client.Invalid},
				"by outsider": {outside, client.NewMember{DirectoryKey: keys["alice"], Role: client.VIEWER}, 403, client.Forbidden},
				"by editor":   {editor, client.NewMember{DirectoryKey: keys["alice"], Role: client.EDITOR}, 403, client.Forbidden},
			} {
				if status, p := c.who.add(room, c.m); status != c.status || p.Code != c.code || p.Detail == "" {
					t.Errorf("%s: %d %+v", name, status, p)
				}
			}
			if found := owner.find("alice.lin@mail"); len(found) != 1 || found[0].UserId != "" {
				t.Errorf("a refusal has made an account: %+v", found)
			}

			if status, p := editor.add(room, client.NewMember{DirectoryKey: keys["alice"], Role: client.VIEWER}); status != http.StatusCreated {
				t.Fatalf("alice: %d %+v", status, p)
			}
			for username, role := range map[string]client.Role{directorytest.Wang: client.OWNER, directorytest.Awful: client.EDITOR} {
				if status, p := owner.add(room, client.NewMember{DirectoryKey: keys[username], Role: role}); status != http.StatusCreated {
					t.Fatalf("%s: %d %+v", username, status, p)
				}
			}
			members := map[string]string{}
			for _, m := range getJSON[struct{ Members []client.Member }](t, owner, "/api/rooms/"+room+"/members").Members {
				members[m.Name] = m.UserId
			}
			found := owner.find("alice.lin@mail") // a mail address is in the directory only
			if len(found) != 1 || found[0].UserId != members["Alice Lin"] || found[0].DirectoryKey != "" {
				t.Errorf("with an account: %+v", found)
			}
			for _, username := range []string{"alice", directorytest.Wang, directorytest.Awful} {
				u, res := in.signInWith(username, directorytest.Password(username))
				if res.JSON200 == nil || u.id != members[u.name] {
					t.Fatalf("%s: %s, is %s, came in as %s", username, res.Status(), u.id, members[u.name])
				}
				getJSON[client.Room](t, u, "/api/rooms/"+room)
				for _, p := range owner.find(username) {
					if p.DirectoryKey != "" {
						t.Errorf("%s is found as a newcomer: %+v", username, p)
					}
				}
			}
			var added []string
			for _, e := range getJSON[struct{ Entries []client.AuditEntry }](t, boss, "/api/admin/audit?act=user_added").Entries {
				if e.Who.UserId != "" {
					added = append(added, e.Who.Name+" "+e.Target)
				}
			}
			if len(added) != 3 || added[2] != "處理 user "+members["Alice Lin"]+" of the directory" {
				t.Errorf("rows of the new accounts: %q", added)
			}

			slapd.Kill()
			var alone client.FoundPeople
			waitFor(t, "list without the directory", func() bool {
				alone = getJSON[client.FoundPeople](t, owner, "/api/users?q=a")
				return alone.Directory == client.DirectoryUnavailable
			})
			if len(alone.Users) == 0 || alone.Users[0].UserId == "" {
				t.Errorf("the accounts are not the answer: %+v", alone)
			}
			if status, p := owner.add(room, client.NewMember{DirectoryKey: keys["carol"], Role: client.VIEWER}); status != http.StatusServiceUnavailable || !strings.Contains(p.Detail, "directory") {
				t.Errorf("while the directory is away: %d %+v", status, p)
			}
			if status, p := owner.add(room, client.NewMember{UserId: outside.id, Role: client.VIEWER}); status != http.StatusCreated {
				t.Errorf("an account, while the directory is away: %d %+v", status, p)
			}
			slapd.Start()
			waitFor(t, "directory", func() bool {
				status, _ := owner.add(room, client.NewMember{DirectoryKey: keys["carol"], Role: client.VIEWER})
				return status == http.StatusCreated
			})
		})
	}
}
