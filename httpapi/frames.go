package httpapi

import (
	"context"
	"encoding/json"
	"log/slog"

	"taskreporter/actors"
	"taskreporter/incident"
)

// Frames encodes what many sockets are told, once for all of them. Links are
// minted then; they name no reader.
type Frames struct {
	links *Links
	log   *slog.Logger
}

var _ actors.Frames = (*Frames)(nil)

// NewFrames makes the encoder that the room engine uses.
func NewFrames(links *Links, log *slog.Logger) *Frames { return &Frames{links: links, log: log} }

// Event implements [actors.Frames].
func (f *Frames) Event(e incident.Event) actors.Frame {
	frame, err := toEvent(context.Background(), f.links, e)
	if err != nil {
		f.log.Error("event has no frame", "room_id", string(e.RoomID), "seq", int64(e.Seq), "err", err)
		return nil
	}
	return encode(frame)
}

// Presence implements [actors.Frames].
func (f *Frames) Presence(room incident.RoomID, count int, people []incident.Person) actors.Frame {
	frame := PresenceFrame{Type: Presence, RoomId: string(room), Count: count, Users: make([]Person, len(people))}
	for i, p := range people {
		frame.Users[i] = toPerson(p)
	}
	return encode(frame)
}

// Typing implements [actors.Frames].
func (f *Frames) Typing(room incident.RoomID, who incident.Person) actors.Frame {
	return encode(TypingFrame{Type: TypingFrameTypeTyping, RoomId: string(room), User: toPerson(who)})
}

// Reads implements [actors.Frames].
func (f *Frames) Reads(room incident.RoomID, reads []incident.ReadPointer) actors.Frame {
	return encode(ReadFrame{
		Type: ReadFrameTypeRead, RoomId: string(room),
		Readers: each(reads, func(r incident.ReadPointer) ReadPointer {
			return ReadPointer{UserId: string(r.User), Seq: int64(r.Seq), At: r.At}
		}),
	})
}

// Activity implements [actors.Frames].
func (f *Frames) Activity(a incident.Activity) actors.Frame {
	r := a.Room
	r.Head, r.MemberCount, r.LastMessage = a.Head, a.Count, a.Latest
	return encode(RoomActivityFrame{
		Type: RoomActivity, Room: toSharedRoom(r), HeadSeq: int64(a.Head), MemberCount: a.Count,
		LastMessage: optional(a.Latest), Renewed: a.Renewed,
		Posted: each(a.Posted, func(p incident.Posted) Posted {
			return Posted{Seq: int64(p.Seq), AuthorId: string(p.Author), Mentions: toMentions(p.Mentions)}
		}),
	})
}

// PreviewReady implements [actors.Frames].
func (f *Frames) PreviewReady(room incident.RoomID, file incident.FileID) actors.Frame {
	return encode(PreviewReadyFrame{Type: PreviewReady, RoomId: string(room), FileId: string(file)})
}

// UploadAck implements [actors.Frames].
func (f *Frames) UploadAck(file incident.File) actors.Frame {
	links := f.links.of(context.Background(), file)
	return encode(FileUploadAckFrame{
		Type: FileUploadAck, RoomId: string(file.RoomID), FileId: string(file.ID),
		Status: Stored, DownloadUrl: links.content,
	})
}

// encode makes a text frame of one of the *Frame structs, which always marshal.
func encode(frame any) actors.Frame {
	b, err := json.Marshal(frame)
	if err != nil {
		panic(err)
	}
	return wireFrame(finalText, b)
}
