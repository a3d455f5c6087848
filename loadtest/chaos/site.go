package chaos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"taskreporter/loadtest/crowd"
)

const (
	maxNodes = 9
	people   = 6
	admin    = "chaos-admin"
	// template is the database that each round starts from a copy of.
	template = "chaos"
)

// Site is the machine room: the network, PostgreSQL, MinIO, and the nodes of the
// round that is under way. Faults act on it.
type Site struct {
	Nodes []*Node

	config   Config
	log      *slog.Logger
	dir      string
	network  *network
	database *postgres
	store    *minio
	password string
	round    int
	boss     *crowd.Person
	watch    *watch
	watching sync.WaitGroup
	unwatch  context.CancelFunc
}

// openSite starts everything but nodes, and makes the accounts.
func openSite(ctx context.Context, config Config) (*Site, error) {
	s := &Site{config: config, log: config.Log, password: "a password only for fault runs 1"}
	ok := false
	defer func() {
		if !ok {
			s.close(false)
		}
	}()
	var err error
	if s.network, err = openNetwork(ctx, config.Nodes, config.Log); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "task-reporter-chaos.*"); err != nil {
		return nil, err
	}
	// The account that PostgreSQL runs as must be able to walk through it.
	if err := os.Chmod(s.dir, 0o755); err != nil { //nolint:gosec // its folders are closed
		return nil, err
	}
	if s.database, err = startPostgres(ctx, config.PostgresBin, filepath.Join(s.dir, "postgres")); err != nil {
		return nil, err
	}
	if s.store, err = startMinIO(ctx, config.MinIO, filepath.Join(s.dir, "minio")); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	ok = true
	return s, nil
}

// prepare makes what all rounds share: certificates, keys, accounts.
func (s *Site) prepare(ctx context.Context) error {
	for n := range s.config.Nodes {
		if err := os.MkdirAll(s.nodeDir(n), 0o700); err != nil {
			return err
		}
		if s.config.Nodes > 1 {
			host := fmt.Sprintf("node%d,%s", n+1, nodeIP(n))
			if _, err := s.command(ctx, template, "", "admin", "cluster-cert", "--dir", s.certDir(), "--host", host); err != nil {
				return err
			}
		}
	}
	if err := s.database.copy(ctx, template, ""); err != nil {
		return err
	}
	if _, err := s.command(ctx, template, "", "migrate", "up"); err != nil {
		return err
	}
	for _, a := range append(s.accounts(), crowd.Account{Username: admin}) {
		role := "USER"
		if a.Username == admin {
			role = "ADMIN"
		}
		if _, err := s.command(ctx, template, s.password+"\n", "admin", "user", "add",
			"--username", a.Username, "--name", a.Username, "--role", role, "--password-stdin"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Site) accounts() []crowd.Account {
	all := make([]crowd.Account, people)
	for i := range all {
		all[i] = crowd.Account{Username: fmt.Sprintf("operator%d", i+1), Password: s.password}
	}
	return all
}

func (s *Site) nodeDir(n int) string { return filepath.Join(s.dir, fmt.Sprintf("node%d", n+1)) }
func (s *Site) certDir() string      { return filepath.Join(s.dir, "certificates") }

// open prepares the nodes of a new round on a fresh database and starts the first
// of them.
func (s *Site) open(ctx context.Context, start int) error {
	s.round++
	if s.round > 1 {
		if err := s.database.drop(ctx, s.databaseName(s.round-1)); err != nil {
			return err
		}
	}
	database := s.databaseName(s.round)
	if err := s.database.copy(ctx, database, template); err != nil {
		return err
	}
	s.Nodes, s.watch = nil, newWatch()
	for i := range s.config.Nodes {
		s.Nodes = append(s.Nodes, &Node{
			Name: fmt.Sprintf("node%d", i+1), index: i, ip: nodeIP(i), dir: s.nodeDir(i), watch: s.watch,
			argv: []string{s.ip(), "netns", "exec", nodeNamespace(i), s.config.Program, "serve"},
			env:  s.environment(i, database),
		})
	}
	s.watch.nodes = s.Nodes
	watching, stop := context.WithCancel(ctx)
	s.unwatch = stop
	s.watching.Go(func() { s.watch.run(watching) })
	// The first node makes the signing keys; the others find them.
	for _, some := range [][]*Node{s.Nodes[:1], s.Nodes[1:start]} {
		for _, n := range some {
			if err := n.Start(); err != nil {
				return err
			}
		}
		if err := s.ready(ctx, some); err != nil {
			return err
		}
	}
	var err error
	s.boss, err = crowd.SignIn(ctx, s.addresses()[:start], admin, s.password)
	return err
}

// addresses are where clients reach the nodes.
func (s *Site) addresses() []string {
	all := make([]string, len(s.Nodes))
	for i, n := range s.Nodes {
		all[i] = n.API()
	}
	return all
}

func (s *Site) databaseName(round int) string { return fmt.Sprintf("%s_%d", template, round) }

func (s *Site) ip() string {
	path, err := exec.LookPath("ip")
	if err != nil {
		return "ip"
	}
	return path
}

func (s *Site) ready(ctx context.Context, nodes []*Node) error {
	for _, n := range nodes {
		if err := n.Ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// shut ends the round's nodes.
func (s *Site) shut() {
	if s.unwatch != nil {
		s.unwatch()
		s.watching.Wait()
	}
	var stopping sync.WaitGroup
	for _, n := range s.Nodes {
		stopping.Go(n.close)
	}
	stopping.Wait()
	s.Nodes, s.unwatch = nil, nil
}

// close ends and removes everything; keep leaves the logs.
func (s *Site) close(keep bool) {
	s.shut()
	if s.store != nil && s.store.process != nil {
		s.store.kill()
	}
	if s.database != nil && s.database.process != nil {
		s.database.crash()
	}
	if s.network != nil {
		s.network.close()
	}
	if s.dir != "" && !keep {
		_ = os.RemoveAll(s.dir)
	}
}

// environment is a node's whole configuration.
func (s *Site) environment(n int, database string) []string {
	dir := s.nodeDir(n)
	env := []string{
		"HOME=" + dir,
		"TASK_REPORTER_LISTEN=" + nodeIP(n) + ":" + apiPort,
		"TASK_REPORTER_ADMIN_LISTEN=" + nodeIP(n) + ":" + metricsPort,
		"TASK_REPORTER_DATA_DIR=" + dir,
		"TASK_REPORTER_AUTH_KEY_DIR=" + filepath.Join(s.dir, "keys"),
		// A run is shorter, so that nobody must sign in again.
		"TASK_REPORTER_AUTH_ACCESS_TTL=1h",
		"TASK_REPORTER_DATABASE_URL=" + s.database.url(database),
		"TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=0",
		"TASK_REPORTER_LIMIT_SOCKETS_PER_USER=1000",
		"TASK_REPORTER_LOG_FORMAT=text",
		"MINIO_ENDPOINT=" + minioAddress, "MINIO_ACCESS_KEY=" + s.store.key, "MINIO_SECRET_KEY=" + s.store.secret,
	}
	if s.config.Nodes > 1 {
		cert := filepath.Join(s.certDir(), fmt.Sprintf("node%d", n+1))
		env = append(env,
			"TASK_REPORTER_CLUSTER_LISTEN="+nodeIP(n)+":"+peerPort,
			"TASK_REPORTER_CLUSTER_CERT="+cert+".pem",
			"TASK_REPORTER_CLUSTER_KEY="+cert+"-key.pem",
			"TASK_REPORTER_CLUSTER_CA="+filepath.Join(s.certDir(), "ca.pem"),
		)
	}
	return env
}

// command runs another command of the program, on this side of the network.
func (s *Site) command(ctx context.Context, database, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.config.Program, args...) //nolint:gosec // our own command
	cmd.Env, cmd.Stdin = s.environment(0, database), strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("task-reporter %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// peer is what a node tells of the cluster.
type peer struct {
	ID      string `json:"node_id"`
	Address string `json:"address"`
	Figures struct {
		Rooms int `json:"rooms"`
	} `json:"figures"`
}

// peers asks the nodes, one after the other, for the list of nodes.
func (s *Site) peers(ctx context.Context) ([]peer, error) {
	var page struct {
		Nodes []peer `json:"nodes"`
	}
	err := s.ask(ctx, http.MethodGet, "/api/admin/cluster", &page)
	return page.Nodes, err
}

// ask sends an administrator's request to the first node that answers.
func (s *Site) ask(ctx context.Context, method, path string, into any) error {
	var errs []error
	for _, n := range s.Nodes {
		err := s.boss.At(ctx, n.API(), method, path, nil, into)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return fmt.Errorf("%s %s: %w", method, path, errors.Join(errs...))
}

// mostRooms sorts nodes by how many rooms live there; as they are when nobody
// tells.
func (s *Site) mostRooms(ctx context.Context, nodes []*Node) {
	peers, err := s.peers(ctx)
	if err != nil {
		s.log.Warn("nobody tells where the rooms are", "err", err)
		return
	}
	rooms := map[string]int{}
	for _, p := range peers {
		host, _, _ := strings.Cut(p.Address, ":")
		rooms[host] = p.Figures.Rooms
	}
	slices.SortStableFunc(nodes, func(a, b *Node) int { return cmp.Compare(rooms[b.ip], rooms[a.ip]) })
}

// drain asks the cluster to empty a node.
func (s *Site) drain(ctx context.Context, n *Node) error {
	id, err := s.idOf(ctx, n)
	if err != nil {
		return err
	}
	return s.ask(ctx, http.MethodPost, "/api/admin/cluster/"+id+"/drain", nil)
}

// idOf is what the cluster calls a node; each of its processes has another.
func (s *Site) idOf(ctx context.Context, n *Node) (string, error) {
	peers, err := s.peers(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range slices.Backward(peers) { // oldest first
		if host, _, _ := strings.Cut(p.Address, ":"); host == n.ip {
			return p.ID, nil
		}
	}
	return "", fmt.Errorf("the cluster does not list %s", n.Name)
}
