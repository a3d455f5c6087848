package actors

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"taskreporter/incident"
)

const testLease = 3 * time.Second

// paperRoll is a list of nodes that a test writes itself.
type paperRoll struct {
	nodes  []incident.Node
	err    error // of the next renewals
	buried []incident.NodeID
	causes []incident.Burial
	sent   incident.Node // as last renewed
}

func (r *paperRoll) Join(context.Context, incident.Node, time.Duration) error { return r.err }

func (r *paperRoll) Renew(_ context.Context, n incident.Node, _ time.Duration) ([]incident.Node, error) {
	r.sent = n
	return append([]incident.Node(nil), r.nodes...), r.err
}

func (r *paperRoll) Bury(_ context.Context, id incident.NodeID, cause incident.Burial) (bool, error) {
	r.buried, r.causes = append(r.buried, id), append(r.causes, cause)
	return true, nil
}

func (r *paperRoll) Leave(context.Context, incident.NodeID) error { return r.err }

// clock is a time that a test moves.
type clock struct{ t time.Time }

func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }
func (c *clock) beats(m *membership, from ...incident.NodeID) {
	for _, id := range from {
		m.hear(id)
	}
}

func listed(id incident.NodeID, unreachable ...incident.NodeID) incident.Node {
	return incident.Node{ID: id, Address: string(id) + ":1", LeaseLeft: testLease, Unreachable: unreachable}
}

// member is node self of a cluster with the given list, oldest first.
func member(t *testing.T, self incident.NodeID, nodes ...incident.Node) (*membership, *paperRoll, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)}
	r := &paperRoll{nodes: nodes}
	m := newMembership(&ClusterConfig{Roll: r, Lease: testLease}, listed(self), c.now, slog.New(slog.DiscardHandler))
	m.figures = func() incident.Figures { return incident.Figures{} }
	m.sent = func(incident.Node, any) {}
	if err := m.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m, r, c
}

// renewals renews a quarter of a lease apart, with signs of life of the others.
func renewTimes(m *membership, c *clock, n int, heard ...incident.NodeID) {
	for range n {
		c.pass(testLease / renewals)
		c.beats(m, heard...)
		m.renew(context.Background())
	}
}

func TestAnExpiredNodeIsBuriedOnlyAfterAnUnbrokenLease(t *testing.T) {
	t.Parallel()
	m, r, c := member(t, "a", listed("a"), listed("b"))
	r.err = incident.E(incident.Unavailable, "renew", "") // the database is away for longer than the lease
	renewTimes(m, c, 8)
	if !m.suspended() {
		t.Fatal("a node without a lease serves")
	}
	r.err = nil
	r.nodes[1].LeaseLeft = -5 * time.Second // it could not renew either
	renewTimes(m, c, 3)
	if m.suspended() {
		t.Error("a node that renewed does not resume")
	}
	if len(r.buried) != 0 {
		t.Fatalf("an outage of the database cost %v", r.buried)
	}
	renewTimes(m, c, 3)
	if len(r.buried) == 0 || r.buried[0] != "b" || r.causes[0] != incident.LeaseExpired {
		t.Errorf("buried %v for %v, want b, which never came back", r.buried, r.causes)
	}
}

func TestANodeThatWasBuriedEnds(t *testing.T) {
	t.Parallel()
	m, r, c := member(t, "a", listed("a"), listed("b"))
	r.err = incident.E(incident.NotFound, "renew", "")
	renewTimes(m, c, 1)
	if !m.isGone() {
		t.Error("it goes on")
	}
	// Who cannot reach the database hears it from the others.
	m, _, _ = member(t, "b", listed("b"))
	m.see([]incident.Node{listed("b"), listed("a")})
	m.see([]incident.Node{listed("b")})
	if !m.hear("a") {
		t.Error("a buried node that gives signs of life is not told")
	}
}

func TestWhoMostNodesCannotReachIsBuried(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		self incident.NodeID
		list []incident.Node
		want incident.NodeID // buried, or none
	}{
		"two of three":                {"b", []incident.Node{listed("a"), listed("b", "a"), listed("c", "a")}, "a"},
		"one of three":                {"b", []incident.Node{listed("a"), listed("b", "a"), listed("c")}, ""},
		"the one cut off accuses all": {"a", []incident.Node{listed("a", "b", "c"), listed("b"), listed("c")}, ""},
		"two of four, halves":         {"a", []incident.Node{listed("a", "c", "d"), listed("b", "c", "d"), listed("c", "a", "b"), listed("d", "a", "b")}, ""},
		"of two the older buries":     {"a", []incident.Node{listed("a", "b"), listed("b", "a")}, "b"},
		"of two the younger waits":    {"b", []incident.Node{listed("a", "b"), listed("b", "a")}, ""},
	} {
		m, r, clock := member(t, c.self, c.list...)
		others := []incident.NodeID{"a", "b", "c", "d"}
		renewTimes(m, clock, 1, others...)
		var got incident.NodeID
		if len(r.buried) > 0 {
			got = r.buried[0]
		}
		if got != c.want {
			t.Errorf("%s: buried %q, want %q", name, got, c.want)
		}
	}
}

func TestOfTwoThatDoNotHearEachOtherTheYoungerGoes(t *testing.T) {
	t.Parallel()
	list := []incident.Node{listed("a"), listed("b"), listed("c", "a")} // c does not hear a
	m, r, c := member(t, "b", list...)
	renewTimes(m, c, 3, "a", "c")
	if len(r.buried) != 0 {
		t.Fatalf("buried %v at the first word of it", r.buried)
	}
	renewTimes(m, c, 2, "a", "c")
	if len(r.buried) == 0 || r.buried[0] != "c" {
		t.Errorf("buried %v, want the younger, c", r.buried)
	}
	// Who does not hear both has no say.
	m, r, c = member(t, "b", list...)
	renewTimes(m, c, 12, "c")
	for _, id := range r.buried {
		if id == "c" {
			t.Error("b buried c without hearing a")
		}
	}
}

func TestSilenceIsReportedAndRoomsGoElsewhere(t *testing.T) {
	t.Parallel()
	m, r, c := member(t, "a", listed("a"), listed("b"), listed("c"))
	renewTimes(m, c, 4, "b")
	if len(r.sent.Unreachable) != 1 || r.sent.Unreachable[0] != "c" {
		t.Errorf("reported as unreachable: %v, want c", r.sent.Unreachable)
	}
	m.hearLeaving("b")
	if takers := m.takers(); len(takers) != 1 || takers[0] != "a" {
		t.Errorf("rooms may go to %v, want a alone: b leaves and c is silent", takers)
	}
	m.drain()
	if takers := m.takers(); len(takers) != 0 {
		t.Errorf("rooms may go to %v while a drains, too", takers)
	}
	renewTimes(m, c, 1, "b")
	if !r.sent.Draining {
		t.Error("the list does not say that a drains")
	}
}

func TestANodeIsReadyOnceItHasMetTheOthers(t *testing.T) {
	t.Parallel()
	m, _, c := member(t, "c", listed("a"), listed("b"), listed("c"))
	c.beats(m, "a")
	if m.introduced() {
		t.Fatal("ready without having heard of b")
	}
	c.beats(m, "b")
	if !m.introduced() {
		t.Fatal("not ready, though it has met all")
	}
	m.see([]incident.Node{listed("a"), listed("b"), listed("c"), listed("d")})
	if !m.introduced() {
		t.Error("a newcomer makes the others unready")
	}
}
