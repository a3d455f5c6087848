package httpapi

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// F-OP-05, F-UP-23: /docs has every endpoint with an example, every code with its
// message and every frame, and needs no other host.
func TestDocsShowTheWholeContract(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.call(t, "", "GET", "/docs", nil)
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	page := string(a.body)
	for _, op := range h.spec.operations {
		if !strings.Contains(page, `id="op-`+op.ID+`"`) || !strings.Contains(page, op.path) {
			t.Errorf("%s is missing", op.ID)
		}
		if i := strings.Index(page, `id="op-`+op.ID+`"`); i >= 0 {
			item, _, _ := strings.Cut(page[i:], "</details>")
			for _, act := range op.Acts {
				if !strings.Contains(item, "<code>"+string(act)+"</code>") {
					t.Errorf("%s does not show its act %s", op.ID, act)
				}
			}
		}
	}
	for kind, row := range kinds {
		if !strings.Contains(page, "<td><code>"+string(kind)+"</code></td>") || !strings.Contains(page, row.title) {
			t.Errorf("%s is missing", kind)
		}
	}
	for name := range pairs(&h.spec.Components.Schemas) {
		if name != "ClientFrame" && name != "ServerFrame" && !strings.Contains(page, `id="schema-`+name+`"`) {
			t.Errorf("%s is missing", name)
		}
	}
	if i := strings.Index(page, `id="schema-SendMessageFrame"`); i < 0 || !strings.Contains(page[i:i+300], "Acts: <code>post</code>") {
		t.Error("a frame does not show its act")
	}
	for _, ref := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		switch {
		case strings.HasPrefix(ref[1], "#"):
			if !strings.Contains(page, `id="`+ref[1][1:]+`"`) {
				t.Errorf("%s leads nowhere", ref[1])
			}
		case h.call(t, "", "GET", ref[1], nil).StatusCode != 200 && !strings.HasPrefix(ref[1], "https://www.apache.org"):
			t.Errorf("%s is not served", ref[1])
		}
	}
	if strings.Contains(page, "<script>") || strings.Contains(page, "onclick") {
		t.Error("the policy forbids inline scripts")
	}
}

func TestExamplesAreJSONOfTheirSchema(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, n := range pairs(&h.spec.Components.Schemas) {
		var v any
		if err := json.Unmarshal([]byte(h.spec.example(n)), &v); err != nil {
			t.Errorf("%s: %v in %s", name, err, h.spec.example(n))
		}
	}
	var room Room
	if err := json.Unmarshal([]byte(h.spec.example(h.spec.schemaNode("Room"))), &room); err != nil {
		t.Fatal(err)
	}
	if room.Title == "" || !room.Severity.Valid() || room.DeclaredAt.IsZero() || room.Number != "INC-2026-00042" {
		t.Errorf("example: %+v", room)
	}
}

func TestContractIsServedAsWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.call(t, "", "GET", "/openapi.yaml", nil)
	if string(a.body) != string(specYAML) || a.Header.Get("Content-Type") != "application/yaml" {
		t.Errorf("%s, %d bytes", a.Header.Get("Content-Type"), len(a.body))
	}
}
