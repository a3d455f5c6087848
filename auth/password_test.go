package auth

import (
	"strings"
	"testing"

	"taskreporter/incident"
)

func TestPasswordHashIsArgon2idAsPromised(t *testing.T) { // F-AU-02
	t.Parallel()
	r := newRig(t)
	local := NewLocal(r.store)
	if _, err := local.Add(t.Context(), "li", "Li", incident.SystemUser, password); err != nil {
		t.Fatal(err)
	}
	a, err := r.store.Account(t.Context(), "li")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(a.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("stored as %q", a.PasswordHash)
	}
	if u, err := local.Check(t.Context(), "li", password); err != nil || u != a.User {
		t.Errorf("checked as %+v, %v", u, err)
	}
}

// From the test vectors of the reference implementation.
func TestHashOfAnotherProgramIsUnderstood(t *testing.T) {
	t.Parallel()
	const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	h, err := parseHash(phc)
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]bool{"password": true, "Password": false, "": false} {
		if ok, err := newHasher(cheap).matches(t.Context(), word, h); ok != want || err != nil {
			t.Errorf("%q matches: %v, %v", word, ok, err)
		}
	}
}

func TestEqualPasswordsHaveDifferentHashes(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	one, err1 := h.hash(t.Context(), password)
	two, err2 := h.hash(t.Context(), password)
	if err1 != nil || err2 != nil || one == two {
		t.Errorf("%q, %v and %q, %v", one, err1, two, err2)
	}
}

func TestDamagedHashIsRefused(t *testing.T) {
	t.Parallel()
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for name, s := range map[string]string{
		"empty":              "",
		"bcrypt":             "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":            "$argon2i$v=19$m=65536,t=2,p=1$" + salt + "$" + key,
		"older version":      "$argon2id$v=16$m=65536,t=2,p=1$" + salt + "$" + key,
		"gigabytes":          "$argon2id$v=19$m=4194304,t=2,p=1$" + salt + "$" + key,
		"no memory":          "$argon2id$v=19$m=0,t=2,p=1$" + salt + "$" + key,
		"no passes":          "$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + key,
		"endless passes":     "$argon2id$v=19$m=65536,t=4294967295,p=1$" + salt + "$" + key,
		"no threads":         "$argon2id$v=19$m=65536,t=2,p=0$" + salt + "$" + key,
		"threads overflow":   "$argon2id$v=19$m=65536,t=2,p=257$" + salt + "$" + key,
		"number overflows":   "$argon2id$v=19$m=4295032832,t=2,p=1$" + salt + "$" + key,
		"other order":        "$argon2id$v=19$t=2,m=65536,p=1$" + salt + "$" + key,
		"one more parameter": "$argon2id$v=19$m=65536,t=2,p=1,x=1$" + salt + "$" + key,
		"leading zero":       "$argon2id$v=19$m=065536,t=2,p=1$" + salt + "$" + key,
		"short salt":         "$argon2id$v=19$m=65536,t=2,p=1$c29t$" + key,
		"short key":          "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$c29tZXNhbHQ",
		"padded":             "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "=$" + key,
		"something behind":   "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + key + "$",
		"line break":         "$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + key + "\n",
	} {
		if _, err := parseHash(s); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func FuzzParseHashWritesBackWhatItRead(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$$")
	f.Add("$$$$$")
	f.Add("$argon2id$v=19$m=,t=,p=$c29tZXNhbHQ$c29tZXNhbHQ")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseHash(s)
		if err != nil {
			return
		}
		if h.String() != s {
			t.Errorf("%q was read as %q", s, h)
		}
		if h.memory > 256*1024 || h.passes > 16 || h.threads < 1 {
			t.Errorf("%q costs too much", s)
		}
	})
}
