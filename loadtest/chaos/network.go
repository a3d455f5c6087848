package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// The network of a run: a bridge, and behind each node's end of a cable its
// namespace. Clients, PostgreSQL and MinIO are at the bridge's own address.
const (
	bridge    = "tr-bridge"
	prefix    = "tr-" // of everything that is made
	subnet    = "10.203.113.0/24"
	gateway   = "10.203.113.1"
	firstNode = 11 // last byte of the first node's address

	lockFile = "/run/lock/task-reporter-chaos"
)

func nodeIP(n int) string        { return fmt.Sprintf("10.203.113.%d", firstNode+n) }
func nodeNamespace(n int) string { return fmt.Sprintf("%snode%d", prefix, n+1) }
func nodeCable(n int) string     { return fmt.Sprintf("%scable%d", prefix, n+1) }

// network is the namespaces and what connects them.
type network struct {
	nodes int
	lock  *os.File
}

// Able reports what keeps this machine from running faults.
func Able() error {
	if os.Geteuid() != 0 {
		return errors.New("faults are made in network namespaces, and only root can make those: run this as root")
	}
	for _, program := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%s is missing: install the packages iproute2 and nftables", program)
		}
	}
	// Root in a container may still not be allowed to, and a kernel may lack parts.
	ctx, cancel := context.WithTimeout(context.Background(), injectTime)
	defer cancel()
	const trial, cable = prefix + "trial", prefix + "trial0"
	defer func() { _ = tool(ctx, "", "ip", "netns", "del", trial) }()
	err := errors.Join(
		tool(ctx, "", "ip", "netns", "add", trial),
		tool(ctx, "", "ip", "link", "add", cable, "type", "veth", "peer", "name", prefix+"trial1"),
		tool(ctx, "", "ip", "link", "del", cable),
		tool(ctx, "", "ip", "link", "add", cable, "type", "bridge"),
		tool(ctx, "", "ip", "link", "del", cable),
		tool(ctx, "", "ip", "netns", "exec", trial, "nft", "add", "table", "ip", "trial"),
	)
	if err != nil {
		return fmt.Errorf("faults are made in network namespaces, and this machine has none: %w", err)
	}
	return nil
}

// openNetwork waits for other runs on this machine to end, removes what a killed
// one left behind, and lays the cables.
func openNetwork(ctx context.Context, nodes int, log *slog.Logger) (*network, error) {
	lock, err := lockRun(ctx, log)
	if err != nil {
		return nil, err
	}
	n := &network{nodes: nodes, lock: lock}
	n.remove()
	if err := n.lay(ctx); err != nil {
		n.close()
		return nil, fmt.Errorf("make the network: %w", err)
	}
	return n, nil
}

func lockRun(ctx context.Context, log *slog.Logger) (*os.File, error) {
	f, err := os.OpenFile(lockFile, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for told := false; ; {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", lockFile, err), f.Close())
		}
		if !told {
			told = true
			log.Info("waiting for another fault run on this machine to end")
		}
		if wait(ctx, time.Second) != nil {
			return nil, errors.Join(errors.New("another fault run is under way on this machine"), f.Close())
		}
	}
}

func (n *network) lay(ctx context.Context) error {
	steps := [][]string{
		{"link", "add", bridge, "type", "bridge"},
		{"addr", "add", gateway + "/24", "dev", bridge},
		{"link", "set", bridge, "up"},
	}
	for i := range n.nodes {
		ns, cable := nodeNamespace(i), nodeCable(i)
		steps = append(steps,
			[]string{"netns", "add", ns},
			[]string{"link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", ns},
			[]string{"link", "set", cable, "master", bridge, "up"},
			[]string{"-n", ns, "addr", "add", nodeIP(i) + "/24", "dev", "eth0"},
			[]string{"-n", ns, "link", "set", "eth0", "up"},
			[]string{"-n", ns, "link", "set", "lo", "up"},
		)
	}
	for _, args := range steps {
		if err := tool(ctx, "", "ip", args...); err != nil {
			return err
		}
	}
	return nil
}

// close removes everything; a cable goes with its namespace.
func (n *network) close() {
	n.remove()
	_ = n.lock.Close()
}

func (n *network) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	out, _ := exec.CommandContext(ctx, "ip", "netns", "list").Output()
	for line := range strings.Lines(string(out)) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(name, prefix+"node") {
			_ = tool(ctx, "", "ip", "netns", "del", name)
		}
	}
	for i := range maxNodes {
		_ = tool(ctx, "", "ip", "link", "del", nodeCable(i))
	}
	_ = tool(ctx, "", "ip", "link", "del", bridge)
}

// obstruct drops packets in a node's namespace until clear is called with the
// same name. The rules are nft's, of what comes in and of what goes out.
func (n *network) obstruct(ctx context.Context, node int, name string, in, out []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "table inet %s {\n", name)
	for _, chain := range []struct {
		hook  string
		rules []string
	}{{"input", in}, {"output", out}} {
		fmt.Fprintf(&b, "chain %s {\ntype filter hook %s priority 0; policy accept;\n", chain.hook, chain.hook)
		for _, rule := range chain.rules {
			b.WriteString(rule + "\n")
		}
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
	return tool(ctx, b.String(), "ip", "netns", "exec", nodeNamespace(node), "nft", "-f", "-")
}

func (n *network) clear(ctx context.Context, node int, name string) error {
	return tool(ctx, "", "ip", "netns", "exec", nodeNamespace(node), "nft", "delete", "table", "inet", name)
}

// tool runs a command to its end.
func tool(ctx context.Context, stdin, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// wait returns after d, or with an error when ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
