package objecttest

import (
	"io"
	"testing"

	"github.com/minio/minio-go/v7"

	"taskreporter/storage/object"
)

// Direct makes the bucket of cfg and returns a PUT of known size with nothing
// between it and the server: what others are measured against.
func Direct(t testing.TB, cfg object.S3Config) func(key string, size int64, r io.Reader) error {
	t.Helper()
	client := Client(t, cfg)
	if err := client.MakeBucket(t.Context(), cfg.Bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	return func(key string, size int64, r io.Reader) error {
		_, err := client.PutObject(t.Context(), cfg.Bucket, key, r, size, minio.PutObjectOptions{DisableMultipart: true})
		return err
	}
}
