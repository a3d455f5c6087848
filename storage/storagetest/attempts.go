package storagetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testAttempts(t *testing.T, fresh Fresh) {
	const window = 100 * time.Second
	attempt := func(account, address string, at time.Time) incident.Attempt {
		return incident.Attempt{ID: newID(), Account: digest(account), Address: digest(address), At: at}
	}

	// Whatever the times of the attempts, no window has more than the limit, and the
	// one that is to be waited for is the right one.
	promise(t, "NoWindowHasMoreAttemptsThanAllowed", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-07
		accounts := Open(t, cfg).Accounts()
		rapid.Check(t, func(rt *rapid.T) {
			limit := rapid.IntRange(1, 5).Draw(rt, "limit")
			name := newID()
			at := now()
			var counted []time.Time
			begin := func(at time.Time) time.Time {
				oldest, err := accounts.BeginAttempt(t.Context(), attempt(name, newID(), at), limit, 1000, at.Add(-window))
				if err != nil {
					rt.Fatal(err)
				}
				return oldest
			}
			for _, step := range rapid.SliceOfN(rapid.IntRange(0, 60), 1, 20).Draw(rt, "steps") {
				at = at.Add(time.Duration(step) * time.Second)
				if oldest := begin(at); !oldest.IsZero() {
					free := oldest.Add(window)
					if !free.After(at) {
						rt.Fatalf("told to wait until %s at %s", free, at)
					}
					if early := begin(free.Add(-time.Microsecond)); early.IsZero() {
						rt.Fatalf("a shorter wait than until %s was enough", free)
					}
					if at = free; !begin(at).IsZero() {
						rt.Fatalf("waiting until %s was not enough", free)
					}
				}
				counted = append(counted, at)
				if n := len(counted) - limit; n > 0 && at.Sub(counted[n-1]) < window {
					rt.Fatalf("%d attempts within %s", limit+1, at.Sub(counted[n-1]))
				}
			}
		})
	})

	promise(t, "AnAttemptCountsForItsAccountAndItsAddress", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-07
		accounts := Open(t, cfg).Accounts()
		ctx, at := t.Context(), now()
		begin := func(account, address string) (incident.Attempt, bool) {
			t.Helper()
			a := attempt(account, address, at)
			oldest, err := accounts.BeginAttempt(ctx, a, 2, 3, at.Add(-window))
			if err != nil {
				t.Fatal(err)
			}
			return a, oldest.IsZero()
		}
		want := func(account, address string, ok bool) incident.Attempt {
			t.Helper()
			a, got := begin(account, address)
			if got != ok {
				t.Errorf("%s from %s is counted: %v, want %v", account, address, got, ok)
			}
			return a
		}
		want("wang", "10.0.0.7", true)
		slip := want("wang", "10.0.0.8", true)
		want("wang", "10.0.0.9", false) // from anywhere
		want("lee", "10.0.0.7", true)
		want("chen", "10.0.0.7", true)
		want("lin", "10.0.0.7", false) // the address has had three
		if err := accounts.UndoAttempt(ctx, slip.ID); err != nil {
			t.Fatal(err)
		}
		want("wang", "10.0.0.9", true)
		if err := accounts.ForgetAttempts(ctx, digest("wang")); err != nil {
			t.Fatal(err)
		}
		want("wang", "10.0.0.7", true) // forgotten of its address as well
		want("lin", "10.0.0.7", false)
		if _, err := accounts.Forget(ctx, at, at.Add(time.Microsecond)); err != nil {
			t.Fatal(err)
		}
		want("lin", "10.0.0.7", true)
	})

	promise(t, "OfManyAttemptsAtOnceNoMoreCountThanAllowed", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-07
		nodes := []*storage.DB{Open(t, cfg), Open(t, cfg)}
		at := now()
		var counted atomic.Int32
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				oldest, err := nodes[i%2].Accounts().BeginAttempt(t.Context(), attempt("wang", "10.0.0.7", at), 5, 50, at.Add(-window))
				if err != nil {
					t.Error(err)
				}
				if err == nil && oldest.IsZero() {
					counted.Add(1)
				}
			})
		}
		all.Wait()
		if counted.Load() != 5 {
			t.Errorf("%d counted, want 5", counted.Load())
		}
	})
}
