package intake

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The metrics live in the default registry, as all do.
var (
	stageSeconds = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name: "taskreporter_upload_stage_duration_seconds",
		Help: "Time of one step of an upload, whatever its outcome: admit (by the room), receive (judged and stored while it arrives), part (of a resumable one, the same), assemble (the file of its parts, judged and stored), record (its event, message and row).",
		// A receive lasts as long as its sender takes.
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120},
	}, []string{"stage"})

	admitSeconds    = stageSeconds.WithLabelValues("admit")
	receiveSeconds  = stageSeconds.WithLabelValues("receive")
	partSeconds     = stageSeconds.WithLabelValues("part")
	assembleSeconds = stageSeconds.WithLabelValues("assemble")
	recordSeconds   = stageSeconds.WithLabelValues("record")
)

// stage begins one; what it returns ends it.
func (in *Intake) stage(of prometheus.Observer) func() {
	begun := in.now()
	return func() { of.Observe(max(0, in.now().Sub(begun)).Seconds()) }
}
