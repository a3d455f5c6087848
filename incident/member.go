package incident

import "time"

// Role is what a member may do in one room. NoRole is a non-member.
type Role string

// The roles, highest first (F-MB-02).
const (
	Owner  Role = "OWNER"
	Editor Role = "EDITOR"
	Viewer Role = "VIEWER"
	NoRole Role = ""
)

// Valid reports whether r is a role that a member can have.
func (r Role) Valid() bool { return r == Owner || r == Editor || r == Viewer }

// Member is one person's place in one room.
type Member struct {
	Person
	Role    Role      `json:"role"`
	AddedBy UserID    `json:"added_by"`
	AddedAt time.Time `json:"added_at"`
}
