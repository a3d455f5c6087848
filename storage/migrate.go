package storage

import (
	"context"
	"database/sql"
	"errors"

	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// MigrateUp applies all steps that the database lacks and returns them. It makes
// a SQLite file that does not exist.
func MigrateUp(ctx context.Context, cfg Config) ([]migration.Step, error) {
	return migrate(ctx, cfg, migration.Up)
}

// MigrateDown takes the newest step back and returns it, or nothing when there
// was none to take back.
func MigrateDown(ctx context.Context, cfg Config) ([]migration.Step, error) {
	return migrate(ctx, cfg, migration.Down)
}

// MigrationStatus returns all steps by rising version.
func MigrationStatus(ctx context.Context, cfg Config) ([]migration.Step, error) {
	return migrate(ctx, cfg, migration.Status)
}

type migrateFunc func(context.Context, *sql.DB, migration.Dialect) ([]migration.Step, error)

// migrate works on connections of its own, where a step may take its time.
func migrate(ctx context.Context, cfg Config, f migrateFunc) ([]migration.Step, error) {
	const op = "migrate database"
	kind, err := kindOf(cfg.URL)
	if err != nil {
		return nil, err
	}
	var db *sql.DB
	if kind == migration.SQLite {
		var reader *sql.DB
		if db, reader, err = openSQLite(ctx, sqlitePath(cfg.URL), 1); err == nil {
			reader.Close()
		}
	} else {
		db, err = openPostgres(cfg.URL, 2, 0)
	}
	if err != nil {
		return nil, incident.Wrap(incident.Unavailable, op, err, "the database cannot be opened: check its address")
	}
	defer db.Close()
	steps, err := f(ctx, db, kind)
	if errors.Is(err, migration.ErrNewer) {
		return nil, incident.Wrap(incident.Conflict, op, err, migration.ErrNewer.Error())
	}
	return steps, fail(op, err)
}
