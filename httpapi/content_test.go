package httpapi

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
)

func filesPath(f incident.File) string { return filePath(f.RoomID, f.ID) }

// F-SE-03, F-DL-01: a link opens its file, that file only, and not for ever.
func TestLinksOpenOneFileForAWhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f, other := h.put("press.jpg", []byte("jpeg")), h.put("other.jpg", []byte("secret"))
	told := decodeAs[File](t, h.call(t, "chen", "GET", filesPath(f), nil), 200)
	link, err := url.Parse(told.DownloadUrl)
	if err != nil || link.IsAbs() {
		t.Fatalf("link %q: %v", told.DownloadUrl, err)
	}
	if a := h.call(t, "", "GET", told.DownloadUrl, nil); a.StatusCode != 200 || string(a.body) != "jpeg" {
		t.Fatalf("got %d %q", a.StatusCode, a.body)
	}
	with := func(key, value string) string {
		q := link.Query()
		q.Set(key, value)
		return link.Path + "?" + q.Encode()
	}
	for name, path := range map[string]string{
		"another file":      strings.Replace(told.DownloadUrl, string(f.ID), string(other.ID), 1),
		"another room":      strings.Replace(told.DownloadUrl, string(press), string(nowhere), 1),
		"another route":     strings.Replace(told.DownloadUrl, "/content", "/thumbnail", 1),
		"a later end":       with("expires", fmt.Sprint(told.UrlExpiresAt.Unix()+1)),
		"no end":            with("expires", ""),
		"a signature cut":   with("signature", link.Query().Get("signature")[:20]),
		"a signature of ''": with("signature", "x"),
	} {
		h.call(t, "", "GET", path, nil).wants(t, 403, incident.LinkExpired)
		// A bad link is no better with a good token beside it.
		if name == "a later end" {
			h.call(t, "wang", "GET", path, nil).wants(t, 403, incident.LinkExpired)
		}
	}
	// A link opens nothing but bytes.
	h.call(t, "", "GET", filesPath(f)+"?"+link.RawQuery, nil).wants(t, 401, incident.Unauthenticated)

	h.pass(told.UrlExpiresAt.Sub(h.now()) - time.Microsecond)
	if a := h.call(t, "", "GET", told.DownloadUrl, nil); a.StatusCode != 200 {
		t.Errorf("just before its end: %d", a.StatusCode)
	}
	h.pass(time.Microsecond)
	h.call(t, "", "GET", told.DownloadUrl, nil).wants(t, 403, incident.LinkExpired)
}

// The same link for a while, or no browser could keep what it opened.
func TestLinksStayTheSameForAStep(t *testing.T) {
	t.Parallel()
	for _, ttl := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour} {
		now := epochStart
		l := NewLinks(keysOf("a"), ttl, func() time.Time { return now }, nil)
		seen := map[string]time.Time{}
		const asked = 600
		for range asked {
			links := l.own(press, "f", incident.Image)
			if links.expires.Before(now.Add(ttl)) || links.expires.After(now.Add(ttl+ttl/6+time.Second)) {
				t.Fatalf("ttl %s: expires after %s", ttl, links.expires.Sub(now))
			}
			seen[links.content] = links.expires
			now = now.Add(ttl / asked)
		}
		if len(seen) < 6 || len(seen) > 8 {
			t.Errorf("ttl %s: %d links within one ttl", ttl, len(seen))
		}
	}
}

func TestKeysDecide(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return epochStart }
	links := func(keys ...string) *Links { return NewLinks(keysOf(keys...), time.Hour, clock, nil) }
	end := epochStart.Add(time.Hour).Unix()
	byA := sign([]byte("a"), contentRoute, press, "f", end)
	for _, l := range []*Links{links("a"), links("b", "a")} { // the older key's links work on
		if err := l.check(contentRoute, press, "f", end, byA); err != nil {
			t.Error(err)
		}
	}
	if err := links("b", "c").check(contentRoute, press, "f", end, byA); incident.KindOf(err) != incident.LinkExpired {
		t.Errorf("another key's link: %v", err)
	}
}

// keysOf is what keys returns that never change.
func keysOf(keys ...string) func() [][]byte {
	return func() [][]byte { return each(keys, func(key string) []byte { return []byte(key) }) }
}

// F-DL-01: where the store can be reached its own links are handed out.
func TestPresignedLinksWhereThereAreSome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.presigned = "https://minio.plant/bucket/key?X-Amz-Signature=1"
	f := decodeAs[File](t, h.call(t, "chen", "GET", filesPath(h.put("press.jpg", nil)), nil), 200)
	if f.DownloadUrl != h.presigned || !strings.HasPrefix(given(f.ThumbnailUrl), "/api/") || !f.UrlExpiresAt.Equal(h.now().Add(time.Hour)) {
		t.Errorf("links: %s, %s until %s", f.DownloadUrl, given(f.ThumbnailUrl), f.UrlExpiresAt)
	}
}

// F-DL-05: ranges, conditions, and headers under which evidence is only evidence.
func TestContentIsServedSafely(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := h.put(`機台 "7" 100%.jpg`, []byte("0123456789"))
	path := filesPath(f) + "/content"
	a := h.call(t, "chen", "GET", path, nil)
	for key, want := range map[string]string{
		"Content-Type":            "image/jpeg",
		"X-Content-Type-Options":  "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Disposition":     `inline; filename="__ _7_ 100_.jpg"; filename*=UTF-8''%E6%A9%9F%E5%8F%B0%20%227%22%20100%25.jpg`,
		"Etag":                    `"` + f.SHA256 + `"`,
		"Accept-Ranges":           "bytes",
	} {
		if got := a.Header.Get(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
	if !strings.HasPrefix(a.Header.Get("Cache-Control"), "private") {
		t.Errorf("Cache-Control: %s", a.Header.Get("Cache-Control"))
	}
	if a := h.call(t, "chen", "GET", path, nil, header("Range", "bytes=2-4")); a.StatusCode != 206 || string(a.body) != "234" || a.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("range: %d %q %s", a.StatusCode, a.body, a.Header.Get("Content-Range"))
	}
	if a := h.call(t, "chen", "GET", path, nil, header("Range", "bytes=-3")); a.StatusCode != 206 || string(a.body) != "789" {
		t.Errorf("last bytes: %d %q", a.StatusCode, a.body)
	}
	if a := h.call(t, "chen", "GET", path, nil, header("Range", "bytes=10-")); a.StatusCode != 416 {
		t.Errorf("beyond the end: %d", a.StatusCode)
	}
	if a := h.call(t, "chen", "GET", path, nil, header("If-None-Match", `"`+f.SHA256+`"`)); a.StatusCode != 304 || len(a.body) != 0 {
		t.Errorf("known already: %d %q", a.StatusCode, a.body)
	}
	if a := h.call(t, "chen", "GET", path+"?download=true", nil); !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") {
		t.Errorf("to save: %s", a.Header.Get("Content-Disposition"))
	}
	log := h.call(t, "chen", "GET", filesPath(h.put("page.txt", []byte("<script>")))+"/content", nil)
	if !strings.HasPrefix(log.Header.Get("Content-Disposition"), "attachment;") || log.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("a log: %s, %s", log.Header.Get("Content-Disposition"), log.Header.Get("Content-Type"))
	}
	pdf := h.call(t, "chen", "GET", filesPath(h.put("a.pdf", []byte("%PDF")))+"/content", nil)
	if !strings.HasPrefix(pdf.Header.Get("Content-Disposition"), "attachment;") || pdf.Header.Get("Content-Security-Policy") != "sandbox; default-src 'none'" {
		t.Errorf("a PDF: %s, %s", pdf.Header.Get("Content-Disposition"), pdf.Header.Get("Content-Security-Policy"))
	}
	h.call(t, "chen", "GET", filesPath(h.put("b.txt", nil))+"/thumbnail", nil).wants(t, 404, incident.NotFound)
	if a := h.call(t, "chen", "GET", filesPath(f)+"/thumbnail", nil); a.Header.Get("Content-Type") != "image/jpeg" || string(a.body) != "\xff\xd8small" {
		t.Errorf("thumbnail: %s %q", a.Header.Get("Content-Type"), a.body)
	}
}

// F-DL-03: a deleted file is not found, not even by the links it had.
func TestDeletedFileIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := h.put("press.jpg", []byte("jpeg"))
	link := decodeAs[File](t, h.call(t, "li", "GET", filesPath(f), nil), 200).DownloadUrl
	if a := h.call(t, "wang", "DELETE", filesPath(f), nil); a.StatusCode != 204 {
		t.Fatalf("got %d", a.StatusCode)
	}
	h.call(t, "li", "GET", filesPath(f), nil).wants(t, 404, incident.NotFound)
	h.call(t, "li", "GET", filesPath(f)+"/content", nil).wants(t, 404, incident.NotFound)
	h.call(t, "", "GET", link, nil).wants(t, 404, incident.NotFound)
}

// F-DL-02: pages by offset and by cursor show every file once.
func TestFilesArePaged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 7 {
		h.put(fmt.Sprintf("%d.jpg", i), nil)
		h.put(fmt.Sprintf("%d.txt", i), nil)
	}
	list := func(query string) FilePage {
		return decodeAs[FilePage](t, h.call(t, "chen", "GET", roomPath(press)+"/files?kind=image&limit=3"+query, nil), 200)
	}
	var names []string
	page := list("")
	if page.Total != 7 || page.Limit != 3 {
		t.Errorf("total %d, limit %d", page.Total, page.Limit)
	}
	for {
		for _, f := range page.Files {
			names = append(names, f.Filename)
		}
		if page.NextCursor == nil {
			break
		}
		page = list("&cursor=" + *page.NextCursor)
	}
	if got := strings.Join(names, " "); got != "6.jpg 5.jpg 4.jpg 3.jpg 2.jpg 1.jpg 0.jpg" {
		t.Errorf("by cursor: %s", got)
	}
	if page := list("&offset=6"); len(page.Files) != 1 || page.NextCursor != nil {
		t.Errorf("last page by offset: %d files, cursor %v", len(page.Files), page.NextCursor)
	}
}
