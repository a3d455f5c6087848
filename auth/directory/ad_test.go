package directory_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/auth/directory"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/incident"
)

func service() account { return adPerson("svc", "svc@plant.example") }

// F-AU-07: Active Directory tells in the text that the password was right; the audit
// learns it, a client does not.
func TestSubCodesOfActiveDirectoryAreForTheAuditOnly(t *testing.T) {
	t.Parallel()
	codes := map[string]directory.Reason{
		"525": directory.UnknownUser, "52e": directory.WrongPassword, "52F": directory.Restricted, "530": directory.OutsideHours,
		"531": directory.WrongWorkstation, "532": directory.PasswordExpired, "533": directory.AccountDisabled,
		"701": directory.AccountExpired, "773": directory.MustChange, "775": directory.Locked, "999": directory.Declined,
	}
	accounts := []account{service()}
	for code := range codes {
		accounts = append(accounts, adPerson("user"+code, "user"+code+"@plant.example", func(a *account) { a.code = code }))
	}
	ad := newFakeAD(t, accounts...)
	direct := ad.config()
	direct.BindDN, direct.BindPassword = "", ""
	for _, c := range []directory.Config{ad.config(), direct} {
		d := open(t, c)
		for code, why := range codes {
			_, err := d.Login(t.Context(), "user"+code, directorytest.Password("user"+code))
			want(t, err, incident.BadCredentials, why)
			_, err = d.Login(t.Context(), "user"+code, "wrong")
			want(t, err, incident.BadCredentials, directory.WrongPassword)
		}
		_, err := d.Login(t.Context(), "nobody", "x")
		want(t, err, incident.BadCredentials, directory.UnknownUser)
	}
}

// F-AU-01: the three forms of a name, with and without a service account.
func TestPeopleComeInAtActiveDirectoryByEachFormOfTheirName(t *testing.T) {
	t.Parallel()
	ad := newFakeAD(t, service(),
		adPerson("alice", "alice.lin@mail.example"), adPerson("王小明", "wang@plant.example"),
		adPerson("renee", "renee@plant.example"))
	direct := ad.config()
	direct.BindDN, direct.BindPassword = "", ""
	for name, c := range map[string]directory.Config{"service": ad.config(), "direct": direct} {
		d := open(t, c)
		for typed, sam := range map[string]string{
			"alice": "alice", "Alice": "alice", "alice@plant.example": "alice", "alice.lin@mail.example": "alice",
			`PLANT\alice`: "alice", `plant\王小明`: "王小明", "wang@plant.example": "王小明",
		} {
			e, err := d.Login(t.Context(), typed, directorytest.Password(sam))
			if err != nil || e.Username != sam || e.Name != strings.ToUpper(sam) {
				t.Errorf("%s, %s: %+v (%v)", name, typed, e, err)
			}
		}
		for _, typed := range []string{`OTHER\alice`, "alice@other.example"} {
			_, err := d.Login(t.Context(), typed, directorytest.Password("alice"))
			want(t, err, incident.BadCredentials, directory.UnknownUser)
		}
	}
	// The directory takes é for e, and each spelling would have tries of its own.
	_, err := open(t, ad.config()).Login(t.Context(), "renée", directorytest.Password("renee"))
	want(t, err, incident.BadCredentials, directory.UnknownUser)

	d := open(t, direct)
	for _, key := range []string{"x", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"} {
		_, err = d.Find(t.Context(), key)
		want(t, err, incident.Unavailable, "")
	}
	_, err = d.Search(t.Context(), "alice", 1)
	if want(t, err, incident.Unavailable, ""); !errors.Is(err, directory.ErrNoServiceAccount) {
		t.Errorf("search: %v", err)
	}
	r, err := d.SelfTest(t.Context())
	if err != nil || r.Servers[0].Err != nil || len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "no service account") {
		t.Errorf("self-test: %+v (%v)", r, err)
	}
}

// F-AU-07: a guesser learns nothing from the work that a refusal takes.
func TestEachRefusalTakesTheSameBinds(t *testing.T) {
	t.Parallel()
	ad := newFakeAD(t, service(), adPerson("alice", "alice@plant.example"),
		adPerson("twin", "one@plant.example"), adPerson("twin", "two@plant.example"),
		adPerson("locked", "l@plant.example", func(a *account) { a.code = "775" }))
	c := ad.config()
	c.LoginGroup = "CN=Workers," + adBase
	d := open(t, c)
	_, _ = d.Login(t.Context(), "alice", "wrong") // the service account's bind is kept from here on
	for username, password := range map[string]string{
		"alice": "wrong", "nobody": "wrong", "twin": "wrong", "locked": directorytest.Password("locked"), `OTHER\alice`: "wrong",
	} {
		before := len(ad.bound())
		_, err := d.Login(t.Context(), username, password)
		if incident.KindOf(err) != incident.BadCredentials || len(ad.bound()) != before+1 {
			t.Errorf("%s: %d binds (%v)", username, len(ad.bound())-before, err)
		}
	}
	for _, name := range ad.bound() {
		if strings.Contains(name, "nobody") || strings.Contains(name, "OTHER") {
			t.Errorf("the bind of nobody tells who: %s", name)
		}
	}
}

// F-AU-01: Active Directory calls a bind without a password a success.
func TestAnUnauthenticatedBindSignsInNobody(t *testing.T) {
	t.Parallel()
	ad := newFakeAD(t, service(), adPerson("alice", "alice@plant.example"))
	c, err := ldap.DialURL(ad.url, ldap.DialWithTLSConfig(&tls.Config{InsecureSkipVerify: true}))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UnauthenticatedBind("alice@plant.example"); err != nil {
		t.Fatalf("the server is not what the test needs: %v", err)
	}
	_ = c.Close()
	before := len(ad.bound())
	direct := ad.config()
	direct.BindDN, direct.BindPassword = "", ""
	for _, c := range []directory.Config{ad.config(), direct} {
		_, err := open(t, c).Login(t.Context(), "alice", "")
		want(t, err, incident.BadCredentials, directory.EmptyPassword)
	}
	if after := ad.bound(); len(after) != before {
		t.Errorf("it left us: %q", after)
	}
}

// F-AU-01: a bind by name that the directory takes for another person's signs in
// neither of the two.
func TestADirectBindSignsInWhoWasFoundOnly(t *testing.T) {
	t.Parallel()
	mallory := adPerson("mallory", "carol@plant.example", func(a *account) { a.hidden = true })
	ad := newFakeAD(t, adPerson("carol", "c.wu@plant.example"), mallory)
	c := ad.config()
	c.BindDN, c.BindPassword = "", ""
	d := open(t, c)
	_, err := d.Login(t.Context(), "carol", directorytest.Password("mallory"))
	want(t, err, incident.BadCredentials, directory.WrongPassword)
	if got := ad.bound(); !slices.Equal(got, []string{"carol@plant.example", "CN=carol,CN=Users," + adBase}) {
		t.Errorf("bound as %q", got)
	}
	ad.change(func(accounts []account) { accounts[1].hidden = false })
	_, err = d.Login(t.Context(), "carol@plant.example", directorytest.Password("mallory"))
	want(t, err, incident.BadCredentials, directory.Ambiguous)
}

// F-AU-09: people are keyed by objectGUID, and what an administrator does to the
// account is seen.
func TestAnAccountOfActiveDirectoryIsFollowedByItsGUID(t *testing.T) {
	t.Parallel()
	const text, raw = "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "\xe0\x04\x25\x3f\x89\x4f\xd3\x41\x9a\x0c\x03\x05\xe8\x2c\x33\x01"
	ad := newFakeAD(t, service(), adPerson("alice", "alice@plant.example", func(a *account) { a.values["objectGUID"] = []string{raw} }))
	d := open(t, ad.config())
	alice, err := d.Login(t.Context(), "alice", directorytest.Password("alice"))
	if err != nil || alice.Key != text {
		t.Fatalf("%+v (%v), want the key %s", alice, err, text)
	}
	for name, c := range map[string]struct {
		attribute, value string
		disabled         bool
	}{
		"enabled":       {"userAccountControl", "512", false},
		"disabled":      {"userAccountControl", "514", true},
		"smart card":    {"userAccountControl", "262656", false},
		"expired":       {"accountExpires", "116444736000000000", true}, // 1970
		"never expires": {"accountExpires", "0", false},
		"expires later": {"accountExpires", "157766016000000000", false}, // 2100
		"locked out":    {"lockoutTime", "133770816000000000", false},
	} {
		ad.change(func(accounts []account) {
			accounts[1].values["userAccountControl"], accounts[1].values["accountExpires"] = []string{"512"}, []string{"0"}
			accounts[1].values[c.attribute] = []string{c.value}
		})
		e, err := d.Find(t.Context(), alice.Key)
		if err != nil || e.Disabled != c.disabled || e.Username != "alice" {
			t.Errorf("%s: %+v (%v)", name, e, err)
		}
	}
	ad.change(func(accounts []account) { accounts[1].values["userAccountControl"] = []string{"514"} })
	_, err = d.Login(t.Context(), "alice", directorytest.Password("alice")) // this server has not heard of it at its binds
	want(t, err, incident.BadCredentials, directory.AccountDisabled)
	ad.change(func(accounts []account) { accounts[1].hidden = true })
	_, err = d.Find(t.Context(), alice.Key)
	want(t, err, incident.NotFound, "")
}

// F-AU-01, F-AU-09: Active Directory follows nested groups by its own rule.
func TestActiveDirectoryFollowsGroupsByItsRule(t *testing.T) {
	t.Parallel()
	const workers, admins = "CN=Workers (all)," + adBase, "CN=Admins," + adBase
	in := func(groups ...string) func(*account) { return func(a *account) { a.chain = groups } }
	group := func(dn string, members ...string) account {
		return account{dn: dn, values: map[string][]string{"objectClass": {"group"}, "member": members, "userPrincipalName": {""}, "sAMAccountName": {""}}}
	}
	ad := newFakeAD(t, service(),
		adPerson("alice", "a@plant.example", in(workers)), adPerson("root", "r@plant.example", in(workers, admins)), adPerson("otto", "o@plant.example"),
		group(workers, "CN=alice,CN=Users,"+adBase), group(admins))
	c := ad.config()
	c.LoginGroup, c.AdminGroups = workers, []string{admins}
	d := open(t, c)
	for username, role := range map[string]incident.SystemRole{"alice": incident.SystemUser, "root": incident.SystemAdmin} {
		if e, err := d.Login(t.Context(), username, directorytest.Password(username)); err != nil || e.Role != role {
			t.Errorf("%s: %+v (%v)", username, e, err)
		}
	}
	_, err := d.Login(t.Context(), "otto", directorytest.Password("otto"))
	want(t, err, incident.BadCredentials, directory.NotInLoginGroup)
	r, err := d.SelfTest(t.Context())
	if err != nil || r.Groups != directory.GroupsResolve || !r.People || len(r.Problems) != 0 {
		t.Errorf("self-test: %+v (%v)", r, err)
	}
}

// F-AU-09: a list of groups that comes in pages is read to its end, and a search that
// the server cuts is what was asked for.
func TestPagesAndSizeLimitsOfActiveDirectory(t *testing.T) {
	t.Parallel()
	accounts := []account{service(), adPerson("alice", "alice@plant.example")}
	for i := range 7 {
		accounts = append(accounts, account{dn: fmt.Sprintf("CN=group %d,%s", i, adBase), values: map[string][]string{
			"objectClass": {"group"}, "member": {accounts[1].dn}, "userPrincipalName": {""}, "sAMAccountName": {""},
		}})
		accounts = append(accounts, adPerson(fmt.Sprintf("worker%d", i), fmt.Sprintf("w%d@plant.example", i)))
	}
	ad := newFakeAD(t, accounts...)
	c := ad.config()
	c.Schema.Groups = directory.Walk
	c.LoginGroup = "CN=group 6," + adBase
	if _, err := open(t, c).Login(t.Context(), "alice", directorytest.Password("alice")); err != nil || ad.pages < 4 {
		t.Errorf("on the last of %d pages: %v", ad.pages, err)
	}
	d := open(t, ad.config())
	if people, err := d.Search(t.Context(), "worker", 3); err != nil || len(people) != 3 {
		t.Errorf("3 of 7: %+v (%v)", people, err)
	}
	if people, err := d.Search(t.Context(), "work", 50); err != nil || len(people) != 7 {
		t.Errorf("all: %d people (%v)", len(people), err)
	}
}
