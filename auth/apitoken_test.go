package auth

import (
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

const day = 24 * time.Hour

// token makes an API token of wang's.
func (r *rig) token(t testing.TB, scopes incident.Scopes) (string, incident.Token) {
	t.Helper()
	p := incident.Principal{Person: r.wang.Person, System: r.wang.System, From: "10.0.0.7"}
	secret, made, err := r.MakeToken(t.Context(), p, r.wang, "Line 3 gateway", scopes, 30*day)
	if err != nil {
		t.Fatal(err)
	}
	return secret, made
}

func TestAnAPITokenIsItsPersonWithinItsScopes(t *testing.T) { // F-AU-10
	t.Parallel()
	r := newRig(t)
	secret, made := r.token(t, incident.ScopeRead|incident.ScopeWrite)
	if !strings.HasPrefix(secret, "trt_") || len(secret) < 40 {
		t.Fatalf("a secret of %d characters", len(secret))
	}
	p, err := r.Verify(t.Context(), secret)
	if err != nil || p.ID != r.wang.ID || p.Session != made.ID || p.Scopes != incident.ScopeRead|incident.ScopeWrite || !p.Token() {
		t.Fatalf("%+v, %v", p, err)
	}
	// A socket opened with it is limited alike.
	ticket, err := r.Ticket(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := r.Redeem(t.Context(), ticket); err != nil || q.Scopes != p.Scopes {
		t.Errorf("%+v, %v", q, err)
	}
	list, err := r.Tokens(t.Context(), r.wang.ID)
	if err != nil || len(list) != 1 || list[0].Name != "Line 3 gateway" || list[0].UsedAt != r.clock.Now() {
		t.Errorf("%+v, %v", list, err)
	}
	if sessions, err := r.Sessions(t.Context(), r.wang.ID); err != nil || len(sessions) != 0 {
		t.Errorf("a token is listed as a login: %+v, %v", sessions, err)
	}
}

// Whatever ends it, the next request is refused in the words of any bad token.
func TestAnAPITokenEnds(t *testing.T) { // F-AU-10
	t.Parallel()
	for name, end := range map[string]func(*rig, incident.Token) error{
		"revoked by its owner": func(r *rig, made incident.Token) error {
			return r.RevokeToken(t.Context(), incident.Principal{}, made.ID, r.wang.ID)
		},
		"revoked by an administrator": func(r *rig, made incident.Token) error {
			return r.RevokeToken(t.Context(), incident.Principal{}, made.ID, "")
		},
		"expired": func(r *rig, _ incident.Token) error { r.clock.pass(30 * day); return nil },
		"its account is signed out everywhere": func(r *rig, _ incident.Token) error {
			_, err := r.RevokeAll(t.Context(), incident.Principal{}, r.wang.ID)
			return err
		},
		"its account is disabled": func(r *rig, _ incident.Token) error {
			r.store.change(r.wang.ID, func(a *incident.Account) { a.Disabled = true })
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			secret, made := r.token(t, incident.ScopeRead)
			r.clock.pass(29 * day) // no idle limit
			if _, err := r.Verify(t.Context(), secret); err != nil {
				t.Fatalf("before: %v", err)
			}
			if err := end(r, made); err != nil {
				t.Fatal(err)
			}
			_, err := r.Verify(t.Context(), secret)
			wantKind(t, err, incident.Unauthenticated)
			if d := incident.DetailOf(err); d != "Sign in again." {
				t.Errorf("the client sees %q", d)
			}
		})
	}
}

func TestWhatIsNoAPITokenIsRefused(t *testing.T) { // F-AU-10
	t.Parallel()
	r := newRig(t)
	secret, _ := r.token(t, incident.ScopeRead)
	for name, bad := range map[string]string{
		"empty":         "trt_",
		"another":       apiTokenPrefix + newSecret().String(),
		"cut":           secret[:len(secret)-1],
		"longer":        secret + "A",
		"no prefix":     strings.TrimPrefix(secret, apiTokenPrefix),
		"refresh token": apiTokenPrefix + r.login(t).RefreshToken,
	} {
		_, err := r.Verify(t.Context(), bad)
		if incident.KindOf(err) != incident.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Refresh(t.Context(), strings.TrimPrefix(secret, apiTokenPrefix)); incident.KindOf(err) != incident.Unauthenticated {
		t.Errorf("as a refresh token: %v", err)
	}
}

func TestAPITokensThatMakeNoSenseAreNotMade(t *testing.T) { // F-AU-10
	t.Parallel()
	r := newRig(t)
	p := incident.Principal{Person: r.wang.Person, System: incident.SystemUser}
	program := p
	program.Scopes = incident.ScopeRead | incident.ScopeWrite
	for name, c := range map[string]struct {
		by     incident.Principal
		name   string
		scopes incident.Scopes
		ttl    time.Duration
		want   incident.Kind
	}{
		"without a name":          {p, " ", incident.ScopeRead, day, incident.Invalid},
		"with a line break":       {p, "a\nb", incident.ScopeRead, day, incident.Invalid},
		"without a scope":         {p, "a", 0, day, incident.Invalid},
		"that cannot read":        {p, "a", incident.ScopeWrite, day, incident.Invalid},
		"for ever":                {p, "a", incident.ScopeRead, MaxTokenTTL + time.Second, incident.Invalid},
		"that has expired":        {p, "a", incident.ScopeRead, -day, incident.Invalid},
		"with an office not held": {p, "a", incident.ScopeRead | incident.ScopeAdmin, day, incident.Invalid},
		"by a token":              {program, "a", incident.ScopeRead, day, incident.Forbidden},
	} {
		if _, _, err := r.MakeToken(t.Context(), c.by, r.wang, c.name, c.scopes, c.ttl); incident.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for range tokensEach {
		r.token(t, incident.ScopeRead)
	}
	_, _, err := r.MakeToken(t.Context(), p, r.wang, "one more", incident.ScopeRead, day)
	wantKind(t, err, incident.Conflict)
}

// One's login cannot be ended as a token, nor a token as a login, nor another's at all.
func TestRevokingFindsOnlyWhatIsMeant(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, made := r.token(t, incident.ScopeRead)
	p, err := r.Verify(t.Context(), r.login(t).AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"a login as a token": r.RevokeToken(t.Context(), p, p.Session, r.wang.ID),
		"a token as a login": r.Revoke(t.Context(), p, made.ID, r.wang.ID),
		"another's token":    r.RevokeToken(t.Context(), p, made.ID, "somebody"),
		"a second time": func() error {
			if err := r.RevokeToken(t.Context(), p, made.ID, r.wang.ID); err != nil {
				t.Error(err)
			}
			return r.RevokeToken(t.Context(), p, made.ID, r.wang.ID)
		}(),
	} {
		if incident.KindOf(err) != incident.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A session ends when nobody uses it, and not while somebody does; never after its
// absolute end.
func TestASessionThatNobodyUsesEnds(t *testing.T) { // F-AU-03
	t.Parallel()
	r := newRig(t)
	g := r.login(t)
	for range 2 { // used every five hours
		r.clock.pass(5 * time.Hour)
		var err error
		if g, err = r.Refresh(t.Context(), g.RefreshToken); err != nil {
			t.Fatal(err)
		}
	}
	list, err := r.Sessions(t.Context(), r.wang.ID)
	if err != nil || len(list) != 1 || !list[0].UsedAt.Equal(r.clock.Now()) || list[0].ExpiresAt.After(list[0].EndsAt) {
		t.Fatalf("%+v, %v", list, err)
	}

	idle := newRig(t)
	g = idle.login(t)
	idle.clock.pass(DefaultConfig.SessionIdle)
	_, err = idle.Refresh(t.Context(), g.RefreshToken)
	wantKind(t, err, incident.Unauthenticated)
	if list, err := idle.Sessions(t.Context(), idle.wang.ID); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatIsLongOverIsForgotten(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.login(t)
	_, err := r.Login(t.Context(), "wang", "wrong", "10.0.0.7", "")
	wantKind(t, err, incident.BadCredentials)
	r.clock.pass(DefaultConfig.SessionIdle + remembered)
	if n, err := r.forget(t.Context()); err != nil || n != 0 || len(r.store.attempts) != 0 {
		t.Errorf("%d sessions, %d attempts, %v", n, len(r.store.attempts), err)
	}
	r.clock.pass(time.Second)
	if n, err := r.forget(t.Context()); err != nil || n != 1 {
		t.Errorf("%d sessions, %v", n, err)
	}
}
