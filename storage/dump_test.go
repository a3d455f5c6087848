package storage_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/go-cmp/cmp"

	entmigrate "taskreporter/ent/migrate"
	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/archive"
	"taskreporter/storage/storagetest"
)

var dumpWays = []struct {
	name     string
	from, to storagetest.Fresh
}{
	{"SQLite to SQLite", storagetest.SQLite, storagetest.SQLite},
	{"SQLite to PostgreSQL", storagetest.SQLite, storagetest.Postgres},
	{"PostgreSQL to SQLite", storagetest.Postgres, storagetest.SQLite},
	{"PostgreSQL to PostgreSQL", storagetest.Postgres, storagetest.Postgres},
}

// F-DB-04: every table with every column goes through a backup and comes out as it
// was, whichever database it goes into, but for what a restore must change.
func TestABackupHoldsEveryColumnOfEveryTable(t *testing.T) {
	t.Parallel()
	for _, way := range dumpWays {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			from, to := way.from(t), way.to(t)
			fill(t, from)
			before := dumped(t, from, nil)
			for _, table := range entmigrate.Tables {
				_, without := storage.NotDumped[table.Name]
				if rows := read(t, before, table.Name); without != (rows == nil) || !without && len(rows) != 2 {
					t.Errorf("of table %s there are %d rows", table.Name, len(rows))
				}
			}
			done, err := storage.Restore(t.Context(), to, before, storage.Load{Bucket: "moved", KeepTokens: true, Table: func(string, int64) {}})
			if err != nil {
				t.Fatal(err)
			}
			if len(done.Gaps) != 2 { // the rows are made up
				t.Errorf("gaps %+v, want both rooms", done.Gaps)
			}
			after := dumped(t, to, nil)
			for _, table := range before.Tables {
				want, got := read(t, before, table.Name), read(t, after, table.Name)
				for _, row := range want {
					for i, c := range table.Columns {
						switch table.Name + "." + c.Name {
						case "incident_rooms.owner":
							row.Cells[i] = ""
						case "incident_rooms.epoch":
							row.Cells[i] = row.Cells[i].(int64) + 1<<20
						case "room_files.minio_bucket":
							row.Cells[i] = "moved"
						}
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("table %s differs (-before +after):\n%s", table.Name, diff)
				}
			}
		})
	}
}

// A row that waits for no seal, which an audit must find, is not made to wait by a
// restore; API tokens do not live again by themselves.
func TestARestoreHidesNoTamperingAndRevokesTokens(t *testing.T) {
	t.Parallel()
	from, to := storagetest.SQLite(t), storagetest.Postgres(t)
	for _, act := range []string{"one", "two"} {
		if err := storagetest.Open(t, from).Audit().Record(t.Context(), incident.AuditEntry{Act: act, Outcome: "ok"}); err != nil {
			t.Fatal(err)
		}
	}
	raw := rawDatabase(t, from)
	exec(t, raw, "delete from audit_unsealed where audit_id = (select min(audit_id) from audit)")
	exec(t, raw, "insert into users (user_id, username, username_key, name, system_role, disabled, created_at) values ('u', 'u', 'u', 'u', 'USER', false, 0)")
	exec(t, raw, "insert into sessions (session_id, user_id, created_at, expires_at, user_agent, from_addr, scopes) values ('s', 'u', 0, 9000000000000000, '', '', 1), ('login', 'u', 0, 9000000000000000, '', '', 0)")
	done, err := storage.Restore(t.Context(), to, dumped(t, from, nil), storage.Load{Table: func(string, int64) {}})
	if err != nil || done.Revoked != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	var slipped []storage.AuditFault
	sum, err := storagetest.Open(t, to).Audit().Verify(t.Context(), nil, func(f storage.AuditFinding) error {
		slipped = append(slipped, f.Kind)
		return nil
	})
	if err != nil || sum.Waiting != 1 || !slices.Equal(slipped, []storage.AuditFault{storage.RowSlipped}) {
		t.Errorf("%+v %v, %v", sum, slipped, err)
	}
	var alive, all int
	row := rawDatabase(t, to).QueryRow("select count(*) filter (where ended_at is null), count(*) from sessions")
	if err := row.Scan(&alive, &all); err != nil || alive != 0 || all != 1 {
		t.Errorf("%d of %d sessions live, %v", alive, all, err)
	}
}

// All rows are of one point: what is committed after the first table was begun, in
// whichever table, is not there, and nobody waits to commit it.
func TestADumpIsOfOnePoint(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]storagetest.Fresh{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := fresh(t)
			db := rawDatabase(t, cfg)
			year := 2000
			number := func(string, int64) {
				exec(t, db, fmt.Sprintf(`insert into room_numbers ("year", "last") values (%d, 1)`, year))
				year++
			}
			number("", 0)
			r := dumped(t, cfg, number)
			if rows := read(t, r, "room_numbers"); len(rows) != 1 || year < 2010 {
				t.Errorf("%d rows of years before %d were read, want the first", len(rows), year)
			}
		})
	}
}

// A restore changes nothing unless all of it succeeds, and nothing that is there.
func TestARestoreIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]storagetest.Fresh{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := storagetest.SQLite(t), fresh(t)
			fill(t, from)
			r := dumped(t, from, nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := storage.Restore(ctx, to, r, storage.Load{Table: func(table string, _ int64) {
				if table == "room_numbers" {
					cancel() // as Ctrl-C does
				}
			}})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a restore that was stopped: %v", err)
			}
			if _, err := storage.Restore(t.Context(), to, r, storage.Load{Table: func(string, int64) {}}); err != nil {
				t.Fatalf("the next one: %v", err)
			}
			err = storage.RequireEmpty(t.Context(), to, r.Manifest)
			if incident.KindOf(err) != incident.Conflict || !strings.Contains(incident.DetailOf(err), "not empty") {
				t.Errorf("into rows: %v", err)
			}
			for version, want := range map[int64]string{r.Schema + 1: "this program knows", r.Schema - 1: "newer than the backup's"} {
				m := r.Manifest
				m.Schema = version
				err := storage.RequireEmpty(t.Context(), fresh(t), m)
				if incident.KindOf(err) != incident.Conflict || !strings.Contains(incident.DetailOf(err), want) {
					t.Errorf("a backup with the schema %d into %d: %v", version, r.Schema, err)
				}
			}
		})
	}
}

// A backup of an older schema is loaded into that schema, and migrated from there.
func TestAnOlderBackupIsMigrated(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]storagetest.Fresh{"SQLite": storagetest.SQLite, "PostgreSQL": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const before = 3 // of status, search, seals and much else
			dir := filepath.Join(t.TempDir(), "old")
			w, err := archive.Create(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			out, err := w.Table(t.Context(), "room_numbers", []archive.Column{{Name: "year", Kind: archive.Int}, {Name: "last", Kind: archive.Int}})
			if err == nil {
				err = errors.Join(out.Row([]any{int64(2025), int64(7)}), out.Close())
			}
			if err == nil {
				_, _, err = w.Finish(func(m *archive.Manifest) { m.Schema = before; m.Objects.Name = "objects" })
			}
			if err != nil {
				t.Fatal(err)
			}
			to := fresh(t)
			for steps, err := storage.MigrationStatus(t.Context(), to); steps[before].Applied; steps, err = storage.MigrationStatus(t.Context(), to) {
				if err != nil {
					t.Fatal(err)
				}
				if _, err := storage.MigrateDown(t.Context(), to); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := storage.Restore(t.Context(), to, open(t, dir), storage.Load{KeepTokens: true, Table: func(string, int64) {}}); err != nil {
				t.Fatal(err)
			}
			if steps, err := storage.MigrateUp(t.Context(), to); err != nil || len(steps) == 0 || steps[0].Version != before+1 {
				t.Errorf("migrated %+v, %v", steps, err)
			}
			var last int
			if err := rawDatabase(t, to).QueryRow("select last from room_numbers").Scan(&last); err != nil || last != 7 {
				t.Errorf("last %d, %v", last, err)
			}
		})
	}
}

// dumped dumps a database and opens the backup.
func dumped(t *testing.T, cfg storage.Config, told func(string, int64)) *archive.Reader {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "backup")
	w, err := archive.Create(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if told == nil {
		told = func(string, int64) {}
	}
	p, err := storage.Dump(t.Context(), cfg, w, told)
	if err == nil {
		_, _, err = w.Finish(func(m *archive.Manifest) { m.Schema, m.Objects.Name = p.Schema, "objects" })
	}
	if err != nil {
		t.Fatal(err)
	}
	if age := time.Since(p.At).Abs(); age > time.Hour {
		t.Errorf("the point is %s away", age)
	}
	return open(t, dir)
}

func open(t *testing.T, dir string) *archive.Reader {
	t.Helper()
	r, err := archive.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// read returns the rows of a table in an order of their own, nil when the backup
// has no such table.
func read(t *testing.T, r *archive.Reader, table string) []archive.Row {
	t.Helper()
	i := slices.IndexFunc(r.Tables, func(t archive.Table) bool { return t.Name == table })
	if i < 0 {
		return nil
	}
	list := []archive.Row{}
	if err := r.Rows(t.Context(), r.Tables[i], func(row archive.Row) error {
		list = append(list, row)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list, func(a, b archive.Row) int { return strings.Compare(fmt.Sprint(a.Cells), fmt.Sprint(b.Cells)) })
	return list
}

// fill puts two rows into every table: one with a value in each column, one with
// null wherever that may be.
func fill(t *testing.T, cfg storage.Config) {
	t.Helper()
	db := rawDatabase(t, cfg)
	var add func(table *schema.Table)
	seen := map[string]bool{}
	add = func(table *schema.Table) {
		if seen[table.Name] {
			return
		}
		seen[table.Name] = true
		for _, key := range table.ForeignKeys {
			add(key.RefTable)
		}
		if table.Name == "audit_unsealed" {
			return // audit has just filled it
		}
		for n := range 2 {
			var names, places []string
			var values []any
			for i, c := range table.Columns {
				if n == 1 && c.Nullable {
					continue
				}
				names, places = append(names, `"`+c.Name+`"`), append(places, fmt.Sprintf("$%d", len(names)+1))
				values = append(values, sample(table.Columns[i].Type, n))
			}
			exec(t, db, fmt.Sprintf(`insert into "%s" (%s) values (%s)`, table.Name, strings.Join(names, ", "), strings.Join(places, ", ")), values...)
		}
	}
	for _, table := range entmigrate.Tables {
		add(table)
	}
}

func sample(kind field.Type, n int) any {
	switch kind {
	case field.TypeBool:
		return n == 0
	case field.TypeTime:
		return time.Date(2026, 11, 23, 1, 2, 3+n, 456789000, time.UTC)
	case field.TypeJSON:
		return `["主軸 <&> \"異音\""]`
	case field.TypeString:
		return fmt.Sprintf("軸%d<'\\\n🛑", n)
	default:
		return int64(1)<<(14*n) + 3
	}
}

// rawDatabase opens a database behind the back of package storage.
func rawDatabase(t *testing.T, cfg storage.Config) *sql.DB {
	t.Helper()
	driver, source := "postgres", cfg.URL
	if path, ok := strings.CutPrefix(cfg.URL, "sqlite://"); ok {
		driver, source = "sqlite", "file:"+path+"?_time_integer_format=unix_micro&_inttotime=1&_busy_timeout=10000&_foreign_keys=1"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func exec(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
