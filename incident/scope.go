package incident

import (
	"slices"
	"strings"
)

// Scopes are what an API token is limited to, of what its person may do (F-AU-10). The
// zero value belongs to a person who signed in and limits nothing.
type Scopes uint8

// The scopes of a token.
const (
	ScopeRead  Scopes = 1 << iota // in every token
	ScopeWrite                    // what changes rooms
	ScopeAdmin                    // what only an office allows
)

var scopeNames = []string{"read", "write", "admin"}

// ParseScopes reads the names of a new token's scopes. Error: Invalid.
func ParseScopes(names []string) (s Scopes, err error) {
	for _, name := range names {
		i := slices.Index(scopeNames, name)
		if i < 0 {
			return 0, E(Invalid, "scopes", "A scope is one of %s.", strings.Join(scopeNames, ", "))
		}
		s |= 1 << i
	}
	if s&ScopeRead == 0 {
		return 0, E(Invalid, "scopes", "Every token needs the scope read.")
	}
	return s, nil
}

// Names returns the scopes' names.
func (s Scopes) Names() (names []string) {
	for i, name := range scopeNames {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func (s Scopes) String() string { return strings.Join(s.Names(), " ") }

// allow reports whether a principal with these scopes may do what needs one.
func (s Scopes) allow(need Scopes) bool { return s == 0 || s&need == need }
