// Package storagetest proves that both databases keep the promises of package
// storage: one suite, run on each. It also makes databases for the tests of
// others.
package storagetest

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/lib/pq" // the driver "postgres"

	"taskreporter/storage"
)

// PostgresURL names the variable with the address of a server to test on.
const PostgresURL = "TEST_POSTGRES_URL"

// SQLite makes an empty database with today's schema. It is gone when t ends.
func SQLite(t testing.TB) storage.Config {
	t.Helper()
	return migrated(t, storage.Config{URL: "sqlite://" + filepath.Join(t.TempDir(), "test.db")})
}

// Postgres makes an empty schema with today's tables on the server of PostgresURL.
// It is gone when t ends. Without a server it fails, or skips in short mode.
func Postgres(t testing.TB) storage.Config {
	t.Helper()
	address := os.Getenv(PostgresURL)
	if address == "" {
		if testing.Short() {
			t.Skipf("%s is not set and -short was given", PostgresURL)
		}
		t.Fatalf("%s is not set: start PostgreSQL and name it as postgres://user@host/database, or give -short", PostgresURL)
	}
	server, err := sql.Open("postgres", address)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + random(t)
	if _, err := server.Exec("create schema " + name); err != nil {
		t.Fatalf("make a schema on the server of %s: %v", PostgresURL, err)
	}
	t.Cleanup(func() {
		if _, err := server.Exec("drop schema " + name + " cascade"); err != nil {
			t.Errorf("drop schema %s: %v", name, err)
		}
		server.Close()
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatalf("%s: %v", PostgresURL, err)
	}
	q := u.Query()
	q.Set("search_path", name)
	q.Set("timezone", "Asia/Taipei") // what comes back is UTC all the same
	u.RawQuery = q.Encode()
	return migrated(t, storage.Config{URL: u.String(), Connections: 8})
}

// Open opens a database and closes it when t ends. A test may open one several
// times, as several nodes do.
func Open(t testing.TB, cfg storage.Config) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open %T: %v", db, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

func migrated(t testing.TB, cfg storage.Config) storage.Config {
	t.Helper()
	if _, err := storage.MigrateUp(t.Context(), cfg); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return cfg
}

func random(t testing.TB) string {
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}
