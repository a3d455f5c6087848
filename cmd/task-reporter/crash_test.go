package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"taskreporter/httpapi/client"
)

// crashing is the program as a build that dies at a moment that is named in its
// environment (storage/intake/step_crash.go).
var crashing = sync.OnceValues(func() (string, error) {
	bin, err := executable()
	if err != nil {
		return "", err
	}
	bin = filepath.Join(filepath.Dir(bin), "task-reporter-crash")
	out, err := exec.Command("go", "build", "-tags", "nomsgpack,crash", "-o", bin, ".").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return bin, nil
})

// F-UP-15, F-UP-16, F-UP-27, F-UP-32: the server dies after each step of an upload's
// way. When it is back there is exactly one file, or none and a way on; no object
// without a record; and nothing that waits for ever.
func TestACrashAtAnyStepLeavesAllOrNothing(t *testing.T) {
	t.Parallel()
	bin, err := crashing()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{
		"admitted", "part stored", "part recorded", "last byte", "held", "object stored", "recorded", "parts removed",
		"straight held", "straight object stored", "straight recorded",
	} {
		for i, db := range databases {
			for _, back := range []bool{true, false} { // whether the sender comes back
				name := db.name + " and " + stores[i].name + ", " + step
				if !back {
					name += ", and the sender too"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					in := newInstallation(t, append(db.env(t), stores[i].env(t)...)...)
					in.bin = bin
					crashAt(t, in, step, back)
				})
			}
		}
	}
}

// crashAt brings a file whose length its request does not say, so that it comes by parts,
// or at a step of the straight way does.
func crashAt(t *testing.T, in *installation, step string, back bool) {
	step, straight := strings.CutPrefix(step, "straight ")
	calm := in.env
	in.env = append(slices.Clone(calm), "TASK_REPORTER_CRASH_AT="+step)
	s := in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("斷電").RoomId
	content := logOf(2<<20+777, 7)
	req, err := http.NewRequest(http.MethodPost, in.url("/api/rooms/"+room+"/uploads"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = tusHeader("a.log", len(content), 0, digest(content))
	req.Header.Set("Authorization", "Bearer "+wang.token)
	at := ""
	if res, err := http.DefaultClient.Do(req); err == nil {
		at = res.Header.Get("Location")
		_ = res.Body.Close()
		req.Method, req.URL.Path = http.MethodPatch, at
		req.Body, req.ContentLength = http.NoBody, 0
		patch := req.Clone(t.Context())
		patch.Body, patch.ContentLength = readCloser{bytes.NewReader(content)}, -1
		if straight {
			patch.ContentLength = int64(len(content))
		}
		if res, err := http.DefaultClient.Do(patch); err == nil {
			_ = res.Body.Close()
		}
	}
	if err := s.cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the server did not die at %q: %v", step, err)
	}

	in.env = calm
	in.start()
	files := func() []client.File {
		return getJSON[client.FilePage](t, wang, "/api/rooms/"+room+"/files").Files
	}
	whole := !slices.Contains([]string{"admitted", "part stored", "part recorded"}, step) && (!straight || step == "recorded")
	switch {
	case back:
		again := wang.begin(room, "a.log", len(content), digest(content))
		if at != "" && again != at {
			t.Errorf("announced again it is %s, not %s", again, at)
		}
		at = again
		if offset := wang.offset(at); whole && offset < len(content)-1 {
			t.Errorf("all had arrived, but it goes on at %d", offset)
		}
		waitFor(t, "end of the dead finisher's hold", func() bool {
			offset := wang.offset(at)
			if offset == len(content) {
				return true
			}
			status, header, body := wang.patch(at, offset, bytes.NewReader(content[offset:]))
			if status == http.StatusServiceUnavailable && header.Get("Retry-After") == "" {
				t.Errorf("503 without Retry-After: %s", body)
			}
			return status == http.StatusNoContent
		})
	case whole:
		waitFor(t, "file that nobody asks for", func() bool { return len(files()) == 1 })
		if at != "" && files()[0].FileId != at[strings.LastIndex(at, "/")+1:] {
			t.Errorf("the file is %s, the upload was %s", files()[0].FileId, at)
		}
		at = files()[0].FileId
	default:
		if got := files(); len(got) != 0 {
			t.Fatalf("a file out of nothing: %+v", got)
		}
		list := partsOf(t, wang, room)
		if len(list) != 1 {
			t.Fatalf("%d uploads wait, want one", len(list))
		}
		at = "/api/rooms/" + room + "/uploads/" + list[0].FileId
		waitFor(t, "end of the dead finisher's hold", func() bool {
			status, header, body := wang.do(http.MethodDelete, at, tusHeader("", 0, 0, ""), nil)
			if status != http.StatusNoContent && (status != http.StatusServiceUnavailable || header.Get("Retry-After") == "") {
				t.Fatalf("give up: %d %s", status, body)
			}
			return status == http.StatusNoContent
		})
		if in.onDisk() && len(in.objectsOf()) != 0 {
			t.Errorf("left in the store: %v", in.objectsOf())
		}
		return
	}
	onlyOnce(t, wang, room, at[strings.LastIndex(at, "/")+1:], content)
	waitFor(t, "end of the upload", func() bool { return len(partsOf(t, wang, room)) == 0 })
	if in.onDisk() {
		waitFor(t, "store with the file alone", func() bool { return len(in.objectsOf()) == 1 })
	}
}

// F-SC-02, F-ST-07, F-UP-22, F-UP-27: the object store dies while a file is being
// put together. The sender is told to come back, chat goes on, and when the store is
// back the last byte makes the file.
func TestTheStoreDiesWhileAFileIsPutTogether(t *testing.T) {
	t.Parallel()
	bin, err := crashing()
	if err != nil {
		t.Fatal(err)
	}
	store := newMinIO(t)
	store.start()
	gate := filepath.Join(t.TempDir(), "go on")
	in := newInstallation(t, append(store.env(), "TASK_REPORTER_WAIT_AT=held", "TASK_REPORTER_WAIT_FOR="+gate)...)
	in.bin = bin
	in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("儲存停機").RoomId
	content := logOf(tusSize, 9)
	at := wang.begin(room, "a.log", len(content), digest(content))
	over := make(chan string, 1)
	go func() {
		status, header, body := wang.patch(at, 0, struct{ io.Reader }{bytes.NewReader(content)}) // of unknown length: by parts
		over <- fmt.Sprint(status, " ", header.Get("Retry-After") != "", " ", problemOf(t, body).Code)
	}()
	waitFor(t, "all of the file", func() bool { return partsOf(t, wang, room)[0].UploadOffset == int64(len(content)-1) })
	store.kill()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := <-over; got != "503 true store_unavailable" {
		t.Errorf("answered %s", got)
	}
	for range 2 {
		if got := wang.offset(at); got != len(content)-1 {
			t.Errorf("the upload is at %d of %d", got, len(content))
		}
		if status, _, body := wang.patch(at, len(content)-1, bytes.NewReader(content[len(content)-1:])); status != http.StatusServiceUnavailable {
			t.Errorf("while the store is away: %d %s", status, body)
		}
	}
	wang.must(t, http.MethodPost, "/api/rooms/"+room+"/messages", `{"client_msg_id":"c1","text":"對話照常"}`)
	store.start()
	waitFor(t, "file", func() bool {
		offset := wang.offset(at)
		if offset == len(content) {
			return true
		}
		status, _, _ := wang.patch(at, offset, bytes.NewReader(content[offset:]))
		return status == http.StatusNoContent
	})
	onlyOnce(t, wang, room, at[strings.LastIndex(at, "/")+1:], content)
}

// minio is an object store of a test's own, which it can kill.
type minio struct {
	t             testing.TB
	addr, dir     string
	key, password string
	cmd           *exec.Cmd
}

func newMinIO(t testing.TB) *minio {
	t.Helper()
	if os.Getenv("TEST_MINIO_BIN") == "" {
		t.Fatal("TEST_MINIO_BIN is not set: run `make test`, or `scripts/services env faults`")
	}
	m := &minio{t: t, addr: freeAddress(t), dir: t.TempDir(), key: rand.Text(), password: rand.Text()}
	t.Cleanup(m.kill)
	return m
}

func (m *minio) env() []string {
	return []string{"MINIO_ENDPOINT=" + m.addr, "MINIO_ACCESS_KEY=" + m.key, "MINIO_SECRET_KEY=" + m.password, "MINIO_BUCKET=evidence"}
}

func (m *minio) start() {
	m.t.Helper()
	m.cmd = exec.Command(os.Getenv("TEST_MINIO_BIN"), "server", "--quiet", "--config-dir", filepath.Join(m.dir, "config"), "--address", m.addr, filepath.Join(m.dir, "data"))
	m.cmd.Env = []string{"HOME=" + m.dir, "MINIO_ROOT_USER=" + m.key, "MINIO_ROOT_PASSWORD=" + m.password, "MINIO_CI_CD=1", "MINIO_BROWSER=off", "MINIO_UPDATE=off"}
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	waitFor(m.t, "object store", func() bool {
		res, err := http.Get("http://" + m.addr + "/minio/health/ready")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

func (m *minio) kill() {
	if m.cmd != nil {
		_ = m.cmd.Process.Kill()
		_ = m.cmd.Wait()
	}
}

// onDisk reports whether the installation keeps its files in its own directory.
func (in *installation) onDisk() bool {
	return !slices.ContainsFunc(in.env, func(v string) bool { return strings.HasPrefix(v, "MINIO_ENDPOINT=") })
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }
