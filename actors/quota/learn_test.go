package quota

import (
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// A 429 teaches: limits that are lower than ours, and for how long not to ask.
func TestLearning(t *testing.T) {
	limit := func(what string, value int) messages.Limit { return messages.Limit{What: what, Value: value} }
	tests := []struct {
		name    string
		failure messages.Failure
		limits  Limits
		next    string
		pause   time.Duration // until the next is admitted
	}{
		{
			"minute",
			messages.Failure{Cause: messages.CauseMinuteQuota, After: 48 * time.Second, Limits: []messages.Limit{limit("rpm", 15)}},
			Limits{RPM: 15, TPM: 1000, RPD: 100},
			"limit paused: wait 48s", 48 * time.Second,
		},
		{
			"tokens, of two tiers",
			messages.Failure{Cause: messages.CauseMinuteQuota, After: time.Second, Limits: []messages.Limit{limit("tpm", 500), limit("tpm", 700)}},
			Limits{RPM: 20, TPM: 500, RPD: 100},
			"limit paused: wait 1s", time.Second,
		},
		{
			"higher than ours",
			messages.Failure{Cause: messages.CauseMinuteQuota, After: time.Second, Limits: []messages.Limit{limit("rpm", 1000)}},
			Limits{RPM: 20, TPM: 1000, RPD: 100},
			"limit paused: wait 1s", time.Second,
		},
		{
			"no time",
			messages.Failure{Cause: messages.CauseMinuteQuota, Status: 429, Limits: []messages.Limit{limit("rpm", 15)}},
			Limits{RPM: 15, TPM: 1000, RPD: 100},
			"limit paused: wait 10s", limitPause,
		},
		{"no word", messages.Failure{Cause: messages.CauseMinuteQuota, Status: 429}, Limits{RPM: 20, TPM: 1000, RPD: 100}, "yes", 0},
		{
			"day",
			messages.Failure{Cause: messages.CauseDayQuota, After: 22 * time.Second, Limits: []messages.Limit{limit("rpm", 15), limit("rpd", 50)}},
			Limits{RPM: 15, TPM: 1000, RPD: 50},
			"day_quota: m: paused, since Gemini said no, again in 12h0m0s", 12 * time.Hour,
		},
		{
			"no credit",
			messages.Failure{Cause: messages.CauseKey, Status: 402},
			Limits{RPM: 20, TPM: 1000, RPD: 100},
			"key: m: paused, since Gemini said no, again in 1m0s", accountPause,
		},
		{
			"no such model",
			messages.Failure{Cause: messages.CauseModel, Status: 404},
			Limits{RPM: 20, TPM: 1000, RPD: 100},
			"model: m: paused, since Gemini said no, again in 1m0s", accountPause,
		},
		{"safety", messages.Failure{Cause: messages.CauseSafety}, Limits{RPM: 20, TPM: 1000, RPD: 100}, "yes", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, Limits{RPM: 20, TPM: 1000, RPD: 100}, nil)
			w.want("a", 1, "yes")
			w.want("b", 1, "yes")
			if _, l := w.settle("a", messages.Settle{Sent: true, Failure: &tt.failure}); l.pause != tt.pause {
				t.Errorf("a pause of %v", l.pause)
			}
			if _, l := w.settle("b", messages.Settle{Sent: true, Failure: &tt.failure}); len(l.lowered) > 0 || l.cause != "" {
				t.Errorf("learned again: %v", l)
			}
			if d := cmp.Diff(tt.limits, w.s.model("m").limits); d != "" {
				t.Error(d)
			}
			w.want("c", 1, tt.next)
			if _, err := w.s.reserve("d", "another", 1, w.now); err != nil {
				t.Errorf("another model: %v", err)
			}
			w.wait(tt.pause)
			w.want("c", 1, "yes")
		})
	}
}
