package storage_test

import (
	"testing"

	"taskreporter/storage/storagetest"
)

func BenchmarkRecordSQLite(b *testing.B)   { storagetest.BenchmarkRecord(b, storagetest.SQLite) }
func BenchmarkRecordPostgres(b *testing.B) { storagetest.BenchmarkRecord(b, storagetest.Postgres) }
