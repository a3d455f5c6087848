package main

import (
	"net/http"
	"strings"
	"testing"
)

// F-SE: profiles of the process are on the admin listener, without its command
// line, and nowhere that a client reaches.
func TestProfilesAreOnTheAdminListenerOnly(t *testing.T) {
	t.Parallel()
	in := newInstallation(t, "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))
	in.start()
	admin := "http://" + in.adminAddress()
	for path, want := range map[string]int{
		"/metrics": 200, "/debug/pprof/": 200, "/debug/pprof/heap": 200, "/debug/pprof/goroutine?debug=1": 200,
		"/debug/pprof/cmdline": 404, "/": 404,
	} {
		if status, _, _ := in.fetch(admin+path, nil); status != want {
			t.Errorf("admin listener, %s: %d, want %d", path, status, want)
		}
		if path == "/" {
			continue // there is the page
		}
		if status, header, body := in.fetch(path, nil); status == http.StatusOK && !strings.HasPrefix(header.Get("Content-Type"), "text/html") ||
			strings.Contains(string(body), "goroutine") || strings.Contains(string(body), "taskreporter_") {
			t.Errorf("the users' address serves %s: %d %.100s", path, status, body)
		}
	}
}
