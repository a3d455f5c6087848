package incident

import (
	"slices"
	"strconv"
	"strings"
)

// RoomPatch changes some fields of a room; nil leaves a field as it is.
type RoomPatch struct {
	Version     int // of the room that the author of the patch saw (F-RM-10)
	Title       *string
	Type        *IncidentType
	Severity    *Severity
	Site        *string
	Line        *string
	Station     *string
	Equipment   *string
	Lot         *string
	Description *string
	LineStopped *bool
	UnitsAtRisk *int
	Tags        *[]string
	Assignee    *UserID // "" for nobody
}

// FieldChange is one field of a room before and after, as text. A description is
// named only.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Acts are what the patch needs: severity and assignee one, all else another.
func (p RoomPatch) Acts() []Act {
	var acts []Act
	if p.Severity != nil || p.Assignee != nil {
		acts = append(acts, ActStatus)
	}
	q := p
	q.Version, q.Severity, q.Assignee = 0, nil, nil
	if q != (RoomPatch{}) || len(acts) == 0 {
		acts = append(acts, ActSettings)
	}
	return acts
}

// Update returns the room after a patch, and what it changed; nothing when the
// room is so already. members are the room's, of whom the assignee must be one.
// Errors: Conflict for a stale version, Invalid for a field that breaks a rule.
func (r Room) Update(p RoomPatch, members Members) (Room, []FieldChange, error) {
	const op = "update room"
	if p.Version != r.Version {
		return r, nil, errStale(op, r)
	}
	after := r
	give(&after.Title, p.Title)
	give(&after.Type, p.Type)
	give(&after.Severity, p.Severity)
	give(&after.Place.Site, p.Site)
	give(&after.Place.Line, p.Line)
	give(&after.Place.Station, p.Station)
	give(&after.Place.Equipment, p.Equipment)
	give(&after.Lot, p.Lot)
	give(&after.Description, p.Description)
	give(&after.LineStopped, p.LineStopped)
	give(&after.UnitsAtRisk, p.UnitsAtRisk)
	if p.Tags != nil {
		after.Tags = slices.Clone(*p.Tags)
	}
	if err := after.normalize(op); err != nil {
		return r, nil, err
	}
	switch {
	case p.Assignee == nil:
	case *p.Assignee == "":
		after.Assignee = nil
	default:
		m, ok := members[*p.Assignee]
		if !ok {
			return r, nil, E(Invalid, op, "The assignee must be a member of the room. Add them first.")
		}
		after.Assignee = &Person{ID: m.ID, Name: m.Name}
	}
	changed := r.changes(after)
	if len(changed) > 0 {
		after.Version++
	}
	return after, changed, nil
}

func give[T any](field *T, v *T) {
	if v != nil {
		*field = *v
	}
}

// changes names the fields in which two states of a room differ.
func (r Room) changes(after Room) []FieldChange {
	name := func(p *Person) string {
		if p == nil {
			return ""
		}
		return p.Name
	}
	id := func(p *Person) UserID {
		if p == nil {
			return ""
		}
		return p.ID
	}
	var list []FieldChange
	add := func(field, from, to string) {
		if from != to {
			list = append(list, FieldChange{field, from, to})
		}
	}
	add("status", string(r.Status), string(after.Status))
	add("severity", string(r.Severity), string(after.Severity))
	add("title", r.Title, after.Title)
	add("incident_type", string(r.Type), string(after.Type))
	add("site", r.Place.Site, after.Place.Site)
	add("line", r.Place.Line, after.Place.Line)
	add("station", r.Place.Station, after.Place.Station)
	add("equipment", r.Place.Equipment, after.Place.Equipment)
	add("lot", r.Lot, after.Lot)
	add("line_stopped", strconv.FormatBool(r.LineStopped), strconv.FormatBool(after.LineStopped))
	add("units_at_risk", strconv.Itoa(r.UnitsAtRisk), strconv.Itoa(after.UnitsAtRisk))
	add("tags", strings.Join(r.Tags, ", "), strings.Join(after.Tags, ", "))
	add("resolution", r.Resolution, after.Resolution)
	add("root_cause", r.RootCause, after.RootCause)
	add("waiver", r.Waiver, after.Waiver)
	add("duplicate_of", string(r.DuplicateOf), string(after.DuplicateOf))
	if id(r.Assignee) != id(after.Assignee) {
		list = append(list, FieldChange{"assignee", name(r.Assignee), name(after.Assignee)})
	}
	if r.Description != after.Description {
		list = append(list, FieldChange{Field: "description"})
	}
	return list
}
