package httpapi

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
)

const login = `{"username":"wang","password":"right"}`

var ours = header("X-Requested-With", requestedWith)

func cookies(a answer) *http.Cookie {
	for _, c := range a.Cookies() {
		if c.Name == refreshCookie {
			return c
		}
	}
	return &http.Cookie{}
}

// F-AU-02, F-AU-04: the token is in the body, the refresh token where no script
// and no other site reaches it.
func TestLoginSetsACookieThatOnlyWeGet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.call(t, "", "POST", "/api/auth/login", login)
	in := decodeAs[SignedIn](t, a, 200)
	if in.AccessToken != "wang" || in.ExpiresIn != 300 || in.User.Name != "王小明" {
		t.Errorf("signed in: %+v", in)
	}
	c := cookies(a)
	if c.Value != "refresh-wang" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/api/auth" || c.Secure || !c.Expires.Equal(h.now().Add(time.Hour).Truncate(time.Second)) {
		t.Errorf("cookie: %+v", c)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control: %s", a.Header.Get("Cache-Control"))
	}
	if rows := h.audited("login"); len(rows) != 1 || rows[0].Who != people["wang"].Person {
		t.Errorf("rows: %+v", rows)
	}
}

func TestRefusedLoginIsAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, who := range []string{"wang", "nobody"} {
		h.call(t, "", "POST", "/api/auth/login", `{"username":"`+who+`","password":"wrong"}`).wants(t, 401, incident.BadCredentials)
	}
	rows := h.audited("login_failed")
	if len(rows) != 2 || rows[1].Who != (incident.Person{Name: "nobody"}) || rows[1].Outcome != "refused" {
		t.Errorf("rows: %+v", rows)
	}
	h.call(t, "", "POST", "/api/auth/login", `{"username":" ","password":"x"}`).wants(t, 400, incident.Invalid)
	if strings.Contains(h.log.String(), "wrong\"") || strings.Contains(h.log.String(), "nobody") {
		t.Error("the log has what was typed")
	}
}

// F-AU-04, F-SE-04: what a cookie alone could do, another site cannot.
func TestCookieRoutesRefuseOtherSites(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, _ *Deps) { c.Origins = []string{"https://plant.example"} })
	with := header("Cookie", refreshCookie+"=refresh-wang")
	refresh := func(edits ...edit) answer {
		return h.call(t, "", "POST", "/api/auth/refresh", nil, append(edits, with)...)
	}
	refresh().wants(t, 403, incident.Forbidden)
	refresh(header("X-Requested-With", "XMLHttpRequest")).wants(t, 403, incident.Forbidden)
	refresh(ours, header("Origin", "https://evil.example")).wants(t, 403, incident.Forbidden)
	refresh(ours, header("Origin", "null")).wants(t, 403, incident.Forbidden)
	for _, origin := range []string{h.url, "https://plant.example"} {
		a := refresh(ours, header("Origin", origin))
		if decodeAs[SignedIn](t, a, 200); cookies(a).Value != "refresh-wang" {
			t.Errorf("%s: no new cookie", origin)
		}
	}
	h.call(t, "wang", "POST", "/api/auth/logout", nil, with).wants(t, 403, incident.Forbidden)
	h.call(t, "", "POST", "/api/auth/login", login, header("Origin", "https://evil.example")).wants(t, 403, incident.Forbidden)
	h.call(t, "", "POST", "/api/auth/refresh", nil, ours).wants(t, 401, incident.Unauthenticated)
	if rows := h.audited("access_refused"); len(rows) != 1 || rows[0].Who != people["wang"].Person {
		t.Errorf("only who is somebody leaves a row: %+v", rows)
	}
}

// F-AU-04: a refresh token that comes back after use is for the auditor to see.
func TestReusedRefreshTokenIsAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.onRefresh = incident.Wrap(incident.Unauthenticated, "refresh", &auth.ReplayError{Session: incident.Session{User: people["li"].ID}}, "Sign in again.")
	h.call(t, "", "POST", "/api/auth/refresh", nil, ours, header("Cookie", refreshCookie+"=x")).wants(t, 401, incident.Unauthenticated)
	if rows := h.audited("refresh_token_reused"); len(rows) != 1 || rows[0].Who.ID != people["li"].ID {
		t.Errorf("rows: %+v", rows)
	}
}

func TestLogoutTakesTheCookieAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a := h.call(t, "wang", "POST", "/api/auth/logout", nil, ours)
	if c := cookies(a); a.StatusCode != 204 || c.MaxAge != -1 || c.Path != cookiePath {
		t.Errorf("%d %+v", a.StatusCode, c)
	}
	if rows := h.audited("logout"); len(rows) != 1 {
		t.Errorf("rows: %+v", rows)
	}
}

func TestMeAndTicket(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if me := decodeAs[User](t, h.call(t, "li", "GET", "/api/auth/me", nil), 200); me.Username != "li" || me.Name != `Alice (Ops)\, *Lead*` || me.SystemRole != "USER" {
		t.Errorf("me: %+v", me) // F-AU-11
	}
	// F-AU-06
	if ticket := decodeAs[Ticket](t, h.call(t, "li", "POST", "/api/ws/ticket", nil), 201); ticket != (Ticket{Ticket: "ticket", ExpiresIn: 30}) {
		t.Errorf("ticket: %+v", ticket)
	}
}

// The cookie is Secure when the person's own line is.
func TestSecureFollowsTheClientsLine(t *testing.T) {
	t.Parallel()
	proxy := netip.MustParsePrefix("10.0.0.0/8")
	h := newHouse(t, func(c *Config, _ *Deps) { c.TrustedProxies = []netip.Prefix{proxy} })
	for name, c := range map[string]struct {
		from, proto, forwarded string
		tls                    bool
		secure                 bool
		address                string
	}{
		"plain":                    {"192.0.2.1:1", "", "", false, false, "192.0.2.1"},
		"TLS":                      {"192.0.2.1:1", "", "", true, true, "192.0.2.1"},
		"a proxy that we trust":    {"10.1.2.3:1", "https", "203.0.113.9", false, true, "203.0.113.9"},
		"the same without TLS":     {"10.1.2.3:1", "http", "203.0.113.9", false, false, "203.0.113.9"},
		"somebody who claims both": {"192.0.2.1:1", "https", "203.0.113.9", false, false, "192.0.2.1"},
	} {
		r := httptest.NewRequest("POST", "/api/auth/login", strings.NewReader(login))
		r.RemoteAddr = c.from
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Forwarded-Proto", c.proto)
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
		rows := h.audited("login")
		if got := strings.Contains(w.Header().Get("Set-Cookie"), "Secure"); got != c.secure || rows[len(rows)-1].From != c.address {
			t.Errorf("%s: Secure %v, from %s", name, got, rows[len(rows)-1].From)
		}
	}
}
