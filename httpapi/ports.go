package httpapi

import (
	"context"
	"io"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
)

// Library is what reading requests need of the projections. All methods are safe
// for concurrent use; a database that cannot be reached is incident.Unavailable.
type Library interface {
	// CreateRoom declares an incident: number, room, creator as OWNER, first
	// events and audit row in one transaction. n is normalized.
	CreateRoom(ctx context.Context, by incident.Principal, n incident.NewRoom) (incident.Room, error)
	// Role returns p's role in the room; NoRole for a non-member and for a room
	// that does not exist.
	Role(ctx context.Context, room incident.RoomID, user incident.UserID) (incident.Role, error)
	// Room returns the room with the asker's role filled in, or incident.NotFound.
	Room(ctx context.Context, room incident.RoomID, asker incident.UserID) (incident.Room, error)
	// Rooms returns a page, newest activity first, and how many match in all.
	Rooms(ctx context.Context, q incident.RoomQuery) ([]incident.Room, int, error)
	// Members returns a room's members, owners first, then by name.
	Members(ctx context.Context, room incident.RoomID) ([]incident.Member, error)
	// Checklist returns a room's items in their order.
	Checklist(ctx context.Context, room incident.RoomID) ([]incident.ChecklistItem, error)
	// Message returns one as it reads now, or incident.NotFound.
	Message(ctx context.Context, room incident.RoomID, id incident.MessageID) (incident.Message, error)
	// History returns all versions of a message, oldest first; none of a deleted
	// one. A message that does not exist is incident.NotFound.
	History(ctx context.Context, room incident.RoomID, id incident.MessageID) ([]incident.Edit, error)
	// Copy lets use read all of a room as it stands at this moment; use must not wait
	// for anybody. A room that does not exist is incident.NotFound.
	Copy(ctx context.Context, room incident.RoomID, use func(incident.RoomCopy) error) error
	// Pins returns the pinned messages by seq, at most 200.
	Pins(ctx context.Context, room incident.RoomID) ([]incident.Message, error)
	// Timeline returns a page of what the room shows.
	Timeline(ctx context.Context, room incident.RoomID, q incident.TimelineQuery) (incident.Timeline, error)
	// Search returns a page of hits, newest first, and where the next one starts;
	// nil on the last one.
	Search(ctx context.Context, q incident.SearchQuery) ([]incident.Hit, *incident.SearchCursor, error)
	// Messages returns a page by rising seq, the room's head at that moment, and
	// whether more lie in the direction of paging.
	Messages(ctx context.Context, room incident.RoomID, q incident.MessageQuery) (msgs []incident.Message, head incident.Seq, more bool, err error)
	// Events returns log entries after a seq by rising seq, and the head.
	Events(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error)
	// Head returns the seq of a room's newest event.
	Head(ctx context.Context, room incident.RoomID) (incident.Seq, error)
	// Files returns a page of files that are not deleted, newest first, and how
	// many there are in all.
	Files(ctx context.Context, room incident.RoomID, q incident.FileQuery) ([]incident.File, int, error)
	// File returns a file, deleted ones included, or incident.NotFound.
	File(ctx context.Context, room incident.RoomID, file incident.FileID) (incident.File, error)
	// Accounts returns a page of all accounts, by user name.
	Accounts(ctx context.Context, q incident.AccountQuery, now time.Time) ([]incident.ListedUser, error)
	// Use adds up what the files of all rooms take.
	Use(ctx context.Context) (incident.StorageUse, error)
	// Users finds enabled accounts by a part of the name or user name.
	Users(ctx context.Context, q string, limit int) ([]incident.User, error)
	// User returns an account, or incident.NotFound.
	User(ctx context.Context, id incident.UserID) (incident.User, error)
	// Templates returns the newest version of each template, with retired ones if
	// asked for.
	Templates(ctx context.Context, retired bool) ([]incident.Template, error)
	// Template returns a version, the newest for zero, or incident.NotFound.
	Template(ctx context.Context, id incident.TemplateID, version int) (incident.Template, error)
	// CreateTemplate stores version 1 of a new template, with its audit row. t is
	// normalized; its id and version are given here.
	CreateTemplate(ctx context.Context, by incident.Principal, t incident.Template) (incident.Template, error)
	// UpdateTemplate stores the version after t.Version; incident.Conflict when
	// that is not the newest.
	UpdateTemplate(ctx context.Context, by incident.Principal, t incident.Template) (incident.Template, error)
	// RetireTemplate offers a template no more; again is no error.
	RetireTemplate(ctx context.Context, by incident.Principal, id incident.TemplateID) error
}

// Newcomers are the people of a directory who have no account yet; auth.Newcomers
// is one.
type Newcomers interface {
	// Search finds up to limit people of the directory: those with an enabled account,
	// and those without one. It answers within seconds. Errors: NotFound where there
	// is no directory to search, Busy, Unavailable.
	Search(ctx context.Context, query string, limit int) (known []incident.User, strangers []incident.DirectoryPerson, err error)
	// Invite returns a person's account, and whether it was made for this. Errors:
	// NotFound, Conflict, Busy, Unavailable.
	Invite(ctx context.Context, key string) (u incident.User, made bool, err error)
}

// Audit is the append-only trail (F-SE-05).
type Audit interface {
	// Record appends an entry; it fills in the id and the time.
	Record(ctx context.Context, e incident.AuditEntry) error
	// Entries returns a page, newest first.
	Entries(ctx context.Context, q incident.AuditQuery) ([]incident.AuditEntry, error)
}

// Uploads takes files in, in one request or in many. Errors beside those named: what
// [Rooms] returns, and StoreDown.
type Uploads interface {
	// Take stores and records a file of n.Size bytes, which it reads from r, or
	// leaves nothing of it. Errors: Invalid, EmptyFile, FileRefused, FileTooLarge,
	// ImageTooLarge, UploadIncomplete, ChecksumMismatch.
	Take(ctx context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload, r io.Reader) (incident.File, error)
	// Begin announces a file that comes in several requests, or finds the one of
	// the same bytes that this user has sent or is sending to the room. Errors:
	// Invalid, EmptyFile, FileRefused, FileTooLarge.
	Begin(ctx context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload) (incident.Progress, error)
	// Find tells how far the user's upload has come. Errors: NotFound.
	Find(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID) (incident.Progress, error)
	// Append adds a chunk and records the file with its last byte. After a
	// retryable error the upload goes on where Find says; after another one of the
	// last chunk's it is gone. Errors: NotFound, Conflict for an offset that is not
	// the upload's, ChecksumMismatch, and those of Take.
	Append(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID, c incident.Chunk) (incident.Progress, error)
	// End gives the user's upload up. Errors: NotFound, Conflict.
	End(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID) error
	// Open returns the user's uploads to the room that are not finished.
	Open(ctx context.Context, p incident.Principal, room incident.RoomID) ([]incident.Upload, error)
}

// Evidence keeps the bytes of files.
type Evidence interface {
	// Open returns a file's bytes; the caller closes them. Errors: NotFound, StoreDown.
	Open(ctx context.Context, f incident.File) (Content, error)
	// Thumbnail returns an image's preview, a JPEG, making and keeping it on first
	// use. Errors: NotFound for other kinds, Busy, StoreDown.
	Thumbnail(ctx context.Context, f incident.File) (Content, error)
	// Text returns a page of a log as UTF-8; it reads no more of the file than a few
	// hundred kilobytes. Errors: NotFound, StoreDown.
	Text(ctx context.Context, f incident.File, q incident.TextQuery) (incident.TextPage, error)
	// Link returns a presigned URL at a store that clients can reach, or "" when
	// they shall fetch through this server.
	Link(ctx context.Context, f incident.File, ttl time.Duration, attachment bool) (string, error)
	// Check reports whether the store answers.
	Check(ctx context.Context) error
}

// Content is an opened object that can serve ranges. It is an alias, so that a
// store implements Evidence without importing this package.
type Content = io.ReadSeekCloser

// Rooms is the room engine: what changes a room goes through the room's actor,
// which decides permission again in the room's own order. All methods are safe
// for concurrent use. Errors beside those named: Forbidden, Moved, Busy,
// Unavailable.
type Rooms interface {
	// Post stores a message and returns it once it is durable. The same
	// ClientMsgID with the same content returns the stored one, with other
	// content incident.IDReused. The draft is normalized.
	Post(ctx context.Context, p incident.Principal, room incident.RoomID, d incident.Draft) (incident.Message, error)
	// AddMember brings user in. Errors: NotFound for an unknown or disabled
	// account, Conflict for a member with another role.
	AddMember(ctx context.Context, p incident.Principal, room incident.RoomID, user incident.UserID, role incident.Role) (incident.Member, error)
	// Declared tells the members of a new room that it is there.
	Declared(room incident.Room, members []incident.UserID)
	// UpdateRoom changes fields. Errors: Conflict for a stale version, Invalid.
	UpdateRoom(ctx context.Context, p incident.Principal, room incident.RoomID, patch incident.RoomPatch) (incident.Room, error)
	// MoveRoom changes the status. m is normalized. Errors: Conflict for a stale
	// version and an illegal move, Invalid for a missing text.
	MoveRoom(ctx context.Context, p incident.Principal, room incident.RoomID, m incident.Move) (incident.Room, error)
	// RemoveMember ends a membership, also one's own. Errors: NotFound, Conflict.
	RemoveMember(ctx context.Context, p incident.Principal, room incident.RoomID, user incident.UserID) error
	// SetRole gives a member another role. Errors: NotFound, Conflict.
	SetRole(ctx context.Context, p incident.Principal, room incident.RoomID, user incident.UserID, role incident.Role) (incident.Member, error)
	// Transfer makes to an OWNER and from, who was one, an EDITOR. Errors:
	// NotFound, Conflict.
	Transfer(ctx context.Context, p incident.Principal, room incident.RoomID, from, to incident.UserID) error
	// EditMessage changes the asker's message. text is normalized. Errors:
	// NotFound, Conflict.
	EditMessage(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, text string, mentions incident.Mentions) error
	// DeleteMessage leaves a tombstone; deleting twice is no error. Errors:
	// NotFound, Conflict, Invalid for a missing reason.
	DeleteMessage(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, reason string) error
	// React puts the asker's emoji under a message, or takes it away; twice is no
	// error. Errors: NotFound, Conflict, Invalid.
	React(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, emoji string, there bool) error
	// Pin puts a message on the room's short history, or takes it off; twice is no
	// error. Errors: NotFound, Conflict.
	Pin(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.MessageID, pinned bool) error
	// Tick ticks an item of the checklist, or takes the tick away; twice is no
	// error. Errors: NotFound.
	Tick(ctx context.Context, p incident.Principal, room incident.RoomID, item incident.ItemID, done bool) error
	// MarkRead moves the asker's read pointer forward, at most to the head.
	MarkRead(ctx context.Context, p incident.Principal, room incident.RoomID, upTo incident.Seq) error
	// DeleteFile takes a file out of sight; deleting it twice is no error. Errors:
	// NotFound, Invalid for a missing reason.
	DeleteFile(ctx context.Context, p incident.Principal, room incident.RoomID, file incident.FileID, reason string) error
}

// Cluster is the installation's nodes; alone it is one.
type Cluster interface {
	// Self is the node that answers.
	Self() incident.NodeID
	// Nodes returns every node, this one included, as of its last renewal.
	Nodes(ctx context.Context) ([]incident.Node, error)
	// Drain tells a node to leave as it does on SIGTERM, and returns before it
	// has; telling it again is no error. Errors: NotFound.
	Drain(ctx context.Context, id incident.NodeID) error
}

// Sessions tells who is asking; auth.Gate is one.
type Sessions interface {
	// Login signs a person in. Errors: BadCredentials, RateLimited, Busy.
	Login(ctx context.Context, username, password, from, userAgent string) (auth.Grant, error)
	// Refresh trades a refresh token. Errors: Unauthenticated, with an
	// auth.ReplayError in its chain when a used token came back.
	Refresh(ctx context.Context, refreshToken string) (auth.Grant, error)
	// Logout ends the principal's session.
	Logout(ctx context.Context, p incident.Principal) error
	// Verify returns whose access token it is, or incident.Unauthenticated.
	Verify(ctx context.Context, accessToken string) (incident.Principal, error)
	// Ticket returns a one-use proof for a socket, good for auth.TicketTTL.
	Ticket(ctx context.Context, p incident.Principal) (string, error)
	// Sessions returns an account's sessions that live, newest first.
	Sessions(ctx context.Context, user incident.UserID) ([]incident.Session, error)
	// Revoke ends one of owner's sessions, or anybody's where owner is empty. What by
	// does here is audited with it. Error: NotFound.
	Revoke(ctx context.Context, by incident.Principal, id incident.SessionID, owner incident.UserID) error
	// MakeToken makes an API token that acts for u and returns it with what proves it.
	// Errors: Invalid, Conflict when u has too many.
	MakeToken(ctx context.Context, by incident.Principal, u incident.User, name string, scopes incident.Scopes, ttl time.Duration) (string, incident.Token, error)
	// Tokens returns an account's API tokens that work, newest first.
	Tokens(ctx context.Context, user incident.UserID) ([]incident.Token, error)
	// RevokeToken is Revoke for API tokens.
	RevokeToken(ctx context.Context, by incident.Principal, id incident.SessionID, owner incident.UserID) error
	// RevokeAll ends all sessions of an account and returns how many lived. Error:
	// NotFound.
	RevokeAll(ctx context.Context, by incident.Principal, user incident.UserID) (int, error)
	// ChangeAccount changes an account and signs it out. Errors: NotFound, Conflict.
	ChangeAccount(ctx context.Context, by incident.Principal, user incident.UserID, c incident.AccountChange) (incident.User, error)
}
