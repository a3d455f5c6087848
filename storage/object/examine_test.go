package object_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/lifecycle"

	"taskreporter/incident"
	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

// F-OP-03, F-ST-12: what a server and its bucket are like is told, a bucket is not
// made, and nothing is left in it, whether it keeps versions or not.
func TestExaminingABucketLeavesItAsItWas(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	examine := func(cfg object.S3Config) (object.S3Report, error) {
		return object.ExamineS3(t.Context(), cfg, time.Now)
	}
	server := objecttest.Client(t, cfg)
	r, err := examine(cfg)
	if err != nil || r.Bucket || !r.Clock || r.Ahead.Abs() > time.Minute {
		t.Errorf("no bucket: %+v, %v", r, err)
	}
	if there, err := server.BucketExists(t.Context(), cfg.Bucket); there || err != nil {
		t.Fatalf("the bucket was made (%v)", err)
	}
	if err := server.MakeBucket(t.Context(), cfg.Bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	if r, err = examine(cfg); err != nil || !r.Bucket || r.Trial != nil || r.Versioning != "off" || !r.Lifecycle || len(r.Deleting) > 0 {
		t.Errorf("a bucket: %+v, %v", r, err)
	}
	if err := server.EnableVersioning(t.Context(), cfg.Bucket); err != nil {
		t.Fatal(err)
	}
	rule := lifecycle.Rule{ID: "tidy", Status: "Enabled", Expiration: lifecycle.Expiration{Days: 30}}
	if err := server.SetBucketLifecycle(t.Context(), cfg.Bucket, &lifecycle.Configuration{Rules: []lifecycle.Rule{rule}}); err != nil {
		t.Fatal(err)
	}
	if r, err = examine(cfg); err != nil || r.Trial != nil || r.Versioning != "enabled" || !slices.Equal(r.Deleting, []string{"tidy"}) {
		t.Errorf("a bucket that forgets: %+v, %v", r, err)
	}
	for o := range server.ListObjects(t.Context(), cfg.Bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		t.Errorf("left behind: %s %s (%v)", o.Key, o.VersionID, o.Err)
	}
	for want, change := range map[incident.Kind]func(*object.S3Config){
		incident.Forbidden: func(c *object.S3Config) { c.SecretKey += "x" },
		incident.StoreDown: func(c *object.S3Config) { c.Endpoint = "127.0.0.1:1" },
	} {
		c := cfg
		change(&c)
		if _, err := examine(c); incident.KindOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestExaminingAStoreComparesClocks(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	for _, off := range []time.Duration{-2 * time.Hour, 2 * time.Hour} {
		r, err := object.ExamineS3(t.Context(), cfg, func() time.Time { return time.Now().Add(off) })
		if got := fmt.Sprint(r.Ahead.Round(time.Hour)); err != nil || !r.Clock || got != fmt.Sprint(-off) {
			t.Errorf("a clock %s off: %s (%v)", off, got, err)
		}
	}
}
