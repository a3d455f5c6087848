package httpapi

import (
	"archive/zip"
	"bytes"
	"errors"
	"net/http"
	"testing"

	"taskreporter/incident"
)

const exportPath = "/api/rooms/" + string(press) + "/export"

// A node makes some exports at once and says when to come back for another. Whatever
// ends one gives its place back.
func TestExportsHaveTheirPlaces(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range exportsAtOnce {
		h.exports <- struct{}{}
	}
	a := h.call(t, "wang", "GET", exportPath, nil)
	if p := a.wants(t, 503, incident.Busy); a.Header.Get("Retry-After") == "" || !p.Retryable {
		t.Errorf("refused without a time to come again: %v %+v", a.Header, p)
	}
	for range exportsAtOnce {
		<-h.exports
	}
	for range 2 * exportsAtOnce {
		h.call(t, "wang", "GET", exportPath+"?lang=de", nil).wants(t, 400, incident.Invalid)
		h.auditFails = true
		h.call(t, "wang", "GET", exportPath, nil).wants(t, 500, incident.Internal)
		h.auditFails = false
		h.fail = errors.New("the database is broken")
		h.call(t, "wang", "GET", exportPath, nil).wants(t, 500, incident.Internal)
		h.fail = nil
		a := h.call(t, "wang", "GET", exportPath+"?lang=en", nil)
		if _, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body))); a.StatusCode != http.StatusOK || err != nil {
			t.Fatalf("export: %d, %v", a.StatusCode, err)
		}
		if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="INC-2026-00001.zip"` {
			t.Errorf("named %s", got)
		}
	}
	if n := len(h.exports); n != 0 {
		t.Errorf("%d places are taken by exports that have ended", n)
	}
}
