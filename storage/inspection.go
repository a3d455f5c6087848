package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/auditseal"
	"taskreporter/ent/auditunsealed"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// Inspection looks at a database as it is, whatever its schema, and changes nothing:
// it neither makes a database nor migrates one. It is used by one goroutine.
type Inspection struct {
	db *DB // not opened by Open: only what reads may be called
}

// ServerState is what a database says of itself. On SQLite only Version and
// Durability are filled in.
type ServerState struct {
	Postgres   bool
	Version    string
	Major      int    // of PostgreSQL
	Encoding   string // of the database, as UTF8
	Standby    bool   // it follows another server and cannot be written
	Fsync      bool
	Commit     string // synchronous_commit as this role has it
	Journal    string // of SQLite: wal once a server has run
	Used, Most int    // connections of the whole server, and how many it gives to roles without privileges
}

// AuditState is how the end of the audit trail looks.
type AuditState struct {
	Head    incident.AuditSeal // newest seal
	Looked  int64              // seals at the end that were compared with their rows
	Faults  []AuditFinding
	Overdue bool // rows wait for their seal for minutes
}

// Inspect connects to a database. A SQLite file that is not there is of kind
// incident.NotFound, and is not made.
func Inspect(ctx context.Context, cfg Config) (*Inspection, error) {
	const op = "inspect database"
	kind, err := kindOf(cfg.URL)
	if err != nil {
		return nil, err
	}
	db := &DB{kind: kind, now: cfg.Now, log: cfg.Log}
	if db.now == nil {
		db.now = time.Now
	}
	if kind == migration.SQLite {
		path := sqlitePath(cfg.URL)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, incident.Wrap(incident.NotFound, op, err, "there is no database file yet")
		}
		db.reader, err = sql.Open("sqlite", sqliteDSN(path, url.Values{"mode": {"rw"}, "_query_only": {"1"}}))
	} else {
		db.reader, err = openPostgres(cfg.URL, 1, statementTimeout)
	}
	if err != nil {
		return nil, incident.Wrap(incident.Unavailable, op, err, "the database cannot be opened: check its address")
	}
	db.writer = db.reader
	db.read = ent.NewClient(ent.Driver(entsql.OpenDB(db.dialect(), db.reader)))
	if err := db.reader.PingContext(ctx); err != nil {
		db.reader.Close()
		return nil, fail(op, err)
	}
	return &Inspection{db}, nil
}

// Close ends the connection.
func (i *Inspection) Close() error { return i.db.reader.Close() }

// Server asks the database what it is.
func (i *Inspection) Server(ctx context.Context) (s ServerState, err error) {
	const op = "inspect server"
	if i.db.kind == migration.SQLite {
		err := i.db.reader.QueryRowContext(ctx, "select sqlite_version()").Scan(&s.Version)
		if err == nil {
			err = i.db.reader.QueryRowContext(ctx, "pragma journal_mode").Scan(&s.Journal)
		}
		return s, fail(op, err)
	}
	s.Postgres = true
	// pg_stat_activity would tell a role without privileges too little.
	err = i.db.reader.QueryRowContext(ctx, `
		select current_setting('server_version'), current_setting('server_version_num')::int / 10000,
			(select pg_encoding_to_char(encoding) from pg_database where datname = current_database()),
			pg_is_in_recovery(), current_setting('fsync')::bool, current_setting('synchronous_commit'),
			(select coalesce(sum(numbackends), 0) from pg_stat_database),
			current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
				- coalesce(current_setting('reserved_connections', true)::int, 0)`).
		Scan(&s.Version, &s.Major, &s.Encoding, &s.Standby, &s.Fsync, &s.Commit, &s.Used, &s.Most)
	return s, fail(op, err)
}

// Ahead is how far the database's clock is ahead of Config.Now, give or take within.
func (i *Inspection) Ahead(ctx context.Context) (ahead, within time.Duration, err error) {
	var there time.Time
	before := i.db.now()
	err = i.db.reader.QueryRowContext(ctx, "select clock_timestamp()").Scan(&there)
	within = i.db.now().Sub(before) / 2
	return there.Sub(before.Add(within)), within, fail("compare clocks", err)
}

// Pending returns the steps that the schema lacks, and whether it is ahead of this
// program.
func (i *Inspection) Pending(ctx context.Context) (steps []string, newer bool, err error) {
	steps, newer, err = migration.Pending(ctx, i.db.reader, i.db.kind)
	return steps, newer, fail("inspect schema", err)
}

// Integrity returns what SQLite finds wrong in its file, nothing when all is well. It
// reads the whole file, or ends with ctx.
func (i *Inspection) Integrity(ctx context.Context) (faults string, err error) {
	const op, most = "check file", "5"
	rows, err := i.db.reader.QueryContext(ctx, "pragma integrity_check("+most+")")
	if err != nil {
		return "", fail(op, err)
	}
	defer rows.Close()
	var said []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return "", fail(op, err)
		}
		said = append(said, line)
	}
	if len(said) == 1 && said[0] == "ok" {
		said = nil
	}
	return strings.Join(said, "; "), fail(op, rows.Err())
}

// Audit compares the newest seals, up to n, with their rows. The whole trail is for
// [Audit.Verify]. The schema must be that of this program.
func (i *Inspection) Audit(ctx context.Context, n int) (a AuditState, err error) {
	const op = "inspect audit trail"
	v := verification{db: i.db, report: func(f AuditFinding) error {
		a.Faults = append(a.Faults, f)
		return nil
	}}
	links, err := i.db.read.AuditSeal.Query().Order(auditseal.ByID(entsql.OrderDesc())).Limit(n + 1).All(ctx)
	if err != nil {
		return a, fail(op, err)
	}
	rows, err := v.rowsOf(ctx, links)
	if err != nil {
		return a, fail(op, err)
	}
	var last incident.AuditSeal
	whole := true
	for k := len(links) - 1; k >= 0; k-- {
		link := links[k]
		if k == n { // only what the next continues
			if last, err = toSeal(link); err != nil {
				whole = false
			}
			continue
		}
		if link.ID != last.Seq+1 {
			a.Faults = append(a.Faults, AuditFinding{Kind: SealMissing, Seq: last.Seq + 1, Last: link.ID - 1})
			whole = false
		}
		if last, whole, err = v.link(link, rows[link.AuditID], last, whole); err != nil {
			return a, fail(op, err)
		}
	}
	a.Head, a.Looked = last, v.sum.Sealed
	a.Overdue, err = i.overdue(ctx)
	return a, fail(op, err)
}

// overdue reports whether the row that waits longest for its seal waits for too long.
// Ids begin with their time.
func (i *Inspection) overdue(ctx context.Context) (bool, error) {
	oldest, err := i.db.read.AuditUnsealed.Query().Order(auditunsealed.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	row, err := i.db.read.Audit.Get(ctx, oldest.ID)
	if ent.IsNotFound(err) {
		return true, nil // it will never be sealed
	}
	return err == nil && row.At.Before(i.db.now().Add(-sealWithin)), err
}

// Nodes returns the cluster's nodes, oldest first.
func (i *Inspection) Nodes(ctx context.Context) ([]incident.Node, error) {
	const op = "list nodes"
	rows, err := i.db.reader.QueryContext(ctx, `
		select id, address, version, zone, started_at, renewed_at,
			(extract(epoch from expires_at - clock_timestamp()) * 1000000)::bigint, draining, unreachable, figures
		from nodes order by started_at, id`)
	if err != nil {
		return nil, fail(op, err)
	}
	defer rows.Close()
	list, err := scanNodes(rows)
	return list, fail(op, err)
}
