package turn

import (
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// What there is to go without, an answer is made without: half of the prompt's room,
// the first model. An older answer is asked for only when nothing else may come.
func TestLevel(t *testing.T) {
	tests := []struct {
		level  messages.Level
		spare  string
		budget int // of 1000 tokens
		model  string
		stale  bool
	}{
		{messages.LevelNormal, "spare", 1000, "first", false},
		{messages.LevelReduced, "spare", 500, "spare", false},
		{messages.LevelReduced, "", 500, "first", false},
		{messages.LevelFallback, "spare", 500, "spare", true},
		{messages.LevelQueued, "", 500, "first", true},
	}
	for _, tt := range tests {
		t.Run(tt.level.String()+" "+tt.spare, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				r := newReuser(e)
				r.cfg.Model, r.cfg.Spare, r.cfg.Budget = "first", tt.spare, 1000
				r.cfg.Health = e.Fake(func(c *actor.Context) {
					if _, asked := c.Message().(*messages.GetHealth); asked {
						c.Respond(&messages.Health{Level: tt.level})
					}
				}).PID
				s := newState(r.cfg, &r.q)
				s.levelKnown(tt.level)
				if s.frame.budget != tt.budget || s.frame.model != tt.model {
					t.Errorf("%d tokens, model %q", s.frame.budget, s.frame.model)
				}
				r.play(t)
				if asked := r.cache.Take()[0].(*messages.GetAnswer); asked.Stale != tt.stale {
					t.Errorf("the cache is asked for a stale answer: %v", asked.Stale)
				}
				if got := r.traced(t).Level; got != tt.level {
					t.Errorf("the trace says %v", got)
				}
			})
		})
	}
}

// Who does not know the level holds up no answer for longer than other sources.
func TestLevelUnknown(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		r := newReuser(e)
		r.cfg.Health = e.Fake(func(*actor.Context) {}).PID
		began := time.Now()
		told, _ := r.play(t)
		if told.State != messages.TriggerAnswered || time.Since(began) > 2*time.Minute {
			t.Errorf("%v after %v", told.State, time.Since(began))
		}
	})
}

// spared is a turn that has two models.
func spared() state {
	cfg := testConfig()
	cfg.Model, cfg.Spare = "first", "spare"
	return newState(cfg, &messages.Question{Trigger: messages.Trigger{ID: 7, Channel: 1, Text: "why?"}})
}

// When a model's requests of the day are used up the other answers, once; that is
// not the answer that the cache was asked for.
func TestOtherModel(t *testing.T) {
	used := &messages.Failure{Cause: messages.CauseDayQuota}
	s := spared()
	s.reuse.key = "key"
	if got := s.result(used, noon); got != joinNow || s.frame.model != "spare" || s.reuse.key != "" {
		t.Errorf("next %v, with %q", got, s.frame.model)
	}
	if got := s.result(used, noon); got != speak || s.cause != messages.CauseDayQuota {
		t.Errorf("next %v, cause %q", got, s.cause)
	}
	s = spared()
	s.levelKnown(messages.LevelReduced)
	if got := s.result(used, noon); got != joinNow || s.frame.model != "first" {
		t.Errorf("under strain: next %v, with %q", got, s.frame.model)
	}
	s = asked(nil)
	if got := s.result(used, noon); got != speak {
		t.Errorf("without a spare model: next %v", got)
	}
}
