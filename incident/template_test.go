package incident

import (
	"slices"
	"strings"
	"testing"
)

func someTemplate() Template {
	return Template{
		NameZh: "設備停機", NameEn: "Equipment down", TitleZh: "{line} 停機", TitleEn: "{line} down", Type: Equipment, Severity: High,
		Members:   []TemplateMember{{UserID: UserID(thisRoom), Role: Editor}},
		Checklist: []ChecklistText{{Zh: "上鎖", En: "Lock"}},
		Required:  []RequiredField{"lot", "line", "lot"},
	}
}

// F-TP-02: what a template may say.
func TestTemplatesAreChecked(t *testing.T) {
	t.Parallel()
	good := someTemplate()
	good.NameZh, good.Checklist[0].En = " 設備停機 ", " Lock "
	if err := good.Normalize(); err != nil {
		t.Fatal(err)
	}
	if good.NameZh != "設備停機" || good.Checklist[0].En != "Lock" || !slices.Equal(good.Required, []RequiredField{"line", "lot"}) {
		t.Errorf("normalized to %+v", good)
	}
	for name, broken := range map[string]func(*Template){
		"no Chinese name":      func(t *Template) { t.NameZh = " " },
		"no English name":      func(t *Template) { t.NameEn = "" },
		"no Chinese title":     func(t *Template) { t.TitleZh = "" },
		"no English title":     func(t *Template) { t.TitleEn = "" },
		"long name":            func(t *Template) { t.NameEn = strings.Repeat("x", MaxTemplateName+1) },
		"long title":           func(t *Template) { t.TitleZh = strings.Repeat("長", MaxTitle+1) },
		"line break":           func(t *Template) { t.TitleZh = "a\nb" },
		"no type":              func(t *Template) { t.Type = "" },
		"no such severity":     func(t *Template) { t.Severity = "RED" },
		"member without role":  func(t *Template) { t.Members[0].Role = "" },
		"member without id":    func(t *Template) { t.Members[0].UserID = "li" },
		"member twice":         func(t *Template) { t.Members = append(t.Members, TemplateMember{t.Members[0].UserID, Viewer}) },
		"too many members":     func(t *Template) { t.Members = make([]TemplateMember, MaxTemplateMembers+1) },
		"item in one language": func(t *Template) { t.Checklist[0].En = " " },
		"long item":            func(t *Template) { t.Checklist[0].Zh = strings.Repeat("長", MaxChecklistText+1) },
		"too many items":       func(t *Template) { t.Checklist = make([]ChecklistText, MaxChecklist+1) },
		"requires what is not": func(t *Template) { t.Required = []RequiredField{"color"} },
	} {
		c := someTemplate()
		broken(&c)
		if err := c.Normalize(); KindOf(err) != Invalid || DetailOf(err) == "" {
			t.Errorf("%s: %v, want invalid with a text", name, err)
		}
	}
}

// F-TP-02: the seven that ship keep the rules, and their items are numbered from 1.
func TestShippedTemplatesKeepTheRules(t *testing.T) {
	t.Parallel()
	if len(ShippedTemplates) != 7 {
		t.Errorf("%d templates", len(ShippedTemplates))
	}
	ids := map[TemplateID]bool{}
	types := map[IncidentType]bool{}
	for _, shipped := range ShippedTemplates {
		shipped.Checklist, shipped.Required = slices.Clone(shipped.Checklist), slices.Clone(shipped.Required)
		if err := shipped.Normalize(); err != nil {
			t.Errorf("%s: %v", shipped.NameEn, err)
		}
		if !ValidUUID(string(shipped.ID)) || ids[shipped.ID] || types[shipped.Type] || shipped.Retired || shipped.Version < 1 {
			t.Errorf("%s: %+v", shipped.NameEn, shipped)
		}
		ids[shipped.ID], types[shipped.Type] = true, true
		for i, item := range shipped.Items() {
			if item.ID != ItemID(i+1) || item.ChecklistText != shipped.Checklist[i] || item.Done != nil {
				t.Errorf("%s: item %+v", shipped.NameEn, item)
			}
		}
	}
}

// F-TP-02: a required field is asked for by name, each of them.
func TestRequiredFieldsAreEnforced(t *testing.T) {
	t.Parallel()
	full := NewRoom{
		Title: "t", Type: IT, Severity: Low, Lot: "L", Description: "d", UnitsAtRisk: 1,
		Place: Place{Site: "s", Line: "l", Station: "st", Equipment: "e"},
	}
	for _, f := range RequiredFields {
		n := full
		n.Template = &Template{Required: []RequiredField{f}}
		if err := n.Normalize(); err != nil {
			t.Errorf("%s is given: %v", f, err)
		}
		n = NewRoom{Title: "t", Type: IT, Severity: Low, Template: n.Template}
		if err := n.Normalize(); KindOf(err) != Invalid || !strings.HasPrefix(DetailOf(err), string(f)) {
			t.Errorf("%s is missing: %v", f, err)
		}
	}
}
