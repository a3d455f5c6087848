package storage

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

func sqlitePath(address string) string { return strings.TrimPrefix(address, "sqlite://") }

// openSQLite opens a file twice: one connection that writes, so that writers
// queue in the pool and never meet in the file, and readers, which in WAL mode
// neither wait for a writer nor make it wait.
func openSQLite(ctx context.Context, path string, readers int) (writer, reader *sql.DB, err error) {
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, nil, err
		}
	}
	writer, err = sql.Open("sqlite", sqliteDSN(path, url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_pragma":       {"journal_size_limit(67108864)"}, // bytes of WAL to keep after a burst
		"_txlock":       {"immediate"},
	}))
	if err != nil {
		return nil, nil, err
	}
	writer.SetMaxOpenConns(1)
	// The first connection makes the file and turns WAL on; readers come after it.
	if err := writer.PingContext(ctx); err != nil {
		writer.Close()
		return nil, nil, err
	}
	reader, err = sql.Open("sqlite", sqliteDSN(path, url.Values{"_query_only": {"1"}}))
	if err != nil {
		writer.Close()
		return nil, nil, err
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return writer, reader, nil
}

// sqliteDSN names the file with the settings that every connection needs. Times
// are kept as microseconds since 1970.
func sqliteDSN(path string, more url.Values) string {
	more.Set("_busy_timeout", milliseconds(busyTimeout))
	more.Set("_foreign_keys", "1")
	more.Set("_time_integer_format", "unix_micro")
	more.Set("_inttotime", "1")
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + more.Encode()
}
