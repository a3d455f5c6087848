package migration

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// Newest returns the version that this program's steps lead to.
func Newest(d Dialect) (int64, error) {
	files, err := fs.ReadDir(steps, string(d)) // sorted
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(files[len(files)-1].Name())
}

// Version returns the version of a database's schema, 0 without any step. It only
// reads.
func Version(ctx context.Context, db Querier, d Dialect) (int64, error) {
	version, err := versionOf(ctx, db, d)
	if err != nil {
		return 0, fmt.Errorf("read the version of the %s schema: %w", d, err)
	}
	return version, nil
}

// Querier is a database, a connection or a transaction.
type Querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// UpTo applies the steps that the database lacks up to a version, and no newer one.
func UpTo(ctx context.Context, db *sql.DB, d Dialect, version int64) error {
	p, err := provider(ctx, db, d)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate %s up to %d: %w", d, version, err)
	}
	return nil
}
