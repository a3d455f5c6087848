package auth

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"taskreporter/incident"
)

func TestFirstRunMakesAccountsOnce(t *testing.T) { // F-AU-02
	t.Parallel()
	store := newMemory()
	local := NewLocal(store)
	local.hasher = newHasher(cheap)
	first, err := local.FirstAccounts(t.Context())
	if err != nil || len(first) != 2 {
		t.Fatalf("made %d accounts, %v", len(first), err)
	}
	want := map[string]incident.SystemRole{"admin": incident.SystemAdmin, "operator": incident.SystemUser}
	for _, a := range first {
		if u, err := local.Check(t.Context(), a.Username, a.Password); err != nil || u.System != want[a.Username] {
			t.Errorf("%s signs in as %+v, %v", a.Username, u, err)
		}
	}
	if first[0].Password == first[1].Password {
		t.Error("both have the same password")
	}
	if again, err := local.FirstAccounts(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("the second run made %d accounts, %v", len(again), err)
	}
}

func TestFirstRunOnTwoNodesPrintsOnlyPasswordsThatWork(t *testing.T) { // F-AU-02
	t.Parallel()
	store := newMemory()
	made := make(chan []FirstAccount, 2)
	for range 2 {
		go func() {
			local := NewLocal(store)
			local.hasher = newHasher(cheap)
			first, err := local.FirstAccounts(t.Context())
			if err != nil {
				t.Error(err)
			}
			made <- first
		}()
	}
	printed := append(<-made, <-made...)
	if len(printed) != 2 {
		t.Errorf("%d passwords were printed for two accounts", len(printed))
	}
	local := NewLocal(store)
	local.hasher = newHasher(cheap)
	for _, a := range printed {
		if _, err := local.Check(t.Context(), a.Username, a.Password); err != nil {
			t.Errorf("%s: %v", a.Username, err)
		}
	}
}

func TestRandomPasswordsAreStrongAndReadable(t *testing.T) { // F-AU-02
	t.Parallel()
	if bits := 18 * math.Log2(float64(len(readable))); bits < 80 {
		t.Errorf("a password has %.1f bits", bits)
	}
	form := regexp.MustCompile(`^[a-z2-9]{6}(-[a-z2-9]{6}){2}$`)
	seen, letters := map[string]bool{}, map[rune]bool{}
	for range 1000 {
		p := RandomPassword()
		if !form.MatchString(p) || strings.ContainsAny(p, "ilo01") || seen[p] {
			t.Fatalf("password %q", p)
		}
		seen[p] = true
		for _, r := range p {
			letters[r] = true
		}
	}
	if len(letters) != len(readable)+1 {
		t.Errorf("only %d of %d letters are used", len(letters)-1, len(readable))
	}
}

func TestAccountsThatBreakARuleAreNotMade(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, c := range map[string]struct {
		username, name, password string
		role                     incident.SystemRole
		want                     incident.Kind
	}{
		"taken":               {"WANG", "Wang", password, incident.SystemUser, incident.Conflict},
		"no user name":        {" ", "Wang", password, incident.SystemUser, incident.Invalid},
		"no name":             {"li", "", password, incident.SystemUser, incident.Invalid},
		"line break in name":  {"li", "Li\nadmin", password, incident.SystemUser, incident.Invalid},
		"long user name":      {strings.Repeat("王", 86), "Li", password, incident.SystemUser, incident.Invalid},
		"unknown role":        {"li", "Li", password, "ROOT", incident.Invalid},
		"no role":             {"li", "Li", password, "", incident.Invalid},
		"short password":      {"li", "Li", "短的密碼短的密碼短的密", incident.SystemUser, incident.Invalid},
		"empty password":      {"li", "Li", "", incident.SystemUser, incident.Invalid},
		"endless password":    {"li", "Li", strings.Repeat("x", maxPassword+1), incident.SystemUser, incident.Invalid},
		"password not UTF-8":  {"li", "Li", strings.Repeat("\xff", 20), incident.SystemUser, incident.Invalid},
		"long name, as bytes": {"li", strings.Repeat("王", 86), password, incident.SystemUser, incident.Invalid},
	} {
		_, err := r.local.Add(t.Context(), c.username, c.name, c.role, c.password)
		if incident.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if n, err := r.store.CountAccounts(t.Context()); n != 1 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
}

func TestPasswordIsTheSameFromEveryKeyboard(t *testing.T) { // F-AU-11
	t.Parallel()
	r := newRig(t)
	if _, err := r.local.Add(t.Context(), "elodie", "Élodie", incident.SystemUser, "Élodie's password"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.local.Check(t.Context(), "elodie", "E\u0301lodie's password"); err != nil {
		t.Error(err)
	}
}

func TestSetPasswordReplacesTheOld(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const another = "another long password"
	if u, err := r.local.SetPassword(t.Context(), "Wang", another); err != nil || u != r.wang {
		t.Fatal(u, err)
	}
	_, err := r.local.Check(t.Context(), "wang", password)
	wantKind(t, err, incident.BadCredentials)
	if _, err := r.local.Check(t.Context(), "wang", another); err != nil {
		t.Error(err)
	}
	_, err = r.local.SetPassword(t.Context(), "wang", "short")
	wantKind(t, err, incident.Invalid)
	_, err = r.local.SetPassword(t.Context(), "nobody", another)
	wantKind(t, err, incident.NotFound)
}
