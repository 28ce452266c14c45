package turn

import (
	"strings"
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
)

// A queue is a waitlist played by the test.
type queue struct {
	*actortest.Probe
	waiting int             // questions already in line
	holds   []time.Duration // of each that stands by, until it may proceed; then it is refused
}

func (k *cast) line(q *queue) {
	q.Probe = k.e.Fake(func(c *actor.Context) {
		switch c.Message().(type) {
		case *messages.GetOutage:
			c.Respond(&messages.Outage{Waiting: q.waiting})
		case *messages.StandBy:
			c.Respond(actors.Partial{Message: &messages.Place{Ahead: len(q.holds)}})
			if len(q.holds) == 0 {
				c.Respond(&messages.Refused{Reason: messages.RefusedFull})
				return
			}
			later(c, q.holds[0], &messages.Proceed{})
			q.holds = q.holds[1:]
		}
	})
	k.cfg.Waitlist, k.cfg.OutageWait, k.accepted = q.PID, 10*time.Minute, time.Now()
}

// heard returns what the waitlist heard, in words.
func (q *queue) heard() (words []string) {
	for _, m := range q.Take() {
		switch m := m.(type) {
		case *messages.StandBy:
			words = append(words, "stand by")
			if m.Untried {
				words[len(words)-1] = "stand by untried"
			}
		case *messages.Served:
			words = append(words, "served")
		}
	}
	return words
}

// A question that meets an outage waits for its end and is answered then; who comes
// when others wait already waits too. What is not about an outage is refused at
// once, and nobody waits longer than they are to.
func TestOutage(t *testing.T) {
	overloaded := &messages.Failure{Cause: messages.CauseOverloaded}
	answer := &messages.Generation{Text: "because"}
	hold := []time.Duration{time.Minute, time.Minute}
	tests := []struct {
		name   string
		queue  queue
		result []any
		heard  []string
		state  messages.TriggerState
		said   string
		shown  bool
	}{
		{"none", queue{}, []any{answer}, nil, messages.TriggerAnswered, "because", false},
		{"one", queue{holds: hold}, []any{overloaded, answer}, []string{"stand by", "served"}, messages.TriggerAnswered, "because", true},
		{
			"the breaker is open",
			queue{holds: hold},
			[]any{&messages.Refused{Reason: messages.RefusedBreaker}, answer},
			[]string{"stand by", "served"},
			messages.TriggerAnswered, "because", true,
		},
		{
			"a long one",
			queue{holds: hold},
			[]any{overloaded, overloaded, answer},
			[]string{"stand by", "stand by", "served"},
			messages.TriggerAnswered, "because", true,
		},
		{
			"others wait",
			queue{waiting: 3, holds: hold},
			[]any{answer},
			[]string{"stand by untried", "served"},
			messages.TriggerAnswered, "because", true,
		},
		{
			"too many wait",
			queue{},
			[]any{overloaded},
			[]string{"stand by"},
			messages.TriggerRefused, "Gemini is not available right now. Please ask again", true,
		},
		{
			"too long",
			queue{holds: []time.Duration{time.Hour}},
			[]any{overloaded},
			[]string{"stand by"},
			messages.TriggerRefused, "Gemini is not available right now. Please ask again", true,
		},
		{
			"no outage",
			queue{holds: hold},
			[]any{&messages.Failure{Cause: messages.CauseMinuteQuota}},
			nil, messages.TriggerRefused, "I have used up what Gemini lets me ask in a minute", false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				k := newCast(e)
				k.line(&tt.queue)
				k.result = tt.result
				k.start(func(q *messages.Question) { q.Trigger.Accepted = k.accepted })
				time.Sleep(11 * time.Minute)
				if got := k.outcome(t); got.State != tt.state {
					t.Errorf("ended as %q", got.State)
				}
				if d := cmp.Diff(tt.heard, tt.queue.heard()); d != "" {
					t.Error(d)
				}
				shown := false
				for _, m := range k.outbox.Take() {
					switch m := m.(*messages.Deliver).Message.(type) {
					case *messages.GrowReply:
						shown = shown || strings.Contains(m.Text, "before it")
					case *messages.FinishReply:
						if !strings.HasPrefix(m.Text, tt.said) {
							t.Errorf("said %q", m.Text)
						}
					}
				}
				if shown != tt.shown {
					t.Errorf("the place was shown: %v", shown)
				}
			})
		})
	}
}
