package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"taskreporter/auth"
	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

// shell runs command lines on one data directory.
func shell(t *testing.T) (env environment, exec func(in string, args ...string) result) {
	t.Helper()
	env = environment{"TASK_REPORTER_DATA_DIR": filepath.Join(t.TempDir(), "資料")}
	return env, func(in string, args ...string) result {
		t.Helper()
		return execute(t, env, in, args...)
	}
}

func testDatabase(t *testing.T, env environment) *storage.DB {
	t.Helper()
	return storagetest.Open(t, storage.Config{URL: parse(t, env).DatabaseURL()})
}

func TestMigrateUpDownAndStatus(t *testing.T) { // F-DB-04
	t.Parallel()
	_, exec := shell(t)
	states := func(out string) string {
		return strings.Join(regexp.MustCompile(`(?m)^(applied|pending) \d{5}_\w+\.sql$`).FindAllString(out, -1), "\n")
	}
	before := exec("", "migrate", "status")
	up := exec("", "migrate", "up")
	if before.code != 0 || up.code != 0 || states(before.out) == "" ||
		strings.ReplaceAll(states(before.out), "pending", "applied") != states(up.out) {
		t.Fatalf("from %+v to %+v", before, up)
	}
	if again := exec("", "migrate", "up"); again.code != 0 || again.out != "" {
		t.Errorf("a second up did %+v", again)
	}
	if after := exec("", "migrate", "status"); states(after.out) != states(up.out) {
		t.Errorf("status says %+v, up said %+v", after, up)
	}
	steps := strings.Split(states(up.out), "\n")
	newest := strings.TrimPrefix(steps[len(steps)-1], "applied ")
	if down := exec("", "migrate", "down"); down.code != 0 || strings.TrimSpace(down.out) != "pending "+newest {
		t.Errorf("down did %+v, want %s back", down, newest)
	}
}

func TestAdminNeedsTodaysSchema(t *testing.T) {
	t.Parallel()
	_, exec := shell(t)
	r := exec("", "admin", "user", "list")
	if r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "task-reporter migrate up") {
		t.Errorf("%+v", r)
	}
}

func TestAdminAddsAccountsWhileTheServerRuns(t *testing.T) { // F-AU-02, F-AU-11, F-SE-05
	t.Parallel()
	env, exec := shell(t)
	exec("", "migrate", "up")
	db := testDatabase(t, env) // as the server has it
	local := auth.NewLocal(db.Accounts())

	made := exec("", "admin", "user", "add", "--username", "wang", "--name", "王小明")
	id, password := strings.TrimSuffix(made.out, "\n"), regexp.MustCompile(`[a-z2-9]{6}(-[a-z2-9]{6}){2}`).FindString(made.err)
	if made.code != 0 || !incident.ValidUUID(id) {
		t.Fatalf("%+v", made)
	}
	want := incident.User{Person: incident.Person{ID: incident.UserID(id), Name: "王小明"}, Username: "wang", System: incident.SystemUser}
	if u, err := local.Check(t.Context(), "wang", password); err != nil || u != want {
		t.Errorf("signs in as %+v, %v; want %+v", u, err, want)
	}

	given := exec("my own long password\r\nmore\n", "admin", "user", "add",
		"--username", `Alice (Ops)\, *Lead*`, "--name", "Alice", "--role", "AUDITOR", "--password-stdin")
	if given.code != 0 || given.err != "" {
		t.Fatalf("%+v", given)
	}
	if u, err := local.Check(t.Context(), `alice (ops)\, *lead*`, "my own long password"); err != nil || u.System != incident.SystemAuditor {
		t.Errorf("signs in as %+v, %v", u, err)
	}

	list := exec("", "admin", "user", "list")
	for _, line := range []string{id + "  USER     on  wang                  王小明\n", `  AUDITOR  on  Alice (Ops)\, *Lead*  Alice` + "\n"} {
		if !strings.Contains(list.out, line) {
			t.Errorf("%q is not in\n%s", line, list.out)
		}
	}
	trail, err := db.Audit().Entries(t.Context(), incident.AuditQuery{Act: "user_added", Limit: 10})
	if err != nil || len(trail) != 2 || trail[1].Target != "user "+id || !strings.HasPrefix(trail[1].Who.Name, "shell") {
		t.Errorf("audited %+v, %v", trail, err)
	}
}

// F-OP-06: an account is disabled and gets another role from a shell; the last
// administrator is not lost by a slip.
func TestAdminChangesAccounts(t *testing.T) {
	t.Parallel()
	_, exec := shell(t)
	exec("", "migrate", "up")
	exec(goodPassword, "admin", "user", "add", "--username", "wang", "--name", "Wang", "--role", "ADMIN", "--password-stdin")
	exec(goodPassword, "admin", "user", "add", "--username", "li", "--name", "Li", "--password-stdin")
	for _, step := range []struct {
		args []string
		says string // of a failure
		list string
	}{
		{[]string{"--username", "wang", "--disable"}, "last administrator", "  ADMIN  on  wang"},
		{[]string{"--username", "wang", "--role", "USER"}, "last administrator", "  ADMIN  on  wang"},
		{[]string{"--username", "li"}, "say what to change", "  USER   on  li"},
		{[]string{"--username", "nobody", "--enable"}, "no account", "  USER   on  li"},
		{[]string{"--username", "li", "--role", "ADMIN"}, "", "  ADMIN  on  li"},
		{[]string{"--username", "wang", "--disable"}, "", "  ADMIN  off  wang"},
		{[]string{"--username", "wang", "--enable", "--role", "AUDITOR"}, "", "  AUDITOR  on  wang"},
	} {
		r := exec("", append([]string{"admin", "user", "change"}, step.args...)...)
		if (r.code == 0) != (step.says == "") || !strings.Contains(r.err, step.says) {
			t.Errorf("%v: %d %s", step.args, r.code, r.err)
		}
		if list := exec("", "admin", "user", "list"); !strings.Contains(list.out, step.list) {
			t.Errorf("%v: %q is not in\n%s", step.args, step.list, list.out)
		}
	}
}

func TestEnvironmentDoesNotFillInWhatACommandIsTold(t *testing.T) {
	t.Parallel()
	env, exec := shell(t)
	env["TASK_REPORTER_ROLE"] = "ADMIN"
	exec("", "migrate", "up")
	exec(goodPassword, "admin", "user", "add", "--username", "wang", "--name", "Wang", "--password-stdin")
	if list := exec("", "admin", "user", "list"); !strings.Contains(list.out, "  USER  on  wang") {
		t.Errorf("accounts:\n%s", list.out)
	}
}

func TestAdminSetsPasswords(t *testing.T) { // F-AU-02, F-SE-05
	t.Parallel()
	env, exec := shell(t)
	exec("", "migrate", "up")
	exec(goodPassword, "admin", "user", "add", "--username", "wang", "--name", "Wang", "--password-stdin")
	r := exec("another long password\n", "admin", "user", "password", "--username", "WANG", "--password-stdin")
	if r != (result{}) {
		t.Errorf("%+v", r)
	}
	db := testDatabase(t, env)
	local := auth.NewLocal(db.Accounts())
	if _, err := local.Check(t.Context(), "wang", "another long password"); err != nil {
		t.Error(err)
	}
	_, err := local.Check(t.Context(), "wang", goodPassword)
	wantKind(t, err, incident.BadCredentials)
	trail, err := db.Audit().Entries(t.Context(), incident.AuditQuery{Act: "password_set", Limit: 10})
	if err != nil || len(trail) != 1 {
		t.Errorf("audited %+v, %v", trail, err)
	}
}

func TestAdminSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, exec := shell(t)
	exec("", "migrate", "up")
	exec(goodPassword, "admin", "user", "add", "--username", "wang", "--name", "Wang", "--password-stdin")
	for name, c := range map[string]struct {
		in   string
		args []string
		code int
		want string
	}{
		"taken":          {"", []string{"add", "--username", "Wang", "--name", "W"}, exitFailed, "This user name is taken."},
		"no name":        {"", []string{"add", "--username", "li"}, exitUsage, "--name"},
		"unknown role":   {"", []string{"add", "--username", "li", "--name", "Li", "--role", "ROOT"}, exitUsage, "--role"},
		"short password": {"short\n", []string{"add", "--username", "li", "--name", "Li", "--password-stdin"}, exitFailed, "at least 12 characters"},
		"empty input":    {"", []string{"add", "--username", "li", "--name", "Li", "--password-stdin"}, exitFailed, "at least 12 characters"},
		"nobody":         {"", []string{"password", "--username", "nobody"}, exitFailed, `no account "nobody"`},
	} {
		r := exec(c.in, append([]string{"admin", "user"}, c.args...)...)
		if r.code != c.code || r.out != "" || !strings.Contains(r.err, c.want) || strings.Count(r.err, ":") > 2 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if list := exec("", "admin", "user", "list"); strings.Count(list.out, "\n") != 1 {
		t.Errorf("accounts:\n%s", list.out)
	}
}
