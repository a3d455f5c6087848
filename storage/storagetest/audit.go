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

	promise(t, "TheTrailIsReadAsChosen", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		at := time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)
		cfg.Now = func() time.Time { return at }
		audit := Open(t, cfg).Audit()
		ann, bob := person("Ann").Person, person("Bob").Person
		for i, e := range []incident.AuditEntry{
			{Who: ann, Act: "login", Target: "account ann", From: "10.0.0.7", Outcome: "ok"},
			{Who: bob, Act: "login", Target: "account bob", From: "10.0.0.8", Outcome: "ok"},
			{Who: bob, Act: "access_refused", Target: "room 0192 GET", From: "10.0.0.8", Outcome: "refused"},
			{Who: bob, Act: "access_refused", Target: "Room 0192%_機", From: "10.0.0.7", Outcome: "refused"},
		} {
			at, e.Request = at.Add(time.Hour), fmt.Sprint(i)
			if err := audit.Record(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				seal(t, audit, 2)
			}
		}
		first := time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC) // when the first was written
		for _, c := range []struct {
			want string // their requests, in order
			q    incident.AuditQuery
		}{
			{"3210", incident.AuditQuery{}},
			{"0123", incident.AuditQuery{Forward: true}},
			{"10", incident.AuditQuery{Act: "login"}},
			{"321", incident.AuditQuery{Who: bob.ID}},
			{"2", incident.AuditQuery{Target: "room 0192"}},
			{"3", incident.AuditQuery{Target: "Room 0192%_機"}},
			{"", incident.AuditQuery{Target: "%"}},
			{"32", incident.AuditQuery{Outcome: "refused"}},
			{"30", incident.AuditQuery{From: "10.0.0.7"}},
			{"321", incident.AuditQuery{Since: first.Add(time.Hour)}},
			{"10", incident.AuditQuery{Until: first.Add(2 * time.Hour)}},
			{"1", incident.AuditQuery{Since: first.Add(time.Hour), Until: first.Add(2 * time.Hour)}},
			{"21", incident.AuditQuery{Who: bob.ID, From: "10.0.0.8", Until: first.Add(3 * time.Hour)}},
			{"1", incident.AuditQuery{Who: bob.ID, Act: "login", Forward: true}},
			{"", incident.AuditQuery{Who: ann.ID, Outcome: "refused"}},
		} {
			for limit := 1; limit <= 4; limit += 3 {
				got, page := "", c.q
				page.Limit = limit
				for {
					entries, err := audit.Entries(t.Context(), page)
					if err != nil {
						t.Fatal(err)
					}
					if len(entries) == 0 {
						break
					}
					for _, e := range entries {
						got += e.Request
						if sealed := e.Request < "2"; sealed != (e.Seal != nil) {
							t.Errorf("row %s: seal %v", e.Request, e.Seal)
						}
					}
					last := entries[len(entries)-1].ID
					if page.Before = last; c.q.Forward {
						page.Before, page.After = "", last
					}
				}
				if got != c.want {
					t.Errorf("%+v, %d at a time: %q, want %q", c.q, limit, got, c.want)
				}
			}
		}
	})

	promise(t, "TheTrailCannotBeChanged", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		db := Open(t, cfg)
		if err := db.Audit().Record(t.Context(), incident.AuditEntry{Act: "login", Outcome: "ok"}); err != nil {
			t.Fatal(err)
		}
		table := raw(t, cfg)
		seal(t, db.Audit(), 1)
		statements := []string{"update audit set outcome = 'refused'", "delete from audit", "update audit_seals set hash = ''", "delete from audit_seals"}
		if !onSQLite(cfg) {
			statements = append(statements, "truncate audit", "truncate audit_seals")
		}
		for _, s := range statements {
			if _, err := table.Exec(s); err == nil {
				t.Errorf("%q went through", s)
			}
		}
		if n := count(t, table, "select count(*) from audit where outcome = 'ok'"); n != 1 {
			t.Errorf("%d untouched entries, want 1", n)
		}
		verify(t, db.Audit(), nil)
	})
	testAuditSeals(t, fresh)
	testAuditVerify(t, fresh)
}
