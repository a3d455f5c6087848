package storagetest

import (
	"fmt"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testAudit(t *testing.T, fresh Fresh) {
	promise(t, "TheTrailIsReadNewestFirst", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		at := time.Date(2026, 3, 5, 8, 0, 0, 123456789, time.UTC)
		cfg.Now = func() time.Time { return at }
		db := Open(t, cfg)
		ctx, audit := t.Context(), db.Audit()
		ann := person("Ann").Person
		var want []incident.AuditEntry
		for i := range 6 {
			e := incident.AuditEntry{
				Who: ann, Act: "login", Target: "account ann", From: "10.0.0.7", Outcome: "ok", Request: fmt.Sprint("r", i),
			}
			if i%2 == 0 {
				e.Act, e.Outcome, e.Who = "login_failed", "refused", incident.Person{Name: "annn"}
			}
			if err := audit.Record(ctx, e); err != nil {
				t.Fatal(err)
			}
			e.At = incident.Now(at)
			want = append([]incident.AuditEntry{e}, want...)
		}
		pages := func(q incident.AuditQuery) (all []incident.AuditEntry) {
			for {
				page, err := audit.Entries(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					return all
				}
				q.Before = page[len(page)-1].ID
				for _, e := range page {
					if !incident.ValidUUID(e.ID) {
						t.Errorf("id %q", e.ID)
					}
					e.ID = ""
					all = append(all, e)
				}
			}
		}
		same(t, "all", pages(incident.AuditQuery{Limit: 4}), want)
		same(t, "by act", pages(incident.AuditQuery{Act: "login_failed", Limit: 2}), []incident.AuditEntry{want[1], want[3], want[5]})
		same(t, "by person", pages(incident.AuditQuery{Who: ann.ID, Limit: 10}), []incident.AuditEntry{want[0], want[2], want[4]})
	})

	promise(t, "TheTrailCannotBeChanged", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		db := Open(t, cfg)
		if err := db.Audit().Record(t.Context(), incident.AuditEntry{Act: "login", Outcome: "ok"}); err != nil {
			t.Fatal(err)
		}
		table := raw(t, cfg)
		statements := []string{"update audit set outcome = 'refused'", "delete from audit"}
		if !onSQLite(cfg) {
			statements = append(statements, "truncate audit")
		}
		for _, s := range statements {
			if _, err := table.Exec(s); err == nil {
				t.Errorf("%q went through", s)
			}
		}
		if n := count(t, table, "select count(*) from audit where outcome = 'ok'"); n != 1 {
			t.Errorf("%d untouched entries, want 1", n)
		}
	})
	testAuditSeals(t, fresh)
	testAuditVerify(t, fresh)
}
