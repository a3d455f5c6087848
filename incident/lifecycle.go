package incident

import (
	"slices"
	"strings"
	"time"
)

// moves is the life of an incident (F-RM-09): where each status may go. Steps may
// be skipped forward; every other move is a conflict.
var moves = map[Status][]Status{
	Open:         {Acknowledged, InProgress, Contained, Resolved, Closed, Cancelled, Duplicate},
	Acknowledged: {InProgress, Contained, Resolved, Closed, Cancelled, Duplicate},
	InProgress:   {Contained, Resolved, Closed, Cancelled, Duplicate},
	Contained:    {Resolved, Closed, Cancelled, Duplicate},
	Resolved:     {Closed, InProgress},
	Closed:       {Archived, InProgress},
	Cancelled:    {Archived},
	Duplicate:    {Archived},
	Archived:     {},
}

// Moves returns where a room in this status may go, the next step first.
func (s Status) Moves() []Status { return slices.Clone(moves[s]) }

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { _, ok := moves[s]; return ok }

// Live reports whether an incident in this status still needs somebody.
func (s Status) Live() bool {
	switch s {
	case Open, Acknowledged, InProgress, Contained:
		return true
	default:
		return false
	}
}

// Bounds of what is written with a move, in characters.
const (
	MaxReason     = 1000
	MaxResolution = 4000
)

// Move is one step in an incident's life.
type Move struct {
	To         Status
	Version    int    // of the room that the mover saw
	Reason     string // needed to reopen and to cancel; else optional
	Resolution string // needed for RESOLVED, once
	RootCause  string // needed for CLOSED, once, or a waiver
	Waiver     string // why nobody looks for a root cause
	Of         RoomID // DUPLICATE only
}

// Act is what the move needs: anybody in the room acknowledges; ending an incident
// and reopening it is for those who own it.
func (m Move) Act(from Status) Act {
	switch {
	case from == Open && m.To == Acknowledged:
		return ActAcknowledge
	case m.To.Live() && from.Live(), m.To == Resolved:
		return ActStatus
	default:
		return ActSettings
	}
}

// Normalize trims what people typed and refuses what no room allows.
func (m *Move) Normalize() error {
	const op = "move room"
	if !m.To.Valid() {
		return E(Invalid, op, "status must be one of %v", Statuses)
	}
	for _, f := range []struct {
		name string
		text *string
		max  int
	}{
		{"reason", &m.Reason, MaxReason},
		{"resolution", &m.Resolution, MaxResolution},
		{"root_cause", &m.RootCause, MaxResolution},
		{"waiver", &m.Waiver, MaxReason},
	} {
		*f.text = strings.TrimSpace(*f.text)
		if err := checkText(op, f.name, *f.text, f.max, true); err != nil {
			return err
		}
	}
	if m.To == Duplicate && !ValidUUID(string(m.Of)) {
		return E(Invalid, op, "duplicate_of must be the room_id of the incident that this one repeats")
	}
	if m.To != Duplicate {
		m.Of = ""
	}
	return nil
}

// Move returns the room after a move at that time, and what it changed. The move
// is normalized, the mover allowed. Errors: Conflict for a stale version and for a
// move that the status does not allow, Invalid for a missing text.
func (r Room) Move(m Move, at time.Time) (Room, []FieldChange, error) {
	const op = "move room"
	if m.Version != r.Version {
		return r, nil, errStale(op, r)
	}
	if !slices.Contains(moves[r.Status], m.To) {
		if next := moves[r.Status]; len(next) > 0 {
			return r, nil, E(Conflict, op, "A room that is %s cannot become %s. It can become %v.", r.Status, m.To, next)
		}
		return r, nil, E(Conflict, op, "The room is %s: that is its end.", r.Status)
	}
	after := r
	after.Status = m.To
	set := func(field *string, text string) {
		if text != "" {
			*field = text
		}
	}
	reopened := m.To == InProgress && !r.Status.Live()
	if !reopened {
		set(&after.Resolution, m.Resolution)
		set(&after.RootCause, m.RootCause)
		set(&after.Waiver, m.Waiver)
	}
	switch {
	case reopened && m.Reason == "":
		return r, nil, E(Invalid, op, "reason is empty: say why the incident is open again")
	case reopened:
		after.Resolution, after.RootCause, after.Waiver = "", "", ""
		after.ResolvedAt, after.ClosedAt = nil, nil
	case m.To == Acknowledged:
		after.AcknowledgedAt = &at
	case m.To == Contained:
		after.ContainedAt = &at
	case m.To == Resolved || m.To == Closed:
		if after.Resolution == "" {
			return r, nil, E(Invalid, op, "resolution is empty: say how the incident was resolved")
		}
		if m.To == Resolved {
			after.ResolvedAt = &at
			break
		}
		if after.RootCause == "" && after.Waiver == "" {
			return r, nil, E(Invalid, op, "root_cause is empty: say what caused the incident, or give a waiver that says why nobody looks for it")
		}
		after.ClosedAt = &at
	case m.To == Cancelled && m.Reason == "":
		return r, nil, E(Invalid, op, "reason is empty: say why the incident is cancelled")
	case m.To == Duplicate:
		if m.Of == r.ID {
			return r, nil, E(Invalid, op, "duplicate_of is this room itself")
		}
		after.DuplicateOf = m.Of
	case m.To == Archived:
		after.ArchivedAt = &at
	}
	after.Version++
	return after, r.changes(after), nil
}

func errStale(op string, r Room) error {
	return E(Conflict, op, "The room has changed meanwhile (version %d). Read it again, then repeat the change.", r.Version)
}
