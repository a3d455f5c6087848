package directory

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// filter is an LDAP filter (RFC 4515) in which every value is escaped.
type filter string

func equals(attribute, value string) filter {
	return filter("(" + attribute + "=" + ldap.EscapeFilter(value) + ")")
}

func equalsBytes(attribute string, value []byte) filter {
	var b strings.Builder
	for _, c := range value {
		fmt.Fprintf(&b, `\%02x`, c)
	}
	return filter("(" + attribute + "=" + b.String() + ")")
}

func begins(attribute, value string) filter {
	return filter("(" + attribute + "=" + ldap.EscapeFilter(value) + "*)")
}

func contains(attribute, value string) filter {
	return filter("(" + attribute + "=*" + ldap.EscapeFilter(value) + "*)")
}

func present(attribute string) filter { return filter("(" + attribute + "=*)") }

// inChain matches what is in a group in any depth, on Active Directory
// (LDAP_MATCHING_RULE_IN_CHAIN).
func inChain(groupDN string) filter {
	return filter("(memberOf:1.2.840.113556.1.4.1941:=" + ldap.EscapeFilter(groupDN) + ")")
}

func anyOf(f ...filter) filter { return join("|", f) }
func allOf(f ...filter) filter { return join("&", f) }

func join(operator string, f []filter) filter {
	if len(f) == 1 {
		return f[0]
	}
	var b strings.Builder
	b.WriteString("(" + operator)
	for _, g := range f {
		b.WriteString(string(g))
	}
	return filter(b.String() + ")")
}

// dnKey returns a form of a DN in which two spellings of it are equal.
func dnKey(dn string) string {
	d, err := ldap.ParseDN(dn)
	if err != nil {
		return strings.ToLower(dn)
	}
	return strings.ToLower(d.String())
}
