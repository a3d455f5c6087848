package incident

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	thisRoom  = RoomID("0192f0c1-2b7a-7c3e-9a51-000000000001")
	otherRoom = RoomID("0192f0c1-2b7a-7c3e-9a51-000000000002")
)

// F-RM-09, written down a second time: every move that is not here is a conflict.
var lawfulMoves = map[Status]string{
	Open:         "ACKNOWLEDGED IN_PROGRESS CONTAINED RESOLVED CLOSED CANCELLED DUPLICATE",
	Acknowledged: "IN_PROGRESS CONTAINED RESOLVED CLOSED CANCELLED DUPLICATE",
	InProgress:   "CONTAINED RESOLVED CLOSED CANCELLED DUPLICATE",
	Contained:    "RESOLVED CLOSED CANCELLED DUPLICATE",
	Resolved:     "CLOSED IN_PROGRESS",
	Closed:       "ARCHIVED IN_PROGRESS",
	Cancelled:    "ARCHIVED",
	Duplicate:    "ARCHIVED",
	Archived:     "",
}

// F-RM-09, F-RM-10: whatever is done to a room, it is never in an illegal state,
// and what is refused changes nothing.
func TestARoomIsNeverInAnIllegalState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clock := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
		r := Room{ID: thisRoom, Title: "漏油", Type: Equipment, Severity: High, Status: Open, Version: 1, DeclaredAt: clock, LastActivity: clock}
		members := Members{"li": {Person: Person{ID: "li", Name: "李"}, Role: Editor}}
		version := func() int { return r.Version - rapid.SampledFrom([]int{0, 0, 0, 0, 1, -1}).Draw(t, "stale") }
		checkStep := func(after Room, changed []FieldChange, err error, seen int) {
			if r.Status == Archived && (err == nil && len(changed) > 0) {
				t.Fatalf("an archived room became %+v", after)
			}
			switch {
			case err != nil:
				if KindOf(err) != Conflict && KindOf(err) != Invalid || DetailOf(err) == "" {
					t.Fatalf("refused with %v", err)
				}
				if fmt.Sprintf("%+v", after) != fmt.Sprintf("%+v", r) || changed != nil {
					t.Fatalf("refused, yet changed: %+v to %+v", r, after)
				}
				if seen != r.Version && KindOf(err) != Conflict {
					t.Fatalf("a stale version is refused with %v", err)
				}
			case seen != r.Version:
				t.Fatalf("version %d was accepted, the room has %d", seen, r.Version)
			case len(changed) == 0:
				if after.Version != r.Version {
					t.Fatalf("nothing changed, yet version %d became %d", r.Version, after.Version)
				}
			case after.Version != r.Version+1:
				t.Fatalf("version %d became %d", r.Version, after.Version)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"move": func(t *rapid.T) {
				clock = clock.Add(time.Minute)
				m := Move{
					To: rapid.SampledFrom(Statuses).Draw(t, "to"), Version: version(), Of: rapid.SampledFrom([]RoomID{otherRoom, thisRoom}).Draw(t, "of"),
					Reason: sometimes(t, "reason"), Resolution: sometimes(t, "resolution"), RootCause: sometimes(t, "root cause"), Waiver: sometimes(t, "waiver"),
				}
				if err := m.Normalize(); err != nil {
					t.Fatal(err)
				}
				after, changed, err := r.Move(m, clock)
				checkStep(after, changed, err, m.Version)
				if err == nil {
					if !slices.Contains(strings.Fields(lawfulMoves[r.Status]), string(m.To)) {
						t.Fatalf("%s became %s", r.Status, m.To)
					}
					if changed[0] != (FieldChange{"status", string(r.Status), string(m.To)}) {
						t.Fatalf("a move says %+v", changed)
					}
					checkTimes(t, r, after, clock)
				}
				r = after
			},
			"update": func(t *rapid.T) {
				clock = clock.Add(time.Minute)
				p := RoomPatch{
					Version:  version(),
					Severity: maybe(t, "severity", append(slices.Clone(Severities), "RED")),
					Title:    maybe(t, "title", []string{"漏油", "又漏油", " "}),
					Assignee: maybe(t, "assignee", []UserID{"li", "", "nobody"}),
					Tags:     maybe(t, "tags", [][]string{nil, {"液壓"}, {""}}),
				}
				if r.Status.ReadOnly() {
					return // the room's actor refuses it before it asks for the fields
				}
				after, changed, err := r.Update(p, members)
				checkStep(after, changed, err, p.Version)
				if after.Status != r.Status {
					t.Fatalf("a patch moved the room to %s", after.Status)
				}
				if err == nil {
					checkTimes(t, r, after, time.Time{})
				}
				r = after
			},
			"": func(t *rapid.T) { checkRoom(t, r) },
		})
	})
}

func sometimes(t *rapid.T, label string) string {
	if rapid.Bool().Draw(t, label) {
		return label
	}
	return ""
}

func maybe[T any](t *rapid.T, label string, values []T) *T {
	if !rapid.Bool().Draw(t, label+" given") {
		return nil
	}
	v := rapid.SampledFrom(values).Draw(t, label)
	return &v
}

// checkRoom holds for every room that can be reached.
func checkRoom(t *rapid.T, r Room) {
	switch {
	case !r.Status.Valid():
		t.Fatalf("status %q", r.Status)
	case r.Title == "" || !slices.Contains(Severities, r.Severity) || slices.Contains(r.Tags, ""):
		t.Fatalf("fields: %+v", r)
	case r.Assignee != nil && *r.Assignee != (Person{ID: "li", Name: "李"}):
		t.Fatalf("assigned to %+v", r.Assignee)
	case r.Status == Resolved && (r.Resolution == "" || r.ResolvedAt == nil || r.ClosedAt != nil):
		t.Fatalf("resolved without resolution or time, or closed: %+v", r)
	case r.Status == Closed && (r.Resolution == "" || r.RootCause == "" && r.Waiver == "" || r.ClosedAt == nil):
		t.Fatalf("closed without resolution, root cause or waiver, or time: %+v", r)
	case r.Status.Live() && (r.ResolvedAt != nil || r.ClosedAt != nil || r.ArchivedAt != nil):
		t.Fatalf("live, yet resolved, closed or archived once: %+v", r)
	case (r.Status == Archived) != (r.ArchivedAt != nil):
		t.Fatalf("archived at %v, %s", r.ArchivedAt, r.Status)
	case r.Status == Acknowledged && r.AcknowledgedAt == nil, r.Status == Contained && r.ContainedAt == nil:
		t.Fatalf("%s without its time", r.Status)
	case r.Status == Duplicate && r.DuplicateOf != otherRoom, r.DuplicateOf == r.ID:
		t.Fatalf("duplicate of %q", r.DuplicateOf)
	}
}

// checkTimes says that only the move into a status writes its time, and that only
// reopening takes times away.
func checkTimes(t *rapid.T, before, after Room, at time.Time) {
	reopened := at != (time.Time{}) && !before.Status.Live() && after.Status == InProgress
	for _, f := range []struct {
		status      Status
		was, is     *time.Time
		gone, moved bool
	}{
		{Acknowledged, before.AcknowledgedAt, after.AcknowledgedAt, false, false},
		{Contained, before.ContainedAt, after.ContainedAt, false, false},
		{Resolved, before.ResolvedAt, after.ResolvedAt, true, false},
		{Closed, before.ClosedAt, after.ClosedAt, true, false},
		{Archived, before.ArchivedAt, after.ArchivedAt, false, false},
	} {
		f.moved = at != (time.Time{}) && after.Status == f.status
		switch {
		case f.moved:
			if f.is == nil || !f.is.Equal(at) {
				t.Fatalf("moved to %s at %v, it says %v", f.status, at, f.is)
			}
		case reopened && f.gone:
			if f.is != nil {
				t.Fatalf("reopened, yet %s at %v", f.status, f.is)
			}
		case (f.was == nil) != (f.is == nil) || f.was != nil && !f.was.Equal(*f.is):
			t.Fatalf("the time of %s changed from %v to %v by becoming %s", f.status, f.was, f.is, after.Status)
		}
	}
}

// F-RM-09: every cell of the table of moves, with all texts given.
func TestMovesAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	for _, from := range Statuses {
		lawful := strings.Fields(lawfulMoves[from])
		if got := fmt.Sprint(from.Moves()); got != fmt.Sprint(lawful) {
			t.Errorf("%s offers %s, want %v", from, got, lawful)
		}
		for _, to := range Statuses {
			r := Room{ID: thisRoom, Status: from, Version: 3}
			m := Move{To: to, Version: 3, Reason: "r", Resolution: "s", RootCause: "c", Of: otherRoom}
			after, _, err := r.Move(m, at)
			if slices.Contains(lawful, string(to)) {
				if err != nil || after.Status != to {
					t.Errorf("%s to %s: %v", from, to, err)
				}
				continue
			}
			if KindOf(err) != Conflict || after.Status != from {
				t.Errorf("%s to %s: %v, want a conflict", from, to, err)
			}
		}
	}
	if !Open.Live() || Resolved.Live() || Cancelled.Live() || Status("GONE").Valid() {
		t.Error("live or valid")
	}
}

// F-RM-09: what a move must say.
func TestMovesSayWhatTheyMust(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		room Room
		move Move
		says string // of the refusal; empty for a move that is done
	}{
		"resolved without resolution": {Room{Status: Open}, Move{To: Resolved}, "resolution is empty"},
		"resolved":                    {Room{Status: Open}, Move{To: Resolved, Resolution: "s"}, ""},
		"closed without resolution":   {Room{Status: Contained}, Move{To: Closed, RootCause: "c"}, "resolution is empty"},
		"closed without root cause":   {Room{Status: Contained}, Move{To: Closed, Resolution: "s"}, "root_cause is empty"},
		"closed with a waiver":        {Room{Status: Contained}, Move{To: Closed, Resolution: "s", Waiver: "w"}, ""},
		"closed after it was said":    {Room{Status: Resolved, Resolution: "s", RootCause: "c"}, Move{To: Closed}, ""},
		"reopened without reason":     {Room{Status: Closed, Resolution: "s"}, Move{To: InProgress}, "reason is empty"},
		"cancelled without reason":    {Room{Status: Open}, Move{To: Cancelled}, "reason is empty"},
		"duplicate of itself":         {Room{ID: thisRoom, Status: Open}, Move{To: Duplicate, Of: thisRoom}, "this room itself"},
		"going on needs no reason":    {Room{Status: Open}, Move{To: InProgress}, ""},
	} {
		c.room.Version, c.move.Version = 1, 1
		_, _, err := c.room.Move(c.move, time.Time{})
		if c.says == "" && err != nil || c.says != "" && (KindOf(err) != Invalid || !strings.Contains(DetailOf(err), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	r := Room{Status: Closed, Version: 1, Resolution: "s", RootCause: "c", Waiver: "w"}
	after, _, err := r.Move(Move{To: InProgress, Version: 1, Reason: "又漏", Resolution: "x"}, time.Time{})
	if err != nil || after.Resolution+after.RootCause+after.Waiver != "" {
		t.Errorf("reopened: %+v, %v", after, err)
	}
}

// Whose move it is: F-RM-09 with the table "who may do what".
func TestMovesNeedAnAct(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to Status
		want     Act
	}{
		{Open, Acknowledged, ActAcknowledge},
		{Open, InProgress, ActStatus},
		{Acknowledged, Contained, ActStatus},
		{Open, Resolved, ActStatus},
		{Contained, Closed, ActSettings},
		{Resolved, Closed, ActSettings},
		{Resolved, InProgress, ActSettings},
		{Closed, InProgress, ActSettings},
		{Open, Cancelled, ActSettings},
		{Open, Duplicate, ActSettings},
		{Closed, Archived, ActSettings},
		{Archived, Acknowledged, ActSettings},
		{"", Acknowledged, ActSettings},
	} {
		if got := (Move{To: c.to}).Act(c.from); got != c.want {
			t.Errorf("%s to %s needs %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

func TestMovesAreNormalized(t *testing.T) {
	t.Parallel()
	m := Move{To: Resolved, Resolution: " 換油封\n試車 ", Of: otherRoom}
	if err := m.Normalize(); err != nil || m.Resolution != "換油封\n試車" || m.Of != "" {
		t.Errorf("%+v, %v", m, err)
	}
	for name, m := range map[string]Move{
		"no status":       {},
		"no such status":  {To: "GONE"},
		"long reason":     {To: Cancelled, Reason: strings.Repeat("長", MaxReason+1)},
		"long resolution": {To: Resolved, Resolution: strings.Repeat("長", MaxResolution+1)},
		"long root cause": {To: Closed, RootCause: strings.Repeat("長", MaxResolution+1)},
		"control":         {To: Closed, Waiver: "a\x07"},
		"duplicate of no": {To: Duplicate},
	} {
		if err := m.Normalize(); KindOf(err) != Invalid || DetailOf(err) == "" {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}
