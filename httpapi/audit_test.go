package httpapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

const allFilters = "act=login_failed&user_id=0192f0c1-2b7a-7c3e-9a51-0000000000a1&target=room%200192&outcome=refused&address=10.0.0.7" +
	"&since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"

// F-SE-05: what is asked for arrives, in the list and in the export.
func TestTheTrailIsAskedForAsChosen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	want := incident.AuditQuery{
		Act: "login_failed", Who: "0192f0c1-2b7a-7c3e-9a51-0000000000a1", Target: "room 0192", Outcome: "refused", From: "10.0.0.7",
		Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
	}
	list, export := want, want
	list.Before, list.Limit = "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10", 7
	export.Forward, export.Limit = true, exportPage
	for path, want := range map[string]incident.AuditQuery{
		"/api/admin/audit?limit=7&before=0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10&" + allFilters: list,
		"/api/admin/audit/export?" + allFilters:                                              export,
		"/api/admin/audit":                                                                   {Limit: 50},
	} {
		if a := h.call(t, "auditor", "GET", path, nil); a.StatusCode != http.StatusOK || h.audits != want {
			t.Errorf("%s: %d, arrived as %+v, want %+v", path, a.StatusCode, h.audits, want)
		}
	}
	for query, detail := range map[string]string{
		"outcome=maybe":                  "outcome must be",
		"act=" + fifty + "x":             "act may have at most 50",
		"target=a%00b":                   "target contains what is no text",
		"user_id=wang":                   "Invalid format for parameter user_id",
		"since=yesterday":                "Invalid format for parameter since",
		"address=" + fifty + fifty + "x": "address may have at most 100",
		"since=2026-12-01T00:00:00Z&until=2026-12-01T00:00:00Z": "since must be before until",
	} {
		for _, path := range []string{"/api/admin/audit?", "/api/admin/audit/export?"} {
			if p := h.call(t, "admin", "GET", path+query, nil).wants(t, 400, incident.Invalid); !strings.Contains(p.Detail, detail) {
				t.Errorf("%s%s: %q", path, query, p.Detail)
			}
		}
	}
	for _, limit := range []string{"0", "201", "-1"} {
		h.call(t, "admin", "GET", "/api/admin/audit?limit="+limit, nil).wants(t, 400, incident.Invalid)
	}
	if n := len(h.audited("audit_exported")); n != 1 {
		t.Errorf("%d exports are audited, want the one that was made", n)
	}
}

const fifty = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

// longTrail answers like a trail of n rows of which all but the last are sealed.
func longTrail(n int) func(incident.AuditQuery) ([]incident.AuditEntry, error) {
	return func(q incident.AuditQuery) (page []incident.AuditEntry, err error) {
		for i := 1; i <= n && len(page) < q.Limit; i++ {
			e := incident.AuditEntry{ID: fmt.Sprintf("0192f0c1-2b7a-7c3e-9a51-%012d", i), At: epochStart, Act: "login", Target: "<b> & \"\n"}
			if e.ID <= q.After {
				continue
			}
			if i < n {
				e.Seal = &incident.AuditSeal{Seq: int64(i), Hash: incident.AuditHash{byte(i)}}
			}
			page = append(page, e)
		}
		return page, nil
	}
}

// answerAudit says what the trail answers, and whether rows are lost.
func (h *house) answerAudit(entries func(incident.AuditQuery) ([]incident.AuditEntry, error), lost bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entries, h.auditFails = entries, lost
}

// F-SE-05: the whole trail, a line for a row, a page in memory at a time, and a row
// about it that was there before.
func TestTheTrailIsExportedAsLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, n := range []int{0, 1, exportPage, exportPage + 1, 2*exportPage + 3} {
		pages, long := 0, longTrail(n)
		h.answerAudit(func(q incident.AuditQuery) ([]incident.AuditEntry, error) {
			if pages++; q.Limit != exportPage || !q.Forward {
				t.Errorf("asked for %+v", q)
			}
			return long(q)
		}, false)
		a := h.call(t, "auditor", "GET", "/api/admin/audit/export", nil)
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/x-ndjson" ||
			a.Header.Get("Content-Disposition") != `attachment; filename="audit-20261122T054107Z.jsonl"` || pages != n/exportPage+1 {
			t.Fatalf("%d %v in %d pages", a.StatusCode, a.Header, pages)
		}
		lines := 0
		for scan := bufio.NewScanner(bytes.NewReader(a.body)); scan.Scan(); {
			lines++
			var e AuditEntry
			if err := json.Unmarshal(scan.Bytes(), &e); err != nil {
				t.Fatal(err)
			}
			sealed := lines < n
			if !strings.HasSuffix(e.AuditId, fmt.Sprintf("-%012d", lines)) || e.Target != "<b> & \"\n" ||
				sealed != (given(e.Seq) == int64(lines)) || sealed != (len(given(e.Hash)) == 64) || !sealed && e.Seq != nil {
				t.Fatalf("line %d: %s", lines, scan.Bytes())
			}
		}
		if lines != n {
			t.Errorf("%d lines, want %d", lines, n)
		}
	}
	h.call(t, "admin", "GET", "/api/admin/audit/export?act=login&outcome=ok", nil)
	rows := h.audited("audit_exported")
	if last := rows[len(rows)-1]; len(rows) != 6 || last.Target != "audit trail act=login&outcome=ok" || last.Who != people["admin"].Person ||
		last.Outcome != "ok" || last.From == "" || last.Request == "" || rows[0].Target != "audit trail" {
		t.Errorf("audited %+v", rows)
	}
}

// F-SE-05: neither a row that is lost nor an export that is cut goes unnoticed.
func TestAnExportIsWholeOrFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	away := incident.E(incident.Unavailable, "read audit trail", "The database does not answer: try again.")
	h.answerAudit(func(incident.AuditQuery) ([]incident.AuditEntry, error) { return nil, away }, false)
	h.call(t, "admin", "GET", "/api/admin/audit/export", nil).wants(t, 503, incident.Unavailable)

	long := longTrail(2 * exportPage)
	h.answerAudit(func(q incident.AuditQuery) ([]incident.AuditEntry, error) {
		if q.After != "" {
			return nil, away
		}
		return long(q)
	}, false)
	req, err := http.NewRequestWithContext(t.Context(), "GET", h.url+"/api/admin/audit/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer admin")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err == nil || bytes.Count(body, []byte("\n")) != exportPage {
		t.Errorf("%d lines and %v, want an end that shows", bytes.Count(body, []byte("\n")), err)
	}

	h.answerAudit(long, true)
	h.call(t, "admin", "GET", "/api/admin/audit/export", nil).wants(t, 500, incident.Internal)
}
