package incident

import (
	"errors"
	"fmt"
)

// Kind is the stable code of an error, the same over REST and the socket. One
// table in httpapi gives each its status and its title.
type Kind string

// The kinds. A client may switch on them; they never change their meaning.
const (
	Internal         Kind = "internal"           // our fault; the log has the cause
	Invalid          Kind = "invalid"            // the request is well-formed but breaks a rule
	Malformed        Kind = "malformed"          // not JSON, not the promised shape, unknown frame type
	Unauthenticated  Kind = "unauthenticated"    // no valid token, session or ticket
	BadCredentials   Kind = "bad_credentials"    // login refused; one text for every reason (F-AU-07)
	Forbidden        Kind = "forbidden"          // known user, act not allowed; also a room that does not exist (F-SE-02)
	LinkExpired      Kind = "link_expired"       // a signed link is past its time or was altered
	NotFound         Kind = "not_found"          // inside a room that the caller may read
	Conflict         Kind = "conflict"           // the state forbids it
	IDReused         Kind = "client_msg_id_used" // same client_msg_id, other content (F-RT-09)
	EmptyFile        Kind = "empty_file"         // a file of zero bytes
	FileRefused      Kind = "file_type_refused"  // not on the allow-list, or content and name disagree (F-UP-13)
	FileTooLarge     Kind = "file_too_large"     // over the limit of its kind (F-UP-07)
	ImageTooLarge    Kind = "image_too_large"    // more pixels than MaxImagePixels
	FilePending      Kind = "file_pending"       // not scanned yet; retry later (F-UP-31)
	FileInfected     Kind = "file_infected"      // in quarantine: nobody gets its bytes (F-UP-31)
	UploadIncomplete Kind = "upload_incomplete"  // fewer bytes arrived than announced
	ChecksumMismatch Kind = "checksum_mismatch"  // what arrived is not what the sender sent
	TusVersion       Kind = "tus_version"        // another version of the upload protocol than 1.0.0
	LengthRequired   Kind = "length_required"    // an upload without Content-Length
	BodyTooLarge     Kind = "body_too_large"     // request body or frame over its bound
	RateLimited      Kind = "rate_limited"       // too many; retry later
	Busy             Kind = "busy"               // a queue is full; retry later
	Moved            Kind = "moved"              // the room is changing its node; retry with the same id at once
	Unavailable      Kind = "unavailable"        // the database is away; retry later
	StoreDown        Kind = "store_unavailable"  // the object store is away; uploads wait, chat goes on (F-UP-22)
)

// Error is the one error type at a package's border. Detail is safe for a client
// and says what to do; Err is for the log.
type Error struct {
	Kind   Kind
	Op     string
	Detail string
	Err    error
}

func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// E makes an Error without a cause; detail is formatted and shown to clients.
func E(kind Kind, op, detail string, args ...any) *Error {
	return &Error{Kind: kind, Op: op, Detail: fmt.Sprintf(detail, args...)}
}

// Wrap makes an Error around a cause that clients do not see. It returns nil
// for a nil cause.
func Wrap(kind Kind, op string, err error, detail string) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, Op: op, Detail: detail, Err: err}
}

// KindOf returns the kind of the outermost Error in err's chain, Internal when
// there is none, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// DetailOf returns the client-safe text of the outermost Error in err's chain.
func DetailOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Detail
	}
	return ""
}

// Retryable reports whether the same request, sent again as it is, may succeed.
func (k Kind) Retryable() bool {
	switch k {
	case RateLimited, Busy, Moved, Unavailable, StoreDown, UploadIncomplete, FilePending:
		return true
	default:
		return false
	}
}

// Outcomes of an append that decide a room's life (see [Batch]). They are
// sentinels, not client errors.
var (
	// ErrFenced: another activation owns the room; nothing was written.
	ErrFenced = errors.New("fenced: the room has a newer epoch or another head")
	// ErrDuplicate: a client_msg_id of the batch is stored already; nothing was written.
	ErrDuplicate = errors.New("a client_msg_id of the batch is stored already")
	// ErrOutcomeUnknown: the connection was lost during commit; it may be written.
	ErrOutcomeUnknown = errors.New("the outcome of the commit is unknown")
)
