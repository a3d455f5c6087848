// Package scantest runs the real clamd for tests, with signatures of our own.
package scantest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience bounds the wait for a clamd to start; it is no measurement.
const patience = 2 * time.Minute

// Eicar is the file that every scanner takes for a virus by agreement. It is put
// together here, so that no scanner stumbles over the source.
func Eicar() []byte {
	return []byte(`X5O!P%@AP[4\PZX54(P^)7CC)7}$` + strings.Join([]string{"EICAR", "STANDARD", "ANTIVIRUS", "TEST", "FILE!$H+H*"}, "-"))
}

// Marker is a sentence that the tests' clamd takes for a virus wherever it stands.
const Marker = "a virus only for the tests of Task Reporter"

// Address is the clamd that runs beside the tests.
func Address(t testing.TB) string { return setting(t, "TEST_CLAMD_ADDRESS") }

func setting(t testing.TB, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("%s is not set: run `make test`, or `scripts/services start clamd` and take `scripts/services env clamd`", name)
	}
	return v
}

// Clamd is a scanner of one test's own, which it may kill and start again.
type Clamd struct {
	t    testing.TB
	conf string
	sock string
	cmd  *exec.Cmd
}

// New prepares a clamd with more lines in its configuration; Start starts it.
func New(t testing.TB, config ...string) *Clamd {
	t.Helper()
	dir, err := os.MkdirTemp("", "clamd-") //nolint:usetesting // a test's own directory may be too long for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	c := &Clamd{t: t, conf: filepath.Join(dir, "clamd.conf"), sock: filepath.Join(dir, "socket")}
	t.Cleanup(func() {
		c.Kill()
		_ = os.RemoveAll(dir)
	})
	lines := append([]string{
		"Foreground true", "DatabaseDirectory " + setting(t, "TEST_CLAMD_DATABASE"), "LocalSocket " + c.sock, "FixStaleSocket true",
	}, config...)
	if err := os.WriteFile(c.conf, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// Address is where it listens, also while it does not run.
func (c *Clamd) Address() string { return "unix://" + c.sock }

// Start returns when it takes connections.
func (c *Clamd) Start() *Clamd {
	c.t.Helper()
	c.cmd = exec.Command(setting(c.t, "TEST_CLAMD_PATH"), "--config-file="+c.conf)
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		if conn, err := net.Dial("unix", c.sock); err == nil {
			_ = conn.Close()
			return c
		}
	}
	c.t.Fatal("clamd does not listen")
	return nil
}

// Kill ends it as a power cut does. A second call does nothing.
func (c *Clamd) Kill() {
	if c.cmd != nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		c.cmd = nil
	}
}
