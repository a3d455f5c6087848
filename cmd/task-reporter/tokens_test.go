package main

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"

	"taskreporter/actors"
	"taskreporter/httpapi/client"
)

// F-AU-10: every operation and every frame of the contract, done with an API token of
// the OWNER that may only read, and with one of the ADMIN that has no admin scope: the
// first changes nothing, the second is nobody's office, and neither touches how its
// person signs in.
func TestAPITokensDoNoMoreThanTheirScopes(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	_, table := readTable(t)
	reader := c.people["OWNER"].program(client.ScopeRead)
	plain := c.people["ADMIN"].program(client.ScopeRead, client.ScopeWrite)
	word := word()
	c.people["OWNER"].declare(word)
	for who, want := range map[*someone]int{c.people["ADMIN"]: 1, plain: 0} { // who is no member
		rooms := getJSON[client.RoomPage](t, who, "/api/rooms?q="+word).Rooms
		found := getJSON[client.SearchPage](t, who, "/api/search?q="+word).Hits
		if len(rooms) != want || len(found) != want {
			t.Errorf("%d rooms listed and %d found, want %d", len(rooms), len(found), want)
		}
	}
	reads := []string{"session", "read", "export", "find_people", "read_templates"}
	for _, r := range recipes {
		t.Run(r.op+" "+r.act, func(t *testing.T) {
			t.Parallel()
			s := c.scene(t, r)
			if s.token == "" {
				s.token, s.session = uuid.NewString(), uuid.NewString()
			}
			for _, as := range []struct {
				name string
				u    *someone
				want string
			}{
				{"OWNER", reader, map[bool]string{true: "ok", false: "forbidden"}[slices.Contains(reads, r.act)]},
				{"ADMIN", plain, table[r.act]["outsider"]},
			} {
				if r.act == "person" {
					as.want = "forbidden"
				}
				limited := *c
				limited.people = maps.Clone(c.people)
				limited.people[as.name] = as.u
				before := s.state(r)
				with := *s
				with.cast = &limited
				var got answer
				if r.act == "person" {
					got = with.call(with.who(as.name), as.name, r.rest)
				} else {
					got = with.do(r, as.name)
				}
				if got.code != as.want {
					t.Errorf("%s's token: %s, want %s", as.name, got, as.want)
				}
				if after := s.state(r); as.want != "ok" && after != before {
					t.Errorf("%s's token was refused, yet changed\n%s\nto\n%s", as.name, before, after)
				}
			}
		})
	}
}

// program is who acts for u by an API token.
func (u *someone) program(scopes ...client.Scope) *someone {
	p := *u
	p.token = u.newToken(scopes...).Token
	p.ClientWithResponses = u.in.client(&p)
	return &p
}

// F-AU-10, F-AU-03: a token works on every node, and with it end the sockets that it
// opened, on every node.
func TestARevokedAPITokenIsCutOffOnEveryNode(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	one, two := rig.nodes[0].installation, rig.nodes[1].installation
	boss, wang := one.join("boss", "廠長", "ADMIN"), one.join("wang", "王小明", "USER")
	room := wang.declare("三線停機").RoomId
	for name, revoke := range map[string]func(id string){
		"by its owner":         func(id string) { wang.must(t, http.MethodDelete, "/api/auth/tokens/"+id, "") },
		"by an administrator":  func(id string) { boss.must(t, http.MethodDelete, "/api/admin/tokens/"+id, "") },
		"with all of a person": func(string) { boss.must(t, http.MethodDelete, "/api/admin/users/"+wang.id+"/sessions", "") },
	} {
		wang.login("wang")
		made := wang.newToken(client.ScopeRead, client.ScopeWrite)
		gateway := *wang.on(two)
		gateway.token = made.Token
		gateway.ClientWithResponses = two.client(&gateway)
		gateway.say(room, "08:15 主軸過熱")
		sock := gateway.connect()
		sock.subscribe(room, 0)

		list := getJSON[client.ApiTokenList](t, wang, "/api/auth/tokens").Tokens
		if len(list) != 1 || list[0].TokenId != made.ApiToken.TokenId || list[0].LastUsedAt == nil {
			t.Errorf("%s: listed as %+v", name, list)
		}
		revoke(made.ApiToken.TokenId)
		if code := sock.closeCode(); code != actors.SessionEnded.Code {
			t.Errorf("%s: its socket closed with %d", name, code)
		}
		if status, _, _ := gateway.do(http.MethodGet, "/api/auth/me", nil, nil); status != http.StatusUnauthorized {
			t.Errorf("%s: it is answered %d", name, status)
		}
	}
}
