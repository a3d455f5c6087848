package httpapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"taskreporter/incident"
)

// F-RT-04, F-RT-11: everything a message may carry arrives, and everything that it
// carries now is shown.
func TestMessagesCarryTheirWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	li := string(people["li"].ID)
	m := decodeAs[Message](t, h.call(t, "wang", "POST", roomPath(press)+"/messages", `{"client_msg_id":"a","text":"決定停線","message_type":"DECISION",
		"reply_to":"`+string(lisMessage)+`","mentions":{"all":true,"roles":["VIEWER"],"users":["`+li+`"]}}`), 201)
	if m.MessageType != DECISION || given(m.ReplyTo) != string(lisMessage) {
		t.Errorf("message: %+v", m)
	}
	if to := given(m.Mentions); !given(to.All) || !slices.Equal(given(to.Roles), []Role{VIEWER}) || !slices.Equal(given(to.Users), []string{li}) {
		t.Errorf("mentions: %+v", to)
	}
	m = decodeAs[Message](t, h.call(t, "chen", "GET", roomPath(press)+"/messages/"+string(lisMessage), nil), 200)
	if given(m.Edits) != 1 || m.EditedAt == nil || given(m.Pinned).By.Name != people["wang"].Name || m.Deleted != nil || m.Metadata != nil ||
		len(given(m.Reactions)) != 1 || given(m.Reactions)[0].Emoji != "👍" || given(m.Reactions)[0].Users[0].UserId != string(people["chen"].ID) {
		t.Errorf("message: %+v", m)
	}
	h.call(t, "chen", "GET", roomPath(press)+"/messages/"+string(noMessage), nil).wants(t, 404, incident.NotFound)
	for name, body := range map[string]string{
		"a type of the server's":      `{"client_msg_id":"a","text":"x","message_type":"SYSTEM"}`,
		"a role that is none":         `{"client_msg_id":"a","text":"x","mentions":{"roles":["ADMIN"]}}`,
		"a mention of no id":          `{"client_msg_id":"a","text":"x","mentions":{"users":["li"]}}`,
		"an answer to no id":          `{"client_msg_id":"a","text":"x","reply_to":"m"}`,
		"an answer to another room's": `{"client_msg_id":"a","text":"x","reply_to":"` + string(noMessage) + `"}`,
	} {
		if p := h.call(t, "wang", "POST", roomPath(press)+"/messages", body).wants(t, 400, incident.Invalid); p.Detail == "" {
			t.Errorf("%s: no text", name)
		}
	}
}

// A tombstone says who and when, a file that is gone has no link.
func TestWhatIsGoneIsShownAsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	li := people["li"].Person
	m := toMessage(h.links, press, incident.Message{ID: "m", Type: incident.Text, Deleted: &incident.Done{By: li, At: epochStart}})
	if m.Deleted == nil || m.Deleted.By != toPerson(li) || !m.Deleted.At.Equal(epochStart) || m.Text != "" {
		t.Errorf("tombstone: %+v", m)
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"reactions", "mentions", "edits", "pinned", "status_change"} {
		if strings.Contains(string(b), field) {
			t.Errorf("%s has %s", b, field)
		}
	}
	photo := &incident.Reference{FileID: "f", Filename: "p.jpg", Kind: incident.Image}
	ref := toReference(h.links, press, photo)
	if ref.Deleted != nil || ref.Url == "" || ref.ThumbnailUrl == nil || ref.UrlExpiresAt == nil || !ref.UrlExpiresAt.After(epochStart) {
		t.Errorf("file: %+v", ref)
	}
	photo.Deleted = true
	if ref = toReference(h.links, press, photo); !given(ref.Deleted) || ref.Url != "" || ref.ThumbnailUrl != nil || ref.UrlExpiresAt != nil || ref.Filename != "p.jpg" {
		t.Errorf("deleted file: %+v", ref)
	}
}

// F-RT-03, F-RT-11: what a request does to a message arrives at the room.
func TestMessagesAreChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := string(lisMessage)
	message := roomPath(press) + "/messages/" + id
	m := decodeAs[Message](t, h.call(t, "li", "PATCH", message, `{"text":"換新油封 \n","mentions":{"roles":["OWNER"]}}`), 200)
	if m.MessageId != id || m.Text != "換油封" {
		t.Errorf("the answer is not the message as it reads now: %+v", m)
	}
	for _, c := range []struct{ who, method, path string }{
		{"chen", "PUT", message + "/reactions/%F0%9F%91%8D"},
		{"chen", "DELETE", message + "/reactions/%F0%9F%91%8D"},
		{"li", "PUT", message + "/pin"},
		{"li", "DELETE", message + "/pin"},
		{"li", "DELETE", message},
		{"wang", "DELETE", message},
		{"admin", "DELETE", message + "?reason=%20%E5%80%8B%E8%B3%87%20"},
	} {
		if a := h.call(t, c.who, c.method, c.path, nil); a.StatusCode != 204 {
			t.Errorf("%s %s %s: %d %s", c.who, c.method, c.path, a.StatusCode, a.body)
		}
	}
	if a := h.call(t, "chen", "PUT", roomPath(press)+"/read", `{"seq":6}`); a.StatusCode != 204 {
		t.Errorf("read: %d %s", a.StatusCode, a.body)
	}
	want := []string{
		"edit " + id + ` "換新油封" [OWNER]`, "react " + id + " 👍 true", "react " + id + " 👍 false", "pin " + id + " true", "pin " + id + " false",
		"delete " + id + ` ""`, "delete " + id + ` ""`, "delete " + id + ` "個資"`, "read up to 6",
	}
	if got := told(h.changes()); !slices.Equal(got, want) {
		t.Errorf("told %q,\nwant %q", got, want)
	}
	for _, c := range []struct{ method, path, body string }{
		{"PATCH", message, `{"text":" "}`},
		{"PATCH", message, `{"text":"x","mentions":{"users":["li"]}}`},
		{"PATCH", roomPath(press) + "/messages/m", `{"text":"x"}`},
		{"PUT", message + "/reactions/ok", ""},
		{"PUT", roomPath(press) + "/messages/m/pin", ""},
		{"DELETE", roomPath(press) + "/messages/m", ""},
		{"DELETE", message + "?reason=" + strings.Repeat("x", incident.MaxDeleteReason+1), ""},
		{"PUT", roomPath(press) + "/read", `{"seq":-1}`},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		h.call(t, "li", c.method, c.path, body).wants(t, 400, incident.Invalid)
	}
	if got := told(h.changes()); len(got) > 0 {
		t.Errorf("told %q", got)
	}
}

// What only an office allows is deleted with a reason, and audited once there is
// one.
func TestAnOfficeSaysWhyItDeletes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := h.put("press.jpg", []byte("jpeg"))
	message, file := roomPath(press)+"/messages/"+string(lisMessage), filePath(press, f.ID)
	for _, path := range []string{message, file} {
		h.call(t, "admin", "DELETE", path, nil).wants(t, 400, incident.Invalid)
		h.call(t, "admin", "DELETE", path+"?reason=%20", nil).wants(t, 400, incident.Invalid)
	}
	if got := h.changes(); len(got) > 0 || len(h.trail) > 0 {
		t.Fatalf("told %v, audited %v", told(got), h.trail)
	}
	for _, path := range []string{message, file} {
		if a := h.call(t, "admin", "DELETE", path+"?reason=x", nil); a.StatusCode != http.StatusNoContent {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if len(h.audited("delete_any_message_by_office")) != 1 || len(h.audited("delete_any_file_by_office")) != 1 {
		t.Errorf("trail: %+v", h.trail)
	}
	// Who may not delete learns nothing of what there is.
	for _, who := range []string{"out", "auditor"} {
		here := h.call(t, who, "DELETE", message, nil).wants(t, 403, incident.Forbidden)
		gone := h.call(t, who, "DELETE", roomPath(press)+"/messages/"+string(noMessage), nil).wants(t, 403, incident.Forbidden)
		if here.Detail != gone.Detail {
			t.Errorf("%s: %q, %q", who, here.Detail, gone.Detail)
		}
	}
	// An EDITOR deletes their own messages and files only.
	h.roles[people["chen"].ID] = incident.Editor
	h.changes()
	for _, path := range []string{message, file} {
		h.call(t, "chen", "DELETE", path, nil).wants(t, 403, incident.Forbidden)
	}
	if got := h.changes(); len(got) > 0 {
		t.Errorf("the engine was told %v", told(got))
	}
	h.call(t, "wang", "DELETE", roomPath(press)+"/messages/"+string(noMessage), nil).wants(t, 404, incident.NotFound)
	h.call(t, "chen", "DELETE", filePath(press, incident.FileID(nowhere)), nil).wants(t, 404, incident.NotFound)
}

// F-RT-11
func TestHistoryPinsAndTimelineAreShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var history GetHistory200JSONResponse
	if err := json.Unmarshal(h.call(t, "chen", "GET", roomPath(press)+"/messages/"+string(lisMessage)+"/history", nil).body, &history); err != nil {
		t.Fatal(err)
	}
	if v := history.Versions; len(v) != 2 || v[0].Text != "換油" || v[1].Seq != 6 || v[1].By.Name != people["li"].Name || !v[0].At.Equal(epochStart) {
		t.Errorf("history: %+v", history)
	}
	var pins ListPins200JSONResponse
	if err := json.Unmarshal(h.call(t, "chen", "GET", roomPath(press)+"/pins", nil).body, &pins); err != nil {
		t.Fatal(err)
	}
	if len(pins.Messages) != 1 || pins.Messages[0].Pinned == nil {
		t.Errorf("pins: %+v", pins)
	}
	timeline := roomPath(press) + "/timeline"
	page := decodeAs[TimelinePage](t, h.call(t, "chen", "GET", timeline+"?around_seq=6&limit=2", nil), 200)
	if len(page.Events) != 2 || page.HeadSeq != 7 || !page.HasBefore || page.HasAfter || h.timeline != (incident.TimelineQuery{Around: 6, Limit: 2}) {
		t.Errorf("page: %+v of %+v", page, h.timeline)
	}
	h.call(t, "chen", "GET", timeline+"?after_seq=0", nil)
	if h.timeline != (incident.TimelineQuery{Forward: true, Limit: 50}) {
		t.Errorf("from the start: %+v", h.timeline)
	}
	h.call(t, "chen", "GET", timeline+"?before_seq=9", nil)
	if h.timeline != (incident.TimelineQuery{Before: 9, Limit: 50}) {
		t.Errorf("before: %+v", h.timeline)
	}
	for _, query := range []string{"?before_seq=3&after_seq=1", "?around_seq=3&after_seq=0", "?around_seq=0", "?limit=201"} {
		h.call(t, "chen", "GET", timeline+query, nil).wants(t, 400, incident.Invalid)
	}
}
