package storage_test

import (
	"fmt"
	"sync"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

// What is prepared on a connection goes with it, and is prepared again on the next.
func TestPreparedStatementsOutliveTheirConnections(t *testing.T) {
	t.Parallel()
	w := newWire(t, storagetest.Postgres(t).URL)
	db := storagetest.Open(t, storage.Config{URL: w.url})
	for round := range 3 {
		var asking sync.WaitGroup
		for n := range 50 {
			asking.Go(func() {
				_, err := db.Accounts().User(t.Context(), incident.UserID(fmt.Sprintf("0192f0c1-2b7a-7c3e-9a51-%012d", n)))
				if incident.KindOf(err) != incident.NotFound {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		asking.Wait()
		w.arm(cut{all: true})
		if err := db.Ping(t.Context()); !isUnavailable(err) {
			t.Errorf("ping while the database is away: %v", err)
		}
		w.arm(cut{})
		waitFor(t, func() bool { return db.Ping(t.Context()) == nil })
	}
}
