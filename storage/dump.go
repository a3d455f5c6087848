package storage

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	"taskreporter/ent"
	"taskreporter/ent/audit"
	entmigrate "taskreporter/ent/migrate"
	"taskreporter/ent/roomfile"
	"taskreporter/incident"
	"taskreporter/storage/archive"
	"taskreporter/storage/migration"
)

// tellRows is after how many rows of a table progress is told.
const tellRows = 10_000

// NotDumped says which tables a backup leaves out, and why.
var NotDumped = map[string]string{
	"sessions (of logins)": "nobody is signed in after a restore",
	"refresh_tokens":       "of logins",
	"tickets":              "of logins",
	"login_attempts":       "good for minutes",
	"nodes":                "who runs now",
	"uploads":              "unfinished, and so without an object",
}

// dumpedRows narrows a table: of sessions only API tokens are kept.
var dumpedRows = map[string]string{"sessions": " where scopes <> 0"}

// Point is where in time the rows of a backup are.
type Point struct {
	At       time.Time // the database's clock
	Database string    // kind
	Schema   int64
}

// Dump writes the rows of all tables as they were at one point, on a connection of
// its own, while others read and write. What is derived, as the words of a search,
// is left out. told is told of each table before it is read, and then now and then.
func Dump(ctx context.Context, cfg Config, w *archive.Writer, told func(table string, rows int64)) (Point, error) {
	const op = "dump database"
	kind, db, err := openAside(ctx, cfg)
	if err != nil {
		return Point{}, err
	}
	defer db.Close()
	p, err := dump(ctx, db, kind, w, told)
	return p, fail(op, err)
}

// openAside opens the database for statements that may take their time.
func openAside(ctx context.Context, cfg Config) (kind migration.Dialect, db *sql.DB, err error) {
	if kind, err = kindOf(cfg.URL); err != nil {
		return "", nil, err
	}
	if kind == migration.SQLite {
		var reader *sql.DB
		if db, reader, err = openSQLite(ctx, sqlitePath(cfg.URL), 1); err == nil {
			reader.Close()
		}
	} else {
		db, err = openPostgres(cfg.URL, 2, 0)
	}
	return kind, db, incident.Wrap(incident.Unavailable, "open database", err, "the database cannot be opened: check its address")
}

func dump(ctx context.Context, db *sql.DB, kind migration.Dialect, w *archive.Writer, told func(string, int64)) (p Point, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return p, err
	}
	defer func() { _ = conn.Close() }()
	// SQLite: a plain begin reads what was there at its first statement, and does not
	// keep others from writing, as the immediate one of every writer does.
	begin, clock := []string{"begin deferred"}, "select cast(unixepoch('subsec') * 1000000 as integer)"
	if kind == migration.Postgres {
		begin = []string{
			"begin isolation level repeatable read read only",
			"set local statement_timeout = 0", "set local idle_in_transaction_session_timeout = 0",
		}
		clock = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint"
	}
	for _, statement := range begin {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return p, err
		}
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "rollback") }() // it only read
	if p.Schema, err = migration.Version(ctx, conn, kind); err != nil {
		return p, err
	}
	var micros int64
	if err := conn.QueryRowContext(ctx, clock).Scan(&micros); err != nil {
		return p, err
	}
	p.At, p.Database = time.UnixMicro(micros).UTC(), string(kind)
	newest, err := migration.Newest(kind)
	if err != nil {
		return p, err
	}
	if p.Schema != newest {
		return p, incident.E(incident.Conflict, "dump database",
			"The database has the schema %d, and this program knows %d. Make the backup with the version of the newest server.", p.Schema, newest)
	}
	for _, t := range dumpedTables() {
		if err := dumpTable(ctx, conn, t, w, told); err != nil {
			return p, fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	return p, nil
}

// dumpedTables returns the tables so that each comes after those it refers to.
func dumpedTables() []*schema.Table {
	all := slices.SortedFunc(slices.Values(entmigrate.Tables), func(a, b *schema.Table) int { return cmp.Compare(a.Name, b.Name) })
	var (
		sorted []*schema.Table
		add    func(t *schema.Table)
		seen   = map[string]bool{}
	)
	add = func(t *schema.Table) {
		if seen[t.Name] {
			return
		}
		seen[t.Name] = true
		for _, key := range t.ForeignKeys {
			add(key.RefTable)
		}
		if _, without := NotDumped[t.Name]; !without {
			sorted = append(sorted, t)
		}
	}
	for _, t := range all {
		add(t)
	}
	return sorted
}

// kinds are the words of a backup for those of ent/schema.
var kinds = map[field.Type]archive.Kind{
	field.TypeString: archive.Text, field.TypeEnum: archive.Text, field.TypeJSON: archive.Text,
	field.TypeBool: archive.Bool, field.TypeTime: archive.Time,
	field.TypeInt: archive.Int, field.TypeInt8: archive.Int, field.TypeInt16: archive.Int,
	field.TypeInt32: archive.Int, field.TypeInt64: archive.Int,
}

func dumpTable(ctx context.Context, conn *sql.Conn, t *schema.Table, w *archive.Writer, told func(string, int64)) (err error) {
	told(t.Name, 0)
	columns, names := make([]archive.Column, len(t.Columns)), make([]string, len(t.Columns))
	targets := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		kind, ok := kinds[c.Type]
		if !ok {
			return fmt.Errorf("a backup has no word for the kind of column %s", c.Name)
		}
		columns[i], names[i], targets[i] = archive.Column{Name: c.Name, Kind: kind}, quoted(c.Name), target(kind)
	}
	out, err := w.Table(ctx, t.Name, columns)
	if err != nil {
		return err
	}
	//nolint:gosec // names of ent/schema and constants
	rows, err := conn.QueryContext(ctx, "select "+strings.Join(names, ", ")+" from "+quoted(t.Name)+dumpedRows[t.Name])
	if err != nil {
		return err
	}
	defer rows.Close()
	cells := make([]any, len(columns))
	for n := int64(1); rows.Next(); n++ {
		if n%tellRows == 0 {
			told(t.Name, n)
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		for i := range targets {
			cells[i] = scanned(targets[i])
		}
		if err := out.Row(cells); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return out.Close()
}

// target is what a cell is scanned into.
func target(kind archive.Kind) any {
	switch kind {
	case archive.Int:
		return new(sql.NullInt64)
	case archive.Bool:
		return new(sql.NullBool)
	case archive.Time:
		return new(sql.NullTime)
	default:
		return new(sql.NullString)
	}
}

// scanned is what a target holds.
func scanned(target any) any {
	switch v := target.(type) {
	case *sql.NullInt64:
		if v.Valid {
			return v.Int64
		}
	case *sql.NullBool:
		if v.Valid {
			return v.Bool
		}
	case *sql.NullTime:
		if v.Valid {
			return incident.Now(v.Time)
		}
	case *sql.NullString:
		if v.Valid {
			return v.String
		}
	}
	return nil
}

// quoted is a name in a statement, on both databases.
func quoted(name string) string { return `"` + name + `"` }

// DumpedFiles gives the objects that the dumped rows speak of, deleted files
// included.
func DumpedFiles(ctx context.Context, w *archive.Writer, each func(archive.Object) error) error {
	return w.Rows(ctx, roomfile.Table, func(r archive.Row) error {
		return each(archive.Object{
			ID: r.Text(roomfile.FieldID), Key: r.Text(roomfile.FieldMinioObjectPath), Mime: r.Text(roomfile.FieldMimeType),
			Size: r.Int(roomfile.FieldFileSize), SHA256: r.Text(roomfile.FieldSha256),
		})
	})
}

// Recorded reports whether a file has a row, deleted ones included.
func (db *DB) Recorded(ctx context.Context, file incident.FileID) (bool, error) {
	found, err := db.read.RoomFile.Query().Where(roomfile.ID(string(file))).Exist(ctx)
	return found, fail("find file", err)
}

// LastBackup returns when the newest backup was recorded, zero when none was. The
// schema must be that of this program.
func (i *Inspection) LastBackup(ctx context.Context) (time.Time, error) {
	row, err := i.db.read.Audit.Query().Where(audit.Act(BackupTaken)).Order(audit.ByID(entsql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fail("find last backup", err)
	}
	return incident.Now(row.At), nil
}

// BackupTaken is the act of the audit trail that says so.
const BackupTaken = "backup_taken"
