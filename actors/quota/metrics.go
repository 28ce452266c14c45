package quota

import (
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the numbers of a quota. They outlive its crashes.
type metrics struct {
	left    *prometheus.GaugeVec // by model and limit
	lasts   *prometheus.GaugeVec // by model
	spent   prometheus.Gauge
	unkept  prometheus.Gauge
	refused *prometheus.CounterVec // by model and cause
}

func newMetrics(r prometheus.Registerer) *metrics {
	return &metrics{
		left: actors.Registered(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "troupe_quota_left", Help: "What fits still, by limit: requests (rpm) and input tokens (tpm) of this minute, requests of this day (rpd).",
		}, []string{"model", "limit"})),
		lasts: actors.Registered(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "troupe_quota_lasts_seconds", Help: "For how long this day's requests are enough at the pace of the last minutes; until its end at most.",
		}, []string{"model"})),
		spent: actors.Registered(r, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_quota_spent_dollars", Help: "Spent today, all models together.",
		})),
		unkept: actors.Registered(r, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "troupe_quota_unkept_attempts", Help: "Requests that the journal has not acknowledged.",
		})),
		refused: actors.Registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_quota_refused_total", Help: "Reservations refused, by the limit or the cause.",
		}, []string{"model", "cause"})),
	}
}

// refuse counts a reservation that was refused.
func (m *metrics) refuse(model string, err error) {
	switch e := err.(type) { //nolint:errorlint // refusals are never wrapped
	case *messages.Limited:
		m.refused.WithLabelValues(model, e.What).Inc()
	case *messages.Failure:
		m.refused.WithLabelValues(model, string(e.Cause)).Inc()
	}
}

// stand tells what is left.
func (m *metrics) stand(s *state, now time.Time) {
	m.spent.Set(s.spent)
	m.unkept.Set(float64(len(s.unkept)))
	for _, o := range s.models {
		o.minute.clear(now)
		l := o.limits
		m.rest(o.name, limitRPM, l.RPM, o.minute.requests)
		m.rest(o.name, limitTPM, l.TPM, o.minute.tokens)
		m.rest(o.name, limitRPD, l.RPD, o.today.sent+o.today.open)
		if l.RPD > 0 {
			m.lasts.WithLabelValues(o.name).Set(o.report(now, s.today).Lasts.Seconds())
		}
	}
}

func (m *metrics) rest(model, what string, limit, used int) {
	if limit > 0 {
		m.left.WithLabelValues(model, what).Set(float64(max(limit-used, 0)))
	}
}
