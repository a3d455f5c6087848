package storage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

func TestAnAddressThatNamesNoDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "sqlite://", "mysql://root:secret@host/db", "/var/lib/x.db"} {
		_, err := storage.Open(t.Context(), storage.Config{URL: address})
		if incident.KindOf(err) != incident.Invalid || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestADatabaseFileMayHaveAnyName(t *testing.T) { // F-OP-02
	t.Parallel()
	path := filepath.Join(t.TempDir(), "資料 100% #1?", "a&b.db")
	cfg := storage.Config{URL: "sqlite://" + path}
	if _, err := storage.MigrateUp(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := storagetest.Open(t, cfg).Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
