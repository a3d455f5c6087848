package directory_test

import (
	"strings"
	"testing"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/incident"
)

// F-AU-01: what would fail in silence is said at the start.
func TestTheSelfTestSaysWhatWouldFailInSilence(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	for name, c := range map[string]struct {
		change  func(*directory.Config)
		people  bool
		groups  directory.GroupState
		problem string // one line has it; none when empty
	}{
		"all is well": {func(c *directory.Config) { c.LoginGroup = directorytest.Hall }, true, directory.GroupsResolve, ""},
		"no groups":   {func(*directory.Config) {}, true, directory.GroupsUntried, ""},
		"Active Directory's rule on OpenLDAP": {func(c *directory.Config) {
			c.LoginGroup, c.Schema.Groups = directorytest.Everybody, directory.InChain
		}, true, directory.GroupsVanish, `take the rule "walk"`},
		"groups elsewhere": {func(c *directory.Config) {
			c.LoginGroup, c.GroupBases = directorytest.Everybody, []string{"ou=people," + directorytest.Base}
		}, true, directory.GroupsVanish, "Check the bases of groups"},
		"a group that is gone": {
			func(c *directory.Config) { c.AdminGroups = []string{"cn=gone,ou=groups," + directorytest.Base} },
			true, directory.GroupsUntried, "cn=gone,ou=groups,dc=plant,dc=example does not exist",
		},
		"user names only": {
			func(c *directory.Config) { c.AuditorGroups = []string{directorytest.Auditors} },
			true, directory.GroupsUntried, "could not be tried",
		},
		"another base":     {func(c *directory.Config) { c.Bases = []string{"ou=policies," + directorytest.Base} }, false, directory.GroupsUntried, "no person is found"},
		"another preset":   {func(c *directory.Config) { c.Preset = directory.AD }, false, directory.GroupsUntried, "no person is found"},
		"a key not there":  {func(c *directory.Config) { c.Schema.Key = "employeeNumber" }, true, directory.GroupsUntried, "employeeNumber of an entry cannot be read"},
		"plain":            {func(c *directory.Config) { c.URLs, c.Plaintext = []string{s.StartTLSURL()}, true }, true, directory.GroupsUntried, "passwords travel readable"},
		"one server away":  {func(c *directory.Config) { c.URLs = []string{"ldaps://" + dead(t), s.URL()} }, true, directory.GroupsUntried, "does not answer"},
		"one with foreign": {func(c *directory.Config) { c.URLs = []string{s.URL(), "ldaps://localhost:1"} }, true, directory.GroupsUntried, "localhost:1 does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := s.Config()
			config.Timeout = 10 * time.Second
			c.change(&config)
			r, err := open(t, config).SelfTest(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Servers) != len(config.URLs) || r.People != c.people || r.Groups != c.groups {
				t.Errorf("got %+v", r)
			}
			if all := strings.Join(r.Problems, "\n"); c.problem == "" && all != "" || !strings.Contains(all, c.problem) {
				t.Errorf("problems: %q, want %q", all, c.problem)
			}
		})
	}

	c := s.Config()
	c.Bases = []string{"dc=elsewhere,dc=example"}
	r, err := open(t, c).SelfTest(t.Context())
	if incident.KindOf(err) != incident.Unavailable || len(r.Servers) != 1 || r.Servers[0].Err == nil || len(r.Problems) == 0 {
		t.Errorf("a base that does not exist: %+v (%v)", r, err)
	}
}
