package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	// stopTime is how long a process may take to end when asked, before it is killed.
	stopTime = 45 * time.Second
	// startTime is how long a process may take to serve; the machine may be busy.
	startTime = 2 * time.Minute
	poll      = 50 * time.Millisecond
)

// process is one that this run started.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	code int // exit status, -1 after a signal; valid once done is closed
}

// spawn starts a program that dies with this one. Its output is appended to a
// file; without env it inherits ours.
func spawn(as *syscall.Credential, dir, log string, env []string, name string, args ...string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	// No context shall end it: how it ends is what this package is about.
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, out, out
	// In a group of its own, so that Ctrl-C reaches us alone and all ends in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true, Credential: as}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		p.code = cmd.ProcessState.ExitCode()
		close(p.done)
	}()
	return p, nil
}

func (p *process) signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop asks the process to end and kills it when it does not. A stopped process
// is woken first.
func (p *process) stop(s os.Signal) {
	p.signal(syscall.SIGCONT)
	p.signal(s)
	select {
	case <-p.done:
	case <-time.After(stopTime):
		p.signal(os.Kill)
		<-p.done
	}
}

// serving returns when ready says so, or with an error when the process ends
// first or time is up. p may be nil.
func serving(ctx context.Context, what string, p *process, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		if p != nil && p.ended() {
			return fmt.Errorf("%s ended with status %d before it served", what, p.code)
		}
		if wait(ctx, poll) != nil {
			return fmt.Errorf("%s does not serve: %w", what, errors.Join(ctx.Err(), err))
		}
	}
}
