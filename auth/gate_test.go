package auth

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"taskreporter/incident"
)

func TestLoginTellsWhoIsAsking(t *testing.T) { // F-AU-02, F-AU-05
	t.Parallel()
	r := newRig(t)
	g := r.login(t)
	if g.User != r.wang {
		t.Errorf("granted to %+v, want %+v", g.User, r.wang)
	}
	p, err := r.Verify(t.Context(), g.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if p.Person != r.wang.Person || p.System != incident.SystemUser || p.Session == "" {
		t.Errorf("principal %+v, want that of %+v", p, r.wang)
	}
	s, err := r.store.Session(t.Context(), p.Session)
	if err != nil || s.From != "10.0.0.7" || s.UserAgent != "Mozilla/5.0" || !s.EndsAt.Equal(g.RefreshExpires) {
		t.Errorf("session %+v, %v", s, err)
	}
}

func TestAwkwardNamesSignIn(t *testing.T) { // F-AU-11
	t.Parallel()
	for _, c := range []struct{ added, typed string }{
		{"王小明", "王小明"},
		{`Alice (Ops)\, *Lead*`, `  alice (ops)\, *LEAD* `},
		{"élodie", "E\u0301LODIE"}, // NFC against NFD, and other case
		{"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
		{"o'brien;--", "O'Brien;--"},
		{"a@b.example", "A@B.EXAMPLE"},
	} {
		t.Run(c.added, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			u, err := r.local.Add(t.Context(), c.added, c.added, incident.SystemAuditor, password)
			if err != nil {
				t.Fatal(err)
			}
			g, err := r.Login(t.Context(), c.typed, password, "10.0.0.7", "")
			if err != nil || g.User != u || g.User.Name != c.added {
				t.Errorf("signed in as %+v, %v; want %+v", g.User, err, u)
			}
		})
	}
}

// refusals are all the ways in which a name and a password can be wrong.
func refusals(t *testing.T, r *rig) map[string][2]string {
	t.Helper()
	gone, err := r.local.Add(t.Context(), "gone", "Gone", incident.SystemUser, password)
	if err != nil {
		t.Fatal(err)
	}
	r.store.change(gone.ID, func(a *incident.Account) { a.Disabled = true })
	return map[string][2]string{
		"wrong password":   {"wang", "correct horse battery stable"},
		"unknown user":     {"nobody", password},
		"disabled account": {"gone", password},
		"empty name":       {"", password},
		"name of blanks":   {" \t ", password},
		"control in name":  {"wang\x00", password},
		"not UTF-8":        {"wang\xff", password},
		"endless name":     {strings.Repeat("w", 1<<20), password},
	}
}

func TestRefusedLoginsLookTheSame(t *testing.T) { // F-AU-07
	t.Parallel()
	r := newRig(t)
	pairs := refusals(t, r)
	pairs["empty password"] = [2]string{"wang", ""}
	pairs["endless password"] = [2]string{"wang", strings.Repeat("x", maxPassword+1)}
	causes := map[string]bool{}
	for name, pair := range pairs {
		_, err := r.Login(t.Context(), pair[0], pair[1], "10.0.0.7", "")
		wantKind(t, err, incident.BadCredentials)
		if d := incident.DetailOf(err); d != "User name or password is wrong." {
			t.Errorf("%s: the client sees %q", name, d)
		}
		causes[errors.Unwrap(err).Error()] = true
	}
	if len(causes) != 4 {
		t.Errorf("the log can tell %d reasons apart, want 4: %v", len(causes), causes)
	}
}

// While both turns at hashing are taken, whoever must hash is Busy: that shows
// which refusals do the work of a real check.
func TestRefusedLoginsDoTheSameWork(t *testing.T) { // F-AU-07
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		pairs := refusals(t, r)
		pairs["right password"] = [2]string{"wang", password}
		if err := r.local.hasher.slots.Acquire(t.Context(), hashesAtOnce); err != nil {
			t.Fatal(err)
		}
		for name, pair := range pairs {
			_, err := r.Login(t.Context(), pair[0], pair[1], "10.0.0.7", "")
			if incident.KindOf(err) != incident.Busy {
				t.Errorf("%s was answered without hashing: %v", name, err)
			}
			var retry *RetryError
			if !errors.As(err, &retry) || retry.After <= 0 {
				t.Errorf("%s: busy does not say when to come back: %v", name, err)
			}
		}
		for name, bad := range map[string]string{"empty": "", "endless": strings.Repeat("x", maxPassword+1)} {
			_, err := r.Login(t.Context(), "wang", bad, "10.0.0.7", "")
			if incident.KindOf(err) != incident.BadCredentials {
				t.Errorf("an %s password was hashed: %v", name, err)
			}
		}
		r.local.hasher.slots.Release(hashesAtOnce)
		if _, err := r.Login(t.Context(), "wang", password, "10.0.0.7", ""); err != nil {
			t.Errorf("after the rush: %v", err)
		}
	})
}

func TestFailedLoginsOfOneAccountAreLimited(t *testing.T) { // F-AU-07
	t.Parallel()
	r := newRig(t)
	try := func(name, pass, from string) error {
		_, err := r.Login(t.Context(), name, pass, from, "")
		return err
	}
	for i := range DefaultConfig.Failures {
		wantKind(t, try("wang", "wrong", "10.0.0.7"), incident.BadCredentials)
		if i == 0 {
			r.clock.pass(time.Minute)
		}
	}
	// Neither the right password, nor another spelling, nor another address helps.
	err := try(" WANG ", password, "10.0.0.8")
	wantKind(t, err, incident.RateLimited)
	var retry *RetryError
	if !errors.As(err, &retry) || retry.After != DefaultConfig.FailureWindow-time.Minute {
		t.Fatalf("retry after %v, want the moment when the first failure is forgotten", retry)
	}
	for range DefaultConfig.AddressFails { // not guesses, so no ground to shut the address out
		wantKind(t, try("wang", "wrong", "10.0.0.7"), incident.RateLimited)
	}
	wantKind(t, try("nobody", "wrong", "10.0.0.7"), incident.BadCredentials)
	r.clock.pass(retry.After)
	if err := try("wang", password, "10.0.0.7"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestAccountsThatDoNotExistAreLimitedAlike(t *testing.T) { // F-AU-07
	t.Parallel()
	r := newRig(t)
	for range DefaultConfig.Failures {
		_, err := r.Login(t.Context(), "nobody", "wrong", "10.0.0.7", "")
		wantKind(t, err, incident.BadCredentials)
	}
	_, err := r.Login(t.Context(), "nobody", "wrong", "10.0.0.7", "")
	wantKind(t, err, incident.RateLimited)
}

func TestFailedLoginsOfOneAddressAreLimited(t *testing.T) { // F-AU-07
	t.Parallel()
	r := newRig(t)
	for i := range DefaultConfig.AddressFails {
		_, err := r.Login(t.Context(), strings.Repeat("x", i+1), "wrong", "2001:db8::1", "")
		wantKind(t, err, incident.BadCredentials)
	}
	_, err := r.Login(t.Context(), "wang", password, "2001:db8::2", "")
	wantKind(t, err, incident.RateLimited)
	if _, err := r.Login(t.Context(), "wang", password, "2001:db8:0:1::1", ""); err != nil {
		t.Errorf("from another network: %v", err)
	}
}

func TestOnlyFailuresCountAgainstTheLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range DefaultConfig.AddressFails + 1 {
		r.login(t)
	}
	for range 3 * DefaultConfig.Failures { // one slip each before the right password
		if _, err := r.Login(t.Context(), "wang", "wrong", "10.0.0.9", ""); incident.KindOf(err) != incident.BadCredentials {
			t.Fatal(err)
		}
		r.login(t)
	}
	r.store.lose()
	for range DefaultConfig.Failures + 1 {
		_, err := r.Login(t.Context(), "wang", password, "10.0.0.7", "")
		wantKind(t, err, incident.Unavailable)
	}
}

func TestManyGuessesAtOnceAreStillLimited(t *testing.T) { // F-AU-07
	t.Parallel()
	r := newRig(t)
	var checked atomic.Int32
	var wg sync.WaitGroup
	for range 8 * DefaultConfig.Failures {
		wg.Go(func() {
			_, err := r.Login(t.Context(), "wang", "wrong", "10.0.0.7", "")
			if incident.KindOf(err) == incident.BadCredentials {
				checked.Add(1)
			}
		})
	}
	wg.Wait()
	if n := int(checked.Load()); n != DefaultConfig.Failures {
		t.Errorf("%d guesses were checked, want %d", n, DefaultConfig.Failures)
	}
}

// A proof stops working at the next request after its ground is gone.
func TestEndedGroundEndsEveryProof(t *testing.T) { // F-AU-04, F-AU-05, F-AU-06
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *rig, incident.Principal){
		"logout": func(t *testing.T, r *rig, p incident.Principal) {
			if err := r.Logout(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		},
		"account disabled": func(_ *testing.T, r *rig, p incident.Principal) {
			r.store.change(p.ID, func(a *incident.Account) { a.Disabled = true })
		},
		"password set": func(t *testing.T, r *rig, _ incident.Principal) {
			if _, err := r.local.SetPassword(t.Context(), "WANG", "another long password"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			g := r.login(t)
			p, err := r.Verify(t.Context(), g.AccessToken)
			if err != nil {
				t.Fatal(err)
			}
			ticket, err := r.Ticket(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			end(t, r, p)
			_, err = r.Verify(t.Context(), g.AccessToken)
			wantKind(t, err, incident.Unauthenticated)
			_, err = r.Refresh(t.Context(), g.RefreshToken)
			wantKind(t, err, incident.Unauthenticated)
			_, err = r.Redeem(t.Context(), ticket)
			wantKind(t, err, incident.Unauthenticated)
			_, err = r.Live(t.Context(), p.Session)
			wantKind(t, err, incident.Unauthenticated)
		})
	}
}

func TestSessionEndsAtItsAbsoluteTimeHoweverOftenRefreshed(t *testing.T) { // F-AU-04
	t.Parallel()
	r := newRig(t)
	g := r.login(t)
	end := g.RefreshExpires
	for r.clock.Now().Before(end.Add(-time.Minute)) {
		r.clock.pass(min(time.Hour, end.Add(-time.Minute).Sub(r.clock.Now())))
		var err error
		if g, err = r.Refresh(t.Context(), g.RefreshToken); err != nil {
			t.Fatal(err)
		}
		if !g.RefreshExpires.Equal(end) {
			t.Fatalf("refreshing moved the end to %s", g.RefreshExpires)
		}
	}
	if g.ExpiresIn != time.Minute {
		t.Errorf("the last access token lasts %s, longer than the session", g.ExpiresIn)
	}
	r.clock.pass(time.Minute)
	_, err := r.Verify(t.Context(), g.AccessToken) // within the token's leeway
	wantKind(t, err, incident.Unauthenticated)
	_, err = r.Refresh(t.Context(), g.RefreshToken)
	wantKind(t, err, incident.Unauthenticated)
}

func TestPrincipalIsTheAccountAsItIsNow(t *testing.T) { // F-AU-05
	t.Parallel()
	r := newRig(t)
	g := r.login(t)
	r.store.change(r.wang.ID, func(a *incident.Account) { a.System, a.Name = incident.SystemAuditor, "王大明" })
	p, err := r.Verify(t.Context(), g.AccessToken)
	if err != nil || p.System != incident.SystemAuditor || p.Name != "王大明" {
		t.Errorf("principal %+v, %v", p, err)
	}
}

func TestLogoutTellsWhoClosesTheSockets(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p, err := r.Verify(t.Context(), r.login(t).AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Logout(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got := r.endedSessions(); len(got) != 1 || got[0] != p.Session {
		t.Errorf("told of %v, want %v", got, p.Session)
	}
}

func TestADatabaseThatIsAwayIsNoBadProof(t *testing.T) { // F-AU-08
	t.Parallel()
	r := newRig(t)
	g := r.login(t)
	p, err := r.Verify(t.Context(), g.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := r.Ticket(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	r.store.lose()
	_, err = r.Verify(t.Context(), g.AccessToken)
	wantKind(t, err, incident.Unavailable)
	_, err = r.Refresh(t.Context(), g.RefreshToken)
	wantKind(t, err, incident.Unavailable)
	_, err = r.Redeem(t.Context(), ticket)
	wantKind(t, err, incident.Unavailable)
	wantKind(t, r.Logout(t.Context(), p), incident.Unavailable)
	if len(r.endedSessions()) != 0 {
		t.Error("a logout that failed closed the sockets")
	}
}

func TestConfigThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Config){
		"access token for a day":       func(c *Config) { c.AccessTTL = 24 * time.Hour },
		"access token for a second":    func(c *Config) { c.AccessTTL = time.Second },
		"session shorter than a token": func(c *Config) { c.SessionTTL = time.Minute },
		"session for a year":           func(c *Config) { c.SessionTTL = 365 * 24 * time.Hour },
		"no failures":                  func(c *Config) { c.Failures = 0 },
		"address under account":        func(c *Config) { c.AddressFails = 1 },
		"no window":                    func(c *Config) { c.FailureWindow = 0 },
	} {
		c := DefaultConfig
		spoil(&c)
		if c.Validate() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if err := DefaultConfig.Validate(); err != nil {
		t.Error(err)
	}
}
