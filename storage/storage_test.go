package storage_test

import (
	"testing"

	"taskreporter/storage/storagetest"
)

func TestSQLite(t *testing.T)   { t.Parallel(); storagetest.Run(t, storagetest.SQLite) }
func TestPostgres(t *testing.T) { t.Parallel(); storagetest.Run(t, storagetest.Postgres) }

func BenchmarkAppendSQLite(b *testing.B)   { storagetest.BenchmarkAppend(b, storagetest.SQLite) }
func BenchmarkAppendPostgres(b *testing.B) { storagetest.BenchmarkAppend(b, storagetest.Postgres) }

func BenchmarkClaimSQLite(b *testing.B)   { storagetest.BenchmarkClaim(b, storagetest.SQLite) }
func BenchmarkClaimPostgres(b *testing.B) { storagetest.BenchmarkClaim(b, storagetest.Postgres) }

func BenchmarkSearchPostgres(b *testing.B) { storagetest.BenchmarkSearch(b) }
