package object

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/minio/minio-go/v7"
)

// Open implements [Store]. It asks for the size only; bytes are requested from
// the position of the first Read on, and again after a Seek or a lost
// connection.
func (s *S3) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	size, err := s.Stat(ctx, key)
	if err != nil {
		return nil, err
	}
	return &s3Reader{ctx: ctx, store: s, key: key, size: size}, nil
}

// Get implements [Store]. The answer tells the size.
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	r := &s3Reader{ctx: ctx, store: s, key: key}
	size, err := r.request()
	r.size = size
	return r, err
}

// s3Reader reads one object. It is not safe for concurrent use.
type s3Reader struct {
	ctx   context.Context //nolint:containedctx // reading is a part of the Open that got it
	store *S3
	key   string
	size  int64
	pos   int64

	closed bool
	body   io.ReadCloser // the running response, nil when there is none
	at     int64         // position of body
	cancel context.CancelCauseFunc
	patrol *patrol
}

var errSeek = errors.New("object: seek before the start")

// Seek implements io.Seeker.
func (r *s3Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, errSeek
	}
	r.pos = offset
	return offset, nil
}

// Read implements io.Reader. A response that breaks is asked for again once.
func (r *s3Reader) Read(p []byte) (int, error) {
	for attempt := 1; ; attempt++ {
		switch {
		case r.closed:
			return 0, fs.ErrClosed
		case r.pos >= r.size:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		if r.body == nil || r.at != r.pos {
			if _, err := r.request(); err != nil {
				return 0, err
			}
		}
		r.patrol.watch()
		n, err := r.body.Read(p)
		r.patrol.rest()
		r.pos += int64(n)
		r.at = r.pos
		if err != nil {
			r.hangUp()
		}
		switch {
		case n > 0 || err == nil:
			return n, nil
		case attempt == attempts || r.ctx.Err() != nil:
			return 0, down("Read", err)
		}
	}
}

// request starts a response at r.pos. It returns how many bytes follow.
func (r *s3Reader) request() (int64, error) {
	r.hangUp()
	var opts minio.GetObjectOptions
	if r.pos > 0 {
		if err := opts.SetRange(r.pos, 0); err != nil {
			return 0, down("Read", err)
		}
	}
	ctx, cancel := context.WithCancelCause(r.ctx)
	patrol := newPatrol(answerPatience, cancel)
	body, info, _, err := r.store.client.GetObject(ctx, r.store.bucket, r.key, opts)
	patrol.rest()
	if err != nil {
		err = s3Error("Read", because(ctx, err))
		cancel(nil)
		return 0, err
	}
	patrol.patience = r.store.patience
	r.body, r.at, r.cancel, r.patrol = body, r.pos, cancel, patrol
	return info.Size, nil
}

func (r *s3Reader) hangUp() {
	if r.body != nil {
		_ = r.body.Close() // a response that nobody reads on
		r.cancel(nil)
		r.body = nil
	}
}

// Close implements io.Closer.
func (r *s3Reader) Close() error {
	r.hangUp()
	r.closed = true
	return nil
}
