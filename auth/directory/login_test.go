package directory_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"taskreporter/auth/directory"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/incident"
)

func open(t *testing.T, c directory.Config) *directory.Directory {
	t.Helper()
	d, err := directory.Open(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func slapd(t *testing.T) *directorytest.Slapd {
	t.Helper()
	if testing.Short() {
		t.Skip("needs slapd")
	}
	return directorytest.Start(t)
}

// want checks how a call was refused, and that a client is not told why.
func want(t *testing.T, err error, kind incident.Kind, why directory.Reason) {
	t.Helper()
	if incident.KindOf(err) != kind || directory.ReasonOf(err) != why {
		t.Errorf("got %v, want %s because of %q", err, kind, why)
	}
	if kind == incident.BadCredentials && incident.DetailOf(err) != "User name or password is wrong." {
		t.Errorf("a client is told %q", incident.DetailOf(err))
	}
}

// F-AU-01, F-AU-07, F-AU-11: who comes in at a real directory, and who does not.
func TestPeopleOfTheDirectoryComeInByTheirOwnPasswordOnly(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	d := open(t, s.Config())

	for typed, username := range map[string]string{
		"alice":                      "alice",
		" ALICE ":                    "alice",
		"alice@plant.example":        "alice",
		`PLANT\alice`:                "alice",
		`plant\Alice`:                "alice",
		"alice.lin@mail.example":     "alice",
		"bob@plant.example":          "bob",
		directorytest.Wang:           directorytest.Wang,
		`plant\王小明`:                  directorytest.Wang,
		directorytest.Awful:          directorytest.Awful,
		`PLANT\Alice (Ops)\, *Lead*`: directorytest.Awful,
	} {
		e, err := d.Login(t.Context(), typed, directorytest.Password(username))
		if err != nil || e.Username != username || e.Key == "" || e.Name == "" || e.Role != incident.SystemUser || !e.MayLogin {
			t.Errorf("%q: %+v (%v)", typed, e, err)
		}
	}

	for name, c := range map[string]struct {
		username, password string
		why                directory.Reason
	}{
		"another's password": {"alice", directorytest.Password("bob"), directory.WrongPassword},
		"no password":        {"alice", "", directory.EmptyPassword},
		"an endless one":     {"alice", strings.Repeat("x", 5000), directory.EmptyPassword},
		"unknown":            {"nobody", "x", directory.UnknownUser},
		"no name":            {"  ", "x", directory.UnknownUser},
		"a foreign domain":   {`OTHER\alice`, directorytest.Password("alice"), directory.UnknownUser},
		"a foreign suffix":   {"alice@other.example", directorytest.Password("alice"), directory.UnknownUser},
		"wider letters":      {"ａlicia", directorytest.Password("alice"), directory.UnknownUser},
		"two people":         {"twin", directorytest.Password("twin"), directory.Ambiguous},
		"locked for good":    {"locked", directorytest.Password("locked"), directory.Locked},
		"locked by guesses":  {"guessed", directorytest.Password("guessed"), directory.Locked},
		"expired password":   {"expired", directorytest.Password("expired"), directory.PasswordExpired},
		"must change it":     {"newcomer", directorytest.Password("newcomer"), directory.MustChange},
		"account ended":      {"left", directorytest.Password("left"), directory.Locked},
		"any name":           {"*", directorytest.Password("alice"), directory.UnknownUser},
		"a prefix":           {"ali*", directorytest.Password("alice"), directory.UnknownUser},
		"another filter":     {"alice)(uid=*", directorytest.Password("alice"), directory.UnknownUser},
		"all people":         {"*)(|(objectClass=*", directorytest.Password("alice"), directory.UnknownUser},
		"a closed filter":    {"alice)(|(uid=alice)", directorytest.Password("alice"), directory.UnknownUser},
		"an escape":          {`\61lice`, directorytest.Password("alice"), directory.UnknownUser},
		"a NUL":              {"alice\x00", directorytest.Password("alice"), directory.UnknownUser},
		"a DN":               {directorytest.DN("alice"), directorytest.Password("alice"), directory.UnknownUser},
		"not text":           {"al\xffice", directorytest.Password("alice"), directory.UnknownUser},
		"two blanks":         {"awful  name", directorytest.Password("alice"), directory.UnknownUser},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := d.Login(t.Context(), c.username, c.password)
			if e != (directory.Entry{}) {
				t.Errorf("came in as %+v", e)
			}
			want(t, err, incident.BadCredentials, c.why)
		})
	}
}

// F-AU-09: groups decide, three deep, through a cycle and with any name.
func TestGroupsInGroupsDecideWhoMayComeInAndAsWhat(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	c := s.Config()
	c.LoginGroup = "CN=Everybody, OU=groups,dc=plant,dc=example" // in another spelling
	c.AdminGroups = []string{directorytest.Admins}
	c.AuditorGroups = []string{directorytest.Auditors}
	d := open(t, c)
	for username, role := range map[string]incident.SystemRole{
		"alice":             incident.SystemUser,
		"carol":             incident.SystemUser,    // in Shift in Hall in Everybody in Shift …
		"dave":              incident.SystemAdmin,   // a unique member, and an auditor too
		"erin":              incident.SystemAuditor, // by her user name
		directorytest.Wang:  incident.SystemAdmin,   // in Leads, a unique member of Admins
		directorytest.Awful: incident.SystemAdmin,
	} {
		e, err := d.Login(t.Context(), username, directorytest.Password(username))
		if err != nil || e.Role != role {
			t.Errorf("%s: %+v (%v), want %s", username, e, err, role)
		}
	}
	_, err := d.Login(t.Context(), "outsider", directorytest.Password("outsider"))
	want(t, err, incident.BadCredentials, directory.NotInLoginGroup)

	c.LoginGroup = directorytest.Leads
	d = open(t, c)
	if _, err := d.Login(t.Context(), directorytest.Awful, directorytest.Password(directorytest.Awful)); err != nil {
		t.Errorf("a group with an awkward name: %v", err)
	}
	_, err = d.Login(t.Context(), "alice", directorytest.Password("alice"))
	want(t, err, incident.BadCredentials, directory.NotInLoginGroup)
}

// F-AU-09: a cycle of groups is followed once round, not until it is cut.
func TestACycleOfGroupsEnds(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	c := s.Config()
	c.LoginGroup = directorytest.Auditors
	var log bytes.Buffer
	d, err := directory.Open(c, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, err = d.Login(t.Context(), "carol", directorytest.Password("carol"))
	want(t, err, incident.BadCredentials, directory.NotInLoginGroup)
	if log.Len() > 0 {
		t.Errorf("logged: %s", log.String())
	}
}

// F-AU-07: a password is in no error and in no line of the log.
func TestPasswordsAreWrittenNowhere(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	const canary = "canary-7f3a"
	var written bytes.Buffer
	log := slog.New(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	try := func(change func(*directory.Config), username string) {
		t.Helper()
		c := s.Config()
		change(&c)
		d, err := directory.Open(c, log)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		_, err = d.Login(t.Context(), username, canary)
		if err == nil {
			t.Errorf("%s came in", username)
		}
		fmt.Fprintln(&written, err, incident.DetailOf(err))
		r, err := d.SelfTest(t.Context())
		fmt.Fprintln(&written, r, err)
	}
	for _, username := range []string{"alice", "nobody", "locked", "twin", ""} {
		try(func(*directory.Config) {}, username)
	}
	try(func(c *directory.Config) { c.BindPassword = canary }, "alice")
	try(func(c *directory.Config) { c.URLs = []string{"ldaps://" + dead(t)} }, "alice")
	try(func(c *directory.Config) { c.CAFile = "" }, "alice")
	if text := written.String(); text == "" || strings.Contains(text, canary) {
		t.Errorf("written: %s", text)
	}
}

// F-AU-07: the spellings that reach one account count as one.
func TestSpellingsOfAnAccountAreCountedTogether(t *testing.T) {
	t.Parallel()
	d := open(t, directory.Config{
		URLs: []string{"ldaps://127.0.0.1"}, Preset: directory.OpenLDAP, Bases: []string{directorytest.Base},
		BindDN: directorytest.DN("x"), BindPassword: "x",
	})
	for _, typed := range []string{"alice", "ALICE", " alice ", "alice@Plant.Example", `plant\alice`, "ａlice"} {
		if got := d.Account(typed); got != "alice" {
			t.Errorf("%q is counted as %q", typed, got)
		}
	}
	if got := d.Account(`OTHER\alice`); got != `other\alice` {
		t.Errorf("a foreign domain is counted as %q", got)
	}
}
