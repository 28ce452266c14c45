package analyzer

import (
	"troupe/actors"
	"troupe/messages"

	"github.com/prometheus/client_golang/prometheus"
)

// What becomes of a piece of work.
const (
	outcomeDone        = "done"
	outcomeRefused     = "refused"     // the backlog was full
	outcomeSkipped     = "skipped"     // there is nothing in it, or nobody allows it
	outcomeDiscarded   = "discarded"   // it was given up: the model refuses it, or answers nonsense
	outcomeQuarantined = "quarantined" // it crashed the analyzer twice
)

// metrics are the numbers of one analyzer. They outlive its crashes.
type metrics struct {
	name    string
	pieces  *prometheus.CounterVec // by analyzer and outcome
	backlog *prometheus.GaugeVec   // by analyzer
	paused  *prometheus.CounterVec // by analyzer
}

func newMetrics(r prometheus.Registerer, name messages.Analyzer) *metrics {
	return &metrics{
		name: string(name),
		pieces: actors.Registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_analyzer_pieces_total",
			Help: "Pieces of background work, by what became of them: done, skipped (nothing in it, or nobody allows it), discarded (given up), refused (the backlog was full), quarantined.",
		}, []string{"analyzer", "outcome"})),
		backlog: actors.Registered(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "troupe_analyzer_backlog",
			Help: "Pieces of background work in the store, as far as the analyzer knows.",
		}, []string{"analyzer"})),
		paused: actors.Registered(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "troupe_analyzer_pauses_total",
			Help: "Times that background work was put off, since times were not quiet or something it needs failed.",
		}, []string{"analyzer"})),
	}
}

func (m *metrics) settled(outcome string, pieces int) {
	m.pieces.WithLabelValues(m.name, outcome).Add(float64(pieces))
}

func (m *metrics) stand(backlog int) { m.backlog.WithLabelValues(m.name).Set(float64(backlog)) }

func (m *metrics) putOff() { m.paused.WithLabelValues(m.name).Inc() }
