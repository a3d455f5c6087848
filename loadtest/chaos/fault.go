package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"
)

// bearable is how long anybody may be without an answer under a fault that a node
// must find out by itself: its lease, and a client's own time to notice and move.
const bearable = lease + 4*time.Second

// lease is the nodes' lease: how long a silent death may go unnoticed.
const lease = 3 * time.Second

// burials is how often a node is buried alive: whether the others or the node itself
// notice first is chance, about even.
const burials = 6

// Fault is one way to break a site. Inject breaks it, Heal undoes that; both get
// the nodes that were chosen for it.
type Fault struct {
	Name string
	Says string
	Goal Goal

	// Lasts is the time from Inject to Heal; zero for a third of the run.
	Lasts time.Duration
	// Start is how many nodes there are before the fault; zero for all.
	Start int
	// Targets is how many nodes are chosen, the one with most rooms first.
	Targets int
	// Peers says that it means nothing to a node that is alone.
	Peers bool
	// Alone says that it touches every node, so that no other goes with it.
	Alone bool
	// Group names what it breaks, if only one fault at once may break that.
	Group string

	Inject func(context.Context, *Site, []*Node) error
	Heal   func(context.Context, *Site, []*Node) error
}

// Goal is what a fault may cost. A goal that is missed on a busy machine is told;
// only a broken promise fails a run. Zero is no goal.
type Goal struct {
	// Again is the median over the rooms that moved (over all when none did) of the
	// time from the fault to the first ack of a message that was sent after it.
	Again time.Duration
	// AfterHeal is the same from the heal, over all rooms.
	AfterHeal time.Duration
	// Pause is the longest time between two acks of a room.
	Pause time.Duration
	// Ack is the slowest ack of any message, whoever sent it: a fault that leaves
	// most people alone may still leave those of one node without an answer.
	Ack time.Duration
	// Reconnects is what one client may need.
	Reconnects int
	// NoneFails: no message may be refused for good.
	NoneFails bool
}

// Faults is the table of all faults, in the order in which they are run.
func Faults() []Fault {
	return []Fault{
		{
			Name: "kill", Says: "kill -9 of the node with most rooms", Targets: 1,
			Goal:   Goal{Again: 500 * time.Millisecond},
			Inject: func(_ context.Context, _ *Site, n []*Node) error { n[0].Kill(); return nil },
			Heal:   func(_ context.Context, _ *Site, n []*Node) error { return n[0].Start() },
		},
		{
			Name: "stop", Says: "SIGSTOP of the node with most rooms for 10 s", Targets: 1, Lasts: 10 * time.Second,
			Goal:   Goal{Again: lease + 500*time.Millisecond, Ack: bearable},
			Inject: func(_ context.Context, _ *Site, n []*Node) error { n[0].Signal(syscall.SIGSTOP); return nil },
			Heal:   func(_ context.Context, _ *Site, n []*Node) error { n[0].Signal(syscall.SIGCONT); return nil },
		},
		{
			Name: "drain", Says: "the node with most rooms is drained", Targets: 1, Peers: true,
			Group: "database", // which must answer whoever asks for it
			Goal:  Goal{Pause: 300 * time.Millisecond, Reconnects: 1, NoneFails: true},
			Inject: func(ctx context.Context, s *Site, n []*Node) error {
				if err := s.drain(ctx, n[0]); err != nil {
					return err
				}
				return n[0].gone(ctx)
			},
			Heal: func(_ context.Context, _ *Site, n []*Node) error { return n[0].Start() },
		},
		{
			Name: "join", Says: "a third node joins two", Start: 2, Peers: true,
			Goal: Goal{Pause: 500 * time.Millisecond, NoneFails: true},
			Inject: func(ctx context.Context, s *Site, _ []*Node) error {
				last := s.Nodes[len(s.Nodes)-1]
				return errors.Join(last.Start(), last.Ready(ctx))
			},
		},
		{
			Name: "rolling", Says: "each node in turn is told to leave and started again", Alone: true, Peers: true,
			Goal:   Goal{Reconnects: 3, NoneFails: true},
			Inject: rolling,
		},
		{
			Name: "buried-alive", Says: "six times, the node with most rooms is taken off the list of nodes while it serves", Peers: true, Alone: true,
			Goal:   Goal{Ack: bearable},
			Inject: buryAlive,
		},
		obstruction("partition-peers", "one node and the others do not reach each other",
			Goal{Again: lease + 500*time.Millisecond, Ack: bearable}, func(s *Site, n *Node) (in, out []string) {
				for _, p := range s.others(n) {
					in, out = append(in, "ip saddr "+p.ip+" drop"), append(out, "ip daddr "+p.ip+" drop")
				}
				return in, out
			}).peers(),
		obstruction("partition-db", "one node does not reach PostgreSQL",
			Goal{Again: lease + 500*time.Millisecond, Ack: bearable}, func(*Site, *Node) (in, out []string) {
				return []string{"ip saddr " + gateway + " tcp sport " + postgresPort + " drop"},
					[]string{"ip daddr " + gateway + " tcp dport " + postgresPort + " drop"}
			}),
		obstruction("partition-clients", "clients do not reach one node",
			Goal{Ack: bearable, NoneFails: true}, func(*Site, *Node) (in, out []string) {
				return []string{"ip saddr " + gateway + " tcp dport " + apiPort + " drop"},
					[]string{"ip daddr " + gateway + " tcp sport " + apiPort + " drop"}
			}),
		obstruction("oneway", "one node does not hear another, which hears it",
			Goal{Again: lease + 500*time.Millisecond, Ack: bearable}, func(s *Site, n *Node) (in, out []string) {
				return []string{"ip saddr " + s.others(n)[0].ip + " drop"}, nil
			}).peers(),
		obstruction("loss", "one node loses a tenth of all packets, both ways", Goal{NoneFails: true},
			func(*Site, *Node) (in, out []string) {
				lose := []string{"numgen random mod 100 < 10 drop"}
				return lose, lose
			}),
		databaseAway("postgres", time.Second),
		databaseAway("postgres-10s", 10*time.Second),
		{
			Name: "minio", Says: "kill -9 of the object store", Goal: Goal{Pause: 500 * time.Millisecond, NoneFails: true},
			Inject: func(_ context.Context, s *Site, _ []*Node) error { s.store.kill(); return nil },
			Heal:   func(ctx context.Context, s *Site, _ []*Node) error { return s.store.start(ctx) },
		},
	}
}

func (f Fault) peers() Fault { f.Peers = true; return f }

// obstruction drops packets at one node.
func obstruction(name, says string, goal Goal, rules func(*Site, *Node) (in, out []string)) Fault {
	table := "chaos_" + identifier(name)
	return Fault{
		Name: name, Says: says, Goal: goal, Targets: 1,
		Inject: func(ctx context.Context, s *Site, n []*Node) error {
			in, out := rules(s, n[0])
			return s.network.obstruct(ctx, n[0].index, table, in, out)
		},
		Heal: func(ctx context.Context, s *Site, n []*Node) error { return s.network.clear(ctx, n[0].index, table) },
	}
}

func identifier(name string) string {
	b := []byte(name)
	for i, c := range b {
		if c == '-' {
			b[i] = '_'
		}
	}
	return string(b)
}

func databaseAway(name string, d time.Duration) Fault {
	return Fault{
		Name: name, Says: fmt.Sprintf("PostgreSQL crashes and is away for %s", d), Lasts: d, Group: "database",
		Goal:   Goal{AfterHeal: 500 * time.Millisecond, NoneFails: true},
		Inject: func(_ context.Context, s *Site, _ []*Node) error { s.database.crash(); return nil },
		Heal:   func(ctx context.Context, s *Site, _ []*Node) error { return s.database.start(ctx) },
	}
}

func rolling(ctx context.Context, s *Site, _ []*Node) error {
	for _, n := range s.Nodes {
		n.Stop()
		if err := errors.Join(n.Start(), n.Ready(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// buryAlive makes the others take rooms over from a node that does not know yet:
// for a moment two activations write, and only the fence keeps one of them out.
func buryAlive(ctx context.Context, s *Site, _ []*Node) error {
	for range burials {
		nodes := slices.Clone(s.Nodes)
		s.mostRooms(ctx, nodes)
		id, err := s.idOf(ctx, nodes[0])
		if err != nil {
			return err
		}
		if err := s.database.execute(ctx, s.databaseName(s.round), "delete from nodes where id = '"+id+"'"); err != nil {
			return err
		}
		s.log.Info("buried alive", "node", nodes[0].Name)
		if err := wait(ctx, lease+restartAfter); err != nil {
			return err
		}
	}
	return nil
}

// others are the nodes but one.
func (s *Site) others(not *Node) []*Node {
	var all []*Node
	for _, n := range s.Nodes {
		if n != not {
			all = append(all, n)
		}
	}
	return all
}
