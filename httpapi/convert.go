package httpapi

import (
	"context"

	"taskreporter/incident"
)

// optional is nil for a zero value, so that the field is left out.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// given is what p points to, or the zero value.
func given[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// some is nil for an empty list, so that the field is left out.
func some[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

// each maps a slice; the result is never nil, so that it becomes [] in JSON.
func each[A, B any](as []A, f func(A) B) []B {
	bs := make([]B, len(as))
	for i, a := range as {
		bs[i] = f(a)
	}
	return bs
}

func toPerson(p incident.Person) Person { return Person{UserId: string(p.ID), Name: p.Name} }

func toUser(u incident.User) User {
	return User{UserId: string(u.ID), Name: u.Name, Username: u.Username, SystemRole: UserSystemRole(u.System)}
}

// toRoom writes a room as the person reads it whose role it carries. Without a role
// it is the same for everybody.
func toRoom(r incident.Room) Room {
	out := Room{
		RoomId:          string(r.ID),
		Number:          r.Number,
		Title:           r.Title,
		IncidentType:    IncidentType(r.Type),
		Severity:        Severity(r.Severity),
		Status:          Status(r.Status),
		Place:           toPlace(r.Place),
		Lot:             optional(r.Lot),
		Description:     optional(r.Description),
		LineStopped:     r.LineStopped,
		UnitsAtRisk:     r.UnitsAtRisk,
		Tags:            each(r.Tags, func(s string) string { return s }),
		TemplateId:      optional(string(r.Template)),
		TemplateVersion: optional(r.TemplateVer),
		CreatedBy:       toPerson(r.CreatedBy),
		Resolution:      optional(r.Resolution),
		RootCause:       optional(r.RootCause),
		Waiver:          optional(r.Waiver),
		DuplicateOf:     optional(string(r.DuplicateOf)),
		DeclaredAt:      r.DeclaredAt,
		AcknowledgedAt:  r.AcknowledgedAt,
		ContainedAt:     r.ContainedAt,
		ResolvedAt:      r.ResolvedAt,
		ClosedAt:        r.ClosedAt,
		ArchivedAt:      r.ArchivedAt,
		LastActivityAt:  r.LastActivity,
		Version:         r.Version,
		HeadSeq:         int64(r.Head),
		MemberCount:     r.MemberCount,
		LastMessage:     optional(r.LastMessage),
	}
	if r.Assignee != nil {
		assignee := toPerson(*r.Assignee)
		out.Assignee = &assignee
	}
	moves := each(r.Status.Moves(), func(s incident.Status) Status { return Status(s) })
	out.Moves = &moves
	if r.Role != incident.NoRole {
		role, read := Role(r.Role), int64(r.Read)
		out.MyRole, out.ReadSeq, out.UnreadCount, out.MentionCount = &role, &read, &r.Unread, &r.Mentions
	}
	if r.Hold != nil {
		hold := toRoomHold(*r.Hold)
		out.Hold = &hold
	}
	return out
}

// toSharedRoom leaves out what depends on the reader, for frames that go to many.
func toSharedRoom(r incident.Room) Room {
	r.Role = incident.NoRole
	return toRoom(r)
}

func toPlace(p incident.Place) Place {
	return Place{Site: optional(p.Site), Line: optional(p.Line), Station: optional(p.Station), Equipment: optional(p.Equipment)}
}

func fromPlace(p Place) incident.Place {
	return incident.Place{Site: given(p.Site), Line: given(p.Line), Station: given(p.Station), Equipment: given(p.Equipment)}
}

// toTemplate names its members where their names are known.
func toTemplate(t incident.Template, names map[incident.UserID]string) Template {
	return Template{
		TemplateId:   string(t.ID),
		Version:      t.Version,
		NameZh:       t.NameZh,
		NameEn:       t.NameEn,
		TitleZh:      t.TitleZh,
		TitleEn:      t.TitleEn,
		IncidentType: IncidentType(t.Type),
		Severity:     Severity(t.Severity),
		Members: each(t.Members, func(m incident.TemplateMember) TemplateMember {
			return TemplateMember{UserId: string(m.UserID), Name: optional(names[m.UserID]), Role: Role(m.Role)}
		}),
		Checklist: each(t.Checklist, func(c incident.ChecklistText) ChecklistText { return ChecklistText{Zh: c.Zh, En: c.En} }),
		Required:  each(t.Required, func(f incident.RequiredField) TemplateRequired { return TemplateRequired(f) }),
		Retired:   t.Retired,
	}
}

func toChecklistItem(c incident.ChecklistItem) ChecklistItem {
	item := ChecklistItem{ItemId: int(c.ID), TextZh: c.Zh, TextEn: c.En, Done: c.Done != nil}
	if c.Done != nil {
		by := toPerson(c.Done.By)
		item.DoneBy, item.DoneAt = &by, &c.Done.At
	}
	return item
}

func toMember(m incident.Member) Member {
	return Member{
		UserId: string(m.ID), Name: m.Name, Role: Role(m.Role), AddedBy: string(m.AddedBy), AddedAt: m.AddedAt,
		ReadSeq: optional(int64(m.Read)),
	}
}

// toFile mints the file's links (F-UP-17, F-DL-01). One in quarantine has a name and
// no more (F-UP-31).
func toFile(ctx context.Context, l *Links, f incident.File) File {
	if f.Scan == incident.ScanInfected {
		return File{
			FileId: string(f.ID), RoomId: string(f.RoomID), Uploader: toPerson(f.Uploader), Filename: f.Filename,
			FileType: FileKind(f.Kind), MimeType: f.Mime, FileSize: f.Size, ScanState: Infected,
			UploadedAt: f.UploadedAt, UrlExpiresAt: f.UploadedAt,
		}
	}
	links := l.of(ctx, f)
	return File{
		FileId:       string(f.ID),
		RoomId:       string(f.RoomID),
		Uploader:     toPerson(f.Uploader),
		Filename:     f.Filename,
		FileType:     FileKind(f.Kind),
		MimeType:     f.Mime,
		FileSize:     f.Size,
		Description:  optional(f.Description),
		Sha256:       f.SHA256,
		Width:        optional(f.Width),
		Height:       optional(f.Height),
		ScanState:    ScanState(f.Scan),
		UploadedAt:   f.UploadedAt,
		DownloadUrl:  links.content,
		ThumbnailUrl: optional(links.thumbnail),
		UrlExpiresAt: links.expires,
	}
}

func toAuditEntry(e incident.AuditEntry) AuditEntry {
	a := AuditEntry{
		AuditId:   e.ID,
		At:        e.At,
		Who:       toPerson(e.Who),
		Act:       e.Act,
		Target:    e.Target,
		From:      e.From,
		Outcome:   AuditEntryOutcome(e.Outcome),
		RequestId: e.Request,
	}
	if e.Seal != nil {
		hash := e.Seal.Hash.String()
		a.Seq, a.Hash = &e.Seal.Seq, &hash
	}
	return a
}

func toNode(n incident.Node, state NodeState) Node {
	var left *int64
	if !alone(n) {
		left = new(int64)
		*left = n.LeaseLeft.Milliseconds()
	}
	return Node{
		NodeId:      string(n.ID),
		Address:     n.Address,
		Version:     n.Version,
		Zone:        n.Zone,
		StartedAt:   n.StartedAt,
		RenewedAt:   n.RenewedAt,
		LeaseLeftMs: left,
		State:       state,
		Unreachable: each(n.Unreachable, func(id incident.NodeID) string { return string(id) }),
		Figures: NodeFigures{
			Rooms:          n.Figures.Rooms,
			Connections:    n.Figures.Connections,
			BatchesWaiting: n.Figures.Waiting,
			Activations:    n.Figures.Activations,
			Takeovers:      n.Figures.Takeovers,
			Commits:        n.Figures.Commits,
			Events:         n.Figures.Events,
			Fenced:         n.Figures.Fenced,
			Unknown:        n.Figures.Unknown,
			Refused:        n.Figures.Refused,
		},
	}
}
