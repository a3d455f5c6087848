package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"taskreporter/actors"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/httpapi/client"
)

// withDirectory is what a server needs to know of a directory.
func withDirectory(s *directorytest.Slapd) []string {
	c := s.Config()
	return []string{
		"TASK_REPORTER_DIRECTORY_URLS=" + c.URLs[0],
		"TASK_REPORTER_DIRECTORY_PRESET=" + string(c.Preset),
		"TASK_REPORTER_DIRECTORY_CA_FILE=" + c.CAFile,
		"TASK_REPORTER_DIRECTORY_BIND_DN=" + c.BindDN,
		"TASK_REPORTER_DIRECTORY_BIND_PASSWORD=" + c.BindPassword,
		"TASK_REPORTER_DIRECTORY_BASES=" + strings.Join(c.Bases, ";"),
		"TASK_REPORTER_DIRECTORY_LOGIN_GROUP=" + directorytest.Everybody,
		"TASK_REPORTER_DIRECTORY_ADMIN_GROUPS=" + directorytest.Admins,
		"TASK_REPORTER_DIRECTORY_AUDITOR_GROUPS=" + directorytest.Auditors,
		"TASK_REPORTER_DIRECTORY_RECHECK=1s",
		"TASK_REPORTER_DIRECTORY_TIMEOUT=30s",
	}
}

// signInWith tries a user name and a password.
func (in *installation) signInWith(username, password string) (*someone, client.LoginResponse) {
	in.t.Helper()
	u := &someone{in: in}
	u.ClientWithResponses = in.client(u)
	res, err := u.LoginWithResponse(context.Background(), client.LoginRequest{Username: username, Password: password})
	if err != nil {
		in.t.Fatal(err)
	}
	if res.JSON200 != nil {
		u.token, u.id, u.name = res.JSON200.AccessToken, res.JSON200.User.UserId, res.JSON200.User.Name
	}
	return u, *res
}

// F-AU-01, F-AU-07, F-AU-08, F-AU-09, F-AU-11: against a real slapd, groups three
// deep: who comes in, as what, what the others read, who is cut off, and what happens
// while the directory is away.
func TestTheDirectoryDecidesWhoComesIn(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			slapd := directorytest.Start(t)
			in := newInstallation(t, append(db.env(t), withDirectory(slapd)...)...)
			s := in.start()
			boss := in.join("breakglass", "救援帳號", "ADMIN")

			for username, role := range map[string]client.UserSystemRole{
				"alice": "USER", "carol": "USER", directorytest.Wang: "ADMIN", directorytest.Awful: "ADMIN", "erin": "AUDITOR", "dave": "ADMIN",
			} {
				u, res := in.signInWith(username, directorytest.Password(username))
				if res.JSON200 == nil || res.JSON200.User.SystemRole != role {
					t.Fatalf("%s: %s %s", username, res.Status(), res.Body)
				}
				if status, _, _ := u.do(http.MethodGet, "/api/rooms", nil, nil); status != http.StatusOK {
					t.Errorf("%s reads no rooms: %d", username, status)
				}
			}
			var refusals []string
			for username, password := range map[string]string{
				"alice": "wrong", "nobody": "wrong", "outsider": directorytest.Password("outsider"), "locked": directorytest.Password("locked"),
				"expired": directorytest.Password("expired"), "newcomer": directorytest.Password("newcomer"), "*": "wrong", "alice)(uid=*": "wrong",
				"twin": directorytest.Password("twin"), "breakglass": "wrong",
			} {
				_, res := in.signInWith(username, password)
				p := problemOf(t, res.Body)
				refusals = append(refusals, fmt.Sprint(res.StatusCode(), p.Code, p.Title, p.Detail))
			}
			waitFor(t, "reasons in the trail", func() bool {
				var reasons []string
				for _, e := range getJSON[struct{ Entries []client.AuditEntry }](t, boss, "/api/admin/audit?act=login_failed").Entries {
					_, why, _ := strings.Cut(e.Target, ": ")
					reasons = append(reasons, why)
				}
				return slices.Contains(reasons, "the account is locked") && slices.Contains(reasons, "not in the login group") &&
					slices.Contains(reasons, "the password must be changed first") && slices.Contains(reasons, "several people have this user name")
			})
			if slices.Sort(refusals); len(slices.Compact(refusals)) != 1 {
				t.Errorf("refusals can be told apart: %q", slices.Compact(refusals))
			}

			carol, _ := in.signInWith("carol", directorytest.Password("carol"))
			alice, _ := in.signInWith("alice", directorytest.Password("alice"))
			sock, other := carol.connect(), alice.connect()
			slapd.Set(directorytest.DN("carol"), "pwdAccountLockedTime", "000001010000Z")
			if code := sock.closeCode(); code != actors.SessionEnded.Code {
				t.Errorf("the socket of somebody who is disabled in the directory ends with %d", code)
			}
			if status, _, _ := carol.do(http.MethodGet, "/api/auth/me", nil, nil); status != http.StatusUnauthorized {
				t.Errorf("and the token is still good: %d", status)
			}
			waitFor(t, "row of it", func() bool {
				rows := getJSON[struct{ Entries []client.AuditEntry }](t, boss, "/api/admin/audit?act=signed_out_by_directory").Entries
				return len(rows) == 1 && rows[0].Target == "user "+carol.id && rows[0].From == "directory"
			})

			slapd.Kill()
			_, res := in.signInWith("alice", directorytest.Password("alice"))
			if p := problemOf(t, res.Body); res.StatusCode() != http.StatusServiceUnavailable || !strings.Contains(p.Detail, "directory") {
				t.Errorf("while the directory is away: %s %s", res.Status(), res.Body)
			}
			in.signIn("breakglass", boss.id, boss.name)
			waitFor(t, "line that the directory is away", func() bool { return strings.Contains(s.logs.String(), "does not say who may stay") })
			other.send(map[string]any{"type": "ping"})
			other.untilType("pong")
			slapd.Start()
			waitFor(t, "directory", func() bool {
				_, res := in.signInWith("alice", directorytest.Password("alice"))
				return res.JSON200 != nil
			})
			for _, secret := range []string{directorytest.Password("alice"), slapd.Config().BindPassword} {
				if strings.Contains(s.logs.String(), secret) {
					t.Error("a password is in the log")
				}
			}
		})
	}
}
