package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"taskreporter/actors"
	"taskreporter/incident"
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
	refusedRequests = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_http_rate_limited_total",
		Help: "Requests refused because their caller was too fast, by class of request.",
	}, []string{"class"})
	slowedFrames = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_frames_slowed_total",
		Help: "Frames that waited because their socket was too fast.",
	})
	uploadsTotal = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_uploads_total",
		Help: "Uploads by outcome: stored, or the code of the error.",
	}, []string{"outcome"})
	uploadBytes = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_upload_bytes_total",
		Help: "Bytes of stored files.",
	})
	loginsTotal = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_logins_total",
		Help: "Attempts to sign in by outcome: ok, or the code of the error.",
	}, []string{"outcome"})
	tooSlow = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_sockets_too_slow_total",
		Help: "Sockets that were cut off because their outbox was full; their clients resume.",
	})
)

// Outcomes that an alert is about are there from the start.
func init() {
	for _, outcome := range []string{"ok", string(incident.BadCredentials), string(incident.RateLimited), string(incident.Unavailable)} {
		loginsTotal.WithLabelValues(outcome)
	}
	for _, outcome := range []string{"stored", string(incident.StoreDown)} {
		uploadsTotal.WithLabelValues(outcome)
	}
	for c := range classes {
		refusedRequests.WithLabelValues(string(c))
	}
}

// WatchSockets adds what waits for this node's clients to the metrics, asked for
// whenever they are read. Call it once.
func WatchSockets(s *Sockets) {
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "taskreporter_outbox_bytes",
		Help: "Bytes that wait in the outboxes of all sockets.",
	}, func() float64 { all, _ := s.backlog(); return float64(all) })
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "taskreporter_outbox_largest_bytes",
		Help: "Bytes that wait in the fullest outbox; at 1 MiB its socket is cut off.",
	}, func() float64 { _, most := s.backlog(); return float64(most) })
}

// WatchEngine adds the room engine's figures to the metrics, asked for whenever
// they are read. Call it once.
func WatchEngine(e *actors.Engine) {
	gauge := func(name, help string, get func() float64) {
		promauto.NewGaugeFunc(prometheus.GaugeOpts{Name: "taskreporter_" + name, Help: help}, get)
	}
	counter := func(name, help string, get func(incident.Figures) int64) {
		promauto.NewCounterFunc(prometheus.CounterOpts{Name: "taskreporter_" + name, Help: help},
			func() float64 { return float64(get(e.Figures())) })
	}
	gauge("rooms_active", "Rooms that live on this node.", func() float64 { return float64(e.Figures().Rooms) })
	gauge("connections", "Authenticated sockets.", func() float64 { return float64(e.Figures().Connections) })
	gauge("batches_waiting", "Batches that wait for a transaction.", func() float64 { return float64(e.Figures().Waiting) })
	counter("room_activations_total", "Rooms that were claimed.", func(f incident.Figures) int64 { return f.Activations })
	counter("room_takeovers_total", "Of them, rooms that another node left behind.", func(f incident.Figures) int64 { return f.Takeovers })
	counter("commits_total", "Transactions that appended to the log.", func(f incident.Figures) int64 { return f.Commits })
	counter("events_total", "Events made durable.", func(f incident.Figures) int64 { return f.Events })
	counter("batches_fenced_total", "Batches refused because another activation owns the room.", func(f incident.Figures) int64 { return f.Fenced })
	counter("batches_unknown_total", "Batches whose outcome nobody knows: the connection was lost during commit.", func(f incident.Figures) int64 { return f.Unknown })
	counter("batches_refused_total", "Batches that were not written for another reason.", func(f incident.Figures) int64 { return f.Refused })

	gauge("cluster_members", "Nodes on the list; 0 for a node alone.", func() float64 { return float64(e.ClusterStats().Members) })
	gauge("cluster_lease_left_seconds", "Until this node's lease ends; negative while its rooms are suspended.",
		func() float64 { return e.ClusterStats().LeaseLeft.Seconds() })
	gauge("cluster_envelopes_dropped", "Messages of other nodes that were forged or not understood, since the start.",
		func() float64 { return float64(e.ClusterStats().Dropped) })
	for _, cause := range []incident.Burial{incident.LeaseExpired, incident.ProcessDead, incident.CutOff} {
		promauto.NewCounterFunc(prometheus.CounterOpts{
			Name:        "taskreporter_nodes_buried_total",
			Help:        "Nodes that this one took off the list.",
			ConstLabels: prometheus.Labels{"cause": string(cause)},
		}, func() float64 { return float64(e.ClusterStats().Buried[cause]) })
	}
}

func countLogin(err error) {
	outcome := "ok"
	if err != nil {
		outcome = string(refusalOf(err).kind)
	}
	loginsTotal.WithLabelValues(outcome).Inc()
}

// MetricsHandler serves the process's metrics. Where it listens is the caller's
// choice; the public handler does not serve it.
func MetricsHandler() http.Handler { return promhttp.Handler() }

// knownMethod keeps what a client sends out of labels and names.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return method
	default:
		return "other"
	}
}

// countRequest keeps the labels few: a client chooses neither route nor method.
func countRequest(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "other"
	}
	method = knownMethod(method)
	requestsTotal.WithLabelValues(route, method, strconv.Itoa(status/100)+"xx").Inc()
	requestSeconds.WithLabelValues(route, method).Observe(took.Seconds())
}
