package httpapi

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"taskreporter/incident"
)

var builtPage = fstest.MapFS{
	"index.html":           {Data: []byte("<!doctype html><script type=module src=/assets/index-abc.js></script>")},
	"assets/index-abc.js":  {Data: []byte(strings.Repeat("console.log('機台');", 100))},
	"assets/logo-abc.png":  {Data: []byte("\x89PNG")},
	"sw.js":                {Data: []byte("self")},
	"placeholder.html":     {Data: []byte("not built")},
	"manifest.webmanifest": {Data: []byte("{}")},
}

func withPage(_ *Config, d *Deps) { d.Page = builtPage }

var browsing = header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")

// F-OP-01: the page is inside, and every address that a person may open is it.
func TestPageIsServed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withPage)
	for _, c := range []struct{ path, mime, cache string }{
		{"/", "text/html; charset=utf-8", askAlways},
		{"/rooms/" + string(press), "text/html; charset=utf-8", askAlways},
		{"/index.html", "text/html; charset=utf-8", askAlways},
		{"/assets/index-abc.js", "text/javascript; charset=utf-8", forEver},
		{"/assets/logo-abc.png", "image/png", forEver},
		{"/sw.js", "text/javascript; charset=utf-8", askAlways},
		{"/manifest.webmanifest", "application/manifest+json", askAlways},
	} {
		a := h.call(t, "", "GET", c.path, nil, browsing)
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != c.mime || a.Header.Get("Cache-Control") != c.cache {
			t.Errorf("%s: %d %s %s", c.path, a.StatusCode, a.Header.Get("Content-Type"), a.Header.Get("Cache-Control"))
		}
		again := h.call(t, "", "GET", c.path, nil, browsing, header("If-None-Match", a.Header.Get("Etag")))
		if again.StatusCode != 304 || len(again.body) != 0 {
			t.Errorf("%s asked again: %d", c.path, again.StatusCode)
		}
		if head := h.call(t, "", "HEAD", c.path, nil, browsing); head.StatusCode != 200 || head.ContentLength != int64(len(a.body)) {
			t.Errorf("HEAD %s: %d, %d bytes", c.path, head.StatusCode, head.ContentLength)
		}
	}
}

func TestMissingFilesAreNotThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withPage)
	h.call(t, "", "GET", "/assets/gone-xyz.js", nil, browsing).wants(t, 404, incident.NotFound)
	h.call(t, "", "GET", "/gone.js", nil, header("Accept", "*/*")).wants(t, 404, incident.NotFound)
	h.call(t, "", "GET", "/api/gone", nil, browsing).wants(t, 404, incident.NotFound)
	h.call(t, "", "POST", "/", nil, browsing).wants(t, 404, incident.NotFound)
}

func TestPlaceholderUntilThePageIsBuilt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if a := h.call(t, "", "GET", "/", nil, browsing); a.StatusCode != 200 || !strings.Contains(string(a.body), "not built") {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

func TestTextIsCompressedForWhoAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withPage)
	for accept, zipped := range map[string]bool{"gzip, deflate, br": true, "br;q=1, *": true, "identity": false, "gzip;q=0": false, "": false} {
		a := h.call(t, "", "GET", "/assets/index-abc.js", nil, header("Accept-Encoding", accept))
		if got := a.Header.Get("Content-Encoding") == "gzip"; got != zipped || a.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: compressed %v", accept, got)
		}
		body := a.body
		if zipped {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, builtPage["assets/index-abc.js"].Data) {
			t.Errorf("%q: other bytes", accept)
		}
	}
	if a := h.call(t, "", "GET", "/assets/logo-abc.png", nil, header("Accept-Encoding", "gzip")); a.Header.Get("Content-Encoding") != "" {
		t.Error("an image was compressed")
	}
}
