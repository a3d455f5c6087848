package object

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"taskreporter/incident"
)

// S3Report is what [ExamineS3] found on a server that answers.
type S3Report struct {
	Bucket     bool          // it is there; without it the rest is not tried
	Trial      error         // why an object could not be written, read and removed
	Ahead      time.Duration // of the server's clock
	Within     time.Duration // give or take
	Clock      bool          // it has told its time
	Versioning string        // off, enabled or suspended; "" when it does not say
	Lifecycle  bool          // it has told its rules
	Deleting   []string      // rules that delete evidence
}

const (
	examineKey  = "task-reporter-doctor-" // no object of ours has a key like this
	examineText = "Task Reporter looks whether this bucket takes and gives objects.\n"
)

// ExamineS3 looks at a server and its bucket, which it does not make. It writes,
// reads and removes one small object of a name of its own. Errors: incident.Forbidden
// when the server refuses the credentials, incident.StoreDown when it does not answer.
func ExamineS3(ctx context.Context, cfg S3Config, now func() time.Time) (S3Report, error) {
	const op = "object.ExamineS3"
	var r S3Report
	plain := net.Dialer{Timeout: dialPatience}
	s, err := newS3(cfg, slog.New(slog.DiscardHandler), plain.DialContext)
	if err != nil {
		return r, incident.Wrap(incident.Invalid, op, err, "The object store's settings cannot work.")
	}
	r.Ahead, r.Within, r.Clock = ahead(ctx, cfg, now)
	r.Bucket, err = s.client.BucketExists(ctx, s.bucket)
	switch {
	case refused(err):
		return r, incident.Wrap(incident.Forbidden, op, err, "The object store refuses these credentials.")
	case err != nil:
		return r, down("ExamineS3", err)
	case !r.Bucket:
		return r, nil
	}
	r.Trial = s.tryObject(ctx)
	if v, err := s.client.GetBucketVersioning(ctx, s.bucket); err == nil {
		if r.Versioning = strings.ToLower(v.Status); v.Status == "" {
			r.Versioning = "off"
		}
	}
	rules, err := s.client.GetBucketLifecycle(ctx, s.bucket)
	r.Lifecycle = err == nil || minio.ToErrorResponse(err).Code == "NoSuchLifecycleConfiguration"
	if err == nil {
		for _, rule := range rules.Rules {
			if deletesEvidence(rule) {
				r.Deleting = append(r.Deleting, rule.ID)
			}
		}
	}
	return r, nil
}

// tryObject writes an object, reads it and removes it.
func (s *S3) tryObject(ctx context.Context) (err error) {
	key := examineKey + rand.Text()
	info, err := s.client.Client.PutObject(ctx, s.bucket, key, strings.NewReader(examineText), int64(len(examineText)),
		minio.PutObjectOptions{ContentType: "text/plain", DisableMultipart: true})
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerPatience)
		defer cancel()
		e := s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{VersionID: info.VersionID})
		if e != nil && info.VersionID != "" { // not allowed to remove a version: then the bucket lists it no more
			e = s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
		}
		if e != nil {
			err = errors.Join(err, fmt.Errorf("remove %s: %w", key, e))
		}
	}()
	o, err := s.client.Client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer func() { _ = o.Close() }()
	text, err := io.ReadAll(io.LimitReader(o, int64(len(examineText))+1))
	if err == nil && string(text) != examineText {
		err = errors.New("other bytes came back than were written")
	}
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// ahead is how far the server's clock is ahead of now, give or take within, by the Date
// that any answer has.
func ahead(ctx context.Context, cfg S3Config, now func() time.Time) (ahead, within time.Duration, ok bool) {
	host, secure, err := origin(cfg.Endpoint, cfg.Secure)
	if err != nil {
		return 0, 0, false
	}
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, scheme+host+"/", nil)
	if err != nil {
		return 0, 0, false
	}
	transport := &http.Transport{DisableKeepAlives: true} // no proxy, as for all else
	before := now()
	res, err := transport.RoundTrip(req)
	waited := now().Sub(before) / 2
	if err != nil {
		return 0, 0, false
	}
	_ = res.Body.Close()
	there, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return 0, 0, false
	}
	// The header names whole seconds that have begun.
	const half = time.Second / 2
	return there.Add(half).Sub(before.Add(waited)), waited + half, true
}
