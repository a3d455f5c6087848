package directory

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName     = 255  // bytes of a user name
	maxPassword = 1024 // bytes; more is no password but a burden
)

var errNoName = errors.New("a user name has 1 to 255 bytes of text on one line")

// name is what somebody typed as a user name. A domain that is not ours is no
// domain but part of the name: each spelling more that reached the same account
// would give a guesser as many tries more.
type name struct {
	user    string // without our domain
	typed   string // user, or user@domain as it was typed
	netbios bool   // NETBIOS\user was typed
}

// parse takes a user name apart: user, user@domain, NETBIOS\user.
func (c *Config) parse(s string) (name, error) {
	if len(s) > 4*maxName || !utf8.ValidString(s) {
		return name{}, errNoName
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	n := name{user: s, typed: s}
	if domain, user, found := strings.Cut(s, `\`); found && c.NetBIOS != "" && fold(domain) == fold(c.NetBIOS) {
		n = name{user: user, typed: user, netbios: true}
	} else if at := strings.LastIndexByte(s, '@'); at > 0 && c.Domain != "" && fold(s[at+1:]) == fold(c.Domain) {
		n.user = s[:at]
	}
	if n.user == "" || len(n.user) > maxName || len(n.typed) > maxName {
		return name{}, errNoName
	}
	for _, r := range n.typed {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return name{}, errNoName
		}
	}
	return n, nil
}

// filter matches the people who may be meant.
func (n name) filter(s *Schema) filter {
	f := []filter{equals(s.Username, n.user)}
	if n.typed != n.user {
		f = append(f, equals(s.Username, n.typed))
	}
	if strings.Contains(n.typed, "@") {
		f = append(f, equals(s.Principal, n.typed))
	}
	return anyOf(f...)
}

// means reports whether an entry with these user names and principals is meant.
// Directories find more than was asked for: Active Directory takes é for e.
func (n name) means(usernames, principals []string) bool {
	for _, u := range usernames {
		if f := fold(u); f == fold(n.user) || f == fold(n.typed) {
			return true
		}
	}
	for _, p := range principals {
		if fold(p) == fold(n.typed) {
			return true
		}
	}
	return false
}

// bindName is what Active Directory takes in place of a DN.
func (n name) bindName(c *Config) string {
	switch {
	case n.netbios:
		return c.NetBIOS + `\` + n.user
	case strings.Contains(n.typed, "@"):
		return n.typed
	default:
		return n.typed + "@" + c.Domain
	}
}

// fold brings the spellings together that are one name.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }
