package object_test

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/lifecycle"

	"taskreporter/storage/object"
	"taskreporter/storage/object/objecttest"
)

// started is what OpenS3 logs.
func started(t *testing.T, cfg object.S3Config) string {
	t.Helper()
	var log bytes.Buffer
	if _, err := object.OpenS3(t.Context(), cfg, logTo(&log)); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

const deadly = "lifecycle rule that deletes evidence"

// F-ST-02, F-ST-12
func TestS3SaysWhatBucketItFound(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	first := started(t, cfg)
	if !strings.Contains(first, "bucket made") || !strings.Contains(first, "versioning=off") || strings.Contains(first, "level=ERROR") {
		t.Errorf("a new bucket: %s", first)
	}
	server := objecttest.Client(t, cfg)
	if err := server.EnableVersioning(t.Context(), cfg.Bucket); err != nil {
		t.Fatal(err)
	}
	second := started(t, cfg)
	if strings.Contains(second, "bucket made") || !strings.Contains(second, "versioning=enabled") {
		t.Errorf("a bucket with versions: %s", second)
	}
	for _, c := range []struct {
		name  string
		rule  lifecycle.Rule
		warns bool
	}{
		{"all files", lifecycle.Rule{Expiration: lifecycle.Expiration{Days: 30}}, true},
		{"a room", lifecycle.Rule{Expiration: lifecycle.Expiration{Days: 30}, RuleFilter: lifecycle.Filter{Prefix: "room-0b7e"}}, true},
		{"others' files", lifecycle.Rule{Expiration: lifecycle.Expiration{Days: 30}, RuleFilter: lifecycle.Filter{Prefix: "logs/"}}, false},
		{"turned off", lifecycle.Rule{Expiration: lifecycle.Expiration{Days: 30}, Status: "Disabled"}, false},
		{"old versions", lifecycle.Rule{NoncurrentVersionExpiration: lifecycle.NoncurrentVersionExpiration{NoncurrentDays: 30}}, false},
	} {
		c.rule.ID = "thirty-days"
		if c.rule.Status == "" {
			c.rule.Status = "Enabled"
		}
		if err := server.SetBucketLifecycle(t.Context(), cfg.Bucket, &lifecycle.Configuration{Rules: []lifecycle.Rule{c.rule}}); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		log := started(t, cfg)
		if strings.Contains(log, deadly) != c.warns || strings.Contains(log, "level=ERROR") != c.warns {
			t.Errorf("%s: logged %s", c.name, log)
		}
		if c.warns && (!strings.Contains(log, "thirty-days") || !strings.Contains(log, "days=30")) {
			t.Errorf("%s: the log does not name the rule: %s", c.name, log)
		}
	}
}

// F-ST-14: a server that does not know these calls, or does not allow them to us,
// is as good.
func TestS3StartsWithoutKnowingTheBucketsRules(t *testing.T) {
	t.Parallel()
	log := started(t, objecttest.VersitygwServer(t))
	if !strings.Contains(log, "object store ready") || strings.Contains(log, "level=ERROR") {
		t.Errorf("versitygw: %s", log)
	}
	for code, status := range map[string]int{"AccessDenied": http.StatusForbidden, "NotImplemented": http.StatusNotImplemented} {
		endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				return // the bucket is there
			}
			w.WriteHeader(status)
			_ = xml.NewEncoder(w).Encode(minio.ErrorResponse{Code: code})
		})
		log := started(t, object.S3Config{Endpoint: endpoint, AccessKey: "a", SecretKey: "secretkey", Bucket: "task-reporter-files"})
		if !strings.Contains(log, "object store ready") || strings.Contains(log, "level=ERROR") || strings.Count(log, "reason="+code) != 2 {
			t.Errorf("%s: %s", code, log)
		}
	}
}

// serve runs a server until the test ends and returns its address.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	l := listen(t)
	srv := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return l.Addr().String()
}
