package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// tusHeaders are enough for any request of the protocol.
var tusHeaders = []edit{
	header("Tus-Resumable", "1.0.0"), header("Upload-Length", "9"), header("Upload-Offset", "0"),
	header("Upload-Metadata", "filename "+b64("漏油.log")), header("Content-Type", "application/offset+octet-stream"),
}

const uploadsPath = "/api/rooms/" + string(press) + "/uploads"

func (h *house) tus(t *testing.T, method, path, body string, edits ...edit) answer {
	t.Helper()
	return h.call(t, "li", method, path, io.Reader(bytes.NewReader([]byte(body))), append(tusHeaders[:len(tusHeaders):len(tusHeaders)], edits...)...)
}

// create announces nine bytes and returns where they go.
func (h *house) create(t *testing.T) string {
	t.Helper()
	a := h.tus(t, "POST", uploadsPath, "")
	if a.StatusCode != 201 || a.Header.Get("Upload-Offset") != "0" || a.Header.Get("Tus-Resumable") != "1.0.0" {
		t.Fatalf("create: %d %v %s", a.StatusCode, a.Header, a.body)
	}
	return a.Header.Get("Location")
}

func (h *house) offset(t *testing.T, at string) string {
	t.Helper()
	a := h.tus(t, "HEAD", at, "")
	if a.StatusCode != 200 || a.Header.Get("Upload-Length") != "9" || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("HEAD: %d %v", a.StatusCode, a.Header)
	}
	return a.Header.Get("Upload-Offset")
}

// F-UP-25 to 28: a file in two requests.
func TestAFileComesInPieces(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := h.create(t)
	if !strings.HasPrefix(at, uploadsPath+"/") {
		t.Fatalf("Location: %s", at)
	}
	a := h.tus(t, "PATCH", at, "line ")
	if a.StatusCode != 204 || a.Header.Get("Upload-Offset") != "5" {
		t.Fatalf("PATCH: %d %v %s", a.StatusCode, a.Header, a.body)
	}
	if at, err := http.ParseTime(a.Header.Get("Upload-Expires")); err != nil || !at.Equal(h.clock.Add(incident.UploadLife).Truncate(time.Second)) {
		t.Errorf("Upload-Expires: %s", a.Header.Get("Upload-Expires"))
	}
	if got := h.offset(t, at); got != "5" {
		t.Errorf("offset %s, want 5", got)
	}
	list := decodeAs[UploadList](t, h.call(t, "li", "GET", uploadsPath, nil), 200)
	if len(list.Uploads) != 1 || list.Uploads[0].UploadOffset != 5 || list.Uploads[0].Filename != "漏油.log" || list.Uploads[0].FileType != "log" {
		t.Errorf("list: %+v", list)
	}
	h.tus(t, "PATCH", at, "stop", header("Upload-Offset", "4")).wants(t, 409, incident.Conflict)
	a = h.tus(t, "PATCH", at, "stop", header("Upload-Offset", "5"))
	if a.StatusCode != 204 || a.Header.Get("Upload-Offset") != "9" || a.Header.Get("Upload-Expires") != "" {
		t.Fatalf("last PATCH: %d %v %s", a.StatusCode, a.Header, a.body)
	}
	if got := h.offset(t, at); got != "9" {
		t.Errorf("offset of the file: %s", got)
	}
	id := at[strings.LastIndex(at, "/")+1:]
	if f := decodeAs[File](t, h.call(t, "li", "GET", "/api/rooms/"+string(press)+"/files/"+id, nil), 200); f.Filename != "漏油.log" {
		t.Errorf("the file: %+v", f)
	}
	if string(h.objects[incident.FileID(id)]) != "line stop" {
		t.Errorf("stored %q", h.objects[incident.FileID(id)])
	}
}

func TestTusSaysWhatItCan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.call(t, "", "OPTIONS", uploadsPath, nil)
	for name, want := range map[string]string{
		"Tus-Resumable": "1.0.0", "Tus-Version": "1.0.0", "Tus-Extension": "creation,termination,expiration,checksum",
		"Tus-Max-Size": strconv.Itoa(incident.MaxFileSize), "Tus-Checksum-Algorithm": "sha256,sha1,md5",
	} {
		if got := a.Header.Get(name); a.StatusCode != 204 || got != want {
			t.Errorf("%d, %s: %q, want %q", a.StatusCode, name, got, want)
		}
	}
}

func TestBadTusIsRefused(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("line stop"))
	good := "sha256 " + base64.StdEncoding.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		method, path, body string
		edits              []edit
		status             int
		code               incident.Kind
		detail             string
	}{
		"no version":          {"POST", uploadsPath, "", []edit{header("Tus-Resumable", "")}, 412, incident.TusVersion, "1.0.0"},
		"old version":         {"PATCH", "", "line stop", []edit{header("Tus-Resumable", "0.2.2")}, 412, incident.TusVersion, ""},
		"no length":           {"POST", uploadsPath, "", []edit{header("Upload-Length", "")}, 400, incident.Invalid, "Upload-Length"},
		"length is no number": {"POST", uploadsPath, "", []edit{header("Upload-Length", "9x")}, 400, incident.Invalid, "Upload-Length"},
		"empty":               {"POST", uploadsPath, "", []edit{header("Upload-Length", "0")}, 400, incident.EmptyFile, ""},
		"too large":           {"POST", uploadsPath, "", []edit{header("Upload-Length", "5242881")}, 413, incident.FileTooLarge, ""},
		"no name":             {"POST", uploadsPath, "", []edit{header("Upload-Metadata", "x eA==")}, 400, incident.FileRefused, ""},
		"no metadata":         {"POST", uploadsPath, "", []edit{header("Upload-Metadata", "")}, 400, incident.Invalid, "Upload-Metadata"},
		"no Base64":           {"POST", uploadsPath, "", []edit{header("Upload-Metadata", "filename 漏油")}, 400, incident.Malformed, "Base64"},
		"twice":               {"POST", uploadsPath, "", []edit{header("Upload-Metadata", "filename YQ==,filename Yg==")}, 400, incident.Malformed, "twice"},
		"executable":          {"POST", uploadsPath, "", []edit{header("Upload-Metadata", "filename "+b64("a.exe"))}, 400, incident.FileRefused, ""},
		"no offset":           {"PATCH", "", "line stop", []edit{header("Upload-Offset", "")}, 400, incident.Invalid, "Upload-Offset"},
		"wrong offset":        {"PATCH", "", "line stop", []edit{header("Upload-Offset", "3")}, 409, incident.Conflict, ""},
		"other media":         {"PATCH", "", "line stop", []edit{header("Content-Type", "text/plain")}, 400, incident.Malformed, "octet-stream"},
		"unknown algorithm":   {"PATCH", "", "line stop", []edit{header("Upload-Checksum", "crc32 AAAA")}, 400, incident.Invalid, "crc32"},
		"short digest":        {"PATCH", "", "line stop", []edit{header("Upload-Checksum", "sha256 AAAA")}, 400, incident.Malformed, ""},
		"damaged":             {"PATCH", "", "line shop", []edit{header("Upload-Checksum", good)}, 460, incident.ChecksumMismatch, ""},
		"unknown":             {"PATCH", uploadsPath + "/" + string(press), "x", nil, 404, incident.NotFound, ""},
		"no id":               {"PATCH", uploadsPath + "/x", "x", nil, 400, incident.Invalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			path := c.path
			if path == "" {
				path = h.create(t)
			}
			a := h.tus(t, c.method, path, c.body, c.edits...)
			if p := a.wants(t, c.status, c.code); !strings.Contains(p.Detail, c.detail) {
				t.Errorf("detail %q, want %q in it", p.Detail, c.detail)
			}
			if a.Header.Get("Tus-Resumable") != "1.0.0" {
				t.Error("the refusal names no version")
			}
			if c.path == "" && h.offset(t, path) != "0" {
				t.Error("something of it was kept")
			}
		})
	}
	h := newHouse(t)
	at := h.create(t)
	if a := h.tus(t, "PATCH", at, "line stop", header("Upload-Checksum", good)); a.StatusCode != 204 {
		t.Errorf("right checksum: %d %s", a.StatusCode, a.body)
	}
	at = h.create(t)
	if a := h.tus(t, "DELETE", at, ""); a.StatusCode != 204 {
		t.Errorf("DELETE: %d %s", a.StatusCode, a.body)
	}
	h.tus(t, "HEAD", at, "").wants(t, 404, incident.NotFound)
}

// late meddles with a chunk that has been read whole.
type late struct {
	uploads
	after func(ctx context.Context, c incident.Chunk)
}

func (l late) Append(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID, c incident.Chunk) (incident.Progress, error) {
	at, err := l.uploads.Append(ctx, p, room, id, c)
	l.after(ctx, c)
	return at, err
}

func (l late) Find(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID) (incident.Progress, error) {
	if err := ctx.Err(); err != nil {
		return incident.Progress{}, incident.Wrap(incident.Unavailable, "find", err, "Too late.")
	}
	return l.uploads.Find(ctx, p, room, id)
}

// F-UP-27: a newer request may stop an older one in the moment in which that has all its
// bytes. The connection of the older one, which may be a proxy's and carry anybody, then
// serves on.
func TestAStopThatComesTooLateHarmsNoOtherRequest(t *testing.T) {
	t.Parallel()
	stopped := func(_ context.Context, c incident.Chunk) { c.Stop() }
	// The deadline passes before net/http has handed the last bytes out: nothing can keep
	// it from taking that for the client's leaving.
	passed := func(ctx context.Context, c incident.Chunk) {
		_ = c.Body.(chunkBody).conn.SetReadDeadline(time.Now())
		<-ctx.Done()
	}
	for name, c := range map[string]struct {
		after func(context.Context, incident.Chunk)
		ends  bool // the connection, with the next request
	}{"stopped": {stopped, false}, "a deadline has passed": {passed, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, func(_ *Config, d *Deps) { d.Uploads = late{d.Uploads.(uploads), c.after} })
			at := h.create(t)
			l := dialLine(t, h.url)
			ask := func(method, more, body string) answer {
				t.Helper()
				l.say("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer li\r\nTus-Resumable: 1.0.0\r\nContent-Length: %d\r\n%s\r\n%s", method, at, len(body), more, body)
				return l.answered(method)
			}
			if a := ask("PATCH", "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n", "line "); a.StatusCode != 204 {
				t.Fatalf("PATCH: %d %s", a.StatusCode, a.body)
			}
			a := ask("HEAD", "", "")
			if a.StatusCode != 200 || a.Header.Get("Upload-Offset") != "5" || a.Close != c.ends {
				t.Errorf("the next request: %d %v, and the connection ends: %v", a.StatusCode, a.Header, a.Close)
			}
			if c.ends {
				l.ended()
			}
		})
	}
}
