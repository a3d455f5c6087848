package main

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"

	"taskreporter/storage/storagetest"
)

// backend is one choice of where a server keeps things: it adds to the
// environment of an installation.
type backend struct {
	name string
	env  func(t testing.TB) []string
}

var databases = []backend{
	{"SQLite", func(testing.TB) []string { return nil }},
	{"PostgreSQL", func(t testing.TB) []string {
		return []string{"TASK_REPORTER_DATABASE_URL=" + storagetest.Postgres(t).URL}
	}},
}

var stores = []backend{
	{"disk", func(testing.TB) []string { return nil }},
	{"MinIO", func(t testing.TB) []string {
		t.Helper()
		endpoint := os.Getenv("TEST_MINIO_ENDPOINT")
		if endpoint == "" {
			t.Fatal("TEST_MINIO_ENDPOINT is not set: run `make test`, or `scripts/services env` for the addresses")
		}
		return []string{
			"MINIO_ENDPOINT=" + endpoint,
			"MINIO_ACCESS_KEY=" + os.Getenv("TEST_MINIO_ACCESS_KEY"),
			"MINIO_SECRET_KEY=" + os.Getenv("TEST_MINIO_SECRET_KEY"),
			"MINIO_BUCKET=test-" + strings.ToLower(rand.Text()),
		}
	}},
}
