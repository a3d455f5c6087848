package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"time"

	"taskreporter/incident"
)

// Routes that a link can open. They are part of what is signed.
const (
	contentRoute   = "content"
	thumbnailRoute = "thumbnail"
)

// Links mints and checks URLs that open a file for a while without a token, so
// that an <img> can show it and a phone's browser can save it (F-SE-03, F-DL-05).
// A link names no user: whoever got the event that carries it may follow it.
// It is safe for concurrent use. A nil one mints none.
type Links struct {
	keys  func() [][]byte
	ttl   time.Duration
	now   func() time.Time
	store Evidence
}

// NewLinks makes links that live for ttl to ttl/6 longer, so that pages that
// ask again within that step get the same URL and the browser's cache works.
// All nodes share the keys: the first signs, all verify. Where store has presigned
// links, those are handed out for downloads.
func NewLinks(keys func() [][]byte, ttl time.Duration, now func() time.Time, store Evidence) *Links {
	return &Links{keys: keys, ttl: ttl, now: now, store: store}
}

// fileLinks are the links of one file; thumbnail is empty for other kinds than
// images.
type fileLinks struct {
	content, thumbnail string
	expires            time.Time
}

// of mints a file's links. A store that cannot presign is no error: the same
// bytes are served here. The store knows nothing of scans, so it hands out only
// what may leave; links to this server are looked at again when they are followed.
func (l *Links) of(ctx context.Context, f incident.File) fileLinks {
	if l == nil {
		return fileLinks{}
	}
	links := l.own(f.RoomID, f.ID, f.Kind)
	if f.MayLeave() != nil {
		return links
	}
	if presigned, err := l.store.Link(ctx, f, l.ttl, false); err == nil && presigned != "" {
		links.content = presigned
		links.expires = incident.Now(l.now().Add(l.ttl))
	}
	return links
}

// own mints links to this server.
func (l *Links) own(room incident.RoomID, file incident.FileID, kind incident.FileKind) fileLinks {
	if l == nil {
		return fileLinks{}
	}
	expires := l.expiry()
	links := fileLinks{
		content: l.url(contentRoute, room, file, expires),
		expires: expires,
	}
	if kind == incident.Image {
		links.thumbnail = l.url(thumbnailRoute, room, file, expires)
	}
	return links
}

// expiry is at least ttl from now, on the next whole step.
func (l *Links) expiry() time.Time {
	step := max(l.ttl/6, time.Second)
	at := l.now().Add(l.ttl).UTC()
	if rest := time.Duration(at.UnixNano() % int64(step)); rest > 0 {
		at = at.Add(step - rest)
	}
	return at.Truncate(time.Second)
}

func (l *Links) url(route string, room incident.RoomID, file incident.FileID, expires time.Time) string {
	unix := expires.Unix()
	return filePath(room, file) + "/" + route +
		"?expires=" + strconv.FormatInt(unix, 10) +
		"&signature=" + url.QueryEscape(sign(l.keys()[0], route, room, file, unix))
}

// check accepts what sign made for the same route and file, until it expires.
func (l *Links) check(route string, room incident.RoomID, file incident.FileID, expires int64, signature string) error {
	const op = "open link"
	const detail = "This link has expired or was altered. Open the file from its room again."
	ours := slices.ContainsFunc(l.keys(), func(key []byte) bool {
		return hmac.Equal([]byte(sign(key, route, room, file, expires)), []byte(signature))
	})
	if !ours {
		return incident.E(incident.LinkExpired, op, detail)
	}
	if l.now().Unix() >= expires {
		return incident.E(incident.LinkExpired, op, detail)
	}
	return nil
}

func sign(key []byte, route string, room incident.RoomID, file incident.FileID, expires int64) string {
	mac := hmac.New(sha256.New, key)
	// None of the parts can hold a line break: a route is ours, ids are checked.
	mac.Write([]byte("task-reporter link v1\n" + route + "\n" + string(room) + "\n" + string(file) + "\n" + strconv.FormatInt(expires, 10)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func roomPath(room incident.RoomID) string { return "/api/rooms/" + string(room) }

func filePath(room incident.RoomID, file incident.FileID) string {
	return roomPath(room) + "/files/" + string(file)
}
