package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"taskreporter/httpapi/client"
)

// tusHeader is enough for any request of the upload protocol.
func tusHeader(name string, size, offset int, sum string) http.Header {
	meta := "filename " + base64.StdEncoding.EncodeToString([]byte(name))
	if sum != "" {
		meta += ",sha256 " + base64.StdEncoding.EncodeToString([]byte(sum))
	}
	return http.Header{
		"Tus-Resumable": {"1.0.0"}, "Content-Type": {"application/offset+octet-stream"}, "Upload-Metadata": {meta},
		"Upload-Length": {strconv.Itoa(size)}, "Upload-Offset": {strconv.Itoa(offset)},
	}
}

// begin announces a file and returns its address.
func (u *someone) begin(room, name string, size int, sum string) string {
	u.in.t.Helper()
	status, header, body := u.do(http.MethodPost, "/api/rooms/"+room+"/uploads", tusHeader(name, size, 0, sum), nil)
	if status != http.StatusCreated {
		u.in.t.Fatalf("announce %s: %d %s", name, status, body)
	}
	return header.Get("Location")
}

// offset asks how much of an upload is there; -1 for none.
func (u *someone) offset(at string) int {
	u.in.t.Helper()
	status, header, _ := u.do(http.MethodHead, at, nil, nil)
	if status != http.StatusOK {
		return -1
	}
	n, err := strconv.Atoi(header.Get("Upload-Offset"))
	if err != nil {
		u.in.t.Fatal(err)
	}
	return n
}

// bring sends what is missing of an upload from an offset.
func (u *someone) patch(at string, offset int, rest io.Reader) (int, http.Header, []byte) {
	u.in.t.Helper()
	return u.do(http.MethodPatch, at, tusHeader("", 0, offset, ""), rest)
}

// complete brings all that is missing, in pieces of at most n bytes.
func (u *someone) complete(at string, content []byte, n int) {
	u.in.t.Helper()
	for offset := u.offset(at); offset < len(content); {
		piece := content[offset:min(offset+n, len(content))]
		status, header, body := u.patch(at, offset, bytes.NewReader(piece))
		if status != http.StatusNoContent {
			u.in.t.Fatalf("PATCH at %d: %d %s", offset, status, body)
		}
		next, err := strconv.Atoi(header.Get("Upload-Offset"))
		if err != nil || next != offset+len(piece) {
			u.in.t.Fatalf("PATCH of %d bytes at %d leads to %q", len(piece), offset, header.Get("Upload-Offset"))
		}
		offset = next
	}
}

// cutOff sends from an upload's offset up to byte n of it, then waits for until,
// and cuts the line.
func (u *someone) cutOff(at string, content []byte, n int, until func()) {
	u.in.t.Helper()
	offset := u.offset(at)
	conn, err := net.Dial("tcp", u.in.addr)
	if err != nil {
		u.in.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var head bytes.Buffer
	fmt.Fprintf(&head, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n", at, u.token, len(content)-offset)
	header := tusHeader("", 0, offset, "")
	header.Del("Upload-Length")
	if err := header.Write(&head); err != nil {
		u.in.t.Fatal(err)
	}
	head.WriteString("\r\n")
	for _, b := range [][]byte{head.Bytes(), content[offset:n]} {
		if _, err := conn.Write(b); err != nil {
			u.in.t.Fatalf("the upload was over before it was cut: %v", err)
		}
	}
	until()
}

// logOf is a log of n bytes without a period that hides a shift.
func logOf(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 5))
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "%08x 主軸 %d\r\n", r.Uint32(), r.IntN(1000))
	}
	text := b.Bytes()[:n]
	for i := n - 4; i < n; i++ { // no half character at the end
		text[i] = '.'
	}
	return text
}

// onlyOnce makes sure that a room has the file once, whole, with one event, one
// message and, on local disk, one object.
func onlyOnce(t *testing.T, u *someone, room, id string, content []byte) {
	t.Helper()
	page := getJSON[client.FilePage](t, u, "/api/rooms/"+room+"/files")
	if page.Total != 1 || page.Files[0].FileId != id || page.Files[0].Sha256 != digest(content) {
		t.Errorf("files: %d %+v, want %s", page.Total, page.Files, id)
	}
	status, _, back := u.do(http.MethodGet, "/api/rooms/"+room+"/files/"+id+"/content", nil, nil)
	if status != http.StatusOK || !bytes.Equal(back, content) {
		t.Errorf("the file came back changed: %d, %d bytes", status, len(back))
	}
	var seen []string
	for _, ev := range readLog(t, u, room) {
		if ev.Type == "file_uploaded" || ev.Type == "message" && ev.Message.Metadata != nil {
			seen = append(seen, ev.Type)
		}
	}
	if !slices.Equal(seen, []string{"file_uploaded", "message"}) {
		t.Errorf("the log has %v, want one event and one message", seen)
	}
}

const tusSize = 5 << 20 // bytes: the largest log

// F-SC-02, F-UP-25 to 28, F-UP-30: a file is cut off at 60 %, by the line and by the
// death of the server, and goes on from where it was: what had arrived is there to
// the last MiB, the file is one, and it is what was sent.
func TestAnUploadGoesOnAfterTheLineAndTheServer(t *testing.T) {
	t.Parallel()
	for i, db := range databases {
		store := stores[i]
		t.Run(db.name+" and "+store.name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, append(db.env(t), store.env(t)...)...)
			s := in.start()
			wang := in.join("wang", "王小明", "USER")
			room := wang.declare("斷線").RoomId
			content := logOf(tusSize, 1)
			at := wang.begin(room, "主軸.log", len(content), digest(content))

			// The line: what is on the way when it breaks is kept, all of it.
			third := len(content)/3 + 12345
			wang.cutOff(at, content, third, func() {})
			waitFor(t, "all that was sent", func() bool { return partsOf(t, wang, room)[0].UploadOffset == int64(third) })

			// The server: what it had taken is kept but for the newest part.
			sixty := len(content) * 6 / 10
			wang.cutOff(at, content, sixty, func() {
				waitFor(t, "part of the second request", func() bool { return partsOf(t, wang, room)[0].UploadOffset > int64(third) })
				s.kill()
			})
			in.start()
			offset := wang.offset(at)
			if offset < third || offset < sixty-1<<20 || offset > sixty {
				t.Errorf("after the death of the server the upload goes on at %d; %d were sent, %d had been stored before", offset, sixty, third)
			}

			// Announced again with the same digest it is the same upload (F-UP-26).
			if again := wang.begin(room, "主軸.log", len(content), digest(content)); again != at {
				t.Errorf("announced again it is %s, not %s", again, at)
			}
			status, _, body := wang.patch(at, 0, bytes.NewReader(content))
			if status != http.StatusConflict {
				t.Errorf("from the beginning again: %d %s", status, body)
			}
			listener := wang.connect()
			listener.subscribe(room, 0)
			wang.complete(at, content, 700_001)
			id := at[strings.LastIndex(at, "/")+1:]
			if ack := listener.untilType("file_upload_ack"); ack.FileID != id {
				t.Errorf("ack of %s, want %s", ack.FileID, id)
			}
			onlyOnce(t, wang, room, id, content)
			if got := wang.offset(at); got != len(content) {
				t.Errorf("the finished upload is at %d", got)
			}
			if again := wang.begin(room, "another name.log", len(content), digest(content)); again != at {
				t.Errorf("announced again the file is %s, not %s", again, at)
			}
			if store.name == "disk" && len(in.objectsOf()) != 1 {
				t.Errorf("the store holds %v, want the file alone", in.objectsOf())
			}
		})
	}
}

// partsOf lists one's unfinished uploads; it disturbs none.
func partsOf(t *testing.T, u *someone, room string) []client.Upload {
	t.Helper()
	return getJSON[client.UploadList](t, u, "/api/rooms/"+room+"/uploads").Uploads
}

// F-UP-27: what one node took another goes on with, also when the first is dead.
func TestAnUploadGoesOnAtAnotherNode(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	wang := rig.nodes[0].join("wang", "王小明", "USER")
	there := wang.on(rig.nodes[1].installation)
	room := wang.declare("換節點").RoomId
	content := logOf(tusSize, 2)
	at := wang.begin(room, "a.log", len(content), "")
	sixty := len(content) * 6 / 10
	wang.cutOff(at, content, sixty, func() {
		waitFor(t, "parts", func() bool { return partsOf(t, there, room)[0].UploadOffset >= int64(sixty-1<<20) })
		rig.nodes[0].running.kill()
	})
	offset := there.offset(at)
	if offset < sixty-1<<20 || offset > sixty {
		t.Errorf("at the other node the upload goes on at %d of %d", offset, sixty)
	}
	there.complete(at, content, len(content))
	onlyOnce(t, there, room, at[strings.LastIndex(at, "/")+1:], content)
}

// F-UP-26, F-SE-01: an upload is its sender's, in its room, and of nobody else's.
func TestAnUploadIsItsSenders(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang, lee := in.join("wang", "王小明", "USER"), in.join("lee", "李工", "USER")
	room, other := wang.declare("三線").RoomId, wang.declare("四線").RoomId
	wang.bring(room, lee, client.EDITOR)
	content := logOf(3000, 3)
	at := wang.begin(room, "a.log", len(content), digest(content))
	if status, _, _ := lee.patch(at, 0, bytes.NewReader(content)); status != http.StatusNotFound {
		t.Errorf("a colleague's PATCH: %d", status)
	}
	if lee.offset(at) != -1 || wang.offset(strings.Replace(at, room, other, 1)) != -1 {
		t.Error("an upload is found by a colleague or in another room")
	}
	if status, _, _ := lee.do(http.MethodDelete, at, tusHeader("", 0, 0, ""), nil); status != http.StatusNotFound {
		t.Errorf("a colleague's DELETE: %d", status)
	}
	if lee.begin(room, "a.log", len(content), digest(content)) == at || wang.begin(other, "a.log", len(content), digest(content)) == at {
		t.Error("the same bytes of somebody else or in another room are the same upload")
	}
	// A damaged file is none, whatever its sender says, and leaves nothing.
	damaged := slices.Clone(content)
	damaged[1500] ^= 1
	if status, _, body := wang.patch(at, 0, bytes.NewReader(damaged)); status != 460 || problemOf(t, body).Code != client.ChecksumMismatch {
		t.Errorf("damaged file: %d %s", status, body)
	}
	if wang.offset(at) != -1 {
		t.Error("the upload of a damaged file is still there")
	}
	// And one that is given up.
	at = wang.begin(room, "b.log", len(content), "")
	if status, _, body := wang.patch(at, 0, bytes.NewReader(content[:1000])); status != http.StatusNoContent {
		t.Fatalf("PATCH: %d %s", status, body)
	}
	if status, _, _ := wang.do(http.MethodDelete, at, tusHeader("", 0, 0, ""), nil); status != http.StatusNoContent || wang.offset(at) != -1 {
		t.Errorf("DELETE: %d, and then at %d", status, wang.offset(at))
	}
	if left := in.objectsOf(); len(left) != 0 {
		t.Errorf("left in the store: %v", left)
	}
	// A demoted sender does not finish.
	at = lee.begin(room, "c.log", len(content), "")
	if status, _, _ := lee.patch(at, 0, bytes.NewReader(content[:1000])); status != http.StatusNoContent {
		t.Fatalf("PATCH: %d", status)
	}
	wang.must(t, http.MethodPatch, "/api/rooms/"+room+"/members/"+lee.id, `{"role":"VIEWER"}`)
	if status, _, _ := lee.patch(at, 1000, bytes.NewReader(content[1000:])); status != http.StatusForbidden {
		t.Errorf("a demoted sender's PATCH: %d", status)
	}
}

// A newer request at an upload ends the older one, whose line may be dead without
// anybody knowing, and finds what that has brought.
func TestANewerRequestTakesAnUploadOver(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("半開").RoomId
	content := logOf(3<<20, 4)
	at := wang.begin(room, "a.log", len(content), "")
	half := len(content)/2 + 7
	wang.cutOff(at, content, half, func() { // the older request still waits
		waitFor(t, "a part", func() bool { return partsOf(t, wang, room)[0].UploadOffset >= 1<<20 })
		if got := wang.offset(at); got < 1<<20 || got > half {
			t.Errorf("the newer request goes on at %d; %d were sent", got, half)
		}
		wang.complete(at, content, len(content))
	})
	onlyOnce(t, wang, room, at[strings.LastIndex(at, "/")+1:], content)
}
