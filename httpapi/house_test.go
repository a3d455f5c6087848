package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

	"taskreporter/auth"
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
	uploads  map[incident.FileID]incident.Upload
	messages []incident.Message
	made     int

	// What a test may put in the way.
	fail       error // every read of the library
	onFinish   func() (commit bool, err error)
	onReceive  func()
	onLogin    error
	onRefresh  error
	presigned  string
	auditFails bool
}

func newHouse(t *testing.T, change ...func(*Config, *Deps)) *house {
	t.Helper()
	h := &house{
		log:     &syncBuffer{},
		clock:   epochStart,
		roles:   map[incident.UserID]incident.Role{people["wang"].ID: incident.Owner, people["li"].ID: incident.Editor, people["chen"].ID: incident.Viewer},
		files:   map[incident.FileID]incident.File{},
		objects: map[incident.FileID][]byte{},
		uploads: map[incident.FileID]incident.Upload{},
	}
	config := DefaultConfig
	config.Rate = 0
	config.UploadIdle = 5 * time.Second
	deps := Deps{
		Library: h, Audit: h, Evidence: evidence{h}, Sessions: h, Rooms: h,
		Socket: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }),
		Page:   fstest.MapFS{"placeholder.html": {Data: []byte("<!doctype html>not built")}},
		Now:    h.now,
		Log:    slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	deps.Links = NewLinks(bytes.Repeat([]byte{7}, LinkKeySize), time.Hour, h.now, deps.Evidence)
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
	if len(h.objects)+len(h.files)+len(h.uploads) == 0 {
		return ""
	}
	return fmt.Sprintf("%d objects, %d rows, %d places", len(h.objects), len(h.files), len(h.uploads))
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

// ---- Library ----

func (h *house) CreateRoom(_ context.Context, by incident.Principal, n incident.NewRoom) (incident.Room, error) {
	return incident.Room{ID: press, Number: incident.Number(2026, 1), Title: n.Title, Type: n.Type, Severity: n.Severity, Place: n.Place, CreatedBy: by.Person, Role: incident.Owner, Head: 1, MemberCount: 1}, h.fail
}

func (h *house) Role(_ context.Context, room incident.RoomID, user incident.UserID) (incident.Role, error) {
	if room != press {
		return incident.NoRole, h.fail
	}
	return h.roles[user], h.fail
}

func (h *house) Room(_ context.Context, room incident.RoomID, asker incident.UserID) (incident.Room, error) {
	if room != press {
		return incident.Room{}, incident.E(incident.NotFound, "room", "There is no such room.")
	}
	return incident.Room{ID: press, Number: incident.Number(2026, 1), Title: "三線沖壓機漏油", Role: h.roles[asker]}, h.fail
}

func (h *house) Rooms(_ context.Context, q incident.RoomQuery) ([]incident.Room, int, error) {
	return []incident.Room{{ID: press, Title: fmt.Sprintf("%v %v %q all=%v", q.Statuses, q.Severities, q.Text, q.All)}}, 1, h.fail
}

func (h *house) Members(context.Context, incident.RoomID) ([]incident.Member, error) {
	return []incident.Member{{Person: people["wang"].Person, Role: incident.Owner}}, h.fail
}

func (h *house) Messages(_ context.Context, _ incident.RoomID, q incident.MessageQuery) ([]incident.Message, incident.Seq, bool, error) {
	return h.messages, 7, q.Forward, h.fail
}

func (h *house) Events(_ context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error) {
	var events []incident.Event
	for seq := after + 1; seq <= upTo && len(events) < limit; seq++ {
		events = append(events, incident.Event{RoomID: room, Seq: seq, Epoch: 3, At: epochStart, By: people["li"].Person,
			Change: incident.MessagePosted{Message: incident.Message{ID: "m", Author: people["li"].Person, Type: incident.Text, Text: "<&>"}}})
	}
	return events, h.fail
}

func (h *house) Head(context.Context, incident.RoomID) (incident.Seq, error) { return 7, h.fail }

func (h *house) Files(_ context.Context, _ incident.RoomID, q incident.FileQuery) ([]incident.File, int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []incident.File
	for _, f := range h.files {
		if f.DeletedAt == nil && (q.Kind == "" || f.Kind == q.Kind) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b incident.File) int { return strings.Compare(string(b.ID), string(a.ID)) })
	total := len(all)
	if q.Before != nil {
		all = slices.DeleteFunc(all, func(f incident.File) bool { return f.ID >= q.Before.ID })
	}
	all = all[min(q.Offset, len(all)):]
	return all[:min(q.Limit, len(all))], total, h.fail
}

func (h *house) File(_ context.Context, room incident.RoomID, file incident.FileID) (incident.File, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.files[file]
	if !ok || f.RoomID != room {
		return incident.File{}, incident.E(incident.NotFound, "file", "There is no such file.")
	}
	return f, h.fail
}

func (h *house) Users(context.Context, string, int) ([]incident.User, error) {
	return []incident.User{people["li"]}, h.fail
}

func (h *house) User(_ context.Context, id incident.UserID) (incident.User, error) {
	for _, u := range people {
		if u.ID == id {
			return u, h.fail
		}
	}
	return incident.User{}, incident.E(incident.NotFound, "user", "There is no such account.")
}

func (h *house) Templates(context.Context) ([]incident.Template, error) {
	return incident.ShippedTemplates, h.fail
}

func (h *house) Template(_ context.Context, id incident.TemplateID) (incident.Template, error) {
	for _, t := range incident.ShippedTemplates {
		if t.ID == id {
			return t, h.fail
		}
	}
	return incident.Template{}, incident.E(incident.NotFound, "template", "There is no such template.")
}

// ---- Audit ----

func (h *house) Record(_ context.Context, e incident.AuditEntry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.auditFails {
		return errors.New("disk full")
	}
	h.trail = append(h.trail, e)
	return nil
}

func (h *house) Entries(context.Context, incident.AuditQuery) ([]incident.AuditEntry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.trail, h.fail
}

// ---- Sessions: the token is the user name ----

func (h *house) Login(_ context.Context, username, password, _, _ string) (auth.Grant, error) {
	if h.onLogin != nil {
		return auth.Grant{}, h.onLogin
	}
	u, ok := people[username]
	if !ok || password != "right" {
		return auth.Grant{}, incident.E(incident.BadCredentials, "login", "User name or password is wrong.")
	}
	return auth.Grant{AccessToken: username, ExpiresIn: 5 * time.Minute, RefreshToken: "refresh-" + username, RefreshExpires: h.now().Add(time.Hour), User: u}, nil
}

func (h *house) Refresh(ctx context.Context, token string) (auth.Grant, error) {
	if h.onRefresh != nil {
		return auth.Grant{}, h.onRefresh
	}
	return h.Login(ctx, strings.TrimPrefix(token, "refresh-"), "right", "", "")
}

func (h *house) Logout(context.Context, incident.Principal) error { return nil }

func (h *house) Verify(_ context.Context, token string) (incident.Principal, error) {
	u, ok := people[token]
	if !ok {
		return incident.Principal{}, incident.E(incident.Unauthenticated, "verify", "Sign in again.")
	}
	return incident.Principal{Person: u.Person, System: u.System, Session: "s"}, nil
}

func (h *house) Ticket(context.Context, incident.Principal) (string, error) { return "ticket", nil }

// ---- Rooms ----

func (h *house) Post(_ context.Context, p incident.Principal, _ incident.RoomID, d incident.Draft) (incident.Message, error) {
	return incident.Message{ID: "m", Seq: 8, Author: p.Person, Type: incident.Text, Text: d.Text, ClientMsgID: d.ClientMsgID}, h.fail
}

func (h *house) AddMember(_ context.Context, p incident.Principal, _ incident.RoomID, user incident.UserID, role incident.Role) (incident.Member, error) {
	return incident.Member{Person: incident.Person{ID: user}, Role: role, AddedBy: p.ID}, h.fail
}

func (h *house) BeginUpload(_ context.Context, p incident.Principal, room incident.RoomID, filename string, size int64) (incident.Upload, error) {
	ft, ok := incident.TypeOf(filename)
	switch {
	case !ok:
		return incident.Upload{}, incident.E(incident.FileRefused, "begin", "No such files here.")
	case size == 0:
		return incident.Upload{}, incident.E(incident.EmptyFile, "begin", "The file is empty.")
	case size > ft.Max:
		return incident.Upload{}, incident.E(incident.FileTooLarge, "begin", "At most %d bytes.", ft.Max)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.newFileID()
	up := incident.Upload{FileID: id, RoomID: room, By: p.Person, Filename: filename, Type: ft, Size: size, Key: incident.ObjectKey(room, ft.Kind, id, incident.Ext(filename))}
	h.uploads[id] = up
	return up, nil
}

func (h *house) FinishUpload(_ context.Context, _ incident.Principal, f incident.File) (incident.File, error) {
	commit, err := true, error(nil)
	if h.onFinish != nil {
		commit, err = h.onFinish()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if commit {
		h.files[f.ID] = f
		delete(h.uploads, f.ID)
	}
	return f, err
}

func (h *house) AbortUpload(_ context.Context, up incident.Upload) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.uploads, up.FileID)
}

func (h *house) DeleteFile(_ context.Context, p incident.Principal, _ incident.RoomID, file incident.FileID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.files[file]
	if f.Uploader.ID != p.ID && h.roles[p.ID] != incident.Owner {
		return incident.E(incident.Forbidden, "delete", "Only who uploaded a file or an owner deletes it.")
	}
	at := h.clock
	f.DeletedAt = &at
	h.files[file] = f
	return nil
}

// ---- Evidence ----

type evidence struct{ *house }

func (e evidence) Receive(_ context.Context, up incident.Upload, r io.Reader) (incident.File, error) {
	if e.onReceive != nil {
		e.onReceive()
	}
	content := make([]byte, up.Size)
	if _, err := io.ReadFull(r, content); err != nil {
		return incident.File{}, incident.Wrap(incident.UploadIncomplete, "receive", err, "fake: too short")
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return incident.File{}, incident.E(incident.Internal, "receive", "fake: %d more bytes, %v", n, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.objects[up.FileID] = content
	return incident.File{ID: up.FileID, RoomID: up.RoomID, Uploader: up.By, Filename: up.Filename, Kind: up.Type.Kind, Mime: up.Type.Mime, Size: up.Size, SHA256: strings.Repeat("cd", 32), Scan: incident.Unscanned}, nil
}

func (e evidence) Discard(_ context.Context, up incident.Upload) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.objects, up.FileID)
	return nil
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func (e evidence) Open(_ context.Context, f incident.File) (Content, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return memory{bytes.NewReader(e.objects[f.ID])}, nil
}

func (e evidence) Thumbnail(context.Context, incident.File) (Content, error) {
	return memory{bytes.NewReader([]byte("\xff\xd8small"))}, nil
}

func (e evidence) Link(context.Context, incident.File, time.Duration, bool) (string, error) {
	return e.presigned, nil
}

func (e evidence) Check(context.Context) error { return nil }

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
