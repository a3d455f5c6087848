package incident

import (
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// F-MB-03, F-MB-04: whoever does whatever to a room's members, in any order, it has
// an OWNER; nobody's own act raises them; an OWNER loses that role only by handing
// it on or by an ADMIN.
func TestARoomAlwaysHasAnOwner(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := []Principal{
			{Person: Person{ID: "a"}, System: SystemUser},
			{Person: Person{ID: "b"}, System: SystemUser},
			{Person: Person{ID: "c"}, System: SystemUser},
			{Person: Person{ID: "admin"}, System: SystemAdmin},
			{Person: Person{ID: "auditor"}, System: SystemAuditor},
		}
		ms := Members{"a": {Person: people[0].Person, Role: Owner}}
		person := rapid.Map(rapid.IntRange(0, len(people)-1), func(i int) Principal { return people[i] })
		// step carries out what was allowed and looks at what it did.
		step := func(t *rapid.T, by Principal, err error, do func()) {
			before := maps.Clone(ms)
			if err == nil {
				do()
			} else if k := KindOf(err); k != Forbidden && k != Conflict && k != NotFound || DetailOf(err) == "" {
				t.Fatalf("refused with %v", err)
			}
			if err == nil && before[by.ID].Role == NoRole && by.System != SystemAdmin {
				t.Fatalf("%s is no member and changed %v to %v", by.ID, before, ms)
			}
			if ms[by.ID].Role.rank() > before[by.ID].Role.rank() {
				t.Fatalf("%s raised themselves: %v to %v", by.ID, before, ms)
			}
		}
		unowned := func(t *rapid.T, by Principal, who UserID, err error) {
			if err == nil && ms[who].Role == Owner && by.System != SystemAdmin {
				t.Fatalf("%s takes the role of the owner %s", by.ID, who)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				by, who, role := person.Draw(t, "by"), person.Draw(t, "who"), rapid.SampledFrom(Roles).Draw(t, "role")
				err := ms.MayAdd(by, who.ID, role)
				if err == nil && ms[by.ID].Role == Editor && by.System != SystemAdmin && role != Viewer {
					t.Fatalf("an EDITOR adds an %s", role)
				}
				if _, there := ms[who.ID]; there {
					return // whoever is a member keeps their role
				}
				step(t, by, err, func() { ms[who.ID] = Member{Person: who.Person, Role: role} })
			},
			"set role": func(t *rapid.T) {
				by, who, role := person.Draw(t, "by"), person.Draw(t, "who"), rapid.SampledFrom(Roles).Draw(t, "role")
				err := ms.MaySetRole(by, who.ID, role)
				if role != Owner {
					unowned(t, by, who.ID, err)
				}
				step(t, by, err, func() { ms[who.ID] = Member{Person: who.Person, Role: role} })
			},
			"remove": func(t *rapid.T) {
				by, who := person.Draw(t, "by"), person.Draw(t, "who")
				err := ms.MayRemove(by, who.ID)
				unowned(t, by, who.ID, err)
				step(t, by, err, func() { delete(ms, who.ID) })
			},
			"transfer": func(t *rapid.T) {
				by, from, to := person.Draw(t, "by"), person.Draw(t, "from"), person.Draw(t, "to")
				err := ms.MayTransfer(by, from.ID, to.ID)
				if by.ID != from.ID {
					unowned(t, by, from.ID, err)
				}
				step(t, by, err, func() {
					ms[to.ID] = Member{Person: to.Person, Role: Owner}
					ms[from.ID] = Member{Person: from.Person, Role: Editor}
				})
			},
			"": func(t *rapid.T) {
				for id, m := range ms {
					if !m.Role.Valid() {
						t.Fatalf("%s has the role %q", id, m.Role)
					}
					if m.Role == Owner {
						return
					}
				}
				t.Fatalf("no owner: %v", ms)
			},
		})
	})
}

// The rules beside the table of acts, cell by cell.
func TestRulesOfMembers(t *testing.T) {
	t.Parallel()
	user := func(id UserID) Principal { return Principal{Person: Person{ID: id}, System: SystemUser} }
	admin := Principal{Person: Person{ID: "admin"}, System: SystemAdmin}
	adminAs := func(id UserID) Principal { return Principal{Person: Person{ID: id}, System: SystemAdmin} }
	one := Members{"o": {Role: Owner}, "e": {Role: Editor}, "v": {Role: Viewer}}
	two := Members{"o": {Role: Owner}, "p": {Role: Owner}, "e": {Role: Editor}, "v": {Role: Viewer}}
	for name, c := range map[string]struct {
		err  error
		want Kind // empty for allowed
	}{
		"owner raises a viewer":                    {one.MaySetRole(user("o"), "v", Editor), ""},
		"owner makes another owner":                {one.MaySetRole(user("o"), "e", Owner), ""},
		"owner lowers an editor":                   {one.MaySetRole(user("o"), "e", Viewer), ""},
		"owner gives the same role":                {one.MaySetRole(user("o"), "o", Owner), ""},
		"owner lowers another owner":               {two.MaySetRole(user("o"), "p", Editor), Conflict},
		"owner lowers themselves":                  {two.MaySetRole(user("o"), "o", Editor), Conflict},
		"owner gives a role to nobody":             {one.MaySetRole(user("o"), "n", Viewer), NotFound},
		"editor changes roles":                     {one.MaySetRole(user("e"), "v", Editor), Forbidden},
		"editor raises themselves":                 {one.MaySetRole(user("e"), "e", Owner), Forbidden},
		"stranger changes roles":                   {one.MaySetRole(user("n"), "v", Editor), Forbidden},
		"admin raises themselves":                  {one.MaySetRole(adminAs("v"), "v", Editor), Forbidden},
		"admin lowers themselves":                  {one.MaySetRole(adminAs("e"), "e", Viewer), ""},
		"admin lowers an owner":                    {two.MaySetRole(admin, "p", Viewer), ""},
		"admin lowers the last owner":              {one.MaySetRole(admin, "o", Viewer), Conflict},
		"owner removes an editor":                  {one.MayRemove(user("o"), "e"), ""},
		"owner removes another owner":              {two.MayRemove(user("o"), "p"), Conflict},
		"owner leaves":                             {two.MayRemove(user("o"), "o"), Conflict},
		"editor leaves":                            {one.MayRemove(user("e"), "e"), ""},
		"viewer leaves":                            {one.MayRemove(user("v"), "v"), ""},
		"viewer removes another":                   {one.MayRemove(user("v"), "e"), Forbidden},
		"stranger leaves":                          {one.MayRemove(user("n"), "n"), Forbidden},
		"admin removes an owner":                   {two.MayRemove(admin, "p"), ""},
		"admin removes the last owner":             {one.MayRemove(admin, "o"), Conflict},
		"admin removes nobody":                     {one.MayRemove(admin, "n"), NotFound},
		"owner hands on":                           {one.MayTransfer(user("o"), "o", "e"), ""},
		"owner hands on to an owner":               {two.MayTransfer(user("o"), "o", "p"), ""},
		"owner hands on to nobody":                 {one.MayTransfer(user("o"), "o", "n"), NotFound},
		"owner hands on to themselves":             {one.MayTransfer(user("o"), "o", "o"), Conflict},
		"owner hands on another's":                 {two.MayTransfer(user("o"), "p", "e"), Forbidden},
		"editor takes it":                          {one.MayTransfer(user("e"), "o", "e"), Forbidden},
		"admin hands on another's":                 {one.MayTransfer(admin, "o", "v"), ""},
		"admin hands on what nobody has":           {one.MayTransfer(admin, "e", "v"), Conflict},
		"admin takes it":                           {one.MayTransfer(adminAs("e"), "o", "e"), Forbidden},
		"admin adds themselves":                    {one.MayAdd(admin, "admin", Viewer), Forbidden},
		"editor adds a viewer":                     {one.MayAdd(user("e"), "n", Viewer), ""},
		"editor adds an editor":                    {one.MayAdd(user("e"), "n", Editor), Forbidden},
		"owner who is there adds themselves again": {one.MayAdd(user("o"), "o", Owner), ""},
	} {
		if KindOf(c.err) != c.want {
			t.Errorf("%s: %v, want %q", name, c.err, c.want)
		}
	}
}
