package httpapi

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxCallers bounds how many callers each half of the limiter remembers.
	maxCallers = 10_000
	// perAddress is how many people's rate one address has that is not signed in:
	// a plant's phones often share one.
	perAddress = 20
)

// limiter bounds how fast one user, or one address that is not signed in, may ask
// the API. It remembers the newest callers in two generations, so that its memory
// is bounded and forgetting is cheap; who is forgotten starts with a full burst.
type limiter struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu       sync.Mutex
	new, old map[string]*rate.Limiter
}

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{rate: rate.Limit(perSecond), burst: burst, now: now, new: map[string]*rate.Limiter{}}
}

// take spends one request of the caller and returns how long they must wait
// instead, zero when they need not. Probes and the page are not counted.
func (l *limiter) take(r *request) time.Duration {
	if l.rate <= 0 || !strings.HasPrefix(r.route, "/api/") {
		return 0
	}
	now := l.now()
	reservation := l.of(r).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

func (l *limiter) of(r *request) *rate.Limiter {
	key, people := "address "+r.from, perAddress
	if r.principal.ID != "" {
		key, people = "user "+string(r.principal.ID), 1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	one, ok := l.new[key]
	if !ok {
		if one, ok = l.old[key]; !ok {
			one = rate.NewLimiter(l.rate*rate.Limit(people), l.burst*people)
		}
		if len(l.new) >= maxCallers {
			l.old, l.new = l.new, map[string]*rate.Limiter{}
		}
		l.new[key] = one
	}
	return one
}

// retryAfter is the cause of an error that knows when the same request may succeed.
type retryAfter time.Duration

func (d retryAfter) Error() string { return "retry after " + time.Duration(d).String() }

// RetryAfter is read by refusalOf.
func (d retryAfter) RetryAfter() time.Duration { return time.Duration(d) }
