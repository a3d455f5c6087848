package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"taskreporter/incident"
)

// These tests are about the protocol: what stands behind the ports is a small
// house in memory. What it keeps for real is proven by the tests of cmd.

const (
	press   = incident.RoomID("0192f0c1-2b7a-7c3e-9a51-000000000001")
	nowhere = incident.RoomID("0192f0c1-2b7a-7c3e-9a51-00000000ffff")
)

// People of the house. wang owns press, li edits, chen views.
var people = map[string]incident.User{
	"wang":    person(1, "wang", "王小明", incident.SystemUser),
	"li":      person(2, "li", `Alice (Ops)\, *Lead*`, incident.SystemUser),
	"chen":    person(3, "chen", "陳", incident.SystemUser),
	"out":     person(4, "out", "Outsider", incident.SystemUser),
	"admin":   person(5, "admin", "Admin", incident.SystemAdmin),
	"auditor": person(6, "auditor", "Auditor", incident.SystemAuditor),
}

func person(n int, username, name string, system incident.SystemRole) incident.User {
	id := incident.UserID(fmt.Sprintf("0192f0c1-2b7a-7c3e-9a51-0000000000a%d", n))
	return incident.User{Person: incident.Person{ID: id, Name: name}, Username: username, System: system}
}

// epochStart is when the clock of every test stands, unless it moves it.
var epochStart = time.Date(2026, 11, 22, 5, 41, 7, 120345000, time.UTC)

type house struct {
	*Server
	url string
	log *syncBuffer

	mu       sync.Mutex
	clock    time.Time
	roles    map[incident.UserID]incident.Role // in press
	trail    []incident.AuditEntry
	files    map[incident.FileID]incident.File
	objects  map[incident.FileID][]byte
	partial  map[incident.FileID]*partial
	messages []incident.Message
	room     incident.Room // press
	done     []done        // what the room engine was told to do
	query    incident.RoomQuery
	search   incident.SearchQuery
	timeline incident.TimelineQuery
	audits   incident.AuditQuery
	retired  bool // were asked for
	nodes    []incident.Node
	drained  []incident.NodeID
	made     int

	// What a test may put in the way.
	fail        error // every read of the library
	onReceive   func() error
	onLogin     error
	onRefresh   error
	onDrain     error
	onText      error
	onCopy      func()
	onDirectory error
	entries     func(incident.AuditQuery) ([]incident.AuditEntry, error) // instead of trail
	presigned   string
	auditFails  bool
}

func newHouse(t testing.TB, change ...func(*Config, *Deps)) *house {
	t.Helper()
	h := &house{
		log:   &syncBuffer{},
		clock: epochStart,
		roles: map[incident.UserID]incident.Role{people["wang"].ID: incident.Owner, people["li"].ID: incident.Editor, people["chen"].ID: incident.Viewer},
		room: incident.Room{
			ID: press, Number: incident.Number(2026, 1), Title: "三線沖壓機漏油", Type: incident.Equipment, Severity: incident.High,
			Status: incident.Open, Version: 4, Head: 7, Read: 3, Unread: 2, Mentions: 1,
		},
		files:   map[incident.FileID]incident.File{},
		objects: map[incident.FileID][]byte{},
		partial: map[incident.FileID]*partial{},
		nodes:   []incident.Node{{ID: nodeA, Address: "10.20.0.11:7400", Version: "1.4.0", StartedAt: epochStart, RenewedAt: epochStart, LeaseLeft: 3 * time.Second}},
	}
	config := DefaultConfig
	config.Rate = 0
	config.UploadIdle = 5 * time.Second
	deps := Deps{
		Library: h, Audit: h, Evidence: evidence{h}, Uploads: uploads{h}, Sessions: h, People: strangers{h}, Rooms: h, Cluster: h,
		Socket: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }),
		Page:   fstest.MapFS{"placeholder.html": {Data: []byte("<!doctype html>not built")}},
		Now:    h.now,
		Log:    slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	deps.Links = NewLinks(keysOf("of the house"), time.Hour, h.now, deps.Evidence)
	for _, f := range change {
		f(&config, &deps)
	}
	var err error
	if h.Server, err = New(config, deps); err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = h.HTTPServer()
	ts.Start()
	t.Cleanup(ts.Close)
	h.url = ts.URL
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

// answer is a response that was read whole.
type answer struct {
	*http.Response
	body []byte
}

func (a answer) problem(t *testing.T) Problem {
	t.Helper()
	var p Problem
	if ct := a.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("status %d with %s instead of a problem: %s", a.StatusCode, ct, a.body)
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatalf("problem: %v in %s", err, a.body)
	}
	return p
}

// wants fails the test unless the answer is the problem of that status and code.
func (a answer) wants(t *testing.T, status int, code incident.Kind) Problem {
	t.Helper()
	if a.Request.Method == http.MethodHead { // has no body
		if a.StatusCode != status {
			t.Fatalf("got %d, want %d", a.StatusCode, status)
		}
		return Problem{}
	}
	p := a.problem(t)
	if a.StatusCode != status || p.Status != status || p.Code != ErrorCode(code) {
		t.Fatalf("got %d %s (%s), want %d %s", a.StatusCode, p.Code, p.Detail, status, code)
	}
	return p
}

func decodeAs[T any](t *testing.T, a answer, status int) T {
	t.Helper()
	var v T
	if a.StatusCode != status {
		t.Fatalf("got %d, want %d: %s", a.StatusCode, status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("decode: %v in %s", err, a.body)
	}
	return v
}

type edit func(*http.Request)

func header(key, value string) edit { return func(r *http.Request) { r.Header.Set(key, value) } }

// call sends a request as somebody ("" for nobody). A string body is JSON.
func (h *house) call(t *testing.T, who, method, path string, body any, edits ...edit) answer {
	t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case string:
		r = strings.NewReader(b)
	case io.Reader:
		r = b
	}
	req, err := http.NewRequestWithContext(t.Context(), method, h.url+path, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, isJSON := body.(string); isJSON {
		req.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		req.Header.Set("Authorization", "Bearer "+who)
	}
	for _, e := range edits {
		e(req)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res, read}
}

func (h *house) audited(act string) []incident.AuditEntry {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.trail), func(e incident.AuditEntry) bool { return e.Act != act })
}

// leftovers is what a failed upload must not leave.
func (h *house) leftovers() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.objects)+len(h.files)+len(h.partial) == 0 {
		return ""
	}
	return fmt.Sprintf("%d objects, %d rows, %d uploads", len(h.objects), len(h.files), len(h.partial))
}

// put stores a file as if it had been uploaded.
func (h *house) put(name string, content []byte) incident.File {
	h.mu.Lock()
	defer h.mu.Unlock()
	ft, _ := incident.TypeOf(name)
	f := incident.File{
		ID: h.newFileID(), RoomID: press, Uploader: people["li"].Person, Filename: name, Kind: ft.Kind, Mime: ft.Mime,
		Size: int64(len(content)), SHA256: strings.Repeat("ab", 32), Scan: incident.Unscanned, UploadedAt: h.clock,
	}
	h.files[f.ID], h.objects[f.ID] = f, content
	return f
}

func (h *house) newFileID() incident.FileID {
	h.made++
	return incident.FileID(fmt.Sprintf("0192f0c1-2b7a-7c3e-9a51-00000000f%03d", h.made))
}

// syncBuffer is a log that handlers write while a test reads.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick, giveUp := time.NewTicker(time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-giveUp:
			t.Fatal("never: " + what)
		}
	}
}
