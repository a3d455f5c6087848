package care

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The metrics live in the default registry, as all do.
var (
	scans = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_scans_total",
		Help: "Scans of files by outcome: clean, infected, failed (the scanner's fault), too_large, unreadable (the store's fault), released (passed unscanned).",
	}, []string{"outcome"})
	previews = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_previews_total",
		Help: "Previews after an upload by outcome: made or failed.",
	}, []string{"outcome"})
	queued = promauto.NewGauge(prometheus.GaugeOpts{
		Name: "taskreporter_care_queue",
		Help: "Recorded files that wait for this node to look after them.",
	})
	overflow = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_care_overflow_total",
		Help: "Recorded files for which the queue had no place; those to be scanned are found again.",
	})
	pending = promauto.NewGauge(prometheus.GaugeOpts{
		Name: "taskreporter_files_pending_scan",
		Help: "Files of all rooms that wait for their scan, as of this node's last look.",
	})
)

// Every outcome is there from the start, so that an alert on one can be written.
func init() {
	for _, outcome := range []string{"clean", "infected", "failed", "too_large", "unreadable", "released"} {
		scans.WithLabelValues(outcome)
	}
	for _, outcome := range []string{"made", "failed"} {
		previews.WithLabelValues(outcome)
	}
}
