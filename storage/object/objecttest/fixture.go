package objecttest

import (
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"taskreporter/storage/object"
)

// Disk is a store in a directory of its own.
func Disk(t testing.TB) Fixture {
	t.Helper()
	dir := t.TempDir()
	s, err := object.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return Fixture{Store: s, Keys: func(t *testing.T) []string { return Files(t, dir) }}
}

// Files lists the files below dir, sorted.
func Files(t testing.TB, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(dir)+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// S3 is a store in a bucket of its own on the test server.
func S3(t testing.TB) Fixture { return s3(t, Server(t)) }

// Versitygw is the same on a server of another make (F-ST-14).
func Versitygw(t testing.TB) Fixture { return s3(t, VersitygwServer(t)) }

func s3(t testing.TB, cfg object.S3Config) Fixture {
	t.Helper()
	cfg.PublicEndpoint = cfg.Endpoint
	s, err := object.OpenS3(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return Fixture{Store: s, Presigns: true, Keys: func(t *testing.T) []string { return Objects(t, cfg) }}
}

// Server returns the configuration of the S3-compatible server that
// TEST_MINIO_ENDPOINT, TEST_MINIO_ACCESS_KEY and TEST_MINIO_SECRET_KEY name, with
// a bucket that does not exist yet and is removed after the test. Without them
// the test fails, or is skipped by -short.
func Server(t testing.TB) object.S3Config { return server(t, "TEST_MINIO") }

// VersitygwServer is the same for TEST_VERSITYGW_ENDPOINT and its neighbours.
func VersitygwServer(t testing.TB) object.S3Config { return server(t, "TEST_VERSITYGW") }

func server(t testing.TB, prefix string) object.S3Config {
	t.Helper()
	cfg := object.S3Config{
		Endpoint:  os.Getenv(prefix + "_ENDPOINT"),
		AccessKey: os.Getenv(prefix + "_ACCESS_KEY"),
		SecretKey: os.Getenv(prefix + "_SECRET_KEY"),
		Bucket:    "test-" + strings.ToLower(rand.Text()),
	}
	if cfg.Endpoint == "" {
		text := prefix + "_ENDPOINT, _ACCESS_KEY and _SECRET_KEY are not set: 'make test' starts such a server and sets them, -short leaves these tests out"
		if testing.Short() {
			t.Skip(text)
		}
		t.Fatal(text)
	}
	t.Cleanup(func() { dropBucket(t, cfg) })
	return cfg
}

// Objects lists what is in the bucket of cfg, parts of unfinished uploads
// included, sorted.
func Objects(t testing.TB, cfg object.S3Config) []string {
	t.Helper()
	client := Client(t, cfg)
	var keys []string
	for o := range client.ListObjects(t.Context(), cfg.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		keys = append(keys, o.Key)
	}
	for u := range client.ListIncompleteUploads(t.Context(), cfg.Bucket, "", true) {
		if u.Err != nil {
			t.Fatal(u.Err)
		}
		keys = append(keys, "incomplete:"+u.Key)
	}
	slices.Sort(keys)
	return keys
}

func dropBucket(t testing.TB, cfg object.S3Config) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client := Client(t, cfg)
	for o := range client.ListObjects(ctx, cfg.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		if minio.ToErrorResponse(o.Err).Code == minio.NoSuchBucket {
			return // the test never made it
		}
		if err := client.RemoveObject(ctx, cfg.Bucket, o.Key, minio.RemoveObjectOptions{}); err != nil {
			t.Errorf("empty test bucket: %v", err)
		}
	}
	if err := client.RemoveBucket(ctx, cfg.Bucket); err != nil {
		t.Errorf("remove test bucket: %v", err)
	}
}

// Client reaches the server of cfg past package object.
func Client(t testing.TB, cfg object.S3Config) *minio.Client {
	t.Helper()
	c, err := minio.New(cfg.Endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Region: object.DefaultRegion,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
