package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"taskreporter/incident"
)

// ask sends a request through the whole server, without a network, and fails on what
// is our fault.
func (h *house) ask(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	if w.Code >= 500 {
		t.Fatalf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
	}
	if w.Code >= 400 && r.Method != http.MethodHead {
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code == "" || p.Status != w.Code || !utf8.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %s: %d with %q, no problem: %v", r.Method, r.URL, w.Code, w.Body, err)
		}
	}
	return w
}

// requestTo makes a request of li's whose URL may be anything.
func requestTo(method, path, query string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, path, body)
	r.URL.RawQuery = query
	r.Header.Set("Authorization", "Bearer li")
	return r
}

// FuzzUploadForm: a form that is taken gives exactly the file that is its last part,
// however it arrives; another is refused for a reason that its sender can read.
func FuzzUploadForm(f *testing.F) {
	const kind = "multipart/form-data; boundary=" + boundary
	for _, body := range []string{
		form("line.log", "10:00 停機\n"), form(`C:\照片\漏油 07.JPG`, "\xff\xd8\xff"), form("../../etc/passwd", "x"), form(`a\"b.log`, "x"),
		formField("description", "", " 主軸漏油 ") + form("a.log", content(300)), formField("file", "a.log", "x", "Content-Length: 1") + closing,
		formField("file", "a.log", "x", "Content-Length: 99") + closing, form("a.log", "") + "trailing", formField("photo", "a.log", "x") + closing, closing, "", "--" + boundary,
		strings.Replace(form("a.log", "x"), `filename="a.log"`, "filename*=UTF-8''%e6%bc%8f%0a.log", 1), form("\u202egnp.exe", "x"), form("a\x00\r\nX: y", "x"),
	} {
		f.Add(kind, []byte(body))
	}
	f.Add(`multipart/form-data; boundary="a b"`, []byte("--a b\r\nContent-Disposition: form-data; name=file; filename=x.log\r\n\r\nx\r\n--a b--"))
	f.Add("multipart/mixed; boundary=a", []byte("--a\n\n\n--a--\n"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		_, params, err := mime.ParseMediaType(contentType)
		if err != nil || params["boundary"] == "" {
			return // refused before
		}
		got, file, err := readWhole(contentType, params["boundary"], bytes.NewReader(body), len(body))
		slow, slowFile, slowErr := readWhole(contentType, params["boundary"], iotest.OneByteReader(bytes.NewReader(body)), len(body))
		if incident.KindOf(err) != incident.KindOf(slowErr) || !bytes.Equal(file, slowFile) {
			t.Fatalf("whole: %q, %v; byte by byte: %q, %v", file, err, slowFile, slowErr)
		}
		if err != nil {
			if known := new(incident.Error); !errors.As(err, &known) || known.Detail == "" || known.Kind == incident.Internal || known.Kind == incident.UploadIncomplete {
				t.Errorf("refused by %v", err)
			}
			return
		}
		if int64(len(file)) != got.size || slow.size != got.size {
			t.Errorf("%d bytes, announced %d", len(file), got.size)
		}
		if name := got.filename; name == "" || incident.CleanFilename(name) != name {
			t.Errorf("file name %q", name)
		}
		if again, err := incident.CleanDescription(got.description); err != nil || again != got.description {
			t.Errorf("description %q: %v", got.description, err)
		}
		if want := lastPartOf(body, params["boundary"]); !bytes.Equal(file, want) {
			t.Errorf("file %q, the last part is %q", file, want)
		}
	})
}

// readWhole reads an upload's form as the server does.
func readWhole(contentType, boundary string, body io.Reader, size int) (*formFile, []byte, error) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", contentType)
	r.ContentLength = int64(size)
	b := &uploadBody{body: io.NopCloser(body), request: r, conn: http.NewResponseController(httptest.NewRecorder())}
	f, err := b.findFile(multipart.NewReader(b, boundary))
	if err != nil {
		return nil, nil, err
	}
	file, err := io.ReadAll(f)
	return f, file, err
}

// lastPartOf is the content of the last part as the standard library reads it.
func lastPartOf(body []byte, boundary string) []byte {
	var last []byte
	for r := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := r.NextRawPart()
		if err != nil {
			return last
		}
		if last, err = io.ReadAll(part); err != nil {
			return nil
		}
	}
}

// FuzzTusHeaders: what the headers of the upload protocol say is understood as it was
// meant, or refused.
func FuzzTusHeaders(f *testing.F) {
	good := "filename " + b64("漏油.log") + ",description " + b64("主軸")
	sum := "sha1 " + base64.StdEncoding.EncodeToString(make([]byte, 20))
	for _, c := range [][5]string{
		{"1.0.0", "9", "0", good, sum},
		{"", "", "", "", ""},
		{"1.0.0", "-1", "-1", "filename", "md5 AA=="},
		{"1.0.0", "9223372036854775808", "1e3", good + "," + good, "crc32 AAAA"},
		{"1.0.0", "0x9", " 0", "filename " + b64("../x\x00.log") + ", ,", "sha256  "},
		{"0.2.2", "+9", "9", "filename " + b64("\xff.log") + ",sha256 " + b64("zz"), sum + "="},
	} {
		f.Add(c[0], c[1], c[2], c[3], c[4])
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, version, length, offset, metadata, checksum string) {
		meta, err := readMetadata(metadata)
		if err == nil {
			var pairs []string
			for k, v := range meta {
				pairs = append(pairs, k+" "+b64(v))
			}
			if again, err := readMetadata(strings.Join(pairs, ",")); err != nil || fmt.Sprint(again) != fmt.Sprint(meta) {
				t.Errorf("%q means %q, written again %q, %v", metadata, meta, again, err)
			}
		}
		hash, want, sumErr := readChecksum(checksum)
		if sumErr == nil && hash != nil && len(want) != hash.Size() {
			t.Errorf("%q: a digest of %d bytes", checksum, len(want))
		}
		headers := map[string]string{"Tus-Resumable": version, "Upload-Length": length, "Upload-Metadata": metadata}
		r := requestTo(http.MethodPost, uploadsPath, "", nil)
		set(r, headers)
		w := h.ask(t, r)
		if size, sizeErr := strconv.ParseInt(length, 10, 64); w.Code == http.StatusCreated && (version != tusVersion || err != nil || sizeErr != nil || size < 1 || incident.CleanFilename(meta["filename"]) == "") {
			t.Errorf("%q was created", headers)
		}
		at := w.Header().Get("Location")
		if w.Code != http.StatusCreated {
			at = uploadsPath + "/" + string(nowhere)
		}
		r = requestTo(http.MethodPatch, at, "", strings.NewReader("x"))
		set(r, map[string]string{"Tus-Resumable": version, "Upload-Offset": offset, "Upload-Checksum": checksum, "Content-Type": tusMedia})
		w = h.ask(t, r)
		if at, err := strconv.ParseInt(offset, 10, 64); w.Code == http.StatusNoContent && (err != nil || at != 0 || sumErr != nil || version != tusVersion) {
			t.Errorf("a chunk was taken at %q with %q", offset, checksum)
		}
		h.mu.Lock()
		clear(h.partial)
		clear(h.files)
		clear(h.objects)
		h.trail = nil
		h.mu.Unlock()
	})
}

func set(r *http.Request, headers map[string]string) {
	for k, v := range headers {
		if v != "" {
			r.Header[k] = []string{v}
		}
	}
}

// FuzzLink: a link opens what it was made for and nothing else, whatever is changed in
// it (F-SE-03).
func FuzzLink(f *testing.F) {
	h := newHouse(f)
	file := h.put("photo.jpg", []byte("\xff\xd8\xff picture"))
	other := h.put("other.jpg", []byte("\xff\xd8\xff another"))
	minted, err := url.Parse(h.links.of(f.Context(), file).content)
	if err != nil {
		f.Fatal(err)
	}
	q := minted.Query()
	for _, query := range []string{
		minted.RawQuery, "", "signature=", "expires=&signature=", minted.RawQuery + "&expires=99999999999", "expires=99999999999&" + minted.RawQuery,
		minted.RawQuery + "%00", "expires=+" + q.Get("expires") + "&signature=" + q.Get("signature"), "expires=0x7&signature=%ff", strings.ToUpper(minted.RawQuery), "signature=" + q.Get("signature"), "%", ";",
	} {
		f.Add(query, false)
		f.Add(query, true)
	}
	f.Fuzz(func(t *testing.T, query string, wrong bool) {
		path := minted.Path
		if wrong {
			path = filePath(press, other.ID) + "/content"
		}
		r := requestTo(http.MethodGet, path, query, nil)
		r.Header.Del("Authorization")
		w := h.ask(t, r)
		got := r.URL.Query()
		expires, _ := strconv.ParseInt(got.Get("expires"), 10, 64)
		ours := strconv.FormatInt(expires, 10) == q.Get("expires") && got.Get("signature") == q.Get("signature") && !wrong
		if w.Code == http.StatusOK && !ours || w.Code != http.StatusOK && query == minted.RawQuery && !wrong {
			t.Errorf("%s?%q: %d", path, query, w.Code)
		}
	})
}

// FuzzQuery: parameters of pages, ranges, cursors and searches are understood or
// refused, on every route that has them.
func FuzzQuery(f *testing.F) {
	paths := []string{
		"/api/rooms", "/api/search", "/api/users", "/api/templates", "/api/admin/audit", "/api/admin/audit/export", "/api/admin/users",
		roomPath(press) + "/messages", roomPath(press) + "/events", roomPath(press) + "/timeline", roomPath(press) + "/files",
	}
	cursor := writeCursor(epochStart, string(press))
	for i := range paths {
		for _, query := range []string{
			"q=三線&limit=50&offset=0&cursor=" + cursor, "limit=-1", "limit=1e9", "limit=9223372036854775808", "after_seq=-1&before_seq=0", "after_seq=9223372036854775807&limit=1", "around_seq=1&before_seq=2",
			"since=2026-11-22T05:41:07Z&until=0000-01-01T00:00:00Z&q=x", "q=%ff%00", "q=%", "kind=image&kind=&status=OPEN,CLOSED", "cursor=" + strings.ToUpper(cursor), "cursor=AAAA", "q=" + strings.Repeat("王", 101), "limit=1&limit=2", "act=login&who=x",
		} {
			f.Add(uint8(i), query)
		}
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, route uint8, query string) {
		r := requestTo(http.MethodGet, paths[int(route)%len(paths)], query, nil)
		r.Header.Set("Authorization", "Bearer admin")
		if w := h.ask(t, r); w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", r.URL, w.Code, w.Body)
		}
		at, id, err := readCursor(r.URL.Query().Get("cursor"))
		if err == nil {
			if again, same, err := readCursor(writeCursor(at, id)); err != nil || !again.Equal(at) || same != id {
				t.Errorf("cursor of %s %s comes back as %s %s, %v", at, id, again, same, err)
			}
		}
		h.mu.Lock()
		h.trail = nil
		h.mu.Unlock()
	})
}

// FuzzBearer: only a header of RFC 6750's form with a good token lets anybody in, and
// what is refused gets one answer.
func FuzzBearer(f *testing.F) {
	for _, value := range []string{"Bearer li", "bearer li", "Bearer  li", "Bearer li ", "Basic bGk6", "Bearer", "Bearer ", "", "li", "Bearer li, Bearer wang", "Bearer\tli", "BEARER wang", "Bearer \x00", "Bearer 王"} {
		f.Add(value)
	}
	h := newHouse(f)
	f.Fuzz(func(t *testing.T, value string) {
		r := requestTo(http.MethodGet, "/api/auth/me", "", nil)
		r.Header["Authorization"] = []string{value}
		w := h.ask(t, r)
		token, ok := bearer(r)
		if ok && (!strings.HasSuffix(value, " "+token) || !strings.EqualFold(value[:len(value)-len(token)], "bearer ")) {
			t.Errorf("%q is read as %q", value, token)
		}
		_, known := people[token]
		if want := map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[ok && known]; w.Code != want {
			t.Errorf("%q: %d, want %d", value, w.Code, want)
		}
	})
}

// FuzzRange: a range of a file gives just these bytes.
func FuzzRange(f *testing.F) {
	h := newHouse(f)
	whole := []byte(content(300))
	file := h.put("line.log", whole)
	for _, value := range []string{"bytes=0-", "bytes=-1", "bytes=5-9", "bytes=299-300", "bytes=300-", "bytes=9-5", "bytes=0-1,3-4", "bytes=" + strings.Repeat("0-0,", 200) + "1-1", "bits=1-2", "bytes=18446744073709551616-", "bytes=--1", ""} {
		f.Add(value, "")
	}
	f.Add("bytes=0-4", `"x"`)
	f.Fuzz(func(t *testing.T, value, ifRange string) {
		r := requestTo(http.MethodGet, filePath(press, file.ID)+"/content", "", nil)
		set(r, map[string]string{"Range": value, "If-Range": ifRange})
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			if !bytes.Equal(w.Body.Bytes(), whole) {
				t.Errorf("%q: %d bytes", value, w.Body.Len())
			}
		case http.StatusPartialContent:
			var from, to, size int
			if n, _ := fmt.Sscanf(w.Header().Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); n == 3 {
				if size != len(whole) || !bytes.Equal(w.Body.Bytes(), whole[from:to+1]) {
					t.Errorf("%q: %s with %d bytes", value, w.Header().Get("Content-Range"), w.Body.Len())
				}
			} else if kind := w.Header().Get("Content-Type"); !strings.HasPrefix(kind, "multipart/byteranges") {
				t.Errorf("%q: a part of type %q", value, kind)
			}
		case http.StatusRequestedRangeNotSatisfiable:
		default:
			t.Errorf("%q: %d", value, w.Code)
		}
	})
}

// FuzzDisposition: whatever a file is called, the header that names it is one line of
// one form, and gives the name back.
func FuzzDisposition(f *testing.F) {
	for _, name := range []string{"漏油 07.jpg", `a"b\c.jpg`, "a;filename=x.exe.jpg", "%41.jpg", "a'b.jpg", "\u202egnp.jpg", "a\r\nX: y.jpg"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, given string) {
		name := incident.CleanFilename(given)
		if name == "" {
			return
		}
		header := disposition(incident.File{Filename: name, Kind: incident.Log}, true)
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != name {
			t.Errorf("%q becomes %q, read as %s %q, %v", name, header, kind, params, err)
		}
		if strings.ContainsFunc(header, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("header %q", header)
		}
	})
}

// FuzzJSONBody: any body is a request that is understood or refused.
func FuzzJSONBody(f *testing.F) {
	routes := []struct{ method, path string }{
		{http.MethodPost, "/api/auth/login"},
		{http.MethodPost, "/api/rooms"},
		{http.MethodPatch, roomPath(press)},
		{http.MethodPost, roomPath(press) + "/status"},
		{http.MethodPost, roomPath(press) + "/members"},
		{http.MethodPost, roomPath(press) + "/messages"},
		{http.MethodPut, roomPath(press) + "/read"},
		{http.MethodPost, "/api/templates"},
	}
	for i := range routes {
		for _, body := range []string{
			`{"username":"wang","password":"right"}`, `{"title":"漏油","incident_type":"equipment","severity":"HIGH","tags":["a"]}`, `{"version":4,"title":"x"}`, `{"version":4,"status":"RESOLVED","resolution":"x"}`,
			`{"user_id":"` + string(people["chen"].ID) + `","role":"VIEWER"}`, `{"directory_key":"\u0000","role":"VIEWER"}`, `{"client_msg_id":"a","text":"x"}`, `{"seq":-1}`, goodTemplate, `null`, `[]`, `{`, "\xff", `{"title":1e999}`, strings.Repeat(`{"a":`, 100),
		} {
			f.Add(uint8(i), []byte(body))
		}
	}
	h := newHouse(f)
	statuses := []int{200, 201, 204, 400, 401, 403, 404, 409, 410, 413, 422}
	f.Fuzz(func(t *testing.T, route uint8, body []byte) {
		to := routes[int(route)%len(routes)]
		r := requestTo(to.method, to.path, "", bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer admin")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Requested-With", "task-reporter")
		if w := h.ask(t, r); !slices.Contains(statuses, w.Code) {
			t.Errorf("%s %s %q: %d %s", to.method, to.path, body, w.Code, w.Body)
		}
		h.mu.Lock()
		h.trail, h.done = nil, nil
		h.mu.Unlock()
	})
}
