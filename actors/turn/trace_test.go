package turn

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// traced returns the one trace that the journal was told, and which messages it
// was told before it.
func (k *cast) traced(t *testing.T) messages.Trace {
	t.Helper()
	var traces []messages.Trace
	ended := false
	for _, m := range k.journal.Take() {
		switch m := m.(type) {
		case *messages.KeepTrace:
			traces = append(traces, m.Trace)
			if ended {
				t.Error("the trace comes after the outcome: it has a commit of its own")
			}
		case *messages.EndTrigger:
			ended = true
		}
	}
	if len(traces) != 1 {
		t.Fatalf("%d traces", len(traces))
	}
	return traces[0]
}

// ends returns how each step of a trace ended, and when, in milliseconds.
func ends(tr messages.Trace) (order string, took map[string]int64) {
	took = map[string]int64{}
	for _, s := range tr.Steps {
		name := s.What
		if s.End != "" {
			name += "=" + s.End
		}
		order += name + " "
		took[name] = (s.After + s.Took).Milliseconds()
	}
	return strings.TrimSpace(order), took
}

// A trace tells the time of each step and source, what is missing, and who made
// the answer; none of it is anything that somebody wrote.
func TestTrace(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.slow, k.cold = 100*time.Millisecond, 2*time.Second
		k.grows = []string{"be", "because"}
		k.accepted = time.Now()
		r := prometheus.NewRegistry()
		k.cfg.Metrics = NewMetrics(r)
		k.result = []any{&messages.Generation{Text: "because", Model: "m-1", Usage: messages.Usage{Prompt: 7, Total: 9}}}
		k.parts = nil
		k.start(func(q *messages.Question) { q.Trigger.Accepted = time.Now() })
		k.outcome(t)
		tr := k.traced(t)
		order, took := ends(tr)
		if want := "begun word admission guild user window=late pins first_post asked first_token last_token finished"; !sameWords(order, want) {
			t.Errorf("steps: %s", order)
		}
		for name, ms := range map[string]int64{"begun": 0, "pins": 100, "window=late": 1500, "asked": 1500, "first_token": 1500, "last_token": 1600, "finished": 1600} {
			if took[name] != ms {
				t.Errorf("%s at %d ms, want %d", name, took[name], ms)
			}
		}
		if n := testutil.CollectAndCount(r, "troupe_turn_stage_seconds"); n != len(tr.Steps) {
			t.Errorf("%d stages are measured, %d are told", n, len(tr.Steps))
		}
		if tr.Trigger != 7 || tr.Asker != ann || tr.State != messages.TriggerAnswered || tr.Model != "m-1" || tr.Usage.Total != 9 ||
			tr.Share == "" || cmp.Diff([]messages.MessageID{70}, tr.Parts) != "" {
			t.Errorf("trace: %+v", tr)
		}
		b, err := json.Marshal(tr)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"why", "because", "hello", "Ann", "Bob", "be kind"} {
			if strings.Contains(string(b), text) {
				t.Errorf("the trace holds %q: %s", text, b)
			}
		}
	})
}

func sameWords(got, want string) bool {
	a, b := map[string]int{}, map[string]int{}
	for w := range strings.FieldsSeq(got) {
		a[w]++
	}
	for w := range strings.FieldsSeq(want) {
		b[w]++
	}
	return cmp.Diff(a, b) == ""
}

// A refusal has a trace too: what stopped it, and what was not needed any more.
func TestTraceOfRefusal(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		k := newCast(e)
		k.admit, k.cold = &messages.Failure{Cause: messages.CauseUserRate}, time.Second
		k.lost = 2 // the outcome is written three times, the trace once
		k.start(nil)
		k.outcome(t)
		tr := k.traced(t)
		_, took := ends(tr)
		for _, name := range []string{"admission=failed", "window=unneeded", "finished"} {
			if _, ok := took[name]; !ok {
				t.Errorf("there is no %s: %v", name, took)
			}
		}
		if tr.State != messages.TriggerRefused || tr.Cause != messages.CauseUserRate || tr.Model != "" {
			t.Errorf("trace: %+v", tr)
		}
	})
}

// What a trace tells of a generation: who led it, and what a failed one cost.
func TestTraceOfGeneration(t *testing.T) {
	usage := messages.Usage{Total: 3}
	r := record{heard: noon}
	r.generated(actors.Answered{Err: &messages.Failure{Usage: usage}}, noon)
	if r.made.Usage != usage || len(r.steps) != 0 {
		t.Errorf("after a failure: %+v", r)
	}
	r.generated(actors.Answered{Message: &messages.Joined{Result: &messages.Generation{Model: "m"}, Waiters: 4, First: true}}, noon.Add(time.Second))
	if !r.led || r.waiters != 4 || r.made.Model != "m" || len(r.steps) != 1 || r.steps[0].After != time.Second {
		t.Errorf("after an answer: %+v", r)
	}
	for range 3 * maxSteps {
		r.note(messages.StepAsked, noon)
	}
	r.note(messages.StepFinished, noon)
	if n := len(r.steps); n != maxSteps || r.steps[n-1].What != messages.StepFinished {
		t.Errorf("%d steps, the last %v", n, r.steps[n-1])
	}
}

// The first post is told by Discord's clock, unless it was there before.
func TestTraceOfFirstPost(t *testing.T) {
	id := messages.MessageIDAt(noon)
	for _, tt := range []struct {
		part     messages.MessageID
		revision int
		want     bool
	}{{messages.MessageIDAt(noon.Add(300 * time.Millisecond)), 0, true}, {id - 1, 0, false}, {id + 1<<22, 1, false}} {
		s := asked(func(q *messages.Question) { q.Trigger.ID, q.Trigger.Revision = id, tt.revision })
		s.parts = []messages.MessageID{tt.part}
		steps := s.trace(noon).Steps
		if got := len(steps) == 1 && steps[0].What == messages.StepFirstPost && steps[0].After == 300*time.Millisecond; got != tt.want {
			t.Errorf("part %v: %+v", tt.part, steps)
		}
	}
}
