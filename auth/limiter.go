package auth

import (
	"container/list"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// limiterKeys bounds a limiter's memory: some 200 bytes for each name or address
// that failed lately. Above it the one that failed longest ago is forgotten.
const limiterKeys = 10_000

// limiter allows at most limit failures of one key in any window. An attempt
// counts as a failure from its start until it is known to be none, so that many
// attempts at once are no way around it.
type limiter struct {
	limit  int
	window time.Duration

	mu      sync.Mutex
	byKey   map[string]*list.Element
	byAge   *list.List // of *failures, the latest attempt in front
	maxKeys int
}

type failures struct {
	key string
	at  []time.Time // rising
}

func newLimiter(limit int, window time.Duration) *limiter {
	return &limiter{limit: limit, window: window, byKey: map[string]*list.Element{}, byAge: list.New(), maxKeys: limiterKeys}
}

// begin counts an attempt, or says how long to wait.
func (l *limiter) begin(key string, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.byKey[key]
	if e == nil {
		e = l.byAge.PushFront(&failures{key: key})
		l.byKey[key] = e
		if l.byAge.Len() > l.maxKeys {
			l.drop(l.byAge.Back())
		}
	}
	f := e.Value.(*failures)
	f.at = slices.DeleteFunc(f.at, func(t time.Time) bool { return now.Sub(t) >= l.window })
	if len(f.at) >= l.limit {
		return f.at[0].Add(l.window).Sub(now), false
	}
	f.at = append(f.at, now)
	l.byAge.MoveToFront(e)
	return 0, true
}

// undo takes an attempt back that was no failure.
func (l *limiter) undo(key string, begun time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.byKey[key]
	if e == nil {
		return
	}
	f := e.Value.(*failures)
	if i := slices.IndexFunc(f.at, begun.Equal); i >= 0 {
		f.at = slices.Delete(f.at, i, i+1)
	}
	if len(f.at) == 0 {
		l.drop(e)
	}
}

// clear forgets a key's failures.
func (l *limiter) clear(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.byKey[key]; e != nil {
		l.drop(e)
	}
}

func (l *limiter) drop(e *list.Element) {
	delete(l.byKey, l.byAge.Remove(e).(*failures).key)
}

// addressKey is what one client cannot change at will: its IPv4 address, or the
// /64 network that an IPv6 host has for itself.
func addressKey(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64) // 64 fits every IPv6 address
	return p.String()
}
