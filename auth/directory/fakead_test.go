package directory_test

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/jimlambrt/gldap"

	"taskreporter/auth/directory"
	"taskreporter/auth/directory/directorytest"
)

const adBase = "DC=plant,DC=example"

// account is an entry of the scripted Active Directory.
type account struct {
	dn       string
	password string // "" signs in nobody
	code     string // the sub-code of a refusal although the password is right
	hidden   bool   // outside of what searches see: another domain of the forest
	chain    []string
	values   map[string][]string
}

func adPerson(sam, upn string, change ...func(*account)) account {
	guid := sha256.Sum256([]byte(sam))
	a := account{
		dn:       "CN=" + sam + ",CN=Users," + adBase,
		password: directorytest.Password(sam),
		values: map[string][]string{
			"objectClass": {"user"}, "objectCategory": {"person"}, "sAMAccountName": {sam}, "userPrincipalName": {upn},
			"displayName": {strings.ToUpper(sam)}, "userAccountControl": {"512"}, "accountExpires": {"9223372036854775807"},
			"objectGUID": {string(guid[:16])},
		},
	}
	for _, f := range change {
		f(&a)
	}
	return a
}

// fakeAD answers as Active Directory does, in the parts that OpenLDAP does not share.
type fakeAD struct {
	url    string
	caFile string

	mu       sync.Mutex
	accounts []account
	binds    []string // names, in order
	pages    int      // of paged answers
}

func newFakeAD(t *testing.T, accounts ...account) *fakeAD {
	t.Helper()
	caFile, certificate := directorytest.Certificate(t)
	ad := &fakeAD{caFile: caFile, accounts: accounts}
	mux, err := gldap.NewMux()
	if err != nil {
		t.Fatal(err)
	}
	if err := mux.Bind(ad.bind); err != nil {
		t.Fatal(err)
	}
	if err := mux.Search(ad.search); err != nil {
		t.Fatal(err)
	}
	server, err := gldap.NewServer()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Router(mux); err != nil {
		t.Fatal(err)
	}
	address := dead(t)
	ad.url = "ldaps://" + address
	ended := make(chan error, 1)
	go func() {
		ended <- server.Run(address, gldap.WithTLSConfig(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}))
	}()
	for !server.Ready() {
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
	t.Cleanup(func() { _ = server.Stop() }) // waits until all clients are closed: open closes them first
	return ad
}

func (ad *fakeAD) config() directory.Config {
	return directory.Config{
		URLs: []string{ad.url}, CAFile: ad.caFile, Preset: directory.AD, Bases: []string{adBase},
		BindDN: "svc@plant.example", BindPassword: directorytest.Password("svc"),
		Timeout: 30 * time.Second, QueueTime: 30 * time.Second,
	}
}

func (ad *fakeAD) change(f func(accounts []account)) {
	ad.mu.Lock()
	defer ad.mu.Unlock()
	f(ad.accounts)
}

func (ad *fakeAD) bound() []string {
	ad.mu.Lock()
	defer ad.mu.Unlock()
	return slices.Clone(ad.binds)
}

// bind takes a DN, a UPN that is set, NETBIOS\user, and then user@domain.
func (ad *fakeAD) bind(w *gldap.ResponseWriter, r *gldap.Request) {
	answer := r.NewBindResponse(gldap.WithResponseCode(gldap.ResultInvalidCredentials))
	defer func() { _ = w.Write(answer) }()
	m, err := r.GetSimpleBindMessage()
	if err != nil {
		return
	}
	ad.mu.Lock()
	defer ad.mu.Unlock()
	ad.binds = append(ad.binds, m.UserName)
	if m.Password == "" { // an "unauthenticated bind" (RFC 4513, 5.1.2)
		answer.SetResultCode(gldap.ResultSuccess)
		return
	}
	code := "525"
	if a := ad.named(m.UserName); a != nil {
		code = a.code
		if a.password == "" || a.password != string(m.Password) {
			code = "52e"
		}
	}
	if code == "" {
		answer.SetResultCode(gldap.ResultSuccess)
		return
	}
	answer.SetDiagnosticMessage("80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data " + code + ", v3839\x00")
}

// has reports whether an entry, which may be a group, has a value.
func has(a *account, attribute, value string) bool {
	return slices.ContainsFunc(a.values[attribute], func(v string) bool { return strings.EqualFold(v, value) })
}

func (ad *fakeAD) named(name string) *account {
	local := name
	if l, _, ok := strings.Cut(name, "@plant.example"); ok {
		local = l
	}
	if _, l, ok := strings.Cut(name, `\`); ok {
		local = l
	}
	for _, is := range []func(*account) bool{
		func(a *account) bool { return a.dn == name },
		func(a *account) bool { return has(a, "userPrincipalName", name) },
		func(a *account) bool { return local != name && has(a, "sAMAccountName", local) },
	} {
		for i := range ad.accounts {
			if is(&ad.accounts[i]) {
				return &ad.accounts[i]
			}
		}
	}
	return nil
}

func (ad *fakeAD) search(w *gldap.ResponseWriter, r *gldap.Request) {
	done := r.NewSearchDoneResponse(gldap.WithResponseCode(gldap.ResultOperationsError))
	defer func() { _ = w.Write(done) }()
	m, err := r.GetSearchMessage()
	if err != nil {
		return
	}
	f, err := ldap.CompileFilter(m.Filter)
	if err != nil {
		return
	}
	ad.mu.Lock()
	defer ad.mu.Unlock()
	done.SetResultCode(gldap.ResultSuccess)
	var found []account
	for _, a := range ad.accounts {
		inScope := strings.EqualFold(a.dn, m.BaseDN) || m.Scope == gldap.WholeSubtree && strings.HasSuffix(a.dn, m.BaseDN)
		if !a.hidden && inScope && a.matches(f) {
			found = append(found, a)
		}
	}
	found = ad.page(m, done, found)
	for i, a := range found {
		if m.SizeLimit > 0 && int64(i) == m.SizeLimit {
			done.SetResultCode(gldap.ResultSizeLimitExceeded)
			return
		}
		values := map[string][]string{}
		for name, v := range a.values {
			if slices.Contains(m.Attributes, name) {
				values[name] = v
			}
		}
		_ = w.Write(r.NewSearchResponseEntry(a.dn, gldap.WithAttributes(values)))
	}
}

// page cuts an answer into pages of two.
func (ad *fakeAD) page(m *gldap.SearchMessage, done *gldap.SearchResponseDone, found []account) []account {
	for _, c := range m.Controls {
		asked, ok := c.(*gldap.ControlPaging)
		if !ok {
			continue
		}
		ad.pages++
		var from int
		_, _ = fmt.Sscanf(string(asked.Cookie), "%d", &from)
		to := min(from+2, len(found))
		answer := &gldap.ControlPaging{}
		if to < len(found) {
			answer.Cookie = fmt.Append(nil, to)
		}
		done.SetControls(answer)
		return found[from:to]
	}
	return found
}

// matches evaluates a filter. Like Active Directory it takes é for e.
func (a account) matches(f *ber.Packet) bool {
	same := func(x, y string) bool {
		return strings.EqualFold(strings.ReplaceAll(x, "é", "e"), strings.ReplaceAll(y, "é", "e"))
	}
	has := func(attribute string, is func(string) bool) bool { return slices.ContainsFunc(a.values[attribute], is) }
	text := func(i int) string { return f.Children[i].Data.String() }
	switch f.Tag {
	case ldap.FilterAnd:
		return !slices.ContainsFunc(f.Children, func(g *ber.Packet) bool { return !a.matches(g) })
	case ldap.FilterOr:
		return slices.ContainsFunc(f.Children, a.matches)
	case ldap.FilterPresent:
		return has(f.Data.String(), func(string) bool { return true })
	case ldap.FilterEqualityMatch:
		return has(text(0), func(v string) bool { return same(v, text(1)) })
	case ldap.FilterSubstrings:
		part := f.Children[1].Children[0]
		want := strings.ToLower(part.Data.String())
		if part.Tag == ldap.FilterSubstringsInitial {
			return has(text(0), func(v string) bool { return strings.HasPrefix(strings.ToLower(v), want) })
		}
		return has(text(0), func(v string) bool { return strings.Contains(strings.ToLower(v), want) })
	case ldap.FilterExtensibleMatch:
		return text(0) == "1.2.840.113556.1.4.1941" && text(1) == "memberOf" && slices.Contains(a.chain, text(2))
	}
	return false
}
