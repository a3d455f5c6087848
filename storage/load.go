package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	entmigrate "taskreporter/ent/migrate"
	"taskreporter/incident"
	"taskreporter/storage/archive"
	"taskreporter/storage/migration"
)

// epochLeap is how far a restore raises every room's epoch: further than rooms can
// have been activated since the backup, so that whoever owned one then, and lives
// on, can append nothing to what comes after.
const epochLeap = 1 << 20

// Load says how rows are loaded.
type Load struct {
	Bucket     string // where their objects are now
	KeepTokens bool   // API tokens go on working; else they are revoked
	// Table is told of each table before it is loaded, and then now and then.
	Table func(name string, rows int64)
}

// Loaded sums a restore up.
type Loaded struct {
	Revoked int64 // API tokens that worked
	Gaps    []Gap // at most some
}

// Gap is a room whose log is not what its head says.
type Gap struct {
	Room   incident.RoomID
	Number string
	Head   incident.Seq
	Events int64
}

// RequireEmpty refuses a database in which a backup cannot be restored: one with
// rows, or of a newer schema.
func RequireEmpty(ctx context.Context, cfg Config, m archive.Manifest) error {
	const op = "restore database"
	kind, db, err := openAside(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	return fail(op, requireEmpty(ctx, db, kind, m))
}

// querier is a database or a transaction.
type querier interface {
	migration.Querier
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func requireEmpty(ctx context.Context, db querier, kind migration.Dialect, m archive.Manifest) error {
	const op = "restore database"
	newest, err := migration.Newest(kind)
	if err != nil {
		return err
	}
	if m.Schema > newest {
		return incident.E(incident.Conflict, op,
			"The backup has the schema %d, and this program knows up to %d. Use the version that wrote it (%s), or a newer one.", m.Schema, newest, m.Program)
	}
	there, err := tablesOf(ctx, db, kind)
	if err != nil {
		return err
	}
	for _, name := range there {
		known := slices.ContainsFunc(m.Tables, func(t archive.Table) bool { return t.Name == name })
		for _, t := range entmigrate.Tables {
			known = known || t.Name == name
		}
		if !known {
			continue // not ours, or derived from ours
		}
		var some bool
		if err := db.QueryRowContext(ctx, "select exists (select 1 from "+quoted(name)+")").Scan(&some); err != nil {
			return err
		}
		if some {
			return incident.E(incident.Conflict, op,
				"The database is not empty: its table %s has rows. Make a new one, or name another data directory, and restore before the first start.", name)
		}
	}
	version, err := migration.Version(ctx, db, kind)
	if err == nil && version > m.Schema {
		err = incident.E(incident.Conflict, op,
			"The database is empty, but its schema is newer than the backup's. Make a new one without any table, and restore before the first start.")
	}
	return err
}

// tablesOf returns the names of all tables of the database.
func tablesOf(ctx context.Context, db querier, kind migration.Dialect) (names []string, err error) {
	query := "select name from sqlite_master where type = 'table' order by name"
	if kind == migration.Postgres {
		query = "select table_name from information_schema.tables where table_schema = current_schema() order by table_name"
	}
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// Restore loads a backup's rows into an empty database and leaves it with the
// backup's schema (see [MigrateUp]): all of them, or none. What is derived from
// them is for [DB.Seed].
func Restore(ctx context.Context, cfg Config, from *archive.Reader, l Load) (Loaded, error) {
	const op = "restore database"
	kind, db, err := openAside(ctx, cfg)
	if err != nil {
		return Loaded{}, err
	}
	defer db.Close()
	done, err := restore(ctx, db, kind, from, l, cfg)
	return done, fail(op, err)
}

func restore(ctx context.Context, db *sql.DB, kind migration.Dialect, from *archive.Reader, l Load, cfg Config) (done Loaded, err error) {
	if err := requireEmpty(ctx, db, kind, from.Manifest); err != nil {
		return done, err
	}
	if err := migration.UpTo(ctx, db, kind, from.Schema); err != nil {
		return done, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return done, err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if kind == migration.Postgres {
		if err := holdAll(ctx, tx, from.Tables); err != nil {
			return done, err
		}
	}
	if err := requireEmpty(ctx, tx, kind, from.Manifest); err != nil { // now nobody comes between
		return done, err
	}
	for _, t := range from.Tables {
		if err := loadTable(ctx, tx, kind, from, t, l.Table); err != nil {
			return done, fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	if done, err = settle(ctx, tx, l, cfg); err != nil {
		return done, err
	}
	if kind == migration.Postgres { // the first searches are planned by it
		if _, err := tx.ExecContext(ctx, "analyze "+named(from.Tables)); err != nil {
			return done, err
		}
	}
	return done, tx.Commit()
}

// holdAll keeps everybody else out of the tables, and the statements without end.
func holdAll(ctx context.Context, tx *sql.Tx, tables []archive.Table) error {
	for _, statement := range []string{
		"set local statement_timeout = 0", "set local idle_in_transaction_session_timeout = 0",
		"lock table " + named(tables) + " in access exclusive mode",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// named names tables in a statement. Those of other schemas are none of ours.
func named(tables []archive.Table) string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = quoted(t.Name)
	}
	return strings.Join(names, ", ")
}

func loadTable(ctx context.Context, tx *sql.Tx, kind migration.Dialect, from *archive.Reader, t archive.Table, told func(string, int64)) error {
	told(t.Name, 0)
	if t.Name == "audit_unsealed" { // every row of the trail has just entered itself
		if _, err := tx.ExecContext(ctx, "delete from audit_unsealed"); err != nil {
			return err
		}
	}
	if err := fillTable(ctx, tx, kind, from, t, told); err != nil {
		return err
	}
	var n int64
	if err := tx.QueryRowContext(ctx, "select count(*) from "+quoted(t.Name)).Scan(&n); err != nil {
		return err
	}
	if n != t.Rows {
		return fmt.Errorf("%d rows arrived, of %d", n, t.Rows)
	}
	return nil
}

func fillTable(ctx context.Context, tx *sql.Tx, kind migration.Dialect, from *archive.Reader, t archive.Table, told func(string, int64)) (err error) {
	names, places := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], places[i] = quoted(c.Name), fmt.Sprintf("$%d", i+1)
	}
	into := quoted(t.Name) + " (" + strings.Join(names, ", ") + ")"
	//nolint:gosec // identifiers, which archive.Open has checked
	statement := "insert into " + into + " values (" + strings.Join(places, ", ") + ")"
	if kind == migration.Postgres {
		statement = "copy " + into + " from stdin"
	}
	insert, err := tx.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, insert.Close()) }()
	var n int64
	err = from.Rows(ctx, t, func(r archive.Row) error {
		if n++; n%tellRows == 0 {
			told(t.Name, n)
		}
		_, err := insert.ExecContext(ctx, r.Cells...)
		return err
	})
	if err == nil && kind == migration.Postgres {
		_, err = insert.ExecContext(ctx) // ends the copy
	}
	return err
}

// settle makes the rows those of another installation, and looks at the logs.
func settle(ctx context.Context, tx *sql.Tx, l Load, cfg Config) (done Loaded, err error) {
	if _, err := tx.ExecContext(ctx, "update incident_rooms set owner = '', epoch = epoch + $1", epochLeap); err != nil {
		return done, err
	}
	if _, err := tx.ExecContext(ctx, "update room_files set minio_bucket = $1", l.Bucket); err != nil {
		return done, err
	}
	if !l.KeepTokens {
		res, err := tx.ExecContext(ctx, "update sessions set ended_at = $1 where ended_at is null and expires_at > $1", incident.Now(cfg.clock()()))
		if err != nil {
			return done, err
		}
		if done.Revoked, err = res.RowsAffected(); err != nil {
			return done, err
		}
	}
	done.Gaps, err = gaps(ctx, tx)
	return done, err
}

// gaps compares each room's head with its log, whose numbers rise from 1 without
// a gap.
func gaps(ctx context.Context, tx *sql.Tx) (found []Gap, err error) {
	const most = "20"
	rows, err := tx.QueryContext(ctx, `select r.room_id, r.number, r.last_seq, count(e.seq)
		from incident_rooms r left join room_events e on e.room_id = r.room_id
		group by r.room_id, r.number, r.last_seq
		having r.last_seq <> count(e.seq) or r.last_seq <> coalesce(max(e.seq), 0)
		order by r.number limit `+most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g Gap
		if err := rows.Scan(&g.Room, &g.Number, &g.Head, &g.Events); err != nil {
			return nil, err
		}
		found = append(found, g)
	}
	return found, rows.Err()
}

// clock is the configured one.
func (c Config) clock() func() time.Time {
	if c.Now != nil {
		return c.Now
	}
	return time.Now
}
