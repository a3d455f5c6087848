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

// Roles lists all roles, highest first.
var Roles = []Role{Owner, Editor, Viewer}

// Valid reports whether r is a role that a member can have.
func (r Role) Valid() bool { return r.rank() > 0 }

// rank is higher for a role that may do more.
func (r Role) rank() int {
	switch r {
	case Owner:
		return 3
	case Editor:
		return 2
	case Viewer:
		return 1
	default:
		return 0
	}
}

// MaxMembers bounds a room.
const MaxMembers = 1000

// Member is one person's place in one room.
type Member struct {
	Person
	Role    Role      `json:"role"`
	AddedBy UserID    `json:"added_by"`
	AddedAt time.Time `json:"added_at"`
	Read    Seq       `json:"-"` // read up to here, where known
}

// Members are a room's members by id. Its methods decide what a change of them
// needs beside a line in the table of acts; each returns nil, Forbidden or
// Conflict.
type Members map[UserID]Member

// MayAdd decides whether p may add who with the role given: an EDITOR adds
// VIEWERs only, and nobody adds themselves (nobody raises themselves).
func (ms Members) MayAdd(p Principal, who UserID, given Role) error {
	role := ms[p.ID].Role
	if given == Viewer && !Can(p, role, ActAddViewer) {
		return Refusal(p, role, ActAddViewer)
	}
	if given != Viewer && !Can(p, role, ActManageMembers) {
		return Refusal(p, role, ActManageMembers)
	}
	if p.ID == who && ms[who].Role == NoRole {
		return E(Forbidden, string(ActManageMembers), "Nobody adds themselves. Ask an owner of the room or another administrator.")
	}
	return nil
}

// MaySetRole decides whether p may give the member who the role to.
func (ms Members) MaySetRole(p Principal, who UserID, to Role) error {
	const op = string(ActManageMembers)
	role, target := ms[p.ID].Role, ms[who].Role
	switch {
	case !Can(p, role, ActManageMembers):
		return Refusal(p, role, ActManageMembers)
	case target == NoRole:
		return E(NotFound, op, "This person is no member of the room.")
	case p.ID == who && to.rank() > target.rank():
		return E(Forbidden, op, "Nobody raises themselves. Ask an owner of the room or another administrator.")
	case target == Owner && to != Owner:
		return ms.mayUnown(p, who, op)
	default:
		return nil
	}
}

// MayRemove decides whether p may end the membership of who, which may be p.
func (ms Members) MayRemove(p Principal, who UserID) error {
	role, target := ms[p.ID].Role, ms[who].Role
	act := ActManageMembers
	if p.ID == who && role != NoRole {
		act = ActLeave
	}
	switch {
	case !Can(p, role, act):
		return Refusal(p, role, act)
	case target == NoRole:
		return E(NotFound, string(act), "This person is no member of the room.")
	case target == Owner:
		return ms.mayUnown(p, who, string(act))
	default:
		return nil
	}
}

// mayUnown decides whether p may take the role of an OWNER away: only an ADMIN
// does, and never the last one's (F-MB-04). An OWNER hands it on by transfer.
func (ms Members) mayUnown(p Principal, who UserID, op string) error {
	if !p.Admin() {
		return E(Conflict, op, "An owner gives this role up by transferring it; only an administrator can take it.")
	}
	return ms.ownedWithout(who, op)
}

func (ms Members) ownedWithout(who UserID, op string) error {
	for id, m := range ms {
		if m.Role == Owner && id != who {
			return nil
		}
	}
	return E(Conflict, op, "A room is never without an owner. Make somebody else its owner first.")
}

// MayTransfer decides whether p may hand the ownership of from to the member to.
// An OWNER hands on their own; an ADMIN anybody's.
func (ms Members) MayTransfer(p Principal, from, to UserID) error {
	const op = string(ActTransfer)
	role := ms[p.ID].Role
	switch {
	case !Can(p, role, ActTransfer):
		return Refusal(p, role, ActTransfer)
	case p.ID != from && !p.Admin():
		return E(Forbidden, op, "An owner transfers their own role only.")
	case p.ID == to && ms[to].Role != Owner:
		return E(Forbidden, op, "Nobody raises themselves. Ask an owner of the room or another administrator.")
	case ms[from].Role != Owner:
		return E(Conflict, op, "The person whose ownership is to be transferred is no owner.")
	case ms[to].Role == NoRole:
		return E(NotFound, op, "The new owner must be a member of the room. Add them first.")
	case from == to:
		return E(Conflict, op, "This person is the owner already.")
	default:
		return nil
	}
}
