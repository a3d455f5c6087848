package actors

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace/noop"

	"taskreporter/incident"
)

// press is a log whose transactions last until they are let go.
type press struct {
	Records
	began chan []incident.Batch
	end   chan struct{}
}

func (p *press) Append(_ context.Context, batches []incident.Batch) []error {
	p.began <- batches
	<-p.end
	return make([]error, len(batches))
}

// Transactions are shared: a second one starts for as much as the first holds,
// or when the first stands still.
func TestASecondTransactionWaitsForCompany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &press{began: make(chan []incident.Batch, 9), end: make(chan struct{})}
		c := newCommitter(log, &counters{}, time.Now, noop.NewTracerProvider().Tracer(""))
		var told atomic.Int32
		submit := func(room, events int) {
			b := incident.Batch{RoomID: incident.RoomID(fmt.Sprint(room)), Events: make([]incident.Event, events)}
			c.submit(b, nil, func(error) { told.Add(1) })
			synctest.Wait()
		}
		begun := func(want int) {
			t.Helper()
			synctest.Wait()
			select {
			case batches := <-log.began:
				if len(batches) != want {
					t.Fatalf("a transaction of %d batches, want %d", len(batches), want)
				}
			default:
				if want > 0 {
					t.Fatalf("no transaction, want one of %d batches", want)
				}
			}
		}
		submit(1, 4)
		begun(1) // nothing is under way: at once
		submit(2, 2)
		begun(0)
		submit(3, 2)
		begun(2) // four events wait beside four
		submit(4, 2)
		begun(0)
		log.end <- struct{}{} // one of the two
		log.end <- struct{}{}
		begun(1) // who is free takes what waits

		submit(5, 1)
		begun(0)
		began := time.Now()
		time.Sleep(companyWait)
		begun(1) // the other one stands still
		if late := time.Since(began); late != companyWait {
			t.Errorf("it began after %s", late)
		}
		submit(6, 1)
		go func() { log.end <- struct{}{}; log.end <- struct{}{}; log.end <- struct{}{} }()
		c.close()
		if begun(1); told.Load() != 6 {
			t.Errorf("%d outcomes were told, want 6", told.Load())
		}
	})
}
