package incident

// Act is something that a person may be allowed to do. Acts without a room are
// decided by the system role alone.
type Act string

// The acts of the table "who may do what". openapi.yaml names the act of every
// operation and of every frame.
const (
	ActDeclare          Act = "declare"            // open a room; the declarer becomes its OWNER
	ActRead             Act = "read"               // room, history, search, files, downloads
	ActExport           Act = "export"             // all of a room as one document that leaves the installation
	ActReact            Act = "react"              // reactions, read pointer
	ActAcknowledge      Act = "acknowledge"        // move a room from OPEN to ACKNOWLEDGED
	ActPost             Act = "post"               // messages, typing, pins, checklist; edit and delete one's own
	ActUpload           Act = "upload"             // files
	ActDeleteOwnFile    Act = "delete_own_file"    // a file that one uploaded
	ActDeleteAnyFile    Act = "delete_any_file"    // anybody's file
	ActDeleteAnyMessage Act = "delete_any_message" // anybody's message
	ActStatus           Act = "status"             // status, severity, assignee
	ActSettings         Act = "settings"           // all other fields; close, reopen, cancel, archive
	ActAddViewer        Act = "add_viewer"         // add a member as VIEWER
	ActManageMembers    Act = "manage_members"     // add with any role, remove, change roles
	ActTransfer         Act = "transfer"           // hand the ownership on
	ActLeave            Act = "leave"              // end one's own membership
	ActFindPeople       Act = "find_people"        // accounts, to add them to a room
	ActReadTemplates    Act = "read_templates"     // what rooms can be made from
	ActManageTemplates  Act = "manage_templates"   // make, change and retire templates
	ActReadUsers        Act = "read_users"         // all accounts and their sessions
	ActManageUsers      Act = "manage_users"       // disable accounts, change their system role, end their sessions
	ActReadAudit        Act = "read_audit"         // the audit trail
	ActReadCluster      Act = "read_cluster"       // the nodes and their figures
	ActReadStorage      Act = "read_storage"       // what the files take
	ActDrainNode        Act = "drain_node"         // take a node out of service
	ActReadRetention    Act = "read_retention"     // the retention policy, what it would do, and what was purged
	ActManageRetention  Act = "manage_retention"   // change the policy, purge rooms
	ActHoldRoom         Act = "hold_room"          // keep a room from being purged, and let it go again
)

type rule struct {
	owner, editor, viewer bool // as a member
	anyone                bool // signed in, whatever the role in the room
	admin, auditor        bool // by system role, without membership

	scope Scopes // that a token needs, beside ScopeAdmin where its person's office decides
}

var rules = map[Act]rule{
	ActDeclare:          {anyone: true, scope: ScopeWrite},
	ActRead:             {owner: true, editor: true, viewer: true, admin: true, auditor: true, scope: ScopeRead},
	ActExport:           {owner: true, editor: true, admin: true, auditor: true, scope: ScopeRead},
	ActReact:            {owner: true, editor: true, viewer: true, scope: ScopeWrite},
	ActAcknowledge:      {owner: true, editor: true, viewer: true, admin: true, scope: ScopeWrite},
	ActPost:             {owner: true, editor: true, scope: ScopeWrite},
	ActUpload:           {owner: true, editor: true, scope: ScopeWrite},
	ActDeleteOwnFile:    {owner: true, editor: true, viewer: true, scope: ScopeWrite},
	ActDeleteAnyFile:    {owner: true, admin: true, scope: ScopeWrite},
	ActDeleteAnyMessage: {owner: true, admin: true, scope: ScopeWrite},
	ActStatus:           {owner: true, editor: true, admin: true, scope: ScopeWrite},
	ActSettings:         {owner: true, admin: true, scope: ScopeWrite},
	ActAddViewer:        {owner: true, editor: true, admin: true, scope: ScopeWrite},
	ActManageMembers:    {owner: true, admin: true, scope: ScopeWrite},
	ActTransfer:         {owner: true, admin: true, scope: ScopeWrite},
	ActLeave:            {owner: true, editor: true, viewer: true, scope: ScopeWrite},
	ActFindPeople:       {anyone: true, auditor: true, scope: ScopeRead},
	ActReadTemplates:    {anyone: true, auditor: true, scope: ScopeRead},
	ActManageTemplates:  {admin: true, scope: ScopeWrite},
	ActReadUsers:        {admin: true, auditor: true, scope: ScopeRead},
	ActManageUsers:      {admin: true, scope: ScopeWrite},
	ActReadAudit:        {admin: true, auditor: true, scope: ScopeRead},
	ActReadCluster:      {admin: true, auditor: true, scope: ScopeRead},
	ActReadStorage:      {admin: true, auditor: true, scope: ScopeRead},
	ActDrainNode:        {admin: true, scope: ScopeWrite},
	ActReadRetention:    {admin: true, auditor: true, scope: ScopeRead},
	ActManageRetention:  {admin: true, scope: ScopeWrite},
	ActHoldRoom:         {admin: true, scope: ScopeWrite},
}

// Can decides whether p, who has role in the room concerned, may do act. An act
// without a rule is refused. An AUDITOR declares nothing and gains nothing from
// the column for anyone. A token does no more than its scopes say, and without
// ScopeAdmin it has no office.
func Can(p Principal, role Role, act Act) bool {
	r, ok := rules[act]
	if !ok || p.ID == "" || !p.Scopes.allow(r.scope) {
		return false
	}
	office := p.Scopes.allow(ScopeAdmin)
	switch role {
	case Owner:
		if r.owner {
			return true
		}
	case Editor:
		if r.editor {
			return true
		}
	case Viewer:
		if r.viewer {
			return true
		}
	}
	switch p.System {
	case SystemAdmin:
		return r.admin && office || r.anyone
	case SystemAuditor:
		return r.auditor && office
	case SystemUser:
		return r.anyone
	default:
		return false
	}
}

// Known reports whether the table has a line for act.
func (act Act) Known() bool { _, ok := rules[act]; return ok }

// ByOffice reports whether p may do act only because of the system role, not as
// a member; such acts are audited.
func ByOffice(p Principal, role Role, act Act) bool {
	return Can(p, role, act) && !Can(Principal{Person: p.Person, System: SystemUser, Scopes: p.Scopes}, role, act)
}

// Refusal is the Forbidden error of an act that [Can] refuses p. A non-member
// reads the same whether the room exists or not (F-SE-02).
func Refusal(p Principal, role Role, act Act) error {
	if err := OutOfScope(p, role, act); err != nil {
		return err
	}
	if role == NoRole {
		return E(Forbidden, string(act), "You are not a member of this room. Ask one of its owners to add you.")
	}
	return E(Forbidden, string(act), "Your role in this room, %s, does not allow this. Ask one of its owners.", role)
}

// OutOfScope is the Forbidden error of an act that p's person may do, but not by this
// token; nil for any other.
func OutOfScope(p Principal, role Role, act Act) error {
	whole := p
	whole.Scopes = 0
	if Can(p, role, act) || !Can(whole, role, act) {
		return nil
	}
	return E(Forbidden, string(act), "This API token's scopes, %s, do not allow this. Make one with the scopes that it needs.", p.Scopes)
}
