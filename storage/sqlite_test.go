package storage

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// Acked means durable: every commit waits for the disk, on every connection that
// writes; and readers cannot write.
func TestSQLiteConnectionsKeepTheirSettings(t *testing.T) {
	t.Parallel()
	writer, reader, err := openSQLite(t.Context(), filepath.Join(t.TempDir(), "test.db"), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	defer reader.Close()
	for _, c := range []struct {
		db           *sql.DB
		pragma, want string
	}{
		{writer, "journal_mode", "wal"},
		{writer, "synchronous", "2"},
		{writer, "foreign_keys", "1"},
		{writer, "busy_timeout", "10000"},
		{reader, "journal_mode", "wal"},
		{reader, "busy_timeout", "10000"},
		{reader, "query_only", "1"},
	} {
		var got string
		if err := c.db.QueryRow("pragma " + c.pragma).Scan(&got); err != nil || got != c.want {
			t.Errorf("%s is %q (%v), want %q", c.pragma, got, err, c.want)
		}
	}
}
