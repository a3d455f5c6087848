package httpapi

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"taskreporter/incident"
)

// concrete fills a pattern's parameters with ids.
func concrete(pattern string) string {
	return strings.NewReplacer(
		"{room_id}", string(press), "{file_id}", string(press), "{node_id}", string(nodeA), "{template_id}", string(incident.ShippedTemplates[0].ID),
		"{message_id}", string(lisMessage), "{item_id}", "1", "{user_id}", string(people["chen"].ID), "{emoji}", "%F0%9F%91%8D",
	).Replace(pattern)
}

// F-AU-05: who is not signed in gets 401 everywhere but here.
func TestEveryRouteNeedsAToken(t *testing.T) {
	t.Parallel()
	open := []string{"POST /api/auth/login", "POST /api/auth/refresh", "GET /api/ws", "GET /healthz", "GET /readyz", "OPTIONS /api/rooms/{room_id}/uploads"}
	h := newHouse(t)
	if len(h.spec.operations) < 50 {
		t.Fatalf("only %d operations were read", len(h.spec.operations))
	}
	for _, op := range h.spec.operations {
		name := op.method + " " + op.path
		a := h.call(t, "", op.method, concrete(op.path), "{}")
		if slices.Contains(open, name) {
			if op.ID != "refresh" && a.StatusCode == http.StatusUnauthorized {
				t.Errorf("%s is not open", name)
			}
			continue
		}
		a.wants(t, 401, incident.Unauthenticated)
		if a.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: no WWW-Authenticate", name)
		}
		h.call(t, "forged", op.method, concrete(op.path), "{}").wants(t, 401, incident.Unauthenticated)
	}
}

// A route that is registered is in the contract and the other way round, so the
// walk above misses none.
func TestRoutesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var routes, contract []string
	for _, r := range h.handler.(*gin.Engine).Routes() {
		if !strings.HasPrefix(r.Path, "/docs") && r.Path != "/openapi.yaml" {
			routes = append(routes, r.Method+" "+r.Path)
		}
	}
	for _, op := range h.spec.operations {
		contract = append(contract, op.method+" "+ginRoute(op.path))
	}
	slices.Sort(routes)
	slices.Sort(contract)
	if !slices.Equal(routes, contract) {
		t.Errorf("served:   %v\ncontract: %v", routes, contract)
	}
}

// A route that somebody adds without the contract is closed.
func TestARouteOutsideTheContractIsClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.handler.(*gin.Engine).GET("/api/secret", h.observe, h.admit, func(c *gin.Context) { c.Status(200) })
	h.call(t, "", "GET", "/api/secret", nil).wants(t, 401, incident.Unauthenticated)
	if a := h.call(t, "wang", "GET", "/api/secret", nil); a.StatusCode != 200 {
		t.Errorf("with a token: %d", a.StatusCode)
	}
}

// F-SE-01, F-MB-02: who may do what, over REST. The cells are those of the table
// in incident that these routes ask.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := h.put("press.jpg", []byte("jpeg"))
	room := "/api/rooms/" + string(press)
	member := func(role string) string {
		return `{"user_id":"` + string(people["out"].ID) + `","role":"` + role + `"}`
	}
	const post = `{"client_msg_id":"a","text":"x"}`
	message := room + "/messages/" + string(lisMessage)
	template := "/api/templates/" + string(incident.ShippedTemplates[0].ID)
	for _, c := range []struct {
		method, path, body string
		may                string // names of those who may; all others are refused
	}{
		{"POST", "/api/rooms", `{"title":"t","incident_type":"it","severity":"LOW"}`, "wang li chen out admin"},
		{"GET", room, "", "wang li chen admin auditor"},
		{"GET", room + "/members", "", "wang li chen admin auditor"},
		{"GET", room + "/messages", "", "wang li chen admin auditor"},
		{"GET", room + "/events?after_seq=0", "", "wang li chen admin auditor"},
		{"GET", room + "/files", "", "wang li chen admin auditor"},
		{"GET", room + "/files/" + string(f.ID), "", "wang li chen admin auditor"},
		{"GET", room + "/files/" + string(f.ID) + "/content", "", "wang li chen admin auditor"},
		{"GET", room + "/files/" + string(f.ID) + "/thumbnail", "", "wang li chen admin auditor"},
		{"POST", room + "/messages", post, "wang li"},
		{"POST", room + "/members", member("VIEWER"), "wang li admin"},
		{"POST", room + "/members", member("EDITOR"), "wang admin"},
		{"POST", room + "/members", member("OWNER"), "wang admin"},
		{"GET", room + "/checklist", "", "wang li chen admin auditor"},
		{"GET", room + "/pins", "", "wang li chen admin auditor"},
		{"GET", room + "/timeline", "", "wang li chen admin auditor"},
		{"GET", message, "", "wang li chen admin auditor"},
		{"GET", message + "/history", "", "wang li chen admin auditor"},
		{"GET", "/api/search?q=%E6%B2%B9&room_id=" + string(press), "", "wang li chen admin auditor"},
		{"GET", "/api/search?q=%E6%B2%B9", "", "wang li chen out admin auditor"},
		{"PATCH", room, `{"version":4,"severity":"HIGH"}`, "wang li admin"},
		{"PATCH", room, `{"version":4,"title":"三線沖壓機漏油"}`, "wang admin"},
		{"PATCH", room, `{"version":4,"severity":"HIGH","lot":""}`, "wang admin"},
		{"PATCH", room, `{"version":4}`, "wang admin"},
		{"PUT", room + "/checklist/1", `{"done":true}`, "wang li"},
		{"PUT", room + "/read", `{"seq":7}`, "wang li chen"},
		{"PATCH", room + "/members/" + string(people["chen"].ID), `{"role":"EDITOR"}`, "wang admin"},
		{"DELETE", room + "/members/" + string(people["out"].ID), "", "wang admin"},
		{"DELETE", room + "/members/" + string(people["chen"].ID), "", "wang chen admin"},
		{"POST", room + "/transfer-ownership", `{"user_id":"` + string(people["li"].ID) + `"}`, "wang admin"},
		{"PATCH", message, `{"text":"換新油封"}`, "wang li"},
		{"DELETE", message + "?reason=x", "", "wang li admin"},
		{"PUT", message + "/reactions/%F0%9F%91%8D", "", "wang li chen"},
		{"DELETE", message + "/reactions/%F0%9F%91%8D", "", "wang li chen"},
		{"PUT", message + "/pin", "", "wang li"},
		{"DELETE", message + "/pin", "", "wang li"},
		{"GET", "/api/users?q=a", "", "wang li chen out admin auditor"},
		{"GET", "/api/templates", "", "wang li chen out admin auditor"},
		{"GET", template, "", "wang li chen out admin auditor"},
		{"POST", "/api/templates", goodTemplate, "admin"},
		{"PATCH", template, goodTemplate, "admin"},
		{"DELETE", template, "", "admin"},
		{"GET", "/api/admin/audit", "", "admin auditor"},
		{"GET", "/api/admin/audit/export", "", "admin auditor"},
		{"GET", "/api/admin/cluster", "", "admin auditor"},
		{"POST", "/api/admin/cluster/" + string(nodeA) + "/drain", "", "admin"},
	} {
		for who := range people {
			var body any
			if c.body != "" {
				body = c.body
			}
			a := h.call(t, who, c.method, c.path, body)
			if slices.Contains(strings.Fields(c.may), who) {
				if a.StatusCode >= 300 {
					t.Errorf("%s may %s %s: got %d %s", who, c.method, c.path, a.StatusCode, a.body)
				}
				continue
			}
			a.wants(t, 403, incident.Forbidden)
		}
	}
	for who := range people {
		a := h.upload(t, who, form("a.txt", "log"))
		if may := who == "wang" || who == "li"; may != (a.StatusCode == 201) {
			t.Errorf("%s uploads: %d", who, a.StatusCode)
		}
	}
	// F-DL-03: one's own file and another's are two acts.
	h.call(t, "chen", "DELETE", room+"/files/"+string(f.ID), nil).wants(t, 403, incident.Forbidden)
	if a := h.call(t, "li", "DELETE", room+"/files/"+string(f.ID), nil); a.StatusCode != 204 {
		t.Errorf("the uploader deletes: %d", a.StatusCode)
	}
}

// F-SE-02, F-SC-03: an outsider is told the same about a room that exists and one
// that does not, and leaves a row.
func TestOutsiderLearnsNothingAndLeavesARow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := h.put("press.jpg", []byte("jpeg"))
	for _, suffix := range []string{"", "/members", "/messages", "/files", "/files/" + string(f.ID), "/files/" + string(f.ID) + "/content"} {
		here := h.call(t, "out", "GET", "/api/rooms/"+string(press)+suffix, nil).wants(t, 403, incident.Forbidden)
		gone := h.call(t, "out", "GET", "/api/rooms/"+string(nowhere)+suffix, nil).wants(t, 403, incident.Forbidden)
		if here.Detail != gone.Detail || here.Detail == "" {
			t.Errorf("%q differs: %q, %q", suffix, here.Detail, gone.Detail)
		}
	}
	rows := h.audited("access_refused")
	if len(rows) != 12 {
		t.Fatalf("%d rows for 12 refusals", len(rows))
	}
	row := rows[len(rows)-2]
	want := "room " + string(press) + " GET /api/rooms/:room_id/files/:file_id/content"
	if row.Who != people["out"].Person || row.Target != want || row.Outcome != "refused" || row.From != "127.0.0.1" || row.Request == "" {
		t.Errorf("row: %+v", row)
	}
}

// F-SE-02: the refusal stands when its row cannot be written.
func TestRefusalStandsWithoutItsRow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.auditFails = true
	h.call(t, "out", "GET", "/api/rooms/"+string(press), nil).wants(t, 403, incident.Forbidden)
	if !strings.Contains(h.log.String(), "audit row lost") {
		t.Error("nobody was told that the row is lost")
	}
	// What only an office allows is not done without its row.
	h.call(t, "auditor", "GET", "/api/rooms/"+string(press), nil).wants(t, 500, incident.Internal)
}

// F-SE-05: reading by office is audited, reading as a member is not.
func TestOfficeLeavesARow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "wang", "GET", "/api/rooms/"+string(press)+"/messages", nil)
	if rows := h.audited("read_by_office"); len(rows) != 0 {
		t.Fatalf("a member was audited: %+v", rows)
	}
	h.call(t, "auditor", "GET", "/api/rooms/"+string(press)+"/messages", nil)
	rows := h.audited("read_by_office")
	if len(rows) != 1 || rows[0].Who != people["auditor"].Person || !strings.HasPrefix(rows[0].Target, "room "+string(press)) {
		t.Fatalf("rows: %+v", rows)
	}
	h.call(t, "auditor", "GET", "/api/rooms/"+string(nowhere), nil).wants(t, 404, incident.NotFound)
}
