package turn

import (
	"context"
	"strings"
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// A chain is followed as far as it is known, four messages at most, and never in
// a circle.
func TestChainOf(t *testing.T) {
	lines := []messages.Line{
		{ID: 1},
		{ID: 2, ReplyTo: 1},
		{ID: 3, ReplyTo: 2},
		{ID: 4, ReplyTo: 3},
		{ID: 5, ReplyTo: 4},
		{ID: 6},
		{ID: 7, ReplyTo: 99},
		{ID: 8, ReplyTo: 8},
		{ID: 10, ReplyTo: 9},
		{ID: 11, ReplyTo: 7},
	}
	tests := []struct {
		to    messages.MessageID
		want  []messages.MessageID
		whole bool
	}{
		{0, nil, true},
		{6, []messages.MessageID{6}, true},
		{3, []messages.MessageID{1, 2, 3}, true},
		{5, []messages.MessageID{2, 3, 4, 5}, true},
		{9, nil, false},
		{10, []messages.MessageID{10}, false},
		{8, nil, false},
		{7, nil, false},
		{11, []messages.MessageID{11}, false},
	}
	for _, tt := range tests {
		chain, whole := chainOf(lines, tt.to)
		var got []messages.MessageID
		for _, l := range chain {
			got = append(got, l.ID)
		}
		if d := cmp.Diff(tt.want, got); d != "" || whole != tt.whole {
			t.Errorf("from %v, whole: %v\n%s", tt.to, whole, d)
		}
	}
}

// The window has the chain, or else Discord is asked once; a window that is slow
// is not waited for before; what comes too late is left out.
func TestChain(t *testing.T) {
	tests := []struct {
		name  string
		to    messages.MessageID
		slow  time.Duration
		cold  time.Duration
		reads int
		after time.Duration // until the model is asked
		want  string
	}{
		{"in the window", 2, 0, 0, 0, 0, "Bob: hello\nAnn: hi\n"},
		{"in Discord", 5, 100 * time.Millisecond, 0, 1, 120 * time.Millisecond, "one: 4\ntwo: 5\n"},
		{"the window is slow", 5, 100 * time.Millisecond, 400 * time.Millisecond, 1, 400 * time.Millisecond, "one: 4\ntwo: 5\n"},
		{"a slow window has it", 2, 200 * time.Millisecond, 210 * time.Millisecond, 1, 210 * time.Millisecond, "Bob: hello\nAnn: hi\n"},
		{"nowhere", 3, 0, 0, 1, 0, "quoted\n"},
		{"Discord is too slow", 5, 600 * time.Millisecond, 0, 1, 600 * time.Millisecond, "quoted\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				k := newCast(e)
				k.slow, k.cold, k.word = tt.slow, tt.cold, -1
				r := &room{lines: []messages.Message{
					{ID: 4, Author: messages.User{ID: 11, Name: "one"}, Content: "4"},
					{ID: 5, Author: messages.User{ID: 12, Name: "two"}, Content: "5", ReplyTo: 4},
				}}
				k.enter(r)
				k.cfg.Gemini = &ear{}
				k.start(func(q *messages.Question) {
					q.Trigger.ReplyTo, q.Trigger.ReplyText, q.Trigger.Guild = tt.to, "quoted", 0
				})
				began := time.Now()
				prompt := k.prompt(t)
				if took := time.Since(began); took.Round(10*time.Millisecond) < tt.after || took > tt.after+50*time.Millisecond {
					t.Errorf("the model is asked after %v", took)
				}
				if r.reads != tt.reads {
					t.Errorf("%d reads", r.reads)
				}
				if got := show(prompt); !strings.Contains(got, tt.want) {
					t.Errorf("not in the prompt: %q\n%s", tt.want, got)
				}
			})
		})
	}
}

// prompt returns what the model is asked, as soon as it is.
func (k *cast) prompt(t *testing.T) *messages.Prompt {
	t.Helper()
	for range 1000 {
		time.Sleep(time.Millisecond)
		for _, m := range k.joins.Take() {
			j, ok := m.(*messages.Join)
			if !ok || j.Job.Kind != "generate" {
				continue
			}
			j.Job.Run(t.Context(), func(any) {})
			return k.cfg.Gemini.(*ear).prompt
		}
	}
	t.Fatal("the model is not asked")
	return nil
}

// ear is a model that notes what it is asked.
type ear struct{ prompt *messages.Prompt }

func (e *ear) Generate(_ context.Context, p *messages.Prompt, _ func(string)) (*messages.Generation, error) {
	e.prompt = p
	return &messages.Generation{Text: "because"}, nil
}
