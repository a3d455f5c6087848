package httpapi

import (
	"encoding/json"
	"log/slog"
	"slices"
	"testing"

	"taskreporter/actors"
	"taskreporter/incident"
)

// payload is what a short or middling frame of the wire carries.
func payload[T any](t *testing.T, f actors.Frame) T {
	t.Helper()
	head := 2
	if f[1] == 126 {
		head = 4
	}
	var v T
	if err := json.Unmarshal(f[head:], &v); err != nil {
		t.Fatalf("%v in %s", err, f[head:])
	}
	return v
}

// F-RT-02, F-MB-06, F-RM-11: what is told but not stored.
func TestPassingFramesSayWhatHappens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	frames := NewFrames(h.links, slog.New(slog.DiscardHandler))
	li, wang := people["li"].Person, people["wang"].Person
	if f := payload[TypingFrame](t, frames.Typing(press, li)); f.Type != "typing" || f.RoomId != string(press) || f.User != toPerson(li) {
		t.Errorf("typing: %+v", f)
	}
	if f := payload[PreviewReadyFrame](t, frames.PreviewReady(press, "f")); f.Type != "preview_ready" || f.RoomId != string(press) || f.FileId != "f" {
		t.Errorf("preview: %+v", f)
	}
	read := payload[ReadFrame](t, frames.Reads(press, []incident.ReadPointer{{User: li.ID, Seq: 5, At: epochStart}}))
	if read.Type != "read" || read.RoomId != string(press) || !slices.Equal(read.Readers, []ReadPointer{{UserId: string(li.ID), Seq: 5, At: epochStart}}) {
		t.Errorf("read: %+v", read)
	}
	f := payload[RoomActivityFrame](t, frames.Activity(incident.Activity{
		Room: incident.Room{ID: press, Status: incident.Contained, Role: incident.Owner, Read: 1, Unread: 2}, Head: 9, Count: 4, Latest: "漏油",
		Posted:  []incident.Posted{{Seq: 8, Author: wang.ID}, {Seq: 9, Author: li.ID, Mentions: &incident.Mentions{Users: []incident.UserID{wang.ID}}}},
		Members: []incident.UserID{li.ID, wang.ID}, Gone: []incident.UserID{people["chen"].ID}, Renewed: true,
	}))
	if f.Type != "room_activity" || f.HeadSeq != 9 || f.Room.HeadSeq != 9 || f.MemberCount != 4 || f.Room.MemberCount != 4 || given(f.LastMessage) != "漏油" ||
		f.Room.Status != CONTAINED || !f.Renewed || len(f.Posted) != 2 || f.Posted[0].Mentions != nil || f.Posted[1].AuthorId != string(li.ID) ||
		!slices.Equal(given(given(f.Posted[1].Mentions).Users), []string{string(wang.ID)}) {
		t.Errorf("activity: %+v", f)
	}
	knowsNoReader(t, f.Room)
	if f := payload[RoomActivityFrame](t, frames.Activity(incident.Activity{Room: incident.Room{ID: press}})); f.Posted == nil || f.LastMessage != nil {
		t.Errorf("nothing posted: %+v", f)
	}
}
