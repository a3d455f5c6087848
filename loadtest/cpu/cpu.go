// Package cpu reads the processor time that Linux accounts to processes, user and system: the
// figure of a benchmark that a busy machine spoils least.
package cpu

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// clockTicks is what /proc counts processor time in, per second: USER_HZ, which is 100 on every
// architecture that Go runs on.
const clockTicks = 100

// Own is that of the calling process so far.
func Own() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Of is that of one process so far.
func Of(pid int) (time.Duration, error) {
	s, err := statOf(pid)
	return s.own, err
}

// Family is that of a process and its children so far, those included that ended and were
// waited for.
func Family(pid int) (time.Duration, error) {
	parent, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	sum := parent.own + parent.ended
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, dir := range all {
		id, _ := strconv.Atoi(filepath.Base(dir))
		if child, err := statOf(id); err == nil && child.parent == pid {
			sum += child.own
		}
	}
	return sum, nil
}

// stat is what the kernel accounts to a process, as of proc(5).
type stat struct {
	parent     int
	own, ended time.Duration // ended: of its children that ended and were waited for
}

func statOf(pid int) (stat, error) {
	name := fmt.Sprintf("/proc/%d/stat", pid)
	text, err := os.ReadFile(name)
	if err != nil {
		return stat{}, err
	}
	// The second field is a name in brackets, which may hold anything.
	var s stat
	var skip string
	var user, system, childUser, childSystem time.Duration
	_, err = fmt.Sscan(string(text[bytes.LastIndexByte(text, ')')+1:]), &skip, &s.parent,
		&skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &user, &system, &childUser, &childSystem)
	if err != nil {
		return stat{}, fmt.Errorf("%s: %w", name, err)
	}
	s.own, s.ended = (user+system)*time.Second/clockTicks, (childUser+childSystem)*time.Second/clockTicks
	return s, nil
}
