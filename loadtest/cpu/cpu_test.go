package cpu_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"taskreporter/loadtest/cpu"
)

func TestFamilyCountsAChildThatEnded(t *testing.T) {
	own, err := cpu.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	before, err := cpu.Family(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	used := child.ProcessState.UserTime() + child.ProcessState.SystemTime()
	after, err := cpu.Family(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	const tick = 10 * time.Millisecond // of /proc, for each of four figures
	if got := after - before; got < used-4*tick {
		t.Errorf("the family used %v, its child alone %v", got, used)
	}
	if now := cpu.Own(); now < own-tick {
		t.Errorf("this process used %v, and %v before", now, own)
	}
}

func TestOfNobodyFails(t *testing.T) {
	if _, err := cpu.Of(1 << 30); err == nil {
		t.Error("a process that cannot be has used processor time")
	}
}
