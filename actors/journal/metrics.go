package journal

import (
	"troupe/actors"
	"troupe/messages"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the numbers of a journal. They outlive its crashes.
type metrics struct {
	group   prometheus.Histogram
	commit  prometheus.Histogram
	waiting prometheus.Gauge
	refused prometheus.Counter
	failed  prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	return &metrics{
		group: actors.Registered(r, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "troupe_journal_group_writes", Help: "Writes of one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10), // to 512, the default bound
		})),
		commit: actors.Registered(r, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "troupe_journal_commit_seconds", Help: "Time until a commit was on disk, or failed.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30},
		})),
		waiting: actors.Registered(r, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_journal_waiting_writes", Help: "Writes that are not on disk yet.",
		})),
		refused: actors.Registered(r, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "troupe_journal_refused_total", Help: "Writes and questions that found the queue full.",
		})),
		failed: actors.Registered(r, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "troupe_journal_failed_total", Help: "Writes and questions that the store failed.",
		})),
	}
}

// answered counts what was answered with an error.
func (m *metrics) answered(result any) {
	switch result.(type) {
	case *messages.Refused:
		m.refused.Inc()
	case *messages.Failure:
		m.failed.Inc()
	}
}
