package httpapi

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	nodeReady = promauto.NewGauge(prometheus.GaugeOpts{
		Name: "taskreporter_ready",
		Help: "1 while /readyz answers 200.",
	})
	checkUp = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "taskreporter_check_up",
		Help: "Whether what this node needs answered when it was last asked, by check as in /readyz.",
	}, []string{"check"})
	checkSuccess = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "taskreporter_check_last_success_timestamp_seconds",
		Help: "When it last answered, in seconds since 1970; absent before the first time.",
	}, []string{"check"})
)

// WatchBuild adds what runs to the metrics. Call it once.
func WatchBuild(version, goVersion string) {
	promauto.NewGauge(prometheus.GaugeOpts{
		Name:        "taskreporter_build_info",
		Help:        "Always 1; what runs is in the labels.",
		ConstLabels: prometheus.Labels{"version": version, "go": goVersion},
	}).Set(1)
}

// WatchDirectoryServer adds one server of the directory to the metrics, asked for
// whenever they are read: whether it answered the last time, and when it last did,
// zero before the first time. Call it once for each.
func WatchDirectoryServer(server string, state func() (up bool, answered time.Time)) {
	labels := prometheus.Labels{"server": server}
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "taskreporter_directory_up",
		Help:        "Whether a server of the directory answered when it was last asked.",
		ConstLabels: labels,
	}, func() float64 { up, _ := state(); return truth(up) })
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "taskreporter_directory_last_success_timestamp_seconds",
		Help:        "When it last answered, in seconds since 1970; 0 before the first time.",
		ConstLabels: labels,
	}, func() float64 { _, at := state(); return seconds(at) })
}

// WatchCertificate adds the end of the server's own certificate to the metrics,
// asked for whenever they are read. Call it once.
func WatchCertificate(end func() time.Time) {
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "taskreporter_certificate_expiry_timestamp_seconds",
		Help: "When the server's own certificate ends, in seconds since 1970; absent where a proxy has it.",
	}, func() float64 { return seconds(end()) })
}

func noteCheck(name string, err error, now time.Time) {
	checkUp.WithLabelValues(name).Set(truth(err == nil))
	if err == nil {
		checkSuccess.WithLabelValues(name).Set(seconds(now))
	}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// seconds since 1970, 0 for the zero time.
func seconds(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return float64(at.UnixMilli()) / 1000
}
