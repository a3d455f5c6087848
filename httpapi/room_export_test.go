package httpapi

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

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

// A long room's page takes longer to be written than a request may take, over both
// versions of HTTP.
func TestAnExportMayTakeLongerThanARequest(t *testing.T) {
	t.Parallel()
	const bound = 100 * time.Millisecond
	for _, http2 := range []bool{false, true} {
		h := newHouse(t)
		h.onCopy = func() { <-time.After(3 * bound) } // all deadlines of a request pass meanwhile
		quick := httptest.NewUnstartedServer(nil)
		quick.Config, quick.EnableHTTP2 = h.HTTPServer(), http2
		quick.Config.ReadTimeout, quick.Config.WriteTimeout = bound, bound
		quick.StartTLS()
		t.Cleanup(quick.Close)
		req, err := http.NewRequestWithContext(t.Context(), "GET", quick.URL+exportPath, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer wang")
		res, err := quick.Client().Do(req)
		if err != nil {
			t.Errorf("HTTP/2 %t: %v", http2, err)
			continue
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Errorf("HTTP/2 %t: %v", http2, err)
		}
		if _, err := zip.NewReader(bytes.NewReader(body), int64(len(body))); err != nil || (res.ProtoMajor == 2) != http2 {
			t.Errorf("%s: %v", res.Proto, err)
		}
	}
}

// deadlines notes until when each write may take.
type deadlines struct {
	http.ResponseWriter
	set []time.Time
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.set = append(d.set, at)
	return nil
}

// Who takes nothing is cut off after a while, and who takes too little in the end.
func TestAnExportDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	line := &deadlines{ResponseWriter: httptest.NewRecorder()}
	began := time.Now()
	p := paced{line, http.NewResponseController(line), began.Add(time.Hour)}
	for range 2 {
		if _, err := p.Write([]byte("PK")); err != nil {
			t.Fatal(err)
		}
	}
	p.end = began.Add(exportStall / 2)
	if _, err := p.Write([]byte("PK")); err != nil {
		t.Fatal(err)
	}
	if len(line.set) != 3 || line.set[0].Before(began.Add(exportStall)) || line.set[1].Before(line.set[0]) || !line.set[2].Equal(p.end) {
		t.Errorf("written at %v until %v", began, line.set)
	}
}
