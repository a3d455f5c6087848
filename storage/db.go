// Package storage keeps what outlives the process: the log of every room, the
// projections that are read from it, accounts, sessions and the audit trail.
//
// Invariants:
//   - A projection changes in the transaction that appends its event, or not at all.
//   - Only the activation with a room's newest epoch appends to it, and only at
//     the room's head; the database itself refuses all others (see [Records]).
//   - Every time that comes out is UTC with microseconds, as it went in.
//   - Both databases behave alike: storagetest runs one suite on each.
//
// Errors at its border are incident.Errors, but for the outcomes that
// incident.Batch names. Nothing of ent shows outside. The bytes of files are kept
// elsewhere, in the folders below.
package storage

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// Config says which database to open and how.
type Config struct {
	// URL is sqlite:///path/to/file.db (sqlite://file.db is relative to the
	// working directory) or postgres://user:password@host:port/name?options.
	URL string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Log is where the database side tells an operator; slog.Default when nil.
	Log *slog.Logger
	// Zone decides in which year an incident was declared, for its number. When
	// nil it is Asia/Taipei, or UTC on a machine without time zones.
	Zone *time.Location
	// Connections bounds the pool on Postgres, and the readers on SQLite; 0 is
	// defaultConnections.
	Connections int
}

// Limits. A statement that takes longer than statementTimeout is given up by the
// database; a connection on which nothing comes back for silence is given up by
// us, which happens only when the database's machine is gone. A transaction that
// stands still, because its process was stopped, holds its rooms for idleTimeout:
// less than the usual lease of a node, so that the next owner need not wait.
const (
	defaultConnections = 16
	connectTimeout     = 5 * time.Second
	statementTimeout   = 15 * time.Second
	idleTimeout        = 2 * time.Second
	silence            = 20 * time.Second
	busyTimeout        = 10 * time.Second // SQLite: another process is writing
	connectionLife     = 30 * time.Minute
)

// DB is an open database. All methods are safe for concurrent use.
type DB struct {
	kind   migration.Dialect
	writer *sql.DB // SQLite: one connection, so that writes queue here and not in the file
	reader *sql.DB // Postgres: the same pool
	write  *ent.Client
	read   *ent.Client
	asked  *prepared // what reader is asked over and over; nil on SQLite, which parses for nothing
	tx     *sql.Tx   // where all is read, of a copy; else nil
	append appender
	totals totals
	now    func() time.Time
	zone   *time.Location
	log    *slog.Logger
}

// Open connects to a database whose schema is there already (see [MigrateUp]).
func Open(ctx context.Context, cfg Config) (*DB, error) {
	const op = "open database"
	db := &DB{now: cfg.Now, log: cfg.Log, zone: cfg.Zone}
	if db.now == nil {
		db.now = time.Now
	}
	if db.log == nil {
		db.log = slog.Default()
	}
	if db.zone == nil {
		db.zone = plantZone()
	}
	if cfg.Connections <= 0 {
		cfg.Connections = defaultConnections
	}
	kind, err := kindOf(cfg.URL)
	if err != nil {
		return nil, err
	}
	db.kind = kind
	if kind == migration.SQLite {
		db.writer, db.reader, err = openSQLite(ctx, sqlitePath(cfg.URL), cfg.Connections)
	} else {
		db.writer, err = openPostgres(cfg.URL, cfg.Connections, statementTimeout)
		db.reader, db.asked = db.writer, newPrepared(db.writer)
	}
	if err != nil {
		return nil, incident.Wrap(incident.Unavailable, op, err, "the database cannot be opened: check its address")
	}
	db.write = ent.NewClient(ent.Driver(entsql.OpenDB(db.dialect(), db.writer)))
	db.read = ent.NewClient(ent.Driver(entsql.NewDriver(db.dialect(), entsql.Conn{ExecQuerier: db.queries()})))
	if err = migration.Check(ctx, db.writer, kind); err == nil {
		db.append, err = newAppender(ctx, kind, db.writer)
	}
	if err != nil {
		db.Close()
		return nil, incident.Wrap(incident.Unavailable, op, err, "the database does not answer, or its schema is older than this program: migrate it")
	}
	return db, nil
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return fail("ping database", errors.Join(db.writer.PingContext(ctx), db.reader.PingContext(ctx)))
}

// queries is where what is asked over and over is asked.
func (db *DB) queries() entsql.ExecQuerier {
	switch {
	case db.tx != nil:
		return db.tx
	case db.asked == nil:
		return db.reader
	default:
		return db.asked
	}
}

// orders is the same for single statements that write.
func (db *DB) orders() entsql.ExecQuerier {
	if db.asked == nil {
		return db.writer
	}
	return db.asked
}

// Close ends all connections. What is under way fails.
func (db *DB) Close() error {
	if db.append != nil {
		db.append.close()
	}
	if db.asked != nil {
		_ = db.asked.close() // their connections go, too
	}
	if db.reader == db.writer {
		return db.writer.Close()
	}
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// inTx runs f in a transaction that writes. On any error nothing is written,
// except when the connection is lost during commit.
func (db *DB) inTx(ctx context.Context, op string, f func(tx *ent.Tx) error) error {
	tx, err := db.write.Tx(ctx)
	if err != nil {
		return fail(op, err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // the first error is the one to tell
		return fail(op, err)
	}
	return fail(op, tx.Commit())
}

// dialect is what ent calls the kind of database.
func (db *DB) dialect() string {
	if db.kind == migration.SQLite {
		return dialect.SQLite
	}
	return dialect.Postgres
}

func kindOf(url string) (migration.Dialect, error) {
	switch {
	case strings.HasPrefix(url, "sqlite://") && sqlitePath(url) != "":
		return migration.SQLite, nil
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return migration.Postgres, nil
	default:
		// The address may carry a password: it is not repeated here.
		return "", incident.E(incident.Invalid, "open database",
			"the database's address must be sqlite:///path/to/file.db or postgres://user@host/name")
	}
}

func plantZone() *time.Location {
	if zone, err := time.LoadLocation("Asia/Taipei"); err == nil {
		return zone
	}
	return time.UTC
}
