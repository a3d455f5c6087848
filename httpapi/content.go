package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"taskreporter/incident"
)

// slowLine is the slowest line on which a download still ends, bytes per second.
const slowLine = 16 << 10

// DownloadFile implements GET …/content: the bytes as uploaded (F-DL-05).
func (s *Server) DownloadFile(ctx context.Context, req DownloadFileRequestObject) (DownloadFileResponseObject, error) {
	f, err := s.evidenceOf(ctx, req.RoomId, req.FileId)
	if err != nil {
		return nil, err
	}
	content, err := s.evidence.Open(ctx, f)
	if err != nil {
		return nil, err
	}
	return contentResponse{
		request: requestOf(ctx).http, content: content, size: f.Size,
		mime: f.Mime, tag: `"` + f.SHA256 + `"`, modified: f.UploadedAt,
		disposition: disposition(f, given(req.Params.Download)), policy: sandboxPolicy,
	}, nil
}

// Thumbnail implements GET …/thumbnail (F-UP-30).
func (s *Server) Thumbnail(ctx context.Context, req ThumbnailRequestObject) (ThumbnailResponseObject, error) {
	f, err := s.evidenceOf(ctx, req.RoomId, req.FileId)
	if err != nil {
		return nil, err
	}
	if f.Kind != incident.Image {
		return nil, incident.E(incident.NotFound, "thumbnail", "Only images have a thumbnail.")
	}
	content, err := s.evidence.Thumbnail(ctx, f)
	if err != nil {
		return nil, err
	}
	return contentResponse{
		request: requestOf(ctx).http, content: content, size: f.Size,
		mime: "image/jpeg", tag: `"` + f.SHA256 + `-thumbnail"`, modified: f.UploadedAt,
		disposition: "inline", policy: sandboxPolicy,
	}, nil
}

// evidenceOf finds the file of a content route, which a link opens without
// membership, if its bytes may leave (F-UP-31).
func (s *Server) evidenceOf(ctx context.Context, room RoomID, file FileID) (incident.File, error) {
	if !requestOf(ctx).byLink { // the signature covers both ids
		if _, err := s.enter(ctx, room, incident.ActRead); err != nil {
			return incident.File{}, err
		}
	}
	f, err := s.file(ctx, incident.RoomID(room), file)
	if err != nil {
		return incident.File{}, err
	}
	return f, f.MayLeave()
}

// contentResponse serves an object with ranges and conditions, as [http.ServeContent]
// knows them, under headers that keep what people upload from acting as a page.
type contentResponse struct {
	request  *http.Request
	content  Content
	size     int64
	mime     string
	tag      string
	modified time.Time

	disposition, policy string
}

// VisitDownloadFileResponse implements the generated interface.
func (r contentResponse) VisitDownloadFileResponse(w http.ResponseWriter) error { return r.serve(w) }

// VisitThumbnailResponse implements the generated interface.
func (r contentResponse) VisitThumbnailResponse(w http.ResponseWriter) error { return r.serve(w) }

func (r contentResponse) serve(w http.ResponseWriter) error {
	defer r.content.Close()
	rc := http.NewResponseController(w)
	liftReadDeadline(rc, r.request)
	_ = rc.SetWriteDeadline(time.Now().Add(time.Minute + time.Duration(r.size/slowLine)*time.Second))
	h := w.Header()
	h.Set("Content-Type", r.mime)
	h.Set("Content-Disposition", r.disposition)
	h.Set("Content-Security-Policy", r.policy)
	h.Set("Etag", r.tag)
	// The bytes behind a link never change, and whoever may see them may keep them
	// as long as the browser likes.
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	http.ServeContent(w, r.request, "", r.modified, r.content)
	return nil
}

// sandboxPolicy takes from a document everything that a page can do.
const sandboxPolicy = "sandbox; default-src 'none'"

// disposition shows pictures and saves the rest, under the name that the file came
// with (RFC 6266). Browsers open no PDF in a sandbox: the page draws those itself.
func disposition(f incident.File, download bool) string {
	how := "attachment"
	if !download && f.Kind == incident.Image {
		how = "inline"
	}
	return how + `; filename="` + plainName(f.Filename) + `"; filename*=UTF-8''` + encodedName(f.Filename)
}

// plainName is for clients that do not know filename*.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
}

// encodedName writes a name as an ext-value of RFC 8187.
func encodedName(name string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + string([]byte{hexDigits[c>>4], hexDigits[c&15]}))
	}
	return b.String()
}
