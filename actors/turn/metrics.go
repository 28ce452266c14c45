package turn

import (
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the numbers of all turns together. Nil counts nothing.
type Metrics struct {
	whole *prometheus.HistogramVec // by outcome
	stage *prometheus.HistogramVec
}

// NewMetrics registers the numbers, if there is where to.
func NewMetrics(r prometheus.Registerer) *Metrics {
	return &Metrics{
		whole: actors.Registered(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "troupe_answer_seconds",
			Help: "Time from when a question was heard until all that it gets stood in its channel, edits left out, by outcome: answered, refused.",
			// From what is in memory to the end of an outage that was waited for.
			Buckets: []float64{.1, .2, .3, .5, .75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200},
		}, []string{"outcome"})),
		stage: actors.Registered(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "troupe_turn_stage_seconds",
			Help:    "What answers are made of: how long a check or a source took, or how long after the question a step came.",
			Buckets: []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"stage"})),
	}
}

// shown counts an answer, or a refusal, that stands in its channel.
func (m *Metrics) shown(outcome messages.TriggerState, took time.Duration) {
	if m != nil {
		m.whole.WithLabelValues(string(outcome)).Observe(took.Seconds())
	}
}

// traced takes the steps of an answer. What was not over is not known.
func (m *Metrics) traced(steps []messages.TraceStep) {
	if m == nil {
		return
	}
	for _, step := range steps {
		if step.End == messages.StepUnsettled {
			continue
		}
		took := step.After
		if !isMoment(step.What) {
			took = step.Took
		}
		m.stage.WithLabelValues(step.What).Observe(took.Seconds())
	}
}

// isMoment reports whether a step takes no time: it is no check or source.
func isMoment(what string) bool {
	switch what {
	case messages.StepBegun, messages.StepWord, messages.StepAsked, messages.StepFirstToken,
		messages.StepLastToken, messages.StepFirstPost, messages.StepFinished:
		return true
	}
	return false
}
