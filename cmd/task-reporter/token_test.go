package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"taskreporter/auth"
	"taskreporter/httpapi"
	"taskreporter/httpapi/client"
)

// signingKey is the newest one of an installation.
func (in *installation) signingKey() ed25519.PrivateKey {
	in.t.Helper()
	files, err := filepath.Glob(filepath.Join(in.dir, "data", "keys", "*.pem"))
	if err != nil || len(files) == 0 {
		in.t.Fatalf("no signing key: %v", err)
	}
	text, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		in.t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		in.t.Fatal(err)
	}
	return key.(ed25519.PrivateKey)
}

// tokenParts decodes a token's header and claims.
func tokenParts(t *testing.T, token string) (header, claims map[string]any) {
	t.Helper()
	for i, to := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
		if err == nil {
			err = json.Unmarshal(raw, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

// F-AU-04, F-AU-05: a token that this installation did not sign, or whose time it is
// not, opens no route of a running server, and every one gets the same answer.
func TestForgedTokensOpenNoRoute(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	in.start()
	boss := in.join("boss", "廠長", "ADMIN")
	room := boss.declare("三線停機").RoomId
	good := boss.token
	key := in.signingKey()
	public := key.Public().(ed25519.PublicKey)
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	header, claims := tokenParts(t, good)
	parts := strings.Split(good, ".")

	encode := base64.RawURLEncoding.EncodeToString
	eddsa := func(key ed25519.PrivateKey) func([]byte) []byte {
		return func(b []byte) []byte { return ed25519.Sign(key, b) }
	}
	hs256 := func(key []byte) func([]byte) []byte {
		return func(b []byte) []byte {
			mac := hmac.New(sha256.New, key)
			mac.Write(b)
			return mac.Sum(nil)
		}
	}
	forge := func(sign func([]byte) []byte, changes ...any) string {
		h, c := maps.Clone(header), maps.Clone(claims)
		for i := 0; i < len(changes); i += 2 {
			name := changes[i].(string)
			if _, inHeader := h[name]; inHeader {
				h[name] = changes[i+1]
			} else {
				c[name] = changes[i+1]
			}
		}
		hb, err1 := json.Marshal(h)
		cb, err2 := json.Marshal(c)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		text := encode(hb) + "." + encode(cb)
		return text + "." + encode(sign([]byte(text)))
	}
	nothing := func([]byte) []byte { return nil }
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Unix()
	const hour = 3600
	forged := map[string]string{
		"alg none":                 forge(nothing, "alg", "none"),
		"alg none, signed":         forge(eddsa(key), "alg", "none"),
		"HS256 by the public key":  forge(hs256(public), "alg", "HS256"),
		"HS256 by its PEM":         forge(hs256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), "alg", "HS256"),
		"HS256 called EdDSA":       forge(hs256(public)),
		"another's key":            forge(eddsa(stranger)),
		"wrong kid":                forge(eddsa(key), "kid", "elsewhere"),
		"kid of a path":            forge(eddsa(key), "kid", "../../dev/null"),
		"wrong typ":                forge(eddsa(key), "typ", "JWT"),
		"wrong audience":           forge(eddsa(key), "aud", []string{"elsewhere"}),
		"wrong issuer":             forge(eddsa(key), "iss", "elsewhere"),
		"expired":                  forge(eddsa(key), "exp", now-hour),
		"without an end":           forge(eddsa(key), "exp", nil),
		"not yet valid":            forge(eddsa(key), "nbf", now+hour),
		"issued in the future":     forge(eddsa(key), "iat", now+hour),
		"another's session":        forge(eddsa(key), "sub", "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10"),
		"a session there is not":   forge(eddsa(key), "sid", "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10"),
		"altered claims":           parts[0] + "." + encode([]byte(`{"sub":"admin"}`)) + "." + parts[2],
		"truncated by a character": good[:len(good)-1],
		"truncated by half":        good[:len(good)/2],
		"without its signature":    parts[0] + "." + parts[1] + ".",
		"no token at all":          "x",
	}
	routes := []string{
		"GET /api/auth/me", "GET /api/rooms", "GET /api/rooms/" + room, "POST /api/rooms/" + room + "/messages", "GET /api/admin/audit",
		"POST /api/ws/ticket", "POST /api/auth/logout",
	}
	visit := func(token, route string) (int, string) {
		u := &someone{in: in, token: token}
		method, path, _ := strings.Cut(route, " ")
		status, _, body := u.do(method, path, http.Header{"X-Requested-With": {"task-reporter"}}, nil)
		var p client.Problem
		_ = json.Unmarshal(body, &p) // a good answer is none
		return status, string(p.Code) + ": " + p.Title + ": " + p.Detail
	}
	for _, route := range routes[:3] {
		if status, text := visit(forge(eddsa(key)), route); status != http.StatusOK {
			t.Fatalf("%s with what is only written again: %d %s", route, status, text)
		}
	}
	for name, token := range forged {
		for _, route := range routes {
			if status, text := visit(token, route); status != http.StatusUnauthorized || text != signInAgain {
				t.Errorf("%s: %s: %d %q", name, route, status, text)
			}
		}
	}
	if status, text := visit(good, routes[0]); status != http.StatusOK {
		t.Errorf("afterwards the good one: %d %s", status, text)
	}
}

// signInAgain is what whoever comes with a bad token reads.
const signInAgain = "unauthenticated: Not signed in: Sign in again."

// door is the gatehouse behind HTTP.
type door struct {
	*gatehouse
	t   *testing.T
	url string
}

func (h *gatehouse) open(t *testing.T) door {
	t.Helper()
	s, err := httpapi.New(httpapi.DefaultConfig, httpapi.Deps{
		Library: h.db.Library(), Audit: h.db.Audit(), Sessions: h.Gate, People: auth.NewNewcomers(h.Gate, nil),
		Links: httpapi.NewLinks(func() [][]byte { return [][]byte{{1}} }, time.Hour, time.Now, nil), Socket: http.NotFoundHandler(),
		Page: fstest.MapFS{"placeholder.html": {Data: []byte("x")}}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.HTTPServer().Handler)
	t.Cleanup(server.Close)
	return door{h, t, server.URL}
}

// tab is one that is signed in: what it holds.
type tab struct{ access, refresh string }

// send posts to a route of sessions with what a tab holds.
func (d door) send(path, body string, with tab) (int, tab) {
	d.t.Helper()
	method := http.MethodPost
	if path == "/api/auth/me" {
		method = http.MethodGet
	}
	req, err := http.NewRequest(method, d.url+path, strings.NewReader(body))
	if err != nil {
		d.t.Error(err)
		return 0, tab{}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Requested-With", "task-reporter")
	if with.access != "" {
		req.Header.Set("Authorization", "Bearer "+with.access)
	}
	if with.refresh != "" {
		req.AddCookie(&http.Cookie{Name: "refresh_token", Value: with.refresh})
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Error(err)
		return 0, tab{}
	}
	defer func() { _ = res.Body.Close() }()
	text, _ := io.ReadAll(res.Body)
	var got client.SignedIn
	_ = json.Unmarshal(text, &got) // a refusal is none
	holds := tab{access: got.AccessToken}
	for _, c := range res.Cookies() {
		holds.refresh = c.Value
	}
	return res.StatusCode, holds
}

// F-AU-04: two tabs that refresh with the same cookie at once both stay signed in; a
// used token that comes back later ends them all, and nobody else; over HTTP.
func TestARefreshTokenThatComesBackEndsItsFamily(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, h *gatehouse) {
		h.add(t, "wang")
		d := h.open(t)
		login := fmt.Sprintf(`{"username":"wang","password":%q}`, goodPassword)
		status, first := d.send("/api/auth/login", login, tab{})
		if status != http.StatusOK || first.refresh == "" {
			t.Fatalf("login: %d %+v", status, first)
		}
		_, elsewhere := d.send("/api/auth/login", login, tab{})

		tabs := make([]tab, 2)
		var both sync.WaitGroup
		for i := range tabs {
			both.Go(func() {
				status, got := d.send("/api/auth/refresh", "", tab{refresh: first.refresh})
				if tabs[i] = got; status != http.StatusOK || got.refresh == "" {
					t.Errorf("tab %d: %d", i, status)
				}
			})
		}
		both.Wait()
		h.passed.Add(int64(2 * time.Minute))
		for i := range tabs {
			if status, _ := d.send("/api/auth/me", "", tabs[i]); status != http.StatusOK {
				t.Errorf("tab %d is signed out: %d", i, status)
			}
			if status, tabs[i] = d.send("/api/auth/refresh", "", tabs[i]); status != http.StatusOK {
				t.Errorf("tab %d cannot go on: %d", i, status)
			}
		}
		if tabs[0].refresh == tabs[1].refresh || tabs[0].refresh == first.refresh {
			t.Error("a refresh token was handed out twice")
		}

		if status, got := d.send("/api/auth/refresh", "", tab{refresh: first.refresh}); status != http.StatusUnauthorized || got.access != "" {
			t.Errorf("the replay: %d %+v", status, got)
		}
		for i, held := range tabs {
			if status, _ := d.send("/api/auth/me", "", held); status != http.StatusUnauthorized {
				t.Errorf("tab %d goes on after the replay: %d", i, status)
			}
			if status, _ := d.send("/api/auth/refresh", "", held); status != http.StatusUnauthorized {
				t.Errorf("tab %d refreshes after the replay: %d", i, status)
			}
		}
		if status, _ := d.send("/api/auth/refresh", "", elsewhere); status != http.StatusOK {
			t.Errorf("another login of the same person: %d", status)
		}
	})
}
