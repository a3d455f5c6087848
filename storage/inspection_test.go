package storage_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

func inspect(t *testing.T, cfg storage.Config) *storage.Inspection {
	t.Helper()
	i, err := storage.Inspect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	return i
}

var empty = map[string]storagetest.Fresh{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres}

// F-OP-03: which steps a schema lacks, or has too many, is told without a change.
func TestAnInspectionTellsTheStateOfTheSchema(t *testing.T) {
	t.Parallel()
	for name, anew := range empty {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := anew(t)
			if steps, newer, err := inspect(t, cfg).Pending(t.Context()); len(steps) > 0 || newer || err != nil {
				t.Errorf("today's schema: %q, %v, %v", steps, newer, err)
			}
			all, err := storage.MigrationStatus(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for k := range all {
				if _, err := storage.MigrateDown(t.Context(), cfg); err != nil {
					t.Fatal(err)
				}
				want = append([]string{all[len(all)-1-k].Name}, want...)
				if steps, newer, err := inspect(t, cfg).Pending(t.Context()); !slices.Equal(steps, want) || newer || err != nil {
					t.Errorf("%d steps back: %q, %v, %v, want %q", k+1, steps, newer, err, want)
				}
			}
			change(t, cfg, "drop table goose_db_version")
			if steps, newer, err := inspect(t, cfg).Pending(t.Context()); !slices.Equal(steps, want) || newer || err != nil {
				t.Errorf("an empty database: %q, %v, %v", steps, newer, err)
			}
			if _, err := storage.MigrateUp(t.Context(), cfg); err != nil { // nothing is there that should not be
				t.Fatal(err)
			}
			change(t, cfg, "insert into goose_db_version (version_id, is_applied) values (99999, true)")
			if steps, newer, err := inspect(t, cfg).Pending(t.Context()); len(steps) > 0 || !newer || err != nil {
				t.Errorf("a newer schema: %q, %v, %v", steps, newer, err)
			}
		})
	}
}

func change(t *testing.T, cfg storage.Config, statements ...string) {
	t.Helper()
	driver, address := "postgres", cfg.URL
	if path, ok := strings.CutPrefix(cfg.URL, "sqlite://"); ok {
		driver, address = "sqlite", path
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// F-SE-05: a change among the newest rows of the audit trail is found, one before them
// is left to Verify.
func TestAnInspectionLooksAtTheEndOfTheAuditTrail(t *testing.T) {
	t.Parallel()
	for name, anew := range empty {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := anew(t)
			if a, err := inspect(t, cfg).Audit(t.Context(), 3); err != nil || len(a.Faults) > 0 || a.Overdue || a.Looked != 0 {
				t.Errorf("an empty trail: %+v, %v", a, err)
			}
			db := storagetest.Open(t, cfg)
			record := func(n int) {
				t.Helper()
				for range n {
					if err := db.Audit().Record(t.Context(), incident.AuditEntry{Who: incident.House, Act: "login_failed", Outcome: "refused"}); err != nil {
						t.Fatal(err)
					}
				}
			}
			record(6)
			_, head, err := db.Audit().Seal(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for n, looked := range map[int]int64{3: 3, 5: 5, 6: 6, 100: 6} {
				if a, err := inspect(t, cfg).Audit(t.Context(), n); err != nil || len(a.Faults) > 0 || a.Looked != looked || a.Head != head {
					t.Errorf("the newest %d: %+v, %v, want head %s", n, a, err, head)
				}
			}
			record(1)
			later := cfg
			later.Now = func() time.Time { return time.Now().Add(time.Hour) }
			now, err1 := inspect(t, cfg).Audit(t.Context(), 3)
			then, err2 := inspect(t, later).Audit(t.Context(), 3)
			if err := errors.Join(err1, err2); err != nil || now.Overdue || !then.Overdue {
				t.Errorf("a row waits: %v now, %v in an hour (%v)", now.Overdue, then.Overdue, err)
			}
			if strings.HasPrefix(cfg.URL, "sqlite") {
				change(t, cfg, "drop trigger audit_no_update")
			} else {
				change(t, cfg, "alter table audit disable trigger user")
			}
			change(t, cfg, "update audit set outcome = 'ok' where audit_id = (select audit_id from audit_seals where seq = 5)")
			for n, faults := range map[int]int{1: 0, 2: 1, 100: 1} {
				a, err := inspect(t, cfg).Audit(t.Context(), n)
				if err != nil || len(a.Faults) != faults || faults > 0 && (a.Faults[0].Kind != storage.RowChanged || a.Faults[0].Seq != 5) {
					t.Errorf("row 5 changed, the newest %d: %+v, %v", n, a, err)
				}
			}
		})
	}
}

// A file that is not there is told of and not made; a spoiled one is noticed.
func TestAnInspectionOfAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.db")
	if _, err := storage.Inspect(t.Context(), storage.Config{URL: "sqlite://" + path}); incident.KindOf(err) != incident.NotFound {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was made")
	}
	cfg := storagetest.SQLite(t)
	if faults, err := inspect(t, cfg).Integrity(t.Context()); faults != "" || err != nil {
		t.Errorf("a whole file: %q, %v", faults, err)
	}
	if s, err := inspect(t, cfg).Server(t.Context()); err != nil || s.Postgres || s.Version == "" || s.Journal != "wal" {
		t.Errorf("%+v, %v", s, err)
	}
	change(t, cfg, "pragma writable_schema = on", "update sqlite_master set rootpage = 3 where name = 'users'")
	if faults, err := inspect(t, cfg).Integrity(t.Context()); faults == "" && err == nil {
		t.Error("a spoiled file is called whole")
	}
}

// Clocks are compared with half the time that asking took as the doubt.
func TestAnInspectionComparesClocks(t *testing.T) {
	t.Parallel()
	cfg := storagetest.Postgres(t)
	for _, off := range []time.Duration{-time.Hour, time.Hour} {
		cfg.Now = func() time.Time { return time.Now().Add(off) }
		ahead, within, err := inspect(t, cfg).Ahead(t.Context())
		if err != nil || (ahead+off).Abs() > within+time.Minute {
			t.Errorf("a clock %s off: %s ahead, within %s (%v)", off, ahead, within, err)
		}
	}
	s, err := inspect(t, cfg).Server(t.Context())
	if err != nil || !s.Postgres || s.Major < 15 || s.Encoding != "UTF8" || s.Standby || s.Commit == "" || s.Used < 1 || s.Most < s.Used {
		t.Errorf("%+v, %v", s, err)
	}
}

// Nodes are listed with what is left of their leases.
func TestAnInspectionListsTheNodes(t *testing.T) {
	t.Parallel()
	cfg := storagetest.Postgres(t)
	for id, ttl := range map[incident.NodeID]time.Duration{"alive": time.Hour, "gone": time.Microsecond} {
		r, err := storage.OpenRoll(cfg, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
		if err := r.Join(t.Context(), incident.Node{ID: id, Address: "127.0.0.1:1", Version: "v1"}, ttl); err != nil {
			t.Fatal(err)
		}
	}
	nodes, err := inspect(t, cfg).Nodes(t.Context())
	if err != nil || len(nodes) != 2 {
		t.Fatalf("%+v, %v", nodes, err)
	}
	for _, n := range nodes {
		if n.Version != "v1" || n.Expired() != (n.ID == "gone") {
			t.Errorf("%+v", n)
		}
	}
}
