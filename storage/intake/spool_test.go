package intake

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"taskreporter/incident"
)

// What a full disk does not take is not lost: who reads again gets it, and what
// follows it.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	b := bytes.Repeat([]byte("line stopped\n"), 20_000)
	path := filepath.Join(t.TempDir(), "full")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path) // takes nothing, as a disk that is full
	if err != nil {
		t.Fatal(err)
	}
	freed := 0
	s := &spool{
		chunk: incident.Chunk{Body: iotest.HalfReader(bytes.NewReader(b)), Stop: func() {}}, file: file, now: time.Now,
		free: func() { freed++ }, ended: make(chan struct{}), news: make(chan struct{}),
	}
	go s.fill()
	if n, err := (&swift{spool: s, until: time.Now().Add(time.Hour)}).Read(make([]byte, 10)); n != 0 || err == nil {
		t.Errorf("read %d bytes that are not there, %v", n, err)
	}
	if got, err := io.ReadAll(s.again()); err != nil || !bytes.Equal(got, b) {
		t.Errorf("read %d of %d bytes again, %v", len(got), len(b), err)
	}
	s.close()
	if _, err := os.Stat(path); !os.IsNotExist(err) || freed != 1 {
		t.Errorf("the file: %v, freed %d times", err, freed)
	}
}

// A request that ends while its line is silent does not leave somebody who reads it.
func TestNobodyReadsAfterTheEnd(t *testing.T) {
	t.Parallel()
	body, line := io.Pipe()
	in := &Intake{now: time.Now, log: slog.New(slog.DiscardHandler), straights: make(chan struct{}, 1)}
	s := in.spool(incident.Chunk{Body: body, Stop: func() { _ = line.CloseWithError(io.ErrUnexpectedEOF) }})
	s.close()
	select {
	case <-s.ended:
	default:
		t.Error("the body is still read")
	}
	if len(in.straights) != 0 {
		t.Error("its place is not free")
	}
}
