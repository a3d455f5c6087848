package auth

import (
	"errors"
	"fmt"
	"testing"

	"taskreporter/incident"
)

// F-SE-05, F-AU-07: of a flood of refused logins the first is told apart, by account
// and by address, and the next one only when the limit has let somebody in between.
func TestAFloodOfLimitedLoginsIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	attempt := func(name string) (limited, first bool) {
		t.Helper()
		_, err := r.Login(t.Context(), name, "wrong", "10.0.0.7", "")
		limited = incident.KindOf(err) == incident.RateLimited
		if retry := new(RetryError); limited && (!errors.As(err, &retry) || retry.After <= 0) {
			t.Errorf("%v does not say when to come again", err)
		}
		return limited, errors.As(err, new(*LimitError))
	}
	told := func(n int, name func(i int) string) (times int) {
		t.Helper()
		for i := range n {
			limited, first := attempt(name(i))
			if !limited {
				t.Fatalf("attempt %d of %s is not limited", i, name(i))
			}
			if first {
				times++
			}
		}
		return times
	}
	same := func(int) string { return "wang" }
	for range DefaultConfig.Failures {
		attempt("wang")
	}
	if n := told(100, same); n != 1 {
		t.Errorf("the account: told %d times", n)
	}
	for i := range DefaultConfig.AddressFails - DefaultConfig.Failures {
		attempt(fmt.Sprint("someone", i))
	}
	r.store.mu.Lock()
	held := len(r.store.attempts)
	r.store.mu.Unlock()
	if held != DefaultConfig.AddressFails {
		t.Fatalf("%d attempts are held", held)
	}
	if n := told(100, func(i int) string { return fmt.Sprint("anyone", i) }); n > 1 {
		t.Errorf("the address: told %d times", n)
	}
	r.clock.pass(DefaultConfig.FailureWindow)
	if limited, _ := attempt("wang"); limited {
		t.Error("the limit stays")
	}
	for range DefaultConfig.Failures - 1 {
		attempt("wang")
	}
	if n := told(3, same); n != 1 {
		t.Errorf("the next window: told %d times", n)
	}
}
