package turn

import (
	"troupe/actors"
	"troupe/messages"

	"github.com/prometheus/client_golang/prometheus"
)

// Stages are the times of what answers are made of, for all turns together.
type Stages struct{ seconds *prometheus.HistogramVec }

// NewStages returns the stages that r tells of; nil for nobody.
func NewStages(r prometheus.Registerer) *Stages {
	return &Stages{seconds: actors.Registered(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "troupe_turn_stage_seconds",
		Help:    "What answers are made of: how long a check or a source took, or how long after the question a step came.",
		Buckets: []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
	}, []string{"stage"}))}
}

// observe takes the steps of an answer. What was not over is not known.
func (s *Stages) observe(steps []messages.TraceStep) {
	if s == nil {
		return
	}
	for _, step := range steps {
		if step.End == messages.StepUnsettled {
			continue
		}
		took := step.After
		if !isStep(step.What) {
			took = step.Took
		}
		s.seconds.WithLabelValues(step.What).Observe(took.Seconds())
	}
}

// isStep reports whether a name is that of a moment, not of a check or a source.
func isStep(what string) bool {
	switch what {
	case messages.StepBegun, messages.StepWord, messages.StepAsked, messages.StepFirstToken,
		messages.StepLastToken, messages.StepFirstPost, messages.StepFinished:
		return true
	}
	return false
}
