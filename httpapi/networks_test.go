package httpapi

import (
	"net/netip"
	"strings"
	"testing"

	"taskreporter/incident"
)

// F-SE-04: where upload networks are set, files come from there only, whichever way
// they come; a refusal says what to do and is audited (F-SE-05).
func TestFilesComeFromTheUploadNetworks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, _ *Deps) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		c.UploadNetworks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	})
	inside, outside := header("X-Forwarded-For", "10.20.30.40"), header("X-Forwarded-For", "203.0.113.9")

	at := h.tus(t, "POST", uploadsPath, "", inside).Header.Get("Location")
	if at == "" {
		t.Fatal("an announcement from inside is refused")
	}
	for name, refused := range map[string]answer{
		"form":         h.upload(t, "li", form("line.log", "x"), outside),
		"announcement": h.tus(t, "POST", uploadsPath, "", outside),
		"part":         h.tus(t, "PATCH", at, "line ", outside),
	} {
		if p := refused.wants(t, 403, incident.Forbidden); !strings.Contains(p.Detail, "from inside the plant") {
			t.Errorf("%s: %s", name, p.Detail)
		}
	}
	rows := h.audited("access_refused")
	if len(rows) != 3 || rows[0].From != "203.0.113.9" || rows[0].Who.ID != people["li"].ID {
		t.Errorf("audit: %+v", rows)
	}

	for _, from := range []string{"10.20.30.40", "::ffff:10.20.30.40", "fd12::1"} {
		if a := h.upload(t, "li", form("line.log", "x"), header("X-Forwarded-For", from)); a.StatusCode != 201 {
			t.Errorf("a form from %s: %d %s", from, a.StatusCode, a.body)
		}
	}
	if a := h.tus(t, "PATCH", at, "line stop", inside); a.StatusCode != 204 {
		t.Errorf("a part from inside: %d %s", a.StatusCode, a.body)
	}
	// What brings nothing in is open from everywhere.
	file := h.put("line.log", []byte("x"))
	for _, path := range []string{uploadsPath, "/api/rooms/" + string(press) + "/files/" + string(file.ID)} {
		if a := h.call(t, "li", "GET", path, nil, outside); a.StatusCode != 200 {
			t.Errorf("GET %s: %d", path, a.StatusCode)
		}
	}
}

// Without a trusted proxy nobody chooses their address.
func TestTheUploadNetworkIsNotClaimed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *Config, _ *Deps) {
		c.UploadNetworks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	h.upload(t, "li", form("line.log", "x"), header("X-Forwarded-For", "10.20.30.40"), header("X-Real-Ip", "10.20.30.40")).wants(t, 403, incident.Forbidden)
}
