package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taskreporter/httpapi/client"
	"taskreporter/storage/reconcile"
)

// F-UP-32, F-SE-05: what went wrong on the disk of a running server is printed with
// room, file and uploader, fails the command, and can be repaired as far as it can.
func TestAdminChecksTheStoreWhileTheServerRuns(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	wang, boss := in.join("wang", "王小明", "USER"), in.join("boss", "主管", "ADMIN")
	room := wang.declare("輸送帶異音")
	check := func(args ...string) result {
		t.Helper()
		return execute(t, processEnvironment(in.env), "", append([]string{"admin", "storage", "check"}, args...)...)
	}
	files := map[string]client.File{}
	for _, name := range []string{"lost.log", "changed.log", "truncated.log", "deleted.log", "whole.log"} {
		files[name] = wang.upload(room.RoomId, name, []byte("10:00 軸承溫度 71\n10:01 軸承溫度 88\n"), "")
	}
	if r := check("--deep", "--repair"); r.code != 0 || r.err != "" || !strings.Contains(r.out, "files 5, objects 5,") || !strings.Contains(r.out, "all is well") {
		t.Fatalf("a whole installation: %+v", r)
	}
	if status, _, body := wang.do("DELETE", "/api/rooms/"+room.RoomId+"/files/"+files["deleted.log"].FileId, nil, nil); status != 204 {
		t.Fatalf("delete: %d %s", status, body)
	}

	logs := filepath.Join(in.dir, "data", "objects", "room-"+room.RoomId, "log")
	path := func(name string) string { return filepath.Join(logs, files[name].FileId+".log") }
	orphan := filepath.Join(logs, "018f6b2e-0000-7000-8000-000000000001.log")
	fresh := filepath.Join(logs, "018f6b2e-0000-7000-8000-000000000002.log")
	text, err := os.ReadFile(path("changed.log"))
	if err != nil {
		t.Fatal(err)
	}
	text[0]++
	old := time.Now().Add(-3 * time.Hour)
	for _, err := range []error{
		os.Remove(path("lost.log")), os.Truncate(path("truncated.log"), 5), os.WriteFile(path("changed.log"), text, 0o600),
		os.WriteFile(orphan, []byte("nobody's"), 0o600), os.WriteFile(fresh, []byte("an upload's"), 0o600), os.Chtimes(orphan, old, old),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}

	quick := check()
	for _, want := range []string{
		"lost ", "size ", "orphan ", files["lost.log"].FileId, room.Number, `"truncated.log" of 王小明`, "the object has 5 bytes",
		"files 5, objects 6,", "too fresh to judge: 1\n", "orphan     1: object without a file\n",
	} {
		if !strings.Contains(quick.out, want) {
			t.Errorf("%q is not in\n%s", want, quick.out)
		}
	}
	if quick.code != exitFailed || !strings.Contains(quick.err, "3 findings are left") || strings.Contains(quick.out, "hash ") {
		t.Errorf("exit %d, %s", quick.code, quick.err)
	}

	r := check("--deep", "--repair", "--json")
	if r.code != exitFailed || !strings.Contains(r.err, "3 findings are left") {
		t.Errorf("exit %d, %s", r.code, r.err)
	}
	kinds := map[reconcile.Kind]reconcile.Finding{}
	var sum struct{ Summary reconcile.Summary }
	for line := range strings.Lines(r.out) {
		var f reconcile.Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if f.Kind != "" {
			kinds[f.Kind] = f
		} else if err := json.Unmarshal([]byte(line), &sum); err != nil {
			t.Fatal(err)
		}
	}
	if len(kinds) != 4 || !kinds[reconcile.Orphan].Removed || string(kinds[reconcile.Hash].FileID) != files["changed.log"].FileId ||
		sum.Summary.Removed != 1 || sum.Summary.Left() != 3 || !sum.Summary.Deep {
		t.Errorf("%+v, %+v", kinds, sum)
	}
	if _, err := os.Stat(orphan); !os.IsNotExist(err) {
		t.Errorf("the orphan is still there: %v", err)
	}
	for _, kept := range []string{fresh, path("deleted.log"), path("whole.log"), path("changed.log")} {
		if _, err := os.Stat(kept); err != nil {
			t.Error(err)
		}
	}
	trail := getJSON[struct{ Entries []client.AuditEntry }](t, boss, "/api/admin/audit?act=storage_repaired")
	if len(trail.Entries) != 1 || trail.Entries[0].Target != "object store, orphans: 1" || !strings.HasPrefix(trail.Entries[0].Who.Name, "shell") {
		t.Errorf("audited %+v", trail.Entries)
	}
	if again := check("--repair"); again.code != exitFailed || strings.Contains(again.out, "orphan") || strings.Contains(again.out, "removed") {
		t.Errorf("a second repair: %+v", again)
	}
}

// A store that does not answer is no store full of findings.
func TestAdminDoesNotCheckAStoreThatIsAway(t *testing.T) {
	t.Parallel()
	env, exec := shell(t)
	exec("", "migrate", "up")
	env["MINIO_ENDPOINT"], env["MINIO_ACCESS_KEY"], env["MINIO_SECRET_KEY"] = freeAddress(t), "a", "secretkey"
	r := exec("", "admin", "storage", "check", "--repair")
	if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "The file store does not answer") {
		t.Errorf("%+v", r)
	}
}
