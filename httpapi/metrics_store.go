package httpapi

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// WatchStoreGate adds the state of one gate to the object store to the metrics,
// asked for whenever they are read: whether it is open circuit, and how often it
// has been. calls names what passes it. Call it once for each.
func WatchStoreGate(calls string, state func() (open bool, openings int64)) {
	labels := prometheus.Labels{"calls": calls}
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "taskreporter_storage_circuit_open",
		Help:        "1 while calls to the object store are refused because it is down.",
		ConstLabels: labels,
	}, func() float64 { open, _ := state(); return truth(open) })
	promauto.NewCounterFunc(prometheus.CounterOpts{
		Name:        "taskreporter_storage_circuit_openings_total",
		Help:        "How often the object store was found down.",
		ConstLabels: labels,
	}, func() float64 { _, n := state(); return float64(n) })
}

// WatchStorageCheck adds what this node's last comparison of rows with objects
// found, by kind. checked is when it ended, zero before the first one. Call it
// once.
func WatchStorageCheck[Kind ~string](kinds []Kind, findings func(Kind) int64, checked func() time.Time) {
	for _, kind := range kinds {
		promauto.NewGaugeFunc(prometheus.GaugeOpts{
			Name:        "taskreporter_storage_findings",
			Help:        "What the last check of the object store found.",
			ConstLabels: prometheus.Labels{"kind": string(kind)},
		}, func() float64 { return float64(findings(kind)) })
	}
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "taskreporter_storage_checked_at_seconds",
		Help: "When that check ended, in seconds since 1970; 0 before the first one.",
	}, func() float64 { return seconds(checked()) })
}
