package directory_test

import (
	"slices"
	"testing"

	"taskreporter/auth/directory"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/incident"
)

// F-AU-09: what changes in the directory is seen by a person's key, whatever they
// are called by now.
func TestAPersonIsFoundByTheirKeyAsTheyAreNow(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	c := s.Config()
	c.LoginGroup, c.AdminGroups = directorytest.Everybody, []string{directorytest.Admins}
	d := open(t, c)
	alice, err := d.Login(t.Context(), "alice", directorytest.Password("alice"))
	if err != nil {
		t.Fatal(err)
	}
	find := func() directory.Entry {
		t.Helper()
		e, err := d.Find(t.Context(), alice.Key)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	if got := find(); got != alice {
		t.Errorf("found %+v, signed in as %+v", got, alice)
	}

	s.Set(directorytest.DN("alice"), "displayName", "Alice Chen")
	s.Set(directorytest.DN("alice"), "uid", "achen")
	s.Set(directorytest.Admins, "uniqueMember", directorytest.DN("alice"))
	if got := find(); got.Name != "Alice Chen" || got.Username != "achen" || got.Role != incident.SystemAdmin || got.Key != alice.Key {
		t.Errorf("after a marriage and a promotion: %+v", got)
	}

	// Somebody else's guesses end no session; an administrator's lock does.
	s.Set(directorytest.DN("alice"), "pwdAccountLockedTime", "20261123000000Z")
	if find().Disabled {
		t.Error("locked by guesses: disabled")
	}
	s.Set(directorytest.DN("alice"), "pwdAccountLockedTime", "000001010000Z")
	if !find().Disabled {
		t.Error("locked by an administrator: not disabled")
	}
	s.Set(directorytest.DN("alice"), "pwdAccountLockedTime")
	s.Set(directorytest.DN("alice"), "pwdEndTime", "20200101000000Z")
	if !find().Disabled {
		t.Error("past its end: not disabled")
	}
	s.Set(directorytest.DN("alice"), "pwdEndTime")

	s.Set(directorytest.Everybody, "member", directorytest.Hall)
	if got := find(); got.MayLogin || got.Disabled {
		t.Errorf("out of the login group: %+v", got)
	}

	s.Delete(directorytest.DN("alice"))
	for _, key := range []string{alice.Key, "", "*", "no key", "00000000-0000-0000-0000-000000000000"} {
		_, err := d.Find(t.Context(), key)
		want(t, err, incident.NotFound, "")
	}
}

// F-AU-09: a directory that hides everybody removes nobody.
func TestADirectoryThatShowsNobodyIsNoProofThatAPersonIsGone(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	c := s.Config()
	c.Bases = []string{"ou=services," + directorytest.Base}
	_, err := open(t, c).Find(t.Context(), "5f3c3a54-6d7c-4b3e-8f0a-000000000000")
	want(t, err, incident.Unavailable, "")
}

// F-MB-01: people are found to be added, the likeliest first.
func TestPeopleAreSearchedByTheBeginningThenByAnyPart(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	c := s.Config()
	d := open(t, c)
	search := func(query string, limit int) []string {
		t.Helper()
		people, err := d.Search(t.Context(), query, limit)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		var names []string
		for _, p := range people {
			if p.Key == "" || !p.MayLogin || p.Disabled {
				t.Errorf("%q: %+v", query, p)
			}
			names = append(names, p.Name)
		}
		return names
	}
	for query, names := range map[string][]string{
		"ali":           {"Alice (Ops)\\, *Lead*", "Alice Lin"},
		"LIN":           {"Alice Lin"},
		"王":             {"王小明"},
		"小明":            {"王小明"},
		"bob@":          {"Bob Chen"},
		"alice.lin@mai": {"Alice Lin"},
		"*":             {"Alice (Ops)\\, *Lead*"},
		`)\, *`:         {"Alice (Ops)\\, *Lead*"},
		"*)(uid=*":      nil,
		"nobody at all": nil,
		"Lena Locked":   nil, // may not sign in
		"Lars Left":     nil,
		"ou":            {"Otto Outside"},
	} {
		if got := search(query, 10); !slices.Equal(got, names) {
			t.Errorf("%q finds %q, want %q", query, got, names)
		}
	}
	if got := search("e", 3); len(got) != 3 {
		t.Errorf("a limit of 3 gives %q", got)
	}
	if got := search("a", 1); len(got) != 1 || got[0] == "Carol Wu" {
		t.Errorf("one who begins with a: %q", got)
	}
	for _, query := range []string{"", "  ", string(make([]byte, 101))} {
		if _, err := d.Search(t.Context(), query, 10); incident.KindOf(err) != incident.Invalid {
			t.Errorf("%q: %v", query, err)
		}
	}
	c.LoginGroup = directorytest.Leads
	d = open(t, c)
	if got := search("ali", 10); !slices.Equal(got, []string{"Alice (Ops)\\, *Lead*"}) {
		t.Errorf("in the login group: %q", got)
	}
}
