package incident

import (
	"slices"
	"strings"
	"testing"
)

// The table "who may do what": O, E, V are members, N is none; A and U are an
// ADMIN and an AUDITOR who are no members.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	table := map[Act]string{
		ActDeclare:          "OEVNA",
		ActRead:             "OEVAU",
		ActExport:           "OEAU",
		ActReact:            "OEV",
		ActAcknowledge:      "OEVA",
		ActPost:             "OE",
		ActUpload:           "OE",
		ActDeleteOwnFile:    "OEV",
		ActDeleteAnyFile:    "OA",
		ActDeleteAnyMessage: "OA",
		ActStatus:           "OEA",
		ActSettings:         "OA",
		ActAddViewer:        "OEA",
		ActManageMembers:    "OA",
		ActTransfer:         "OA",
		ActLeave:            "OEV",
		ActFindPeople:       "OEVNAU",
		ActReadTemplates:    "OEVNAU",
		ActManageTemplates:  "A",
		ActReadUsers:        "AU",
		ActManageUsers:      "A",
		ActReadAudit:        "AU",
		ActReadCluster:      "AU",
		ActReadStorage:      "AU",
		ActDrainNode:        "A",
		ActReadRetention:    "AU",
		ActManageRetention:  "A",
		ActHoldRoom:         "A",
	}
	if len(table) != len(rules) {
		t.Errorf("%d acts in the test, %d in the code", len(table), len(rules))
	}
	someone := Person{ID: "p"}
	for act, may := range table {
		for _, who := range []struct {
			letter byte
			p      Principal
			role   Role
		}{
			{'O', Principal{Person: someone, System: SystemUser}, Owner},
			{'E', Principal{Person: someone, System: SystemUser}, Editor},
			{'V', Principal{Person: someone, System: SystemUser}, Viewer},
			{'N', Principal{Person: someone, System: SystemUser}, NoRole},
			{'A', Principal{Person: someone, System: SystemAdmin}, NoRole},
			{'U', Principal{Person: someone, System: SystemAuditor}, NoRole},
		} {
			want := false
			for i := range len(may) {
				want = want || may[i] == who.letter
			}
			if got := Can(who.p, who.role, act); got != want {
				t.Errorf("%c may %s: %v, want %v", who.letter, act, got, want)
			}
			office := want && (who.letter == 'A' || who.letter == 'U') && !strings.Contains(may, "N")
			if got := ByOffice(who.p, who.role, act); got != office {
				t.Errorf("%c does %s by office: %v, want %v", who.letter, act, got, office)
			}
		}
	}
	for _, p := range []Principal{{}, {Person: someone}, {Person: someone, System: "ROOT"}} {
		if Can(p, NoRole, ActDeclare) || Can(p, NoRole, ActRead) {
			t.Errorf("%+v may do something", p)
		}
	}
	if Can(Principal{Person: someone, System: SystemAdmin}, Owner, "unheard of") {
		t.Error("an act without a rule is allowed")
	}
}

// Nobody gives a role above their own, but an ADMIN.
func TestMayAdd(t *testing.T) {
	t.Parallel()
	user := Principal{Person: Person{ID: "p"}, System: SystemUser}
	for _, c := range []struct {
		by, given Role
		want      bool
	}{
		{Owner, Owner, true},
		{Owner, Viewer, true},
		{Editor, Viewer, true},
		{Editor, Editor, false},
		{Editor, Owner, false},
		{Viewer, Viewer, false},
		{NoRole, Viewer, false},
	} {
		ms := Members{}
		if c.by != NoRole {
			ms["p"] = Member{Person: user.Person, Role: c.by}
		}
		if err := ms.MayAdd(user, "q", c.given); (err == nil) != c.want {
			t.Errorf("%q adds %q: %v, want allowed: %v", c.by, c.given, err, c.want)
		}
	}
}

// F-AU-10: a token may do what its person may, within its scopes: none but reading
// without write, nothing by office without admin, and never more than the person.
func TestATokenMayDoWhatItsScopesSay(t *testing.T) {
	t.Parallel()
	reads := []Act{ActRead, ActExport, ActFindPeople, ActReadTemplates, ActReadUsers, ActReadAudit, ActReadCluster, ActReadStorage, ActReadRetention}
	for act := range rules {
		for _, system := range []SystemRole{SystemUser, SystemAuditor, SystemAdmin} {
			for _, role := range []Role{NoRole, Viewer, Editor, Owner} {
				p := Principal{Person: Person{ID: "p"}, System: system}
				may := Can(p, role, act)
				asUser := Can(Principal{Person: p.Person, System: SystemUser}, role, act)
				if system == SystemAuditor { // who has nothing of what is for anyone
					asUser = Can(Principal{Person: p.Person, System: "none"}, role, act)
				}
				for scopes, want := range map[Scopes]bool{
					ScopeRead:                           asUser && slices.Contains(reads, act),
					ScopeRead | ScopeWrite:              asUser,
					ScopeRead | ScopeAdmin:              may && slices.Contains(reads, act),
					ScopeRead | ScopeWrite | ScopeAdmin: may,
				} {
					p.Scopes = scopes
					if got := Can(p, role, act); got != want {
						t.Errorf("token %q of %s as %q may %s: %v, want %v", scopes, system, role, act, got, want)
					}
					told := OutOfScope(p, role, act)
					if (told != nil) != (may && !want) || told != nil && KindOf(told) != Forbidden {
						t.Errorf("token %q of %s as %q is told of %s: %v", scopes, system, role, act, told)
					}
					if p.Admin() != (system == SystemAdmin && scopes&ScopeAdmin != 0) {
						t.Errorf("token %q of %s is an administrator's: %v", scopes, system, p.Admin())
					}
				}
			}
		}
	}
}

func TestScopesAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Scopes{
		"read": ScopeRead, "read write": ScopeRead | ScopeWrite, "write read read": ScopeRead | ScopeWrite,
		"read admin": ScopeRead | ScopeAdmin, "admin write read": ScopeRead | ScopeWrite | ScopeAdmin,
	} {
		got, err := ParseScopes(strings.Fields(text))
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if again, err := ParseScopes(got.Names()); err != nil || again != got {
			t.Errorf("%s is written as %s", text, got)
		}
	}
	for _, text := range []string{"", "write", "admin", "read root", "READ"} {
		if got, err := ParseScopes(strings.Fields(text)); KindOf(err) != Invalid {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
