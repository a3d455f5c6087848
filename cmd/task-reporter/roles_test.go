package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"taskreporter/httpapi/client"
)

// rolesTable is the table "who may do what" (F-SE-01), written down without a look
// at the code that decides by it. An ADMIN acknowledges because they may change any
// status; an OWNER may leave as anybody, were it not for the rule that they hand
// their role on first.
const rolesTable = `
act                 OWNER     EDITOR  VIEWER  outsider  ADMIN  AUDITOR
session             y         y       y       y         y      y
person              y         y       y       y         y      y
declare             y         y       y       y         y      n
read                y         y       y       n         y      y
export              y         y       n       n         y      y
react               y         y       y       n         n      n
acknowledge         y         y       y       n         y      n
post                y         y       n       n         n      n
upload              y         y       n       n         n      n
delete_own_file     y         y       y       n         n      n
delete_any_file     y         n       n       n         y      n
delete_any_message  y         n       n       n         y      n
status              y         y       n       n         y      n
settings            y         n       n       n         y      n
add_viewer          y         y       n       n         y      n
manage_members      y         n       n       n         y      n
transfer            y         n       n       n         y      n
leave               conflict  y       y       n         n      n
find_people         y         y       y       y         y      y
read_templates      y         y       y       y         y      y
manage_templates    n         n       n       n         y      n
read_users          n         n       n       n         y      y
manage_users        n         n       n       n         y      n
read_audit          n         n       n       n         y      y
read_cluster        n         n       n       n         y      y
read_storage        n         n       n       n         y      y
drain_node          n         n       n       n         y      n
read_retention      n         n       n       n         y      y
manage_retention    n         n       n       n         y      n
hold_room           n         n       n       n         y      n
`

// readTable returns the answer by act and person: "ok" or the code of an error.
func readTable(t *testing.T) (people []string, table map[string]map[string]string) {
	t.Helper()
	table = map[string]map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(rolesTable)) {
		cells := strings.Fields(line)
		if people == nil {
			people = cells[1:]
			continue
		}
		if len(cells) != len(people)+1 {
			t.Fatalf("table: %q", line)
		}
		row := map[string]string{}
		for i, who := range people {
			row[who] = map[string]string{"y": "ok", "n": "forbidden"}[cells[i+1]]
			if row[who] == "" {
				row[who] = cells[i+1]
			}
		}
		table[cells[0]] = row
	}
	return people, table
}

// readContract returns "operation act" of every operation and frame that the served
// contract opens to somebody who is signed in.
func readContract(t *testing.T, in *installation) []string {
	t.Helper()
	_, _, text := in.fetch(in.url("/openapi.yaml"), nil)
	var contract struct {
		Paths      map[string]map[string]yaml.Node `yaml:"paths"`
		Components struct {
			Schemas map[string]struct {
				Acts          []string `yaml:"x-acts"`
				Discriminator struct {
					Mapping map[string]string `yaml:"mapping"`
				} `yaml:"discriminator"`
			} `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	var all []string
	add := func(name string, acts []string) {
		if len(acts) == 0 {
			t.Errorf("%s: the contract names no act", name)
		}
		for _, act := range acts {
			all = append(all, name+" "+act)
		}
	}
	for _, item := range contract.Paths {
		for method, node := range item {
			var op struct {
				ID       string       `yaml:"operationId"`
				Acts     []string     `yaml:"x-acts"`
				Security *[]yaml.Node `yaml:"security"`
			}
			if method == "parameters" {
				continue
			}
			if err := node.Decode(&op); err != nil {
				t.Fatal(err)
			}
			if op.Security == nil || len(*op.Security) > 0 { // else it needs no token
				add(op.ID, op.Acts)
			}
		}
	}
	frames := contract.Components.Schemas["ClientFrame"].Discriminator.Mapping
	if len(frames) == 0 {
		t.Fatal("the contract has no frames")
	}
	for frame, ref := range frames {
		add(frame, contract.Components.Schemas[ref[strings.LastIndexByte(ref, '/')+1:]].Acts)
	}
	slices.Sort(all)
	return all
}

// F-SE-01, F-SE-02, F-MB-02: every cell of the table, by every operation and every
// frame of the contract: what is allowed works, what is not is refused, changes
// nothing and leaves a row; what only an office allows leaves a row too. An
// operation or a frame that has no recipe fails.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			c := newCast(t, db.env(t)...)
			people, table := readTable(t)
			var known []string
			for _, r := range recipes {
				known = append(known, r.op+" "+r.act)
			}
			slices.Sort(known)
			if contract := readContract(t, c.in); !slices.Equal(known, contract) {
				t.Errorf("without a recipe: %v\nrecipes of nothing: %v", without(contract, known), without(known, contract))
			}
			used := map[string]bool{}
			for _, r := range recipes {
				used[r.act] = true
				row := maps.Clone(table[r.act])
				if row == nil {
					t.Errorf("%s: the table has no line for %s", r.op, r.act)
					continue
				}
				maps.Copy(row, r.but)
				t.Run(r.op+" "+r.act, func(t *testing.T) {
					t.Parallel()
					c.walk(t, r, people, row)
				})
			}
			for act := range table {
				if !used[act] {
					t.Errorf("nothing does %s", act)
				}
			}
		})
	}
}

func without(all, those []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(those, s) })
}

// walk does one recipe as everybody: first those who are refused, one after another
// in the same room, then each of the others in a room of their own.
func (c *cast) walk(t *testing.T, r recipe, people []string, row map[string]string) {
	s := c.scene(t, r)
	for _, who := range people {
		if row[who] == "ok" {
			continue
		}
		before := s.state(r)
		got := s.do(r, who)
		if got.code != row[who] {
			t.Errorf("%s: %s, want %s", who, got, row[who])
		}
		if after := s.state(r); after != before {
			t.Errorf("%s was refused, yet changed\n%s\nto\n%s", who, before, after)
		}
		if got.code == "forbidden" {
			s.wantRow(r, "of the refusal of "+who, who, "access_refused", func(e client.AuditEntry) bool {
				return e.Outcome == client.AuditEntryOutcomeRefused && e.RequestId != "" && (got.request == e.RequestId || got.request == "" && strings.Contains(e.Target, s.room.RoomId))
			})
		}
	}
	for _, who := range people {
		if row[who] != "ok" {
			continue
		}
		s := c.scene(t, r)
		before := s.state(r)
		if got := s.do(r, who); got.code != "ok" {
			t.Errorf("%s: %s, want success", who, got)
		}
		if after := s.state(r); r.changes && after == before {
			t.Errorf("%s: nothing changed: %s", who, after)
		} else if !r.changes && after != before {
			t.Errorf("%s changed\n%s\nto\n%s", who, before, after)
		}
		if ofRoom := strings.Contains(r.rest+r.frame, "{room}") || strings.Contains(r.rest+r.frame, "{id}"); ofRoom && r.act != "session" && (who == "ADMIN" || who == "AUDITOR") {
			s.wantRow(r, "of what "+who+" did by office", who, "", func(e client.AuditEntry) bool {
				return e.Outcome == client.AuditEntryOutcomeOk && strings.Contains(e.Target, s.room.RoomId)
			})
		}
	}
}

// cast is who takes part, on one server.
type cast struct {
	in       *installation
	people   map[string]*someone // by the columns of the table
	helper   *someone
	newcomer *someone
	template string // that brings EDITOR, VIEWER and helper into a room
	crowded  string // that brings everybody in, as EDITOR
	node     string
	photo    []byte
}

func newCast(t *testing.T, env ...string) *cast {
	t.Helper()
	in := newInstallation(t, append(env, "TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=10000", "TASK_REPORTER_LIMIT_REQUEST_BURST=10000",
		"TASK_REPORTER_LIMIT_SOCKETS_PER_USER=1000")...)
	in.start()
	c := &cast{in: in, people: map[string]*someone{}, photo: smallPhoto(t)}
	for who, system := range map[string]string{"OWNER": "USER", "EDITOR": "USER", "VIEWER": "USER", "outsider": "USER", "ADMIN": "ADMIN", "AUDITOR": "AUDITOR"} {
		c.people[who] = in.join(account(who), who, system)
	}
	c.helper, c.newcomer = in.join("helper", "helper", "USER"), in.join("newcomer", "newcomer", "USER")
	member := func(u *someone, role string) string { return fmt.Sprintf(`{"user_id":"%s","role":"%s"}`, u.id, role) }
	c.template = c.newTemplate(t, member(c.people["EDITOR"], "EDITOR")+","+member(c.people["VIEWER"], "VIEWER")+","+member(c.helper, "EDITOR"))
	everybody := member(c.helper, "EDITOR")
	for _, who := range []string{"EDITOR", "VIEWER", "outsider", "ADMIN", "AUDITOR"} {
		everybody += "," + member(c.people[who], "EDITOR")
	}
	c.crowded = c.newTemplate(t, everybody)
	c.node = getJSON[client.ClusterNodes](t, c.people["ADMIN"], "/api/admin/cluster").NodeId
	return c
}

func (c *cast) newTemplate(t *testing.T, members string) string {
	t.Helper()
	return c.people["ADMIN"].must(t, http.MethodPost, "/api/templates", templateBody("cast", members))["template_id"].(string)
}

// must sends what must be done, and returns the answer.
func (u *someone) must(t *testing.T, method, path, body string) map[string]any {
	t.Helper()
	status, _, answer := u.do(method, path, http.Header{"Content-Type": {"application/json"}}, strings.NewReader(body))
	if status >= 300 {
		t.Fatalf("%s %s %s: %d %s", method, path, body, status, answer)
	}
	var v map[string]any
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &v); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// answer is what somebody got: "ok" or the code of an error.
type answer struct{ code, request, text string }

func (a answer) String() string { return strings.TrimSpace(a.code + " " + a.text) }

// uploadTo sends a picture.
func (u *someone) uploadTo(path string, photo []byte) (int, []byte) {
	u.in.t.Helper()
	body, kind := form(u.in.t, "file", "press.jpg", photo, "")
	status, _, text := u.do(http.MethodPost, path, http.Header{"Content-Type": {kind}}, bytes.NewReader(body))
	return status, text
}

// word is one that was never used before.
func word() string { return strings.ToLower(rand.Text()) }

// account is the user name of somebody of the table.
func account(who string) string { return "the-" + strings.ToLower(who) }
