package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"taskreporter/actors"
)

// The metrics live in the default registry, as those of the libraries do.
var (
	requestsTotal = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_http_requests_total",
		Help: "Requests answered.",
	}, []string{"route", "method", "status"})
	requestSeconds = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "taskreporter_http_request_duration_seconds",
		Help:    "Time from the request's header to its last byte.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120},
	}, []string{"route", "method"})
	inFlight = promauto.NewGauge(prometheus.GaugeOpts{
		Name: "taskreporter_http_requests_in_flight",
		Help: "Requests being served.",
	})
	uploadsTotal = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_uploads_total",
		Help: "Uploads by outcome: stored, or the code of the error.",
	}, []string{"outcome"})
	uploadBytes = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_upload_bytes_total",
		Help: "Bytes of stored files.",
	})
)

// WatchEngine adds the room engine's figures to the metrics, asked for whenever
// they are read. Call it once.
func WatchEngine(stats func() actors.Stats) {
	gauge := func(name, help string, get func(actors.Stats) int64) {
		promauto.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(get(stats())) })
	}
	counter := func(name, help string, get func(actors.Stats) int64) {
		promauto.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(get(stats())) })
	}
	gauge("taskreporter_rooms_active", "Rooms that live on this node.", func(s actors.Stats) int64 { return s.ActiveRooms })
	gauge("taskreporter_connections", "Authenticated sockets.", func(s actors.Stats) int64 { return s.Connections })
	gauge("taskreporter_batches_waiting", "Batches that wait for a transaction.", func(s actors.Stats) int64 { return s.Waiting })
	counter("taskreporter_room_activations_total", "Rooms that were claimed.", func(s actors.Stats) int64 { return s.Activations })
	counter("taskreporter_commits_total", "Transactions that appended to the log.", func(s actors.Stats) int64 { return s.Commits })
	counter("taskreporter_events_total", "Events made durable.", func(s actors.Stats) int64 { return s.Events })
	counter("taskreporter_batches_fenced_total", "Batches refused because another activation owns the room.", func(s actors.Stats) int64 { return s.Fenced })
	counter("taskreporter_batches_unknown_total", "Batches whose outcome nobody knows: the connection was lost during commit.", func(s actors.Stats) int64 { return s.Unknown })
	counter("taskreporter_batches_refused_total", "Batches that were not written for another reason.", func(s actors.Stats) int64 { return s.Refused })
}

// MetricsHandler serves the process's metrics. Where it listens is the caller's
// choice; the public handler does not serve it.
func MetricsHandler() http.Handler { return promhttp.Handler() }

// countRequest keeps the labels few: a client chooses neither route nor method.
func countRequest(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "other"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		method = "other"
	}
	requestsTotal.WithLabelValues(route, method, strconv.Itoa(status/100)+"xx").Inc()
	requestSeconds.WithLabelValues(route, method).Observe(took.Seconds())
}
