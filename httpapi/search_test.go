package httpapi

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

// F-RT-11, F-RM-05: a search arrives as it was asked, in what the asker may read.
func TestSearchAsksForWhatTheAskerMayRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	author := people["li"].ID
	page := decodeAs[SearchPage](t, h.call(t, "chen", "GET", "/api/search?q=%20%E6%B2%B9%E5%B0%81%20&kind=message&kind=file&room_id="+string(press)+
		"&author_id="+string(author)+"&since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z&limit=5", nil), 200)
	q := h.search
	if q.Asker != people["chen"].ID || q.All || q.Text != "油封" || q.Room != press || q.Author != author || q.Limit != 5 || q.Before != nil ||
		!slices.Equal(q.Kinds, []incident.SearchKind{incident.FoundMessage, incident.FoundFile}) ||
		!q.Since.Equal(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)) || !q.Until.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("arrived as %+v", q)
	}
	if hit := page.Hits[0]; hit.Kind != "message" || given(hit.MessageId) != string(lisMessage) || given(hit.Seq) != 5 || hit.FileId != nil ||
		hit.Number != "INC-2026-00001" || !slices.Equal(hit.Snippet, []SnippetPart{{Text: "換"}, {Text: "油封", Match: true}}) {
		t.Errorf("hit: %+v", hit)
	}
	h.call(t, "chen", "GET", "/api/search?q=x&cursor="+url.QueryEscape(given(page.NextCursor)), nil)
	if c := h.search.Before; c == nil || c.ID != string(lisMessage) || !c.At.Equal(epochStart) {
		t.Errorf("the cursor came back as %+v", c)
	}
	if len(h.trail) > 0 {
		t.Errorf("a member's search was audited: %+v", h.trail)
	}
	for query, detail := range map[string]string{
		"":                               "q is required",
		"?q=%20":                         "q is empty",
		"?q=x&kind=movie":                `kind has no value "movie"`,
		"?q=x&room_id=X":                 "room_id must be",
		"?q=x&author_id=li":              "author_id must be",
		"?q=x&cursor=zzz":                "cursor must be",
		"?q=x&limit=51":                  "limit must be",
		"?q=x&since=2026-13-01":          "parameter since",
		"?q=" + strings.Repeat("x", 201): "at most 200",
	} {
		if p := h.call(t, "chen", "GET", "/api/search"+query, nil).wants(t, 400, incident.Invalid); !strings.Contains(p.Detail, detail) {
			t.Errorf("%s: %q, want %q in it", query, p.Detail, detail)
		}
	}
	h.search = incident.SearchQuery{}
	h.call(t, "out", "GET", "/api/search?q=x&room_id="+string(press), nil).wants(t, 403, incident.Forbidden)
	if h.search.Text != "" {
		t.Error("it was searched before it was refused")
	}
}

// F-SE-05: a search that only an office allows is audited, without its words.
func TestSearchByOfficeLeavesARow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "auditor", "GET", "/api/search?q=Geheimnis", nil)
	if rows := h.audited("search_by_office"); !h.search.All || len(rows) != 1 || rows[0].Who != people["auditor"].Person {
		t.Errorf("all=%v, trail %+v", h.search.All, h.trail)
	}
	h.call(t, "auditor", "GET", "/api/search?q=Geheimnis&room_id="+string(press), nil)
	if rows := h.audited("read_by_office"); len(rows) != 1 || rows[0].Target != "room "+string(press)+" GET /api/search" {
		t.Errorf("trail: %+v", h.trail)
	}
	b, err := json.Marshal(h.trail)
	if err != nil || strings.Contains(string(b), "Geheimnis") {
		t.Errorf("what was searched for is in the trail: %s, %v", b, err)
	}
	h.auditFails = true
	h.search = incident.SearchQuery{}
	h.call(t, "auditor", "GET", "/api/search?q=x", nil).wants(t, 500, incident.Internal)
	if h.search.Text != "" {
		t.Error("searched without its row")
	}
}
