package httpapi

import (
	"slices"
	"strings"
	"testing"

	"taskreporter/incident"
)

var goodTemplate = `{"version":2,"name_zh":" 設備停機 ","name_en":"Equipment down","title_zh":"{line} 停機","title_en":"{line} down","incident_type":"equipment",
	"severity":"HIGH","members":[{"user_id":"` + string(people["li"].ID) + `","role":"EDITOR"}],"checklist":[{"zh":"上鎖","en":"Lock"}],"required":["line"]}`

// F-TP-02: what an administrator writes arrives, and is shown with the members'
// names.
func TestTemplatesAreWrittenByVersion(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := string(incident.ShippedTemplates[0].ID)
	path := "/api/templates/" + id
	made := decodeAs[Template](t, h.call(t, "admin", "POST", "/api/templates", goodTemplate), 201)
	if made.Version != 1 || made.NameZh != "設備停機" || made.IncidentType != "equipment" || made.Severity != HIGH || made.TitleEn != "{line} down" ||
		len(made.Members) != 1 || given(made.Members[0].Name) != people["li"].Name || made.Members[0].Role != EDITOR ||
		!slices.Equal(made.Checklist, []ChecklistText{{Zh: "上鎖", En: "Lock"}}) || !slices.Equal(made.Required, []TemplateRequired{"line"}) {
		t.Errorf("made: %+v", made)
	}
	if next := decodeAs[Template](t, h.call(t, "admin", "PATCH", path, goodTemplate), 200); next.Version != 3 || next.TemplateId != id {
		t.Errorf("next: %+v", next)
	}
	if a := h.call(t, "admin", "DELETE", path, nil); a.StatusCode != 204 {
		t.Errorf("retire: %d", a.StatusCode)
	}
	changes := h.changes()
	if got := told(changes); !slices.Equal(got, []string{"create template Equipment down", "update template " + id + " after 2", "retire template " + id}) {
		t.Errorf("told %v", got)
	}
	if by := changes[0].by; by.ID != people["admin"].ID || by.From == "" || by.Request == "" {
		t.Errorf("nobody can audit who did it: %+v", by)
	}
	one := decodeAs[Template](t, h.call(t, "chen", "GET", path, nil), 200)
	if one.Version != incident.ShippedTemplates[0].Version || len(one.Checklist) != 5 || one.Members == nil {
		t.Errorf("one: %+v", one)
	}
	h.call(t, "chen", "GET", path+"?version=9", nil).wants(t, 404, incident.NotFound)
	h.call(t, "chen", "GET", path+"?version=0", nil).wants(t, 400, incident.Invalid)
	h.call(t, "chen", "GET", "/api/templates/x", nil).wants(t, 400, incident.Invalid)
	h.call(t, "chen", "GET", "/api/templates?retired=true", nil)
	if !h.retired {
		t.Error("retired ones were not asked for")
	}
	for from, to := range map[string]string{
		`"version":2,`:            "",
		"Equipment down":          " ",
		string(people["li"].ID):   string(nowhere), // nobody's account
		`"required":["line"]`:     `"required":["color"]`,
		`"severity":"HIGH"`:       `"severity":"RED"`,
		`{"zh":"上鎖","en":"Lock"}`: `{"zh":"上鎖","en":""}`,
	} {
		body := strings.Replace(goodTemplate, from, to, 1)
		if body == goodTemplate {
			t.Fatalf("%s is not in the template", from)
		}
		h.call(t, "admin", "PATCH", path, body).wants(t, 400, incident.Invalid)
	}
	if got := h.changes(); len(got) > 0 {
		t.Errorf("told %v", told(got))
	}
	if p := h.call(t, "wang", "POST", "/api/templates", goodTemplate).wants(t, 403, incident.Forbidden); !strings.Contains(p.Detail, "administrator") {
		t.Errorf("refused with %q", p.Detail)
	}
}

// F-TP-01: no room is made from a retired template, nor without what it requires.
func TestTemplatesRuleTheRoomsMadeFromThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	quality := incident.ShippedTemplates[1]
	body := `{"title":"t","template_id":"` + string(quality.ID) + `"}`
	if p := h.call(t, "wang", "POST", "/api/rooms", body).wants(t, 400, incident.Invalid); !strings.Contains(p.Detail, "lot") {
		t.Errorf("refused with %q", p.Detail)
	}
	h.Server.library = retiring{h}
	if p := h.call(t, "wang", "POST", "/api/rooms", `{"title":"t","lot":"L","template_id":"`+string(quality.ID)+`"}`).wants(t, 400, incident.Invalid); !strings.Contains(p.Detail, "retired") {
		t.Errorf("refused with %q", p.Detail)
	}
}
