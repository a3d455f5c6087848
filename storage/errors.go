package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"taskreporter/ent"
	"taskreporter/incident"
)

// fail turns a database's error into one for the border. An incident.Error stays
// what it is.
func fail(op string, err error) error {
	var said *incident.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &said):
		return err
	case errors.Is(err, sql.ErrNoRows), ent.IsNotFound(err):
		return incident.Wrap(incident.NotFound, op, err, "it does not exist")
	case isAway(err), isTransient(err):
		return incident.Wrap(incident.Unavailable, op, err, "the database does not answer: try again")
	case isDuplicate(err):
		return incident.Wrap(incident.Conflict, op, err, "it exists already")
	default:
		return incident.Wrap(incident.Internal, op, err, "something went wrong here: tell the administrator")
	}
}

// isAway reports whether the same statement may succeed once the database is
// back, or another caller lets it through.
func isAway(err error) bool {
	var network net.Error
	switch {
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		return true
	}
	if p := postgresError(err); p != nil {
		switch p.Code.Class() {
		case "08", // connection
			"53", // out of disk, memory or connections
			"57", // cancelled, shut down, starting up
			"58": // the server's machine
			return true
		}
		return p.Code == "25P03" || p.Code == "55P03" // idle for too long in a transaction, lock not free
	}
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
		return true
	}
	return false
}

// isTransient reports whether the transaction lost against another one, was
// rolled back, and may be tried again at once.
func isTransient(err error) bool {
	p := postgresError(err)
	return p != nil && (p.Code == "40P01" || p.Code == "40001")
}

// isDuplicate reports whether a row was refused because another has its key.
func isDuplicate(err error) bool {
	if p := postgresError(err); p != nil {
		return p.Code == "23505"
	}
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

// errRefused is our own word that a row is refused because of what is in it.
var errRefused = errors.New("refused")

// isRefused reports whether a row was refused because of what is in it: it breaks
// a constraint or does not fit its column.
func isRefused(err error) bool {
	if errors.Is(err, errRefused) {
		return true
	}
	if p := postgresError(err); p != nil {
		return p.Code.Class() == "23" || p.Code.Class() == "22"
	}
	code := sqliteCode(err) & 0xff
	return code == sqlite3.SQLITE_CONSTRAINT || code == sqlite3.SQLITE_TOOBIG
}

// wasRefused reports whether the database itself said that it did not carry the
// statement out.
func wasRefused(err error) bool {
	p := postgresError(err)
	return p != nil && p.Severity == "ERROR"
}

// isSentTwice reports whether the row refused is an event whose client_msg_id the
// room has already.
func isSentTwice(err error) bool {
	if p := postgresError(err); p != nil {
		return p.Constraint == "room_events_sent"
	}
	return isDuplicate(err) && strings.Contains(err.Error(), "room_events.client_msg_id")
}

func postgresError(err error) *pq.Error {
	var p *pq.Error
	if errors.As(err, &p) {
		return p
	}
	return nil
}

// sqliteCode returns the extended result code, 0 when it is no error of SQLite.
func sqliteCode(err error) int {
	var s *sqlite.Error
	if errors.As(err, &s) {
		return s.Code()
	}
	return 0
}
