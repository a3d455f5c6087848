package actors

import (
	"sync"
	"testing"
)

// Work that is scheduled by work that waits for it is done: nobody's turn depends on a
// free worker.
func TestWorkersNeverWaitForEachOther(t *testing.T) {
	w := newWorkers()
	const deep = 1000 // more than are kept
	for range 2 {
		var done sync.WaitGroup
		var nest func(left int)
		nest = func(left int) {
			defer done.Done()
			if left == 0 {
				return
			}
			inner := make(chan struct{})
			done.Add(1)
			w.Schedule(func() { defer close(inner); nest(left - 1) })
			<-inner
		}
		done.Add(1)
		w.Schedule(func() { nest(deep) })
		done.Wait()
	}
}
