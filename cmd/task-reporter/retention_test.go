package main

import (
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"taskreporter/httpapi/client"
)

// archived declares a room with something in it and archives it.
func (u *someone) archived(t *testing.T, title string, fill func(room string)) client.Room {
	t.Helper()
	room := u.declare(title)
	if fill != nil {
		fill(room.RoomId)
	}
	u.archive(t, room.RoomId)
	return room
}

func (u *someone) archive(t *testing.T, room string) {
	t.Helper()
	now := getJSON[client.Room](t, u, "/api/rooms/"+room)
	u.must(t, http.MethodPost, "/api/rooms/"+room+"/status", `{"version":`+strconv.Itoa(now.Version)+`,"status":"CANCELLED","reason":"x"}`)
	u.must(t, http.MethodDelete, "/api/rooms/"+room, "")
}

type tombstones struct {
	Tombstones []client.Tombstone
	Total      int
}

// F-FU-02: a purge at one node ends what people watch at another, and from its answer on
// the room is there for nobody; what is left of it says so to administrators and auditors.
func TestAPurgedRoomIsThereForNobodyOnAnyNode(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	here, there := rig.nodes[0], rig.nodes[1].installation
	boss, wang, li := here.join("boss", "廠長", "ADMIN"), here.join("wang", "王小明", "USER"), here.join("li", "李四", "USER")
	auditor := here.join("auditor", "稽核", "AUDITOR")
	var link string
	room := wang.archived(t, "要刪的停機", func(room string) {
		wang.bring(room, li, client.EDITOR)
		li.say(room, "主軸異音")
		f := wang.upload(room, "press.log", []byte(strings.Repeat("line 3 stopped\n", 20)), "")
		link = f.DownloadUrl
	})
	path := "/api/rooms/" + room.RoomId
	if status, _, _ := here.fetch(here.url(link), nil); status != http.StatusOK {
		t.Fatalf("the link answers %d before the purge", status)
	}
	sockets := []*socket{li.on(there).connect(), wang.connect()}
	for _, s := range sockets {
		s.subscribe(room.RoomId, 0)
	}

	result := boss.must(t, http.MethodPost, "/api/admin/retention/run", `{"reason":"客戶要求刪除","room_ids":["`+room.RoomId+`"]}`)
	if len(result["purged"].([]any)) != 1 || len(result["spared"].([]any)) != 0 {
		t.Fatalf("purged %v", result)
	}
	for _, s := range sockets {
		s.until("the end of the room", func(f frame) bool { return f.Type == "error" && f.RoomID == room.RoomId })
	}
	for _, in := range []*installation{here.installation, there} {
		for _, u := range []*someone{wang, li} {
			for _, rest := range []string{path, path + "/messages", path + "/files", path + "/members", path + "/events?after_seq=0"} {
				if status, _, body := u.on(in).do(http.MethodGet, rest, nil, nil); status != http.StatusForbidden {
					t.Errorf("GET %s: %d %s, want 403", rest, status, body)
				}
			}
		}
		if status, _, _ := boss.on(in).do(http.MethodGet, path, nil, nil); status != http.StatusNotFound {
			t.Errorf("an ADMIN reads it: %d", status)
		}
		if status, _, _ := in.fetch(in.url(link), nil); status == http.StatusOK {
			t.Error("its link still works")
		}
		for _, list := range []string{"/api/rooms?status=ARCHIVED", "/api/search?q=" + "主軸異音"} {
			if _, _, body := boss.on(in).do(http.MethodGet, list, nil, nil); strings.Contains(string(body), room.RoomId) {
				t.Errorf("GET %s: %s", list, body)
			}
		}
	}
	waitFor(t, "removal of rows and objects", func() bool {
		list := getJSON[tombstones](t, auditor.on(there), "/api/admin/retention/tombstones")
		return len(list.Tombstones) == 1 && list.Tombstones[0].State == client.Settling
	})
	stone := getJSON[tombstones](t, auditor, "/api/admin/retention/tombstones").Tombstones[0]
	if stone.RoomId != room.RoomId || stone.Number != room.Number || stone.PurgedBy != "廠長" || stone.Reason != "客戶要求刪除" ||
		stone.Messages != 4 || stone.Files != 1 || stone.Bytes != 300 || len(stone.LogSha256) != 64 {
		t.Errorf("tombstone %+v", stone)
	}
	if here.metric("taskreporter_retention_objects_total")+there.metric("taskreporter_retention_objects_total") < 1 {
		t.Error("no object was removed")
	}
	if out := here.run("", "admin", "storage", "check"); !strings.Contains(out, "files 0, objects 0") {
		t.Errorf("the store after the purge:\n%s", out)
	}
}

// F-FU-02: an upload that is on its way while its room is purged leaves nothing behind.
func TestAnUploadIntoAPurgedRoomLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, db.env(t)...)
			in.start()
			boss, wang := in.join("boss", "廠長", "ADMIN"), in.join("wang", "王小明", "USER")
			other := wang.declare("另一條線")
			wang.upload(other.RoomId, "kept.log", []byte("08:15:02 TEMP 215.3\r\n"), "")
			kept := in.objectsOf()

			room := wang.declare("三線停機")
			wang.upload(room.RoomId, "press.log", []byte("08:15:02 TEMP 215.3\r\n"), "")
			text := strings.Repeat("line 3 stopped\n", 2000)
			at := wang.begin(room.RoomId, "line.log", len(text), "")
			body, sender := io.Pipe()
			answered := make(chan int)
			go func() {
				status, _, _ := wang.patch(at, 0, body)
				answered <- status
			}()
			if _, err := io.WriteString(sender, text[:len(text)/2]); err != nil {
				t.Fatal(err)
			}
			wang.archive(t, room.RoomId)
			boss.must(t, http.MethodPost, "/api/admin/retention/run", `{"reason":"x","room_ids":["`+room.RoomId+`"]}`)
			_, _ = io.WriteString(sender, text[len(text)/2:])
			_ = sender.Close()
			if status := <-answered; status < 400 {
				t.Errorf("the upload is answered %d", status)
			}
			waitFor(t, "removal of all its objects", func() bool { return slices.Equal(in.objectsOf(), kept) })
			if status, _, _ := wang.do(http.MethodGet, "/api/rooms/"+other.RoomId+"/files", nil, nil); status != http.StatusOK {
				t.Errorf("the other room answers %d", status)
			}
		})
	}
}

// F-FU-02: retention from a shell does what its pages do.
func TestAdminSeesAndRunsRetention(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang := in.join("wang", "王小明", "USER")
	live, first, second := wang.declare("開著的"), wang.archived(t, "第一", nil), wang.archived(t, "第二", nil)
	lines := func(args ...string) []string {
		t.Helper()
		out := in.run("", append([]string{"admin"}, args...)...)
		if out == "" {
			return nil
		}
		return strings.Split(out, "\n")
	}
	for _, line := range lines("retention", "show") {
		if !strings.HasSuffix(line, "for ever") {
			t.Errorf("before anybody said so: %s", line)
		}
	}
	lines("retention", "set", "--low", "365", "--high", "30")
	lines("retention", "set", "--low", "0", "--critical", "3650")
	want := "LOW       for ever\nMEDIUM    for ever\nHIGH      30\nCRITICAL  3650"
	if got := strings.Join(lines("retention", "show"), "\n"); got != want {
		t.Errorf("policy\n%s\nwant\n%s", got, want)
	}
	if got := lines("retention", "preview"); len(got) != 0 {
		t.Errorf("what was archived today would go: %q", got)
	}
	lines("room", "hold", second.RoomId, "--reason", "訴訟中")
	got := getJSON[client.Room](t, wang, "/api/rooms/"+second.RoomId)
	if got.Hold == nil || got.Hold.Reason != "訴訟中" || !strings.HasPrefix(got.Hold.PlacedBy, "shell") {
		t.Errorf("hold %+v", got.Hold)
	}
	if got := lines("retention", "run", "--reason", "x", "--room", first.RoomId); len(got) != 1 || !strings.HasPrefix(got[0], first.RoomId+"  "+first.Number) {
		t.Errorf("run: %q", got)
	}
	for _, room := range []string{live.RoomId, second.RoomId} {
		cmd := exec.Command(in.program(), "admin", "retention", "run", "--reason", "x", "--room", room)
		cmd.Env = in.env
		if said, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(said), "spared "+room) {
			t.Errorf("run on a room that must stay: %v %s", err, said)
		}
	}
	if got := lines("retention", "tombstones"); len(got) != 1 || !strings.HasPrefix(got[0], first.RoomId) || !strings.Contains(got[0], `"x"`) {
		t.Errorf("tombstones: %q", got)
	}
	lines("room", "release", second.RoomId, "--reason", "和解")
	lines("retention", "run", "--reason", "x", "--room", second.RoomId)
	if status, _, _ := wang.do(http.MethodGet, "/api/rooms/"+second.RoomId, nil, nil); status != http.StatusForbidden {
		t.Errorf("its owner gets %d", status)
	}
}
