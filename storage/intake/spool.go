package intake

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"taskreporter/incident"
)

// spool is the body of a chunk that is kept in a temporary file while it comes, by a
// goroutine of its own. So who reads it can give up when the line falls silent,
// without breaking it, and another reader begins anew.
type spool struct {
	chunk incident.Chunk
	file  *os.File // nil once it is removed
	now   func() time.Time
	free  func()
	ended chan struct{} // closed when the goroutine reads no more

	mu   sync.Mutex
	news chan struct{} // closed, and made anew, when one of these changes
	spooled
	leave bool // what comes next is not wanted in the file
}

type spooled struct {
	kept int64  // bytes in the file
	over []byte // those that it did not take
	full error  // why not
	err  error  // of the body
}

var (
	errSlow = errors.New("the line is too slow to bring the file at once")

	spoolBuffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}
)

// spool returns nil where there is no place for one more.
func (in *Intake) spool(c incident.Chunk) *spool {
	select {
	case in.straights <- struct{}{}:
	default:
		return nil
	}
	free := func() { <-in.straights }
	file, err := os.CreateTemp("", "upload-*")
	if err != nil {
		free()
		in.log.Warn("no temporary files: uploads are stored twice. Give the server a directory for them (TMPDIR)", "err", err)
		return nil
	}
	s := &spool{chunk: c, file: file, now: in.now, free: free, ended: make(chan struct{}), news: make(chan struct{})}
	go s.fill()
	return s
}

// fill keeps what comes until there is no more, or no more of it is wanted.
func (s *spool) fill() {
	defer close(s.ended)
	buf := spoolBuffers.Get().(*[64 << 10]byte)
	defer spoolBuffers.Put(buf)
	for more := true; more; {
		n, err := s.chunk.Body.Read(buf[:])
		kept, full := s.file.Write(buf[:n])
		s.mu.Lock()
		s.kept += int64(kept)
		s.over, s.full, s.err = bytes.Clone(buf[kept:n]), full, err
		more = full == nil && err == nil && !s.leave
		close(s.news)
		s.news = make(chan struct{})
		s.mu.Unlock()
	}
}

func (s *spool) state() (spooled, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spooled, s.news
}

// wait returns how much is kept when it is more than at. Errors: that of the body,
// and errSlow after until, or when the line is silent for silentTime.
func (s *spool) wait(at int64, until time.Time) (int64, error) {
	silence := time.NewTimer(silentTime)
	defer silence.Stop()
	for {
		is, news := s.state()
		switch {
		case is.kept > at:
			return is.kept, nil
		case is.full != nil:
			return is.kept, is.full
		case is.err != nil:
			return is.kept, is.err
		case s.now().After(until):
			return is.kept, errSlow
		}
		select {
		case <-news:
			silence.Reset(silentTime)
		case <-silence.C:
			return is.kept, errSlow
		}
	}
}

// swift reads the body from its first byte on for as long as it comes fast enough.
type swift struct {
	*spool
	at    int64
	until time.Time
}

// Read implements io.Reader.
func (r *swift) Read(b []byte) (int, error) {
	kept, err := r.wait(r.at, r.until)
	if err != nil {
		return 0, err
	}
	n, err := r.file.ReadAt(b[:min(int64(len(b)), kept-r.at)], r.at)
	r.at += int64(n)
	return n, err
}

// again returns the body from its first byte on, what is still to come included.
// That is not kept any more, and the file is removed as soon as it is read.
func (s *spool) again() io.Reader {
	s.mu.Lock()
	s.leave = true
	s.mu.Unlock()
	return &again{spool: s}
}

type again struct {
	*spool
	at   int64
	rest io.Reader // of the body, once the file is read
}

// Read implements io.Reader.
func (r *again) Read(b []byte) (int, error) {
	for r.rest == nil {
		is, news := r.state()
		if r.at < is.kept {
			n, err := r.file.ReadAt(b[:min(int64(len(b)), is.kept-r.at)], r.at)
			r.at += int64(n)
			return n, err
		}
		select {
		case <-news:
		case <-r.ended:
			if is, _ = r.state(); r.at == is.kept {
				r.remove()
				r.rest = io.MultiReader(bytes.NewReader(is.over), afterError(r.chunk.Body, is.err))
			}
		}
	}
	return r.rest.Read(b)
}

// afterError is a body that has failed already, or goes on.
func afterError(body io.Reader, err error) io.Reader {
	if err == nil {
		return body
	}
	return failed{err}
}

type failed struct{ err error }

// Read implements io.Reader.
func (f failed) Read([]byte) (int, error) { return 0, f.err }

// close ends all reading of the body and removes the file.
func (s *spool) close() {
	s.mu.Lock()
	s.leave = true
	s.mu.Unlock()
	select {
	case <-s.ended:
	case <-time.After(silentTime): // nothing comes, and nobody waits for it
		s.chunk.Stop()
		<-s.ended
	}
	s.remove()
}

// remove removes the file; again is no error.
func (s *spool) remove() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
	s.file = nil
	s.free()
}
