package storage_test

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

// long is a lease that does not end while a test runs.
const long = time.Hour

// nodes is the cluster of one test: its database, and the way past package storage.
type nodes struct {
	cfg storage.Config
	raw *sql.DB
}

func newNodes(t *testing.T) *nodes {
	t.Helper()
	cfg := storagetest.Postgres(t)
	raw, err := sql.Open("postgres", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return &nodes{cfg, raw}
}

// member is a node that has joined. Its connection bears the node's id.
type member struct {
	incident.Node
	*storage.Roll
}

// open makes a roll with a connection of that name.
func (c *nodes) open(t *testing.T, address, name string, ttl time.Duration) *storage.Roll {
	t.Helper()
	roll, err := storage.OpenRoll(storage.Config{URL: address + "&application_name=" + url.QueryEscape(name)}, ttl)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := roll.Close(); err != nil {
			t.Errorf("close roll: %v", err)
		}
	})
	return roll
}

func (c *nodes) join(t *testing.T) *member {
	t.Helper()
	n := incident.Node{ID: incident.NodeID(uuid.NewString()), Address: "10.0.0.7:7946", Version: "v1.2.3", Zone: "三廠"}
	m := &member{n, c.open(t, c.cfg.URL, string(n.ID), long)}
	if err := m.Join(t.Context(), n, long); err != nil {
		t.Fatalf("join: %v", err)
	}
	return m
}

func (m *member) renew(t *testing.T) []incident.Node {
	t.Helper()
	list, err := m.Renew(t.Context(), m.Node, long)
	if err != nil {
		t.Fatalf("renew: %v", err)
	}
	return list
}

func (m *member) bury(t *testing.T, other *member, cause incident.Burial) bool {
	t.Helper()
	done, err := m.Bury(t.Context(), other.ID, cause)
	if err != nil {
		t.Fatalf("bury: %v", err)
	}
	return done
}

// expire ends a node's lease.
func (c *nodes) expire(t *testing.T, id incident.NodeID) {
	t.Helper()
	c.exec(t, "update nodes set expires_at = clock_timestamp() - interval '1 millisecond' where id = $1", id)
}

func (c *nodes) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := c.raw.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// locks counts the advisory locks of connections of that name.
func (c *nodes) locks(t *testing.T, name string) (n int) {
	t.Helper()
	err := c.raw.QueryRow(`select count(*) from pg_locks join pg_stat_activity using (pid)
		where locktype = 'advisory' and granted and application_name = $1`, name).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNodesKnowOneAnother(t *testing.T) { // F-OP-08
	t.Parallel()
	c := newNodes(t)
	one, two := c.join(t), c.join(t)
	one.Draining, one.Unreachable = true, []incident.NodeID{two.ID, "gone"}
	one.Figures = incident.Figures{Rooms: 3, Connections: 1000, Waiting: 1, Activations: 7, Takeovers: 2, Events: 1 << 40, Fenced: 1}
	first := one.renew(t)
	list := two.renew(t)
	for _, l := range [][]incident.Node{first, list} {
		want := []incident.Node{one.Node, two.Node}
		measured := cmpopts.IgnoreFields(incident.Node{}, "StartedAt", "RenewedAt", "LeaseLeft")
		if diff := cmp.Diff(want, l, measured, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("nodes, oldest first (-want +got):\n%s", diff)
		}
		for _, n := range l {
			if n.LeaseLeft <= 0 || n.LeaseLeft > long || n.StartedAt.IsZero() || n.RenewedAt.Before(n.StartedAt) || n.StartedAt.Location() != time.UTC {
				t.Errorf("measured: %+v", n)
			}
		}
	}
	if !first[0].RenewedAt.After(first[0].StartedAt) || !list[1].RenewedAt.After(first[1].RenewedAt) {
		t.Errorf("a renewal moved nothing: %+v, %+v", first, list)
	}
	c.expire(t, two.ID)
	if list := one.renew(t); !list[1].Expired() || list[0].Expired() {
		t.Errorf("one lease has ended: %+v", list)
	}
	if list := two.renew(t); list[1].Expired() {
		t.Errorf("a node that is not buried may renew late: %+v", list)
	}
}

func TestANodeThatLeftOrWasBuriedIsOffTheList(t *testing.T) {
	t.Parallel()
	c := newNodes(t)
	one, two, three := c.join(t), c.join(t), c.join(t)
	if err := two.Leave(t.Context(), two.ID); err != nil {
		t.Fatal(err)
	}
	if !one.bury(t, three, incident.CutOff) || one.bury(t, three, incident.CutOff) {
		t.Error("a node is buried once")
	}
	for _, m := range []*member{two, three} {
		if _, err := m.Renew(t.Context(), m.Node, long); incident.KindOf(err) != incident.NotFound {
			t.Errorf("renewal of a node that is off the list: %v", err)
		}
	}
	if list := one.renew(t); len(list) != 1 || list[0].ID != one.ID {
		t.Errorf("nodes %+v, want the one that stayed", list)
	}
	if three.bury(t, one, incident.CutOff) {
		t.Error("a node that is off the list buried another")
	}
}

func TestANodeIsBuriedWhenItsLeaseHasEnded(t *testing.T) { // F-OP-08
	t.Parallel()
	c := newNodes(t)
	one, two := c.join(t), c.join(t)
	if one.bury(t, two, incident.LeaseExpired) {
		t.Error("buried while the lease lasts")
	}
	c.expire(t, two.ID)
	if one.bury(t, one, incident.LeaseExpired) || one.bury(t, one, incident.CutOff) || one.bury(t, one, incident.ProcessDead) {
		t.Error("a node buried itself")
	}
	for _, cause := range []incident.Burial{incident.LeaseExpired, incident.ProcessDead, incident.CutOff, "spite"} {
		if two.bury(t, one, cause) {
			t.Errorf("%s: a node without a lease buried another", cause)
		}
	}
	if one.bury(t, two, "spite") {
		t.Error("buried for no known cause")
	}
	if !one.bury(t, two, incident.LeaseExpired) {
		t.Error("not buried although the lease has ended")
	}
}

func TestANodeIsBuriedAtOnceWhenItsProcessIsDead(t *testing.T) { // F-OP-08
	t.Parallel()
	c := newNodes(t)
	one, two := c.join(t), c.join(t)
	for range 2 {
		if one.bury(t, two, incident.ProcessDead) {
			t.Fatal("buried while its connection lives")
		}
	}
	if n := c.locks(t, string(one.ID)); n != 1 {
		t.Errorf("after asking for the other's lock there are %d locks, want its own", n)
	}
	if err := two.Close(); err != nil { // as the kernel does for a process that was killed
		t.Fatal(err)
	}
	waitFor(t, func() bool { return one.bury(t, two, incident.ProcessDead) })
	if n := c.locks(t, string(one.ID)); n != 1 {
		t.Errorf("after the burial there are %d locks, want its own", n)
	}
}

func TestOfTwoNodesThatBuryEachOtherOneStays(t *testing.T) {
	t.Parallel()
	c := newNodes(t)
	for range 20 {
		one, two := c.join(t), c.join(t)
		var buried [2]bool
		var wg sync.WaitGroup
		wg.Go(func() { buried[0] = one.bury(t, two, incident.CutOff) })
		wg.Go(func() { buried[1] = two.bury(t, one, incident.CutOff) })
		wg.Wait()
		var left int
		if err := c.raw.QueryRow("select count(*) from nodes where id in ($1, $2)", one.ID, two.ID).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left != 1 || buried[0] == buried[1] {
			t.Fatalf("%d of two are left, burials %v", left, buried)
		}
		c.exec(t, "delete from nodes")
	}
}

// While a burial waits for the row, its node renews.
func TestARenewalInTimeBeatsABurial(t *testing.T) {
	t.Parallel()
	c := newNodes(t)
	one, two := c.join(t), c.join(t)
	c.expire(t, two.ID)
	tx, err := c.raw.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it is committed below
	if _, err := tx.Exec("update nodes set expires_at = now() + interval '1 hour' where id = $1", two.ID); err != nil {
		t.Fatal(err)
	}
	buried := make(chan bool, 1)
	go func() { buried <- one.bury(t, two, incident.LeaseExpired) }()
	waitFor(t, func() bool {
		var waiting int
		err := c.raw.QueryRow("select count(*) from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'", one.ID).Scan(&waiting)
		return err == nil && waiting > 0
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if <-buried {
		t.Error("a node was buried although its lease had been renewed")
	}
	if list := one.renew(t); len(list) != 2 {
		t.Errorf("%d nodes, want 2", len(list))
	}
}

func TestALostConnectionIsMadeAgainWithItsLock(t *testing.T) { // F-OP-08
	t.Parallel()
	c := newNodes(t)
	one, two := c.join(t), c.join(t)
	for range 2 {
		c.exec(t, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", two.ID)
		waitFor(t, func() bool { return c.locks(t, string(two.ID)) == 0 })
		if list := two.renew(t); len(list) != 2 {
			t.Errorf("%d nodes, want 2", len(list))
		}
		if n := c.locks(t, string(two.ID)); n != 1 {
			t.Errorf("%d locks after the renewal, want 1", n)
		}
		if one.bury(t, two, incident.ProcessDead) {
			t.Fatal("a node that has its connection again was buried")
		}
	}
}

// The server has not noticed that a connection is lost, and keeps its lock.
func TestARenewalDoesNotWaitForTheLock(t *testing.T) {
	t.Parallel()
	c := newNodes(t)
	lost := c.join(t)
	again := &member{lost.Node, c.open(t, c.cfg.URL, "again", long)}
	again.renew(t)
	if n := c.locks(t, "again"); n != 0 {
		t.Fatalf("%d locks, want none", n)
	}
	if err := lost.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		again.renew(t)
		return c.locks(t, "again") == 1
	})
}

// A machine that is gone sends no reset: without the end of ctx these calls would
// wait for an hour.
func TestARollReturnsWithItsContext(t *testing.T) {
	t.Parallel()
	c := newNodes(t)
	w := newWire(t, c.cfg.URL)
	n := incident.Node{ID: incident.NodeID(uuid.NewString())}
	roll := c.open(t, w.url, string(n.ID), 2*long)
	if err := roll.Join(t.Context(), n, long); err != nil {
		t.Fatal(err)
	}
	w.arm(cut{mute: true})
	for _, while := range []string{"asking", "connecting"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := roll.Renew(ctx, n, long); incident.KindOf(err) != incident.Unavailable {
			t.Errorf("renewal that ended while %s: %v", while, err)
		}
		cancel()
	}
	w.arm(cut{})
	waitFor(t, func() bool { // the server notices that the first connection is gone
		list, err := roll.Renew(t.Context(), n, long)
		if err != nil || len(list) != 1 {
			t.Fatalf("renewal when the database is back: %v, %v", list, err)
		}
		return c.locks(t, string(n.ID)) == 1
	})

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := roll.Renew(ended, n, long); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("renewal after the end: %v", err)
	}
	if n := c.locks(t, string(n.ID)); n != 1 {
		t.Errorf("a call that did not begin cost the connection: %d locks", n)
	}
}

func TestASilentConnectionIsGivenUp(t *testing.T) {
	t.Parallel()
	c := newNodes(t)
	w := newWire(t, c.cfg.URL)
	n := incident.Node{ID: incident.NodeID(uuid.NewString())}
	roll := c.open(t, w.url, string(n.ID), 2*time.Second)
	if err := roll.Join(t.Context(), n, long); err != nil {
		t.Fatal(err)
	}
	w.arm(cut{mute: true})
	if _, err := roll.Renew(t.Context(), n, long); incident.KindOf(err) != incident.Unavailable { // would wait for ever
		t.Errorf("renewal without an answer: %v", err)
	}
}

func TestARollNeedsPostgres(t *testing.T) {
	t.Parallel()
	_, err := storage.OpenRoll(storagetest.SQLite(t), time.Second)
	if incident.KindOf(err) != incident.Invalid || !strings.Contains(incident.DetailOf(err), "postgres://") {
		t.Errorf("got %v", err)
	}
}
