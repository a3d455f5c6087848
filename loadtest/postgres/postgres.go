// Package postgres is PostgreSQL as a benchmark uses it from outside: psql, pgbench, and the
// processor time of its processes.
package postgres

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"taskreporter/loadtest/cpu"
)

// Server is a PostgreSQL server, reached over one of its databases.
type Server struct {
	address    *url.URL
	postmaster int // its process; zero where that is not known
}

// Open takes the address of a database, as of libpq: postgres://user@host/database.
func Open(ctx context.Context, address string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	s := &Server{address: u}
	if err := s.Exec(ctx, "", "select 1"); err != nil {
		return nil, err
	}
	// Only a superuser is told.
	out, _ := s.psql(ctx, "", "--tuples-only", "--no-align", "--command=select pg_read_file('postmaster.pid')")
	line, _, _ := strings.Cut(out, "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(line))
	if name, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm")); err == nil && strings.HasPrefix(string(name), "postgres") {
		s.postmaster = pid
	}
	return s, nil
}

// CPU is the processor time of all processes of the server so far; zero where it runs on
// another machine or does not say which they are.
func (s *Server) CPU() time.Duration {
	if s.postmaster == 0 {
		return 0
	}
	sum, err := cpu.Family(s.postmaster)
	if err != nil {
		return 0
	}
	return sum
}

// URL is the address of another database of the server.
func (s *Server) URL(database string) string {
	u := *s.address
	u.Path = "/" + database
	return u.String()
}

// Exec carries out statements, one after the other, until one fails; on the database of Open
// when none is named.
func (s *Server) Exec(ctx context.Context, database, statements string) error {
	args := []string{"--quiet", "--output=/dev/null"}
	if database != "" {
		args = append(args, "--dbname="+database)
	}
	_, err := s.psql(ctx, statements, args...)
	return err
}

func (s *Server) psql(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := s.command(ctx, "psql", append([]string{"--no-psqlrc", "--set=ON_ERROR_STOP=1"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("psql: %w: %s", err, out)
	}
	return string(out), nil
}

// command is one of PostgreSQL's own programs, told where the database of Open is.
func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, tool(name), args...) //nolint:gosec // our own command
	password, _ := s.address.User.Password()
	cmd.Env = append(cmd.Environ(), "PGHOST="+s.address.Hostname(), "PGPORT="+s.address.Port(), // later entries win
		"PGUSER="+s.address.User.Username(), "PGPASSWORD="+password, "PGDATABASE="+strings.TrimPrefix(s.address.Path, "/"))
	if mode := s.address.Query().Get("sslmode"); mode != "" {
		cmd.Env = append(cmd.Env, "PGSSLMODE="+mode)
	}
	return cmd
}

// tool finds one of PostgreSQL's programs.
func tool(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return name
	}
	return slices.Max(found)
}
