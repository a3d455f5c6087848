package httpapi

import (
	"encoding/json"
	"reflect"
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
	for _, change := range []incident.Change{
		incident.RoomCreated{Room: incident.Room{ID: press, Title: "t"}},
		incident.MemberAdded{Member: incident.Member{Person: li, Role: incident.Editor}},
		incident.MessagePosted{Message: incident.Message{ID: "m", Type: incident.ImageRef, Ref: &incident.Reference{FileID: "f", Filename: "p.jpg", Kind: incident.Image}}},
		incident.FileUploaded{File: photo},
		incident.FileDeleted{FileID: "f", DeletedBy: li},
	} {
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
			if f.Room.HeadSeq != 5 || f.Room.MemberCount != 1 || f.Room.Tags == nil {
				t.Errorf("room: %+v", f.Room)
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
