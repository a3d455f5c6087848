package main

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/httpapi/client"
	"taskreporter/storage/scan/scantest"
)

// infectedPhoto is a JPEG with a comment that the tests' clamd takes for a virus.
func infectedPhoto(t testing.TB) []byte {
	t.Helper()
	b := smallPhoto(t)
	comment := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(2+len(scantest.Marker)))
	return slices.Concat(b[:2], comment, []byte(scantest.Marker), b[2:])
}

// verdict waits for the event that says how a file's scan ended.
func (s *socket) verdict(file string) client.ScanState {
	s.t.Helper()
	f := s.until("file_scanned of "+file, func(f frame) bool { return f.Type == "file_scanned" && f.FileID == file })
	return f.ScanState
}

// eventually waits until something is so.
func (in *installation) eventually(what string, ok func() bool) {
	in.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); pause() {
		if ok() {
			return
		}
	}
	in.t.Fatalf("never: %s", what)
}

// F-UP-31, F-SE-05: the real clamd finds the test virus in what is uploaded. Its
// room is told, nobody gets a byte of it, and only those who answer for the room
// learn its name. What is clean opens as soon as that is known.
func TestAVirusIsCaughtAndNobodyGetsIt(t *testing.T) {
	t.Parallel()
	for i, db := range databases {
		t.Run(db.name+" and "+stores[i].name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, append(append(db.env(t), stores[i].env(t)...), "TASK_REPORTER_SCAN_ADDRESS="+scantest.Address(t))...)
			in.start()
			virusInARoom(t, in)
		})
	}
}

func virusInARoom(t *testing.T, in *installation) {
	wang, lee, chen := in.join("wang", "王小明", "USER"), in.join("lee", "李工", "USER"), in.join("chen", "陳", "USER")
	admin := in.join("boss", "主管", "ADMIN")
	room := wang.declare("可疑的檔案").RoomId
	wang.bring(room, lee, client.EDITOR)
	wang.bring(room, chen, client.VIEWER)
	there := chen.connect()
	there.subscribe(room, 0)

	for name, content := range map[string][]byte{"發票 invoice.txt": scantest.Eicar(), "invoice.jpg": infectedPhoto(t)} {
		f := lee.upload(room, name, content, "")
		if f.ScanState != client.Pending {
			t.Errorf("%s was recorded as %s", name, f.ScanState)
		}
		if got := there.verdict(f.FileId); got != client.Infected {
			t.Fatalf("%s: %s", name, got)
		}
		path := "/api/rooms/" + room + "/files/" + f.FileId
		for _, who := range []*someone{wang, lee, chen, admin} {
			for _, way := range []string{path + "/content", path + "/thumbnail", path + "/content?download=true"} {
				status, _, body := who.do(http.MethodGet, way, nil, nil)
				if status != http.StatusForbidden || problemOf(t, body).Code != client.FileInfected {
					t.Errorf("%s gets %s of %s: %d %.100s", who.name, way, name, status, body)
				}
			}
			status, _, body := who.do(http.MethodGet, path, nil, nil)
			switch sees := who == wang || who == admin; {
			case sees && (status != http.StatusOK || !strings.Contains(string(body), "invoice") || strings.Contains(string(body), f.Sha256)):
				t.Errorf("%s is told of %s: %d %s", who.name, name, status, body)
			case !sees && (status != http.StatusNotFound || strings.Contains(string(body), "invoice")):
				t.Errorf("%s is told of %s: %d %s", who.name, name, status, body)
			}
		}
		for _, link := range []string{f.DownloadUrl, strings.Replace(f.DownloadUrl, "/content", "/thumbnail", 1)} {
			if status, _, body := in.fetch(link, nil); status != http.StatusForbidden || bytes.Contains(body, content) {
				t.Errorf("the link of %s: %d", name, status)
			}
		}
		trail := getJSON[struct{ Entries []client.AuditEntry }](t, admin, "/api/admin/audit?act=file_quarantined")
		if len(trail.Entries) == 0 || !strings.Contains(trail.Entries[0].Target, f.FileId+" ") || !strings.Contains(trail.Entries[0].Target, "Test-Signature") {
			t.Errorf("audit %+v", trail.Entries)
		}
	}
	for path, want := range map[string]int{"files": 0, "timeline": 0, "events?after_seq=0": 0, "messages": 0} {
		_, _, body := chen.do(http.MethodGet, "/api/rooms/"+room+"/"+path, nil, nil)
		if got := strings.Count(string(body), "invoice"); got != want {
			t.Errorf("a VIEWER reads the name %d times in %s: %s", got, path, body)
		}
	}
	if _, _, body := chen.do(http.MethodGet, "/api/search?q=invoice", nil, nil); strings.Contains(string(body), "invoice") {
		t.Errorf("a VIEWER finds %s", body)
	}
	if page := getJSON[client.FilePage](t, wang, "/api/rooms/"+room+"/files"); page.Total != 2 || page.Files[0].DownloadUrl != "" {
		t.Errorf("the OWNER's list: %+v", page)
	}

	photo := phonePhoto(t)
	fine := lee.upload(room, "主軸.jpg", photo, "")
	if got := there.verdict(fine.FileId); got != client.Clean {
		t.Fatalf("a photo is %s", got)
	}
	there.until("preview_ready", func(f frame) bool { return f.Type == "preview_ready" && f.FileID == fine.FileId })
	if status, _, back := in.fetch(fine.DownloadUrl, nil); status != http.StatusOK || digest(back) != digest(photo) {
		t.Errorf("the link that came with a file opens it once it is clean: %d, %d bytes", status, len(back))
	}
	counts := map[string]int{}
	for _, ev := range readLog(t, wang, room) {
		counts[ev.Type]++
	}
	if counts["file_scanned"] != 3 {
		t.Errorf("the log has %v, want three verdicts", counts)
	}
	if health := getJSON[client.Health](t, admin, "/readyz"); health.Checks["virus_scanner"] != "ok" {
		t.Errorf("readiness %+v", health)
	}
}

// F-UP-31: while clamd is dead, files stay closed, also after the server was killed
// and started again; they open when clamd is back.
func TestFilesWaitForADeadScanner(t *testing.T) {
	t.Parallel()
	clamd := scantest.New(t).Start()
	in := newInstallation(t, "TASK_REPORTER_SCAN_ADDRESS="+clamd.Address(), "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))
	s := in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("掃毒程式停了").RoomId
	state := func(f client.File) client.ScanState {
		return getJSON[client.File](t, wang, "/api/rooms/"+room+"/files/"+f.FileId).ScanState
	}
	first := wang.upload(room, "a.log", []byte("alarm 3021"), "")
	in.eventually("the first file is clean", func() bool { return state(first) == client.Clean })

	clamd.Kill()
	waits, bad := wang.upload(room, "b.log", []byte("alarm 3022"), ""), wang.upload(room, "c.txt", scantest.Eicar(), "")
	in.eventually("the scanner failed", func() bool { return in.metric(`taskreporter_scans_total{outcome="failed"}`) >= 2 })
	s.kill()
	in.start()
	in.eventually("it failed again, for what the kill left", func() bool { return in.metric(`taskreporter_scans_total{outcome="failed"}`) >= 1 })
	if n := in.metric("taskreporter_files_pending_scan"); n != 2 {
		t.Errorf("%v files wait, want 2", n)
	}
	for _, f := range []client.File{waits, bad} {
		status, _, body := in.fetch(f.DownloadUrl, nil)
		if status != http.StatusConflict || problemOf(t, body).Code != client.FilePending || !problemOf(t, body).Retryable {
			t.Errorf("while clamd is dead: %d %s", status, body)
		}
		if got := state(f); got != client.Pending {
			t.Errorf("while clamd is dead: %s", got)
		}
	}

	clamd.Start()
	in.eventually("the second file is clean", func() bool { return state(waits) == client.Clean })
	in.eventually("the third is infected", func() bool { return state(bad) == client.Infected })
	if status, _, back := in.fetch(waits.DownloadUrl, nil); status != http.StatusOK || string(back) != "alarm 3022" {
		t.Errorf("when it is back: %d %q", status, back)
	}
}

// F-UP-31: where the installation says so, files open unscanned while clamd is dead.
func TestFilesPassADeadScannerWhereThatIsAllowed(t *testing.T) {
	t.Parallel()
	in := newInstallation(t, "TASK_REPORTER_SCAN_ADDRESS="+scantest.New(t).Address(), "TASK_REPORTER_SCAN_WHEN_DOWN=allow")
	in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("掃毒程式停了").RoomId
	here := wang.connect()
	here.subscribe(room, 0)
	f := wang.upload(room, "a.log", []byte("alarm 3021"), "")
	if f.ScanState != client.Pending {
		t.Errorf("recorded as %s", f.ScanState)
	}
	if got := here.verdict(f.FileId); got != client.Unscanned {
		t.Errorf("got %s", got)
	}
	if status, _, back := in.fetch(f.DownloadUrl, nil); status != http.StatusOK || string(back) != "alarm 3021" {
		t.Errorf("%d %q", status, back)
	}
}

// F-UP-30: a picture's preview is there before anybody asks for it, and the room is
// told; without a scanner nothing waits.
func TestAPreviewIsMadeAfterTheUpload(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("主軸過熱").RoomId
	here := wang.connect()
	here.subscribe(room, 0)
	f := wang.upload(room, "主軸.jpg", phonePhoto(t), "")
	if f.ScanState != client.Unscanned {
		t.Errorf("recorded as %s", f.ScanState)
	}
	if told := here.untilType("preview_ready"); told.RoomID != room || told.FileID != f.FileId {
		t.Errorf("preview_ready: %s", told.raw)
	}
	if objects := in.objectsOf(); !slices.Contains(objects, "room-"+room+"/thumbnail/"+f.FileId+".jpg") {
		t.Errorf("the store holds %v", objects)
	}
	for _, ev := range readLog(t, wang, room) {
		if ev.Type == "preview_ready" || ev.Type == "file_scanned" {
			t.Errorf("the log has %s", ev.Type)
		}
	}
}
