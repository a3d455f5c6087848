package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"

	"taskreporter/actors/wire"
	"taskreporter/incident"
)

// Config is what an engine is made of.
type Config struct {
	Records Records
	Frames  Frames
	Now     func() time.Time
	Log     *slog.Logger
	Limits  Limits
	Version string               // of the program, for people
	Traces  trace.TracerProvider // nil: nothing is traced
	Cluster *ClusterConfig       // nil for a node alone
}

// ClusterConfig is what a node of a cluster needs besides.
type ClusterConfig struct {
	Roll      Roll
	Listen    string        // host:port where other nodes are listened to
	Advertise string        // host:port where they reach this node
	Lease     time.Duration // see membership
	Zone      string        // for people
	TLS       TLSFiles
	// Keys returns secrets of at least 32 bytes that all nodes share and nobody else
	// has: envelopes are sealed with the first and opened with any. They may change.
	Keys func() [][]byte
	// Drain is called when an administrator asks this node to leave; it must not
	// wait.
	Drain func()
}

// Engine is the actor system of one node. Its methods are safe for concurrent
// use.
type Engine struct {
	node    incident.NodeID
	address string // of this node's actors
	records Records
	frames  Frames
	now     func() time.Time
	log     *slog.Logger
	limits  Limits
	version string
	onDrain func()
	tracer  trace.Tracer // nil: nothing is traced
	sealer  sealer

	system    *actor.ActorSystem
	root      *actor.RootContext
	cluster   *cluster.Cluster
	provider  *provider
	members   *membership // nil when alone
	losses    losses
	started   time.Time
	placement *placement
	rooms     *roomBook
	relay     *actor.PID
	committer *committer
	claims    gather[incident.RoomID, incident.Claimed]
	releases  gather[incident.Hold, struct{}]
	counters  counters
	pages     pages
	catchUps  chan struct{} // a place for each connection that reads the log

	complaints rate.Sometimes // about envelopes: nodes of two versions may drop many

	life   context.Context // ends when the engine stops
	finish context.CancelFunc
	work   sync.WaitGroup
	mu     sync.Mutex
	ended  bool
}

// Start makes this process a node, alone or of a cluster, and returns when rooms
// can be activated.
func Start(ctx context.Context, c Config) (*Engine, error) {
	e := &Engine{
		records: c.Records, frames: c.Frames, now: c.Now, log: c.Log, limits: c.Limits, version: c.Version,
		catchUps: make(chan struct{}, catchUps), complaints: rate.Sometimes{First: 3, Interval: time.Minute},
	}
	e.life, e.finish = context.WithCancel(context.Background())
	if c.Traces != nil {
		e.tracer = c.Traces.Tracer(tracerName)
	}
	e.committer = newCommitter(c.Records, &e.counters, c.Now, e.tracer)
	e.placement = newPlacement(e)
	e.pages = pages{
		read: func(ctx context.Context, room incident.RoomID, after, upTo incident.Seq, limit int) ([]incident.Event, error) {
			return e.records.Events(ctx, room, after, upTo, limit)
		},
		encode: func(ev incident.Event) Frame { return e.frames.Event(ev) }, start: e.background,
	}
	e.claims = gather[incident.RoomID, incident.Claimed]{
		start: e.background, limit: claimTimeout, most: maxClaims,
		ask: func(ctx context.Context, rooms []incident.RoomID) ([]incident.Claimed, error) {
			return e.records.Claim(ctx, e.node, rooms)
		},
	}
	e.releases = gather[incident.Hold, struct{}]{
		start: e.background, limit: claimTimeout, most: maxClaims,
		ask: func(ctx context.Context, holds []incident.Hold) ([]struct{}, error) {
			return make([]struct{}, len(holds)), e.records.Release(ctx, e.node, holds)
		},
	}
	if err := e.join(ctx, c.Cluster); err != nil {
		return nil, errors.Join(err, e.Stop(ctx))
	}
	return e, nil
}

// join starts the actor system and takes the node's place in the cluster.
func (e *Engine) join(ctx context.Context, c *ClusterConfig) error {
	// The library logs whole messages; its warnings are enough, and carry none. What
	// it calls errors are streams that break, which is all in a day's work.
	quiet := slog.New(muted{e.log.Handler()}).With("part", "proto.actor")
	e.system = actor.NewActorSystem(
		actor.WithDeadLetterRequestLogging(false),
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }),
	)
	// Ids of actors must differ from those of the process that had the address
	// before, or its late answers would be taken for answers to us.
	e.system.ProcessRegistry.SequenceID = uint64(rand.Uint32()) << 24
	e.system.ID = newID() // a member's id must be its actor system's
	e.root, e.node = e.system.Root, incident.NodeID(e.system.ID)

	e.provider, e.started = &provider{ready: func() error { return e.enter(ctx) }}, incident.Now(e.now())
	listen, err := e.configure(c)
	if err != nil {
		return err
	}
	kind := cluster.NewKind(roomKind, actor.PropsFromProducer(func() actor.Actor { return &roomActor{engine: e} }, roomMail.mailbox(), onWorkers))
	e.cluster = cluster.New(e.system, cluster.Configure("task-reporter", e.provider, e.placement, listen, cluster.WithKinds(kind)))
	e.rooms = &roomBook{cluster: e.cluster}
	e.system.EventStream.Subscribe(e.onEvent)
	e.cluster.StartMember()
	return e.provider.err
}

// configure prepares the node's remote end; alone, nobody else may connect.
func (e *Engine) configure(c *ClusterConfig) (*remote.Config, error) {
	queue := remote.WithEndpointWriterQueueSize(1024)
	if c == nil {
		return remote.Configure("127.0.0.1", 0, queue), nil
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	server, dial, err := transport(c, e.log)
	if err != nil {
		return nil, err
	}
	// The library panics when it cannot listen; say so more kindly before.
	probe, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for other nodes: %w", err)
	}
	if err := probe.Close(); err != nil {
		return nil, err
	}
	e.sealer, e.onDrain = sealer{c.Keys}, c.Drain
	e.members = newMembership(c, incident.Node{
		ID: e.node, Address: c.Advertise, Version: e.version, Zone: c.Zone, StartedAt: e.started,
	}, e.now, e.log)
	e.provider.members = e.members
	cfg := remote.Configure(host, number, queue, remote.WithAdvertisedHost(c.Advertise),
		remote.WithServerOptions(server...), remote.WithDialOptions(dial...))
	cfg.MaxRetryCount = 1 // then the stream counts as broken, and what waits for it is told
	return cfg, nil
}

// enter spawns the actors that others know by name, now that this node has its
// address, and takes the node's place on the list of nodes.
func (e *Engine) enter(ctx context.Context) error {
	e.address = e.system.Address()
	relayProps := actor.PropsFromProducer(func() actor.Actor {
		return &relay{
			engine: e, rooms: map[incident.RoomID]*watched{}, byPid: map[string]*watched{},
			here: map[incident.UserID]map[*Connection]bool{},
		}
	}, relayMail.mailbox(), onWorkers)
	var err error
	if e.relay, err = e.root.SpawnNamed(relayProps, relayName); err != nil {
		return err
	}
	m := e.members
	if m == nil {
		return nil
	}
	nodeProps := actor.PropsFromProducer(func() actor.Actor {
		return &nodeActor{engine: e, streams: map[incident.NodeID]int{}}
	})
	self, err := e.root.SpawnNamed(nodeProps, nodeName)
	if err != nil {
		return err
	}
	m.figures, m.told = e.Figures, e.onNodes
	m.beat = func(to incident.Node) {
		e.request(actor.NewPID(to.Address, nodeName), &beat{From: e.node, Stream: e.losses.count(to.Address)}, self)
	}
	m.sent = func(to incident.Node, msg any) { e.tell(actor.NewPID(to.Address, nodeName), msg) }
	if err := m.enter(ctx); err != nil {
		return err
	}
	e.background(m.run)
	e.background(m.announce)
	e.background(m.sendBeats)
	e.background(e.watchLease)
	return nil
}

// Stop ends the engine: sockets are told to come back elsewhere, rooms commit
// what they have in hand, the node leaves the cluster, then everything ends. It
// returns when all that was started has ended, or when ctx does.
func (e *Engine) Stop(ctx context.Context) error {
	var err error
	if e.relay != nil {
		_, err = e.askActor(ctx, e.relay, &closeAll{Why: GoingAway})
		if e.members == nil || !e.members.isGone() { // else they live elsewhere
			err = errors.Join(err, e.releaseRooms())
		}
	}
	e.committer.close()
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	e.finish()
	e.work.Wait()
	if m := e.members; m != nil {
		m.tellPeers(&leaving{e.node})
		err = errors.Join(err, m.roll.Leave(ctx, e.node))
		m.tellPeers(&poke{})
	}
	if e.relay != nil {
		_ = e.root.StopFuture(e.relay).Wait()
		e.cluster.Remote.Shutdown(e.members == nil)
	}
	if e.system != nil {
		e.system.Shutdown()
	}
	return err
}

// releaseRooms lets all rooms of this node commit what they have in hand and
// gives them up. No room is activated here any more.
func (e *Engine) releaseRooms() error {
	var err error
	futures := make([]*actor.Future, 0)
	for _, pid := range e.placement.drain() {
		futures = append(futures, e.root.RequestFuture(pid, &release{}, commitTimeout))
	}
	for _, f := range futures {
		if _, ferr := f.Result(); ferr != nil && !errors.Is(ferr, actor.ErrDeadLetter) {
			err = errors.Join(err, fmt.Errorf("release a room: %w", ferr))
		}
	}
	return err
}

// Connect starts the actor of an authenticated socket. The socket calls Close on
// it when it ends.
func (e *Engine) Connect(p incident.Principal, sink Sink) *Connection {
	c := &Connection{engine: e, by: p, sink: sink}
	c.pid = e.root.Spawn(actor.PropsFromProducer(func() actor.Actor {
		a := &connectionActor{conn: c, subs: map[incident.RoomID]*joining{}, routes: map[incident.RoomID]*route{}}
		a.ctx, a.cancel = context.WithCancel(e.life)
		return a
	}, onWorkers))
	e.counters.connections.Add(1)
	e.root.Send(e.relay, &arrive{c})
	return c
}

// EndSession closes the sockets of a session that was ended, on every node
// (F-AU-03).
func (e *Engine) EndSession(s incident.SessionID) { e.tellRelays(&endSession{s}) }

// tellUser tells all connections of a user, on whatever node they are (F-RT-06).
func (e *Engine) tellUser(u incident.UserID, ack *uploadAck) {
	e.tellRelays(&toUser{User: u, Ack: ack})
}

// tellRelays tells the relays of all nodes.
func (e *Engine) tellRelays(m any) {
	e.root.Send(e.relay, m)
	if e.members == nil {
		return
	}
	for _, n := range e.members.peers() {
		e.tell(actor.NewPID(n.Address, relayName), m)
	}
}

// background runs f beside the actors; Stop waits for it. f ends when its ctx
// does.
func (e *Engine) background(f func(ctx context.Context)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return
	}
	e.work.Go(func() { f(e.life) })
}

// onEvent follows what the actor system tells of itself. Messages that reached
// nobody are answered "moved".
func (e *Engine) onEvent(ev any) {
	switch ev := ev.(type) {
	case *actor.DeadLetterEvent:
		if ev.Sender == nil {
			return
		}
		m := ev.Message
		if env, ok := m.(*wire.Envelope); ok {
			if ev.PID.GetAddress() != e.address {
				return // ours, to another node: the sender is told by the library
			}
			m = e.open(ev.PID, env)
		}
		if req, ok := m.(request); ok {
			e.tell(ev.Sender, req.refused(errMoved()))
		}
	case *remote.EndpointTerminatedEvent:
		e.onStreamBroke(ev.Address)
	}
}

// newID makes an id that sorts by time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// muted drops log records below a warning, and makes a warning of all others.
type muted struct{ slog.Handler }

func (h muted) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, slog.LevelWarn)
}

func (h muted) Handle(ctx context.Context, r slog.Record) error {
	r.Level = slog.LevelWarn
	return h.Handler.Handle(ctx, r)
}

func (h muted) WithAttrs(attrs []slog.Attr) slog.Handler { return muted{h.Handler.WithAttrs(attrs)} }

func (h muted) WithGroup(name string) slog.Handler { return muted{h.Handler.WithGroup(name)} }
