package object

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 keeps objects in one bucket of an S3-compatible server (F-ST-14) through one
// pooled client. Requests that can be repeated are, with exponential back-off.
type S3 struct {
	client *minio.Core
	public *minio.Client // signs only; nil when clients cannot reach the server
	bucket string
	region string
	log    *slog.Logger
	found  atomic.Bool // the bucket has been seen
	looked atomic.Bool // and what rules it has
	sums   atomic.Bool // the server checks CRC-32C

	patience time.Duration // streamPatience
}

// OpenS3 connects, makes the bucket if it is absent, and logs what it found
// (F-ST-02, 12). A server that is away is logged and not an error: uploads are
// refused until it answers, everything else goes on. A configuration or
// credentials that can never work are an error.
func OpenS3(ctx context.Context, cfg S3Config, log *slog.Logger) (*S3, error) {
	plain := net.Dialer{Timeout: dialPatience, KeepAlive: 30 * time.Second}
	s, err := newS3(cfg, log, plain.DialContext)
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	switch err := s.findBucket(ctx); {
	case err == nil:
		s.log.Info("object store ready")
	case refused(err):
		return nil, fmt.Errorf("object store %s, bucket %s: %w", cfg.Endpoint, cfg.Bucket, err)
	default:
		s.log.Error("object store does not answer; uploads wait", "error", err)
	}
	return s, nil
}

// dialer opens a connection to a server.
type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// lending is d with connections that copy a body through a buffer of ours: net/http
// makes one for every request.
func (d dialer) lending(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return lending{c}, nil
}

type lending struct{ net.Conn }

// ReadFrom implements io.ReaderFrom.
func (c lending) ReadFrom(r io.Reader) (int64, error) {
	buf := copyBuffers.Get().(*[32 << 10]byte)
	defer copyBuffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{c.Conn}, r, buf[:])
}

func newS3(cfg S3Config, log *slog.Logger, dial dialer) (*S3, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	client, err := newClient(cfg, cfg.Endpoint, dial)
	if err != nil {
		return nil, err
	}
	s := &S3{
		client:   &minio.Core{Client: client},
		bucket:   cfg.Bucket,
		region:   cfg.region(),
		log:      log.With("bucket", cfg.Bucket, "endpoint", cfg.Endpoint),
		patience: streamPatience,
	}
	if cfg.PublicEndpoint != "" {
		s.public, err = newClient(cfg, cfg.PublicEndpoint, dial)
	}
	return s, err
}

func newClient(cfg S3Config, endpoint string, dial dialer) (*minio.Client, error) {
	host, secure, err := origin(endpoint, cfg.Secure)
	if err != nil {
		return nil, err
	}
	return minio.New(host, &minio.Options{
		Creds:      credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure:     secure,
		Region:     cfg.region(), // else every presigned URL asks the server first
		MaxRetries: attempts,
		// A checksum after the body; only where it was seen to be checked.
		TrailingHeaders: true,
		Transport: asking{&http.Transport{ // no proxy: the store is inside the plant
			DialContext:           dial.lending,
			TLSHandshakeTimeout:   dialPatience,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			ExpectContinueTimeout: dialPatience, // then the body goes out unasked
			MaxIdleConns:          256,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       time.Minute,
			DisableCompression:    true, // bytes come back as they went in
		}},
	})
}

// asking lets a PUT ask the server before it sends its body (RFC 9110, 10.1.1).
// A server that is busy, or a connection that has died, then costs no byte of a
// stream that cannot be rewound, and the PUT can be repeated (F-ST-07).
type asking struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (a asking) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPut && r.ContentLength > 0 {
		ask := *r
		ask.Header = r.Header.Clone()
		ask.Header.Set("Expect", "100-continue")
		r = &ask
	}
	return a.next.RoundTrip(r)
}

// refused reports whether the server answered that asking again is no use.
func refused(err error) bool {
	switch minio.ToErrorResponse(err).StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict:
		return true
	}
	return false
}

// Bucket implements [Store].
func (s *S3) Bucket() string { return s.bucket }

// Put implements [Store] as one PUT of known size: constant memory, and a body
// that ends early makes no object. The server checks what arrives by the CRC-32C
// that follows it, or goes before it where it is known ([WithSum]). One that does not
// know CRC-32C checks SHA-256 in each chunk's signature instead, which costs both
// sides several times as much (ADR 19).
func (s *S3) Put(ctx context.Context, key, mime string, size int64, r io.Reader) error {
	return s.upload(ctx, key, size, r, func(opts *minio.PutObjectOptions) bool {
		opts.ContentType = mime
		if !s.sums.Load() {
			return false
		}
		if known, ok := r.(*summed); ok {
			opts.DisableContentSha256 = true
			opts.UserMetadata = map[string]string{minio.ChecksumCRC32C.Key(): known.header()}
			return true
		}
		withSum(opts)
		return true
	})
}

// PutPiece implements [Store].
func (s *S3) PutPiece(ctx context.Context, key string, size int64, r io.Reader) error {
	return s.upload(ctx, key, size, r, func(opts *minio.PutObjectOptions) bool {
		opts.DisableContentSha256 = true
		return false
	})
}

// upload tries more than once. guard says how what arrives is checked, and whether
// the server must confirm a checksum.
func (s *S3) upload(ctx context.Context, key string, size int64, r io.Reader, guard func(*minio.PutObjectOptions) bool) error {
	if err := checkPut(key, size); err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		taken, err := s.put(ctx, key, size, r, guard)
		if err == nil || taken > 0 || attempt == attempts || refused(errors.Unwrap(err)) {
			return err
		}
		wait := backOff << attempt
		select {
		case <-time.After(wait/2 + rand.N(wait/2)):
		case <-ctx.Done():
			return err
		}
	}
}

// put tries once. It returns how many bytes it took from r.
func (s *S3) put(ctx context.Context, key string, size int64, r io.Reader, guard func(*minio.PutObjectOptions) bool) (int64, error) {
	if !s.found.Load() {
		if err := s.findBucket(ctx); err != nil {
			return 0, down("Put", err)
		}
	}
	req, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	src := &source{ctx: ctx, r: r, size: size, patrol: newPatrol(s.patience, cancel)}
	opts := minio.PutObjectOptions{DisableMultipart: true} // parts would be buffered
	summed := guard(&opts)
	info, err := s.client.Client.PutObject(req, s.bucket, key, src, size, opts)
	taken, srcErr := src.close()
	switch {
	case err == nil && summed && info.ChecksumCRC32C == "":
		s.sums.Store(false) // another server answers than the one that was asked
		return taken, down("Put", errUnsummed)
	case err == nil:
		return taken, nil
	case srcErr != nil:
		return taken, srcErr
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchBucket {
		s.found.Store(false)
	}
	return taken, down("Put", because(req, err))
}

// Stat implements [Store].
func (s *S3) Stat(ctx context.Context, key string) (int64, error) {
	if err := CheckKey(key); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	info, err := s.client.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return 0, s3Error("Stat", err)
	}
	return info.Size, nil
}

// Delete implements [Store].
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	err := s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
	if err == nil || minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil
	}
	return down("Delete", err)
}

// maxPresign is what signature V4 allows.
const maxPresign = 7 * 24 * time.Hour

// Presign implements [Store]. It asks nobody. Times are cut to whole seconds, at
// least one.
func (s *S3) Presign(ctx context.Context, key string, ttl time.Duration, as Presentation) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	if s.public == nil {
		return "", nil
	}
	q := url.Values{}
	if as.Mime != "" {
		q.Set("response-content-type", as.Mime)
	}
	if as.Disposition != "" {
		q.Set("response-content-disposition", as.Disposition)
	}
	u, err := s.public.PresignedGetObject(ctx, s.bucket, key, min(max(ttl, time.Second), maxPresign), q)
	if err != nil {
		return "", down("Presign", err)
	}
	return u.String(), nil
}

// Check implements [Store].
func (s *S3) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	exists, err := s.client.BucketExists(ctx, s.bucket)
	if err == nil && !exists {
		s.found.Store(false)
		err = fmt.Errorf("bucket %s is gone", s.bucket)
	}
	return down("Check", err)
}

// s3Error maps what a server said about an existing key.
func s3Error(op string, err error) error {
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return missing(op, err)
	}
	return down(op, err)
}

// because names our own reason for ending a request, if that is why it failed.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
