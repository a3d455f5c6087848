package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Bounds of a retention policy, in days. An archive that is younger than the least is
// still being read; the most is a century.
const (
	MinRetentionDays = 30
	MaxRetentionDays = 36500
)

// RetentionPolicy says how many days after they were archived rooms are purged, by
// severity (F-FU-02). A severity without days is kept for ever, and so is everything
// under the zero policy.
type RetentionPolicy struct {
	Days      map[Severity]int
	Version   int // counts the changes; 0 before the first one
	ChangedAt time.Time
	ChangedBy Person
}

// Check refuses days out of bounds.
func (p RetentionPolicy) Check() error {
	for s, days := range p.Days {
		if !slices.Contains(Severities, s) {
			return E(Invalid, "set retention", "days are given by severity, one of %v", Severities)
		}
		if days < MinRetentionDays || days > MaxRetentionDays {
			return E(Invalid, "set retention", "days of %s must be %d to %d, or none to keep these rooms for ever", s, MinRetentionDays, MaxRetentionDays)
		}
	}
	return nil
}

// DueAt is when an archived room of that severity may be purged; false for never.
func (p RetentionPolicy) DueAt(s Severity, archived time.Time) (time.Time, bool) {
	days, ok := p.Days[s]
	return archived.AddDate(0, 0, days), ok
}

// RoomHold keeps a room from being purged for as long as it stands, whatever the policy
// and whoever asks.
type RoomHold struct {
	Room   RoomID
	By     Person
	At     time.Time
	Reason string
}

// NormalizeReason trims why somebody does what cannot be undone, or what others must
// understand later, and refuses an empty one.
func NormalizeReason(op, reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return "", E(Invalid, op, "reason is empty: say why")
	}
	return reason, checkText(op, "reason", reason, MaxReason, true)
}

// PurgeState is how far a purge has come.
type PurgeState string

// The states of a purge. From the first on the room is gone for everybody.
const (
	PurgeRemoving PurgeState = "removing" // rows or objects may be left
	PurgeSettling PurgeState = "settling" // all are removed; objects of what was under way then are looked for once more
	PurgeDone     PurgeState = "done"
)

// Tombstone is what is kept of a room that was purged: that it was there, how much it
// held and who ended it, but nothing of what was said in it.
type Tombstone struct {
	Room       RoomID
	Number     string
	Severity   Severity
	DeclaredAt time.Time
	ArchivedAt time.Time
	PurgedAt   time.Time
	RemovedAt  *time.Time // when the last row and object went; nil before
	By         Person     // House for a policy
	Reason     string     // of a person; empty for a policy
	Policy     int        // version of the policy that took it; 0 for a person
	State      PurgeState
	Events     int64
	Messages   int64
	Files      int64 // also deleted ones
	Bytes      int64 // of these files
	LogHash    string
}

// PurgeCause is who ends a room, and why. A policy's purge takes only what its policy
// makes due at Now.
type PurgeCause struct {
	By     Principal
	Reason string
	Policy *RetentionPolicy
	Now    time.Time
}

// RetentionCandidate is an archived room that a policy makes due.
type RetentionCandidate struct {
	Room       RoomID
	Number     string
	Title      string
	Severity   Severity
	ArchivedAt time.Time
	DueAt      time.Time
	Events     int64
	Files      int64 // also deleted ones
	Bytes      int64
	Hold       *RoomHold // what keeps it
}

// RetentionQuery chooses a page of what a policy makes due at Now, the longest archived
// first.
type RetentionQuery struct {
	Policy RetentionPolicy
	Now    time.Time
	Held   bool // those that a hold keeps instead of those that would go
	Limit  int
	Offset int
}

// RetentionPreview is what a policy would do now: a page of rooms, and the sums over all
// pages of those that would go.
type RetentionPreview struct {
	Rooms []RetentionCandidate
	Total int64 // of what the query chooses
	Due   int64 // rooms that would go
	Held  int64 // rooms that a hold keeps
	Files int64 // of those that would go
	Bytes int64
}

// Spared is a room that was not purged, and why.
type Spared struct {
	Room RoomID
	Err  error
}

// Cutoffs returns, in the order of [Severities], for each severity with days the time
// at or before which rooms must have been archived to be due at now.
func (p RetentionPolicy) Cutoffs(now time.Time) []RetentionCutoff {
	var list []RetentionCutoff
	for s, days := range p.Days {
		list = append(list, RetentionCutoff{s, now.AddDate(0, 0, -days)})
	}
	slices.SortFunc(list, func(a, b RetentionCutoff) int {
		return cmp.Compare(slices.Index(Severities, a.Severity), slices.Index(Severities, b.Severity))
	})
	return list
}

// RetentionCutoff is the newest archive date of a severity that is due.
type RetentionCutoff struct {
	Severity Severity
	Archived time.Time
}
