package incident

import "time"

// RoomQuery chooses a page of rooms.
type RoomQuery struct {
	Asker      UserID
	All        bool // every room, for ADMIN and AUDITOR; else only those where Asker is a member
	Statuses   []Status
	Severities []Severity
	Text       string // part of number, title, description, line, station or equipment
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

// FileQuery chooses a page of a room's files by offset or by the last file seen.
type FileQuery struct {
	Kind   FileKind // empty for all
	Limit  int
	Offset int
	Before *FileCursor // instead of Offset
}

// FileCursor is the place of a file in the order newest first.
type FileCursor struct {
	At time.Time
	ID FileID
}

// AuditQuery chooses a page of the audit trail.
type AuditQuery struct {
	Act    string
	Who    UserID
	Before string // id of the last entry seen
	Limit  int
}
