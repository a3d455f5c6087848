package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/storage/archive"
)

// plant is an installation that was stopped, with a message and three files.
func plant(t *testing.T) (in *installation, exec func(args ...string) result, logs []string) {
	t.Helper()
	in = newInstallation(t)
	s := in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("輸送帶異音").RoomId
	wang.say(room, "聲音從第二段來")
	for _, name := range []string{"a.log", "b.log", "c.log"} {
		wang.upload(room, name, []byte("10:00 軸承溫度 71\n"+name+"\n"), "")
	}
	s.kill()
	logs, err := filepath.Glob(filepath.Join(in.dir, "data", "objects", "room-*", "log", "*"))
	if err != nil || len(logs) != 3 {
		t.Fatalf("%q, %v", logs, err)
	}
	return in, func(args ...string) result {
		t.Helper()
		return execute(t, processEnvironment(in.env), "", args...)
	}, logs
}

// into restores into an empty installation, with more variables if there are any.
func into(t *testing.T, dir string, more ...string) (*installation, result) {
	t.Helper()
	to := newInstallation(t, more...)
	return to, execute(t, processEnvironment(to.env), "", "restore", dir)
}

// What is not a whole backup of this version or an older one, and what is no empty
// installation, is refused, with what to do, and nothing comes of it.
func TestRestoreRefusesWhatItShould(t *testing.T) {
	t.Parallel()
	in, exec, _ := plant(t)
	whole := filepath.Join(t.TempDir(), "whole")
	if r := exec("backup", whole); r.code != 0 || r.out != whole+"\n" || !strings.Contains(r.err, "3 files, ") {
		t.Fatalf("%+v", r)
	}
	if r := exec("backup", whole); r.code != exitFailed || !strings.Contains(r.err, "is there already") {
		t.Errorf("over another: %+v", r)
	}
	rewrite := func(old, new string) func(dir string) error {
		return func(dir string) error {
			path := filepath.Join(dir, archive.ManifestFile)
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = bytes.Replace(text, []byte(old), []byte(new), 1)
			sum := sha256.Sum256(text)
			if err := os.WriteFile(path+".sha256", []byte(hex.EncodeToString(sum[:])+"  "+archive.ManifestFile+"\n"), 0o600); err != nil {
				return err
			}
			return os.WriteFile(path, text, 0o600)
		}
	}
	for what, c := range map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"a torn table":  {func(dir string) error { return os.Truncate(filepath.Join(dir, "tables", "users.jsonl.gz"), 40) }, "tables/users.jsonl.gz is not what was written"},
		"a flipped bit": {func(dir string) error { return flip(filepath.Join(dir, "tables", "room_events.jsonl.gz")) }, "tables/room_events.jsonl.gz is not what was written"},
		"a changed file": {func(dir string) error {
			files, err := filepath.Glob(filepath.Join(dir, "objects", "*", "*", "*"))
			if err != nil {
				return err
			}
			return flip(files[0])
		}, "its SHA-256 is "},
		"an unfinished one": {func(dir string) error { return os.Remove(filepath.Join(dir, archive.ManifestFile)) }, "is no whole backup"},
		"a newer form":      {rewrite(`"format": 1`, `"format": 2`), "has the form 2"},
		"a newer schema":    {rewrite(`"schema": `, `"schema": 9`), "Use the version that wrote it"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "backup")
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			to, r := into(t, dir)
			if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, c.want) {
				t.Errorf("restore: %+v, want %q", r, c.want)
			}
			if r := exec("backup", "--verify", dir); what != "a newer schema" && (r.code != exitFailed || !strings.Contains(r.out+r.err, c.want)) {
				t.Errorf("verify: %+v, want %q", r, c.want)
			}
			// Nothing stands in the way of the next one.
			if r := execute(t, processEnvironment(to.env), "", "restore", whole); r.code != 0 {
				t.Errorf("a good backup after it: %+v", r)
			}
		})
	}

	used := newInstallation(t)
	used.run("", "migrate", "up")
	used.addUser("lee", "李工", "USER")
	for what, c := range map[string]struct {
		env  []string
		want string
	}{
		"accounts":      {used.env, "The database is not empty"},
		"other objects": {append(newInstallation(t).env, "TASK_REPORTER_DATABASE_URL=sqlite://"+filepath.Join(t.TempDir(), "empty.db"), "TASK_REPORTER_DATA_DIR="+foreignObjects(t)), "The object store is not empty"},
		"its own":       {in.env, "The database is not empty"},
	} {
		if r := execute(t, processEnvironment(c.env), "", "restore", whole); r.code != exitFailed || r.out != "" || !strings.Contains(r.err, c.want) {
			t.Errorf("into an installation with %s: %+v, want %q", what, r, c.want)
		}
	}
	if out := used.run("", "admin", "user", "list"); strings.Count(out, "\n") != 0 {
		t.Errorf("a restore that was refused left accounts:\n%s", out)
	}
}

func flip(path string) error {
	text, err := os.ReadFile(path)
	if err == nil {
		text[len(text)/2] ^= 1
		err = os.WriteFile(path, text, 0o600)
	}
	return err
}

// foreignObjects is a data directory in which somebody else has a file.
func foreignObjects(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "objects", "room-1", "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "objects", "room-1", "log", "1.log"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A store that lost evidence is no reason to have no backup, but nobody shall take
// one for whole.
func TestABackupOfADamagedStoreMustBeAskedFor(t *testing.T) {
	t.Parallel()
	_, exec, logs := plant(t)
	if err := os.Remove(logs[0]); err != nil {
		t.Fatal(err)
	}
	if err := flip(logs[1]); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "backup")
	r := exec("backup", dir)
	if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "2 files are not in the object store") ||
		strings.Count(r.err, "damaged: room-") != 2 || !strings.Contains(r.err, filepath.Base(logs[0])+": it is not in the store") {
		t.Errorf("without being asked for: %+v", r)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if r := exec("backup", "--accept-damage", dir); r.code != 0 {
		t.Errorf("asked for: %+v", r)
	}
	if r := exec("backup", "--verify", dir); r.code != 0 || strings.Count(r.out, "\nwithout room-") != 2 {
		t.Errorf("verify: %+v", r)
	}
	to, r := into(t, dir)
	if r.code != exitFailed || !strings.Contains(r.err, "everything was restored, but the installation that was backed up had 2 faults") {
		t.Errorf("restore: %+v", r)
	}
	to.start()
}

// What is stopped leaves nothing, and a backup that is killed has another name.
func TestAStoppedBackupLeavesNothing(t *testing.T) {
	t.Parallel()
	in, exec, _ := plant(t)
	parent := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan result, 1)
	go func() {
		var out, errs bytes.Buffer
		// A hundred bytes a second: it is not done before it is stopped.
		code := run(ctx, []string{"backup", "--mb-per-s", "0.0001", filepath.Join(parent, "backup")}, processEnvironment(in.env), console{strings.NewReader(""), &out, &errs})
		ended <- result{code, out.String(), errs.String()}
	}()
	var growing []string
	waitFor(t, "backup that grows", func() bool {
		growing, _ = filepath.Glob(filepath.Join(parent, "backup"+archive.Unfinished+"*", "tables", "*"))
		return len(growing) > 0
	})
	if r := exec("restore", filepath.Dir(filepath.Dir(growing[0]))); r.code != exitFailed || !strings.Contains(r.err, "is no whole backup") {
		t.Errorf("what grows is taken for a backup: %+v", r)
	}
	stop() // as Ctrl-C does
	if r := <-ended; r.code != exitFailed || r.out != "" || r.err == "" {
		t.Errorf("%+v", r)
	}
	if left, _ := os.ReadDir(parent); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Each backup of a series shares its files with the one before; old ones go, and
// what else lies there stays.
func TestDatedBackupsShareTheirFilesAndAreKept(t *testing.T) {
	t.Parallel()
	_, exec, _ := plant(t)
	parent := t.TempDir()
	for _, name := range []string{"20250101T000000Z", "20250102T000000Z", "20250103T000000Z" + archive.Unfinished + "abc", "by hand"} {
		if err := os.MkdirAll(filepath.Join(parent, name, "tables"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var made []string
	for range 2 {
		r := exec("backup", "--dated", "--keep", "2", parent)
		if r.code != 0 {
			t.Fatalf("%+v", r)
		}
		made = append(made, strings.TrimSpace(r.out))
		waitFor(t, "next second", func() bool { return time.Now().UTC().Format(backupName) != filepath.Base(made[len(made)-1]) })
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, filepath.Join(parent, e.Name()))
	}
	if want := append(slices.Clone(made), filepath.Join(parent, "by hand")); !slices.Equal(names, want) {
		t.Errorf("there are %q, want %q", names, want)
	}
	same := 0
	files, _ := filepath.Glob(filepath.Join(made[0], "objects", "*", "*", "*"))
	for _, path := range files {
		a, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.Stat(strings.Replace(path, made[0], made[1], 1))
		if err == nil && os.SameFile(a, b) {
			same++
		}
	}
	if same != 3 {
		t.Errorf("%d of 3 files are shared", same)
	}
	if r := exec("backup", "--verify", made[1]); r.code != 0 || !regexp.MustCompile(`^whole: \d+ rows in \d+ tables, 3 files`).MatchString(r.out) {
		t.Errorf("%+v", r)
	}
	for _, args := range [][]string{
		{"--keep", "3", parent}, {"--keep", "-1", "--dated", parent}, {"--dated", "--base", made[0], parent}, {"--verify", "--dated", parent}, {"--mb-per-s", "-1", parent},
	} {
		if r := exec(append([]string{"backup"}, args...)...); r.code != exitUsage {
			t.Errorf("%q: %+v", args, r)
		}
	}
}

// Who once made backups is told when they stop.
func TestDoctorMissesBackups(t *testing.T) {
	t.Parallel()
	in, exec, _ := plant(t)
	look := func(after time.Duration) (found []diagnosis) {
		t.Helper()
		_, all := diagnosed(t, patient{env: in.env, change: func(d *doctor) { d.now = func() time.Time { return time.Now().Add(after) } }})
		for _, d := range all {
			if d.Check == "backup" {
				found = append(found, d)
			}
		}
		return found
	}
	if found := look(0); found != nil {
		t.Errorf("without any backup: %+v", found)
	}
	if r := exec("backup", filepath.Join(t.TempDir(), "backup")); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	for after, want := range map[time.Duration]state{7 * 24 * time.Hour: stateOK, 9 * 24 * time.Hour: stateWarning} {
		if found := look(after); len(found) != 1 || found[0].State != want {
			t.Errorf("after %s: %+v, want %s", after, found, want)
		}
	}
}
