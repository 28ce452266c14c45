package analyzer_test

import (
	"strings"
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/actors/analyzer"
	"troupe/actors/journal"
	"troupe/actors/router"
	"troupe/messages"
	"troupe/store"

	"github.com/anthdm/hollywood/actor"
)

// What somebody consents to is asked again if it cannot be told: a stretch is not summed
// up without them, nor let be.
func TestConsentLate(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		log, kept, failures := actortest.Log(), store.NewMemory(), 2
		health := e.Fake(func(c *actor.Context) {
			if c.Sender() != nil {
				c.Respond(&messages.Health{})
			}
		})
		quota := e.Fake(func(c *actor.Context) { c.Respond(&messages.QuotaState{}) })
		keeper := e.Start(journal.New(journal.Config{Store: kept, Health: health.PID, Log: log}))
		pool := func(name string) *actor.PID {
			return e.Start(router.New(router.Config{Name: name, Capacity: 10, Concurrency: router.Concurrency{Start: 5}, Log: log}))
		}
		users := e.Fake(func(c *actor.Context) {
			if failures > 0 {
				failures--
				c.Respond(&messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryOnce})
				return
			}
			c.Respond(&messages.Consent{})
		})
		from := messages.MessageIDAt(time.Now())
		channels := e.Fake(func(c *actor.Context) {
			switch m := c.Message().(*messages.Deliver).Message.(type) {
			case *messages.GetLines:
				lines := []messages.Line{{ID: from, Author: ann, Text: "a"}, {ID: from + 1, Author: 8, Text: "b"}, {ID: from + 2, Author: ann, Text: "c"}}
				c.Respond(&messages.Lines{Lines: lines, At: time.Now()})
			case *messages.Learned:
				if _, err := kept.Apply(t.Context(), []any{&messages.SettlePieces{Pieces: m.Pieces}}, nil); err != nil {
					t.Error(err)
				}
				c.Respond(&messages.LearnedTaken{Done: true})
			default:
				t.Errorf("a channel hears %T", m)
			}
		})
		model := &gemini{answer: func(*messages.Prompt) (string, error) { return `{"summary":"letters"}`, nil }}
		summary := e.Start(analyzer.New(analyzer.Config{
			Mind: mindOf(messages.AnalyzerSummary), Self: 1, Most: 10, Model: "m", Tokens: func(s string) int { return len(s) / 4 },
			Gemini: model, Users: users.PID, Channels: channels.PID, Journal: keeper,
			Health: health.PID, Quota: quota.PID, Pool: pool("gemini"), Context: pool("context"), Log: log,
		}))
		e.Tell(summary, &messages.Work{Piece: messages.Piece{
			Analyzer: messages.AnalyzerSummary, Owner: "channel/3", Guild: 5, Channel: 3, From: from, To: from + 2,
		}})
		time.Sleep(10 * time.Minute)
		got := model.prompts()
		if len(got) == 0 || failures > 0 {
			t.Fatalf("the model is asked %q, after all but %d failures", got, failures)
		}
		for _, prompt := range got {
			for _, line := range []string{"a", "b", "c"} {
				if !strings.Contains(prompt, ": "+line) {
					t.Errorf("%q is not in %q", line, prompt)
				}
			}
		}
	})
}
