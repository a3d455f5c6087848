package httpapi

import (
	"slices"
	"testing"

	"taskreporter/incident"
)

// F-MB-01, F-MB-03: what a request says about members arrives at the room.
func TestMembersAreChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wang, li, chen := string(people["wang"].ID), string(people["li"].ID), string(people["chen"].ID)
	members := roomPath(press) + "/members"
	m := decodeAs[Member](t, h.call(t, "wang", "PATCH", members+"/"+chen, `{"role":"EDITOR"}`), 200)
	if m.UserId != chen || m.Role != EDITOR || given(m.ReadSeq) != 6 {
		t.Errorf("member: %+v", m)
	}
	for _, c := range []struct{ who, method, path, body string }{
		{"wang", "DELETE", members + "/" + chen, ""},
		{"chen", "DELETE", members + "/" + chen, ""},
		{"wang", "POST", roomPath(press) + "/transfer-ownership", `{"user_id":"` + li + `"}`},
		{"admin", "POST", roomPath(press) + "/transfer-ownership", `{"user_id":"` + li + `","from":"` + wang + `"}`},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		if a := h.call(t, c.who, c.method, c.path, body); a.StatusCode != 204 {
			t.Errorf("%s %s %s: %d %s", c.who, c.method, c.path, a.StatusCode, a.body)
		}
	}
	want := []string{"set role of " + chen + " to EDITOR", "remove " + chen, "remove " + chen, "transfer from " + wang + " to " + li, "transfer from " + wang + " to " + li}
	if got := told(h.changes()); !slices.Equal(got, want) {
		t.Errorf("told %v,\nwant %v", got, want)
	}
	for _, c := range []struct{ method, path, body string }{
		{"PATCH", members + "/" + chen, `{"role":"ADMIN"}`},
		{"PATCH", members + "/chen", `{"role":"EDITOR"}`},
		{"DELETE", members + "/chen", ""},
		{"POST", members, `{"user_id":"` + chen + `","role":""}`},
		{"POST", roomPath(press) + "/transfer-ownership", `{"user_id":"x"}`},
		{"POST", roomPath(press) + "/transfer-ownership", `{"user_id":"` + li + `","from":""}`},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		h.call(t, "wang", c.method, c.path, body).wants(t, 400, incident.Invalid)
	}
}
