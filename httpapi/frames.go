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
