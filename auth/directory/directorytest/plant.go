package directorytest

import (
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Base is where the plant is.
const Base = "dc=plant,dc=example"

// The groups of the plant. Shift is in Hall, Hall in Everybody, and Everybody, by
// somebody's mistake, in Shift.
const (
	Everybody = "cn=everybody,ou=groups," + Base
	Hall      = "cn=hall,ou=groups," + Base
	Shift     = "cn=shift,ou=groups," + Base
	Admins    = "cn=admins,ou=groups," + Base   // names unique members
	Auditors  = "cn=auditors,ou=groups," + Base // names user names
	Leads     = `cn=Leads (A\, \\ *),ou=groups,` + Base
)

// The names that break careless software (F-AU-11).
const (
	Wang  = "王小明"
	Awful = `Alice (Ops)\, *Lead*`
)

// DN is the entry of one of the plant's people.
func DN(username string) string { return "cn=" + ldap.EscapeDN(username) + ",ou=people," + Base }

// Password is that of one of the plant's people.
func Password(username string) string { return "correct horse of " + username }

// person adds somebody with more lines.
func (s *Slapd) person(username, name string, lines ...string) {
	s.t.Helper()
	s.Add(DN(username), append([]string{
		"objectClass: inetOrgPerson", "uid: " + username, "sn: " + name, "displayName: " + name,
		"userPassword: " + Password(username),
	}, lines...)...)
}

// fill puts the plant into an empty directory.
func (s *Slapd) fill() {
	s.t.Helper()
	policy := "cn=yearly,ou=policies," + Base
	s.Add(policy, "objectClass: device", "objectClass: pwdPolicy", "pwdAttribute: userPassword", "pwdMaxAge: 31536000", "pwdLockout: TRUE")

	s.person("alice", "Alice Lin", "mail: alice.lin@mail.example")
	s.person("bob", "Bob Chen", "mail: bob@plant.example")
	s.person("carol", "Carol Wu")
	s.person("dave", "Dave Root")
	s.person("erin", "Erin Audit")
	s.person("outsider", "Otto Outside")
	s.person(Wang, Wang)
	s.person(Awful, Awful)
	s.person("locked", "Lena Locked", "pwdAccountLockedTime: 000001010000Z")
	s.person("guessed", "Gus Guessed", "pwdAccountLockedTime: "+time.Now().UTC().Format("20060102150405Z"))
	s.person("expired", "Ed Expired", "pwdPolicySubentry: "+policy, "pwdChangedTime: 20200101000000Z")
	s.person("newcomer", "Nina New", "pwdReset: TRUE")
	s.person("left", "Lars Left", "pwdEndTime: 20200101000000Z")
	s.person("twin", "Twin One")
	s.Add("cn=twin,ou=contractors,"+Base, "objectClass: inetOrgPerson", "uid: twin", "sn: Twin Two", "userPassword: "+Password("twin"))

	s.Add(Leads, "objectClass: groupOfNames", "member: "+DN(Awful), "member: "+DN(Wang))
	s.Add(Shift, "objectClass: groupOfNames", "member: "+DN("carol"), "member: "+Everybody)
	s.Add(Hall, "objectClass: groupOfNames", "member: "+Shift, "member: "+Leads)
	s.Add(Everybody, "objectClass: groupOfNames", "member: "+Hall, "member: "+DN("alice"), "member: "+DN("dave"), "member: "+DN("erin"))
	s.Add(Admins, "objectClass: groupOfUniqueNames", "uniqueMember: "+DN("dave"), "uniqueMember: "+Leads)
	s.Add(Auditors, "objectClass: posixGroup", "gidNumber: 5000", "memberUid: erin", "memberUid: dave")
}
