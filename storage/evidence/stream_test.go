package evidence_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"sync"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage/evidence"
	"taskreporter/storage/object/objecttest"
)

// picture is a JPEG with zeros behind it, size bytes in all, that takes no memory.
// It calls pause before its last tenth.
func picture(size int, pause func()) io.Reader {
	head := photo(64, 48)
	last := size / 10
	return io.MultiReader(
		bytes.NewReader(head),
		io.LimitReader(zeros{}, int64(size-last-len(head))),
		readerFunc(func([]byte) (int, error) { pause(); return 0, io.EOF }),
		io.LimitReader(zeros{}, int64(last)))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// receiveAtOnce receives n files of size bytes and calls meanwhile when nine
// tenths of each have passed.
func receiveAtOnce(t testing.TB, l *evidence.Locker, n, size int, meanwhile func()) {
	var there, all sync.WaitGroup
	there.Add(n)
	on := make(chan struct{})
	for i := range n {
		up := upload("a.jpg", size)
		up.FileID = incident.FileID(fmt.Sprintf("%s-%d", file, i))
		up.Key = incident.ObjectKey(room, incident.Image, up.FileID, "jpg")
		pause := sync.OnceFunc(func() { there.Done(); <-on })
		all.Go(func() {
			defer pause()
			if _, err := l.Receive(t.Context(), up, picture(size, pause)); err != nil {
				t.Error(err)
			}
		})
	}
	there.Wait()
	meanwhile()
	close(on)
	all.Wait()
}

// held is the memory in use, garbage excluded.
func held() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// F-UP-24, F-PF-03, F-PF-06: what an upload holds when nine tenths of its bytes
// have passed is the same for a file of 1 MiB and one of 10 MiB. Not parallel: it
// weighs the whole process.
func TestMemoryOfAnUploadDoesNotGrowWithTheFile(t *testing.T) {
	for name, open := range map[string]func(testing.TB) objecttest.Fixture{"Disk": objecttest.Disk, "S3": objecttest.S3} {
		t.Run(name, func(t *testing.T) {
			const uploads = 10
			l := locker(open(t).Store)
			perUpload := func(size int) (bytes int64) {
				before := held()
				receiveAtOnce(t, l, uploads, size, func() { bytes = (held() - before) / uploads })
				return bytes
			}
			perUpload(1 << 20) // connections and pools stay
			small, large := perUpload(1<<20), perUpload(10<<20)
			t.Logf("held per upload: %d KiB at 1 MiB, %d KiB at 10 MiB", small>>10, large>>10)
			if large > 1<<20 || large > small+512<<10 {
				t.Errorf("a 10 MiB upload holds %d KiB, a 1 MiB upload %d KiB", large>>10, small>>10)
			}
		})
	}
}

// BenchmarkReceive streams 40 uploads of 10 MiB at once to disk (F-UP-24).
func BenchmarkReceive(b *testing.B) {
	const uploads, size = 40, 10 << 20
	l := locker(objecttest.Disk(b).Store)
	b.SetBytes(uploads * size)
	b.ReportAllocs()
	var most int64
	before := held()
	for b.Loop() {
		receiveAtOnce(b, l, uploads, size, func() { most = max(most, held()-before) })
	}
	b.ReportMetric(float64(most)/uploads, "held-B/upload")
}
