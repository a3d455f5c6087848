package incident

import "time"

// RoomQuery chooses a page of rooms.
type RoomQuery struct {
	Asker      UserID
	All        bool // every room, for ADMIN and AUDITOR; else only those where Asker is a member
	Mine       bool // only those where Asker is a member or the assignee, also for ADMIN and AUDITOR
	Assigned   bool // only those whose assignee is Asker
	Statuses   []Status
	Severities []Severity
	Types      []IncidentType
	Roles      []Role // only those where Asker has one of these roles
	Line       string // exactly
	Since      time.Time
	Until      time.Time // declared at or after Since, before Until; zero for no bound
	Text       string    // part of number, title, description, line, station or equipment
	Limit      int
	Offset     int
}

// MessageQuery chooses a page of a conversation: before Before, after After, or
// the newest when both are zero and Forward is false.
type MessageQuery struct {
	Before  Seq
	After   Seq
	Forward bool // page forward from After, which may be zero
	Limit   int
}

// TimelineQuery chooses a page of what a room shows, by seq: the newest, those
// before Before, those after After (with Forward), or those around Around, half of
// them before. At most one of the three is given.
type TimelineQuery struct {
	Before  Seq
	After   Seq
	Forward bool // page forward from After, which may be zero
	Around  Seq
	Limit   int
}

// Timeline is a page of what a room shows: the events of its log but for those
// that only change a message, by rising seq, each message as it reads now.
type Timeline struct {
	Events []Event
	Head   Seq  // of the room when it was read: later events are not in it
	Before bool // there are older ones
	After  bool // there are newer ones
}

// SearchKind is what a search finds.
type SearchKind string

// The kinds of what is found.
const (
	FoundMessage SearchKind = "message"
	FoundRoom    SearchKind = "room" // by number, title or description
	FoundFile    SearchKind = "file" // by name or description
)

// SearchKinds lists all.
var SearchKinds = []SearchKind{FoundMessage, FoundRoom, FoundFile}

// SearchQuery chooses a page of what the asker may read, newest first.
type SearchQuery struct {
	Asker  UserID
	All    bool   // in every room, for ADMIN and AUDITOR; else where Asker is a member
	Text   string // every word must be found; case does not count
	Kinds  []SearchKind
	Room   RoomID
	Author UserID
	Since  time.Time
	Until  time.Time // at or after Since, before Until; zero for no bound
	Before *SearchCursor
	Limit  int
}

// SearchCursor is the place of a hit in the order newest first.
type SearchCursor struct {
	At time.Time
	ID string // of the message, room or file
}

// Hit is one thing found. Snippet is the part of its text around the first match.
type Hit struct {
	Kind    SearchKind
	Room    RoomID
	Number  string // of the room
	Title   string // of the room
	Message MessageID
	File    FileID
	Seq     Seq // of the message or of the file's event; zero for a room
	Author  Person
	At      time.Time
	Snippet []SnippetPart
}

// SnippetPart is a piece of text that matches, or not.
type SnippetPart struct {
	Text  string
	Match bool
}

// FileQuery chooses a page of a room's files by offset or by the last file seen.
type FileQuery struct {
	Kind   FileKind // empty for all
	Limit  int
	Offset int
	Before *FileCursor // instead of Offset

	Quarantined bool // also those in which something was found
}

// FileCursor is the place of a file in the order newest first.
type FileCursor struct {
	At time.Time
	ID FileID
}

// AccountQuery chooses a page of all accounts, by user name.
type AccountQuery struct {
	Text     string     // part of a name or user name
	System   SystemRole // empty for all
	Disabled *bool
	After    string // user name of the last one seen
	Limit    int
}

// AuditQuery chooses a page of the audit trail, newest first or, with Forward, oldest
// first. Empty fields choose nothing.
type AuditQuery struct {
	Act     string
	Who     UserID
	Target  string // how it begins, as "room 0192…"
	Outcome string
	From    string // client address
	Since   time.Time
	Until   time.Time // at or after Since, before Until
	After   string    // id of the last entry seen, on the way forward
	Before  string    // id of the last entry seen, on the way back
	Forward bool
	Limit   int
}
