package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/alecthomas/kong"

	"taskreporter/actors"
	"taskreporter/auth"
	"taskreporter/auth/directory"
	"taskreporter/httpapi"
	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/care"
	"taskreporter/storage/evidence"
	"taskreporter/storage/intake"
	"taskreporter/storage/object"
	"taskreporter/storage/reconcile"
	"taskreporter/storage/retention"
	"taskreporter/web"
)

const (
	// drainTime is how long requests under way may take after a stop was asked for.
	drainTime = 20 * time.Second
	// stopTime is how long rooms and sockets may take to end after that.
	stopTime = 20 * time.Second
)

// ServeCmd runs the server until it is told to stop.
type ServeCmd struct {
	Demo bool `help:"Fill an empty installation with a small demo plant."`
}

// Run migrates, starts everything, serves, and takes it down in order.
func (c *ServeCmd) Run(ctx context.Context, app *kong.Kong, cfg *Config, out console) error {
	settings, err := inEffect(app.Model)
	if err != nil {
		return err
	}
	log := cfg.Logger(out.Err)
	collectSeldom(log)
	h, err := build(ctx, cfg, log, out.Err)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.firstAccounts(ctx, out); err != nil {
		return err
	}
	if c.Demo {
		if err := h.demo(ctx, out); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	if err := h.recordStart(ctx, settings); err != nil {
		return err
	}
	return h.serve(ctx, cfg, out)
}

// collectSeldom lets the heap grow to four times what is in use before garbage is
// collected, but for the last third of the container's or the machine's memory; GOGC and
// GOMEMLIMIT say otherwise. What a node holds is small and what each message allocates is
// short-lived: at Go's usual two times, one fifth of a busy node's work is collecting.
func collectSeldom(log *slog.Logger) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	memory := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)
	if _, err := memlimit.Set(memlimit.WithProvider(memory), memlimit.WithRatio(0.66)); err != nil {
		log.Warn("memory is not limited: set GOMEMLIMIT", "err", err)
	}
}

// recordStart audits that this node runs, and whether its settings are others than
// before (F-SE-05).
func (h *house) recordStart(ctx context.Context, settings string) error {
	return h.db.Audit().Record(ctx, incident.AuditEntry{
		Who: incident.House, Act: "server_started", From: "server", Outcome: "ok",
		Target: fmt.Sprintf("node %s version %s %s", h.engine.Self(), version, settings),
	})
}

// house is everything that a running server is made of, in the order in which it
// is built; it is taken down the other way round.
type house struct {
	log      *slog.Logger
	db       *storage.DB
	roll     *storage.Roll // nil for a node alone
	store    object.Store
	evidence *evidence.Locker
	checks   *reconcile.Watch
	sealer   *storage.Sealer
	care     *care.Worker
	ending   *retention.Worker
	local    *auth.Local
	keys     *auth.Keys
	gate     *auth.Gate

	directory *directory.Directory  // nil without one
	recheck   func(context.Context) // until its context ends

	engine  *actors.Engine
	intake  *intake.Intake
	sockets *httpapi.Sockets
	server  *httpapi.Server
	traces  *traces       // nil: nothing is traced
	drain   chan struct{} // an administrator wants this node to leave
}

func build(ctx context.Context, cfg *Config, log *slog.Logger, errs io.Writer) (*house, error) {
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, err
	}
	h := &house{log: log, drain: make(chan struct{}, 1), recheck: func(context.Context) {}}
	done := false
	defer func() {
		if !done {
			h.close()
		}
	}()
	var err error
	if h.db, err = openDatabase(ctx, cfg.storage(errs), log); err != nil {
		return nil, err
	}
	store, err := openObjects(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	if h.traces, err = openTraces(ctx, cfg.Traces, log); err != nil {
		return nil, err
	}
	h.store = guarded(store, h.traces, log)
	h.evidence = evidence.New(h.store, time.Now, log)
	h.checks = watchStorage(h.store, h.db, log)
	h.sealer = h.db.Audit().Sealer()

	keys, err := auth.LoadKeys(cfg.KeyDir(), true)
	if err != nil {
		return nil, err
	}
	h.local = auth.NewLocal(h.db.Accounts())
	gate, err := auth.New(cfg.AuthConfig(), h.db.Accounts(), h.local, keys, time.Now)
	if err != nil {
		return nil, err
	}
	h.keys, h.gate = keys, gate
	if err := h.joinDirectory(cfg, gate); err != nil {
		return nil, err
	}

	links := httpapi.NewLinks(keys.Derive("download links"), cfg.LinkTTL, time.Now, h.evidence)
	node := actors.Config{
		Records: h.db.Records(),
		Frames:  httpapi.NewFrames(links, log),
		Now:     time.Now,
		Log:     log,
		Version: version,
		Limits: actors.Limits{
			UploadsPerUser: cfg.Limit.UploadsPerUser, UploadsPerRoom: cfg.Limit.UploadsPerRoom, RoomIdle: cfg.Limit.RoomIdle,
		},
	}
	if h.traces != nil {
		node.Traces = h.traces
	}
	if cfg.Cluster.Listen != "" {
		if err := h.joinCluster(cfg, &node, keys, errs); err != nil {
			return nil, err
		}
	}
	if h.engine, err = actors.Start(ctx, node); err != nil {
		return nil, err
	}
	scanning, err := h.lookAfterFiles(cfg, time.Now)
	if err != nil {
		return nil, err
	}
	h.ending = h.retire(cfg)
	h.intake = intake.New(h.engine, h.db.Uploads(), h.evidence, h.care.After, time.Now, log)
	gate.OnSessionEnd(h.engine.EndSession)
	h.sockets = httpapi.NewSockets(httpapi.SocketConfig{
		FramesPerSecond: cfg.Limit.FramesPerSecond,
		PerUser:         cfg.Limit.SocketsPerUser,
		Origins:         cfg.Origins,
	}, h.engine, gate, h.db.Library(), h.db.Audit(), log)
	h.watch()

	door := httpapi.DefaultConfig
	door.Origins, door.TrustedProxies, door.UploadNetworks = cfg.Origins, cfg.TrustedProxies, cfg.UploadNetworks
	door.Rate, door.Burst = cfg.Limit.RequestsPerSecond, cfg.Limit.RequestBurst
	door.StoreOrigin, door.Zone = cfg.storeOrigin(), cfg.PlantTimezone.Location
	deps := httpapi.Deps{
		Library: h.db.Library(), Audit: h.db.Audit(), Evidence: h.evidence, Uploads: h.intake, Sessions: gate, People: h.newcomers(gate),
		Rooms: h.engine, Cluster: h.engine, Retention: h.db.Retention(), Purger: h.ending, Links: links, Socket: h.sockets, Page: web.Dist(),
		Checks: append([]httpapi.Check{{Name: "database", Vital: true, Ask: h.db.Ping}, {Name: "object_store", Ask: h.evidence.Check}, {Name: "cluster", Vital: true, Ask: h.engine.Ready}}, scanning...),
		Now:    time.Now, Log: log,
	}
	if h.traces != nil {
		deps.Traces = h.traces
	}
	h.server, err = httpapi.New(door, deps)
	done = err == nil
	return h, err
}

// openDatabase brings the schema up to date and opens it.
func openDatabase(ctx context.Context, c storage.Config, log *slog.Logger) (*storage.DB, error) {
	steps, err := storage.MigrateUp(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(steps) > 0 {
		log.Info("database migrated", "steps", len(steps))
	}
	db, err := storage.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	return db, db.Seed(ctx)
}

func openObjects(ctx context.Context, cfg *Config, log *slog.Logger) (object.Store, error) {
	if !cfg.UsesMinIO() {
		return object.OpenDisk(cfg.ObjectDir())
	}
	return object.OpenS3(ctx, cfg.objectStore(), log)
}

// firstAccounts prints the passwords of a new installation, once.
func (h *house) firstAccounts(ctx context.Context, out console) error {
	made, err := h.local.FirstAccounts(ctx)
	if len(made) > 0 {
		fmt.Fprintln(out.Out, "First accounts. Their passwords are shown only now:")
		for _, a := range made {
			fmt.Fprintf(out.Out, "  %-10s %s\n", a.Username, a.Password)
		}
	}
	return err
}

// serve listens until ctx ends, then drains: no new work, what is under way is
// finished, sockets are told to come back, rooms commit what they have.
func (h *house) serve(ctx context.Context, cfg *Config, out console) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	main := h.server.HTTPServer()
	var err error
	if main.TLSConfig, err = cfg.TLS.config(h.log); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return err
	}
	var servers []*http.Server
	failed := make(chan error, 2)
	start := func(s *http.Server, l net.Listener) {
		servers = append(servers, s)
		go func() {
			if s.TLSConfig != nil {
				failed <- s.ServeTLS(l, "", "")
			} else {
				failed <- s.Serve(l)
			}
		}()
	}
	start(main, listener)
	if cfg.AdminListen != "" {
		admin, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.AdminListen)
		if err != nil {
			return err
		}
		start(adminServer(), admin)
	}
	var beside sync.WaitGroup
	followKeys := func(ctx context.Context) { h.keys.Run(ctx, h.log) }
	forget := func(ctx context.Context) { h.gate.Run(ctx, h.log) }
	for _, run := range []func(context.Context){h.intake.Run, h.checks.Run, h.care.Run, h.ending.Run, h.sealer.Run, h.server.WatchHealth, h.recheck, followKeys, forget} {
		beside.Go(func() { run(ctx) })
	}

	fmt.Fprintf(out.Out, "Task Reporter is ready on %s://%s\n", cfg.TLS.scheme(), listener.Addr())
	select {
	case err = <-failed:
	case <-ctx.Done():
		h.log.Info("stopping")
	case <-h.drain:
		h.log.Info("draining, as an administrator asked")
	case <-h.engine.Gone():
		// Its rooms live elsewhere by now: end at once, and come back as a new node.
		return errGone
	}
	h.server.SetReady(false)
	if err == nil {
		err = h.leave(context.WithoutCancel(ctx), cfg)
	}
	cancel()
	drain, stop := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer stop()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(drain))
	}
	beside.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// close takes down what was built.
func (h *house) close() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	var err error
	if h.engine != nil {
		err = errors.Join(err, h.engine.Stop(ctx))
	}
	if h.sockets != nil {
		err = errors.Join(err, h.sockets.Wait(ctx))
	}
	if h.roll != nil {
		err = errors.Join(err, h.roll.Close())
	}
	if h.directory != nil {
		h.directory.Close()
	}
	if h.sealer != nil {
		h.sealer.Finish(ctx)
	}
	if h.db != nil {
		err = errors.Join(err, h.db.Close())
	}
	if h.traces != nil {
		err = errors.Join(err, h.traces.close(ctx))
	}
	if err != nil {
		h.log.Error("stopped with errors", "err", err)
	}
}
