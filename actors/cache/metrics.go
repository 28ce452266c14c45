package cache

import (
	"troupe/actors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the numbers of the cache. They outlive its crashes.
type metrics struct {
	questions *prometheus.CounterVec // by outcome
	renewals  *prometheus.CounterVec // by outcome
	entries   prometheus.Gauge
	bytes     prometheus.Gauge
}

// The outcomes of a question that was asked of the cache. The others are the
// reasons why it was not.
const (
	outcomeHit  = "hit"
	outcomeMiss = "miss"
)

// The outcomes of an answer that was due to be made anew.
const (
	outcomeRenewed  = "renewed"
	outcomeFailed   = "failed"
	outcomeWithheld = "withheld" // times were not quiet
)

func newMetrics(r prometheus.Registerer) *metrics {
	return &metrics{
		questions: actors.Registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_cache_questions_total",
			Help: "Questions, by outcome: hit, miss, or why the cache was bypassed: context (it may refer to something), revised, unknown (persona).",
		}, []string{"outcome"})),
		renewals: actors.Registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_cache_renewals_total",
			Help: "Answers that were due to be made anew, by outcome: renewed, failed (it goes when it is too old), withheld (times were not quiet).",
		}, []string{"outcome"})),
		entries: actors.Registered(r, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_cache_entries", Help: "Answers kept.",
		})),
		bytes: actors.Registered(r, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_cache_bytes", Help: "What they take of memory, as estimated.",
		})),
	}
}

func (m *metrics) asked(outcome string) { m.questions.WithLabelValues(outcome).Inc() }

func (m *metrics) found(hit bool) {
	if hit {
		m.asked(outcomeHit)
	} else {
		m.asked(outcomeMiss)
	}
}

func (m *metrics) renewed(outcome string) { m.renewals.WithLabelValues(outcome).Inc() }

// stand tells how the cache stands.
func (m *metrics) stand(s *state) {
	m.entries.Set(float64(s.kept.Len()))
	m.bytes.Set(float64(s.bytes))
}
