package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"taskreporter/httpapi/client"
)

// form builds an upload's body as a browser does.
func form(t testing.TB, field, filename string, content []byte, description string) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if description != "" {
		if err := w.WriteField("description", description); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, field, strings.ReplaceAll(filename, `"`, "%22"))},
		"Content-Type":        {"application/octet-stream"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

// tryUpload sends a file and returns the answer, whatever it is.
func (u *someone) tryUpload(room, filename string, content []byte) (int, []byte) {
	u.in.t.Helper()
	body, kind := form(u.in.t, "file", filename, content, "")
	status, _, answer := u.do(http.MethodPost, "/api/rooms/"+room+"/files", http.Header{"Content-Type": {kind}}, bytes.NewReader(body))
	return status, answer
}

// upload sends a file that must be accepted.
func (u *someone) upload(room, filename string, content []byte, description string) client.File {
	u.in.t.Helper()
	body, kind := form(u.in.t, "file", filename, content, description)
	res, err := u.UploadFileWithBodyWithResponse(context.Background(), room, kind, bytes.NewReader(body))
	if err != nil {
		u.in.t.Fatal(err)
	}
	if res.JSON201 == nil {
		u.in.t.Fatalf("upload %s: %s %s", filename, res.Status(), res.Body)
	}
	return *res.JSON201
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// fetch gets a URL without any token, as an <img> does.
func (in *installation) fetch(url string, header http.Header) (int, http.Header, []byte) {
	in.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = in.url(url)
	}
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		in.t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	res, err := in.http().Do(req)
	if err != nil {
		in.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		in.t.Fatal(err)
	}
	return res.StatusCode, res.Header, b
}

// F-UP-01–17, F-UP-20, F-UP-29, F-UP-30, F-DL-01–05, F-WS-01–04, F-RT-05, F-RT-06,
// F-ST-01–04, F-ST-09, F-DB-01: a photo's way from the
// line to a colleague and out of sight again, on both stores and both databases.
func TestPhotoReachesTheRoomOnce(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		for _, store := range stores {
			t.Run(db.name+" and "+store.name, func(t *testing.T) {
				t.Parallel()
				in := newInstallation(t, append(db.env(t), store.env(t)...)...)
				in.start()
				photoInARoom(t, in)
			})
		}
	}
}

func photoInARoom(t *testing.T, in *installation) {
	wang := in.join("wang", "王小明", "USER")
	lee := in.join("lee", `Lee (Ops)\, *Lead*`, "USER")
	outsider := in.join("chang", "張三", "USER")
	admin := in.join("boss", "主管", "ADMIN")
	room := wang.declare("沖壓機漏油").RoomId
	wang.bring(room, lee, client.VIEWER)

	here, there := wang.connect(), lee.connect()
	here.subscribe(room, 0)
	there.subscribe(room, 0)
	photo := phonePhoto(t)
	file := wang.upload(room, "漏油 照片.JPG", photo, "主軸下方")

	if file.Sha256 != digest(photo) || file.FileType != client.Image || file.MimeType != "image/jpeg" ||
		file.FileSize != int64(len(photo)) || *file.Width != 1200 || *file.Height != 1600 || file.Filename != "漏油 照片.JPG" {
		t.Errorf("stored as %+v", file)
	}
	told := there.untilType("file_uploaded")
	if told.File == nil || told.File.FileId != file.FileId || told.File.DownloadUrl == "" {
		t.Fatalf("file_uploaded: %+v", told)
	}
	shown := there.untilType("message").Message
	if shown.MessageType != client.IMAGEREF || shown.Metadata.FileId != file.FileId || shown.Metadata.ThumbnailUrl == nil || shown.Text != "主軸下方" {
		t.Errorf("message %+v", shown)
	}
	ack := here.untilType("file_upload_ack")
	if ack.FileID != file.FileId || ack.DownloadURL == "" {
		t.Errorf("file_upload_ack: %+v", ack)
	}

	status, header, bytesBack := in.fetch(told.File.DownloadUrl, nil)
	if status != http.StatusOK || digest(bytesBack) != digest(photo) || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("download: %d, %d bytes, %v", status, len(bytesBack), header)
	}
	status, header, part := in.fetch(told.File.DownloadUrl, http.Header{"Range": {"bytes=1000-1999"}})
	if status != http.StatusPartialContent || !bytes.Equal(part, photo[1000:2000]) {
		t.Errorf("range: %d, %d bytes, %v", status, len(part), header)
	}
	status, header, thumb := in.fetch(*shown.Metadata.ThumbnailUrl, nil)
	small, format, err := image.DecodeConfig(bytes.NewReader(thumb))
	if status != http.StatusOK || err != nil || format != "jpeg" || small.Width != 360 || small.Height != 480 ||
		bytes.Contains(thumb, []byte("Exif")) || header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("thumbnail: %d %s %+v %v", status, format, small, err)
	}
	if status, _, body := in.fetch(told.File.DownloadUrl+"x", nil); status != http.StatusForbidden || problemOf(t, body).Code != client.LinkExpired {
		t.Errorf("altered link: %d %s", status, body)
	}

	// F-SC-03, F-SE-02: the outsider gets 403 and leaves an audit row.
	path := "/api/rooms/" + room + "/files/" + file.FileId
	if status, _, body := outsider.do(http.MethodGet, path, nil, nil); status != http.StatusForbidden || problemOf(t, body).Code != client.Forbidden {
		t.Errorf("outsider: %d %s", status, body)
	}
	trail := getJSON[struct{ Entries []client.AuditEntry }](t, admin, "/api/admin/audit?act=access_refused")
	if len(trail.Entries) != 1 || trail.Entries[0].Who.UserId != outsider.id || !strings.Contains(trail.Entries[0].Target, room) {
		t.Errorf("audit %+v", trail.Entries)
	}
	if status, _ := lee.tryUpload(room, "a.jpg", smallPhoto(t)); status != http.StatusForbidden {
		t.Errorf("a VIEWER's upload: %d, want 403", status)
	}

	if status, _, _ := lee.do(http.MethodDelete, path, nil, nil); status != http.StatusForbidden {
		t.Errorf("a VIEWER deletes another's file: %d, want 403", status)
	}
	for range 2 { // the second time changes nothing
		if status, _, body := wang.do(http.MethodDelete, path, nil, nil); status != http.StatusNoContent {
			t.Errorf("delete: %d %s", status, body)
		}
	}
	if gone := there.untilType("file_deleted"); gone.FileID != file.FileId {
		t.Errorf("file_deleted: %+v", gone)
	}
	if status, _, _ := in.fetch(told.File.DownloadUrl, nil); status != http.StatusNotFound {
		t.Errorf("content of a deleted file: %d, want 404", status)
	}
	page := getJSON[client.FilePage](t, wang, "/api/rooms/"+room+"/files")
	if page.Total != 0 || len(page.Files) != 0 {
		t.Errorf("a deleted file is listed: %+v", page)
	}

	counts := map[string]int{}
	for _, ev := range readLog(t, wang, room) {
		counts[ev.Type]++
	}
	if counts["file_uploaded"] != 1 || counts["message"] != 1 || counts["file_deleted"] != 1 {
		t.Errorf("the log has %v, want one of each", counts)
	}
}

// F-SC-04, F-PF-03, F-PF-05, F-PF-07: five people attach files at once; each is
// one row, one object, one event and one message, and comes back as it was.
func TestFiveMembersUploadAtOnce(t *testing.T) {
	t.Parallel()
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, store.env(t)...)
			in.start()
			people := make([]*someone, 5)
			for i := range people {
				people[i] = in.join(fmt.Sprintf("user%d", i), fmt.Sprintf("操作員 %d", i), "USER")
			}
			room := people[0].declare("五人同時上傳").RoomId
			for _, p := range people[1:] {
				people[0].bring(room, p, client.EDITOR)
			}
			sent := make([]client.File, len(people))
			var sending sync.WaitGroup
			for i, p := range people {
				sending.Go(func() { sent[i] = p.upload(room, fmt.Sprintf("照片 %d.jpg", i), photoOf(t, (3<<20)+i*(1<<19)), "") })
			}
			sending.Wait()
			page := getJSON[client.FilePage](t, people[4], "/api/rooms/"+room+"/files")
			if page.Total != len(people) {
				t.Errorf("%d rows, want %d", page.Total, len(people))
			}
			for i, f := range sent {
				_, _, back := in.fetch(f.DownloadUrl, nil)
				if want := photoOf(t, (3<<20)+i*(1<<19)); digest(back) != digest(want) || f.Sha256 != digest(want) {
					t.Errorf("file %d came back changed", i)
				}
			}
			counts := map[string]int{}
			for _, ev := range readLog(t, people[0], room) {
				counts[ev.Type]++
			}
			if counts["file_uploaded"] != len(people) || counts["message"] != len(people) {
				t.Errorf("the log has %v", counts)
			}
		})
	}
}

// objectsOf lists what an installation on local disk stores.
func (in *installation) objectsOf() []string {
	in.t.Helper()
	var found []string
	root := filepath.Join(in.dir, "data", "objects")
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(root, path)
			found = append(found, rel)
		}
		return err
	})
	if err != nil {
		in.t.Fatal(err)
	}
	return found
}
