package incident

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// IncidentType says what kind of trouble a room is about.
type IncidentType string

// The incident types (F-RM-08).
const (
	Equipment IncidentType = "equipment"
	Quality   IncidentType = "quality"
	Material  IncidentType = "material"
	Safety    IncidentType = "safety"
	Process   IncidentType = "process"
	IT        IncidentType = "it"
	Other     IncidentType = "other"
)

// IncidentTypes lists all types in the order in which a page offers them.
var IncidentTypes = []IncidentType{Equipment, Quality, Material, Safety, Process, IT, Other}

// Severity says how bad it is.
type Severity string

// The severities, lowest first.
const (
	Low      Severity = "LOW"
	Medium   Severity = "MEDIUM"
	High     Severity = "HIGH"
	Critical Severity = "CRITICAL"
)

// Severities lists all severities, lowest first.
var Severities = []Severity{Low, Medium, High, Critical}

// Status is a room's place in the life of an incident (F-RM-09).
type Status string

// The statuses.
const (
	Open         Status = "OPEN"
	Acknowledged Status = "ACKNOWLEDGED"
	InProgress   Status = "IN_PROGRESS"
	Contained    Status = "CONTAINED"
	Resolved     Status = "RESOLVED"
	Closed       Status = "CLOSED"
	Archived     Status = "ARCHIVED"
	Cancelled    Status = "CANCELLED"
	Duplicate    Status = "DUPLICATE"
)

// Statuses lists all statuses in the order of an incident's life.
var Statuses = []Status{Open, Acknowledged, InProgress, Contained, Resolved, Closed, Archived, Cancelled, Duplicate}

// ReadOnly reports whether nobody may change a room in this status.
func (s Status) ReadOnly() bool { return s == Archived }

// Place says where in the plant an incident is. Every part may be empty.
type Place struct {
	Site      string `json:"site,omitempty"`
	Line      string `json:"line,omitempty"`
	Station   string `json:"station,omitempty"`
	Equipment string `json:"equipment,omitempty"`
}

// Room is one incident and the conversation about it.
type Room struct {
	ID           RoomID       `json:"room_id"`
	Number       string       `json:"number"`
	Title        string       `json:"title"`
	Type         IncidentType `json:"incident_type"`
	Severity     Severity     `json:"severity"`
	Status       Status       `json:"status"`
	Place        Place        `json:"place"`
	Lot          string       `json:"lot,omitempty"`
	Description  string       `json:"description,omitempty"`
	LineStopped  bool         `json:"line_stopped"`
	UnitsAtRisk  int          `json:"units_at_risk"`
	Tags         []string     `json:"tags,omitempty"`
	Template     TemplateID   `json:"template_id,omitempty"`
	TemplateVer  int          `json:"template_version,omitempty"`
	CreatedBy    Person       `json:"created_by"`
	Assignee     *Person      `json:"assignee,omitempty"`
	Resolution   string       `json:"resolution,omitempty"`
	RootCause    string       `json:"root_cause,omitempty"`
	Waiver       string       `json:"waiver,omitempty"` // why nobody looks for a root cause
	DuplicateOf  RoomID       `json:"duplicate_of,omitempty"`
	DeclaredAt   time.Time    `json:"declared_at"`
	LastActivity time.Time    `json:"last_activity_at"`
	Version      int          `json:"version"` // counts the changes of the fields above
	Head         Seq          `json:"-"`
	Epoch        Epoch        `json:"-"`
	Role         Role         `json:"-"` // of the person who asked
	Read         Seq          `json:"-"` // up to where the person who asked has read
	Unread       int          `json:"-"` // messages of others after Read, at most MaxUnread
	Mentions     int          `json:"-"` // of them, those that mention the person who asked
	MemberCount  int          `json:"-"`
	LastMessage  string       `json:"-"` // first line of the newest message, for the list
	Hold         *RoomHold    `json:"-"` // what keeps it from being purged; only where one room is read

	// When it first reached a status; nil for one that was skipped. A reopened
	// incident is neither resolved nor closed.
	AcknowledgedAt *time.Time `json:"acknowledged_at,omitempty"`
	ContainedAt    *time.Time `json:"contained_at,omitempty"`
	ResolvedAt     *time.Time `json:"resolved_at,omitempty"`
	ClosedAt       *time.Time `json:"closed_at,omitempty"`
	ArchivedAt     *time.Time `json:"archived_at,omitempty"`
}

// MaxUnread is where counting unread messages ends.
const MaxUnread = 1000

// Number formats a room's number: gapless per year of declaration.
func Number(year, n int) string { return fmt.Sprintf("INC-%04d-%05d", year, n) }

// Bounds of text, in characters (F-DB-01, F-DB-02 give the columns).
const (
	MaxTitle       = 200
	MaxPlacePart   = 80
	MaxLot         = 80
	MaxDescription = 4000
	MaxTags        = 20
	MaxTag         = 40
	MaxUnits       = 1_000_000_000
)

// FirstLine is what a list of rooms shows of a message.
func FirstLine(text string) string {
	const most = 120 // characters
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if utf8.RuneCountInString(line) > most {
		line = string([]rune(line)[:most]) + "…"
	}
	return line
}

// NewRoom is what a declarer says about an incident.
type NewRoom struct {
	Title       string
	Type        IncidentType
	Severity    Severity
	Place       Place
	Lot         string
	Description string
	LineStopped bool
	UnitsAtRisk int
	Tags        []string
	Template    *Template // already looked up; nil without one
}

// Normalize trims what people typed, fills what the template gives, and returns
// an Invalid error that names the first field that breaks a rule, or that the
// template requires.
func (n *NewRoom) Normalize() error {
	const op = "declare incident"
	if t := n.Template; t != nil {
		if n.Type == "" {
			n.Type = t.Type
		}
		if n.Severity == "" {
			n.Severity = t.Severity
		}
	}
	r := Room{
		Title: n.Title, Type: n.Type, Severity: n.Severity, Place: n.Place, Lot: n.Lot, Description: n.Description,
		LineStopped: n.LineStopped, UnitsAtRisk: n.UnitsAtRisk, Tags: n.Tags,
	}
	if err := r.normalize(op); err != nil {
		return err
	}
	n.Title, n.Place, n.Lot, n.Description, n.Tags = r.Title, r.Place, r.Lot, r.Description, r.Tags
	if n.Template == nil {
		return nil
	}
	for _, f := range n.Template.Required {
		if r.lacks(f) {
			return E(Invalid, op, "%s is empty: this template requires it", f)
		}
	}
	return nil
}

// normalize trims what people typed, and returns an Invalid error that names the
// first field that breaks a rule.
func (r *Room) normalize(op string) error {
	for _, f := range []struct {
		name string
		text *string
		max  int
	}{
		{"title", &r.Title, MaxTitle},
		{"site", &r.Place.Site, MaxPlacePart},
		{"line", &r.Place.Line, MaxPlacePart},
		{"station", &r.Place.Station, MaxPlacePart},
		{"equipment", &r.Place.Equipment, MaxPlacePart},
		{"lot", &r.Lot, MaxLot},
	} {
		*f.text = strings.TrimSpace(*f.text)
		if err := checkText(op, f.name, *f.text, f.max, false); err != nil {
			return err
		}
	}
	r.Description = strings.TrimSpace(r.Description)
	if err := checkText(op, "description", r.Description, MaxDescription, true); err != nil {
		return err
	}
	if r.Title == "" {
		return E(Invalid, op, "title is empty: say in a few words what happened")
	}
	if !contains(IncidentTypes, r.Type) {
		return E(Invalid, op, "incident_type must be one of %v", IncidentTypes)
	}
	if !contains(Severities, r.Severity) {
		return E(Invalid, op, "severity must be one of %v", Severities)
	}
	if r.UnitsAtRisk < 0 || r.UnitsAtRisk > MaxUnits {
		return E(Invalid, op, "units_at_risk must be between 0 and %d", MaxUnits)
	}
	if len(r.Tags) > MaxTags {
		return E(Invalid, op, "at most %d tags", MaxTags)
	}
	for i, tag := range r.Tags {
		r.Tags[i] = strings.TrimSpace(tag)
		if r.Tags[i] == "" {
			return E(Invalid, op, "a tag is empty: remove it")
		}
		if err := checkText(op, "tag", r.Tags[i], MaxTag, false); err != nil {
			return err
		}
	}
	return nil
}

// lacks reports whether a field that a template may require is empty.
func (r *Room) lacks(f RequiredField) bool {
	switch f {
	case "site":
		return r.Place.Site == ""
	case "line":
		return r.Place.Line == ""
	case "station":
		return r.Place.Station == ""
	case "equipment":
		return r.Place.Equipment == ""
	case "lot":
		return r.Lot == ""
	case "description":
		return r.Description == ""
	case "units_at_risk":
		return r.UnitsAtRisk == 0
	default:
		return false
	}
}

func contains[T comparable](all []T, one T) bool {
	for _, v := range all {
		if v == one {
			return true
		}
	}
	return false
}

// checkText refuses text that is not UTF-8, is too long, or carries control
// characters; line breaks and tabs pass where lines is true.
func checkText(op, field, text string, maxChars int, lines bool) error {
	if !utf8.ValidString(text) {
		return E(Invalid, op, "%s is not valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(text); n > maxChars {
		return E(Invalid, op, "%s has %d characters, at most %d are allowed", field, n, maxChars)
	}
	for _, r := range text {
		if unicode.IsControl(r) && (!lines || r != '\n' && r != '\t' && r != '\r') {
			return E(Invalid, op, "%s contains a control character (U+%04X): remove it", field, r)
		}
	}
	return nil
}
