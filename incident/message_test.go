package incident

import (
	"strings"
	"testing"
	"time"
)

// F-RT-11: who may edit what, and for how long.
func TestMessagesAreEditedByTheirAuthorForAWhile(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	m := Message{Author: Person{ID: "li"}, Type: Text, Text: "x", At: at}
	with := func(change func(*Message)) Message { c := m; change(&c); return c }
	for name, c := range map[string]struct {
		m     Message
		by    UserID
		after time.Duration
		want  Kind
	}{
		"at once":            {m, "li", 0, ""},
		"in the last moment": {m, "li", EditWindow, ""},
		"too late":           {m, "li", EditWindow + time.Microsecond, Conflict},
		"by another":         {m, "wang", 0, Forbidden},
		"a tombstone":        {with(func(m *Message) { m.Deleted = &Done{} }), "li", 0, Conflict},
		"a file":             {with(func(m *Message) { m.Ref = &Reference{} }), "li", 0, Conflict},
		"a move":             {with(func(m *Message) { m.Type, m.Status = StatusUpdate, &StatusChange{} }), "li", 0, Conflict},
		"a status update":    {with(func(m *Message) { m.Type = StatusUpdate }), "li", 0, ""},
		"the last time":      {with(func(m *Message) { m.Edits = MaxEdits - 1 }), "li", 0, ""},
		"once too often":     {with(func(m *Message) { m.Edits = MaxEdits }), "li", 0, Conflict},
	} {
		if err := c.m.MayEdit(c.by, at.Add(c.after)); KindOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		m    Message
		want Kind
	}{
		"text":     {m, ""},
		"decision": {with(func(m *Message) { m.Type = Decision }), ""},
		"file":     {with(func(m *Message) { m.Ref = &Reference{} }), Conflict},
		"move":     {with(func(m *Message) { m.Status = &StatusChange{} }), Conflict},
	} {
		if err := c.m.MayDelete(); KindOf(err) != c.want {
			t.Errorf("delete a %s: %v, want %q", name, err, c.want)
		}
	}
}

// F-RT-03
func TestAReactionIsOneEmoji(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"👍", "👍🏽", "❤️", "✅", "⚠️", "👩‍🔧", "🇹🇼", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "#️⃣", "‼️", "⁉️", "〰️", "〽️", "↔️", "➕", "☎️", "™️", "👨‍👩‍👧‍👦", "👩🏽‍🔧", "❤️‍🔥", "🏽"} {
		if err := CheckEmoji(good); err != nil {
			t.Errorf("%q (%+q): %v", good, good, err)
		}
	}
	for _, bad := range []string{"", "ok", "好", "1", "#", " ", "👍 ", "a👍", "👍\n", "\xff", "\u200d", "\ufe0f", "<", "+", "👍👍", "1👍", "1", "11️⃣", "🇹", "🇹🇼👍", "👍🇹🇼", "👍⃣", strings.Repeat("👍", 9)} {
		if KindOf(CheckEmoji(bad)) != Invalid {
			t.Errorf("%q passes", bad)
		}
	}
}

// F-RT-11: whom a message calls.
func TestMentionsCallPeopleRolesAndAll(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m    Mentions
		user UserID
		role Role
		want bool
	}{
		"by name":           {Mentions{Users: []UserID{"li"}}, "li", Viewer, true},
		"another's name":    {Mentions{Users: []UserID{"li"}}, "wang", Viewer, false},
		"by role":           {Mentions{Roles: []Role{Editor}}, "li", Editor, true},
		"another's role":    {Mentions{Roles: []Role{Editor}}, "li", Owner, false},
		"all":               {Mentions{All: true}, "li", Viewer, true},
		"all, to no member": {Mentions{All: true}, "li", NoRole, false},
		"nobody":            {Mentions{}, "li", Owner, false},
	} {
		if got := c.m.Of("li", c.role); c.user == "li" && got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := c.m.Of(c.user, c.role); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !(Mentions{Roles: []Role{}}).Empty() || (Mentions{All: true}).Empty() || (Mentions{Roles: []Role{Owner}}).Empty() || (Mentions{Users: []UserID{"li"}}).Empty() {
		t.Error("empty")
	}
	id := UserID(thisRoom)
	many := make([]UserID, MaxMentions+1)
	for i := range many {
		many[i] = id
	}
	for name, m := range map[string]Mentions{
		"too many":  {Users: many},
		"no id":     {Users: []UserID{"li"}},
		"no role":   {Roles: []Role{"ADMIN"}},
		"role ×4":   {Roles: []Role{Owner, Owner, Owner, Owner}},
		"none role": {Roles: []Role{NoRole}},
	} {
		if KindOf(m.Check()) != Invalid {
			t.Errorf("%s passes", name)
		}
		if err := (&Draft{ClientMsgID: "a", Text: "x", Mentions: m}).Normalize(); KindOf(err) != Invalid {
			t.Errorf("%s passes in a draft: %v", name, err)
		}
	}
	if err := (Mentions{Users: many[:MaxMentions], Roles: Roles, All: true}).Check(); err != nil {
		t.Error(err)
	}
}

// F-RT-04, F-RT-09: only these types are sent by people; the type is part of what a
// retry must repeat.
func TestDraftsHaveTheTypesOfPeople(t *testing.T) {
	t.Parallel()
	for kind, want := range map[MessageType]Kind{"": "", Text: "", StatusUpdate: "", Decision: "", SystemMessage: Invalid, ImageRef: Invalid, FileRef: Invalid, "SHOUT": Invalid} {
		d := Draft{ClientMsgID: "a", Text: "x", Type: kind}
		if err := d.Normalize(); KindOf(err) != want {
			t.Errorf("%q: %v", kind, err)
		}
		if kind == "" && d.Type != Text {
			t.Errorf("no type became %q", d.Type)
		}
	}
	if (Draft{Text: "x"}).Digest() != (Draft{Text: "x", Type: Text}).Digest() || (Draft{Text: "x"}).Digest() == (Draft{Text: "x", Type: Decision}).Digest() {
		t.Error("the digest takes no notice of the type")
	}
}

func TestReasonsOfDeletingAreCleaned(t *testing.T) {
	t.Parallel()
	if got, err := CleanDeleteReason(" 個資 \n"); err != nil || got != "個資" {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{strings.Repeat("長", MaxDeleteReason+1), "a\x07", "\xff"} {
		if _, err := CleanDeleteReason(bad); KindOf(err) != Invalid {
			t.Errorf("%.10q passes", bad)
		}
	}
}
