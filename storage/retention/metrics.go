package retention

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"taskreporter/incident"
)

// The metrics live in the default registry, as all do.
var (
	purged = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_retention_rooms_total",
		Help: "Rooms that this node purged, by cause: policy or person.",
	}, []string{"cause"})
	objects = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_retention_objects_total",
		Help: "Objects of purged rooms that this node removed.",
	})
	failures = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_retention_failures_total",
		Help: "Purges that could not be begun or finished and are tried again.",
	})
)

// Every cause is there from the start.
func init() {
	for _, c := range []string{"policy", "person"} {
		purged.WithLabelValues(c)
	}
}

func cause(t incident.Tombstone) string {
	if t.By == incident.House {
		return "policy"
	}
	return "person"
}
