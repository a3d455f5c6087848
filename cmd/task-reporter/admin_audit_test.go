package main

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"taskreporter/httpapi/client"
	"taskreporter/incident"
)

// exported returns the rows of an export, once all but the newest have a seal.
func (in *installation) exported(auditor *someone) (rows []client.AuditEntry) {
	in.t.Helper()
	waitFor(in.t, "seals of all rows", func() bool {
		status, header, body := auditor.do(http.MethodGet, "/api/admin/audit/export", nil, nil)
		if status == http.StatusTooManyRequests { // asked for more often than allowed
			return false
		}
		if status != http.StatusOK || header.Get("Content-Type") != "application/x-ndjson" {
			in.t.Fatalf("export: %d %.300s", status, body)
		}
		rows = nil
		for line := range bytes.Lines(body) {
			var e client.AuditEntry
			if err := json.Unmarshal(line, &e); err != nil {
				in.t.Fatalf("%v: %s", err, line)
			}
			rows = append(rows, e)
		}
		last := rows[len(rows)-1]
		if last.Act != "audit_exported" {
			in.t.Fatalf("the export is not in itself: %+v", last)
		}
		rows = rows[:len(rows)-1]
		return !slices.ContainsFunc(rows, func(e client.AuditEntry) bool { return e.Seq == nil })
	})
	return rows
}

// checkExport makes the chain anew from what is exported, as docs/security.md says
// that anybody can.
func (in *installation) checkExport(auditor *someone) {
	in.t.Helper()
	rows := in.exported(auditor)
	slices.SortFunc(rows, func(a, b client.AuditEntry) int { return cmp.Compare(*a.Seq, *b.Seq) })
	var seal incident.AuditSeal
	for _, e := range rows {
		seal = seal.Next(incident.AuditEntry{
			ID: e.AuditId, At: e.At, Who: incident.Person{ID: incident.UserID(e.Who.UserId), Name: e.Who.Name},
			Act: e.Act, Target: e.Target, From: e.From, Outcome: string(e.Outcome), Request: e.RequestId,
		})
		if seal.Seq != *e.Seq || seal.Hash.String() != *e.Hash {
			in.t.Fatalf("row %s has the seal %d:%s, want %s", e.AuditId, *e.Seq, *e.Hash, seal)
		}
	}
}

// F-SE-05: what somebody with the database's file does to the trail of a running
// server is found and named, with a head that was noted also when the end is cut.
func TestAdminVerifiesTheTrailWhileTheServerRuns(t *testing.T) {
	t.Parallel()
	in := newInstallation(t, "TASK_REPORTER_LOG_LEVEL=info", "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))
	s := in.start()
	auditor := in.join("auditor", "稽核", "AUDITOR")
	verify := func(args ...string) result {
		t.Helper()
		return execute(t, processEnvironment(in.env), "", append([]string{"admin", "audit", "verify"}, args...)...)
	}
	for range 5 {
		auditor.login("auditor")
	}
	rows := in.exported(auditor)
	r := verify()
	head := regexp.MustCompile(`head (\d+:[0-9a-f]{64})\n`).FindStringSubmatch(r.out)
	if r.code != 0 || r.err != "" || head == nil || !strings.Contains(r.out, "all is well") {
		t.Fatalf("%+v", r)
	}
	waitFor(t, "the metric", func() bool { return in.metric("taskreporter_audit_sealed_seq") >= float64(len(rows)) })
	if !strings.Contains(s.logs.String(), "audit trail sealed") {
		t.Error("no head in the log")
	}
	for range 3 {
		auditor.login("auditor")
	}
	in.exported(auditor)
	if r := verify("--head", head[1]); r.code != 0 || !strings.Contains(r.out, "all is well") {
		t.Errorf("the noted head: %+v", r)
	}
	for _, bad := range []string{"7", "7:abc"} {
		if r := verify("--head", bad); r.code != exitUsage || !strings.Contains(r.err, "--head") {
			t.Errorf("--head %s: %+v", bad, r)
		}
	}

	auditor.login("auditor")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	if r := verify("--head", head[1]); r.code != 0 || !strings.Contains(r.out, "waiting for their seal 0\n") {
		t.Errorf("after the stop: %+v", r)
	}
	db, err := sql.Open("sqlite", filepath.Join(in.dir, "data", "task-reporter.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	change := func(statements ...string) {
		t.Helper()
		for _, s := range statements {
			if _, err := db.Exec(s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	change("drop trigger audit_no_update", "drop trigger audit_no_delete", "drop trigger audit_seals_no_delete",
		"update audit set user_name = '別人' where audit_id = '"+rows[2].AuditId+"'")
	seq := *rows[2].Seq
	r = verify()
	if r.code != exitFailed || !strings.Contains(r.err, "1 findings") || !strings.Contains(r.out, rows[2].AuditId) || !strings.Contains(r.out, "別人") {
		t.Errorf("a changed row: %+v", r)
	}
	r = verify("--json")
	var finding struct {
		Kind    string
		Seq     int64
		AuditID string `json:"audit_id"`
	}
	var sum struct {
		Summary struct {
			Rows, Sealed, Findings, Seq int64
			Hash                        string
		}
	}
	lines := strings.SplitAfter(r.out, "\n")
	if len(lines) != 3 || json.Unmarshal([]byte(lines[0]), &finding) != nil || json.Unmarshal([]byte(lines[1]), &sum) != nil {
		t.Fatalf("%+v", r)
	}
	if finding.Kind != "row_changed" || finding.Seq != seq || finding.AuditID != rows[2].AuditId || sum.Summary.Findings != 1 ||
		sum.Summary.Rows < int64(len(rows)) || sum.Summary.Seq != sum.Summary.Sealed || len(sum.Summary.Hash) != 64 {
		t.Errorf("%s", r.out)
	}

	change("update audit set user_name = '"+rows[2].Who.Name+"' where audit_id = '"+rows[2].AuditId+"'", "delete from audit_unsealed",
		"delete from audit where audit_id not in (select audit_id from audit_seals where seq <= 4)", "delete from audit_seals where seq > 4")
	if r := verify(); r.code != 0 {
		t.Errorf("a cut end, without a head: %+v", r)
	}
	if r := verify("--head", head[1]); r.code != exitFailed || !strings.Contains(r.out, "head_missing") {
		t.Errorf("a cut end: %+v", r)
	}
}
