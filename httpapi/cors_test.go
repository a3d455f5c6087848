package httpapi

import (
	"strings"
	"testing"

	"taskreporter/incident"
)

const friend = "https://rooms.plant.example"

func newHouseWithFriend(t *testing.T) *house {
	t.Helper()
	return newHouse(t, func(c *Config, _ *Deps) { c.Origins = []string{friend} })
}

// saysCORS are the headers of an answer that let other origins in.
func (a answer) saysCORS() (said []string) {
	for name := range a.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			said = append(said, name)
		}
	}
	return said
}

// F-SE-04: a page of a listed origin may ask, with credentials, and read what it
// needs; the origin is named, never *.
func TestListedOriginsMayReadAnswers(t *testing.T) {
	t.Parallel()
	h := newHouseWithFriend(t)
	origin := header("Origin", friend)
	for name, c := range map[string]struct {
		answer answer
		status int
	}{
		"an answer":     {h.call(t, "li", "GET", "/api/auth/me", nil, origin), 200},
		"a refusal":     {h.call(t, "", "GET", "/api/auth/me", nil, origin), 401},
		"no such place": {h.call(t, "li", "GET", "/api/nothing", nil, origin), 404},
		"an upload":     {h.tus(t, "POST", uploadsPath, "", origin), 201},
	} {
		head := c.answer.Header
		if c.answer.StatusCode != c.status || head.Get("Access-Control-Allow-Origin") != friend ||
			head.Get("Access-Control-Allow-Credentials") != "true" || head.Get("Vary") != "Origin" {
			t.Errorf("%s: %d %v", name, c.answer.StatusCode, head)
		}
		for _, want := range []string{"Location", "Retry-After", "X-Request-Id", "Etag", "Content-Range", "Content-Disposition", "Upload-Offset", "Tus-Resumable"} {
			if !strings.Contains(head.Get("Access-Control-Expose-Headers"), want) {
				t.Errorf("%s: %s cannot be read", name, want)
			}
		}
	}
}

// A browser's question before a request is answered without a token, wherever the
// request would go.
func TestPreflightsAreAnswered(t *testing.T) {
	t.Parallel()
	h := newHouseWithFriend(t)
	for _, path := range []string{"/api/auth/me", "/api/rooms", uploadsPath, "/api/nothing"} {
		a := h.call(t, "", "OPTIONS", path, nil, header("Origin", friend), header("Access-Control-Request-Method", "PATCH"),
			header("Access-Control-Request-Headers", "authorization,tus-resumable"))
		if a.StatusCode != 204 || len(a.body) > 0 || a.Header.Get("Access-Control-Allow-Origin") != friend ||
			!strings.Contains(a.Header.Get("Access-Control-Allow-Methods"), "PATCH") ||
			!strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Authorization") ||
			a.Header.Get("Access-Control-Max-Age") == "" || a.Header.Get("Tus-Version") != "" && path != uploadsPath {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
	}
	// The upload protocol's own question looks the same but for the method asked for.
	a := h.call(t, "", "OPTIONS", uploadsPath, nil, header("Origin", friend))
	if a.StatusCode != 204 || a.Header.Get("Tus-Extension") == "" || a.Header.Get("Access-Control-Allow-Origin") != friend ||
		!strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), "Tus-Extension") {
		t.Errorf("tus: %d %v", a.StatusCode, a.Header)
	}
}

// Everybody else is told nothing: their browsers keep our answers from them.
func TestOtherOriginsGetNoCORS(t *testing.T) {
	t.Parallel()
	h := newHouseWithFriend(t)
	asks := header("Access-Control-Request-Method", "GET")
	for _, origin := range []string{"https://evil.example", friend + ".evil.example", friend + ":8443", "http://rooms.plant.example", "null", h.url, ""} {
		who := func(edits ...edit) []edit {
			if origin != "" {
				edits = append(edits, header("Origin", origin))
			}
			return edits
		}
		a := h.call(t, "li", "GET", "/api/auth/me", nil, who()...)
		if a.StatusCode != 200 || a.saysCORS() != nil || a.Header.Get("Vary") != "Origin" {
			t.Errorf("%q: %d %v", origin, a.StatusCode, a.Header)
		}
		if a := h.call(t, "", "OPTIONS", "/api/auth/me", nil, who(asks)...); a.StatusCode != 405 || a.saysCORS() != nil {
			t.Errorf("preflight of %q: %d %v", origin, a.StatusCode, a.Header)
		}
		if a := h.call(t, "", "OPTIONS", uploadsPath, nil, who(asks)...); a.Header.Get("Tus-Extension") == "" || a.saysCORS() != nil {
			t.Errorf("tus for %q: %d %v", origin, a.StatusCode, a.Header)
		}
	}
	if a := h.call(t, "", "GET", "/", nil, header("Origin", friend)); a.saysCORS() != nil {
		t.Errorf("the page itself: %v", a.saysCORS())
	}
	// Without a list there is nothing to vary by.
	alone := newHouse(t)
	if a := alone.call(t, "li", "GET", "/api/auth/me", nil, header("Origin", friend)); a.saysCORS() != nil || a.Header.Get("Vary") != "" {
		t.Errorf("without a list: %v", a.Header)
	}
	// What a foreign origin sends without asking is refused where a cookie would do.
	alone.call(t, "", "POST", "/api/auth/login", login, header("Origin", friend)).wants(t, 403, incident.Forbidden)
}

// The lists name every header of the contract.
func TestCORSKnowsTheContractsHeaders(t *testing.T) {
	t.Parallel()
	s, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	always := "Cache-Control Content-Type Content-Length Set-Cookie" // or, the last, never
	for _, op := range s.operations {
		for _, p := range op.Parameters {
			if p.In == "header" && !strings.Contains(corsSends, p.Name) {
				t.Errorf("%s takes %s, which no page of another origin may send", op.ID, p.Name)
			}
		}
		for _, answer := range pairs(&op.Responses) {
			for name := range pairs(child(answer, "headers")) {
				if !strings.Contains(corsReads+always, name) {
					t.Errorf("%s answers with %s, which no page of another origin may read", op.ID, name)
				}
			}
		}
	}
}
