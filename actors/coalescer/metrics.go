package coalescer

import (
	"troupe/actors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the numbers of one coalescer. They outlive its crashes.
type metrics struct {
	joins   *prometheus.CounterVec // by outcome
	open    prometheus.Gauge
	waiting prometheus.Gauge
	retried prometheus.Counter
}

func newMetrics(name string, r prometheus.Registerer) *metrics {
	label := prometheus.Labels{"coalescer": name}
	m := &metrics{
		joins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name:        "troupe_coalescer_joins_total",
			Help:        "Requests, by outcome: first (ran a job), joined (one under way), lingered (one just ended), refused.",
			ConstLabels: label,
		}, []string{"outcome"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_coalescer_open_keys", Help: "Jobs under way.", ConstLabels: label,
		}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_coalescer_waiters", Help: "Who waits for them.", ConstLabels: label,
		}),
		retried: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "troupe_coalescer_retried_jobs_total", Help: "Jobs asked for again, since the router crashed.", ConstLabels: label,
		}),
	}
	m.joins = actors.Registered(r, m.joins)
	m.open = actors.Registered(r, m.open)
	m.waiting = actors.Registered(r, m.waiting)
	m.retried = actors.Registered(r, m.retried)
	return m
}

func (m *metrics) joined(how string) { m.joins.WithLabelValues(how).Inc() }

// asked counts a job that is asked for again.
func (m *metrics) asked(f *flight) {
	if f.retried {
		m.retried.Inc()
	}
}

// stand tells how the coalescer stands.
func (m *metrics) stand(s *state) {
	m.open.Set(float64(len(s.flights)))
	m.waiting.Set(float64(len(s.waiting)))
}
