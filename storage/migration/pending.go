package migration

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Pending returns the names of the steps that a database lacks, by rising version, and
// whether it is ahead of this program. Unlike [Status] it only reads: a database in
// which nobody has migrated yet stays as it is.
func Pending(ctx context.Context, db *sql.DB, d Dialect) (names []string, newer bool, err error) {
	version, err := versionOf(ctx, db, d)
	if err != nil {
		return nil, false, fmt.Errorf("read the version of the %s schema: %w", d, err)
	}
	files, err := fs.ReadDir(steps, string(d)) // sorted
	if err != nil {
		return nil, false, err
	}
	var newest int64
	for _, f := range files {
		if newest, err = goose.NumericComponent(f.Name()); err != nil {
			return nil, false, err
		}
		if newest > version {
			names = append(names, f.Name())
		}
	}
	return names, version > newest, nil
}

// versionOf is 0 for a database without steps.
func versionOf(ctx context.Context, db Querier, d Dialect) (version int64, err error) {
	there := "select count(*) > 0 from sqlite_master where type = 'table' and name = $1"
	if d == Postgres {
		there = "select to_regclass($1) is not null"
	}
	var has bool
	if err := db.QueryRowContext(ctx, there, goose.DefaultTablename).Scan(&has); err != nil || !has {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "select coalesce(max(version_id), 0) from "+goose.DefaultTablename).Scan(&version)
	return version, err
}
