package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// findDatabase learns which process is PostgreSQL, where that is on this machine.
func (s *site) findDatabase(ctx context.Context) {
	cmd := exec.CommandContext(ctx, tool("psql"), "--no-psqlrc", "--tuples-only", "--no-align", //nolint:gosec // our own command
		"--command=select pg_read_file('postmaster.pid')")
	cmd.Env = s.postgresEnv()
	out, err := cmd.Output()
	if err != nil {
		return
	}
	line, _, _ := strings.Cut(string(out), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(line))
	if name, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm")); err == nil && strings.HasPrefix(string(name), "postgres") {
		s.postmaster = pid
	}
}

// databaseCPU is the processor time of PostgreSQL so far, of all of its processes; zero where
// it runs elsewhere. It is no part of the server's own, which waits for it: it is reported
// apart.
func (s *site) databaseCPU() time.Duration {
	if s.postmaster == 0 {
		return 0
	}
	master, err := statOf(s.postmaster)
	if err != nil {
		return 0
	}
	sum := master.own() + master.children()
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if of, err := statOf(pid); err == nil && of.parent == s.postmaster {
			sum += of.own()
		}
	}
	return sum
}
