package storage_test

import (
	"testing"

	"taskreporter/storage/storagetest"
)

func BenchmarkRecordSQLite(b *testing.B)   { storagetest.BenchmarkRecord(b, storagetest.SQLite) }
func BenchmarkRecordPostgres(b *testing.B) { storagetest.BenchmarkRecord(b, storagetest.Postgres) }

func BenchmarkSealSQLite(b *testing.B)   { storagetest.BenchmarkSeal(b, storagetest.SQLite) }
func BenchmarkSealPostgres(b *testing.B) { storagetest.BenchmarkSeal(b, storagetest.Postgres) }
