package httpapi

import (
	"strings"
	"testing"

	"taskreporter/incident"
)

// found stores a picture as if it had been uploaded and its scan stood so.
func (h *house) found(name string, scan incident.ScanState) incident.File {
	f := h.put(name, []byte("jpeg"))
	h.judge(f.ID, scan)
	f.Scan = scan
	return f
}

func (h *house) judge(id incident.FileID, scan incident.ScanState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.files[id]
	f.Scan = scan
	h.files[id] = f
}

// F-UP-31: until the scan is over nobody gets the bytes, by whatever way; the links
// that were handed out then open the file once it is clean.
func TestWhatIsBeingScannedDoesNotLeave(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.presigned = "https://minio.plant/bucket/key?X-Amz-Signature=1"
	f := h.found("press.jpg", incident.ScanPending)
	told := decodeAs[File](t, h.call(t, "chen", "GET", filesPath(f), nil), 200)
	if told.ScanState != Pending || told.Filename != "press.jpg" || told.DownloadUrl == h.presigned {
		t.Errorf("told of it: %+v", told)
	}
	if page := decodeAs[FilePage](t, h.call(t, "chen", "GET", roomPath(press)+"/files", nil), 200); len(page.Files) != 1 || page.Files[0].DownloadUrl != told.DownloadUrl {
		t.Errorf("the list: %+v", page.Files)
	}
	ways := []struct{ who, path string }{
		{"wang", filesPath(f) + "/content"},
		{"wang", filesPath(f) + "/thumbnail"},
		{"", told.DownloadUrl},
		{"", given(told.ThumbnailUrl)},
	}
	for _, way := range ways {
		if p := h.call(t, way.who, "GET", way.path, nil).wants(t, 409, incident.FilePending); !p.Retryable {
			t.Errorf("%s: not worth another try", way.path)
		}
	}
	h.judge(f.ID, incident.ScanClean)
	for _, way := range ways {
		if a := h.call(t, way.who, "GET", way.path, nil); a.StatusCode != 200 {
			t.Errorf("%s of a clean file: %d", way.path, a.StatusCode)
		}
	}
	if told := decodeAs[File](t, h.call(t, "chen", "GET", filesPath(f), nil), 200); told.DownloadUrl != h.presigned {
		t.Errorf("a clean file's link: %s", told.DownloadUrl)
	}
	h.judge(f.ID, incident.ScanInfected)
	for _, way := range ways {
		h.call(t, way.who, "GET", way.path, nil).wants(t, 403, incident.FileInfected)
	}
	text := filesPath(h.found("a.log", incident.ScanPending)) + "/text"
	h.call(t, "wang", "GET", text, nil).wants(t, 409, incident.FilePending)
	text = filesPath(h.found("b.log", incident.ScanInfected)) + "/text"
	h.call(t, "wang", "GET", text, nil).wants(t, 403, incident.FileInfected)
}

// F-UP-31: a file in quarantine has a name for those who answer for the room, and
// is not there for the others.
func TestQuarantineIsSeenByNameOnlyAndNotByEverybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.presigned = "https://minio.plant/bucket/key?X-Amz-Signature=1"
	f := h.found("invoice.jpg", incident.ScanInfected)
	for who, sees := range map[string]bool{"wang": true, "admin": true, "li": false, "chen": false, "auditor": false} {
		one := h.call(t, who, "GET", filesPath(f), nil)
		page := decodeAs[FilePage](t, h.call(t, who, "GET", roomPath(press)+"/files", nil), 200)
		if !sees {
			one.wants(t, 404, incident.NotFound)
			if len(page.Files) != 0 || page.Total != 0 {
				t.Errorf("%s's list has %+v", who, page.Files)
			}
			continue
		}
		got := decodeAs[File](t, one, 200)
		if got.Filename != "invoice.jpg" || got.ScanState != Infected || got.DownloadUrl+got.Sha256 != "" || got.ThumbnailUrl != nil {
			t.Errorf("%s is told %+v", who, got)
		}
		if len(page.Files) != 1 || page.Files[0].DownloadUrl != "" {
			t.Errorf("%s's list has %+v", who, page.Files)
		}
	}
}

// F-UP-31: a reference shows that something is withheld, and nothing of it.
func TestAReferenceToAQuarantinedFileIsWithheld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ref := incident.Reference{FileID: "f", Filename: "invoice.jpg", Kind: incident.Image, Size: 7, Width: 3, Scan: incident.ScanPending}
	if told := toReference(h.links, press, &ref); given(told.ScanState) != Pending || !strings.HasPrefix(told.Url, "/api/") || told.Filename != "invoice.jpg" {
		t.Errorf("while it is scanned: %+v", told)
	}
	ref.Scan = incident.ScanInfected
	told := toReference(h.links, press, &ref)
	if given(told.ScanState) != Infected || told.Url+told.Filename != "" || told.ThumbnailUrl != nil || told.Size != 0 || told.FileId != "f" {
		t.Errorf("in quarantine: %+v", told)
	}
}
