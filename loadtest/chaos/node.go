package chaos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	apiPort     = "8080"
	metricsPort = "9090"
	peerPort    = "8090"
	// restartAfter is how long a supervisor waits before it starts a failed node again.
	restartAfter = time.Second
)

// Node is one server in its namespace, with a supervisor that starts it again when
// it fails; one that ended well stays away until it is started.
type Node struct {
	Name string

	index int
	ip    string
	argv  []string
	env   []string
	dir   string
	watch *watch

	mu      sync.Mutex
	process *process // nil while away
	wanted  bool
	exits   []int
	lives   int
	tasks   sync.WaitGroup
}

// API is where clients reach the node.
func (n *Node) API() string { return n.ip + ":" + apiPort }

// Start brings the node up and keeps it up.
func (n *Node) Start() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wanted = true
	if n.process != nil && !n.process.ended() {
		return nil
	}
	return n.spawn()
}

// spawn starts the process; n.mu is held.
func (n *Node) spawn() error {
	p, err := spawn(nil, n.dir, filepath.Join(n.dir, "log"), n.env, n.argv[0], n.argv[1:]...)
	if err != nil {
		return fmt.Errorf("start %s: %w", n.Name, err)
	}
	n.lives++
	n.process = p
	n.watch.born(n.Name, n.lives)
	n.tasks.Go(func() { n.supervise(p) })
	return nil
}

func (n *Node) supervise(p *process) {
	<-p.done
	n.mu.Lock()
	if n.process == p { // else it was started again already
		n.process = nil
	}
	n.exits = append(n.exits, p.code)
	again := n.wanted && p.code != 0 && n.process == nil
	n.mu.Unlock()
	if !again {
		return
	}
	<-time.After(restartAfter)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.wanted && n.process == nil {
		_ = n.spawn()
	}
}

// Ready returns when the node serves.
func (n *Node) Ready(ctx context.Context) error {
	return serving(ctx, n.Name, nil, func(ctx context.Context) error { return get(ctx, "http://"+n.API()+"/readyz") })
}

// Kill ends the process at once and keeps it away.
func (n *Node) Kill() {
	n.mu.Lock()
	n.wanted = false
	p := n.process
	n.mu.Unlock()
	if p != nil {
		p.signal(os.Kill)
		<-p.done
	}
}

// Stop asks the process to leave, as a deploy does, and keeps it away.
func (n *Node) Stop() {
	n.mu.Lock()
	n.wanted = false
	p := n.process
	n.mu.Unlock()
	if p != nil {
		p.stop(syscall.SIGTERM)
	}
}

// Signal sends a signal.
func (n *Node) Signal(s os.Signal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.process != nil {
		n.process.signal(s)
	}
}

// gone returns when there is no process.
func (n *Node) gone(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	for {
		n.mu.Lock()
		p := n.process
		n.mu.Unlock()
		if p == nil {
			return nil
		}
		if err := wait(ctx, poll); err != nil {
			return fmt.Errorf("%s did not leave: %w", n.Name, err)
		}
	}
}

// close ends the process and its supervisor.
func (n *Node) close() {
	n.Stop()
	n.tasks.Wait()
}

// statuses are the exit statuses so far, -1 for a signal.
func (n *Node) statuses() []int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]int(nil), n.exits...)
}
