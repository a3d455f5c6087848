package auth

import (
	"context"
	"crypto/ed25519"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
)

const password = "correct horse battery staple"

// cheap makes hashing free, so that tests can log in as often as they need.
var cheap = cost{memory: 8, passes: 1, threads: 1}

// rig is a gate with a clock that tests turn, and the account "wang".
type rig struct {
	*Gate
	store *memory
	clock *clock
	wang  incident.User

	mu     sync.Mutex
	ended  []incident.SessionID
	paused []time.Duration
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{store: newMemory(), clock: &clock{now: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)}}
	local := NewLocal(r.store)
	local.hasher = newHasher(cheap)
	gate, err := New(DefaultConfig, r.store, local, testKeys(t), r.clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	gate.OnSessionEnd(func(id incident.SessionID) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended = append(r.ended, id)
	})
	gate.pause = func(_ context.Context, d time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.paused = append(r.paused, d)
	}
	r.Gate = gate
	r.wang, err = local.Add(t.Context(), "wang", "王小明", incident.SystemUser, password)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func testKeys(t testing.TB) *Keys {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	k := &Keys{}
	k.use([]ed25519.PrivateKey{key})
	return k
}

func (r *rig) login(t testing.TB) Grant {
	t.Helper()
	g, err := r.Login(t.Context(), "wang", password, "10.0.0.7", "Mozilla/5.0")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (r *rig) endedSessions() []incident.SessionID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

func wantKind(t testing.TB, err error, want incident.Kind) {
	t.Helper()
	if incident.KindOf(err) != want {
		t.Errorf("error %v, want kind %q", err, want)
	}
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// memory is a Store for tests of what lies above it.
type memory struct {
	mu       sync.Mutex
	accounts map[incident.UserID]incident.Account
	sessions map[incident.SessionID]incident.Session
	refresh  map[incident.Digest]refreshRow
	tickets  map[incident.Digest]ticketRow
	checked  map[string]time.Time // of a directory's people, by their key
	tokens   map[incident.Digest]incident.Token
	attempts []incident.Attempt
	down     error
}

type refreshRow struct {
	session incident.SessionID
	usedAt  *time.Time
}

type ticketRow struct {
	session incident.SessionID
	expires time.Time
}

func newMemory() *memory {
	return &memory{
		accounts: map[incident.UserID]incident.Account{},
		sessions: map[incident.SessionID]incident.Session{},
		refresh:  map[incident.Digest]refreshRow{},
		tickets:  map[incident.Digest]ticketRow{},
		checked:  map[string]time.Time{},
		tokens:   map[incident.Digest]incident.Token{},
	}
}

var errNoRow = incident.Wrap(incident.NotFound, "memory", errors.New("no row"), "")

// change edits an account as an administrator would.
func (m *memory) change(id incident.UserID, edit func(*incident.Account)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.accounts[id]
	edit(&a)
	m.accounts[id] = a
}

// lose makes every later call fail, as a database that is away.
func (m *memory) lose() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = incident.E(incident.Unavailable, "memory", "The database is away.")
}

func (m *memory) Account(_ context.Context, username string) (incident.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.accounts {
		if strings.EqualFold(a.Username, username) && a.PasswordHash != "" {
			return a, m.down
		}
	}
	return incident.Account{}, errors.Join(m.down, errNoRow)
}

func (m *memory) User(_ context.Context, id incident.UserID) (incident.User, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.accounts[id]
	if !ok {
		return incident.User{}, errors.Join(m.down, errNoRow)
	}
	return a.User, m.down
}

func (m *memory) CreateAccount(_ context.Context, a incident.Account) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range m.accounts {
		if strings.EqualFold(a.Username, b.Username) {
			return incident.E(incident.Conflict, "memory", "The user name is taken.")
		}
	}
	m.accounts[a.ID] = a
	return m.down
}

func (m *memory) SetPassword(_ context.Context, id incident.UserID, hash string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.accounts[id]
	a.PasswordHash = hash
	m.accounts[id] = a
	for sid, s := range m.sessions {
		if s.User == id && s.EndedAt == nil {
			s.EndedAt = &s.CreatedAt
			m.sessions[sid] = s
		}
	}
	return m.down
}

func (m *memory) CountAccounts(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.accounts), m.down
}

func (m *memory) CreateSession(_ context.Context, s incident.Session, refresh incident.Digest) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[s.ID] = s
	m.refresh[refresh] = refreshRow{session: s.ID}
	return m.down
}

func (m *memory) Session(_ context.Context, id incident.SessionID) (incident.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[id]
	if !ok {
		return s, errors.Join(m.down, errNoRow)
	}
	return s, m.down
}

func (m *memory) RotateRefresh(_ context.Context, old, successor incident.Digest, now time.Time) (incident.Session, time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.refresh[old]
	switch {
	case m.down != nil:
		return incident.Session{}, time.Time{}, m.down
	case !ok:
		return incident.Session{}, time.Time{}, errNoRow
	case row.usedAt != nil:
		return m.sessions[row.session], *row.usedAt, incident.E(incident.Conflict, "memory", "used")
	}
	m.refresh[old] = refreshRow{session: row.session, usedAt: &now}
	m.refresh[successor] = refreshRow{session: row.session}
	return m.sessions[row.session], time.Time{}, nil
}

func (m *memory) AddRefresh(_ context.Context, id incident.SessionID, refresh incident.Digest) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refresh[refresh] = refreshRow{session: id}
	return m.down
}

func (m *memory) EndSession(_ context.Context, id incident.SessionID, now time.Time, _ ...incident.AuditEntry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.sessions[id]; s.EndedAt == nil && m.down == nil {
		s.EndedAt = &now
		m.sessions[id] = s
	}
	return m.down
}

func (m *memory) Arrive(ctx context.Context, p incident.DirectoryPerson, now time.Time) (incident.User, []incident.SessionID, error) {
	id := incident.UserID("of " + p.Key)
	was, err := m.User(ctx, id)
	u := incident.User{Person: incident.Person{ID: id, Name: p.Name}, Username: p.Username, System: p.System, Disabled: was.Disabled}
	m.change(id, func(a *incident.Account) { a.User = u })
	m.mu.Lock()
	m.checked[p.Key] = now
	m.mu.Unlock()
	if err != nil || was.System == p.System {
		return u, nil, m.down
	}
	ended, err := m.EndSessions(ctx, id, now)
	return u, ended, err
}

func (m *memory) PersonOf(ctx context.Context, key string) (incident.User, error) {
	return m.User(ctx, incident.UserID("of "+key))
}

func (m *memory) PeopleOf(ctx context.Context, keys []string) (map[string]incident.User, error) {
	people := map[string]incident.User{}
	for _, key := range keys {
		if u, err := m.PersonOf(ctx, key); err == nil {
			people[key] = u
		}
	}
	return people, nil
}

func (m *memory) Unchecked(_ context.Context, since, now time.Time, limit int) ([]incident.DirectoryPerson, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []incident.DirectoryPerson
	for key, at := range m.checked {
		u := m.accounts[incident.UserID("of "+key)].User
		signedIn := slices.ContainsFunc(slices.Collect(maps.Values(m.sessions)), func(s incident.Session) bool {
			return s.User == u.ID && s.EndedAt == nil && now.Before(s.ExpiresAt)
		})
		if !at.After(since) && signedIn && len(list) < limit {
			m.checked[key] = now
			list = append(list, incident.DirectoryPerson{Key: key, Username: u.Username, Name: u.Name, System: u.System})
		}
	}
	return list, m.down
}

func (m *memory) Sessions(_ context.Context, user incident.UserID, now time.Time) ([]incident.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []incident.Session
	for _, s := range m.sessions {
		if s.User == user && s.Scopes == 0 && s.EndedAt == nil && now.Before(s.ExpiresAt) {
			list = append(list, s)
		}
	}
	return list, m.down
}

func (m *memory) EndSessions(ctx context.Context, user incident.UserID, now time.Time, _ ...incident.AuditEntry) ([]incident.SessionID, error) {
	list, err := m.Sessions(ctx, user, now)
	tokens, _ := m.Tokens(ctx, user, now)
	for _, t := range tokens {
		list = append(list, t.Session)
	}
	var ended []incident.SessionID
	for _, s := range list {
		ended = append(ended, s.ID)
		err = errors.Join(err, m.EndSession(ctx, s.ID, now))
	}
	return ended, err
}

func (m *memory) ChangeAccount(ctx context.Context, id incident.UserID, c incident.AccountChange, now time.Time, _ ...incident.AuditEntry) (incident.User, []incident.SessionID, error) {
	m.change(id, func(a *incident.Account) {
		if c.System != nil {
			a.System = *c.System
		}
		if c.Disabled != nil {
			a.Disabled = *c.Disabled
		}
	})
	ended, err := m.EndSessions(ctx, id, now)
	if err != nil {
		return incident.User{}, nil, err
	}
	u, err := m.User(ctx, id)
	return u, ended, err
}

func (m *memory) CreateTicket(_ context.Context, ticket incident.Digest, s incident.SessionID, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tickets[ticket] = ticketRow{session: s, expires: expires}
	return m.down
}

func (m *memory) TakeTicket(_ context.Context, ticket incident.Digest, now time.Time) (incident.SessionID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.tickets[ticket]
	delete(m.tickets, ticket)
	if !ok || !now.Before(row.expires) {
		return "", errors.Join(m.down, errNoRow)
	}
	return row.session, m.down
}

func (m *memory) UseSession(_ context.Context, id incident.SessionID, now, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.sessions[id]; ok && s.EndedAt == nil && m.down == nil {
		s.UsedAt, s.ExpiresAt = now, expires
		m.sessions[id] = s
	}
	return m.down
}

func (m *memory) CreateToken(ctx context.Context, t incident.Token, secret incident.Digest, limit int, _ ...incident.AuditEntry) error {
	if list, _ := m.Tokens(ctx, t.User, t.CreatedAt); len(list) >= limit {
		return incident.E(incident.Conflict, "memory", "too many")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[t.ID], m.tokens[secret] = t.Session, t
	return m.down
}

func (m *memory) TokenSession(ctx context.Context, secret incident.Digest) (incident.Session, incident.User, error) {
	m.mu.Lock()
	t := m.tokens[secret]
	m.mu.Unlock()
	return m.OwnedSession(ctx, t.ID)
}

func (m *memory) OwnedSession(ctx context.Context, id incident.SessionID) (incident.Session, incident.User, error) {
	s, err := m.Session(ctx, id)
	if err != nil {
		return s, incident.User{}, err
	}
	u, err := m.User(ctx, s.User)
	return s, u, err
}

func (m *memory) Tokens(_ context.Context, user incident.UserID, now time.Time) ([]incident.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []incident.Token
	for _, t := range m.tokens {
		if t.Session = m.sessions[t.ID]; t.User == user && t.EndedAt == nil && now.Before(t.ExpiresAt) {
			list = append(list, t)
		}
	}
	return list, m.down
}

func (m *memory) BeginAttempt(_ context.Context, a incident.Attempt, perAccount, perAddress int, since time.Time) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ofAccount, ofAddress []time.Time
	for _, b := range m.attempts {
		if b.Account == a.Account && b.At.After(since) {
			ofAccount = append(ofAccount, b.At)
		}
		if b.Address == a.Address && b.At.After(since) {
			ofAddress = append(ofAddress, b.At)
		}
	}
	switch {
	case m.down != nil:
		return time.Time{}, m.down
	case len(ofAccount) >= perAccount:
		return ofAccount[len(ofAccount)-perAccount], nil
	case len(ofAddress) >= perAddress:
		return ofAddress[len(ofAddress)-perAddress], nil
	}
	m.attempts = append(m.attempts, a)
	return time.Time{}, nil
}

func (m *memory) UndoAttempt(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts = slices.DeleteFunc(m.attempts, func(a incident.Attempt) bool { return a.ID == id })
	return m.down
}

func (m *memory) ForgetAttempts(_ context.Context, account incident.Digest) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts = slices.DeleteFunc(m.attempts, func(a incident.Attempt) bool { return a.Account == account })
	return m.down
}

func (m *memory) Forget(_ context.Context, then, attempts time.Time) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.attempts = slices.DeleteFunc(m.attempts, func(a incident.Attempt) bool { return a.At.Before(attempts) })
	for id, s := range m.sessions {
		if s.ExpiresAt.Before(then) {
			delete(m.sessions, id)
			n++
		}
	}
	return n, m.down
}
