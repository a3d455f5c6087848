package auth

import (
	"sync"
	"time"
)

// LimitError is in the chain of the first RateLimited login by the failures of an
// account or an address: audit it. Those that follow are not, or a flood would fill
// the trail; there are never more of them than of failed logins.
type LimitError struct {
	RetryError
}

// Unwrap makes it a [RetryError].
func (e *LimitError) Unwrap() error { return &e.RetryError }

// limits knows which limits this node has told of.
type limits struct {
	mu   sync.Mutex
	told map[time.Time]time.Time // the failure that is waited for, and until when
}

// refusal is the cause of a refusal at now until the failure of that time is forgotten.
func (l *limits) refusal(oldest time.Time, wait time.Duration, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for failure, until := range l.told {
		if !now.Before(until) {
			delete(l.told, failure)
		}
	}
	if _, known := l.told[oldest]; known {
		return &RetryError{After: wait}
	}
	if l.told == nil {
		l.told = map[time.Time]time.Time{}
	}
	l.told[oldest] = now.Add(wait)
	return &LimitError{RetryError{After: wait}}
}
