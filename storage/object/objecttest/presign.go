package objecttest

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"taskreporter/storage/object"
)

// presigns follows a link as a browser would, until it expires.
func presigns(t *testing.T, f Fixture) {
	b := Bytes(11, size)
	mustPut(t, f.Store, key, b)
	as := object.Presentation{Mime: "application/pdf", Disposition: `attachment; filename*=utf-8''%E7%B7%9A.pdf`}
	link, err := f.Store.Presign(t.Context(), key, time.Second, as)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Presigns {
		if link != "" {
			t.Fatalf("a store without an address gave the link %s", link)
		}
		return
	}
	res, got := follow(t, link)
	if res.StatusCode != http.StatusOK || !bytes.Equal(got, b) {
		t.Fatalf("the link gives %s and %d bytes, want 200 and the object", res.Status, len(got))
	}
	if got := res.Header.Get("Content-Type"); got != as.Mime {
		t.Errorf("Content-Type %q, want %q", got, as.Mime)
	}
	if got := res.Header.Get("Content-Disposition"); got != as.Disposition {
		t.Errorf("Content-Disposition %q, want %q", got, as.Disposition)
	}
	for res.StatusCode == http.StatusOK { // the test's own deadline ends a link that lives for ever
		select {
		case <-time.After(100 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("the link did not expire")
		}
		res, _ = follow(t, link)
	}
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("an expired link gives %s, want 403", res.Status)
	}
}

func follow(t *testing.T, link string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, b
}
