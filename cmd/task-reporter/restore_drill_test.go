package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taskreporter/httpapi/client"
)

// How much is done before a drill's backup begins; it goes on while the backup runs.
const (
	drillRooms    = 3
	drillTalkers  = 4
	drillMessages = 120
	drillFiles    = 12
)

// drill is people who chat and upload until they are told to stop.
type drill struct {
	people   []*someone
	rooms    []string
	messages atomic.Int64

	mu    sync.Mutex
	acked []drillAck
	files []drillFile
}

type drillAck struct {
	room, id string
	seq      int64
}

type drillFile struct{ room, id, sha256 string }

// talk posts and uploads, and notes what was confirmed.
func (d *drill) talk(ctx context.Context, n int) {
	u := d.people[n%len(d.people)]
	for i := 0; ctx.Err() == nil; i++ {
		room := d.rooms[i%len(d.rooms)]
		if i%8 == 7 {
			content := []byte(strings.Repeat(fmt.Sprintf("%02d:%02d 主軸振動 %d\n", n, i%60, i), 2000))
			body, kind := form(u.in.t, "file", fmt.Sprintf("spindle-%d-%d.log", n, i), content, "")
			res, err := u.UploadFileWithBodyWithResponse(ctx, room, kind, bytes.NewReader(body))
			if err == nil && res.JSON201 != nil {
				d.mu.Lock()
				d.files = append(d.files, drillFile{room, res.JSON201.FileId, digest(content)})
				d.mu.Unlock()
			}
			continue
		}
		res, err := u.PostMessageWithResponse(ctx, room, client.NewMessage{ClientMsgId: fmt.Sprintf("%d-%d", n, i), Text: fmt.Sprintf("班長 %d 回報 %d", n, i)})
		if err == nil && res.JSON201 != nil {
			d.mu.Lock()
			d.acked = append(d.acked, drillAck{room, res.JSON201.MessageId, res.JSON201.Seq})
			d.mu.Unlock()
			d.messages.Add(1)
		}
	}
}

// noted returns what was confirmed so far.
func (d *drill) noted() ([]drillAck, []drillFile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.acked[:len(d.acked):len(d.acked)], d.files[:len(d.files):len(d.files)]
}

// The drill (issue 7): while people chat and upload, a backup is made; in an empty
// installation, of the same kind or of the other, all that was confirmed before it
// began is there, each log is a beginning of the one that was backed up, without a
// gap, every file has its bytes, people sign in, and numbers go on.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	small, large := []backend{databases[0], stores[0]}, []backend{databases[1], stores[1]}
	for _, c := range []struct {
		name       string
		from, to   []backend
		keepTokens bool
	}{
		{"SQLite and disk", small, small, false},
		{"PostgreSQL and MinIO", large, large, true},
		{"from SQLite and disk to PostgreSQL and MinIO", small, large, true},
		{"from PostgreSQL and MinIO to SQLite and disk", large, small, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			from := drillInstallation(t, c.from)
			server := from.start()
			d := &drill{people: []*someone{from.join("wang", "王小明", "USER"), from.join("lee", "李工", "USER")}}
			boss := from.join("boss", "廠長", "ADMIN")
			for range drillRooms {
				room := d.people[0].declare("主軸異音").RoomId
				d.people[0].bring(room, d.people[1], client.EDITOR)
				d.rooms = append(d.rooms, room)
			}
			token := d.people[0].program(client.ScopeRead).token
			deleted := d.people[0].upload(d.rooms[0], "wrong.log", []byte("10:00 錯的檔案\n"), "")
			if status, _, body := d.people[0].do(http.MethodDelete, "/api/rooms/"+d.rooms[0]+"/files/"+deleted.FileId, nil, nil); status != http.StatusNoContent {
				t.Fatalf("delete: %d %s", status, body)
			}

			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			var talking sync.WaitGroup
			for n := range drillTalkers {
				talking.Go(func() { d.talk(ctx, n) })
			}
			waitFor(t, "load", func() bool {
				acked, files := d.noted()
				return len(acked) >= drillMessages && len(files) >= drillFiles
			})
			acked, files := d.noted()
			dir := t.TempDir() + "/backup"
			from.run("", "backup", dir)
			after := d.messages.Load()
			if after == int64(len(acked)) {
				t.Error("nobody wrote while the backup was made: the drill tries too little")
			}
			waitFor(t, "messages after the backup", func() bool { return d.messages.Load() >= after+10 })
			stop()
			talking.Wait()
			logs := map[string][]frame{}
			for _, room := range d.rooms {
				logs[room] = readLog(t, d.people[0], room)
			}
			if trail := auditRows(t, boss, "backup_taken"); len(trail) != 1 || !strings.HasPrefix(trail[0].Target, "backup backup of ") {
				t.Errorf("audited %+v", trail)
			}
			server.kill()
			if out := from.run("", "backup", "--verify", dir); !strings.HasPrefix(out, "whole: ") {
				t.Errorf("verify says %s", out)
			}

			to := drillInstallation(t, c.to)
			args := []string{"restore", dir}
			if c.keepTokens {
				args = append(args, "--keep-api-tokens")
			}
			to.run("", args...)
			to.start()
			if out := to.run("", "admin", "session", "list", "--username", "wang"); strings.Contains(out, "127.0.0.1") && !c.keepTokens {
				t.Errorf("somebody is signed in after the restore:\n%s", out)
			}
			wang := to.signIn("wang", d.people[0].id, "王小明")
			for _, room := range d.rooms {
				now := readLog(t, wang, room)
				for i, ev := range now {
					if ev.Seq != int64(i+1) {
						t.Fatalf("the restored log has seq %d at place %d", ev.Seq, i+1)
					}
				}
				if len(now) > len(logs[room]) {
					t.Fatalf("%d events were restored of %d", len(now), len(logs[room]))
				}
				if diff := cmp.Diff(plain(logs[room][:len(now)]), plain(now)); diff != "" {
					t.Errorf("the restored log differs (-before +restored):\n%.2000s", diff)
				}
				logs[room] = now
			}
			for _, a := range acked {
				if log := logs[a.room]; a.seq > int64(len(log)) || log[a.seq-1].Message == nil || log[a.seq-1].Message.MessageId != a.id {
					t.Errorf("message %s, confirmed as %d before the backup began, is not there", a.id, a.seq)
				}
			}
			for _, f := range files {
				status, _, content := wang.do(http.MethodGet, "/api/rooms/"+f.room+"/files/"+f.id+"/content", nil, nil)
				if status != http.StatusOK || digest(content) != f.sha256 {
					t.Errorf("file %s: %d, %d bytes, other than were uploaded", f.id, status, len(content))
				}
			}
			if out := to.run("", "admin", "storage", "check", "--deep"); !strings.Contains(out, "all is well") {
				t.Errorf("the restored store:\n%s", out)
			}
			if out := to.run("", "admin", "audit", "verify"); !strings.Contains(out, "all is well") {
				t.Errorf("the restored trail:\n%s", out)
			}
			d.goesOn(t, to, wang, logs[d.rooms[0]], token, c.keepTokens)
			if r := execute(t, processEnvironment(to.env), "", "restore", dir); r.code != exitFailed || !strings.Contains(r.err, "The database is not empty") {
				t.Errorf("a second restore over the first: %+v", r)
			}
		})
	}
}

// goesOn checks that a restored installation is used like any other.
func (d *drill) goesOn(t *testing.T, to *installation, wang *someone, log []frame, token string, works bool) {
	t.Helper()
	room, last := d.rooms[0], log[len(log)-1]
	said := wang.say(room, "還原之後的第一句")
	if said.Seq != last.Seq+1 {
		t.Errorf("the first message after the restore is %d, want %d", said.Seq, last.Seq+1)
	}
	log = readLog(t, wang, room)
	if got := log[len(log)-1].Epoch; got < last.Epoch+1<<20 {
		t.Errorf("the room's epoch is %d after %d: a node of before could still write", got, last.Epoch)
	}
	if next := wang.declare("下一件").Number; next <= wang.number(room) {
		t.Errorf("the next incident is %s", next)
	}
	found := getJSON[client.SearchPage](t, wang, "/api/search?q=%E5%9B%9E%E5%A0%B1&limit=5").Hits // 回報
	if len(found) == 0 {
		t.Error("nothing that was said before is found")
	}
	program := &someone{in: to, token: token}
	want := map[bool]int{true: http.StatusOK, false: http.StatusUnauthorized}[works]
	if status, _, body := program.do(http.MethodGet, "/api/rooms/"+room, nil, nil); status != want {
		t.Errorf("the API token of before: %d %s, want %d", status, body, want)
	}
	boss := to.signIn("boss", "", "廠長")
	if trail := auditRows(t, boss, "backup_restored"); len(trail) != 1 || !strings.HasPrefix(trail[0].Who.Name, "shell") {
		t.Errorf("audited %+v", trail)
	}
}

// number is what people call a room by.
func (u *someone) number(room string) string {
	u.in.t.Helper()
	return getJSON[client.Room](u.in.t, u, "/api/rooms/"+room).Number
}

// plain is what must stay the same of events.
func plain(log []frame) []string {
	list := make([]string, len(log))
	for i, f := range log {
		list[i] = fmt.Sprint(f.Seq, f.Epoch, f.Type, f.MessageID, f.FileID)
		if f.Message != nil {
			list[i] += fmt.Sprint(f.Message.MessageId, f.Message.Text, f.Message.At, f.Message.Author.Name)
		}
	}
	return list
}

func auditRows(t testing.TB, boss *someone, act string) []client.AuditEntry {
	t.Helper()
	return getJSON[struct{ Entries []client.AuditEntry }](t, boss, "/api/admin/audit?act="+act).Entries
}

// drillInstallation is empty, and lets people be as fast as they are.
func drillInstallation(t *testing.T, kept []backend) *installation {
	t.Helper()
	env := []string{"TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=10000", "TASK_REPORTER_LIMIT_REQUEST_BURST=10000"}
	for _, b := range kept {
		env = append(env, b.env(t)...)
	}
	return newInstallation(t, env...)
}
