// Command generate writes the next migration of each dialect: the difference
// between ent/schema and a database that has all steps so far. It writes nothing
// when there is none. The name of the step is its only argument.
//
// SQLite needs nothing. Postgres needs a database in TEST_POSTGRES_URL, where it
// works in a schema of its own; without one that dialect is left out, and the
// drift test fails until it was done.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/lib/pq"
	_ "modernc.org/sqlite"

	"taskreporter/storage/migration"
)

func main() {
	log.SetFlags(0)
	name := "change"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	ctx := context.Background()
	if err := sqlite(ctx, name); err != nil {
		log.Fatalf("sqlite: %v", err)
	}
	url := os.Getenv("TEST_POSTGRES_URL")
	if url == "" {
		log.Print("postgres: left out, because TEST_POSTGRES_URL names no database to work in")
		return
	}
	if err := postgres(ctx, url, name); err != nil {
		log.Fatalf("postgres: %v", err)
	}
}

func sqlite(ctx context.Context, name string) error {
	db, err := sql.Open("sqlite", "file:generate?mode=memory&cache=shared&_foreign_keys=1")
	if err != nil {
		return err
	}
	defer db.Close()
	return write(ctx, db, migration.SQLite, name)
}

// postgres works in a schema that nobody else sees.
func postgres(ctx context.Context, url, name string) error {
	cfg, err := pq.NewConfig(url)
	if err != nil {
		return err
	}
	scratch := fmt.Sprintf("generate_%d", os.Getpid())
	cfg.Runtime = map[string]string{"search_path": scratch}
	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if _, err := db.ExecContext(ctx, "create schema "+scratch); err != nil {
		return err
	}
	err = write(ctx, db, migration.Postgres, name)
	_, dropErr := db.ExecContext(ctx, "drop schema "+scratch+" cascade")
	return errors.Join(err, dropErr)
}

func write(ctx context.Context, db *sql.DB, d migration.Dialect, name string) error {
	if _, err := migration.Up(ctx, db, d); err != nil {
		return err
	}
	steps, err := migration.Status(ctx, db, d)
	if err != nil {
		return err
	}
	body, err := migration.Plan(ctx, db, d)
	if err != nil {
		return err
	}
	if body == nil {
		log.Printf("%s: nothing to write", d)
		return nil
	}
	next := int64(1)
	if len(steps) > 0 {
		next = steps[len(steps)-1].Version + 1
	}
	file := filepath.Join(string(d), fmt.Sprintf("%05d_%s.sql", next, name))
	log.Printf("%s: write %s", d, file)
	return os.WriteFile(file, body, 0o644)
}
