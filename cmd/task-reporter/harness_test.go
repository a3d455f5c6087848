package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/httpapi/client"
)

// The tests of this package drive the real program: they build it once, start it
// as a process of its own and talk to it as its clients do.

// patience bounds how long a test waits for something that must happen. It is no
// measurement: machines that run tests are slow and shared.
const patience = 2 * time.Minute

var executable = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "task-reporter-test-*")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "task-reporter")
	args := []string{"build", "-tags", "nomsgpack", "-o", bin}
	if raceEnabled {
		args = append(args, "-race", "-gcflags=modernc.org/sqlite/lib=-race=false") // as scripts/test does
	}
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := executable(); err == nil {
		_ = os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// installation is one data directory with its configuration; servers come and go
// on it.
type installation struct {
	t    testing.TB
	dir  string
	addr string
	env  []string
	bin  string // "" for the program as it is

	limit []string // command that starts the server, if any

	web *http.Client // how its clients come by TLS; nil for plain HTTP
}

// http is what speaks HTTP with the server.
func (in *installation) http() *http.Client {
	if in.web != nil {
		return in.web
	}
	return http.DefaultClient
}

// program returns what the installation runs.
func (in *installation) program() string {
	in.t.Helper()
	if in.bin != "" {
		return in.bin
	}
	bin, err := executable()
	if err != nil {
		in.t.Fatal(err)
	}
	return bin
}

// newInstallation prepares an empty installation on SQLite and local disk; more
// adds or overrides environment variables.
func newInstallation(t testing.TB, more ...string) *installation {
	t.Helper()
	dir := t.TempDir()
	in := &installation{t: t, dir: dir, addr: freeAddress(t)}
	in.env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + dir,
		"GORACE=exitcode=0", // what the race detector says is judged by ourRace
		"TASK_REPORTER_LISTEN=" + in.addr,
		"TASK_REPORTER_DATA_DIR=" + filepath.Join(dir, "data"),
		"TASK_REPORTER_LOG_LEVEL=warn",
		"TASK_REPORTER_AUTH_ACCESS_TTL=1h", // machines that run tests are slow
	}, more...)
	return in
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// server is a running process.
type server struct {
	*installation
	cmd  *exec.Cmd
	said *syncBuffer // on standard output
	logs *syncBuffer
}

// start runs the program until the test ends or kill is called, and returns when
// it is ready.
func (in *installation) start() *server {
	in.t.Helper()
	s := in.launch()
	if !s.becomesReady() {
		in.t.Fatalf("server not ready; it wrote:\n%s", s.logs)
	}
	return s
}

// startAgain starts a node as its supervisor does: one more time when it ends before it
// is ready, as a node does that was buried while its machine stood still.
func (in *installation) startAgain() *server {
	in.t.Helper()
	s := in.launch()
	if s.becomesReady() {
		return s
	}
	in.t.Logf("not ready, and started again; it wrote:\n%s", s.logs)
	s.kill()
	return in.start()
}

// launch starts the program and does not wait for it.
func (in *installation) launch() *server {
	in.t.Helper()
	command := append(slices.Clone(in.limit), in.program(), "serve")
	s := &server{installation: in, cmd: exec.Command(command[0], command[1:]...), said: &syncBuffer{}, logs: &syncBuffer{}}
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = in.env, s.said, s.logs
	if err := s.cmd.Start(); err != nil {
		in.t.Fatal(err)
	}
	in.t.Cleanup(func() {
		s.kill()
		if text := s.logs.String(); ourRace(text) || in.t.Failed() {
			in.t.Errorf("the server wrote:\n%s", text)
		}
	})
	return s
}

// ourRace reports whether the race detector found something in a process's
// output. Races in which both accesses are made by the actor library itself are
// known (its block list, its gossip) and ours to live with.
func ourRace(output string) bool {
	for _, report := range strings.Split(output, "WARNING: DATA RACE")[1:] {
		stacks := strings.SplitN(strings.TrimSpace(report), "\n\n", 3)
		if len(stacks) < 3 || !byLibrary(stacks[0]) || !byLibrary(stacks[1]) {
			return true
		}
	}
	return false
}

// byLibrary reports whether the innermost caller that is ours or the actor
// library's is the library's.
func byLibrary(stack string) bool {
	library := strings.Index(stack, "asynkron/protoactor-go/")
	ours := strings.Index(stack, "taskreporter/")
	return library >= 0 && (ours < 0 || library < ours)
}

// becomesReady waits until the server is ready, and gives up when it ended.
func (s *server) becomesReady() bool {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end) && !s.ended(); pause() {
		res, err := s.http().Get(s.url("/readyz"))
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return true
		}
	}
	return false
}

// ended reports whether the process ended, whether or not somebody waited for it.
func (s *server) ended() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// kill ends the process at once, as a power cut does. A second call does nothing.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (in *installation) url(path string) string {
	if in.web != nil {
		return "https://" + in.addr + path
	}
	return "http://" + in.addr + path
}

// run runs another command of the program on the installation.
func (in *installation) run(stdin string, args ...string) string {
	in.t.Helper()
	cmd := exec.Command(in.program(), args...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stderr = in.env, strings.NewReader(stdin), &stderr
	out, err := cmd.Output()
	if err != nil {
		in.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// someone is somebody who is signed in.
type someone struct {
	*client.ClientWithResponses
	in    *installation
	id    string
	name  string
	token string
	said  int
}

const testPassword = "a password only for tests 1"

// addUser makes an account.
func (in *installation) addUser(username, name, role string) string {
	in.t.Helper()
	return in.run(testPassword+"\n", "admin", "user", "add",
		"--username", username, "--name", name, "--role", role, "--password-stdin")
}

// signIn makes an account where there is none, and signs in.
func (in *installation) join(username, name, role string) *someone {
	in.t.Helper()
	id := in.addUser(username, name, role)
	return in.signIn(username, id, name)
}

func (in *installation) signIn(username, id, name string) *someone {
	in.t.Helper()
	u := &someone{in: in, id: id, name: name}
	u.ClientWithResponses = in.client(u)
	u.login(username)
	return u
}

// client makes a client that acts for u.
func (in *installation) client(u *someone) *client.ClientWithResponses {
	in.t.Helper()
	c, err := client.NewClientWithResponses(in.url(""), client.WithHTTPClient(in.http()), client.WithRequestEditorFn(
		func(_ context.Context, r *http.Request) error {
			r.Header.Set("X-Requested-With", "task-reporter")
			if u.token != "" {
				r.Header.Set("Authorization", "Bearer "+u.token)
			}
			return nil
		}))
	if err != nil {
		in.t.Fatal(err)
	}
	return c
}

func (u *someone) login(username string) {
	u.in.t.Helper()
	res, err := u.LoginWithResponse(context.Background(), client.LoginRequest{Username: username, Password: testPassword})
	if err != nil {
		u.in.t.Fatal(err)
	}
	if res.JSON200 == nil {
		u.in.t.Fatalf("login of %s: %s %s", username, res.Status(), res.Body)
	}
	u.token = res.JSON200.AccessToken
}

// declare opens a room.
func (u *someone) declare(title string) client.Room {
	u.in.t.Helper()
	res, err := u.CreateRoomWithResponse(context.Background(), client.NewRoom{
		Title: title, Severity: ptr(client.HIGH), IncidentType: ptr(client.IncidentTypeEquipment),
	})
	if err != nil {
		u.in.t.Fatal(err)
	}
	if res.JSON201 == nil {
		u.in.t.Fatalf("declare: %s %s", res.Status(), res.Body)
	}
	return *res.JSON201
}

// bring adds somebody to a room.
func (u *someone) bring(room string, who *someone, role client.Role) {
	u.in.t.Helper()
	res, err := u.AddMemberWithResponse(context.Background(), room, client.NewMember{UserId: who.id, Role: role})
	if err != nil {
		u.in.t.Fatal(err)
	}
	if res.JSON201 == nil {
		u.in.t.Fatalf("add member: %s %s", res.Status(), res.Body)
	}
}

// do sends any request with the user's token and returns status and body.
func (u *someone) do(method, path string, header http.Header, body io.Reader) (int, http.Header, []byte) {
	u.in.t.Helper()
	req, err := http.NewRequest(method, u.in.url(path), body)
	if err != nil {
		u.in.t.Fatal(err)
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if u.token != "" {
		req.Header.Set("Authorization", "Bearer "+u.token)
	}
	res, err := u.in.http().Do(req)
	if err != nil {
		u.in.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		u.in.t.Fatal(err)
	}
	return res.StatusCode, res.Header, b
}

// problemOf decodes an error answer.
func problemOf(t testing.TB, body []byte) client.Problem {
	t.Helper()
	var p client.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("no problem+json: %v: %.200s", err, body)
	}
	return p
}

func ptr[T any](v T) *T { return &v }

// pause is the step of a loop that waits for a condition.
func pause() { <-time.After(20 * time.Millisecond) }

// syncBuffer collects what a process writes.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// getJSON gets a path and decodes its answer, which must be 200.
func getJSON[T any](t testing.TB, u *someone, path string) T {
	t.Helper()
	status, _, body := u.do(http.MethodGet, path, nil, nil)
	var v T
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %.300s", path, status, body)
	}
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return v
}

// metric reads one figure of the running server's metrics.
func (in *installation) metric(name string) float64 {
	in.t.Helper()
	address := ""
	for _, pair := range in.env {
		if rest, ok := strings.CutPrefix(pair, "TASK_REPORTER_ADMIN_LISTEN="); ok {
			address = rest
		}
	}
	status, _, body := in.fetch("http://"+address+"/metrics", nil)
	if status != http.StatusOK {
		in.t.Fatalf("metrics: %d", status)
	}
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				in.t.Fatal(err)
			}
			return v
		}
	}
	in.t.Fatalf("there is no metric %s", name)
	return 0
}
