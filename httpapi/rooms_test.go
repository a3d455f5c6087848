package httpapi

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

// F-RM-04, F-RM-11: every filter arrives, and a member's room says how far they
// have read.
func TestRoomsAreFiltered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "auditor", "GET", "/api/rooms?status=OPEN&severity=HIGH&type=safety&role=OWNER&line=%E4%B8%89%E7%B7%9A&mine=true&assigned=true"+
		"&since=2026-11-01T00:00:00Z&until=2026-11-02T00:00:00%2B08:00&q=a&limit=10&offset=20", nil)
	q := h.query
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	if !q.All || !q.Mine || !q.Assigned || q.Asker != people["auditor"].ID || q.Line != "三線" || q.Text != "a" || q.Limit != 10 || q.Offset != 20 ||
		!slices.Equal(q.Types, []incident.IncidentType{incident.Safety}) || !slices.Equal(q.Roles, []incident.Role{incident.Owner}) ||
		!q.Since.Equal(day) || !q.Until.Equal(day.Add(16*time.Hour)) {
		t.Errorf("arrived as %+v", q)
	}
	for path, detail := range map[string]string{
		"/api/rooms?type=fire":  `type has no value "fire"`,
		"/api/rooms?role=ADMIN": `role has no value "ADMIN"`,
		"/api/rooms?since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z": "since must be before until",
	} {
		if p := h.call(t, "li", "GET", path, nil).wants(t, 400, incident.Invalid); !strings.Contains(p.Detail, detail) {
			t.Errorf("%s: %q", path, p.Detail)
		}
	}
	mine := decodeAs[Room](t, h.call(t, "chen", "GET", roomPath(press), nil), 200)
	if given(mine.ReadSeq) != 3 || given(mine.UnreadCount) != 2 || given(mine.MentionCount) != 1 || given(mine.MyRole) != VIEWER {
		t.Errorf("a member's room: %+v", mine)
	}
	if m := given(mine.Moves); len(m) == 0 || m[0] != ACKNOWLEDGED {
		t.Errorf("moves: %v", m)
	}
	b := h.call(t, "auditor", "GET", roomPath(press), nil).body
	for _, field := range []string{"my_role", "read_seq", "unread_count", "mention_count"} {
		if strings.Contains(string(b), field) {
			t.Errorf("a reader who is no member gets %s", field)
		}
	}
}

// F-RM-11: those who are in a room from the start see it in their list.
func TestANewRoomIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := `{"title":"t","incident_type":"it","severity":"LOW"}`
	h.call(t, "wang", "POST", "/api/rooms", body, header("X-Forwarded-For", "10.9.9.9"))
	want := "declared " + string(press) + " to [" + string(people["wang"].ID) + "]"
	if got := told(h.changes()); len(got) != 1 || got[0] != want {
		t.Errorf("told %v, want %s", got, want)
	}
	if a := h.call(t, "auditor", "POST", "/api/rooms", body); a.wants(t, 403, incident.Forbidden).Detail != refusedOutside[incident.ActDeclare] {
		t.Errorf("refused with %s", a.body)
	}
}

// F-RM-03, F-RM-10: a patch arrives field by field, and a stale one changes nothing.
func TestFieldsAreChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	room := decodeAs[Room](t, h.call(t, "wang", "PATCH", roomPath(press), `{"version":4,"title":" 主軸漏油 ","incident_type":"safety","severity":"CRITICAL",
		"place":{"site":"一廠","line":"","station":"站 07","equipment":"P-7"},"lot":"L1","description":"d","line_stopped":true,"units_at_risk":5,
		"tags":["a"],"assignee":"`+string(people["li"].ID)+`"}`), 200)
	if room.Title != "主軸漏油" || room.IncidentType != "safety" || room.Severity != CRITICAL || given(room.Place.Site) != "一廠" || room.Place.Line != nil ||
		given(room.Place.Station) != "站 07" || given(room.Place.Equipment) != "P-7" || given(room.Lot) != "L1" || given(room.Description) != "d" ||
		!room.LineStopped || room.UnitsAtRisk != 5 || !slices.Equal(room.Tags, []string{"a"}) || given(room.Assignee).UserId != string(people["li"].ID) || room.Version != 5 {
		t.Errorf("room: %+v", room)
	}
	if given(room.MyRole) != OWNER {
		t.Error("the answer is not the asker's")
	}
	by := h.changes()[0].by
	if by.From != "127.0.0.1" || by.Request == "" {
		t.Errorf("the room cannot audit who asked: %+v", by)
	}
	if room = decodeAs[Room](t, h.call(t, "li", "PATCH", roomPath(press), `{"version":5,"assignee":""}`), 200); room.Assignee != nil {
		t.Errorf("assigned to %+v", room.Assignee)
	}
	h.call(t, "wang", "PATCH", roomPath(press), `{"version":4,"title":"t"}`).wants(t, 409, incident.Conflict)
	h.call(t, "wang", "PATCH", roomPath(press), `{"version":6,"assignee":"li"}`).wants(t, 400, incident.Invalid)
	// An EDITOR may not slip a setting in beside the severity.
	h.changes()
	h.call(t, "li", "PATCH", roomPath(press), `{"version":6,"severity":"LOW","title":"t"}`).wants(t, 403, incident.Forbidden)
	if len(h.changes()) > 0 {
		t.Error("the room was asked")
	}
}

// F-RM-09: who may move a room depends on where it stands and where it goes.
func TestMovesNeedTheirAct(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from incident.Status
		body string
		may  string
	}{
		{incident.Open, `{"version":4,"status":"ACKNOWLEDGED"}`, "wang li chen admin"},
		{incident.Open, `{"version":4,"status":"CONTAINED"}`, "wang li admin"},
		{incident.Contained, `{"version":4,"status":"RESOLVED","resolution":"換油封"}`, "wang li admin"},
		{incident.Open, `{"version":4,"status":"CANCELLED","reason":"重複"}`, "wang admin"},
		{incident.Resolved, `{"version":4,"status":"IN_PROGRESS","reason":"又漏"}`, "wang admin"},
		{incident.Contained, `{"version":4,"status":"CLOSED","resolution":"換","waiver":"小事"}`, "wang admin"},
	} {
		for who := range people {
			h := newHouse(t)
			h.room.Status = c.from
			a := h.call(t, who, "POST", roomPath(press)+"/status", c.body)
			if slices.Contains(strings.Fields(c.may), who) {
				if room := decodeAs[Room](t, a, 200); room.Version != 5 {
					t.Errorf("%s moves %s: %+v", who, c.body, room)
				}
				continue
			}
			a.wants(t, 403, incident.Forbidden)
			if len(h.changes()) > 0 {
				t.Errorf("%s: the room was asked", who)
			}
		}
	}
	h := newHouse(t)
	move := roomPath(press) + "/status"
	h.call(t, "wang", "POST", move, `{"version":4,"status":"GONE"}`).wants(t, 400, incident.Invalid)
	h.call(t, "wang", "POST", move, `{"version":4,"status":"RESOLVED"}`).wants(t, 400, incident.Invalid)
	h.call(t, "wang", "POST", move, `{"version":3,"status":"ACKNOWLEDGED"}`).wants(t, 409, incident.Conflict)
	h.call(t, "wang", "POST", move, `{"version":4,"status":"ARCHIVED"}`).wants(t, 409, incident.Conflict)
	h.call(t, "admin", "POST", roomPath(nowhere)+"/status", `{"version":4,"status":"CLOSED"}`).wants(t, 404, incident.NotFound)
	here := h.call(t, "out", "POST", move, `{"version":4,"status":"CLOSED"}`).wants(t, 403, incident.Forbidden)
	gone := h.call(t, "out", "POST", roomPath(nowhere)+"/status", `{"version":4,"status":"CLOSED"}`).wants(t, 403, incident.Forbidden)
	if here.Detail != gone.Detail {
		t.Errorf("an outsider learns which room exists: %q, %q", here.Detail, gone.Detail)
	}
}

// A room is a duplicate only of one that the mover may read, and whether another
// exists does not show.
func TestDuplicateOfIsARoomThatIMayRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const other = "0192f0c1-2b7a-7c3e-9a51-000000000002"
	hidden := &hiding{Library: h, room: other}
	h.Server.library = hidden
	duplicate := func(who, of string) answer {
		return h.call(t, who, "POST", roomPath(press)+"/status", `{"version":4,"status":"DUPLICATE","duplicate_of":"`+of+`"}`)
	}
	exists := duplicate("wang", other).wants(t, 400, incident.Invalid)
	not := duplicate("wang", string(nowhere)).wants(t, 400, incident.Invalid)
	if exists.Detail != not.Detail {
		t.Errorf("%q and %q", exists.Detail, not.Detail)
	}
	duplicate("admin", string(nowhere)).wants(t, 400, incident.Invalid)
	h.changes()
	if room := decodeAs[Room](t, duplicate("admin", other), 200); given(room.DuplicateOf) != other || room.Status != DUPLICATE {
		t.Errorf("room: %+v", room)
	}
}

// F-RM-09
func TestDeletingARoomArchivesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "wang", "DELETE", roomPath(press), nil).wants(t, 409, incident.Conflict)
	h.room.Status, h.room.Version = incident.Closed, 9
	h.call(t, "li", "DELETE", roomPath(press), nil).wants(t, 403, incident.Forbidden)
	if a := h.call(t, "wang", "DELETE", roomPath(press), nil); a.StatusCode != 204 || h.room.Status != incident.Archived {
		t.Errorf("%d, %s", a.StatusCode, h.room.Status)
	}
}

// F-TP-02
func TestChecklistShowsWhoDidWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var list GetChecklist200JSONResponse
	if err := json.Unmarshal(h.call(t, "chen", "GET", roomPath(press)+"/checklist", nil).body, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 5 || list.Items[0].Done || list.Items[0].DoneBy != nil || !list.Items[1].Done ||
		given(list.Items[1].DoneBy).Name != people["li"].Name || !given(list.Items[1].DoneAt).Equal(epochStart) || list.Items[1].ItemId != 2 {
		t.Errorf("items: %+v", list.Items)
	}
	if a := h.call(t, "li", "PUT", roomPath(press)+"/checklist/2", `{"done":false}`); a.StatusCode != 204 {
		t.Errorf("tick: %d", a.StatusCode)
	}
	if got := told(h.changes()); !slices.Equal(got, []string{"tick 2 false"}) {
		t.Errorf("told %v", got)
	}
}
