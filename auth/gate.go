package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"taskreporter/incident"
)

// Config bounds sessions and logins. [DefaultConfig] has the reasons.
type Config struct {
	AccessTTL     time.Duration // of an access token
	SessionTTL    time.Duration // from login to its absolute end; refreshing does not move it
	SessionIdle   time.Duration // a session that nobody used for so long ends
	Failures      int           // refused logins of one account in any window, then RateLimited
	AddressFails  int           // the same for one client address
	FailureWindow time.Duration
}

// DefaultConfig suits phones and shared tablets on a factory floor.
var DefaultConfig = Config{
	// Short, because a page keeps it in memory and renews it by itself.
	AccessTTL: 5 * time.Minute,
	// A twelve-hour shift with an hour of handover on each side; and a shared
	// tablet never greets tomorrow's shift with yesterday's operator.
	SessionTTL: 14 * time.Hour,
	// An open page uses its session by itself: this is for those that were closed, or
	// left in a locker. Half a shift, so that a break signs nobody out.
	SessionIdle: 6 * time.Hour,
	// Under a directory's usual lock-out of ten in ten minutes, and few enough
	// that guessing a password of 89 bits is hopeless.
	Failures: 5,
	// Many people can share one address behind a plant's gateway.
	AddressFails:  50,
	FailureWindow: 5 * time.Minute,
}

// Validate reports the first value that makes no sense.
func (c Config) Validate() error {
	switch {
	case c.AccessTTL < 30*time.Second || c.AccessTTL > time.Hour:
		return fmt.Errorf("access token lifetime %s: want 30s to 1h", c.AccessTTL)
	case c.SessionTTL < c.AccessTTL || c.SessionTTL > 30*24*time.Hour:
		return fmt.Errorf("session lifetime %s: want the access token's %s to 720h", c.SessionTTL, c.AccessTTL)
	case c.SessionIdle < 2*c.AccessTTL:
		return fmt.Errorf("idle limit of sessions %s: want at least twice the access token's %s", c.SessionIdle, c.AccessTTL)
	case c.Failures < 1 || c.AddressFails < c.Failures:
		return fmt.Errorf("login failures %d per account, %d per address: want at least 1, and no fewer per address", c.Failures, c.AddressFails)
	case c.FailureWindow < time.Second || c.FailureWindow > 24*time.Hour:
		return fmt.Errorf("login failure window %s: want 1s to 24h", c.FailureWindow)
	}
	return nil
}

// Gate lets people in and tells who they are. It is safe for concurrent use.
type Gate struct {
	config   Config
	store    Store
	local    *Local
	people   People // nil without a directory
	keys     *Keys
	now      func() time.Time
	pause    func(context.Context, time.Duration)
	limits   limits
	onEnd    func(incident.SessionID)
	onChange func(context.Context, incident.User, string)
}

// New returns a gate. The clock is asked for every decision about time.
func New(config Config, store Store, local *Local, keys *Keys, now func() time.Time) (*Gate, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return &Gate{
		config:   config,
		store:    store,
		local:    local,
		keys:     keys,
		now:      func() time.Time { return incident.Now(now()) },
		pause:    pause,
		onEnd:    func(incident.SessionID) {},
		onChange: func(context.Context, incident.User, string) {},
	}, nil
}

// OnSessionEnd sets what is told when this gate ends a session, to close its
// sockets. Set it before the gate is used; it must not wait.
func (g *Gate) OnSessionEnd(f func(incident.SessionID)) { g.onEnd = f }

// Grant is what a person gets by signing in or staying signed in.
type Grant struct {
	AccessToken    string
	ExpiresIn      time.Duration
	RefreshToken   string
	RefreshExpires time.Time
	User           incident.User
}

// Login signs a person in; from is the client's address. Errors: BadCredentials
// in one form for every reason, RateLimited and Busy with a [RetryError],
// Unavailable.
func (g *Gate) Login(ctx context.Context, username, password, from, userAgent string) (Grant, error) {
	u, err := g.check(ctx, username, password, from)
	if err != nil {
		return Grant{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Grant{}, incident.Wrap(incident.Internal, "auth.Login", err, "")
	}
	now := g.now()
	s := incident.Session{
		ID:        incident.SessionID(id.String()),
		User:      u.ID,
		CreatedAt: now,
		ExpiresAt: now.Add(min(g.config.SessionIdle, g.config.SessionTTL)),
		EndsAt:    now.Add(g.config.SessionTTL),
		UsedAt:    now,
		UserAgent: clip(userAgent, 255),
		From:      clip(from, 64),
	}
	refresh := newSecret()
	if err := g.store.CreateSession(ctx, s, refresh.digest()); err != nil {
		return Grant{}, err
	}
	return g.grant(s, u, refresh)
}

// Logout ends a principal's session.
func (g *Gate) Logout(ctx context.Context, p incident.Principal) error {
	return g.end(ctx, p.Session)
}

func (g *Gate) end(ctx context.Context, id incident.SessionID, audit ...incident.AuditEntry) error {
	if err := g.store.EndSession(ctx, id, g.now(), audit...); err != nil {
		return err
	}
	g.onEnd(id)
	return nil
}

// Live returns whose session it is, as the account is now. A session that has
// ended or expired, or whose account is disabled, is Unauthenticated.
//
// It reads the store each time, two rows by primary key with one query
// (BenchmarkVerify): the busy path, the socket, asks once for its life, and a cache
// would keep an ended session alive.
func (g *Gate) Live(ctx context.Context, id incident.SessionID) (incident.Principal, error) {
	s, u, err := g.store.OwnedSession(ctx, id)
	if incident.KindOf(err) == incident.NotFound {
		return incident.Principal{}, signedOut("auth.Live", err)
	}
	if err != nil {
		return incident.Principal{}, err
	}
	return g.principal(ctx, s, u)
}

func (g *Gate) principal(ctx context.Context, s incident.Session, u incident.User) (incident.Principal, error) {
	if err := g.admit(ctx, s, u); err != nil {
		return incident.Principal{}, err
	}
	return incident.Principal{Person: u.Person, System: u.System, Session: s.ID, Scopes: s.Scopes}, nil
}

// admit refuses a session that does not live, and notes that one that does is used.
func (g *Gate) admit(ctx context.Context, s incident.Session, u incident.User) error {
	const op = "auth.Live"
	switch {
	case s.EndedAt != nil:
		return signedOut(op, errors.New("the session has ended"))
	case !g.now().Before(s.ExpiresAt):
		return signedOut(op, errors.New("the session has expired"))
	case u.Disabled:
		return signedOut(op, errDisabled)
	}
	g.use(ctx, s)
	return nil
}

// usesNoted is how exactly it is known when a session was last used.
const usesNoted = 5 * time.Minute

// use moves the end of a session that is used. A note that the database does not take
// is made with the next use.
func (g *Gate) use(ctx context.Context, s incident.Session) {
	now := g.now()
	if now.Sub(s.UsedAt) < min(usesNoted, g.config.SessionIdle/4) {
		return
	}
	expires := s.EndsAt
	if idle := now.Add(g.config.SessionIdle); s.Scopes == 0 && idle.Before(expires) {
		expires = idle
	}
	_ = g.store.UseSession(ctx, s.ID, now, expires)
}

func (g *Gate) grant(s incident.Session, u incident.User, refresh secret) (Grant, error) {
	now := g.now()
	ttl := min(g.config.AccessTTL, s.EndsAt.Sub(now))
	token, err := g.keys.sign(s, now, now.Add(ttl))
	if err != nil {
		return Grant{}, incident.Wrap(incident.Internal, "auth.grant", err, "")
	}
	return Grant{
		AccessToken:    token,
		ExpiresIn:      ttl,
		RefreshToken:   refresh.String(),
		RefreshExpires: s.EndsAt,
		User:           u,
	}, nil
}

// clip cuts s to at most n bytes of valid text.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	for len(s) > n {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
