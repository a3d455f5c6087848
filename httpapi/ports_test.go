package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
)

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
	r := h.room
	r.Role = h.roles[asker]
	return r, h.fail
}

func (h *house) Rooms(_ context.Context, q incident.RoomQuery) ([]incident.Room, int, error) {
	h.query = q
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
		events = append(events, incident.Event{
			RoomID: room, Seq: seq, Epoch: 3, At: epochStart, By: people["li"].Person,
			Change: incident.MessagePosted{Message: incident.Message{ID: "m", Author: people["li"].Person, Type: incident.Text, Text: "<&>"}},
		})
	}
	return events, h.fail
}

func (h *house) Head(context.Context, incident.RoomID) (incident.Seq, error) { return 7, h.fail }

func (h *house) Files(_ context.Context, _ incident.RoomID, q incident.FileQuery) ([]incident.File, int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []incident.File
	for _, f := range h.files {
		if f.DeletedAt == nil && (q.Quarantined || f.Scan != incident.ScanInfected) && (q.Kind == "" || f.Kind == q.Kind) {
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

func (h *house) Templates(_ context.Context, retired bool) ([]incident.Template, error) {
	h.retired = retired
	return incident.ShippedTemplates, h.fail
}

func (h *house) Template(_ context.Context, id incident.TemplateID, version int) (incident.Template, error) {
	for _, t := range incident.ShippedTemplates {
		if t.ID == id && (version == 0 || version == t.Version) {
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

func (h *house) Entries(_ context.Context, q incident.AuditQuery) ([]incident.AuditEntry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.audits = q
	if h.entries != nil {
		return h.entries(q)
	}
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

func (h *house) Sessions(context.Context, incident.UserID) ([]incident.Session, error) {
	return []incident.Session{{ID: "s", CreatedAt: epochStart, ExpiresAt: epochStart.Add(time.Hour), UserAgent: "Mozilla/5.0", From: "10.20.3.41"}}, h.fail
}

func (h *house) Revoke(context.Context, incident.Principal, incident.SessionID, incident.UserID) error {
	return h.fail
}

func (h *house) RevokeAll(context.Context, incident.Principal, incident.UserID) (int, error) {
	return 1, h.fail
}

func (h *house) MakeToken(_ context.Context, p incident.Principal, _ incident.User, name string, scopes incident.Scopes, ttl time.Duration) (string, incident.Token, error) {
	t := incident.Token{Name: name, Session: incident.Session{ID: "t", User: p.ID, CreatedAt: epochStart, EndsAt: epochStart.Add(ttl), Scopes: scopes}}
	return "trt_secret", t, h.fail
}

func (h *house) Tokens(context.Context, incident.UserID) ([]incident.Token, error) {
	return []incident.Token{{Name: "gateway", Session: incident.Session{ID: "t", CreatedAt: epochStart, EndsAt: epochStart.Add(time.Hour), UsedAt: epochStart, Scopes: incident.ScopeRead}}}, h.fail
}

func (h *house) RevokeToken(context.Context, incident.Principal, incident.SessionID, incident.UserID) error {
	return h.fail
}

func (h *house) Use(context.Context) (incident.StorageUse, error) {
	return incident.StorageUse{Deleted: incident.FileTotal{Files: 1, Bytes: 2}}, h.fail
}

func (h *house) ChangeAccount(_ context.Context, _ incident.Principal, user incident.UserID, c incident.AccountChange) (incident.User, error) {
	u := incident.User{Person: incident.Person{ID: user, Name: "王小明"}, Username: "wang", System: incident.SystemUser}
	if c.System != nil {
		u.System = *c.System
	}
	if c.Disabled != nil {
		u.Disabled = *c.Disabled
	}
	return u, h.fail
}

func (h *house) Accounts(_ context.Context, q incident.AccountQuery, now time.Time) ([]incident.ListedUser, error) {
	u := people["wang"]
	return []incident.ListedUser{{User: u, Local: true, CreatedAt: now, Sessions: q.Limit}}, h.fail
}

// ---- Rooms ----

func (h *house) Post(_ context.Context, p incident.Principal, _ incident.RoomID, d incident.Draft) (incident.Message, error) {
	return incident.Message{ID: "m", Seq: 8, Author: p.Person, Type: d.Type, Text: d.Text, ReplyTo: d.ReplyTo, Mentions: &d.Mentions, ClientMsgID: d.ClientMsgID}, h.fail
}

func (h *house) AddMember(_ context.Context, p incident.Principal, _ incident.RoomID, user incident.UserID, role incident.Role) (incident.Member, error) {
	return incident.Member{Person: incident.Person{ID: user}, Role: role, AddedBy: p.ID}, h.fail
}

func (h *house) DeleteFile(_ context.Context, p incident.Principal, _ incident.RoomID, file incident.FileID, reason string) error {
	h.did(p, "delete file %s %q", file, reason)
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.files[file]
	at := h.clock
	f.DeletedAt = &at
	h.files[file] = f
	return nil
}

// ---- Cluster ----

func (h *house) Self() incident.NodeID { return nodeA }

func (h *house) Nodes(context.Context) ([]incident.Node, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.nodes), h.fail
}

func (h *house) Drain(_ context.Context, id incident.NodeID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drained = append(h.drained, id)
	return h.onDrain
}

// ---- Uploads ----

// uploads reads what was announced and not one byte more, as stores do.
type uploads struct{ *house }

func (h uploads) admit(n incident.NewUpload, p incident.Principal, room incident.RoomID) (incident.Upload, error) {
	ft, ok := incident.TypeOf(n.Filename)
	switch {
	case !ok:
		return incident.Upload{}, incident.E(incident.FileRefused, "begin", "No such files here.")
	case n.Size == 0:
		return incident.Upload{}, incident.E(incident.EmptyFile, "begin", "The file is empty.")
	case n.Size > ft.Max:
		return incident.Upload{}, incident.E(incident.FileTooLarge, "begin", "At most %d bytes.", ft.Max)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.newFileID()
	return incident.Upload{
		FileID: id, RoomID: room, By: p.Person, Filename: n.Filename, Description: n.Description, SHA256: n.SHA256, Type: ft, Size: n.Size,
		Key: incident.ObjectKey(room, ft.Kind, id, incident.Ext(n.Filename)), StartedAt: h.clock, TouchedAt: h.clock,
	}, nil
}

func (h uploads) Take(_ context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload, r io.Reader) (incident.File, error) {
	up, err := h.admit(n, p, room)
	if err != nil {
		return incident.File{}, err
	}
	if h.onReceive != nil {
		if err := h.onReceive(); err != nil {
			return incident.File{}, err
		}
	}
	content := make([]byte, up.Size)
	if _, err := io.ReadFull(r, content); err != nil {
		return incident.File{}, incident.Wrap(incident.UploadIncomplete, "receive", err, "fake: too short")
	}
	return h.store(up, content), nil
}

func (h uploads) store(up incident.Upload, content []byte) incident.File {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := incident.File{
		ID: up.FileID, RoomID: up.RoomID, Uploader: up.By, Filename: up.Filename, Kind: up.Type.Kind, Mime: up.Type.Mime, Size: up.Size,
		Description: up.Description, SHA256: strings.Repeat("cd", 32), Scan: incident.Unscanned,
	}
	h.objects[f.ID], h.files[f.ID] = content, f
	delete(h.partial, f.ID)
	return f
}

func (h uploads) Begin(_ context.Context, p incident.Principal, room incident.RoomID, n incident.NewUpload) (incident.Progress, error) {
	up, err := h.admit(n, p, room)
	if err != nil {
		return incident.Progress{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.partial[up.FileID] = &partial{Upload: up}
	return incident.Progress{Upload: up}, nil
}

// partial is an upload that is not whole.
type partial struct {
	incident.Upload
	content []byte
}

func (h uploads) Find(_ context.Context, _ incident.Principal, _ incident.RoomID, id incident.FileID) (incident.Progress, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f, is := h.files[id]; is {
		return incident.Progress{File: &f}, nil
	}
	if p := h.partial[id]; p != nil {
		return incident.Progress{Upload: p.Upload}, nil
	}
	return incident.Progress{}, incident.E(incident.NotFound, "find", "There is no such upload.")
}

func (h uploads) Append(ctx context.Context, p incident.Principal, room incident.RoomID, id incident.FileID, c incident.Chunk) (incident.Progress, error) {
	at, err := h.Find(ctx, p, room, id)
	if err != nil {
		return at, err
	}
	if c.Offset != at.Offset() {
		return at, incident.E(incident.Conflict, "append", "Go on at %d.", at.Offset())
	}
	body := c.Body
	if c.Sum != nil {
		body = io.TeeReader(body, c.Sum)
	}
	content, err := io.ReadAll(body)
	if c.Sum != nil && !bytes.Equal(c.Sum.Sum(nil), c.Want) {
		return at, incident.E(incident.ChecksumMismatch, "append", "Damaged.")
	}
	h.mu.Lock()
	was := h.partial[id]
	was.content = append(was.content, content...)
	was.Parts = []incident.Part{{Size: int64(len(was.content))}}
	now, whole := was.Upload, was.content
	h.mu.Unlock()
	if err != nil || !now.Whole() {
		return incident.Progress{Upload: now}, err
	}
	f := h.store(now, whole)
	return incident.Progress{File: &f}, nil
}

func (h uploads) End(_ context.Context, _ incident.Principal, _ incident.RoomID, id incident.FileID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.partial, id)
	return nil
}

func (h uploads) Open(context.Context, incident.Principal, incident.RoomID) (list []incident.Upload, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.partial {
		list = append(list, p.Upload)
	}
	return list, nil
}

// ---- Evidence ----

type evidence struct{ *house }

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

// Text says what it was asked for.
func (e evidence) Text(_ context.Context, f incident.File, q incident.TextQuery) (incident.TextPage, error) {
	if e.onText != nil {
		return incident.TextPage{}, e.onText
	}
	return incident.TextPage{
		Encoding: q.Encoding, Guessed: incident.Big5, Size: f.Size, Offset: q.Offset, End: q.Offset + 10,
		Lines: []incident.TextLine{{Offset: q.Offset, Text: fmt.Sprintf("%d lines, backward %v", q.Lines, q.Backward)}, {Offset: q.Offset + 5, Text: "<&>", Cut: true}},
	}, nil
}

func (e evidence) Link(context.Context, incident.File, time.Duration, bool) (string, error) {
	return e.presigned, nil
}

func (e evidence) Check(context.Context) error { return nil }
