package storage

import (
	"context"
	"database/sql/driver"

	"taskreporter/storage/migration"
)

// Alone runs f unless another node is running something of that name, and reports
// whether it did. The name is held by a connection: it is free when the process
// ends, and a connection that breaks while f runs lets others run beside it, so f
// must be harmless twice. An embedded database has one node.
func (db *DB) Alone(ctx context.Context, name string, f func(context.Context) error) (ran bool, err error) {
	if db.kind == migration.SQLite {
		return true, f(ctx)
	}
	const op = "run alone"
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return false, fail(op, err)
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	// Installations may share a server, each in a schema of its own.
	const key = "hashtextextended(current_schema() || '/task-reporter/' || $1, 0)"
	if err := conn.QueryRowContext(ctx, "select pg_try_advisory_lock("+key+")", name).Scan(&ran); err != nil || !ran {
		return false, fail(op, err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_, e := conn.ExecContext(ctx, "select pg_advisory_unlock("+key+")", name)
		if e != nil { // ending the connection frees the name as well
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}()
	return true, f(ctx)
}
