package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"taskreporter/loadtest/cpu"
)

const (
	// startTime is how long a process may take to serve; the machine may be busy.
	startTime = 2 * time.Minute
	// stopTime is how long one may take to end before it is killed.
	stopTime = 30 * time.Second
	poll     = 20 * time.Millisecond
)

// process is one side of a comparison.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// spawn starts a program that dies with this one. What it writes is appended to a file.
func spawn(log string, env []string, name string, args ...string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.CommandContext(context.Background(), name, args...) // it is ended by stop
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(p.done) }()
	return p, nil
}

// stop asks the process to end, and kills it when it does not.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopTime):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// until asks ready again and again until it has no error.
func (p *process) until(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended before it served: %w", p.cmd.Path, err)
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve: %w", p.cmd.Path, errors.Join(ctx.Err(), err))
		case <-time.After(poll):
		}
	}
}

// cpu is the processor time of the process so far, user and system.
func (p *process) cpu() (time.Duration, error) { return cpu.Of(p.cmd.Process.Pid) }

// rss is the memory of the process that is resident, bytes.
func (p *process) rss() (int64, error) {
	kb, err := strconv.ParseInt(strings.TrimSuffix(field(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid), "VmRSS"), " kB"), 10, 64)
	return kb << 10, err
}
