package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"taskreporter/httpapi/client"
	"taskreporter/loadtest/report"
)

const smallPlan = `
name: small
seed: 7
duration: 3s
loads:
  - chat: {rooms: 2, members: 5, rate: 20}
  - uploads:
      users: 2
      files: 2
      concurrency: 2
      way: %s
      dropped: 0.25
      sizes: [{kind: log, from: 300KB, to: 2MB}, {kind: png, from: 4KiB, to: 1MB}, {kind: pdf, from: 4KiB, to: 1MB}]
thresholds: {lost: 0, duplicated: 0, disordered: 0, misplaced: 0, unacked: 0, hash_mismatches: 0, files_missing: 0, files_extra: 0%s}
`

// driven is a server with three people who have API tokens.
type driven struct {
	*installation
	people []*someone
	tokens []string
}

func newDriven(t *testing.T) *driven {
	t.Helper()
	in := newInstallation(t, "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))
	in.start()
	d := &driven{installation: in}
	for n := range 3 {
		p := in.join(fmt.Sprintf("user%d", n), fmt.Sprintf("操作員 %d", n), "USER")
		d.people = append(d.people, p)
		d.tokens = append(d.tokens, p.newToken(client.ScopeRead, client.ScopeWrite).Token)
	}
	return d
}

// ran is what one run of the tool came to.
type ran struct {
	code     int
	out, err string
	html     string
	report   report.Report
}

func (r ran) figure(t *testing.T, name string) float64 {
	t.Helper()
	for _, n := range append(r.report.Counts, r.report.Rates...) {
		if n.Name == name {
			return n.Value
		}
	}
	t.Fatalf("the report has no figure %s", name)
	return 0
}

// drive runs the tool in this process; tokens reach it by its environment.
func (d *driven) drive(ctx context.Context, plan, url string, more ...string) ran {
	t := d.t
	t.Helper()
	dir := t.TempDir()
	file, page, data := filepath.Join(dir, "plan.yaml"), filepath.Join(dir, "r.html"), filepath.Join(dir, "r.json")
	if err := os.WriteFile(file, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs syncBuffer
	args := append([]string{"loadtest", "run", file, "--url", url, "--html", page, "--json", data}, more...)
	r := ran{code: run(ctx, args, environment{tokensVariable: strings.Join(d.tokens, "\n")}, console{In: strings.NewReader(""), Out: &out, Err: &errs})}
	r.out, r.err = out.String(), errs.String()
	if b, err := os.ReadFile(data); err == nil {
		if err := json.Unmarshal(b, &r.report); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(page); err == nil {
		r.html = string(b)
	}
	for _, token := range d.tokens {
		if strings.Contains(r.out+r.err+r.html, token) {
			t.Error("a token was written")
		}
	}
	return r
}

// rooms returns those that the tool has made.
func (d *driven) rooms() []client.Room {
	d.t.Helper()
	return getJSON[client.RoomPage](d.t, d.people[0], "/api/rooms?limit=100").Rooms
}

// A load test's counts are what the server has: each message once in its log, each
// file with its sum, also the one whose line broke; and it leaves its rooms cancelled.
func TestALoadTestCountsWhatTheServerHas(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"tus", "multipart"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			d := newDriven(t)
			d.t = t
			metrics := ""
			for _, pair := range d.env {
				if rest, ok := strings.CutPrefix(pair, "TASK_REPORTER_ADMIN_LISTEN="); ok {
					metrics = "http://" + rest + "/metrics"
				}
			}
			r := d.drive(t.Context(), fmt.Sprintf(smallPlan, way, ""), d.url(""), "--metrics", metrics)
			if r.code != 0 {
				t.Fatalf("it ended with %d\n%s%s", r.code, r.out, r.err)
			}
			for name, want := range map[string]float64{
				"sent": 60, "acked": 60, "delivered": 60 * 4, "lost": 0, "duplicated": 0, "refused": 0, "reconnects": 0,
				"files": 4, "drops": 1, "files_failed": 0, "files_unfinished": 0, "hash_mismatches": 0,
			} {
				if got := r.figure(t, name); got != want {
					t.Errorf("%s: %v, want %v", name, got, want)
				}
			}
			for _, l := range r.report.Latencies {
				if want := map[string]int64{"send": 60, "ack": 60, "delivery": 240, "upload": 4}[l.Name]; l.Count != want {
					t.Errorf("%s has %d times, want %d", l.Name, l.Count, want)
				}
			}
			messages, files, bytes := 0, 0, int64(0)
			rooms := d.rooms()
			for _, room := range rooms {
				if room.Status != client.CANCELLED || !strings.HasPrefix(room.Title, "loadtest small ") {
					t.Errorf("%q is left %s", room.Title, room.Status)
				}
				for _, ev := range readLog(t, d.people[0], room.RoomId) {
					if ev.Message != nil && ev.Type == "message" && strings.HasPrefix(ev.Message.Text, "主軸") {
						messages++
					}
				}
				for _, f := range getJSON[client.FilePage](t, d.people[0], "/api/rooms/"+room.RoomId+"/files?limit=100").Files {
					files++
					bytes += f.FileSize
				}
			}
			if len(rooms) != 3 || messages != 60 || files != 4 || float64(bytes) != r.figure(t, "bytes") {
				t.Errorf("the server has %d rooms, %d messages, %d files of %d bytes", len(rooms), messages, files, bytes)
			}
			last := r.report.Seconds[len(r.report.Seconds)-1]
			if last.Memory == 0 || last.CPU == 0 || last.Acked != 60 {
				t.Errorf("the last sample is %+v", last)
			}
			if !strings.Contains(r.html, "The server&#39;s memory") || !strings.Contains(r.err, "60 acked, 240 delivered") {
				t.Errorf("the page has no chart of memory, or there was no progress:\n%s", r.err)
			}
		})
	}
}

// spoiler stands between the tool and the server and swallows one delivery, or tells one
// twice.
func spoiler(t *testing.T, target string, times int32) string {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	var seen atomic.Int32
	rest := httputil.NewSingleHostReverseProxy(to)
	var running sync.WaitGroup
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/ws" {
			rest.ServeHTTP(w, r)
			return
		}
		behind, res, err := websocket.DefaultDialer.Dial("ws://"+to.Host+r.URL.Path, http.Header{"Sec-Websocket-Protocol": {"task-reporter.v1"}})
		if err != nil {
			t.Error(err)
			return
		}
		_ = res.Body.Close()
		up := websocket.Upgrader{Subprotocols: []string{"task-reporter.v1"}}
		front, err := up.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		running.Add(1)
		defer running.Done()
		go func() {
			defer func() { _ = behind.Close() }()
			for {
				kind, b, err := front.ReadMessage()
				if err != nil || behind.WriteMessage(kind, b) != nil {
					return
				}
			}
		}()
		defer func() { _ = front.Close() }()
		for {
			kind, b, err := behind.ReadMessage()
			if err != nil {
				return
			}
			n := int32(1)
			if bytes.Contains(b, []byte(`"type":"message"`)) && seen.Add(1) == 10 {
				n = times
			}
			for range n {
				if front.WriteMessage(kind, b) != nil {
					return
				}
			}
		}
	}))
	t.Cleanup(func() {
		s.Close()
		running.Wait()
	})
	return s.URL
}

// A broken promise fails the run and is named: one delivery that is missing among 240,
// one that comes twice, and a threshold that nobody could keep.
func TestABrokenPromiseFailsTheLoadTest(t *testing.T) {
	t.Parallel()
	d := newDriven(t)
	chat := "name: broken\nduration: 3s\nloads: [{chat: {rooms: 2, members: 5, rate: 20}}]\nthresholds: {%s}\n"
	for name, c := range map[string]struct {
		url        string
		thresholds string
		broken     string
	}{
		"lost":         {spoiler(t, d.url(""), 0), "lost: 0, duplicated: 0, unacked: 0", "lost"},
		"told twice":   {spoiler(t, d.url(""), 2), "lost: 0, duplicated: 0, unacked: 0", "duplicated"},
		"impossible":   {d.url(""), "lost: 0, ack_p50: 1ns", "ack_p50"},
		"no such load": {d.url(""), "upload_mb_per_s: 1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			here := *d
			one := *d.installation
			one.t = t
			here.installation = &one
			r := here.drive(t.Context(), fmt.Sprintf(chat, c.thresholds), c.url)
			if r.code != exitFailed {
				t.Fatalf("it ended with %d\n%s", r.code, r.out)
			}
			if c.broken == "" {
				if r.report.Name != "" || !strings.Contains(r.err, "line 4") {
					t.Errorf("a plan that is wrong was begun: %s", r.err)
				}
				return
			}
			if !strings.Contains(r.err, "thresholds were broken: "+c.broken+"\n") {
				t.Errorf("it says\n%s\n%s", r.err, r.out)
			}
			for _, v := range r.report.Thresholds {
				if v.Broken != (v.Name == c.broken) {
					t.Errorf("%+v", v)
				}
			}
			if c.broken != "ack_p50" && r.figure(t, c.broken) != 1 {
				t.Errorf("%s: %v", c.broken, r.figure(t, c.broken))
			}
		})
	}
}

// interrupter ends a run as Ctrl+C does, when it has said enough.
type interrupter struct {
	syncBuffer
	after string
	end   context.CancelFunc
}

func (i *interrupter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), i.after) {
		i.end()
	}
	return i.syncBuffer.Write(p)
}

// An interrupted run reports what was and cancels its rooms.
func TestAnInterruptedLoadTestReportsAndTidies(t *testing.T) {
	t.Parallel()
	d := newDriven(t)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	file := filepath.Join(t.TempDir(), "plan.yaml")
	plan := `
name: long
duration: 10m
loads: [{chat: {rooms: 1, members: 3, rate: 20}}, {connections: {sockets: 6, rooms: 1, rate: 20}}, {storm: {rooms: 1, members: 2, after: 9m, behind: 10}}]
`
	if err := os.WriteFile(file, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(tokens, []byte(strings.Join(d.tokens, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out syncBuffer
	errs := &interrupter{after: " 6 sockets", end: end}
	code := run(ctx, []string{"loadtest", "run", file, "--url", d.url(""), "--token-file", tokens}, environment{}, console{In: strings.NewReader(""), Out: &out, Err: errs})
	if code != exitFailed || !strings.Contains(out.String(), "INTERRUPTED") || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("it ended with %d\n%s\n%s", code, out.String(), errs.String())
	}
	rooms := d.rooms()
	for _, room := range rooms {
		if room.Status != client.CANCELLED {
			t.Errorf("%q is left %s", room.Title, room.Status)
		}
	}
	if len(rooms) != 3 {
		t.Errorf("%d rooms", len(rooms))
	}
}

// Everybody drops at once, is brought to what was written meanwhile, and has it
// once.
func TestAStormIsCurrentAgainWithoutGapOrDuplicate(t *testing.T) {
	t.Parallel()
	d := newDriven(t)
	r := d.drive(t.Context(), `
name: storm
duration: 2s
loads: [{storm: {rooms: 2, members: 5, after: 500ms, behind: 60}}, {connections: {sockets: 6, rooms: 1, rate: 20}}]
thresholds: {lost: 0, duplicated: 0, disordered: 0, misplaced: 0, stragglers: 0, sockets_failed: 0, catch_up_max: 10m}
`, d.url(""))
	if r.code != 0 {
		t.Fatalf("it ended with %d\n%s%s", r.code, r.out, r.err)
	}
	for name, want := range map[string]float64{"sent": 120, "acked": 120, "delivered": 600, "reconnects": 10, "sockets": 6} {
		if got := r.figure(t, name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, l := range r.report.Latencies {
		if want := map[string]int64{"catch_up": 10, "connect": 6}[l.Name]; l.Count != want {
			t.Errorf("%s has %d times, want %d", l.Name, l.Count, want)
		}
	}
}

// A target that is not this machine is asked for nothing.
func TestAnotherMachineIsNotDrivenByMistake(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "plan.yaml")
	if err := os.WriteFile(file, []byte("name: x\nduration: 1s\nloads: [{chat: {rooms: 1, members: 1, rate: 1}}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs syncBuffer
	code := run(t.Context(), []string{"loadtest", "run", file, "--url", "http://192.0.2.1:8080"}, environment{tokensVariable: "trt_x"}, console{Out: &out, Err: &errs})
	if code != exitFailed || !strings.Contains(errs.String(), "--i-own-this-target") {
		t.Errorf("%d %s", code, errs.String())
	}
}
