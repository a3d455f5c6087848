package main

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"taskreporter/httpapi/client"
)

// clusterRig is a cluster on this machine: nodes that share a database, a bucket,
// signing keys and an authority, and run as processes of their own.
type clusterRig struct {
	t     testing.TB
	nodes []*clusterNode
}

type clusterNode struct {
	*installation
	peers   string // where other nodes reach it
	running *server
}

// newCluster prepares n nodes; more adds to their environment.
func newCluster(t testing.TB, n int, more ...string) *clusterRig {
	t.Helper()
	base := newInstallation(t)
	certs := filepath.Join(base.dir, "certs")
	base.run("", "admin", "cluster-cert", "--dir", certs, "--host", "127.0.0.1")
	shared := []string{"TASK_REPORTER_AUTH_KEY_DIR=" + filepath.Join(base.dir, "keys")}
	for _, b := range []backend{databases[1], stores[1]} {
		shared = append(shared, b.env(t)...)
	}
	rig := &clusterRig{t: t}
	for i := range n {
		in := *base
		in.addr = freeAddress(t)
		peers := freeAddress(t)
		in.env = append(append(append([]string(nil), base.env...), shared...),
			"TASK_REPORTER_LISTEN="+in.addr,
			"TASK_REPORTER_DATA_DIR="+filepath.Join(base.dir, fmt.Sprintf("node%d", i)),
			"TASK_REPORTER_ADMIN_LISTEN="+freeAddress(t),
			"TASK_REPORTER_CLUSTER_LISTEN="+peers,
			"TASK_REPORTER_CLUSTER_CERT="+filepath.Join(certs, "127.0.0.1.pem"),
			"TASK_REPORTER_CLUSTER_KEY="+filepath.Join(certs, "127.0.0.1-key.pem"),
			"TASK_REPORTER_CLUSTER_CA="+filepath.Join(certs, "ca.pem"),
			fmt.Sprintf("TASK_REPORTER_CLUSTER_ZONE=zone-%d", i),
		)
		in.env = append(in.env, more...)
		rig.nodes = append(rig.nodes, &clusterNode{installation: &in, peers: peers})
	}
	return rig
}

// start starts all nodes, one after the other, and waits until they know one
// another.
func (r *clusterRig) start() {
	r.t.Helper()
	for _, n := range r.nodes {
		n.running = n.installation.start()
	}
	for _, n := range r.nodes {
		waitFor(r.t, "node that knows the others", func() bool {
			return n.metric("taskreporter_cluster_members") == float64(len(r.nodes))
		})
	}
}

// on is the same person, with the same session, at another node.
func (u *someone) on(in *installation) *someone {
	u.in.t.Helper()
	v := &someone{in: in, id: u.id, name: u.name, token: u.token}
	v.ClientWithResponses = in.client(v)
	return v
}

// owner returns the node where most rooms live.
func (r *clusterRig) owner() *clusterNode {
	r.t.Helper()
	var best *clusterNode
	most := -1.0
	for _, n := range r.nodes {
		if rooms := n.metric("taskreporter_rooms_active"); rooms > most {
			best, most = n, rooms
		}
	}
	return best
}

// clusterLoad is people who write and read at all nodes and go to the next one
// when theirs does not answer.
type clusterLoad struct {
	senders []*sender
	views   []*view
	acks    atomic.Int64
	stop    context.CancelFunc
	sending sync.WaitGroup
	viewing sync.WaitGroup
}

// load starts senders and listeners at every node.
func (r *clusterRig) load(people []*someone, room string, perNode, listeners, messages int) *clusterLoad {
	ctx, cancel := context.WithCancel(context.Background())
	l := &clusterLoad{stop: cancel}
	for i := range len(r.nodes) * perNode {
		s := &sender{
			user: people[i%len(people)], room: room, name: fmt.Sprintf("s%d", i),
			count: &l.acks, acked: map[string]int64{}, roam: r.roam(i),
		}
		l.senders = append(l.senders, s)
		l.sending.Go(func() { s.run(messages) })
	}
	for i := range listeners {
		v := &view{user: people[i%len(people)], room: room, roam: r.roam(i)}
		l.views = append(l.views, v)
		l.viewing.Go(func() { v.follow(ctx) })
	}
	return l
}

// roam returns the same person at one node after the other.
func (r *clusterRig) roam(from int) func(*someone) *someone {
	next := from
	return func(u *someone) *someone {
		n := r.nodes[next%len(r.nodes)]
		next++
		return u.on(n.installation)
	}
}

// judge compares what was acked and seen with the log: F-RT-07 to 10.
func (l *clusterLoad) judge(t *testing.T, reader *someone, room string) {
	t.Helper()
	l.sending.Wait()
	log := readLog(t, reader, room)
	head := int64(len(log))
	at := map[string]int64{}
	epoch := int64(0)
	for i, ev := range log {
		if ev.Seq != int64(i+1) {
			t.Fatalf("log has seq %d at place %d", ev.Seq, i+1)
		}
		if ev.Epoch < epoch {
			t.Errorf("seq %d has epoch %d after %d", ev.Seq, ev.Epoch, epoch)
		}
		epoch = ev.Epoch
		if m := ev.Message; m != nil && m.ClientMsgId != nil {
			if before, twice := at[*m.ClientMsgId]; twice {
				t.Errorf("%s is stored at %d and at %d", *m.ClientMsgId, before, ev.Seq)
			}
			at[*m.ClientMsgId] = ev.Seq
		}
	}
	for _, s := range l.senders {
		for id, seq := range s.acked {
			if at[id] != seq {
				t.Errorf("%s was acked at %d and is stored at %d", id, seq, at[id])
			}
		}
	}
	for i, v := range l.views {
		waitFor(t, fmt.Sprintf("listener %d to reach %d (at %d)", i, head, v.last.Load()), func() bool { return v.last.Load() >= head })
	}
	l.stop()
	l.viewing.Wait()
	for i, v := range l.views {
		if v.broken != "" {
			t.Errorf("listener %d: %s", i, v.broken)
		}
		for j, id := range v.ids {
			if want := log[j].id(); id != want {
				t.Fatalf("listener %d saw %q at seq %d, the log has %q", i, id, j+1, want)
			}
		}
	}
	t.Logf("log of %d, %d epochs, %d reconnects", head, epoch, reconnects(l.views))
}

// F-OP-08, F-RT-05, F-RT-07 to 10: three nodes are one room, through the death of
// the node where it lives.
func TestThreeNodesKeepOneOrderThroughTheDeathOfTheOwner(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 3)
	rig.start()
	wang := rig.nodes[0].join("wang", "王小明", "USER")
	room := wang.declare("三個節點").RoomId
	l := rig.load([]*someone{wang}, room, 2, 12, 300)
	waitFor(t, "a third of the acks", func() bool { return l.acks.Load() > 600 })
	dead := rig.owner()
	dead.running.kill()
	waitFor(t, "acks after the death", func() bool { return l.acks.Load() > 1200 })
	dead.running = dead.installation.startAgain()
	l.judge(t, wang.on(rig.nodes[1].installation), room)
	if l.acks.Load() != 6*300 {
		t.Errorf("%d acks, want %d", l.acks.Load(), 6*300)
	}
}

// F-OP-06, F-OP-08: a drained node hands its rooms over and ends by itself.
func TestADrainedNodeHandsItsRoomsOver(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 3)
	rig.start()
	wang := rig.nodes[0].join("wang", "王小明", "USER")
	admin := rig.nodes[0].join("root", "Root", "ADMIN")
	room := wang.declare("換手").RoomId
	l := rig.load([]*someone{wang}, room, 1, 6, 300)
	waitFor(t, "a third of the acks", func() bool { return l.acks.Load() > 300 })
	leaving := rig.owner()
	var other *clusterNode
	for _, n := range rig.nodes {
		if n != leaving {
			other = n
		}
	}
	boss := admin.on(other.installation)
	for _, n := range boss.cluster().Nodes {
		if n.Address == leaving.peers {
			status, _, body := boss.do(http.MethodPost, "/api/admin/cluster/"+n.NodeId+"/drain", nil, nil)
			if status != http.StatusAccepted {
				t.Fatalf("drain: %d %s", status, body)
			}
		}
	}
	if err := leaving.running.cmd.Wait(); err != nil {
		t.Errorf("the drained node ended with %v", err)
	}
	waitFor(t, "list of two nodes", func() bool { return len(boss.cluster().Nodes) == 2 })
	l.judge(t, wang.on(other.installation), room)
	if l.acks.Load() != 3*300 {
		t.Errorf("%d acks, want %d", l.acks.Load(), 3*300)
	}
}

// F-OP-08: a node that was paused for longer than its lease commits nothing after
// it was replaced, and ends, so that its readers go elsewhere.
func TestAPausedNodeIsReplacedAndEnds(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 3)
	rig.start()
	wang := rig.nodes[0].join("wang", "王小明", "USER")
	room := wang.declare("暫停").RoomId
	l := rig.load([]*someone{wang}, room, 1, 6, 600)
	waitFor(t, "some acks", func() bool { return l.acks.Load() > 300 })
	paused := rig.owner()
	if err := paused.running.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// What it acked before may still be on the way: not more than all senders' windows.
	late := l.acks.Load() + int64(len(l.senders)*sendWindow)
	var other *clusterNode
	for _, n := range rig.nodes {
		if n != paused {
			other = n
		}
	}
	waitFor(t, "burial of the paused node", func() bool { return other.metric("taskreporter_cluster_members") == 2 })
	waitFor(t, "acks without it", func() bool { return l.acks.Load() > late })
	if err := paused.running.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := paused.running.cmd.Wait(); err == nil {
		t.Error("a node that was given up ended as if nothing had happened")
	} else if !asExit(err, &exit) {
		t.Error(err)
	}
	l.judge(t, wang.on(other.installation), room)
}

func asExit(err error, into **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // Wait returns it as it is
	*into = e
	return ok
}

// clusterView is the answer of GET /api/admin/cluster, as far as the tests look.
type clusterView struct {
	NodeID string `json:"node_id"`
	Nodes  []struct {
		NodeId  string `json:"node_id"` //nolint:revive // as the generated client spells it
		Address string `json:"address"`
		State   string `json:"state"`
		Zone    string `json:"zone"`
		Version string `json:"version"`
	} `json:"nodes"`
}

func (u *someone) cluster() clusterView {
	u.in.t.Helper()
	return getJSON[clusterView](u.in.t, u, "/api/admin/cluster")
}

// F-OP-06: administrators see the nodes; F-AU-03: a session ended at one node
// closes its sockets at another.
func TestEveryNodeServesEverything(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	admin := rig.nodes[0].join("root", "Root", "ADMIN")
	view := admin.on(rig.nodes[1].installation).cluster()
	if len(view.Nodes) != 2 || view.Nodes[0].Zone != "zone-0" || view.Nodes[1].State != "up" || view.Nodes[0].Version == "" {
		t.Errorf("the cluster as an administrator sees it: %+v", view)
	}

	// A ticket of one node opens a socket at the other.
	wang := rig.nodes[0].join("wang", "王小明", "USER")
	there := wang.on(rig.nodes[1].installation)
	s := there.in.dial()
	s.send(map[string]any{"type": "auth", "ticket": wang.ticket()})
	s.until("ready", func(f frame) bool { return f.Type == "ready" })

	// An upload at one node is acked to its uploader at the other (F-RT-06, F-WS-02).
	room := wang.declare("檔案").RoomId
	s.send(map[string]any{"type": "subscribe", "room_id": room, "after_seq": 0})
	s.until("subscribed", func(f frame) bool { return f.Type == "subscribed" })
	file := wang.upload(room, "log.txt", []byte(strings.Repeat("line 3 stopped\n", 20)), "")
	got := map[string]bool{}
	for !got["file_uploaded"] || !got["file_upload_ack"] {
		f := s.until("the file's frames", func(f frame) bool { return f.Type == "file_uploaded" || f.Type == "file_upload_ack" })
		got[f.Type] = true
	}
	status, _, body := there.do(http.MethodGet, "/api/rooms/"+room+"/files/"+file.FileId+"/content", nil, nil)
	if status != http.StatusOK || !strings.Contains(string(body), "line 3 stopped") {
		t.Errorf("download at the other node: %d %.100s", status, body)
	}

	if status, _, body := wang.do(http.MethodPost, "/api/auth/logout", http.Header{"X-Requested-With": {"task-reporter"}}, nil); status/100 != 2 {
		t.Fatalf("logout: %d %s", status, body)
	}
	for range s.in {
	}
	if want := "4500"; !strings.Contains(fmt.Sprint(s.err), want) {
		t.Errorf("the socket at the other node ended with %v, want %s", s.err, want)
	}
}

// F-MB-06: presence spans nodes, and the people of a dead node are gone from it.
func TestPresenceSpansNodesAndHeals(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	wang := rig.nodes[0].join("wang", "王小明", "USER")
	lee := rig.nodes[0].join("lee", "李工", "USER")
	room := wang.declare("誰在場").RoomId
	wang.bring(room, lee, client.VIEWER)

	watch := func(u *someone) *socket {
		s := u.connect()
		s.send(map[string]any{"type": "subscribe", "room_id": room, "after_seq": 0})
		return s
	}
	mine := watch(wang)
	watch(lee.on(rig.nodes[1].installation))
	both := mine.until("presence of both", func(f frame) bool { return f.Type == "presence" && f.Count == 2 })
	if both.Users[0].Name != "李工" && both.Users[1].Name != "李工" {
		t.Errorf("present are %+v", both.Users)
	}
	rig.nodes[1].running.kill()
	mine.until("presence of one", func(f frame) bool { return f.Type == "presence" && f.Count == 1 })
}

// F-OP-08: a node that joins gets its share of the rooms that nobody was using,
// and none of those in use.
func TestIdleRoomsEvenOutAndBusyOnesStay(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 3, "TASK_REPORTER_LIMIT_ROOM_IDLE=1s")
	late := rig.nodes[2]
	two := &clusterRig{t: t, nodes: rig.nodes[:2]}
	two.start()
	wang := rig.nodes[0].join("wang", "王小明", "USER")
	const idle = 60
	rooms := make([]string, idle)
	post := func(room, id string) {
		t.Helper()
		res, err := wang.PostMessageWithResponse(context.Background(), room, client.NewMessage{ClientMsgId: id, Text: id})
		if err != nil {
			t.Fatal(err)
		}
		if res.JSON201 == nil {
			t.Fatalf("post: %s", res.Body)
		}
	}
	for i := range rooms {
		rooms[i] = wang.declare(fmt.Sprintf("room %d", i)).RoomId
		post(rooms[i], "first")
	}
	busy := wang.declare("busy").RoomId
	s := wang.connect() // a watcher keeps it awake
	s.send(map[string]any{"type": "subscribe", "room_id": busy, "after_seq": 0})
	s.until("subscribed", func(f frame) bool { return f.Type == "subscribed" })
	waitFor(t, "idle rooms to fall asleep", func() bool {
		return rig.nodes[0].metric("taskreporter_rooms_active")+rig.nodes[1].metric("taskreporter_rooms_active") == 1
	})

	late.running = late.installation.start()
	waitFor(t, "the newcomer to be known", func() bool { return rig.nodes[0].metric("taskreporter_cluster_members") == 3 })
	post(busy, "joined")
	for _, room := range rooms {
		post(room, "second")
	}
	// A third of 60 by hash: fewer than 6 or more than 40 has a chance of one in a million.
	if n := late.metric("taskreporter_room_activations_total"); n < 6 || n > 40 {
		t.Errorf("%v of %d rooms woke on the newcomer, want about a third", n, idle)
	}
	log := readLog(t, wang, busy)
	if first, last := log[0].Epoch, log[len(log)-1].Epoch; last > max(first, 1) {
		t.Errorf("the room in use moved: epoch %d after %d", last, first)
	}
}
