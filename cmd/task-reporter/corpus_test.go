package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"taskreporter/httpapi/client"
	"taskreporter/incident"
	"taskreporter/storage/content/contenttest"
)

// uploadWay sends a file in one of the ways there are. It returns the status and the
// code of a refusal, or the file as it was recorded.
type uploadWay func(t *testing.T, u *someone, room, name string, data []byte) (status int, code string, file *client.File)

var uploadWays = map[string]uploadWay{
	"multipart": func(t *testing.T, u *someone, room, name string, data []byte) (int, string, *client.File) {
		t.Helper()
		status, body := u.tryUpload(room, name, data)
		if status != http.StatusCreated {
			return status, string(problemOf(t, body).Code), nil
		}
		var f client.File
		if err := json.Unmarshal(body, &f); err != nil {
			t.Fatal(err)
		}
		return status, "", &f
	},
	"tus": func(t *testing.T, u *someone, room, name string, data []byte) (int, string, *client.File) {
		t.Helper()
		refused := func(status int, body []byte) (int, string, *client.File) {
			return status, string(problemOf(t, body).Code), nil
		}
		status, header, body := u.do(http.MethodPost, "/api/rooms/"+room+"/uploads", tusHeader(name, len(data), 0, ""), nil)
		if status != http.StatusCreated {
			return refused(status, body)
		}
		at := header.Get("Location")
		for half := range 2 {
			from, to := half*(len(data)/2), len(data)/2
			if half == 1 {
				to = len(data)
			}
			if status, _, body = u.patch(at, from, bytes.NewReader(data[from:to])); status != http.StatusNoContent {
				if u.offset(at) != -1 {
					t.Errorf("%s: refused for good, and still there", name)
				}
				return refused(status, body)
			}
		}
		f := getJSON[client.File](t, u, strings.Replace(at, "/uploads/", "/files/", 1))
		return http.StatusCreated, "", &f
	},
}

// F-UP-06–16, F-UP-19, F-UP-21, F-UP-29, F-DL-05: every file of the corpus through a
// running server, in every way there is. What is refused leaves nothing; what is
// accepted comes back as it was, under a type of ours.
func TestCorpusThroughTheServer(t *testing.T) {
	t.Parallel()
	for name, way := range uploadWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, "TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=10000", "TASK_REPORTER_LIMIT_REQUEST_BURST=10000")
			in.start()
			wang := in.join("wang", "王小明", "USER")
			room := wang.declare("各種檔案").RoomId
			var recorded []string
			for _, s := range contenttest.Corpus() {
				status, code, file := way(t, wang, room, s.Name, s.Data)
				if s.Refused == "" {
					if file == nil {
						t.Errorf("%s: refused: %d %s", s.What, status, code)
						continue
					}
					recorded = append(recorded, file.FileId)
					in.wantAsSent(wang, s, *file)
					continue
				}
				want := http.StatusBadRequest
				if s.Refused == incident.FileTooLarge {
					want = http.StatusRequestEntityTooLarge
				}
				if file != nil || status != want || code != string(s.Refused) {
					t.Errorf("%s: %d %s %+v, want %d %s", s.What, status, code, file, want, s.Refused)
				}
			}
			// Each file is there once; previews come later, and of what was accepted only.
			waitFor(t, "store of what was accepted and nothing else", func() bool {
				originals := 0
				for _, key := range in.objectsOf() {
					if !slices.ContainsFunc(recorded, func(id string) bool { return strings.Contains(key, id) }) {
						return false
					}
					if !strings.Contains(key, "/thumbnail/") {
						originals++
					}
				}
				return originals == len(recorded)
			})
			wantFiles(t, wang, room, len(recorded))
		})
	}
}

// wantAsSent compares a file with what was sent.
func (in *installation) wantAsSent(u *someone, s contenttest.Specimen, f client.File) {
	in.t.Helper()
	if f.Filename != s.Name || string(f.FileType) != string(s.Kind) || f.MimeType != s.Mime || f.FileSize != int64(len(s.Data)) || f.Sha256 != digest(s.Data) {
		in.t.Errorf("%s: recorded as %+v", s.What, f)
	}
	status, header, back := in.fetch(f.DownloadUrl, nil)
	if status != http.StatusOK || !bytes.Equal(back, s.Data) {
		in.t.Errorf("%s: download: %d, %d bytes", s.What, status, len(back))
	}
	if header.Get("Content-Type") != s.Mime || header.Get("X-Content-Type-Options") != "nosniff" {
		in.t.Errorf("%s: served with %v", s.What, header)
	}
	status, _, text := u.do(http.MethodGet, "/api/rooms/"+f.RoomId+"/files/"+f.FileId+"/text", nil, nil)
	if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[s.Kind == incident.Log]; status != want {
		in.t.Errorf("%s: its text: %d %s, want %d", s.What, status, text, want)
	}
}

// wantFiles counts the rows and the events of a room's files.
func wantFiles(t *testing.T, u *someone, room string, n int) {
	t.Helper()
	if page := getJSON[client.FilePage](t, u, "/api/rooms/"+room+"/files"); page.Total != n {
		t.Errorf("%d rows, want %d", page.Total, n)
	}
	counts := map[string]int{}
	for _, ev := range readLog(t, u, room) {
		counts[ev.Type]++
	}
	if counts["file_uploaded"] != n || counts["message"] != n {
		t.Errorf("the log has %v, want %d of each", counts, n)
	}
}

// Logs of every encoding are read in the page as they were written, on both stores.
func TestLogsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for _, store := range stores {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, append(store.env(t), "TASK_REPORTER_LIMIT_REQUEST_BURST=10000")...)
			in.start()
			wang := in.join("wang", "王小明", "USER")
			room := wang.declare("日誌").RoomId
			for name, want := range map[string]struct {
				encoding client.TextEncoding
				text     string
			}{
				"M-300.log":     {client.Utf8, "[3號線] 注塑機 M-300 溫度過高 215.0°C 停機"},
				"PLC D1000.log": {client.Big5, "D1000,K0,主軸過熱"},
				"plc-gbk.log":   {client.Gb18030, "3号线 主轴过热 停机 警告"},
				"robot.log":     {client.Utf16le, "[3號線] 注塑機"},
				"robot-be.log":  {client.Utf16be, "[3號線] 注塑機"},
				"ERRORLOG.log":  {client.Utf16le, "Log Name: Application"},
				"mounter.log":   {client.ShiftJis, "ライン3 温度異常 ｾﾝｻ 停止"},
				"Presse.log":    {client.Iso88591, "Presse überhitzt: 215,3 °C ±0,5"},
				"scale.log":     {client.Utf8, "␂M300,TEMP,215.3␃"},
			} {
				i := slices.IndexFunc(contenttest.Corpus(), func(s contenttest.Specimen) bool { return s.Name == name })
				f := wang.upload(room, name, contenttest.Corpus()[i].Data, "")
				path := "/api/rooms/" + room + "/files/" + f.FileId + "/text"
				p := getJSON[client.FileText](t, wang, path)
				if p.Guessed != want.encoding || p.Encoding != want.encoding || len(p.Lines) == 0 || !strings.Contains(p.Lines[0].Text, want.text) {
					t.Errorf("%s: guessed %s, reads %.100v, want %q", name, p.Guessed, p.Lines, want.text)
				}
				var again []client.FileTextLine // in small pages, from the end
				before := &p.Size
				for before != nil {
					q := getJSON[client.FileText](t, wang, path+"?limit=37&before="+jsonOf(t, *before))
					again, before = append(q.Lines, again...), q.PreviousOffset
				}
				if p.NextOffset != nil || jsonOf(t, again) != jsonOf(t, p.Lines) {
					t.Errorf("%s: %d lines backwards, %d forwards", name, len(again), len(p.Lines))
				}
			}
		})
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
