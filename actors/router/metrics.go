package router

import (
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the numbers of one pool. They outlive its crashes.
type metrics struct {
	waiting *prometheus.GaugeVec // by where
	running prometheus.Gauge
	limit   prometheus.Gauge
	waited  *prometheus.HistogramVec // by kind of job
	ran     *prometheus.HistogramVec
	refused *prometheus.CounterVec // by reason
	breaker *prometheus.GaugeVec   // by what fails together

	queued, parked prometheus.Gauge // of waiting
}

// The buckets reach from a task that starts at once to a generation at length.
var (
	waitBuckets = []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	runBuckets  = []float64{.005, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}
)

func newMetrics(pool string, r prometheus.Registerer) *metrics {
	label := prometheus.Labels{"pool": pool}
	m := &metrics{
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "troupe_pool_waiting_jobs", Help: "Jobs that wait for a slot (queued) or for a limit to pass (parked).",
			ConstLabels: label,
		}, []string{"where"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_pool_running_jobs", Help: "Slots taken.", ConstLabels: label,
		}),
		limit: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_pool_slots", Help: "Slots there are now.", ConstLabels: label,
		}),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "troupe_pool_wait_seconds", Help: "Time of a job before it ran.", Buckets: waitBuckets, ConstLabels: label,
		}, []string{"kind"}),
		ran: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "troupe_pool_run_seconds", Help: "Time of a job's run.", Buckets: runBuckets, ConstLabels: label,
		}, []string{"kind"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_pool_refused_jobs_total", Help: "Jobs that did not run, by reason.", ConstLabels: label,
		}, []string{"reason"}),
	}
	m.breaker = actors.Registered(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "troupe_pool_breaker_open", Help: "1 while nothing, or a probe alone, is let through to an upstream that fails.", ConstLabels: label,
	}, []string{"breaker"}))
	m.waiting = actors.Registered(r, m.waiting)
	m.running = actors.Registered(r, m.running)
	m.limit = actors.Registered(r, m.limit)
	m.waited = actors.Registered(r, m.waited)
	m.ran = actors.Registered(r, m.ran)
	m.refused = actors.Registered(r, m.refused)
	m.queued, m.parked = m.waiting.WithLabelValues("queued"), m.waiting.WithLabelValues("parked")
	return m
}

// stand tells how the pool stands.
func (m *metrics) stand(s *state, now time.Time) {
	m.queued.Set(float64(s.queued))
	m.parked.Set(float64(s.parked))
	m.running.Set(float64(s.slots))
	m.limit.Set(float64(s.limiter.slots()))
	for name, b := range s.breakers {
		open := 0.0
		if b.state(now) != messages.BreakerClosed {
			open = 1
		}
		m.breaker.WithLabelValues(name).Set(open)
	}
}

// answered counts a job that was answered.
func (m *metrics) answered(j *messages.Job, result any) {
	switch r := result.(type) {
	case *messages.JobDone:
		m.waited.WithLabelValues(j.Kind).Observe(r.Waited.Seconds())
		m.ran.WithLabelValues(j.Kind).Observe(r.Ran.Seconds())
	case *messages.Refused:
		m.refused.WithLabelValues(r.Reason).Inc()
	case *messages.Failure:
		m.refused.WithLabelValues(string(r.Cause)).Inc()
	}
}
