package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

// F-OP-07: alive, ready, and not ready for a reason or while draining.
func TestReadinessAsksTheChecks(t *testing.T) {
	t.Parallel()
	var failing, away error
	h := newHouse(t, func(_ *Config, d *Deps) {
		d.Checks = []Check{
			{"database", true, func(context.Context) error { return failing }},
			{"object_store", false, func(context.Context) error { return away }},
		}
	})
	if a := decodeAs[Health](t, h.call(t, "", "GET", "/readyz", nil), 200); a.Status != "ok" || fmt.Sprint(a.Checks) != "map[database:ok object_store:ok]" {
		t.Errorf("ready: %+v", a)
	}
	failing = errors.New("dial tcp 10.0.0.7:9000: refused")
	a := h.call(t, "", "GET", "/readyz", nil)
	if h := decodeAs[Health](t, a, 503); h.Status != "failing" || h.Checks["database"] != "failing" || h.Checks["object_store"] != "ok" {
		t.Errorf("database away: %+v", h)
	}
	if strings.Contains(string(a.body), "10.0.0.7") || !strings.Contains(h.log.String(), "10.0.0.7") {
		t.Error("the cause belongs into the log, not into the answer")
	}
	failing, away = nil, errors.New("no answer")
	if h := decodeAs[Health](t, h.call(t, "", "GET", "/readyz", nil), 200); h.Status != "ok" || h.Checks["object_store"] != "failing" {
		t.Errorf("store away, chat goes on: %+v", h)
	}
	h.SetReady(false)
	if h := decodeAs[Health](t, h.call(t, "", "GET", "/readyz", nil), 503); h.Checks["serving"] != "draining" {
		t.Errorf("draining: %+v", h)
	}
	if a := h.call(t, "", "GET", "/healthz", nil); a.StatusCode != 200 {
		t.Errorf("a draining node is alive: %d", a.StatusCode)
	}
	if p := h.call(t, "", "GET", "/api/ws", nil).problem(t); p.Status != 503 || !p.Retryable {
		t.Errorf("a new socket at a draining node: %+v, want a retryable 503", p)
	}
	h.SetReady(true)
	if a := h.call(t, "", "GET", "/readyz", nil); a.StatusCode != 200 {
		t.Errorf("again: %d", a.StatusCode)
	}
}

// A check that hangs counts as failing; the probe is answered.
func TestReadinessDoesNotHang(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(_ *Config, d *Deps) {
		d.Checks = []Check{{"database", true, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}}
	})
	if a := decodeAs[Health](t, h.call(t, "", "GET", "/readyz", nil), 503); a.Checks["database"] != "failing" {
		t.Errorf("%+v", a)
	}
}

// STYLE 10: a line for every request, and nothing in it that somebody wrote.
func TestAccessLogTellsNoSecrets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "wang", "GET", "/api/rooms?q=Geheimnis", nil)
	h.call(t, "wang", "POST", roomPath(press)+"/messages", `{"client_msg_id":"a","text":"Geheimnis"}`)
	h.upload(t, "li", form("Geheimnis.txt", "Geheimnis"))
	h.upload(t, "li", form("Geheimnis.exe", "Geheimnis"))
	h.call(t, "", "GET", "/Geheimnis", nil)
	log := h.log.String()
	for _, word := range []string{"Geheimnis", "王小明", "Bearer", "signature="} {
		if strings.Contains(log, word) {
			t.Errorf("%q is in the log:\n%s", word, log)
		}
	}
	var line struct {
		Msg, Method, Route string
		Status, Bytes      int
		User               string `json:"user_id"`
		Request            string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(strings.SplitN(log, "\n", 2)[0]), &line); err != nil {
		t.Fatal(err)
	}
	if line.Msg != "request" || line.Method != "GET" || line.Route != "/api/rooms" || line.Status != 200 || line.Bytes == 0 || line.User != string(people["wang"].ID) || line.Request == "" {
		t.Errorf("line: %+v", line)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, _ *Deps) { c.StoreOrigin = "https://minio.plant" })
	for path, parts := range map[string][]string{
		"/":          {"img-src 'self' blob: data: https://minio.plant;", "style-src-attr 'none'", "connect-src 'self'"},
		"/api/gone":  nil,
		"/docs":      nil,
		"/healthz":   nil,
		"/api/rooms": nil,
	} {
		a := h.call(t, "", "GET", path, nil, browsing)
		csp := a.Header.Get("Content-Security-Policy")
		for _, part := range append(parts, "default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'") {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: %q lacks %q", path, csp, part)
			}
		}
		if strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe-eval") || strings.Contains(csp, "*") {
			t.Errorf("%s: %q lets scripts in", path, csp)
		}
		if path == "/docs" && strings.Contains(csp, "unsafe-inline") {
			t.Errorf("%s: %q lets styles in", path, csp)
		}
		if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
}

// A request that takes too long is told so; the socket and uploads have no such end.
func TestOrdinaryRequestsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, d *Deps) {
		c.RequestTimeout = 50 * time.Millisecond
		d.Library = stuck{d.Library}
		d.Socket = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, bounded := r.Context().Deadline(); bounded {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
	})
	h.call(t, "wang", "GET", "/api/templates", nil).wants(t, 503, incident.Unavailable)
	if a := h.call(t, "", "GET", "/api/ws", nil); a.StatusCode != 200 {
		t.Error("the socket has a deadline")
	}
}

type stuck struct{ Library }

func (stuck) Templates(ctx context.Context, _ bool) ([]incident.Template, error) {
	<-ctx.Done()
	return nil, fmt.Errorf("query: %w", ctx.Err())
}

// What a handler called may outlive the request; its context stays its own.
func TestHandlersContextIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	kept := make(chan context.Context, 2)
	h := newHouse(t, func(_ *Config, d *Deps) { d.Library = keeper{d.Library, kept} })
	h.call(t, "wang", "GET", "/api/templates", nil)
	first := <-kept
	id := requestOf(first).id
	for range 10 {
		h.call(t, "li", "GET", "/api/auth/me", nil)
	}
	if requestOf(first).id != id || requestOf(first).principal.ID != people["wang"].ID {
		t.Error("the context became another request's")
	}
}

type keeper struct {
	Library
	kept chan context.Context
}

func (k keeper) Templates(ctx context.Context, _ bool) ([]incident.Template, error) {
	k.kept <- ctx
	return nil, nil
}

// F-OP-07
func TestMetricsCountByRoute(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "wang", "GET", roomPath(press)+"/members", nil)
	h.upload(t, "li", form("a.txt", "log"))
	h.upload(t, "li", form("a.exe", "log"))
	h.call(t, "", "BREW", "/coffee/1234", nil)
	w := httptest.NewRecorder()
	MetricsHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`taskreporter_http_requests_total{method="GET",route="/api/rooms/:room_id/members",status="2xx"}`,
		`taskreporter_http_request_duration_seconds_count{method="GET",route="/api/rooms/:room_id/members"}`,
		`taskreporter_http_requests_total{method="other",route="other",status="4xx"}`,
		`taskreporter_uploads_total{outcome="stored"}`,
		`taskreporter_uploads_total{outcome="file_type_refused"}`,
		"taskreporter_http_requests_in_flight",
	} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("no %s", line)
		}
	}
	if strings.Contains(w.Body.String(), "coffee") || strings.Contains(w.Body.String(), string(press)) {
		t.Error("a client chose a label")
	}
}
