package httpapi

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

const boundary = "----WebKitFormBoundaryAbc123"

const closing = "--" + boundary + "--\r\n"

// formField writes one field of a form; headers follow Content-Disposition.
func formField(name, filename, content string, headers ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary, name)
	if filename != "" {
		fmt.Fprintf(&b, "; filename=\"%s\"", filename)
	}
	b.WriteString("\r\n")
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + content + "\r\n")
	return b.String()
}

// form is what a browser sends for one file.
func form(filename, content string) string {
	return formField("file", filename, content, "Content-Type: application/octet-stream") + closing
}

// upload posts a form as a browser does.
func (h *house) upload(t *testing.T, who, body string, edits ...edit) answer {
	t.Helper()
	edits = append([]edit{header("Content-Type", "multipart/form-data; boundary="+boundary)}, edits...)
	return h.call(t, who, "POST", "/api/rooms/"+string(press)+"/files", bytes.NewReader([]byte(body)), edits...)
}

// content is bytes that hold line breaks, dashes and the beginnings of boundaries.
func content(n int) string {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	pieces := []string{"\r\n", "--", "\r\n--" + boundary[:10], "\r", "\n", "\x00", "機", "x"}
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()[:n]
}

// F-UP-01, F-UP-02, F-UP-24: the size that is announced to the store is the file's,
// to the byte, however the form is written and however it arrives.
func TestFileSizeIsExact(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 17, 4095, 4096, 4097, 70_000} {
		file := content(n)
		own := "Content-Length: " + strconv.Itoa(n)
		for name, body := range map[string]string{
			"as a browser":           form("line.log", file),
			"description before":     formField("description", "", "主軸漏油") + form("line.log", file),
			"other fields before":    formField("a", "", content(3000)) + formField("b", "", "") + form("line.log", file),
			"preamble":               "This is a message with multiple parts.\r\n\r\n" + form("line.log", file),
			"part's own length":      formField("file", "line.log", file, own) + closing,
			"own length, no CRLF":    formField("file", "line.log", file, own) + strings.TrimSuffix(closing, "\r\n"),
			"odd headers":            formField("file", "line.log", file, "X-A: b", "X-Folded: a\r\n  b", "content-type:text/plain") + closing,
			"transfer encoding kept": formField("file", "line.log", file, "Content-Transfer-Encoding: quoted-printable") + closing,
		} {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				f := decodeAs[File](t, h.upload(t, "li", body), 201)
				if got := h.objects[incident.FileID(f.FileId)]; string(got) != file || f.FileSize != int64(n) {
					t.Errorf("stored %d bytes, told %d, sent %d", len(got), f.FileSize, n)
				}
			})
		}
	}
}

// F-UP-24: the same when every byte comes in a packet of its own.
func TestFileSizeIsExactByteByByte(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	file := content(300)
	body := formField("description", "", "d") + form("line.log", file)
	conn := h.dial(t)
	for i := range len(head(len(body))) + len(body) {
		if _, err := conn.Write([]byte{(head(len(body)) + body)[i]}); err != nil {
			t.Fatal(err)
		}
	}
	res := readAnswer(t, conn)
	if res.StatusCode != 201 {
		t.Fatalf("got %d", res.StatusCode)
	}
	for _, got := range h.objects {
		if string(got) != file {
			t.Errorf("stored %q", got)
		}
	}
}

// F-UP-03, F-UP-17, F-UP-18: what comes back.
func TestUploadAnswersWithTheFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.upload(t, "li", formField("description", "", "  主軸漏油\n第二行 ")+form(`C:\照片\漏油 07.JPG`, "jpeg"))
	f := decodeAs[File](t, a, 201)
	if a.Header.Get("Location") != "/api/rooms/"+f.RoomId+"/files/"+f.FileId {
		t.Errorf("Location: %s", a.Header.Get("Location"))
	}
	if f.Filename != "漏油 07.JPG" || given(f.Description) != "主軸漏油\n第二行" || f.FileType != "image" || f.Uploader.UserId != string(people["li"].ID) {
		t.Errorf("file: %+v", f)
	}
	if a := h.call(t, "", "GET", f.DownloadUrl, nil); a.StatusCode != 200 || string(a.body) != "jpeg" {
		t.Errorf("its link answers %d %q", a.StatusCode, a.body)
	}
	if a := h.call(t, "", "GET", given(f.ThumbnailUrl), nil); a.StatusCode != 200 {
		t.Errorf("its thumbnail's link answers %d", a.StatusCode)
	}
}

// F-UP-16, F-UP-19, F-UP-21: what is refused gets its code, and nothing is left.
func TestBadUploadsAreRefusedWithoutTraces(t *testing.T) {
	t.Parallel()
	cut := func(s string, n int) string { return s[:len(s)-n] }
	for name, c := range map[string]struct {
		body   string
		status int
		code   incident.Kind
		detail string
	}{
		"field after the file":   {formField("file", "a.txt", "log") + formField("description", "", "late") + closing, 400, incident.Invalid, "file last"},
		"same, own length":       {formField("file", "a.txt", "log", "Content-Length: 3") + formField("description", "", "late") + closing, 400, incident.Malformed, "must be the last"},
		"second file":            {formField("file", "a.txt", "log") + form("b.txt", "log"), 400, incident.Invalid, "file last"},
		"wrong field":            {formField("photo", "a.jpg", "x") + closing, 400, incident.Invalid, `"photo"`},
		"no file":                {formField("description", "", "x") + closing, 400, incident.Invalid, "no field named file"},
		"empty form":             {closing, 400, incident.Invalid, "no field named file"},
		"file without a name":    {formField("file", "", "x") + closing, 400, incident.Invalid, "file name"},
		"name of dots":           {form("../..", "x"), 400, incident.Invalid, "file name"},
		"empty file":             {form("a.txt", ""), 400, incident.EmptyFile, ""},
		"executable":             {form("a.exe", "MZ"), 400, incident.FileRefused, ""},
		"no extension":           {form("passwd", "root"), 400, incident.FileRefused, ""},
		"path as a name":         {form("../../etc/passwd", "root"), 400, incident.FileRefused, ""},
		"not multipart":          {"hello", 400, incident.Malformed, "multipart"},
		"no closing delimiter":   {cut(form("a.txt", content(500)), len(closing)+2), 400, incident.Malformed, "cut short"},
		"half a delimiter":       {cut(form("a.txt", content(500)), 6), 400, incident.Malformed, "cut short"},
		"cut before the file":    {formField("description", "", "x"), 400, incident.Malformed, "no whole multipart form"},
		"cut in a header":        {form("a.txt", "x")[:60], 400, incident.Malformed, "no whole multipart form"},
		"no CRLF at the end":     {cut(form("a.txt", "log"), 2), 400, incident.Malformed, "end with CRLF"},
		"bytes after the form":   {form("a.txt", "log") + "epilogue", 400, incident.Malformed, "Nothing may follow"},
		"own length too small":   {formField("file", "a.txt", "log", "Content-Length: 2") + closing, 400, incident.Malformed, "does not fit"},
		"own length too large":   {formField("file", "a.txt", "log", "Content-Length: 400") + closing, 400, incident.Malformed, "does not fit"},
		"own length absurd":      {formField("file", "a.txt", "log", "Content-Length: -1") + closing, 400, incident.Malformed, "does not fit"},
		"preface too long":       {formField("a", "", strings.Repeat("x", maxPreface)) + form("a.txt", "log"), 413, incident.BodyTooLarge, "before the file"},
		"description too long":   {formField("description", "", strings.Repeat("字", 1001)) + form("a.txt", "log"), 400, incident.Invalid, "description has 1001"},
		"description is no text": {formField("description", "", "\xff\xfe") + form("a.txt", "log"), 400, incident.Invalid, "UTF-8"},
		"image over 10 MiB":      {form("a.jpg", strings.Repeat("x", 10<<20+1)), 413, incident.FileTooLarge, ""},
		"log over 5 MiB":         {form("a.log", strings.Repeat("x", 5<<20+1)), 413, incident.FileTooLarge, ""},
		"anything over 20 MiB":   {form("a.pdf", strings.Repeat("x", incident.MaxFileSize+maxPreface)), 413, incident.FileTooLarge, "20 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			if p := h.upload(t, "li", c.body).wants(t, c.status, c.code); !strings.Contains(p.Detail, c.detail) {
				t.Errorf("detail %q, want %q in it", p.Detail, c.detail)
			}
			if left := h.leftovers(); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
	h := newHouse(t)
	h.upload(t, "li", form("a.txt", "log"), header("Content-Type", "text/plain")).wants(t, 400, incident.Malformed)
	h.upload(t, "li", form("a.txt", "log"), header("Content-Type", "multipart/form-data")).wants(t, 400, incident.Malformed)
	h.upload(t, "li", form("a.txt", "log"), func(r *http.Request) { r.ContentLength = -1 }).wants(t, 411, incident.LengthRequired)
	h.upload(t, "out", form("a.txt", "log")).wants(t, 403, incident.Forbidden)
}

// A filename of 300 characters is shortened, not refused.
func TestLongNamesKeepTheirExtension(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := decodeAs[File](t, h.upload(t, "li", form(strings.Repeat("漏", 300)+".jpg", "jpeg")), 201)
	if len([]rune(f.Filename)) != incident.MaxFilename || !strings.HasSuffix(f.Filename, "漏.jpg") {
		t.Errorf("%d characters: …%s", len([]rune(f.Filename)), f.Filename[len(f.Filename)-10:])
	}
}

// F-UP-21: a client that sends all of a large file before it reads still gets its
// answer, whole, and the end of the connection only after it.
func TestRefusedSenderGetsItsAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := form("a.jpg", strings.Repeat("x", 12<<20))
	conn := h.dial(t)
	if _, err := io.WriteString(conn, head(len(body))+body); err != nil {
		t.Fatalf("the line was cut while sending: %v", err)
	}
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 413 || !res.Close {
		t.Errorf("got %d, %v, to be closed %v", res.StatusCode, err, res.Close)
	}
	if _, err := reader.ReadByte(); err != io.EOF {
		t.Errorf("after the answer: %v", err)
	}
	if strings.Contains(h.log.String(), "panic") {
		t.Error(h.log.String())
	}
}

// A client that asks before it sends is not made to send what is refused.
func TestRefusedBeforeSending(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	conn := h.dial(t)
	request := strings.Replace(head(30<<20), "\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n", 1)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if res := readAnswer(t, conn); res.StatusCode != 413 {
		t.Errorf("got %d", res.StatusCode)
	}
}

// F-UP-16: a line that breaks, and one that falls silent, leave nothing.
func TestBrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	body := form("a.txt", content(9000))
	for name, end := range map[string]func(net.Conn){
		"hangs up":    func(c net.Conn) { c.Close() },
		"goes silent": func(net.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := make(chan struct{})
			h := newHouse(t, func(c *Config, _ *Deps) { c.UploadIdle = 300 * time.Millisecond })
			h.onReceive = func() error { close(began); return nil }
			conn := h.dial(t)
			if _, err := io.WriteString(conn, head(len(body))+body[:5000]); err != nil {
				t.Fatal(err)
			}
			<-began
			end(conn)
			eventually(t, "the upload is given up", func() bool { return strings.Contains(h.log.String(), `"code":"upload_incomplete"`) })
			if left := h.leftovers(); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}

// F-UP-22: a store that is away is said to be, and the same upload may come again.
func TestStoreAwayIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.onReceive = func() error { return incident.E(incident.StoreDown, "receive", "") }
	if p := h.upload(t, "li", form("a.txt", content(300_000))).wants(t, 503, incident.StoreDown); !p.Retryable {
		t.Error("not retryable")
	}
	if left := h.leftovers(); left != "" {
		t.Errorf("left behind: %s", left)
	}
}

// dial opens a connection that says what the test wants.
func (h *house) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// head is the header of an upload that announces n bytes.
func head(n int) string {
	return "POST /api/rooms/" + string(press) + "/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer li\r\n" +
		"Content-Type: multipart/form-data; boundary=" + boundary + "\r\nContent-Length: " + strconv.Itoa(n) + "\r\n\r\n"
}

func readAnswer(t *testing.T, conn net.Conn) *http.Response {
	t.Helper()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}
