package httpapi

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// WatchAuditSeals adds the number of the newest seal of the audit trail to the metrics,
// asked for whenever they are read. It never falls. Call it once.
func WatchAuditSeals(head func() int64) {
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "taskreporter_audit_sealed_seq",
		Help: "Number of the newest seal of the audit trail.",
	}, func() float64 { return float64(head()) })
}
