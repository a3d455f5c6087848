package httpapi

import (
	"context"
	"encoding/json"
	"fmt"

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

func toRoom(r incident.Room) Room {
	return Room{
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
		DeclaredAt:      r.DeclaredAt,
		LastActivityAt:  r.LastActivity,
		Version:         r.Version,
		HeadSeq:         int64(r.Head),
		MemberCount:     r.MemberCount,
		MyRole:          optional(Role(r.Role)),
		LastMessage:     optional(r.LastMessage),
	}
}

func toPlace(p incident.Place) Place {
	return Place{Site: optional(p.Site), Line: optional(p.Line), Station: optional(p.Station), Equipment: optional(p.Equipment)}
}

func fromPlace(p Place) incident.Place {
	return incident.Place{Site: given(p.Site), Line: given(p.Line), Station: given(p.Station), Equipment: given(p.Equipment)}
}

func toTemplate(t incident.Template) Template {
	return Template{
		TemplateId:   string(t.ID),
		Version:      t.Version,
		NameZh:       t.NameZh,
		NameEn:       t.NameEn,
		TitleZh:      t.TitleZh,
		TitleEn:      t.TitleEn,
		IncidentType: IncidentType(t.Type),
		Severity:     Severity(t.Severity),
	}
}

func toMember(m incident.Member) Member {
	return Member{UserId: string(m.ID), Name: m.Name, Role: Role(m.Role), AddedBy: string(m.AddedBy), AddedAt: m.AddedAt}
}

// toMessage mints the links of a reference message (F-RT-04).
func toMessage(l *Links, room incident.RoomID, m incident.Message) Message {
	out := Message{
		MessageId:   string(m.ID),
		Seq:         int64(m.Seq),
		Author:      toPerson(m.Author),
		MessageType: MessageType(m.Type),
		Text:        m.Text,
		ReplyTo:     optional(string(m.ReplyTo)),
		ClientMsgId: optional(string(m.ClientMsgID)),
		At:          m.At,
	}
	if ref := m.Ref; ref != nil {
		links := l.own(room, ref.FileID, ref.Kind)
		out.Metadata = &Reference{
			FileId:       string(ref.FileID),
			Filename:     ref.Filename,
			Kind:         FileKind(ref.Kind),
			Size:         ref.Size,
			Width:        optional(ref.Width),
			Height:       optional(ref.Height),
			Url:          links.content,
			ThumbnailUrl: optional(links.thumbnail),
		}
	}
	return out
}

// toFile mints the file's links (F-UP-17, F-DL-01).
func toFile(ctx context.Context, l *Links, f incident.File) File {
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
		ScanState:    FileScanState(f.Scan),
		UploadedAt:   f.UploadedAt,
		DownloadUrl:  links.content,
		ThumbnailUrl: optional(links.thumbnail),
		UrlExpiresAt: links.expires,
	}
}

func toAuditEntry(e incident.AuditEntry) AuditEntry {
	return AuditEntry{
		AuditId:   e.ID,
		At:        e.At,
		Who:       toPerson(e.Who),
		Act:       e.Act,
		Target:    e.Target,
		From:      e.From,
		Outcome:   AuditEntryOutcome(e.Outcome),
		RequestId: e.Request,
	}
}

func toNode(n incident.Node, state NodeState) Node {
	return Node{
		NodeId:      string(n.ID),
		Address:     n.Address,
		Version:     n.Version,
		Zone:        n.Zone,
		StartedAt:   n.StartedAt,
		RenewedAt:   n.RenewedAt,
		LeaseLeftMs: n.LeaseLeft.Milliseconds(),
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

// toEvent makes the socket frame that tells an event: one of the *Frame structs.
// The same frame goes to every member, so nothing in it depends on the reader.
func toEvent(ctx context.Context, l *Links, e incident.Event) (any, error) {
	room, seq, epoch, by := string(e.RoomID), int64(e.Seq), int64(e.Epoch), toPerson(e.By)
	switch c := e.Change.(type) {
	case incident.RoomCreated:
		r := c.Room
		r.Head, r.MemberCount = e.Seq, max(r.MemberCount, 1) // the creator
		return RoomCreatedFrame{Type: RoomCreated, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, Room: toRoom(r)}, nil
	case incident.MemberAdded:
		return MemberAddedFrame{Type: MemberAdded, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, Member: toMember(c.Member)}, nil
	case incident.MessagePosted:
		m := c.Message
		m.Seq = e.Seq
		return MessageFrame{Type: MessageFrameTypeMessage, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, Message: toMessage(l, e.RoomID, m)}, nil
	case incident.FileUploaded:
		return FileUploadedFrame{Type: FileUploaded, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, File: toFile(ctx, l, c.File)}, nil
	case incident.FileDeleted:
		return FileDeletedFrame{Type: FileDeleted, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, FileId: string(c.FileID), DeletedBy: toPerson(c.DeletedBy)}, nil
	default:
		return nil, fmt.Errorf("event %s/%d: no frame tells a %T", e.RoomID, e.Seq, e.Change)
	}
}

// toRoomEvent is the same frame as an element of GET …/events.
func toRoomEvent(ctx context.Context, l *Links, e incident.Event) (RoomEvent, error) {
	frame, err := toEvent(ctx, l, e)
	if err != nil {
		return RoomEvent{}, err
	}
	b, err := json.Marshal(frame)
	if err != nil {
		return RoomEvent{}, fmt.Errorf("encode event %s/%d: %w", e.RoomID, e.Seq, err)
	}
	return RoomEvent{union: b}, nil
}
