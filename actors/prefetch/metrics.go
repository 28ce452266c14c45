package prefetch

import (
	"troupe/actors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the numbers of prefetching. They outlive its crashes.
type metrics struct {
	channels *prometheus.CounterVec // by outcome
}

func newMetrics(r prometheus.Registerer) *metrics {
	return &metrics{channels: actors.Registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "troupe_prefetch_channels_total",
		Help: "Channels that were expected to be asked something: warmed; of these hit (somebody asked) and wasted (nobody did); withheld (something was not quiet).",
	}, []string{"outcome"}))}
}

func (m *metrics) warmed()   { m.channels.WithLabelValues("warmed").Inc() }
func (m *metrics) withheld() { m.channels.WithLabelValues("withheld").Inc() }

// settled counts what came of warmings.
func (m *metrics) settled(hits, wasted int) {
	m.channels.WithLabelValues("hit").Add(float64(hits))
	m.channels.WithLabelValues("wasted").Add(float64(wasted))
}
