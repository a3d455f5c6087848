package objecttest

import (
	"errors"
	"io"
	"sync"
)

// guarded tells whether it is read while or after release is called.
type guarded struct {
	r    io.Reader
	mu   sync.Mutex
	busy bool
	over bool
	late bool
}

func (g *guarded) Read(p []byte) (int, error) {
	g.mu.Lock()
	g.busy, g.late = true, g.late || g.over
	late := g.late
	g.mu.Unlock()
	if late {
		return 0, errors.New("read after the end of Put")
	}
	n, err := g.r.Read(p)
	g.mu.Lock()
	g.busy = false
	g.mu.Unlock()
	return n, err
}

// release reports whether a Read is going on.
func (g *guarded) release() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	return g.busy || g.late
}

// onFirstRead calls f before the first Read of r.
func onFirstRead(f func(), r io.Reader) io.Reader {
	var once sync.Once
	return readerFunc(func(p []byte) (int, error) {
		once.Do(f)
		return r.Read(p)
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
