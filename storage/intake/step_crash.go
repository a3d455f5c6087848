//go:build crash

package intake

import (
	"os"
	"syscall"
	"time"
)

// A test does not wait for half a minute.
func init() {
	tidyEvery, restTime, holdTime = 200*time.Millisecond, 3*time.Second, 3*time.Second
}

// step kills the process, as a power cut does, at the moment that
// TASK_REPORTER_CRASH_AT names. At that of TASK_REPORTER_WAIT_AT it waits until there
// is a file TASK_REPORTER_WAIT_FOR.
func step(name string) {
	if os.Getenv("TASK_REPORTER_CRASH_AT") == name {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	for os.Getenv("TASK_REPORTER_WAIT_AT") == name {
		if _, err := os.Stat(os.Getenv("TASK_REPORTER_WAIT_FOR")); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
