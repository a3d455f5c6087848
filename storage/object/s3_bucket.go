package object

import (
	"context"
	"errors"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/lifecycle"
)

// findBucket makes sure that the bucket is there. Several nodes may make it at
// once.
func (s *S3) findBucket(ctx context.Context) error {
	if err := s.haveBucket(ctx); err != nil {
		return err
	}
	s.found.Store(true)
	if s.looked.CompareAndSwap(false, true) {
		s.trySums(ctx)
		s.lookAtBucket(ctx)
	}
	return nil
}

// errUnsummed is the cause when a server took an object and did not say that it
// had checked it.
var errUnsummed = errors.New("the server confirmed no checksum")

// withSum lets a checksum follow the body and leaves its signature out.
func withSum(opts *minio.PutObjectOptions) {
	opts.Checksum = minio.ChecksumFullObjectCRC32C
	opts.DisableContentSha256 = true
}

const (
	trialKey  = "task-reporter-checksum" // no object of ours has a key like this
	trialText = "Task Reporter looks whether this server checks what it stores.\n"
)

// trySums finds out whether the server checks the sum that follows a body. One
// that does not know it may refuse it, or keep it as a part of the object.
func (s *S3) trySums(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	opts := minio.PutObjectOptions{ContentType: "text/plain", DisableMultipart: true}
	withSum(&opts)
	info, err := s.client.Client.PutObject(ctx, s.bucket, trialKey, strings.NewReader(trialText), int64(len(trialText)), opts)
	switch {
	case err != nil:
	case info.ChecksumCRC32C == "":
		err = errUnsummed
	default:
		s.sums.Store(true)
	}
	if info.Key != "" && s.client.RemoveObject(ctx, s.bucket, trialKey, minio.RemoveObjectOptions{VersionID: info.VersionID}) != nil {
		// Not allowed to remove a version: then the bucket lists it no more.
		_ = s.client.RemoveObject(ctx, s.bucket, trialKey, minio.RemoveObjectOptions{})
	}
	if !s.sums.Load() {
		s.log.Info("what is stored is checked by its signature, which is slow: the server does not check CRC-32C", "reason", err)
	}
}

func (s *S3) haveBucket(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	exists, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil || exists {
		return err
	}
	err = s.client.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	if err != nil && minio.ToErrorResponse(err).Code != minio.BucketAlreadyOwnedByYou {
		return err
	}
	s.log.Info("bucket made")
	return nil
}

// lookAtBucket logs the settings that decide how long evidence lives (F-ST-12).
// Neither is needed: servers may not know these calls, and users may not be
// allowed to make them.
func (s *S3) lookAtBucket(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	switch v, err := s.client.GetBucketVersioning(ctx, s.bucket); {
	case err != nil:
		s.log.Info("bucket versioning is not known", "reason", minio.ToErrorResponse(err).Code)
	case v.Status == "":
		s.log.Info("bucket keeps no versions; nothing here needs them", "versioning", "off")
	default:
		s.log.Info("bucket keeps versions", "versioning", strings.ToLower(v.Status))
	}
	rules, err := s.client.GetBucketLifecycle(ctx, s.bucket)
	if code := minio.ToErrorResponse(err).Code; err != nil && code != "NoSuchLifecycleConfiguration" {
		s.log.Info("bucket lifecycle is not known", "reason", code)
	}
	if err != nil {
		return
	}
	for _, r := range rules.Rules {
		if deletesEvidence(r) {
			s.log.Error("bucket has a lifecycle rule that deletes evidence: remove the rule", "rule", r.ID,
				"days", int(r.Expiration.Days)+r.AllVersionsExpiration.Days)
		}
	}
}

// deletesEvidence reports whether a rule ends the life of current objects below a
// prefix where files may be.
func deletesEvidence(r lifecycle.Rule) bool {
	ends := !r.Expiration.IsDaysNull() || !r.Expiration.IsDateNull() || !r.AllVersionsExpiration.IsNull()
	if r.Status != "Enabled" || !ends {
		return false
	}
	const ours = "room-"
	prefix := r.Prefix + r.RuleFilter.Prefix + r.RuleFilter.And.Prefix // a rule has one of them
	return strings.HasPrefix(prefix, ours) || strings.HasPrefix(ours, prefix)
}
