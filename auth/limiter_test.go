package auth

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever the times of the attempts, no window has more than the limit, and the
// wait that a refused one is told is exactly the time it takes.
func TestLimiterKeepsItsWindow(t *testing.T) { // F-AU-07
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		const window = 100 * time.Second
		l := newLimiter(limit, window)
		now := time.Unix(0, 0)
		var failed []time.Time
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 60), 1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(step) * time.Second)
			wait, ok := l.begin("wang", now)
			if !ok {
				if wait <= 0 || wait > window {
					t.Fatalf("told to wait %s", wait)
				}
				if _, early := l.begin("wang", now.Add(wait-1)); early {
					t.Fatalf("a shorter wait than %s was enough", wait)
				}
				now = now.Add(wait)
				if _, ok = l.begin("wang", now); !ok {
					t.Fatalf("waiting %s was not enough", wait)
				}
			}
			failed = append(failed, now)
			if n := len(failed) - limit; n > 0 && now.Sub(failed[n-1]) < window {
				t.Fatalf("%d failures within %s", limit+1, now.Sub(failed[n-1]))
			}
		}
	})
}

func TestLimiterForgetsTheOldestWhenFull(t *testing.T) {
	t.Parallel()
	l := newLimiter(2, time.Hour)
	l.maxKeys = 3
	now := time.Unix(0, 0)
	for i := range 100 {
		l.begin(strconv.Itoa(i), now)
	}
	l.begin("97", now) // once more: now the latest
	l.begin("100", now)
	if len(l.byKey) != 3 || l.byAge.Len() != 3 {
		t.Fatalf("%d keys, %d in order", len(l.byKey), l.byAge.Len())
	}
	for _, key := range []string{"97", "99", "100"} {
		if l.byKey[key] == nil {
			t.Errorf("%s was forgotten", key)
		}
	}
}

func TestLimiterHoldsNothingForThoseWhoSignIn(t *testing.T) {
	t.Parallel()
	l := newLimiter(5, time.Hour)
	now := time.Unix(0, 0)
	l.begin("a", now)
	l.undo("a", now)
	l.undo("a", now)
	l.begin("b", now)
	l.begin("b", now)
	l.clear("b")
	l.clear("b")
	if len(l.byKey) != 0 || l.byAge.Len() != 0 {
		t.Errorf("%d keys, %d in order", len(l.byKey), l.byAge.Len())
	}
}

func TestAddressKeyIsWhatAClientCannotChange(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"10.0.0.7":                "10.0.0.7",
		"::ffff:10.0.0.7":         "10.0.0.7",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64",
		"2001:db8:1:2::1":         "2001:db8:1:2::/64",
		"fe80::1%eth0":            "fe80::/64",
		"unix":                    "unix",
		"":                        "",
		"2001:db8:1:3:ffff::ffff": "2001:db8:1:3::/64",
	} {
		if got := addressKey(from); got != want {
			t.Errorf("%q is limited as %q, want %q", from, got, want)
		}
	}
}
