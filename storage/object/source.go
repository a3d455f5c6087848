package object

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"

	"taskreporter/incident"
)

// errShut ends a read that comes after Put has returned.
var errShut = errors.New("the upload has ended")

// errStalled is the cause when the store stopped taking or giving bytes.
var errStalled = errors.New("the store stalled")

// WithSum is r with the CRC-32C of all its bytes, for a Put that can tell the store
// before them: that is cheaper than a sum that follows them.
func WithSum(r io.Reader, crc32c uint32) io.Reader { return &summed{r, crc32c} }

type summed struct {
	io.Reader
	crc32c uint32
}

// header is the sum as S3 writes it.
func (s *summed) header() string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, s.crc32c))
}

// source is the reader of one Put. It passes on exactly size bytes and holds
// the last ones back until r has ended without an error, so a store that is
// told the size can never complete an object that is too long, too short or
// refused by r at its end.
type source struct {
	ctx    context.Context //nolint:containedctx // a Read is a part of the Put that got it
	r      io.Reader
	size   int64
	patrol *patrol // nil where the store cannot stall

	mu    sync.Mutex // an HTTP transport may still read when its request has failed
	taken int64
	ended bool
	shut  bool
	err   error
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.shut:
		return 0, errShut
	case s.err != nil:
		return 0, s.err
	case s.ended:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	s.patrol.rest() // a slow client is no fault of the store
	defer s.patrol.watch()
	n, err := s.take(p)
	if err != nil {
		s.err = err
		return 0, err
	}
	return n, nil
}

func (s *source) take(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, incident.Wrap(incident.UploadIncomplete, "object.Put", context.Cause(s.ctx),
			"The upload was broken off. Send the file again.")
	}
	if left := s.size - s.taken; int64(len(p)) > left {
		p = p[:left]
	}
	n, err := s.r.Read(p)
	s.taken += int64(n)
	if s.taken == s.size && err == nil {
		err = atEnd(s.r)
	}
	switch {
	case err == nil:
		return n, nil
	case err != io.EOF:
		return 0, err
	case s.taken < s.size:
		return 0, incident.E(incident.UploadIncomplete, "object.Put",
			"Only %d of the announced %d bytes arrived. Send the file again.", s.taken, s.size)
	}
	s.ended = true
	return n, nil
}

// atEnd returns io.EOF when r has no more bytes.
func atEnd(r io.Reader) error {
	var one [1]byte
	n, err := io.ReadFull(r, one[:])
	if n > 0 {
		return incident.E(incident.UploadIncomplete, "object.Put",
			"More bytes arrived than announced: the file changed while it was sent. Send it again.")
	}
	return err
}

// close waits for a Read in progress and forbids further ones. It returns how
// many bytes were taken from r and the error that r ended with.
func (s *source) close() (taken int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
	s.patrol.rest()
	return s.taken, s.err
}

// patrol cancels a request when the store has kept it waiting for longer than
// its patience. A nil patrol never does.
type patrol struct {
	patience time.Duration
	timer    *time.Timer
}

// newPatrol starts watching at once.
func newPatrol(patience time.Duration, cancel context.CancelCauseFunc) *patrol {
	return &patrol{patience, time.AfterFunc(patience, func() { cancel(errStalled) })}
}

func (p *patrol) watch() {
	if p != nil {
		p.timer.Reset(p.patience)
	}
}

func (p *patrol) rest() {
	if p != nil {
		p.timer.Stop()
	}
}
