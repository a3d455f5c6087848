// Package migration carries a database from one version of the schema to the
// next and back.
//
// Invariants:
//   - There is one folder of numbered steps per dialect, embedded, with the same
//     steps in both; a step that was released is never edited.
//   - The steps together make exactly the tables of ent/schema (see [Plan]).
//   - On Postgres only one process migrates at a time; the others wait for it.
//
// go generate writes the next step from the difference between ent/schema and
// the steps so far. What ent cannot say, such as a trigger, is written by hand.
package migration

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:generate go run ./generate

//go:embed postgres/*.sql sqlite/*.sql
var steps embed.FS

// Dialect names a kind of database and its folder of steps.
type Dialect string

// The dialects.
const (
	Postgres Dialect = "postgres"
	SQLite   Dialect = "sqlite"
)

// Step is one numbered change of the schema.
type Step struct {
	Version int64
	Name    string // file name, 00001_tables.sql
	Applied bool
}

// ErrNewer says that a newer program has migrated the database: this one does not
// know its tables.
var ErrNewer = errors.New("the database was migrated by a newer version of this program: run that one, or restore a backup")

// ErrOlder says that the database lacks steps that this program needs.
var ErrOlder = errors.New("the database's schema is older than this program: migrate it")

// Up applies all steps that the database lacks, each in its own transaction, and
// returns them. A database that is ahead of this program is ErrNewer.
func Up(ctx context.Context, db *sql.DB, d Dialect) ([]Step, error) {
	p, err := provider(ctx, db, d)
	if err != nil {
		return nil, err
	}
	version, err := p.GetDBVersion(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the version of the %s schema: %w", d, err)
	}
	if known := p.ListSources(); version > known[len(known)-1].Version {
		return nil, ErrNewer
	}
	results, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate %s up: %w", d, err)
	}
	done := make([]Step, len(results))
	for i, r := range results {
		done[i] = Step{Version: r.Source.Version, Name: r.Source.Path, Applied: true}
	}
	return done, nil
}

// Down takes the newest applied step back and returns it, or nothing when there
// was none.
func Down(ctx context.Context, db *sql.DB, d Dialect) ([]Step, error) {
	p, err := provider(ctx, db, d)
	if err != nil {
		return nil, err
	}
	r, err := p.Down(ctx)
	if errors.Is(err, goose.ErrNoNextVersion) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("migrate %s down: %w", d, err)
	}
	return []Step{{Version: r.Source.Version, Name: r.Source.Path}}, nil
}

// Check returns ErrOlder for a database that lacks steps. One that is ahead
// passes: nodes of two versions share it during an upgrade.
func Check(ctx context.Context, db *sql.DB, d Dialect) error {
	files, err := fs.ReadDir(steps, string(d))
	if err != nil {
		return err
	}
	newest, err := goose.NumericComponent(files[len(files)-1].Name())
	if err != nil {
		return err
	}
	var version int64
	if err := db.QueryRowContext(ctx, "select max(version_id) from "+goose.DefaultTablename).Scan(&version); err != nil {
		return fmt.Errorf("read the version of the %s schema: %w", d, err)
	}
	if version < newest {
		return ErrOlder
	}
	return nil
}

// Status returns all steps by rising version.
func Status(ctx context.Context, db *sql.DB, d Dialect) ([]Step, error) {
	p, err := provider(ctx, db, d)
	if err != nil {
		return nil, err
	}
	all, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status of %s: %w", d, err)
	}
	list := make([]Step, len(all))
	for i, s := range all {
		list[i] = Step{Version: s.Source.Version, Name: s.Source.Path, Applied: s.State == goose.StateApplied}
	}
	return list, nil
}

func provider(ctx context.Context, db *sql.DB, d Dialect) (*goose.Provider, error) {
	folder, err := fs.Sub(steps, string(d))
	if err != nil {
		return nil, err
	}
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if d == Postgres {
		dialect = goose.DialectPostgres
		locker, err := schemaLock(ctx, db)
		if err != nil {
			return nil, err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, folder, opts...)
	if err != nil {
		return nil, fmt.Errorf("read the %s migrations: %w", d, err)
	}
	return p, nil
}

// schemaLock lets one process at a time migrate the connection's schema. Waiting
// means asking every second, for up to five minutes.
func schemaLock(ctx context.Context, db *sql.DB) (lock.SessionLocker, error) {
	var id int64
	err := db.QueryRowContext(ctx, `select hashtextextended('task-reporter migration of ' || current_schema(), 0)`).Scan(&id)
	if err != nil {
		return nil, fmt.Errorf("find the schema to migrate: %w", err)
	}
	return lock.NewPostgresSessionLocker(lock.WithLockID(id), lock.WithLockTimeout(1, 300))
}
