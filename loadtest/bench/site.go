package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"taskreporter/loadtest/postgres"
)

// site is where everything is started: on this machine, each server on a database of its
// own that goes when the server does.
type site struct {
	program  string // the server
	hub      string // the bare broadcaster
	postgres string // URL; its role may create databases
	rounds   int
	small    bool
	only     string
	window   int64
	profiles string
	progress io.Writer

	dir      string
	made     int // databases so far
	database *postgres.Server
}

func openSite(ctx context.Context, s site) (*site, error) {
	if s.postgres == "" {
		return nil, errors.New("TEST_POSTGRES_URL is not set: run scripts/bench, which starts a PostgreSQL")
	}
	for _, program := range []*string{&s.program, &s.hub} {
		path, err := filepath.Abs(*program)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("%w: run scripts/bench, which builds it", err)
		}
		*program = path
	}
	var err error
	if s.database, err = postgres.Open(ctx, s.postgres); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "task-reporter-bench.*"); err != nil {
		return nil, err
	}
	return &s, nil
}

func (s *site) close() { _ = os.RemoveAll(s.dir) }

// pick returns full, or tiny where the run only shows that it works.
func pick[T any](s *site, full, tiny T) T {
	if s.small {
		return tiny
	}
	return full
}

// server is the real one, alone on PostgreSQL.
type server struct {
	*process
	site     *site
	env      []string
	database string
	address  string // host:port of the API
	admin    string // host:port of metrics and profiles
	log      string
	people   []*person
}

// serve starts the server on an empty database, with limits that no load reaches, and so many
// people who have API tokens. settings are further VARIABLE=VALUE.
func (s *site) serve(ctx context.Context, people int, settings ...string) (*server, error) {
	s.made++
	name := fmt.Sprintf("bench_%d_%d", os.Getpid(), s.made)
	if err := s.database.Exec(ctx, "", "create database "+name); err != nil {
		return nil, err
	}
	dir := filepath.Join(s.dir, name)
	sv := &server{site: s, database: name, log: filepath.Join(s.dir, name+".log")}
	ports, err := freePorts(2)
	if err == nil {
		err = os.Mkdir(dir, 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, s.drop(name))
	}
	sv.address, sv.admin = ports[0], ports[1]
	sv.env = append([]string{
		"HOME=" + dir,
		"TASK_REPORTER_LISTEN=" + sv.address,
		"TASK_REPORTER_ADMIN_LISTEN=" + sv.admin,
		"TASK_REPORTER_DATA_DIR=" + dir,
		"TASK_REPORTER_DATABASE_URL=" + s.database.URL(name),
		"TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=0",
		"TASK_REPORTER_LIMIT_SOCKETS_PER_USER=100000",
		"TASK_REPORTER_LIMIT_FRAMES_PER_SECOND=1000000",
		"TASK_REPORTER_LOG_LEVEL=warn",
	}, settings...)
	if sv.process, err = spawn(sv.log, sv.env, s.program, "serve"); err != nil {
		return nil, errors.Join(err, s.drop(name))
	}
	err = sv.until(ctx, func(ctx context.Context) error { return get(ctx, "http://"+sv.address+"/readyz") })
	if err == nil {
		err = sv.invite(ctx, people)
	}
	if err != nil {
		said, _ := os.ReadFile(sv.log)
		sv.stop()
		return nil, fmt.Errorf("%w\n%s", err, said)
	}
	return sv, nil
}

// stop ends the server and removes what it kept.
func (sv *server) stop() {
	sv.process.stop()
	if err := sv.site.drop(sv.database); err != nil {
		sv.site.say("%v", err)
	}
}

func (s *site) drop(name string) error {
	return s.database.Exec(context.Background(), "", "drop database "+name+" with (force)")
}

// command runs another command of the server's program on its installation.
func (sv *server) command(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, sv.site.program, args...) //nolint:gosec // our own command
	cmd.Env, cmd.Stdin = sv.env, strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("task-reporter %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// metric is the sum of a metric's series whose labels hold a text; "" for all of them.
func (sv *server) metric(ctx context.Context, name, label string) (float64, error) {
	text, err := fetch(ctx, "http://"+sv.admin+"/metrics")
	if err != nil {
		return 0, err
	}
	sum, found := 0.0, false
	for line := range strings.Lines(string(text)) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		bare, labels, _ := strings.Cut(series, "{")
		if bare != name || !strings.Contains(labels, label) {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("metric %s: %w", name, err)
		}
		sum, found = sum+v, true
	}
	if !found {
		return 0, fmt.Errorf("there is no metric %s{%s}", name, label)
	}
	return sum, nil
}

func get(ctx context.Context, url string) error {
	_, err := fetch(ctx, url)
	return err
}

var web = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

func fetch(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := web.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, res.Status)
	}
	return text, err
}

// freePorts returns addresses that nobody listens on. All are held until the last is known.
func freePorts(n int) ([]string, error) {
	var all []string
	for range n {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }()
		all = append(all, l.Addr().String())
	}
	return all, nil
}

// each does f(i) for i below n, so many at once; the first error ends it.
func each(ctx context.Context, n, atOnce int, f func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var working sync.WaitGroup
	for range min(n, atOnce) {
		working.Go(func() {
			for i := range next {
				if err := f(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	working.Wait()
	return context.Cause(ctx)
}
