package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"taskreporter/httpapi/client"
	"taskreporter/storage/object/objecttest"
)

const (
	stormSize  = 5 << 20 // bytes of a file: the largest log
	stormUsers = 4
	stormFiles = 25        // of each, at once
	stormRAM   = 256 << 20 // bytes that the kernel gives the server, and not one more
)

// stormBody is a log of stormSize bytes, another one for every n.
func stormBody(base []byte, n int) io.Reader {
	head := fmt.Sprintf("%08d", n)
	return io.MultiReader(bytes.NewReader([]byte(head)), bytes.NewReader(base[len(head):]))
}

// sendStorm sends the n-th file in one way or the other.
func (u *someone) sendStorm(room string, base []byte, n int, tus bool) error {
	name := fmt.Sprintf("%d.log", n)
	if tus {
		status, header, body := u.do(http.MethodPost, "/api/rooms/"+room+"/uploads", tusHeader(name, stormSize, 0, ""), nil)
		if status != http.StatusCreated {
			return fmt.Errorf("announce: %d %s", status, body)
		}
		status, _, body = u.patch(header.Get("Location"), 0, stormBody(base, n))
		if status != http.StatusNoContent {
			return fmt.Errorf("send: %d %s", status, body)
		}
		return nil
	}
	head := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n"
	tail := "\r\n--x--\r\n"
	req, err := http.NewRequest(http.MethodPost, u.in.url("/api/rooms/"+room+"/files"),
		io.MultiReader(bytes.NewReader([]byte(head)), stormBody(base, n), bytes.NewReader([]byte(tail))))
	if err != nil {
		return err
	}
	req.ContentLength = int64(len(head) + stormSize + len(tail))
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	req.Header.Set("Authorization", "Bearer "+u.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusCreated {
		return fmt.Errorf("upload: %d %s", res.StatusCode, body)
	}
	return nil
}

// F-UP-24, F-PF-06, F-PF-07: a hundred files of 5 MB at once, half of them over tus,
// into a server that the kernel refuses more than 256 MiB. All arrive: one row, one
// object, one event, one message each.
func TestAStormFitsIntoLittleMemory(t *testing.T) {
	t.Parallel()
	in := newInstallation(t, append(append(databases[1].env(t), stores[1].env(t)...), "GOMEMLIMIT=128MiB", "GOGC=100")...)
	in.bin = buildWith(t, "cmd/task-reporter/main.go") // the race detector's own memory would not fit
	// The limit counts what is mapped, not what is used: the stacks of threads whole, of which
	// a busy machine makes more (1 MiB each instead of 8), and every gap that lasted longer
	// than garbage lay there. So half of it is the heap's, and that is collected early.
	in.limit = []string{"prlimit", fmt.Sprintf("--data=%d", stormRAM), fmt.Sprintf("--stack=%d", 1<<20)}
	s := in.start()
	people := make([]*someone, stormUsers)
	for i := range people {
		people[i] = in.join(fmt.Sprintf("user%d", i), fmt.Sprintf("操作員 %d", i), "USER")
	}
	room := people[0].declare("百檔齊發").RoomId
	for _, p := range people[1:] {
		people[0].bring(room, p, client.EDITOR)
	}
	base := logOf(stormSize, 11)
	before := s.memory()
	peak, stop := s.peakMemory()
	var sending sync.WaitGroup
	for i := range stormUsers * stormFiles {
		sending.Go(func() {
			if err := people[i%stormUsers].sendStorm(room, base, i, i/stormUsers%2 == 0); err != nil {
				t.Errorf("file %d: %v", i, err)
			}
		})
	}
	sending.Wait()
	stop()
	const all = stormUsers * stormFiles
	t.Logf("peak of %d MiB resident, %d KiB per upload", *peak>>20, (*peak-before)>>10/all)
	page := getJSON[client.FilePage](t, people[0], "/api/rooms/"+room+"/files?limit=200")
	counts, ids := map[string]int{}, map[string]bool{}
	for _, ev := range readLog(t, people[0], room) {
		counts[ev.Type]++
		if ev.File != nil {
			ids[ev.File.FileId] = true
		}
	}
	if page.Total != all || len(ids) != all || counts["file_uploaded"] != all || counts["message"] != all {
		t.Errorf("%d rows, %d files in the log, which has %v; want %d of each", page.Total, len(ids), counts, all)
	}
	waitFor(t, "end of all uploads", func() bool {
		return !slices.ContainsFunc(people, func(u *someone) bool { return len(partsOf(t, u, room)) > 0 })
	})
	in.run("", "admin", "storage", "check") // fails for an object too many or too few
}

// F-UP-24, F-PF-01, F-PF-03: ten files of 5 MB at once, straight into MinIO, as a form
// and over tus, one after the other in the same run, and what the server's memory
// grows by. Run it without the race detector:
//
//	go test -run '^$' -bench Uploads -benchtime 5x ./cmd/task-reporter
func BenchmarkUploads(b *testing.B) {
	const at = 10
	direct := objecttest.Direct(b, objecttest.Server(b))
	in := newInstallation(b, append(databases[1].env(b), stores[1].env(b)...)...)
	s := in.start()
	wang := in.join("wang", "王小明", "USER")
	base := logOf(stormSize, 12)
	n := 0
	took := map[string][]time.Duration{}
	growth := map[string]int64{}
	round := func(way string, send func(n int) error) {
		before := s.memory()
		peak, stop := s.peakMemory()
		var sending sync.WaitGroup
		began := time.Now()
		for range at {
			n++
			sending.Go(func() {
				if err := send(n); err != nil {
					b.Error(err)
				}
			})
		}
		sending.Wait()
		took[way] = append(took[way], time.Since(began))
		stop()
		growth[way] = max(growth[way], *peak-before)
	}
	for b.Loop() {
		room := wang.declare("量測").RoomId
		for _, way := range []string{"direct", "multipart", "tus"} {
			if way == "direct" {
				round(way, func(n int) error {
					return direct(fmt.Sprint(n), stormSize, stormBody(base, n))
				})
				continue
			}
			round(way, func(n int) error { return wang.sendStorm(room, base, n, way == "tus") })
		}
	}
	median := func(way string) float64 {
		slices.Sort(took[way])
		return took[way][len(took[way])/2].Seconds()
	}
	for _, way := range []string{"direct", "multipart", "tus"} {
		b.ReportMetric(at*stormSize/1e6/median(way), way+"-MB/s")
		if way != "direct" {
			b.ReportMetric(median("direct")/median(way), way+"/direct")
			b.ReportMetric(float64(growth[way])/at/1024, way+"-KiB-RSS/upload")
		}
	}
}
