package httpapi

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

func TestTooManyRequestsAreToldWhenToReturn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, _ *Deps) { c.Rate, c.Burst = 0.5, 3 })
	for i := range 3 {
		if a := h.call(t, "wang", "GET", "/api/auth/me", nil); a.StatusCode != 200 {
			t.Fatalf("request %d: %d", i, a.StatusCode)
		}
	}
	a := h.call(t, "wang", "GET", "/api/auth/me", nil)
	if a.wants(t, 429, incident.RateLimited); a.Header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After: %s", a.Header.Get("Retry-After"))
	}
	if a := h.call(t, "li", "GET", "/api/auth/me", nil); a.StatusCode != 200 {
		t.Errorf("another user: %d", a.StatusCode)
	}
	if a := h.call(t, "wang", "GET", "/readyz", nil); a.StatusCode != 200 {
		t.Errorf("a probe: %d", a.StatusCode)
	}
	h.pass(2 * time.Second)
	if a := h.call(t, "wang", "GET", "/api/auth/me", nil); a.StatusCode != 200 {
		t.Errorf("after waiting: %d", a.StatusCode)
	}
	// Who is not signed in shares the rate of an address.
	for range 3 * perAddress {
		h.call(t, "forged", "GET", "/api/auth/me", nil).wants(t, 401, incident.Unauthenticated)
	}
	h.call(t, "forged", "GET", "/api/auth/me", nil).wants(t, 429, incident.RateLimited)
}

// Each class of requests has its own rate: who has used one up may go on with the
// others, and so a flood of reading keeps nobody from writing.
func TestClassesOfRequestsDoNotTouchOneAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, _ *Deps) { c.Rate, c.Burst = 0.5, 10 })
	file := h.put("line.log", []byte("x"))
	room := "/api/rooms/" + string(press)
	flood := func(name string, ask func() answer, want int, what string) {
		t.Helper()
		asked := 0
		for ; asked <= want; asked++ {
			if a := ask(); a.StatusCode == 429 {
				p := a.wants(t, 429, incident.RateLimited)
				if after := a.Header.Get("Retry-After"); after == "" || !strings.Contains(p.Detail, what) || !strings.Contains(p.Detail, "Wait "+after+" s") || !p.Retryable {
					t.Errorf("%s: Retry-After %q, %+v", name, after, p)
				}
				break
			}
		}
		if asked != want {
			t.Errorf("%s: %d in a burst, want %d", name, asked, want)
		}
	}
	flood("search", func() answer { return h.call(t, "li", "GET", "/api/search?q=x", nil) }, 2, "searches")
	metrics := httptest.NewRecorder()
	MetricsHandler().ServeHTTP(metrics, httptest.NewRequest("GET", "/metrics", nil))
	if want := `taskreporter_http_rate_limited_total{class="costly"}`; !strings.Contains(metrics.Body.String(), want) {
		t.Errorf("no metric %s", want)
	}
	h.call(t, "li", "GET", room+"/files/"+string(file.ID)+"/text", nil).wants(t, 429, incident.RateLimited) // the same class
	flood("read", func() answer { return h.call(t, "li", "GET", "/api/auth/me", nil) }, 10, "requests")
	flood("write", func() answer { return h.call(t, "li", "POST", "/api/ws/ticket", nil) }, 10, "changes")
	flood("upload", func() answer { return h.upload(t, "li", form("line.log", "x")) }, 10, "files")
	flood("sign in", func() answer { return h.call(t, "", "POST", "/api/auth/login", login) }, 10, "sign-ins from this network address")
	// The address that signed in too often is one of people who work.
	if a := h.call(t, "wang", "GET", "/api/auth/me", nil); a.StatusCode != 200 {
		t.Errorf("somebody at the same address: %d", a.StatusCode)
	}
	h.pass(10 * time.Second) // a tenth of the rate is one sign-in in ten seconds
	if a := h.call(t, "", "POST", "/api/auth/login", login); a.StatusCode != 200 {
		t.Errorf("after waiting: %d %s", a.StatusCode, a.body)
	}
	h.call(t, "", "POST", "/api/auth/refresh", nil).wants(t, 429, incident.RateLimited)
}

// What an operation costs is decided by its method, or by the contract.
func TestEveryOperationHasAClass(t *testing.T) {
	t.Parallel()
	s, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	of := map[class][]string{}
	for _, op := range s.operations {
		of[op.class()] = append(of[op.class()], op.ID)
	}
	for c, want := range map[class]string{
		signInClass: "[login refresh]",
		costlyClass: "[listUsers exportRoom search readFileText exportAudit previewRetention runRetention]",
		uploadClass: "[uploadFile createUpload appendUpload]",
	} {
		if got := fmt.Sprint(of[c]); got != want {
			t.Errorf("%s: %s, want %s", c, got, want)
		}
	}
	for c := range classes {
		if len(of[c]) == 0 {
			t.Errorf("no operation is %s", c)
		}
	}
	unknown := strings.Replace(string(specYAML), "x-rate: costly", "x-rate: dear", 1)
	if _, err := loadSpec([]byte(unknown)); err == nil || !strings.Contains(err.Error(), "dear") {
		t.Errorf("a class that is not there: %v", err)
	}
}

// An IPv6 host has a whole /64 to ask from; it counts as one.
func TestOneHostIsOneCaller(t *testing.T) {
	t.Parallel()
	l := newLimiter(1, 1, func() time.Time { return epochStart })
	ask := func(from string) bool {
		return l.take(&request{route: "/api/x", from: from, operation: &operation{Rate: signInClass}}) == nil
	}
	if !ask("2001:db8:1:2::1") || ask("2001:db8:1:2:ffff::9") {
		t.Error("another address of the same /64 counts for itself")
	}
	if !ask("2001:db8:1:3::1") || !ask("10.0.0.1") || !ask("10.0.0.2") {
		t.Error("another network is refused")
	}
}

func TestLimiterForgetsTheOldest(t *testing.T) {
	t.Parallel()
	l := newLimiter(1, 1, func() time.Time { return epochStart })
	ask := func(n int) bool {
		return l.take(&request{route: "/api/x", principal: incident.Principal{Person: incident.Person{ID: incident.UserID(fmt.Sprint(n))}}}) == nil
	}
	for n := range maxCallers {
		ask(n)
	}
	if ask(0) {
		t.Error("forgotten while there was room")
	}
	for n := range 3 * maxCallers {
		ask(n + maxCallers)
	}
	if !ask(0) {
		t.Error("not forgotten")
	}
	if n := len(l.new) + len(l.old); n > 2*maxCallers {
		t.Errorf("remembers %d callers", n)
	}
}
