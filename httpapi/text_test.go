package httpapi

import (
	"bytes"
	"strings"
	"testing"

	"taskreporter/incident"
)

// A log is read in pages that lead to each other; what is asked for wrongly is told so.
func TestLogsAreReadInPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	log := h.put("press.log", bytes.Repeat([]byte("x"), 100))
	path := filesPath(log) + "/text"
	read := func(query string) FileText {
		return decodeAs[FileText](t, h.call(t, "chen", "GET", path+query, nil), 200)
	}

	p := read("")
	if p.Lines[0].Text != "500 lines, backward false" || p.Offset != 0 || p.PreviousOffset != nil || *p.NextOffset != 10 || p.Size != 100 || p.Guessed != Big5 || len(p.Encodings) != len(incident.TextEncodings) {
		t.Errorf("first page %+v", p)
	}
	if l := p.Lines; l[0].Cut != nil || !*l[1].Cut || l[1].Offset != 5 || l[1].Text != "<&>" {
		t.Errorf("lines %+v", l)
	}
	if p := read("?offset=90&limit=7&encoding=utf-16le"); p.Lines[0].Text != "7 lines, backward false" || *p.PreviousOffset != 90 || p.NextOffset != nil || p.Encoding != Utf16le {
		t.Errorf("last page %+v", p)
	}
	if p := read("?before=40&limit=2000"); p.Lines[0].Text != "2000 lines, backward true" || p.Offset != 40 {
		t.Errorf("page before %+v", p)
	}
	for _, bad := range []string{"?offset=-1", "?before=-1", "?offset=1&before=2", "?limit=0", "?limit=2001", "?encoding=latin9", "?offset=x"} {
		h.call(t, "chen", "GET", path+bad, nil).wants(t, 400, incident.Invalid)
	}
	for _, name := range []string{"a.jpg", "a.pdf"} {
		p := h.call(t, "chen", "GET", filesPath(h.put(name, []byte("x")))+"/text", nil).wants(t, 404, incident.NotFound)
		if !strings.Contains(p.Detail, "Only logs") {
			t.Errorf("%s: %q", name, p.Detail)
		}
	}
	for _, e := range p.Encodings {
		if p := read("?encoding=" + string(e)); p.Encoding != e {
			t.Errorf("asked for %s, got %s", e, p.Encoding)
		}
	}
}

// F-SE-01, F-SE-02, F-DL-03: the text of a log is read by whoever may read the file,
// and a link to its bytes does not open it.
func TestTextIsReadByMembersOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	log := h.put("press.log", []byte("x\n"))
	path := filesPath(log) + "/text"
	h.call(t, "out", "GET", path, nil).wants(t, 403, incident.Forbidden)
	if rows := h.audited("access_refused"); len(rows) != 1 || rows[0].Who.ID != people["out"].ID {
		t.Errorf("audit rows %+v", rows)
	}
	h.call(t, "", "GET", path, nil).wants(t, 401, incident.Unauthenticated)
	told := decodeAs[File](t, h.call(t, "chen", "GET", filesPath(log), nil), 200)
	h.call(t, "", "GET", strings.Replace(told.DownloadUrl, "/content?", "/text?", 1), nil).wants(t, 401, incident.Unauthenticated)
	if a := h.call(t, "auditor", "GET", path, nil); a.StatusCode != 200 || len(h.audited("read_by_office")) != 1 {
		t.Errorf("auditor: %d, rows %+v", a.StatusCode, h.audited("read_by_office"))
	}

	h.onText = incident.E(incident.StoreDown, "test", "The store is away.")
	h.call(t, "chen", "GET", path, nil).wants(t, 503, incident.StoreDown)
	h.call(t, "wang", "DELETE", filesPath(log), nil)
	h.call(t, "chen", "GET", path, nil).wants(t, 404, incident.NotFound)
}
