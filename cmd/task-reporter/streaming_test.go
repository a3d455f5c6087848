package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	streams    = 40
	streamSize = 10 << 20 // bytes: the largest image
)

// F-UP-24, F-PF-06: what the server's memory grows by while 40 files of 10 MiB
// arrive at once, in one request or over tus. Run it without the race detector:
//
//	go test -run '^$' -bench Streaming -benchtime 1x ./cmd/task-reporter
func BenchmarkStreaming(b *testing.B) {
	for _, store := range stores {
		for _, way := range []string{"form", "tus"} {
			b.Run(store.name+"/"+way, func(b *testing.B) { streamMany(b, store, way == "tus") })
		}
	}
}

func streamMany(b *testing.B, store backend, tus bool) {
	in := newInstallation(b, store.env(b)...)
	s := in.start()
	people := []*someone{in.join("wang", "王小明", "USER"), in.join("lee", "李工", "USER")}
	room := people[0].declare("四十個檔案").RoomId
	people[0].bring(room, people[1], "EDITOR")
	s.kill() // what checking passwords took
	s = in.start()
	photo := photoOf(b, streamSize)
	body, kind := form(b, "file", "照片.jpg", photo, "")
	send := func(u *someone) {
		if tus {
			at := u.begin(room, "照片.jpg", streamSize, "")
			if status, _, answer := u.patch(at, 0, bytes.NewReader(photo)); status != http.StatusNoContent {
				b.Errorf("chunk: %d %s", status, answer)
			}
			return
		}
		status, _, answer := u.do(http.MethodPost, "/api/rooms/"+room+"/files", http.Header{"Content-Type": {kind}}, bytes.NewReader(body))
		if status != http.StatusCreated {
			b.Errorf("upload: %d %s", status, answer)
		}
	}
	send(people[0]) // what is made once is there
	for b.Loop() {
		before := s.memory()
		peak, stop := s.peakMemory()
		var sending sync.WaitGroup
		for i := range streams {
			sending.Go(func() { send(people[i%len(people)]) })
		}
		sending.Wait()
		stop()
		b.ReportMetric(float64(*peak-before)/streams/1024, "KiB-RSS/upload")
		b.SetBytes(streams * streamSize)
	}
}

// memory is the process's resident memory, bytes.
func (s *server) memory() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				s.t.Fatal(err)
			}
			return kib << 10
		}
	}
	s.t.Fatal("no VmRSS")
	return 0
}

// peakMemory watches the process until stop is called; peak is valid then.
func (s *server) peakMemory() (peak *int64, stop func()) {
	peak = new(int64)
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		ticker := time.NewTicker(2 * time.Millisecond)
		defer ticker.Stop()
		for {
			*peak = max(*peak, s.memory())
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	})
	return peak, func() { close(done); watching.Wait() }
}
