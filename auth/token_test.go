package auth

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"taskreporter/incident"
)

// forgery is a token that differs from a good one in what a case changes.
type forgery struct {
	header map[string]any
	claims map[string]any
	method jwt.SigningMethod
	key    any
}

func (f forgery) String() string {
	t := &jwt.Token{Header: f.header, Claims: jwt.MapClaims(f.claims), Method: f.method}
	s, err := t.SignedString(f.key)
	if err != nil {
		panic(err)
	}
	return s
}

func (r *rig) forge(p incident.Principal, change func(*forgery)) string {
	now := r.clock.Now().Unix()
	f := forgery{
		header: map[string]any{"alg": "EdDSA", "typ": tokenType, "kid": r.keys.ring.Load().kid},
		claims: map[string]any{
			"iss": tokenIssuer, "aud": tokenIssuer, "sub": string(p.ID), "sid": string(p.Session),
			"iat": now, "nbf": now, "exp": now + 300,
		},
		method: jwt.SigningMethodEdDSA,
		key:    r.keys.ring.Load().keys[0],
	}
	change(&f)
	return f.String()
}

func TestTokensThatAreNotOursAreRefused(t *testing.T) { // F-AU-04, F-AU-05
	t.Parallel()
	r := newRig(t)
	good := r.login(t).AccessToken
	p, err := r.Verify(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	now := r.clock.Now().Unix()
	public := publicOf(r.keys.ring.Load().keys[0])
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	edit := func(part int, f func(map[string]any)) string {
		raw, err := base64.RawURLEncoding.DecodeString(parts[part])
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		f(m)
		if raw, err = json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		out := append([]string{}, parts...)
		out[part] = base64.RawURLEncoding.EncodeToString(raw)
		return strings.Join(out, ".")
	}
	none := func(f *forgery) {
		f.method, f.key, f.header["alg"] = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "none"
	}
	hmac := func(key []byte) func(*forgery) {
		return func(f *forgery) { f.method, f.key, f.header["alg"] = jwt.SigningMethodHS256, key, "HS256" }
	}

	accepted := map[string]func(*forgery){
		"unchanged":              func(*forgery) {},
		"expired in the leeway":  func(f *forgery) { f.claims["exp"] = now - 29 },
		"not yet, in the leeway": func(f *forgery) { f.claims["nbf"], f.claims["iat"] = now+29, now+29 },
		"another audience too":   func(f *forgery) { f.claims["aud"] = []string{"other", tokenIssuer} },
	}
	for name, change := range accepted {
		if _, err := r.Verify(t.Context(), r.forge(p, change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	refusedTokens := map[string]string{
		"algorithm none":         r.forge(p, none),
		"none, our signature":    r.forge(p, none) + parts[2],
		"HMAC by the public key": r.forge(p, hmac(public)),
		"HMAC by its base64":     r.forge(p, hmac([]byte(base64.RawURLEncoding.EncodeToString(public)))),
		"HMAC by nothing":        r.forge(p, hmac([]byte{0})),
		"another's key, our kid": r.forge(p, func(f *forgery) { f.key = stranger }),
		"another's key and kid":  r.forge(p, func(f *forgery) { f.key, f.header["kid"] = stranger, thumbprint(stranger.Public().(ed25519.PublicKey)) }),
		"unknown kid":            r.forge(p, func(f *forgery) { f.header["kid"] = "x" }),
		"kid is a path":          r.forge(p, func(f *forgery) { f.header["kid"] = "../../dev/null" }),
		"kid is a number":        r.forge(p, func(f *forgery) { f.header["kid"] = 1 }),
		"no kid":                 r.forge(p, func(f *forgery) { delete(f.header, "kid") }),
		"typ JWT":                r.forge(p, func(f *forgery) { f.header["typ"] = "JWT" }),
		"no typ":                 r.forge(p, func(f *forgery) { delete(f.header, "typ") }),
		"key in the header":      r.forge(p, func(f *forgery) { f.header["jwk"] = map[string]string{"kty": "OKP"} }),
		"critical extension":     r.forge(p, func(f *forgery) { f.header["crit"] = []string{"b64"} }),
		"other issuer":           r.forge(p, func(f *forgery) { f.claims["iss"] = "elsewhere" }),
		"no issuer":              r.forge(p, func(f *forgery) { delete(f.claims, "iss") }),
		"other audience":         r.forge(p, func(f *forgery) { f.claims["aud"] = "elsewhere" }),
		"no audience":            r.forge(p, func(f *forgery) { delete(f.claims, "aud") }),
		"expired":                r.forge(p, func(f *forgery) { f.claims["exp"] = now - 31 }),
		"never expires":          r.forge(p, func(f *forgery) { delete(f.claims, "exp") }),
		"expiry is text":         r.forge(p, func(f *forgery) { f.claims["exp"] = "tomorrow" }),
		"not yet valid":          r.forge(p, func(f *forgery) { f.claims["nbf"] = now + 31 }),
		"issued in the future":   r.forge(p, func(f *forgery) { f.claims["iat"] = now + 31 }),
		"no session":             r.forge(p, func(f *forgery) { delete(f.claims, "sid") }),
		"unknown session":        r.forge(p, func(f *forgery) { f.claims["sid"] = "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10" }),
		"another's session":      r.forge(p, func(f *forgery) { f.claims["sub"] = "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10" }),
		"altered header":         edit(0, func(m map[string]any) { m["typ"] = tokenType + " " }),
		"altered subject":        edit(1, func(m map[string]any) { m["sub"] = "admin" }),
		"altered expiry":         edit(1, func(m map[string]any) { m["exp"] = now + 1e6 }),
		"truncated":              good[:len(good)-1],
		"no signature":           parts[0] + "." + parts[1] + ".",
		"two parts":              parts[0] + "." + parts[1],
		"four parts":             good + ".x",
		"padded":                 good + "==",
		"loose last bits":        looseBits(good),
		"blank in front":         " " + good,
		"line break behind":      good + "\n",
		"with its scheme":        "Bearer " + good,
		"nothing":                "",
		"dots":                   "..",
		"not base64":             "ä.ö.ü",
		"too long":               good + strings.Repeat("A", maxToken),
	}
	for name, token := range refusedTokens {
		p, err := r.Verify(t.Context(), token)
		if incident.KindOf(err) != incident.Unauthenticated || p != (incident.Principal{}) {
			t.Errorf("%s: got %+v, %v", name, p, err)
		}
		if d := incident.DetailOf(err); d != "Sign in again." {
			t.Errorf("%s: the client sees %q", name, d)
		}
	}
}

// looseBits spells the same signature another way: 64 bytes leave four unused
// bits in the last letter.
func looseBits(token string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(letters, token[len(token)-1])
	return token[:len(token)-1] + letters[last|1:last|1+1]
}

func TestAccessTokenExpires(t *testing.T) { // F-AU-04
	t.Parallel()
	r := newRig(t)
	g := r.login(t)
	if g.ExpiresIn != DefaultConfig.AccessTTL {
		t.Errorf("expires in %s", g.ExpiresIn)
	}
	r.clock.pass(DefaultConfig.AccessTTL + tokenLeeway - time.Second)
	if _, err := r.Verify(t.Context(), g.AccessToken); err != nil {
		t.Error(err)
	}
	r.clock.pass(time.Second)
	_, err := r.Verify(t.Context(), g.AccessToken)
	wantKind(t, err, incident.Unauthenticated)
}

// Any text that verifies is the text that was signed: a second spelling of a
// token would be one that no deny list and no log recognizes.
func FuzzOpenTakesOnlyWhatWasSigned(f *testing.F) {
	k := testKeys(f)
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	good, err := k.sign(incident.Session{ID: "s", User: "u"}, now, now.Add(time.Minute))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{}, uint16(0))
	f.Add([]byte("="), uint16(len(good)))
	f.Add([]byte("."), uint16(10))
	f.Add([]byte(looseBits(good)[len(good)-1:]), uint16(len(good)-1))
	f.Add([]byte("\n"), uint16(3))
	// The fuzzer writes over a good token, so that it gets past the first check.
	f.Fuzz(func(t *testing.T, over []byte, at uint16) {
		i := int(at) % (len(good) + 1)
		token := good[:i] + string(over)
		if end := i + len(over); end < len(good) {
			token += good[end:]
		}
		if _, err := k.open(token, now); (err == nil) != (token == good) {
			t.Errorf("open(%q): %v", token, err)
		}
	})
}
