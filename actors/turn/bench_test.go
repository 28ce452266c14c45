package turn

import (
	"fmt"
	"testing"

	"troupe/actors"
	"troupe/messages"
)

// BenchmarkState takes one question through a turn's core, after 50 messages in
// its channel: six sources, a prompt, an answer that grows ten times, and its trace.
func BenchmarkState(b *testing.B) {
	cfg := testConfig()
	q := &messages.Question{Trigger: messages.Trigger{
		ID: 1000, Channel: 1, Guild: 2, Asker: messages.User{ID: ann, Name: "Ann"}, Text: "and what of the plan?", Accepted: noon,
	}}
	window := &messages.Window{Anchor: 50}
	for i := range 50 {
		window.Lines = append(window.Lines, messages.Line{
			ID: messages.MessageID(1 + i), Author: bob, Name: "Bob", Text: fmt.Sprint("another thought on the plan, number ", i),
		})
	}
	checks := map[source]any{ofAdmission: &messages.Admitted{}, ofGuild: &messages.GuildContext{Known: true, Permissions: messages.PermissionAll}}
	sources := map[source]any{
		ofUser: &messages.UserContext{}, ofWindow: window, ofPins: &messages.Pins{}, ofOutage: &messages.Outage{},
	}
	answer := &messages.Generation{Text: "because"}
	posted := &messages.ReplyPosted{Parts: []messages.MessageID{2000}}
	b.ReportAllocs()
	for b.Loop() {
		s := newState(cfg, q)
		s.record.begun(noon)
		for what := range checks {
			s.checks.Await(what, noon)
		}
		for what := range sources {
			s.context.Await(what, noon)
		}
		s.mayspeak(q.Trigger)
		for what, m := range checks {
			s.settle(actors.Answered{Tag: what, Message: m}, noon)
		}
		for what, m := range sources {
			s.settle(actors.Answered{Tag: what, Message: m}, noon)
		}
		if !s.ready() {
			b.Fatal("it is not ready")
		}
		s.prompt()
		for range 10 {
			s.grow("beca")
		}
		if s.result(answer, noon) != speak || !s.delivers() {
			b.Fatal("it is not said")
		}
		s.posted(posted, nil, noon)
		s.trace(noon)
	}
}
