package auth

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/incident"
)

// scripted is a directory that says what a test wants.
type scripted struct {
	mu      sync.Mutex
	entries map[string]directory.Entry // by user name
	down    error
	logins  int
}

func (s *scripted) set(e directory.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[e.Username] = e
}

func (s *scripted) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

func (s *scripted) Login(_ context.Context, username, pass string) (directory.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins++
	e, ok := s.entries[s.Account(username)]
	if s.down != nil {
		return directory.Entry{}, s.down
	}
	if !ok || pass != password || e.Disabled || !e.MayLogin {
		return directory.Entry{}, refused("scripted", directory.WrongPassword)
	}
	return e, nil
}

func (s *scripted) Find(_ context.Context, key string) (directory.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		if e.Key == key {
			return e, s.down
		}
	}
	if s.down != nil {
		return directory.Entry{}, s.down
	}
	return directory.Entry{}, errNoRow
}

func (s *scripted) Account(username string) string {
	return strings.ToLower(strings.TrimSuffix(username, "@plant.example"))
}

func withDirectory(t *testing.T) (*rig, *scripted, *[]string) {
	t.Helper()
	r := newRig(t)
	s := &scripted{entries: map[string]directory.Entry{}}
	s.set(directory.Entry{Key: "k1", Username: "li", Name: "李工", Role: incident.SystemUser, MayLogin: true})
	var changes []string
	r.UseDirectory(s)
	r.OnChange(func(_ context.Context, u incident.User, act string) { changes = append(changes, act+" "+u.Username) })
	return r, s, &changes
}

var unreachable = incident.E(incident.Unavailable, "scripted", "The directory cannot be reached.")

// F-AU-01, F-AU-02, F-AU-08: the directory's people come in beside the local
// accounts, which it is never asked about and which work while it is away.
func TestADirectorysPeopleSignInBesideLocalAccounts(t *testing.T) {
	t.Parallel()
	r, s, _ := withDirectory(t)
	g, err := r.Login(t.Context(), "li@plant.example", password, "10.0.0.8", "")
	if err != nil || g.User.Name != "李工" || g.User.Username != "li" {
		t.Fatalf("%+v, %v", g.User, err)
	}
	if again, err := r.Login(t.Context(), "LI", password, "10.0.0.8", ""); err != nil || again.User.ID != g.User.ID {
		t.Errorf("the second time somebody else: %+v, %v", again.User, err)
	}
	s.set(directory.Entry{Key: "k2", Username: "wang", Name: "不是他", Role: incident.SystemAdmin, MayLogin: true})
	if u := r.login(t).User; u.ID != r.wang.ID || s.logins != 2 {
		t.Errorf("a local account's name let %+v in, after %d questions", u, s.logins)
	}
	s.fail(unreachable)
	_, err = r.Login(t.Context(), "li", password, "10.0.0.8", "")
	wantKind(t, err, incident.Unavailable)
	r.login(t)
	if _, err := r.Verify(t.Context(), g.AccessToken); err != nil {
		t.Errorf("who is signed in: %v", err)
	}
}

// F-AU-07: all spellings of a name share one budget, and a directory that is away
// costs none of it.
func TestSpellingsOfANameShareOneBudget(t *testing.T) {
	t.Parallel()
	r, s, _ := withDirectory(t)
	s.fail(unreachable)
	for range DefaultConfig.Failures + 1 {
		_, err := r.Login(t.Context(), "li", "wrong", "10.0.0.8", "")
		wantKind(t, err, incident.Unavailable)
	}
	s.fail(nil)
	for i := range DefaultConfig.Failures {
		_, err := r.Login(t.Context(), []string{"li", "LI", "li@plant.example"}[i%3], "wrong", "10.0.0.8", "")
		wantKind(t, err, incident.BadCredentials)
	}
	asked := s.logins
	_, err := r.Login(t.Context(), "Li@plant.example", password, "10.0.0.9", "")
	wantKind(t, err, incident.RateLimited)
	if s.logins != asked {
		t.Error("the directory was asked all the same")
	}
}

// F-AU-09: who leaves, is disabled or loses the right to sign in is cut off within
// five minutes; names and roles follow; and a directory that is away changes nothing.
func TestRecheckFollowsTheDirectory(t *testing.T) {
	t.Parallel()
	const age = 2 * time.Minute
	entry := directory.Entry{Key: "k1", Username: "li", Name: "李工", Role: incident.SystemUser, MayLogin: true}
	for name, c := range map[string]struct {
		change func(s *scripted, e directory.Entry)
		stays  bool
		told   string
	}{
		"nothing":   {func(*scripted, directory.Entry) {}, true, ""},
		"renamed":   {func(s *scripted, e directory.Entry) { e.Name = "李主任"; s.set(e) }, true, ""},
		"disabled":  {func(s *scripted, e directory.Entry) { e.Disabled = true; s.set(e) }, false, "signed_out_by_directory li"},
		"no group":  {func(s *scripted, e directory.Entry) { e.MayLogin = false; s.set(e) }, false, "signed_out_by_directory li"},
		"gone":      {func(s *scripted, e directory.Entry) { s.mu.Lock(); delete(s.entries, "li"); s.mu.Unlock() }, false, "signed_out_by_directory li"},
		"promoted":  {func(s *scripted, e directory.Entry) { e.Role = incident.SystemAdmin; s.set(e) }, false, "system_role_changed li"},
		"no answer": {func(s *scripted, e directory.Entry) { e.Disabled = true; s.set(e); s.fail(unreachable) }, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, s, told := withDirectory(t)
			g, err := r.Login(t.Context(), "li", password, "10.0.0.8", "")
			if err != nil {
				t.Fatal(err)
			}
			c.change(s, entry)
			if err := r.Recheck(t.Context(), age); err != nil {
				t.Errorf("asked too early: %v", err)
			}
			if _, err := r.Verify(t.Context(), g.AccessToken); err != nil {
				t.Errorf("cut off too early: %v", err)
			}
			r.clock.pass(age)
			if err := r.Recheck(t.Context(), age); incident.KindOf(err) != incident.KindOf(s.down) {
				t.Errorf("recheck: %v", err)
			}
			if _, err := r.Verify(t.Context(), g.AccessToken); (err == nil) != c.stays {
				t.Errorf("stays: %v", err)
			}
			if (len(r.endedSessions()) == 0) != c.stays {
				t.Errorf("sockets told of %v", r.endedSessions())
			}
			if got := strings.Join(*told, ", "); got != c.told {
				t.Errorf("told %q, want %q", got, c.told)
			}
			if u, _ := r.store.PersonOf(t.Context(), "k1"); name == "renamed" && u.Name != "李主任" {
				t.Errorf("still called %s", u.Name)
			}
		})
	}
}

// An administrator here keeps somebody out whom the directory lets in.
func TestADisabledPersonOfTheDirectoryStaysOut(t *testing.T) {
	t.Parallel()
	r, _, _ := withDirectory(t)
	g, err := r.Login(t.Context(), "li", password, "10.0.0.8", "")
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	if _, err := r.ChangeAccount(t.Context(), incident.Principal{Person: incident.Person{ID: "boss"}}, g.User.ID, incident.AccountChange{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	_, err = r.Login(t.Context(), "li", password, "10.0.0.8", "")
	wantKind(t, err, incident.BadCredentials)
}
