package incident

// SystemRole is what a person may do outside of rooms.
type SystemRole string

// The system roles (F-AU-09).
const (
	SystemUser    SystemRole = "USER"
	SystemAuditor SystemRole = "AUDITOR"
	SystemAdmin   SystemRole = "ADMIN"
)

// Valid reports whether r is one of the three system roles.
func (r SystemRole) Valid() bool {
	return r == SystemUser || r == SystemAuditor || r == SystemAdmin
}

// Principal is who is asking, proven by a token, a ticket or a signed link.
type Principal struct {
	Person
	System  SystemRole
	Session SessionID
	Scopes  Scopes // of an API token; zero for a person who signed in
	From    string // client address, for the audit trail
	Request string // request id, for the audit trail
}

// Token reports whether a program asks, by an API token.
func (p Principal) Token() bool { return p.Scopes != 0 }

// Admin reports whether p has the office of an ADMIN, and a token of theirs its scope.
func (p Principal) Admin() bool { return p.System == SystemAdmin && p.Scopes.allow(ScopeAdmin) }

// House is who acts where no person does: the server itself, inside rooms. It can
// sign in nowhere and asks for nothing.
var House = Person{ID: "house", Name: "Task Reporter"}

// User is an account as an administrator and a directory search see it.
type User struct {
	Person
	Username string
	System   SystemRole
	Disabled bool
}
