package directory

import (
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

var awkward = []string{
	"alice", "王小明", `Alice (Ops)\, *Lead*`, "*", ")(uid=*", "*)(|(objectClass=*", `\2a`, `\`, "\x00", "a\xffb", " a ", "#a", "a=b+c",
	`PLANT\alice`, "alice@plant.example", `plant\alice@plant.example`, "@plant.example", `PLANT\`, "a@b@plant.example", "ａlice", "ß", "İ",
	`CN=Leads (A\, \\ *),OU=groups,DC=plant,DC=example`,
}

// leaves returns the attribute and the value of each comparison in a filter.
func leaves(t *testing.T, f filter) (all [][2]string) {
	t.Helper()
	packet, err := ldap.CompileFilter(string(f))
	if err != nil {
		t.Fatalf("%q is no filter: %v", f, err)
	}
	var walk func(p *ber.Packet)
	walk = func(p *ber.Packet) {
		text := func(i int) string { return p.Children[i].Data.String() }
		switch p.Tag {
		case ldap.FilterAnd, ldap.FilterOr:
			for _, c := range p.Children {
				walk(c)
			}
		case ldap.FilterEqualityMatch:
			all = append(all, [2]string{text(0), text(1)})
		case ldap.FilterSubstrings:
			if n := len(p.Children[1].Children); n != 1 {
				t.Fatalf("%q has %d parts of a value", f, n)
			}
			all = append(all, [2]string{text(0), p.Children[1].Children[0].Data.String()})
		case ldap.FilterExtensibleMatch:
			all = append(all, [2]string{text(1), text(2)})
		default:
			t.Fatalf("%q has something of kind %d", f, p.Tag)
		}
	}
	walk(packet)
	return all
}

// F-AU-11: whatever a value is, a parser of filters reads that value back, and
// nothing beside it.
func FuzzAValueStaysInItsFilter(f *testing.F) {
	for _, v := range awkward {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		built := []filter{equals("a", v), equalsBytes("a", []byte(v)), inChain(v)}
		if v != "" { // nobody searches for nothing
			built = append(built, begins("a", v), contains("a", v))
		}
		for i, b := range built {
			name := "a"
			if i == 2 {
				name = "memberOf"
			}
			if got := leaves(t, b); len(got) != 1 || got[0] != [2]string{name, v} {
				t.Errorf("%q became %q: %q", v, b, got)
			}
		}
		all := leaves(t, allOf("(kind=person)", anyOf(equals("a", v), equals("b", v), inChain(v))))
		if len(all) != 4 || all[0] != [2]string{"kind", "person"} || all[1] != [2]string{"a", v} || all[2] != [2]string{"b", v} || all[3] != [2]string{"memberOf", v} {
			t.Errorf("%q in a longer one: %q", v, all)
		}
	})
}

// F-AU-01, F-AU-11: a user name is taken apart into pieces of itself, in one way, and
// its filter asks for those only.
func FuzzAUserNameIsTakenApartWithoutAddingToIt(f *testing.F) {
	for _, v := range awkward {
		f.Add(v)
	}
	c := Config{Preset: OpenLDAP, Bases: []string{"DC=plant,DC=example"}}.filled()
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := c.parse(typed)
		if err != nil {
			return
		}
		if n.user == "" || len(n.typed) > maxName || strings.ContainsAny(n.typed, "\x00\n\r") {
			t.Errorf("%q became %+v", typed, n)
		}
		for _, leaf := range leaves(t, n.filter(&c.Schema)) {
			if leaf[1] != n.user && leaf[1] != n.typed || leaf[0] != "uid" && leaf[0] != "mail" {
				t.Errorf("%q asks for %q", typed, leaf)
			}
		}
		if !n.means([]string{n.user}, nil) || n.means(nil, nil) || n.means([]string{n.typed + "x"}, []string{n.typed + "x"}) {
			t.Errorf("%q means somebody else", typed)
		}
		// The three forms of one name are one name. A name that has a form inside it
		// would be taken apart once more.
		if n.user != typed || strings.ContainsAny(typed, `@\`) {
			return
		}
		for _, form := range []string{c.NetBIOS + `\` + typed, typed + "@" + c.Domain} {
			m, err := c.parse(form)
			if err != nil && len(form) <= maxName || err == nil && m.user != typed {
				t.Errorf("%q became %+v (%v)", form, m, err)
			}
			if err == nil && !strings.HasSuffix(m.bindName(&c), "@"+c.Domain) && m.bindName(&c) != c.NetBIOS+`\`+typed {
				t.Errorf("%q binds as %q", form, m.bindName(&c))
			}
		}
	})
}

// F-AU-11: a DN of any name is read back by a parser, and two spellings of a DN are
// one.
func FuzzADNHoldsItsNameOnly(f *testing.F) {
	for _, v := range awkward {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if v == "" || strings.ToValidUTF8(v, "") != v {
			return
		}
		dn, err := ldap.ParseDN("CN=" + ldap.EscapeDN(v) + ",DC=plant")
		if err != nil || len(dn.RDNs) != 2 || len(dn.RDNs[0].Attributes) != 1 || dn.RDNs[0].Attributes[0].Value != v {
			return // the library's own matter; we build no DN of a name
		}
		a, b := dnKey(dn.String()), dnKey("cn="+ldap.EscapeDN(v)+", dc=PLANT")
		if a != b {
			t.Errorf("%q: %q and %q", v, a, b)
		}
	})
}

// F-AU-09: a key's text leads back to the bytes that it was made of.
func FuzzAKeyLeadsBackToItsPerson(f *testing.F) {
	f.Add([]byte("\xe0\x04\x25\x3f\x89\x4f\xd3\x41\x9a\x0c\x03\x05\xe8\x2c\x33\x01"), "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
	f.Add([]byte("too short"), ")(objectGUID=*")
	schema := schemas[AD]
	f.Fuzz(func(t *testing.T, raw []byte, typed string) {
		key := schema.key(ldap.NewEntry("CN=x", map[string][]string{"objectGUID": {string(raw)}}))
		if (key == "") != (len(raw) != 16) {
			t.Fatalf("% x has the key %q", raw, key)
		}
		if key != "" {
			f, err := schema.byKey(key)
			if err != nil {
				t.Fatal(err)
			}
			if got := leaves(t, f); len(got) != 1 || got[0] != [2]string{"objectGUID", string(raw)} {
				t.Errorf("% x is looked for as %q", raw, got)
			}
		}
		if f, err := schema.byKey(typed); err == nil && len(leaves(t, f)[0][1]) != 16 {
			t.Errorf("%q is looked for as %q", typed, f)
		}
	})
}
