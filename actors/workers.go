package actors

import (
	"runtime"

	"github.com/asynkron/protoactor-go/actor"
)

// workers runs actors on goroutines that stay. The library starts one each time an
// actor's mailbox gets something to do, and each begins with a small stack that grows,
// by copying, as soon as the actor calls anything: a tenth of a busy node's time. A
// worker's stack has grown already.
type workers struct {
	work chan func() // unbuffered: taken only by a worker that waits
	idle chan struct{}
}

var _ actor.Dispatcher = (*workers)(nil)

// onWorkers is for the actors that much is sent to.
var onWorkers = actor.WithDispatcher(newWorkers())

// newWorkers keeps some goroutines for each core, as long as the process lives.
func newWorkers() *workers {
	return &workers{work: make(chan func()), idle: make(chan struct{}, 8*runtime.GOMAXPROCS(0))}
}

// Schedule implements [actor.Dispatcher]. It never waits.
func (w *workers) Schedule(fn func()) {
	select {
	case w.work <- fn:
	default:
		go w.run(fn)
	}
}

// Throughput implements [actor.Dispatcher]: messages of one actor before others get
// their turn.
func (w *workers) Throughput() int { return 300 }

// run works until enough others are idle.
func (w *workers) run(fn func()) {
	for {
		fn()
		select {
		case w.idle <- struct{}{}:
		default:
			return
		}
		fn = <-w.work
		<-w.idle
	}
}
