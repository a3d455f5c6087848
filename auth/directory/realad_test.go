package directory_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/incident"
)

// realAD is the Active Directory that TEST_AD_URL names, with somebody's user name and
// password; auth/README.md says how. Without it, it is the scripted one.
func realAD(t *testing.T) (service directory.Config, username, password string) {
	t.Helper()
	url := os.Getenv("TEST_AD_URL")
	if url == "" {
		group := "CN=everybody," + adBase
		alice := adPerson("alice", "alice@plant.example", func(a *account) { a.chain = []string{group} })
		ad := newFakeAD(t, adPerson("svc", "svc@plant.example"), alice,
			account{dn: group, values: map[string][]string{"objectClass": {"group"}, "member": {alice.dn}}})
		service = ad.config()
		service.LoginGroup = group
		return service, "alice", directorytest.Password("alice")
	}
	must := func(name string) string {
		t.Helper()
		v := os.Getenv(name)
		if v == "" {
			t.Fatalf("TEST_AD_URL is set, but %s is not: see auth/README.md", name)
		}
		return v
	}
	return directory.Config{
		URLs: []string{url}, StartTLS: true, CAFile: os.Getenv("TEST_AD_CA_FILE"), Preset: directory.AD,
		Bases: []string{must("TEST_AD_BASE_DN")}, BindDN: must("TEST_AD_BIND_DN"), BindPassword: must("TEST_AD_BIND_PASSWORD"),
		LoginGroup: os.Getenv("TEST_AD_GROUP"), Timeout: 20 * time.Second,
	}, must("TEST_AD_USERNAME"), must("TEST_AD_PASSWORD")
}

// F-AU-01: what an Active Directory must answer, a real one where one is named.
func TestAnActiveDirectory(t *testing.T) {
	t.Parallel()
	service, username, password := realAD(t)
	d := open(t, service)
	r, err := d.SelfTest(t.Context())
	if err != nil || !r.People || service.LoginGroup != "" && r.Groups != directory.GroupsResolve {
		t.Fatalf("self-test: %+v (%v)", r, err)
	}
	person, err := d.Login(t.Context(), username, password)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := d.Find(t.Context(), person.Key); err != nil || e != person {
		t.Errorf("by the key: %+v (%v), want %+v", e, err, person)
	}
	people, err := d.Search(t.Context(), person.Username, 50)
	found := false
	for _, p := range people {
		found = found || p.Key == person.Key
	}
	if err != nil || !found {
		t.Errorf("not among %d people (%v)", len(people), err)
	}

	direct := service
	direct.BindDN, direct.BindPassword = "", ""
	for name, c := range map[string]directory.Config{"service": service, "direct": direct} {
		d, err := directory.Open(c, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		e, err := d.Login(t.Context(), username, password)
		if err != nil || e != person {
			t.Errorf("%s: %+v (%v), want %+v", name, e, err, person)
		}
		_, err = d.Login(t.Context(), username, "")
		want(t, err, incident.BadCredentials, directory.EmptyPassword)
		_, err = d.Login(t.Context(), "nobody has this name", password)
		if incident.KindOf(err) != incident.BadCredentials {
			t.Errorf("%s: an unknown name: %v", name, err)
		}
		_, err = d.Login(t.Context(), username, password+"x") // one try below any lock-out
		want(t, err, incident.BadCredentials, directory.WrongPassword)
	}
	if outside := os.Getenv("TEST_AD_OTHER_GROUP"); outside != "" {
		c := service
		c.LoginGroup = outside
		_, err := open(t, c).Login(t.Context(), username, password)
		want(t, err, incident.BadCredentials, directory.NotInLoginGroup)
	}
}
