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
	// Users finds enabled accounts by a part of the name or user name.
	Users(ctx context.Context, q string, limit int) ([]incident.User, error)
	// User returns an account, or incident.NotFound.
	User(ctx context.Context, id incident.UserID) (incident.User, error)
	// Templates returns all templates in their shipped order.
	Templates(ctx context.Context) ([]incident.Template, error)
	// Template returns one, or incident.NotFound.
	Template(ctx context.Context, id incident.TemplateID) (incident.Template, error)
}

// Audit is the append-only trail (F-SE-05).
type Audit interface {
	// Record appends an entry; it fills in the id and the time.
	Record(ctx context.Context, e incident.AuditEntry) error
	// Entries returns a page, newest first.
	Entries(ctx context.Context, q incident.AuditQuery) ([]incident.AuditEntry, error)
}

// Evidence keeps the bytes of files.
type Evidence interface {
	// Receive streams exactly up.Size bytes into the store while it checks that
	// they are what up.Filename promises, and returns the file to be recorded.
	// On any error nothing of it is left in the store. Errors: EmptyFile,
	// FileRefused, ImageTooLarge, UploadIncomplete, StoreDown.
	Receive(ctx context.Context, up incident.Upload, r io.Reader) (incident.File, error)
	// Discard removes the bytes of an upload that was not recorded.
	Discard(ctx context.Context, up incident.Upload) error
	// Open returns a file's bytes; the caller closes them. Errors: NotFound, StoreDown.
	Open(ctx context.Context, f incident.File) (Content, error)
	// Thumbnail returns an image's preview, a JPEG, making and keeping it on first
	// use. Errors: NotFound for other kinds, Busy, StoreDown.
	Thumbnail(ctx context.Context, f incident.File) (Content, error)
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
	// BeginUpload admits a file by role, name, size and how many are on their
	// way. Every admitted upload ends in FinishUpload or AbortUpload. Errors:
	// EmptyFile, FileRefused, FileTooLarge, Busy.
	BeginUpload(ctx context.Context, p incident.Principal, room incident.RoomID, filename string, size int64) (incident.Upload, error)
	// FinishUpload records a stored file with its event and its message, durable
	// when it returns. An error that wraps incident.ErrOutcomeUnknown leaves open
	// whether it was recorded; after any other error it was not.
	FinishUpload(ctx context.Context, p incident.Principal, f incident.File) (incident.File, error)
	// AbortUpload frees the place of an upload that failed. gone says that its
	// bytes are removed; else its record stays for the sweep.
	AbortUpload(ctx context.Context, up incident.Upload, gone bool)
	// DeleteFile takes a file out of sight; deleting it twice is no error.
	DeleteFile(ctx context.Context, p incident.Principal, room incident.RoomID, file incident.FileID) error
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
}
