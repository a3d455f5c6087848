package main

import (
	"context"
	"net/http"
	"net/http/pprof"
	"runtime"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/httpapi"
)

// directoryPing is how often the directory's servers are asked whether they answer.
const directoryPing = 30 * time.Second

// adminServer serves what no client may reach: metrics, and profiles of the
// process. Its command line, which may hold secrets, is not among them.
func adminServer() *http.Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", httpapi.MetricsHandler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute}
}

// watch adds the house's figures to the metrics.
func (h *house) watch() {
	httpapi.WatchBuild(version, runtime.Version())
	httpapi.WatchEngine(h.engine)
	httpapi.WatchSockets(h.sockets)
	httpapi.WatchAuditSeals(func() int64 { return h.sealer.Head().Seq })
	h.db.Watch()
	if h.directory == nil {
		return
	}
	for i, s := range h.directory.Health() {
		httpapi.WatchDirectoryServer(s.URL, func() (bool, time.Time) {
			now := h.directory.Health()[i]
			return now.Up, now.Answered
		})
	}
}

// pingDirectory keeps what is known of the servers fresh until ctx ends.
func pingDirectory(ctx context.Context, d *directory.Directory) {
	ticker := time.NewTicker(directoryPing)
	defer ticker.Stop()
	for {
		d.Ping(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
