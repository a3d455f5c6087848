package object

import (
	"context"
	"errors"

	"github.com/minio/minio-go/v7"
)

// errUnsorted: S3 promises rising keys for its usual buckets, and who compares
// two lists relies on it.
var errUnsorted = errors.New("the store does not list its keys in order")

// List implements [Store]. It asks for pages of up to 1,000 objects, as each
// consumes them.
func (s *S3) List(ctx context.Context, prefix string, each func(Entry) error) error {
	if err := checkPrefix(prefix); err != nil {
		return err
	}
	if prefix != "" {
		prefix += "/"
	}
	req, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	patrol := newPatrol(s.patience, cancel) // at rest while each has its turn
	defer patrol.rest()
	last := ""
	for o := range s.client.ListObjectsIter(req, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		patrol.rest()
		switch {
		case o.Err != nil:
			return down("List", because(req, o.Err))
		case o.Key <= last:
			return down("List", errUnsorted)
		}
		last = o.Key
		if err := each(Entry{Key: o.Key, Size: o.Size, Modified: o.LastModified}); err != nil {
			return err
		}
		patrol.watch()
	}
	if req.Err() != nil { // the library then ends its list like a whole one
		return down("List", because(req, req.Err()))
	}
	return nil
}
