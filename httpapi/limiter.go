package httpapi

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"taskreporter/incident"
)

const (
	// maxCallers bounds how many buckets each half of the limiter remembers.
	maxCallers = 10_000
	// perAddress is how many people's rate one address has that is not signed in:
	// a plant's phones often share one.
	perAddress = 20
)

// class is a sort of requests that has its own rate, so that none keeps its caller
// from the others.
type class string

const (
	readClass   class = "read"
	writeClass  class = "write"
	costlyClass class = "costly"  // what makes the database or a directory work
	uploadClass class = "upload"  // files, and the parts in which they come
	signInClass class = "sign_in" // by address, there is nobody yet
)

// allowance is what one caller has of a class.
type allowance struct {
	rate, burst float64 // parts of what is configured for reading
	people      int     // whose allowance an address has that is not signed in
	what        string  // is asked for, in words
}

// classes are all. A directory's or a search's work is worth some ten reads. Coming
// back to a page that was closed is a sign-in, so after a failure a plant's phones
// all do so at once from one address: the burst is theirs, and guessing has limits of
// its own.
var classes = map[class]allowance{
	readClass:   {1, 1, perAddress, "requests"},
	writeClass:  {1, 1, perAddress, "changes"},
	costlyClass: {.2, .2, perAddress, "searches, exports or pages of logs"},
	uploadClass: {1, 1, perAddress, "files or parts of files"},
	signInClass: {.2, 1, 1, "sign-ins from this network address"},
}

// class is the operation's: what the contract says in x-rate, or else what its
// method does. It is decided nowhere else.
func (op *operation) class() class {
	switch {
	case op == nil:
		return readClass
	case op.Rate != "":
		return op.Rate
	case op.brings():
		return uploadClass
	case op.method == "GET" || op.method == "HEAD" || op.method == "OPTIONS":
		return readClass
	default:
		return writeClass
	}
}

// limiter bounds how fast one user, or one address that is not signed in, may ask
// the API. It remembers the newest buckets in two generations, so that its memory
// is bounded and forgetting is cheap; who is forgotten starts with a full burst.
type limiter struct {
	rate  float64
	burst int
	now   func() time.Time

	mu       sync.Mutex
	new, old map[bucket]*rate.Limiter
}

// bucket is one caller's in one class.
type bucket struct {
	class  class
	caller string
}

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{rate: perSecond, burst: burst, now: now, new: map[bucket]*rate.Limiter{}}
}

// take spends one request of the caller; RateLimited says how long they must wait
// instead. Probes and the page are not counted.
func (l *limiter) take(r *request) error {
	if l.rate <= 0 || !strings.HasPrefix(r.route, "/api/") {
		return nil
	}
	now, of := l.now(), r.operation.class()
	reservation := l.of(of, r).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	reservation.CancelAt(now)
	refusedRequests.WithLabelValues(string(of)).Inc()
	return incident.Wrap(incident.RateLimited, "admit", retryAfter(wait),
		fmt.Sprintf("Too many %s. Wait %.0f s, then go on more slowly.", classes[of].what, math.Ceil(wait.Seconds())))
}

func (l *limiter) of(c class, r *request) *rate.Limiter {
	one := classes[c]
	key, people := bucket{c, "address " + network(r.from)}, one.people
	if r.principal.ID != "" {
		key, people = bucket{c, "user " + string(r.principal.ID)}, 1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.new[key]
	if !ok {
		if b, ok = l.old[key]; !ok {
			n := float64(people)
			b = rate.NewLimiter(rate.Limit(l.rate*one.rate*n), max(1, int(float64(l.burst)*one.burst*n)))
		}
		if len(l.new) >= maxCallers {
			l.old, l.new = l.new, map[bucket]*rate.Limiter{}
		}
		l.new[key] = b
	}
	return b
}

// network is what one client cannot change at will: its IPv4 address, or the /64
// network that an IPv6 host has for itself.
func network(from string) string {
	at, err := netip.ParseAddr(from)
	if err != nil || at.Unmap().Is4() {
		return from
	}
	return fmt.Sprint(netip.PrefixFrom(at.WithZone(""), 64).Masked())
}

// retryAfter is the cause of an error that knows when the same request may succeed.
type retryAfter time.Duration

func (d retryAfter) Error() string { return "retry after " + time.Duration(d).String() }

// RetryAfter is read by refusalOf.
func (d retryAfter) RetryAfter() time.Duration { return time.Duration(d) }
