package httpapi

import (
	"taskreporter/incident"
)

// toMessage writes a message as it reads now, and mints the links of a reference
// (F-RT-04).
func toMessage(l *Links, room incident.RoomID, m incident.Message) Message {
	out := Message{
		MessageId:   string(m.ID),
		Seq:         int64(m.Seq),
		Author:      toPerson(m.Author),
		MessageType: MessageType(m.Type),
		Text:        m.Text,
		Metadata:    toReference(l, room, m.Ref),
		ReplyTo:     optional(string(m.ReplyTo)),
		Mentions:    toMentions(m.Mentions),
		ClientMsgId: optional(string(m.ClientMsgID)),
		At:          m.At,
		Edits:       optional(m.Edits),
		EditedAt:    m.EditedAt,
		Deleted:     toAct(m.Deleted),
		Pinned:      toAct(m.Pinned),
		Reactions: some(each(m.Reactions, func(r incident.Reaction) Reaction {
			return Reaction{Emoji: r.Emoji, Users: each(r.People, toPerson)}
		})),
	}
	if m.Status != nil {
		out.StatusChange = &StatusChange{From: Status(m.Status.From), To: Status(m.Status.To)}
	}
	return out
}

// toReference has no link to a file that was taken out of sight, and no name of one
// in quarantine.
func toReference(l *Links, room incident.RoomID, ref *incident.Reference) *Reference {
	if ref == nil {
		return nil
	}
	if ref.Scan == incident.ScanInfected {
		withheld := ref.Withheld()
		ref = &withheld
	}
	out := &Reference{
		FileId:   string(ref.FileID),
		Filename: ref.Filename,
		Kind:     FileKind(ref.Kind),
		Size:     ref.Size,
		Width:    optional(ref.Width),
		Height:   optional(ref.Height),
		Deleted:  optional(ref.Deleted),

		ScanState: optional(ScanState(ref.Scan)),
	}
	if !ref.Deleted && ref.Scan != incident.ScanInfected {
		links := l.own(room, ref.FileID, ref.Kind)
		out.Url, out.ThumbnailUrl, out.UrlExpiresAt = links.content, optional(links.thumbnail), &links.expires
	}
	return out
}

func toAct(d *incident.Done) *Act {
	if d == nil {
		return nil
	}
	return &Act{By: toPerson(d.By), At: d.At}
}

func toMentions(m *incident.Mentions) *Mentions {
	if m == nil || m.Empty() {
		return nil
	}
	return &Mentions{
		All:   optional(m.All),
		Roles: some(each(m.Roles, func(r incident.Role) Role { return Role(r) })),
		Users: some(each(m.Users, func(u incident.UserID) string { return string(u) })),
	}
}

func fromMentions(m *Mentions) incident.Mentions {
	if m == nil {
		return incident.Mentions{}
	}
	return incident.Mentions{
		All:   given(m.All),
		Roles: each(given(m.Roles), func(r Role) incident.Role { return incident.Role(r) }),
		Users: each(given(m.Users), func(u string) incident.UserID { return incident.UserID(u) }),
	}
}

func toVersion(e incident.Edit) MessageVersion {
	return MessageVersion{Seq: int64(e.Seq), Text: e.Text, At: e.At, By: toPerson(e.By)}
}

func toHit(h incident.Hit) Hit {
	return Hit{
		Kind:      SearchKind(h.Kind),
		RoomId:    string(h.Room),
		Number:    h.Number,
		Title:     h.Title,
		MessageId: optional(string(h.Message)),
		FileId:    optional(string(h.File)),
		Seq:       optional(int64(h.Seq)),
		Author:    toPerson(h.Author),
		At:        h.At,
		Snippet: each(h.Snippet, func(p incident.SnippetPart) SnippetPart {
			return SnippetPart{Text: p.Text, Match: p.Match}
		}),
	}
}
