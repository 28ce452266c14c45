package turn

import (
	"context"
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// An asked model says the same to whatever it is asked, and keeps that.
type askedModel struct{ prompts []*messages.Prompt }

func (m *askedModel) Generate(_ context.Context, p *messages.Prompt, grow func(string)) (*messages.Generation, error) {
	m.prompts = append(m.prompts, p)
	grow("be")
	return &messages.Generation{Text: "because"}, nil
}

// answered is a turn that has answered a question which stands alone.
func answered(m Model) *turn {
	cfg := Config{Gemini: m, Tokens: func(s string) int { return len(s) }}
	a := &turn{cfg: cfg, state: aloneState()}
	a.state.model.first = a.state.frame.model
	a.state.prompt()
	result := &messages.Generation{Text: "because"}
	a.state.generated(result, noon)
	a.state.result(result, noon)
	return a
}

// An answer is made anew by asking the model the same, in the background, as often
// as wanted; what that holds is weighed.
func TestRenew(t *testing.T) {
	m := &askedModel{}
	a := answered(m)
	keep := a.keeps()
	for range 2 {
		job := keep.Renew()
		if job.Priority != messages.PriorityBackground || job.Wait != renewWait || job.Guild != a.state.trigger.Guild {
			t.Errorf("the job is %+v", job)
		}
		if g, ok := job.Run(t.Context(), func(any) {}).(*messages.Generation); !ok || g.Text != keep.Text {
			t.Errorf("made anew it is %v", g)
		}
	}
	want, _ := a.state.prompt()
	if d := cmp.Diff([]*messages.Prompt{want, want}, m.prompts); d != "" {
		t.Error(d)
	}
	if text := len(want.System) + len(want.Turns[0].Text); keep.Weight != renewBytes+text {
		t.Errorf("weighs %d with a text of %d", keep.Weight, text)
	}
}

// An answer that the model was not asked for is not made anew, nor one of the spare
// model or from the cache. It may be kept all the same.
func TestRenewNot(t *testing.T) {
	for name, change := range map[string]func(*state){
		"nobody was asked": func(s *state) { s.reuse.prompt = nil },
		"from the cache":   func(s *state) { s.reuse.hit = true },
		"the spare model":  func(s *state) { s.reuse.prompt.Model = "spare" },
	} {
		a := answered(&askedModel{})
		change(&a.state)
		if keep := a.keeps(); keep == nil || keep.Renew != nil || keep.Weight != 0 {
			t.Errorf("%s: %+v", name, keep)
		}
	}
}
