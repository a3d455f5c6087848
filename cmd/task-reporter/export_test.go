package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taskreporter/httpapi/client"
	"taskreporter/storage/scan/scantest"
)

// unpacked is an export as whoever got it unpacks it.
type unpacked struct {
	dir     string
	entries []string // in their order
}

func (u unpacked) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(u.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// export fetches a room as a document and unpacks it.
func (u *someone) export(t *testing.T, room client.Room, lang string) unpacked {
	t.Helper()
	status, header, body := u.do(http.MethodGet, "/api/rooms/"+room.RoomId+"/export?lang="+lang, nil, nil)
	if status != http.StatusOK {
		t.Fatalf("export: %d %.300s", status, body)
	}
	if got, want := header.Get("Content-Disposition"), `attachment; filename="`+room.Number+`.zip"`; got != want {
		t.Errorf("Content-Disposition %s, want %s", got, want)
	}
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	out := unpacked{dir: t.TempDir()}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if !filepath.IsLocal(f.Name) || slices.Contains(out.entries, f.Name) {
			t.Fatalf("entry %q", f.Name)
		}
		if stored := f.Method == zip.Store; stored != strings.HasPrefix(f.Name, "files/") {
			t.Errorf("%s is packed by method %d", f.Name, f.Method)
		}
		at := filepath.Join(out.dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, b, 0o600); err != nil {
			t.Fatal(err)
		}
		out.entries = append(out.entries, f.Name)
	}
	return out
}

// UX 19: what leaves as a document is what the room says, whole and in order, and can
// be checked without us. Nothing is in it that readers do not get.
func TestARoomLeavesAsOneDocument(t *testing.T) {
	t.Parallel()
	for i, db := range databases {
		t.Run(db.name+" and "+stores[i].name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, append(append(db.env(t), stores[i].env(t)...), "TASK_REPORTER_SCAN_ADDRESS="+scantest.Address(t))...)
			in.start()
			documented(t, in)
		})
	}
}

const hostile = `<script>alert("1")</script> & 沖壓機 \u202egpj`

func documented(t *testing.T, in *installation) {
	wang, lee, admin := in.join("wang", "王小明", "USER"), in.join("lee", "<b>李工</b>", "USER"), in.join("boss", "主管", "ADMIN")
	room := wang.declare(strings.ReplaceAll(hostile, `\u202e`, "\u202e"))
	wang.bring(room.RoomId, lee, client.EDITOR)
	path := "/api/rooms/" + room.RoomId
	at := func(m client.Message) string { return path + "/messages/" + m.MessageId }

	first := lee.say(room.RoomId, hostile+"\n第二行")
	edited, gone := lee.say(room.RoomId, "壓力 3 bar"), lee.say(room.RoomId, "這一句要收回")
	wang.must(t, http.MethodPost, path+"/messages", `{"client_msg_id":"d1","message_type":"DECISION","text":"先停三線","reply_to":"`+first.MessageId+`"}`)
	lee.must(t, http.MethodPatch, at(edited), `{"text":"壓力 5 bar"}`)
	wang.must(t, http.MethodPut, at(first)+"/reactions/%F0%9F%91%8D", "")
	wang.must(t, http.MethodPut, at(edited)+"/pin", "")
	wang.must(t, http.MethodDelete, at(gone)+"?reason=x", "")
	wang.must(t, http.MethodPost, path+"/status", fmt.Sprintf(`{"version":%d,"status":"ACKNOWLEDGED"}`, room.Version))

	there := wang.connect()
	there.subscribe(room.RoomId, 0)
	long := strings.Repeat("停", 251) + ".log"
	var kept []client.File
	for _, name := range []string{"主軸.jpg", "主軸.jpg", `..\..\a<b>#%41.log`, long} {
		content := []byte("10:00 停機 " + name + "\n")
		if strings.HasSuffix(name, ".jpg") {
			content = smallPhoto(t)
		}
		f := lee.upload(room.RoomId, name, content, "說明 "+hostile)
		if got := there.verdict(f.FileId); got != client.Clean {
			t.Fatalf("%s: %s", name, got)
		}
		kept = append(kept, f)
	}
	removed := lee.upload(room.RoomId, "removed.log", []byte("10:01 不見了\n"), "")
	there.verdict(removed.FileId)
	lee.must(t, http.MethodDelete, path+"/files/"+removed.FileId, "")
	infected := lee.upload(room.RoomId, "invoice.txt", scantest.Eicar(), "")
	if got := there.verdict(infected.FileId); got != client.Infected {
		t.Fatalf("the virus is %s", got)
	}

	out := wang.export(t, room, "zh-Hant")
	if row, sum := newest(t, admin, "room_exported"), digest([]byte(out.read(t, "SHA256SUMS"))); !strings.HasSuffix(row.Target, " with 4 files, SHA256SUMS "+sum) {
		t.Errorf("audit %+v, the sums have the sum %s", row, sum)
	}
	lee.say(room.RoomId, "寫得太晚")
	checkSums(t, out)
	log := checkLog(t, wang, path, out)
	page := out.read(t, "incident.html")
	for name, text := range map[string]string{"page": page, "log": log} {
		for _, secret := range []string{"這一句要收回", "invoice", "寫得太晚", "signature="} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s tells %s", name, secret)
			}
		}
	}
	for _, said := range []string{
		room.Number, "未處理」改為「已接手", "壓力 5 bar", "已編輯", "王小明 刪除了這則訊息", "先停三線", "決議", "回覆 &lt;b&gt;李工&lt;/b&gt;：", "王小明 釘選", "👍 王小明",
		"檔案已移除，", "檔案已隔離，", "Asia/Taipei (UTC&#43;08:00)", "&lt;script&gt;alert(",
		kept[0].Sha256, `src="files/0001-%E4%B8%BB%E8%BB%B8.jpg"`, `src="files/0002-%E4%B8%BB%E8%BB%B8.jpg"`,
	} {
		if !strings.Contains(page, said) {
			t.Errorf("the page does not say %s", said)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "<b>") {
		t.Error("what people wrote became markup")
	}
	if last := strings.LastIndex(page, "壓力 5 bar"); strings.Index(page, "壓力 5 bar") == last || last > strings.Index(page, "先停三線") {
		t.Error("a pinned message stands both among the pins and in its place")
	}
	if !strings.Contains(lee.export(t, room, "en").read(t, "incident.html"), "王小明 deleted this message") {
		t.Error("the page in English does not speak it")
	}
	for i, name := range []string{"0001-主軸.jpg", "0002-主軸.jpg", "0003-a_b_#%41.log", "0004-" + strings.Repeat("停", 38) + ".log"} {
		if got := digest([]byte(out.read(t, "files/"+name))); got != kept[i].Sha256 {
			t.Errorf("%s: SHA-256 %s, uploaded was %s", name, got, kept[i].Sha256)
		}
	}
	row := newest(t, admin, "room_exported")
	var head int64
	if n, _ := fmt.Sscanf(row.Target, "room "+room.RoomId+" up to seq %d with 4 files", &head); n != 1 || row.Who.UserId != lee.id || head <= int64(strings.Count(log, "\n")) {
		t.Errorf("audit %+v", row)
	}
}

// checkSums checks an export as its reader does.
func checkSums(t *testing.T, out unpacked) {
	t.Helper()
	cmd := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	cmd.Dir = out.dir
	if said, err := cmd.CombinedOutput(); err != nil || strings.Count(string(said), ": OK\n") != len(out.entries)-1 {
		t.Errorf("sha256sum: %v\n%s\nof %q", err, said, out.entries)
	}
	if n := len(out.entries); out.entries[0] != "incident.html" || out.entries[1] != "events.jsonl" || out.entries[n-1] != "SHA256SUMS" {
		t.Errorf("entries %q", out.entries)
	}
}

// urls are what an export has paths for.
var urls = regexp.MustCompile(`"(url|thumbnail_url|download_url|url_expires_at)":"[^"]*",?`)

// checkLog compares the log of an export with the one of the API, and returns it.
func checkLog(t *testing.T, u *someone, path string, out unpacked) string {
	t.Helper()
	log := out.read(t, "events.jsonl")
	page := getJSON[struct {
		Events []json.RawMessage `json:"events"`
	}](t, u, path+"/events?after_seq=0&limit=1000")
	lines := strings.Split(strings.TrimSuffix(log, "\n"), "\n")
	if len(lines) != len(page.Events)-1 { // one came afterwards
		t.Fatalf("%d lines, and the API has %d events", len(lines), len(page.Events))
	}
	for i, line := range lines {
		if want := urls.ReplaceAllString(string(page.Events[i]), ""); urls.ReplaceAllString(line, "") != want {
			t.Errorf("line %d\n%s\nwant\n%s", i+1, line, want)
		}
		var seq struct {
			Seq  int `json:"seq"`
			File *struct {
				Path string `json:"download_url"`
			} `json:"file"`
		}
		if err := json.Unmarshal([]byte(line), &seq); err != nil || seq.Seq != i+1 {
			t.Errorf("line %d: %v %s", i+1, err, line)
		}
		if seq.File != nil && seq.File.Path != "" && !slices.Contains(out.entries, seq.File.Path) {
			t.Errorf("line %d leads to %s", i+1, seq.File.Path)
		}
	}
	return log
}

// A file that is not what was uploaded ends the export where it is: nobody can take
// what arrived for a whole one. One that the store has lost is named, and the rest leaves.
func TestAnExportThatBreaksOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	s := in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("沖壓機停機")
	content := bytes.Repeat([]byte("10:00 停機\n"), 100_000)
	var objects []string
	for _, name := range []string{"a.log", "b.log", "c.log"} {
		f := wang.upload(room.RoomId, name, content, "")
		objects = append(objects, filepath.Join(in.dir, "data", "objects", "room-"+room.RoomId, "log", f.FileId+".log"))
	}
	spoil := bytes.Replace(content, []byte("停"), []byte("開"), 1)
	if err := os.WriteFile(objects[1], spoil, 0o600); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, in.url("/api/rooms/"+room.RoomId+"/export"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+wang.token)
	res, err := in.http().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	if err == nil || len(got) < len(content) {
		t.Errorf("read %d bytes, ended by %v", len(got), err)
	}
	if _, err := zip.NewReader(bytes.NewReader(got), int64(len(got))); err == nil {
		t.Error("what arrived looks whole")
	}
	if !strings.Contains(s.logs.String(), "run admin storage check --deep") {
		t.Errorf("the log does not say what to do: %s", s.logs)
	}

	if err := os.Remove(objects[1]); err != nil {
		t.Fatal(err)
	}
	out := wang.export(t, room, "zh-Hant")
	checkSums(t, out)
	if want := []string{"incident.html", "events.jsonl", "files/0001-a.log", "files/0003-c.log", "SHA256SUMS"}; !slices.Equal(out.entries, want) {
		t.Errorf("entries %q, want %q", out.entries, want)
	}
	if !strings.Contains(out.read(t, "incident.html"), "儲存區沒有這個檔案的內容") {
		t.Error("the page does not name what is lost")
	}
}
