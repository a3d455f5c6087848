package incident

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func given[T any](v T) *T { return &v }

// What a patch needs: severity and assignee are for EDITORs too, all else is not.
func TestPatchesNeedTheirActs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		patch RoomPatch
		want  []Act
	}{
		"severity":         {RoomPatch{Version: 3, Severity: given(Low)}, []Act{ActStatus}},
		"assignee":         {RoomPatch{Assignee: given(UserID(""))}, []Act{ActStatus}},
		"title":            {RoomPatch{Title: given("x")}, []Act{ActSettings}},
		"type":             {RoomPatch{Type: given(IT)}, []Act{ActSettings}},
		"site":             {RoomPatch{Site: given("")}, []Act{ActSettings}},
		"line":             {RoomPatch{Line: given("")}, []Act{ActSettings}},
		"station":          {RoomPatch{Station: given("")}, []Act{ActSettings}},
		"equipment":        {RoomPatch{Equipment: given("")}, []Act{ActSettings}},
		"lot":              {RoomPatch{Lot: given("")}, []Act{ActSettings}},
		"description":      {RoomPatch{Description: given("")}, []Act{ActSettings}},
		"line stopped":     {RoomPatch{LineStopped: given(false)}, []Act{ActSettings}},
		"units":            {RoomPatch{UnitsAtRisk: given(0)}, []Act{ActSettings}},
		"tags":             {RoomPatch{Tags: given([]string(nil))}, []Act{ActSettings}},
		"severity and lot": {RoomPatch{Severity: given(Low), Lot: given("")}, []Act{ActStatus, ActSettings}},
		"nothing":          {RoomPatch{Version: 3}, []Act{ActSettings}},
	} {
		if got := c.patch.Acts(); !slices.Equal(got, c.want) {
			t.Errorf("%s needs %v, want %v", name, got, c.want)
		}
	}
}

// F-RM-03, F-RM-10: each field is changed, named with its old and new text, and
// counted once; what is wrong, stale or so already changes nothing.
func TestUpdateNamesWhatItChanges(t *testing.T) {
	t.Parallel()
	r := Room{
		ID: thisRoom, Title: "t", Type: IT, Severity: Low, Status: Open, Version: 7, Tags: []string{"a"}, UnitsAtRisk: 2,
		Place: Place{Site: "s", Line: "l", Station: "st", Equipment: "e"}, Lot: "L", Description: "d",
	}
	members := Members{"li": {Person: Person{ID: "li", Name: "李"}, Role: Viewer}}
	for name, c := range map[string]struct {
		patch RoomPatch
		want  FieldChange
	}{
		"title":        {RoomPatch{Title: given(" u ")}, FieldChange{"title", "t", "u"}},
		"type":         {RoomPatch{Type: given(Safety)}, FieldChange{"incident_type", "it", "safety"}},
		"severity":     {RoomPatch{Severity: given(Critical)}, FieldChange{"severity", "LOW", "CRITICAL"}},
		"site":         {RoomPatch{Site: given("")}, FieldChange{"site", "s", ""}},
		"line":         {RoomPatch{Line: given("m")}, FieldChange{"line", "l", "m"}},
		"station":      {RoomPatch{Station: given("m")}, FieldChange{"station", "st", "m"}},
		"equipment":    {RoomPatch{Equipment: given("m")}, FieldChange{"equipment", "e", "m"}},
		"lot":          {RoomPatch{Lot: given("M")}, FieldChange{"lot", "L", "M"}},
		"description":  {RoomPatch{Description: given("long")}, FieldChange{Field: "description"}},
		"line stopped": {RoomPatch{LineStopped: given(true)}, FieldChange{"line_stopped", "false", "true"}},
		"units":        {RoomPatch{UnitsAtRisk: given(0)}, FieldChange{"units_at_risk", "2", "0"}},
		"tags":         {RoomPatch{Tags: given([]string{"b", " c"})}, FieldChange{"tags", "a", "b, c"}},
		"assignee":     {RoomPatch{Assignee: given(UserID("li"))}, FieldChange{"assignee", "", "李"}},
	} {
		c.patch.Version = 7
		after, changed, err := r.Update(c.patch, members)
		if err != nil || after.Version != 8 || !slices.Equal(changed, []FieldChange{c.want}) {
			t.Errorf("%s: version %d, %+v, %v; want %+v", name, after.Version, changed, err, c.want)
		}
		c.patch.Version = 8
		if again, changed, err := after.Update(c.patch, members); err != nil || again.Version != 8 || len(changed) > 0 {
			t.Errorf("%s again: version %d, %+v, %v", name, again.Version, changed, err)
		}
	}
	if !slices.Equal(r.Tags, []string{"a"}) {
		t.Errorf("the room's own tags became %v", r.Tags)
	}
	assigned := r
	assigned.Assignee = &Person{ID: "li", Name: "李"}
	if after, changed, err := assigned.Update(RoomPatch{Version: 7, Assignee: given(UserID(""))}, members); err != nil || after.Assignee != nil || len(changed) != 1 {
		t.Errorf("nobody's: %+v, %+v, %v", after.Assignee, changed, err)
	}
	for name, c := range map[string]struct {
		patch RoomPatch
		kind  Kind
	}{
		"stale":             {RoomPatch{Version: 6, Title: given("u")}, Conflict},
		"not yet there":     {RoomPatch{Version: 8, Title: given("u")}, Conflict},
		"no title":          {RoomPatch{Version: 7, Title: given(" ")}, Invalid},
		"no such severity":  {RoomPatch{Version: 7, Severity: given(Severity("RED"))}, Invalid},
		"no such type":      {RoomPatch{Version: 7, Type: given(IncidentType("fire"))}, Invalid},
		"long line":         {RoomPatch{Version: 7, Line: given(strings.Repeat("x", MaxPlacePart+1))}, Invalid},
		"an outsider's":     {RoomPatch{Version: 7, Assignee: given(UserID("out"))}, Invalid},
		"negative units":    {RoomPatch{Version: 7, UnitsAtRisk: given(-1)}, Invalid},
		"one good, one bad": {RoomPatch{Version: 7, Title: given("u"), Tags: given([]string{""})}, Invalid},
	} {
		after, changed, err := r.Update(c.patch, members)
		if KindOf(err) != c.kind || DetailOf(err) == "" || changed != nil || fmt.Sprintf("%+v", after) != fmt.Sprintf("%+v", r) {
			t.Errorf("%s: %+v, %v", name, changed, err)
		}
	}
}
