package scan_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/scan"
	"taskreporter/storage/scan/scantest"
)

func open(t *testing.T, address string, limit time.Duration) *scan.Clamd {
	t.Helper()
	c, err := scan.NewClamd(address, limit)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// F-UP-31: the real clamd, over both kinds of sockets, with files of every size
// class: less than a chunk, many chunks, the virus in the last one.
func TestClamdTellsCleanFromInfected(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte("2026-11-22 06:00:00 主軸溫度 87.4 alarm 3021\n"), 200_000)
	for _, address := range []string{scantest.Address(t), scantest.New(t).Start().Address()} {
		c := open(t, address, time.Minute)
		if err := c.Ping(t.Context()); err != nil {
			t.Errorf("ping: %v", err)
		}
		for name, f := range map[string]struct {
			content []byte
			want    incident.Verdict
		}{
			"a log":        {[]byte("all is well"), incident.Verdict{Scan: incident.ScanClean}},
			"a large log":  {big, incident.Verdict{Scan: incident.ScanClean}},
			"eicar":        {scantest.Eicar(), incident.Verdict{Scan: incident.ScanInfected, Signature: "Eicar-Test-Signature.UNOFFICIAL"}},
			"at the end":   {append(bytes.Clone(big), scantest.Marker...), incident.Verdict{Scan: incident.ScanInfected, Signature: "Task-Reporter-Test-Signature.UNOFFICIAL"}},
			"at the start": {append([]byte(scantest.Marker), big...), incident.Verdict{Scan: incident.ScanInfected, Signature: "Task-Reporter-Test-Signature.UNOFFICIAL"}},
		} {
			got, err := c.Scan(t.Context(), bytes.NewReader(f.content))
			if err != nil || got != f.want {
				t.Errorf("%s: %+v (%v), want %+v", name, got, err, f.want)
			}
		}
		got, err := c.Scan(t.Context(), iotest.OneByteReader(bytes.NewReader(scantest.Eicar())))
		if err != nil || got.Scan != incident.ScanInfected {
			t.Errorf("byte by byte: %+v (%v)", got, err)
		}
	}
}

// F-UP-31: what clamd refuses to look at is not clean.
func TestAFileThatIsTooLargeForClamdIsNoCleanFile(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	_ = free.Close()
	clamd := scantest.New(t, "StreamMaxLength 1M", "TCPAddr 127.0.0.1", "TCPSocket "+port).Start()
	for _, address := range []string{clamd.Address(), "tcp://127.0.0.1:" + port} {
		c := open(t, address, time.Minute)
		v, err := c.Scan(t.Context(), bytes.NewReader(make([]byte, 20<<20)))
		if !errors.Is(err, scan.ErrTooLarge) || incident.KindOf(err) != incident.Unavailable || v != (incident.Verdict{}) {
			t.Errorf("%s: got %+v (%v), want ErrTooLarge", address, v, err)
		}
		if v, err := c.Scan(t.Context(), strings.NewReader("small")); err != nil || v.Scan != incident.ScanClean {
			t.Errorf("%s: the next one: %+v (%v)", address, v, err)
		}
	}
}

// F-UP-31: whatever a scanner does but to say that all of the file is clean, the
// file is not clean.
func TestNoAnswerIsNotClean(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(conn net.Conn){
		"closes":           func(net.Conn) {},
		"cuts its answer":  answering("stream: O"),
		"cuts after OK":    answering("stream: OK"),
		"says OK of what?": answering("OK\x00"),
		"says more":        answering("stream: OK?\x00"),
		"has an error":     answering("stream: Can't allocate memory ERROR\x00"),
		"talks":            answering(strings.Repeat("stream: OK ", 10_000) + "\x00"),
		"says nothing":     func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) },
		"answers before it saw everything": func(conn net.Conn) {
			_, _ = io.CopyN(io.Discard, conn, 100)
			_, _ = io.WriteString(conn, "stream: OK\x00")
			_ = conn.(*net.TCPConn).SetLinger(0) // a reset, so that sending fails
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := time.Minute
			if name == "says nothing" {
				limit = 50 * time.Millisecond
			}
			v, err := open(t, serve(t, does), limit).Scan(t.Context(), bytes.NewReader(make([]byte, 8<<20)))
			if incident.KindOf(err) != incident.Unavailable || v != (incident.Verdict{}) {
				t.Errorf("got %+v (%v), want unavailable", v, err)
			}
		})
	}
	nobody := open(t, "unix://"+t.TempDir()+"/none", time.Minute)
	if _, err := nobody.Scan(t.Context(), strings.NewReader("x")); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("nobody listens: %v", err)
	}
	if err := nobody.Ping(t.Context()); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("nobody listens: ping: %v", err)
	}
}

// A store that fails in the middle of a scan is not the scanner's fault, and ends
// it without a verdict.
func TestAScanReturnsTheErrorOfTheFile(t *testing.T) {
	t.Parallel()
	away := incident.E(incident.StoreDown, "read", "away")
	v, err := open(t, scantest.Address(t), time.Minute).Scan(t.Context(),
		io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), iotest.ErrReader(away)))
	if !errors.Is(err, away) || v != (incident.Verdict{}) {
		t.Errorf("got %+v (%v), want the store's error", v, err)
	}
}

func TestAScanEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := open(t, serve(t, func(conn net.Conn) {
		_, _ = io.CopyN(io.Discard, conn, 10)
		cancel()
		_, _ = io.Copy(io.Discard, conn)
	}), time.Hour)
	if _, err := c.Scan(ctx, strings.NewReader("x")); err == nil {
		t.Error("no error")
	}
}

func TestAddressesOfScanners(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"tcp://localhost:3310": true, "unix:///run/clamav/clamd.ctl": true,
		"": false, "localhost:3310": false, "tcp://localhost": false, "unix://run/clamd.ctl": false, "unix://": false,
		"http://localhost:3310": false, "tcp://localhost:3310/x": false,
	} {
		if _, err := scan.NewClamd(address, time.Minute); (err == nil) != ok {
			t.Errorf("%q: %v, want ok %v", address, err, ok)
		}
	}
}

// answering reads the whole stream, then says text and closes.
func answering(text string) func(net.Conn) {
	return func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if _, err := r.ReadString(0); err != nil {
			return
		}
		for {
			var head [4]byte
			if _, err := io.ReadFull(r, head[:]); err != nil {
				return
			}
			n := int64(head[0])<<24 | int64(head[1])<<16 | int64(head[2])<<8 | int64(head[3])
			if n == 0 {
				break
			}
			if _, err := io.CopyN(io.Discard, r, n); err != nil {
				return
			}
		}
		_, _ = io.WriteString(conn, text)
	}
}

// serve plays a scanner on a port of its own.
func serve(t *testing.T, does func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				does(conn)
			}()
		}
	}()
	return "tcp://" + l.Addr().String()
}
