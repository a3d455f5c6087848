package main

import (
	"bytes"
	"net/http"
	"strconv"
	"testing"
	"time"

	"taskreporter/httpapi/client"
	"taskreporter/storage/object/objecttest"
)

// F-UP-22, F-ST-07: while the object store is away an upload is refused at once and
// told when to come again, chat goes on, and uploads work again by themselves.
func TestUploadsAreRefusedAtOnceWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	cfg := objecttest.Server(t)
	wire := objecttest.NewWire(t, cfg.Endpoint)
	in := newInstallation(t, "MINIO_ENDPOINT="+wire.Address, "MINIO_ACCESS_KEY="+cfg.AccessKey,
		"MINIO_SECRET_KEY="+cfg.SecretKey, "MINIO_BUCKET="+cfg.Bucket, "TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t))
	in.start()
	wang := in.join("wang", "王小明", "USER")
	room := wang.declare("冷卻水溫度過高").RoomId
	s := wang.connect()
	s.subscribe(room, 0)
	photo := smallPhoto(t)
	kept := wang.upload(room, "before.jpg", photo, "")

	wire.Cut()
	const open = `taskreporter_storage_circuit_open{calls="put"}`
	refused := func() {
		t.Helper()
		body, kind := form(t, "file", "photo.jpg", photo, "")
		status, header, answer := wang.do(http.MethodPost, "/api/rooms/"+room+"/files", http.Header{"Content-Type": {kind}}, bytes.NewReader(body))
		after, err := strconv.Atoi(header.Get("Retry-After"))
		if p := problemOf(t, answer); status != http.StatusServiceUnavailable || p.Code != client.StoreUnavailable || !p.Retryable || err != nil || after < 1 || after > 15 {
			t.Fatalf("upload while the store is away: %d, Retry-After %q, %s", status, header.Get("Retry-After"), answer)
		}
	}
	for end := time.Now().Add(patience); in.metric(open) != 1; refused() {
		if time.Now().After(end) {
			t.Fatal("the circuit did not open")
		}
	}
	refused()
	for i := range 5 {
		s.send(map[string]any{"type": "send_message", "room_id": room, "client_msg_id": strconv.Itoa(i), "text": "水溫 41 °C"})
		s.untilType("ack")
	}
	if status, _, body := in.fetch("/readyz", nil); status != http.StatusOK || !bytes.Contains(body, []byte(`"object_store":"failing"`)) {
		t.Errorf("readyz: %d %s", status, body)
	}

	wire.Mend()
	for end := time.Now().Add(patience); ; pause() {
		if status, answer := wang.tryUpload(room, "after.jpg", photo); status == http.StatusCreated {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the store is back: %d %s", status, answer)
		}
	}
	if in.metric("taskreporter_storage_checked_at_seconds") != 0 || in.metric(`taskreporter_storage_findings{kind="lost"}`) != 0 {
		t.Error("the store counts as checked, before the first check")
	}
	if in.metric(open) != 0 || in.metric(`taskreporter_storage_circuit_openings_total{calls="put"}`) < 1 {
		t.Error("the metrics do not tell of an outage that is over")
	}
	for end := time.Now().Add(patience); ; pause() { // reading has a gate of its own
		status, _, content := in.fetch(kept.DownloadUrl, nil)
		if status == http.StatusOK && bytes.Equal(content, photo) {
			break
		} else if time.Now().After(end) {
			t.Fatalf("a file from before the outage: %d, %d bytes", status, len(content))
		}
	}
}
