// Package object owns where the bytes of evidence rest: a local directory
// ([Disk]) or any S3-compatible server ([S3]), behind one contract ([Store]).
//
// Invariants:
//   - Under a key there is the whole object or nothing: no reader ever sees a
//     part of one.
//   - Memory per object in flight does not grow with its size (F-UP-24).
//   - A store that is away answers incident.StoreDown within seconds.
//
// It does not look into the bytes (package content does), and it does not know
// rooms, files or people. objecttest holds the suite that every store must pass.
package object

import (
	"context"
	"io"
	"time"

	"taskreporter/incident"
)

// Store keeps objects of a known size under keys that are never used for other
// bytes. It is safe for concurrent use. Errors are of kind incident.StoreDown
// unless said otherwise; incident.Invalid is a key that breaks [CheckKey].
type Store interface {
	// Put streams exactly size bytes from r under key, replacing what was there,
	// and returns when they will outlive a crash. r is not read after Put returned, so Put
	// waits for a Read in progress: r must give up when ctx ends.
	//
	// An error of r is returned as it is. More or fewer bytes than size are
	// incident.UploadIncomplete. After an error nothing of this call is under
	// key, unless the connection broke while the store was confirming: callers
	// call Delete after any error. Put is repeated on transient faults only while
	// no byte of r has been taken, as a stream cannot be rewound.
	Put(ctx context.Context, key, mime string, size int64, r io.Reader) error
	// PutPiece is Put for bytes whose checksum the caller keeps: what the way to the
	// store does to them is found only when they are read, and after an error
	// anything may be under key.
	PutPiece(ctx context.Context, key string, size int64, r io.Reader) error
	// Open returns the object's bytes, readable until ctx ends; the caller closes
	// them. Seek costs nothing by itself. Error: incident.NotFound.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Get returns the object's bytes in one request, from the first on, readable
	// until ctx ends; the caller closes them. Error: incident.NotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Stat returns the object's size. Error: incident.NotFound.
	Stat(ctx context.Context, key string) (size int64, err error)
	// Delete removes the object; a key without one is no error.
	Delete(ctx context.Context, key string) error
	// List calls each for every object whose key lies below the segments of prefix,
	// or for every object when prefix is "", by rising key in the order of bytes.
	// An object that is put or deleted meanwhile may be left out. Keys that others
	// made may break CheckKey. Memory does not grow with the number of objects,
	// but for a directory's names on disk. each may use the store; its error ends
	// the list and is returned as it is.
	List(ctx context.Context, prefix string, each func(Entry) error) error
	// Presign returns a URL at which anyone can GET the object until ttl has
	// passed, or "" when clients cannot reach the store.
	Presign(ctx context.Context, key string, ttl time.Duration, as Presentation) (string, error)
	// Check reports whether the store can take and give objects now.
	Check(ctx context.Context) error
	// Bucket names the container that all keys live in, for the record.
	Bucket() string
}

// Entry is an object as it is listed.
type Entry struct {
	Key      string
	Size     int64 // bytes
	Modified time.Time
}

// Presentation is how a presigned URL serves its object.
type Presentation struct {
	Mime        string // Content-Type
	Disposition string // Content-Disposition, see RFC 6266
}

// MaxKey bounds a key, in bytes; the files table keeps as many (F-DB-02).
const MaxKey = 500

// CheckKey refuses a key that is not made of non-empty segments of
// [A-Za-z0-9._-] that start with a letter or a digit, separated by slashes. What
// passes is a safe path below a directory and needs no escaping in a URL.
func CheckKey(key string) error {
	if len(key) > MaxKey {
		return incident.E(incident.Invalid, "object", "The object key is longer than %d bytes.", MaxKey)
	}
	start := true
	for i := range len(key) {
		c := key[i]
		alnum := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		switch {
		case alnum:
			start = false
		case start:
			return badKey()
		case c == '/':
			start = true
		case c != '.' && c != '_' && c != '-':
			return badKey()
		}
	}
	if start {
		return badKey()
	}
	return nil
}

func checkPut(key string, size int64) error {
	if size <= 0 {
		return incident.E(incident.Invalid, "object.Put", "An object has at least one byte.")
	}
	return CheckKey(key)
}

func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	return CheckKey(prefix)
}

func badKey() error {
	return incident.E(incident.Invalid, "object", "The object key has an empty or unsafe segment.")
}

// Texts for clients: what happened and what to do.
const (
	textDown    = "The file store does not answer. Chat goes on; send or open the file again in a minute."
	textMissing = "The bytes of this file are not in the store. Ask the uploader to send it again."
)

func down(op string, err error) error {
	return incident.Wrap(incident.StoreDown, "object."+op, err, textDown)
}

func missing(op string, err error) error {
	return incident.Wrap(incident.NotFound, "object."+op, err, textMissing)
}
