package drive

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"taskreporter/loadtest/meter"
	"taskreporter/loadtest/plan"
	"taskreporter/loadtest/report"
)

// watch looks at the run once a second.
type watch struct {
	web      *http.Client
	metrics  *url.URL // nil for none
	meters   []*meter.Meter
	progress io.Writer
	start    time.Time

	seconds  []report.Second
	troubles []string
}

func newWatch(web *http.Client, metrics *url.URL, meters []*meter.Meter, progress io.Writer, start time.Time) *watch {
	return &watch{web: web, metrics: metrics, meters: meters, progress: progress, start: start}
}

func (w *watch) run(ctx context.Context) {
	w.look(ctx)
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			w.look(context.WithoutCancel(ctx))
			return
		case <-ticks.C:
			w.look(ctx)
		}
	}
}

// look takes one sample and says how it goes.
func (w *watch) look(ctx context.Context) {
	s := report.Second{At: time.Since(w.start).Seconds()}
	if w.metrics != nil {
		server, err := meter.Ask(ctx, w.web, w.metrics.String())
		switch {
		case err == nil:
			s.Memory, s.CPU, s.Goroutines, s.Descriptors = server.Memory, server.CPU, server.Goroutines, server.Descriptors
		case ctx.Err() == nil && len(w.troubles) == 0:
			w.troubles = append(w.troubles, err.Error())
		}
	}
	for _, m := range w.meters {
		s.Acked += m.Count(plan.Acked)
		s.Delivered += m.Count(plan.Delivered)
		s.Bytes += m.Count(plan.Bytes)
		s.Files += m.Count(plan.Files)
		s.Sockets += m.Count(plan.Sockets)
	}
	w.seconds = append(w.seconds, s)
	if w.progress == nil {
		return
	}
	var line strings.Builder
	fmt.Fprintf(&line, "%5.0f s", s.At)
	kinds := map[plan.Kind]bool{}
	for _, m := range w.meters {
		kinds[m.Kind] = true
	}
	if kinds[plan.ChatKind] || kinds[plan.StormKind] {
		fmt.Fprintf(&line, "  %d acked, %d delivered", s.Acked, s.Delivered)
	}
	if kinds[plan.UploadsKind] {
		fmt.Fprintf(&line, "  %d files, %.1f MB", s.Files, float64(s.Bytes)/1e6)
	}
	if kinds[plan.ConnectionsKind] {
		fmt.Fprintf(&line, "  %d sockets", s.Sockets)
	}
	fmt.Fprintln(w.progress, line.String())
}
