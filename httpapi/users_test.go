package httpapi

import (
	"context"
	"errors"
	"testing"

	"taskreporter/incident"
)

// strangers is a directory in which li and wang are known, and one newcomer.
type strangers struct{ *house }

const newcomerKey = "5a2c9f0e-71b4-4f0e-9d2a-3c1d5e7f9b21"

func (s strangers) Search(context.Context, string, int) ([]incident.User, []incident.DirectoryPerson, error) {
	if s.onDirectory != nil {
		return nil, nil, s.onDirectory
	}
	return []incident.User{people["li"], people["wang"]}, []incident.DirectoryPerson{{Key: newcomerKey, Username: "new", Name: "新人"}}, nil
}

func (s strangers) Invite(_ context.Context, key string) (incident.User, bool, error) {
	if key != newcomerKey {
		return incident.User{}, false, incident.E(incident.NotFound, "invite", "nobody")
	}
	return people["chen"], true, s.onDirectory
}

// F-MB-01: the accounts come first, nobody comes twice, the list keeps its limit, and
// says when people of the directory may be missing.
func TestPeopleAreFoundHereAndInTheDirectory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		query string
		fault error
		want  string
		state FoundPeopleDirectory
	}{
		{"?q=a", nil, "li wang new ", DirectoryAsked},
		{"?q=a&limit=1", nil, "li ", DirectoryAsked},
		{"", nil, "li ", DirectoryNotAsked},
		{"?q=a&directory=false", nil, "li ", DirectoryNotAsked},
		{"?q=a", incident.E(incident.Unavailable, "search", "away"), "li ", DirectoryUnavailable},
		{"?q=a", incident.E(incident.Busy, "search", "busy"), "li ", DirectoryUnavailable},
		{"?q=a", incident.E(incident.NotFound, "search", "none"), "li ", DirectoryNotAsked},
	} {
		h.onDirectory = c.fault
		got := decodeAs[FoundPeople](t, h.call(t, "li", "GET", "/api/users"+c.query, nil), 200)
		names := ""
		for _, p := range got.Users {
			names += p.Username + " "
			if (p.UserId == "") != (p.Username == "new") || (p.DirectoryKey == newcomerKey) != (p.Username == "new") {
				t.Errorf("%s: %+v", c.query, p)
			}
		}
		if names != c.want || got.Directory != c.state {
			t.Errorf("%s while %v: %s%s, want %s%s", c.query, c.fault, names, got.Directory, c.want, c.state)
		}
	}
	h.onDirectory = errors.New("our own fault")
	h.call(t, "li", "GET", "/api/users?q=a", nil).wants(t, 500, incident.Internal)
}
