package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"taskreporter/incident"
)

const (
	// straightAtOnce bounds how many files of a node lie in temporary files.
	straightAtOnce = 16
	// briskTime is how long the first [PartSize] bytes may take on a line that is
	// trusted to bring the rest soon.
	briskTime = time.Second
	// straightTime is how long a file may come without any of it being stored for
	// good: what it brings in that time is sent again when the node dies.
	straightTime = 10 * time.Second
)

var errSlow = errors.New("the line is too slow to bring the file at once")

// straight brings a file that comes whole in one request, over a line that is fast
// enough, to its place without parts: it is stored once instead of twice. f is nil
// when the chunk must go by parts instead, where it can, from its first byte on;
// err is why there will never be a file.
func (in *Intake) straight(ctx context.Context, p incident.Principal, up incident.Upload, c incident.Chunk, s *spool) (f *incident.File, err error) {
	begun := in.now()
	if !s.keepFirst(begun.Add(briskTime)) {
		return nil, nil
	}
	s.until = begun.Add(straightTime)
	whole := io.MultiReader(io.NewSectionReader(s.file, 0, s.kept), s)
	file, err := in.finish(ctx, p, up, func(ctx context.Context) (incident.File, error) {
		defer in.stage(receiveSeconds)()
		defer context.AfterFunc(ctx, c.Stop)()
		return in.bytes.Bring(ctx, up, whole)
	})
	switch {
	case err == nil:
		return &file, nil
	case mayPass(err):
		in.log.Debug("an upload goes by parts after all", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", err)
		return nil, nil
	}
	return nil, err
}

// spool is the body of a chunk. What is read of it is kept in a temporary file, from
// which it can be read once more.
type spool struct {
	body  io.Reader
	size  int64 // of the body
	until time.Time
	now   func() time.Time

	file *os.File
	kept int64  // bytes of the body in file
	over []byte // those that file did not take
	err  error  // of body
	free func()
}

// spool returns nil for a chunk that must go by parts.
func (in *Intake) spool(up incident.Upload, c incident.Chunk) *spool {
	if up.Received() > 0 || c.Length != up.Size || c.Sum != nil {
		return nil
	}
	select {
	case in.straights <- struct{}{}:
	default:
		return nil
	}
	s := &spool{body: c.Body, size: up.Size, now: in.now, free: func() { <-in.straights }}
	var err error
	if s.file, err = os.CreateTemp("", "upload-*"); err != nil {
		s.free()
		in.log.Warn("no temporary files: uploads are stored twice. Give the server a directory for them (TMPDIR)", "err", err)
		return nil
	}
	return s
}

// keepFirst keeps the first [PartSize] bytes, or all of fewer, if they come in time.
func (s *spool) keepFirst(until time.Time) bool {
	s.until = until
	// The plain writer keeps io.CopyBuffer from passing the buffer by.
	_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, io.LimitReader(s, PartSize), make([]byte, 32<<10))
	return err == nil
}

// Read implements io.Reader.
func (s *spool) Read(b []byte) (int, error) {
	switch {
	case s.err != nil:
		return 0, s.err
	case s.kept < s.size && s.now().After(s.until):
		return 0, errSlow
	}
	n, err := s.body.Read(b)
	s.err = err
	kept, full := s.file.Write(b[:n])
	s.kept += int64(kept)
	if full != nil {
		s.over = bytes.Clone(b[kept:n])
		return 0, fmt.Errorf("keep what came: %w", full)
	}
	return n, err
}

// again returns the body from its first byte on, what is still to come included. The
// spool is not read any more.
func (s *spool) again() io.Reader {
	parts := []io.Reader{&spooled{Reader: io.NewSectionReader(s.file, 0, s.kept), spool: s}, bytes.NewReader(s.over)}
	if s.err == nil {
		return io.MultiReader(append(parts, s.body)...)
	}
	return io.MultiReader(append(parts, failed{s.err})...)
}

// close removes the temporary file; again is no error.
func (s *spool) close() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
	s.file = nil
	s.free()
}

// spooled is what a spool has kept, gone once it is read.
type spooled struct {
	io.Reader
	spool *spool
}

// Read implements io.Reader.
func (s *spooled) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if err == io.EOF {
		s.spool.close()
	}
	return n, err
}

type failed struct{ err error }

// Read implements io.Reader.
func (f failed) Read([]byte) (int, error) { return 0, f.err }
