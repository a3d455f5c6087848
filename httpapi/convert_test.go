package httpapi

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

type unknownChange struct{}

func (unknownChange) EventType() incident.EventType { return "brand_new" }

// F-RT-04, F-RT-07, F-WS-01, F-WS-03: every event has its frame, and the frame has
// its place in the room's order.
func TestEveryEventHasItsFrame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	li := people["li"].Person
	photo := incident.File{ID: "f", RoomID: press, Uploader: li, Filename: "p.jpg", Kind: incident.Image, Scan: incident.Unscanned}
	// What a room knows of whoever asked it must not reach the others.
	asked := incident.Room{ID: press, Title: "t", Status: incident.Open, Role: incident.Owner, Read: 3, Unread: 2, Mentions: 1}
	changes := []incident.Change{
		incident.RoomCreated{Room: asked, Checklist: incident.ShippedTemplates[0].Items()},
		incident.RoomUpdated{Room: asked, Changed: []incident.FieldChange{{Field: "status", From: "OPEN", To: "CLOSED"}}, Reason: "r"},
		incident.MemberAdded{Member: incident.Member{Person: li, Role: incident.Editor}},
		incident.MemberRemoved{Person: li},
		incident.RoleChanged{Person: li, From: incident.Viewer, To: incident.Editor},
		incident.MessagePosted{Message: incident.Message{ID: "m", Type: incident.ImageRef, Ref: &incident.Reference{FileID: "f", Filename: "p.jpg", Kind: incident.Image}}},
		incident.MessageEdited{MessageID: "m", Text: "x", Mentions: &incident.Mentions{All: true}},
		incident.MessageDeleted{MessageID: "m", Reason: "r"},
		incident.ReactionAdded{MessageID: "m", Emoji: "👍"},
		incident.ReactionRemoved{MessageID: "m", Emoji: "👍"},
		incident.MessagePinned{MessageID: "m"},
		incident.MessageUnpinned{MessageID: "m"},
		incident.ChecklistChanged{ItemID: 2, Done: true},
		incident.FileUploaded{File: photo},
		incident.FileDeleted{FileID: "f", DeletedBy: li, Reason: "r"},
		incident.FileScanned{FileID: "f", Scan: incident.ScanClean},
	}
	var kinds []incident.EventType
	for _, c := range changes {
		kinds = append(kinds, c.EventType())
	}
	if slices.Sort(kinds); !slices.Equal(kinds, incident.EventTypes()) {
		t.Fatalf("the test tells %v,\nthere are %v", kinds, incident.EventTypes())
	}
	for _, change := range changes {
		e, err := toRoomEvent(t.Context(), h.links, incident.Event{RoomID: press, Seq: 5, Epoch: 3, At: epochStart, By: li, Change: change})
		if err != nil {
			t.Fatal(err)
		}
		if kind, err := e.Discriminator(); err != nil || kind != string(change.EventType()) {
			t.Errorf("%T is told as %s: %v", change, kind, err)
		}
		frame, err := e.ValueByDiscriminator()
		if err != nil {
			t.Fatal(err)
		}
		v := reflect.ValueOf(frame)
		if v.FieldByName("RoomId").String() != string(press) || v.FieldByName("Seq").Int() != 5 || v.FieldByName("Epoch").Int() != 3 ||
			v.FieldByName("At").Interface() != epochStart || v.FieldByName("By").Interface() != toPerson(li) {
			t.Errorf("%T: %+v", change, frame)
		}
		switch f := frame.(type) {
		case RoomCreatedFrame:
			if f.Room.HeadSeq != 5 || f.Room.MemberCount != 1 || f.Room.Tags == nil || len(given(f.Checklist)) != 5 {
				t.Errorf("room: %+v", f.Room)
			}
			knowsNoReader(t, f.Room)
		case RoomUpdatedFrame:
			if f.Room.HeadSeq != 5 || !f.Room.LastActivityAt.Equal(epochStart) || len(f.Changed) != 1 || f.Changed[0].Field != "status" ||
				given(f.Changed[0].From) != "OPEN" || given(f.Changed[0].To) != "CLOSED" || given(f.Reason) != "r" {
				t.Errorf("room: %+v", f)
			}
			knowsNoReader(t, f.Room)
		case MemberRemovedFrame:
			if f.User != toPerson(li) {
				t.Errorf("removed: %+v", f)
			}
		case RoleChangedFrame:
			if f.User != toPerson(li) || f.From != VIEWER || f.To != EDITOR {
				t.Errorf("role: %+v", f)
			}
		case MessageEditedFrame:
			if f.MessageId != "m" || f.Text != "x" || !given(given(f.Mentions).All) {
				t.Errorf("edited: %+v", f)
			}
		case MessageDeletedFrame:
			if f.MessageId != "m" || given(f.Reason) != "r" {
				t.Errorf("deleted: %+v", f)
			}
		case ReactionAddedFrame:
			if f.MessageId != "m" || f.Emoji != "👍" {
				t.Errorf("reaction: %+v", f)
			}
		case ReactionRemovedFrame:
			if f.MessageId != "m" || f.Emoji != "👍" {
				t.Errorf("reaction: %+v", f)
			}
		case MessagePinnedFrame:
			if f.MessageId != "m" {
				t.Errorf("pinned: %+v", f)
			}
		case MessageUnpinnedFrame:
			if f.MessageId != "m" {
				t.Errorf("unpinned: %+v", f)
			}
		case ChecklistChangedFrame:
			if f.ItemId != 2 || !f.Done {
				t.Errorf("item: %+v", f)
			}
		case FileDeletedFrame:
			if f.FileId != "f" || f.DeletedBy != toPerson(li) || given(f.Reason) != "r" {
				t.Errorf("deleted: %+v", f)
			}
		case FileScannedFrame:
			if f.FileId != "f" || f.ScanState != Clean {
				t.Errorf("scanned: %+v", f)
			}
		case MessageFrame:
			ref := given(f.Message.Metadata)
			if f.Message.Seq != 5 || !strings.HasPrefix(ref.Url, "/api/rooms/") || !strings.Contains(given(ref.ThumbnailUrl), "/thumbnail?") {
				t.Errorf("message: %+v, %+v", f.Message, ref)
			}
		case FileUploadedFrame:
			if f.File.DownloadUrl == "" || given(f.File.ThumbnailUrl) == "" || f.File.UrlExpiresAt.Before(epochStart.Add(time.Hour)) {
				t.Errorf("file: %+v", f.File)
			}
		}
	}
	if _, err := toEvent(t.Context(), h.links, incident.Event{Change: unknownChange{}}); err == nil {
		t.Error("an unknown change was told")
	}
}

func knowsNoReader(t *testing.T, r Room) {
	t.Helper()
	if r.MyRole != nil || r.ReadSeq != nil || r.UnreadCount != nil || r.MentionCount != nil {
		t.Errorf("a room that is told to many is one reader's: %+v", r)
	}
}

func TestEventsArePagedUpToTheHead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	page := decodeAs[EventPage](t, h.call(t, "chen", "GET", roomPath(press)+"/events?after_seq=2&limit=3", nil), 200)
	if len(page.Events) != 3 || page.HeadSeq != 7 {
		t.Fatalf("%d events, head %d", len(page.Events), page.HeadSeq)
	}
	first, err := page.Events[0].AsMessageFrame()
	if err != nil || first.Seq != 3 || first.Message.Text != "<&>" {
		t.Errorf("first: %+v, %v", first, err)
	}
}

// A room's empty lists are lists, its absent parts absent.
func TestRoomsAreWrittenAsPromised(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(toRoom(incident.Room{ID: press, Role: incident.Viewer, LastMessage: "x"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"tags":[]`, `"my_role":"VIEWER"`, `"place":{}`, `"last_message":"x"`} {
		if !strings.Contains(string(b), part) {
			t.Errorf("%s lacks %s", b, part)
		}
	}
	if strings.Contains(string(b), `"lot"`) || strings.Contains(string(b), "template_id") {
		t.Errorf("absent parts: %s", b)
	}
}

// F-RM-01, F-TP-01: a template gives what the declarer leaves out.
func TestRoomFromATemplate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.call(t, "out", "POST", "/api/rooms", `{"title":" 三線沖壓機漏油 ","template_id":"`+string(incident.ShippedTemplates[3].ID)+`","place":{"line":"三線"}}`)
	room := decodeAs[Room](t, a, 201)
	if room.Title != "三線沖壓機漏油" || room.IncidentType != "safety" || room.Severity != "CRITICAL" || given(room.Place.Line) != "三線" || given(room.MyRole) != "OWNER" {
		t.Errorf("room: %+v", room)
	}
	if a.Header.Get("Location") != roomPath(press) {
		t.Errorf("Location: %s", a.Header.Get("Location"))
	}
	for _, body := range []string{`{"title":"t"}`, `{"title":"","incident_type":"it","severity":"LOW"}`, `{"title":"t","template_id":"x"}`, `{"title":"t","template_id":"` + string(nowhere) + `"}`} {
		h.call(t, "out", "POST", "/api/rooms", body).wants(t, 400, incident.Invalid)
	}
}
