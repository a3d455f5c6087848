package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"
	"github.com/google/uuid"

	"taskreporter/incident"
)

// Config is what an engine is made of.
type Config struct {
	Node    incident.NodeID
	Records Records
	Frames  Frames
	Now     func() time.Time
	Log     *slog.Logger
	Limits  Limits
}

// Engine is the actor system of one node. Its methods are safe for concurrent
// use.
type Engine struct {
	node    incident.NodeID
	records Records
	frames  Frames
	now     func() time.Time
	log     *slog.Logger
	limits  Limits

	root      *actor.RootContext
	cluster   *cluster.Cluster
	placement *placement
	rooms     *roomBook
	relay     *actor.PID
	committer *committer
	counters  counters
	catchUps  chan struct{} // a place for each connection that reads the log

	life   context.Context // ends when the engine stops
	finish context.CancelFunc
	work   sync.WaitGroup
	mu     sync.Mutex
	ended  bool
}

// Start makes this process a cluster of one node and returns when rooms can be
// activated.
func Start(c Config) *Engine {
	e := &Engine{
		node: c.Node, records: c.Records, frames: c.Frames, now: c.Now, log: c.Log, limits: c.Limits,
		placement: newPlacement(), catchUps: make(chan struct{}, catchUps),
	}
	e.committer = newCommitter(c.Records, &e.counters)
	e.life, e.finish = context.WithCancel(context.Background())

	// The library logs whole messages; its warnings are enough, and carry none.
	quiet := slog.New(atLeast{c.Log.Handler(), slog.LevelWarn}).With("part", "proto.actor")
	system := actor.NewActorSystem(
		actor.WithDeadLetterRequestLogging(false),
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }),
	)
	e.root = system.Root
	kind := cluster.NewKind(roomKind, actor.PropsFromProducer(func() actor.Actor { return &roomActor{engine: e} }))
	// Alone, nobody else may connect: the remote listens on loopback only.
	loopback := remote.Configure("127.0.0.1", 0, remote.WithEndpointWriterQueueSize(1024))
	e.cluster = cluster.New(system, cluster.Configure("task-reporter", alone{}, e.placement, loopback, cluster.WithKinds(kind)))
	e.rooms = &roomBook{cluster: e.cluster}
	system.EventStream.Subscribe(e.onDeadLetter)
	e.cluster.StartMember()

	relayProps := actor.PropsFromProducer(func() actor.Actor {
		return &relay{
			engine: e, rooms: map[incident.RoomID]*watched{}, byPid: map[string]*watched{},
			here: map[incident.UserID]map[*Connection]bool{},
		}
	})
	e.relay, _ = e.root.SpawnNamed(relayProps, "relay") // the only name here: it is free
	return e
}

// Stop ends the engine: sockets are told to come back elsewhere, rooms commit
// what they have in hand, then everything ends. It returns when all that was
// started has ended, or when ctx does.
func (e *Engine) Stop(ctx context.Context) error {
	_, err := e.rootAsk(ctx, e.relay, &closeAll{GoingAway})
	futures := make([]*actor.Future, 0)
	for _, pid := range e.placement.drain() {
		futures = append(futures, e.root.RequestFuture(pid, &release{}, commitTimeout))
	}
	for _, f := range futures {
		if _, ferr := f.Result(); ferr != nil && !errors.Is(ferr, actor.ErrDeadLetter) {
			err = errors.Join(err, fmt.Errorf("release a room: %w", ferr))
		}
	}
	e.committer.close()
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	e.finish()
	e.work.Wait()
	_ = e.root.StopFuture(e.relay).Wait()
	e.cluster.Remote.Shutdown(true)
	e.root.ActorSystem().Shutdown()
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
	}))
	e.counters.connections.Add(1)
	e.root.Send(e.relay, &arrive{c})
	return c
}

// EndSession closes the sockets of a session that was ended (F-AU-03).
func (e *Engine) EndSession(s incident.SessionID) { e.root.Send(e.relay, &endSession{s}) }

// tellUser tells all connections of a user.
func (e *Engine) tellUser(u incident.UserID, ack *uploadAck) {
	e.root.Send(e.relay, &toUser{User: u, Ack: ack})
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

// ask sends a request to a room and waits for the answer, following it where it
// moves. Every request is harmless when repeated.
func (e *Engine) ask(ctx context.Context, room incident.RoomID, req request) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	err := errMoved()
	for attempt := range askAttempts {
		var pid *actor.PID
		if pid, err = e.rooms.find(ctx, room); err == nil {
			var a answer
			if a, err = e.rootAsk(ctx, pid, req); err == nil {
				return a, nil
			}
			if incident.KindOf(err) != incident.Moved {
				return nil, err
			}
			e.rooms.forget(room, pid)
		}
		select {
		case <-time.After(retryPause << attempt):
		case <-ctx.Done():
			return nil, err
		}
	}
	return nil, err
}

// rootAsk sends one request to one actor. A dead one is Moved.
func (e *Engine) rootAsk(ctx context.Context, pid *actor.PID, req any) (answer, error) {
	limit := askTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = end.Sub(e.now())
	}
	res, err := e.root.RequestFuture(pid, req, limit).Result()
	switch {
	case errors.Is(err, actor.ErrDeadLetter):
		return nil, errMoved()
	case err != nil:
		err = errors.Join(incident.ErrOutcomeUnknown, err)
		return nil, incident.Wrap(incident.Unavailable, "ask room", err, "The room did not answer in time: send the same again.")
	}
	a, ok := res.(answer)
	if !ok {
		return nil, errMoved() // a dead letter's own answer
	}
	if err := a.failure(); err != nil {
		return nil, err
	}
	return a, nil
}

// onDeadLetter answers requests that reached a room's mailbox after its end.
func (e *Engine) onDeadLetter(ev any) {
	dead, ok := ev.(*actor.DeadLetterEvent)
	if !ok || dead.Sender == nil {
		return
	}
	if req, ok := dead.Message.(request); ok {
		e.root.Send(dead.Sender, req.refused(errMoved()))
	}
}

// newID makes an id that sorts by time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// atLeast drops log records below a level.
type atLeast struct {
	slog.Handler
	level slog.Level
}

func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}
