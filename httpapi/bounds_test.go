package httpapi

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

// line is a connection on which a test writes what no client library would.
type line struct {
	net.Conn
	t    *testing.T
	read *bufio.Reader
}

func dialLine(t *testing.T, url string) line {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return line{conn, t, bufio.NewReader(conn)}
}

func (l line) say(format string, args ...any) {
	l.t.Helper()
	if _, err := fmt.Fprintf(l, format, args...); err != nil {
		l.t.Fatal(err)
	}
}

// answered reads an answer whole, to a request that has no body in its answer if its
// method is HEAD.
func (l line) answered(method ...string) answer {
	l.t.Helper()
	res, err := http.ReadResponse(l.read, &http.Request{Method: strings.Join(method, "")})
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	res.Request = &http.Request{}
	return answer{res, body}
}

// ended waits until the server closes the connection.
func (l line) ended() {
	l.t.Helper()
	if _, err := io.Copy(io.Discard, l.read); err != nil && !strings.Contains(err.Error(), "reset") {
		l.t.Fatal(err)
	}
}

func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/", "/docs", "/healthz", "/api/rooms", "/api/ws", uploadsPath} {
		l := dialLine(t, h.url)
		l.say("GET %s HTTP/1.1\r\nHost: x\r\nX-Long: %s\r\n\r\n", path, strings.Repeat("x", maxHeader+8<<10))
		if a := l.answered(); a.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
		if a := h.call(t, "", "GET", path, nil, header("X-Long", strings.Repeat("x", maxHeader/2))); a.StatusCode == http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: half of the bound is too much", path)
		}
	}
}

// Every operation that takes JSON refuses a body that is too long, before it has
// read all of it; who is nobody is not read at all.
func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := `{"x":"` + strings.Repeat("x", maxBody) + `"}`
	tried := 0
	for _, op := range h.spec.operations {
		if !op.takesJSON() {
			continue
		}
		tried++
		path := strings.NewReplacer("{room_id}", string(press), "{message_id}", string(lisMessage), "{user_id}", string(people["li"].ID),
			"{item_id}", "1", "{emoji}", "x").Replace(op.path)
		path = strings.NewReplacer("{template_id}", string(press), "{session_id}", string(press), "{token_id}", string(press)).Replace(path)
		h.call(t, "admin", op.method, path, long).wants(t, 413, incident.BodyTooLarge)
		if op.needs != needsNothing {
			h.call(t, "", op.method, path, long).wants(t, 401, incident.Unauthenticated)
		}
	}
	if tried < 10 {
		t.Errorf("only %d operations take JSON", tried)
	}
}

// Who sends slowly is sent away: by the header's time, by the body's time, and with
// an upload by its silence.
func TestSlowRequestsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, _ *Deps) { c.UploadIdle = 50 * time.Millisecond })
	serving := h.HTTPServer()
	if serving.ReadHeaderTimeout != headerTime || serving.ReadTimeout != h.config.RequestTimeout+slack ||
		serving.WriteTimeout != h.config.RequestTimeout+slack || serving.IdleTimeout != idleTime {
		t.Errorf("%+v", serving)
	}
	quick := httptest.NewUnstartedServer(nil) // the same, without a minute's wait
	quick.Config = serving
	serving.ReadHeaderTimeout, serving.ReadTimeout = 50*time.Millisecond, 200*time.Millisecond
	quick.Start()
	t.Cleanup(quick.Close)

	slowHeader := dialLine(t, quick.URL)
	slowHeader.say("GET /api/rooms HTTP/1.1\r\nHost: x\r\nX-Slo")
	slowHeader.ended()

	slowBody := dialLine(t, quick.URL)
	slowBody.say("POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"user")
	slowBody.answered().wants(t, 400, incident.Malformed)
	slowBody.ended()

	// The body of a download, which nobody reads.
	file := h.put("line.log", []byte("x"))
	silent := dialLine(t, quick.URL)
	silent.say("GET /api/rooms/%s/files/%s/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer li\r\nContent-Length: 100\r\n\r\n", press, file.ID)
	if a := silent.answered(); a.StatusCode != 200 {
		t.Errorf("download: %d", a.StatusCode)
	}
	silent.ended()

	slowUpload := dialLine(t, quick.URL)
	slowUpload.say("POST /api/rooms/%s/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer li\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: 9000\r\n\r\n--%s\r\n", press, boundary, boundary)
	slowUpload.answered().wants(t, 400, incident.UploadIncomplete)
	slowUpload.ended()
	if len(h.files) != 1 || len(h.partial) != 0 {
		t.Errorf("what was sent slowly left something: %s", h.leftovers())
	}
}
