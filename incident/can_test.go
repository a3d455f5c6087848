package incident

import (
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
		ActDrainNode:        "A",
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
