package turn

import (
	"cmp"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A record is what a turn notes of how its answer comes about.
type record struct {
	heard   time.Time // when the question was
	steps   []messages.TraceStep
	made    messages.Generation // without its text; zero if there is none
	origins origins             // of what the prompt recalls
	share   string              // the key of the generation
	led     bool
	waiters int
	merged  bool
	told    bool // to the journal
}

// maxSteps bounds what is noted of an answer that is asked for again and again.
const maxSteps = 40

// note takes down that a step is done. One that comes again is noted again.
func (r *record) note(what string, now time.Time) {
	if len(r.steps) == maxSteps {
		r.steps = r.steps[:maxSteps-1]
	}
	r.steps = append(r.steps, messages.TraceStep{What: what, After: now.Sub(r.heard)})
}

// begun notes that the turn has taken the question up.
func (r *record) begun(now time.Time) {
	if r.heard.IsZero() {
		r.heard = now
	}
	r.note(messages.StepBegun, now)
}

// grew notes when the text begins.
func (r *record) grew(now time.Time) {
	if !slices.ContainsFunc(r.steps, func(s messages.TraceStep) bool { return s.What == messages.StepFirstToken }) {
		r.note(messages.StepFirstToken, now)
	}
}

// generated notes what a generation has come to. What failed is billed too, perhaps.
func (r *record) generated(m actors.Answered, now time.Time) {
	j, ok := m.Message.(*messages.Joined)
	if !ok {
		if f, failed := m.Err.(*messages.Failure); failed { //nolint:errorlint // answers are never wrapped
			r.made.Usage = f.Usage
		}
		return
	}
	r.led, r.waiters = j.First, j.Waiters
	if g, ok := j.Result.(*messages.Generation); ok {
		r.made.Model, r.made.Usage = g.Model, g.Usage
		r.note(messages.StepLastToken, now)
	}
}

// delivered notes that the answer stands in the channel.
func (r *record) delivered(p *messages.ReplyPosted, now time.Time) {
	if p != nil {
		r.merged = p.Merged
		r.note(messages.StepFinished, now)
	}
}

// keepTrace has the trace kept, once. It shares the commit of what comes next, and
// nobody waits for it.
func (a *turn) keepTrace(c *actor.Context) {
	if r := &a.state.record; !r.told {
		r.told = true
		trace := a.state.trace(time.Now())
		a.cfg.Metrics.traced(trace.Steps)
		c.Engine().Send(a.cfg.Journal, &messages.KeepTrace{Trace: trace}) // without a sender to answer
	}
}

// trace returns how the answer came about, as far as it has come.
func (s *state) trace(now time.Time) messages.Trace {
	r, t := &s.record, &s.trigger
	steps := slices.Clone(r.steps)
	for _, g := range []*actors.Group{&s.checks, &s.context, &s.chain} {
		for _, p := range g.Parts() {
			if name := sourceName(p.Tag); g != &s.chain || s.reading && name == string(ofDiscord) {
				steps = append(steps, stepOf(name, p, r.heard, now))
			}
		}
	}
	if len(s.parts) > 0 && s.parts[0] > t.ID && t.Revision == 0 { // both IDs are by Discord's clock
		steps = append(steps, messages.TraceStep{What: messages.StepFirstPost, After: s.parts[0].Time().Sub(t.ID.Time())})
	}
	slices.SortStableFunc(steps, func(a, b messages.TraceStep) int { return cmp.Compare(a.After, b.After) })
	return messages.Trace{
		Trigger: t.ID, Channel: t.Channel, Guild: t.Guild, Asker: t.Asker.ID, Revision: t.Revision,
		Level: s.level, Attempts: t.Attempts, Deaths: t.Deaths, State: s.outcome, Cause: s.cause, Heard: r.heard.Round(0), Steps: steps,
		Parts: slices.Clone(s.parts), Merged: r.merged,
		Facts: r.origins.facts, Lore: r.origins.lore, Sums: r.origins.sums,
		Model: r.made.Model, Usage: r.made.Usage, Share: r.share, Led: r.led, Waiters: r.waiters,
	}
}

// sourceName returns how a trace calls a source.
func sourceName(tag any) string {
	if what, ok := tag.(source); ok {
		return string(what)
	}
	return "file"
}

// stepOf returns a check or a source as a step.
func stepOf(name string, p actors.Part, heard, now time.Time) messages.TraceStep {
	step := messages.TraceStep{What: name, After: p.Began.Sub(heard), Took: p.Took}
	switch p.End {
	case actors.EndNone:
		step.Took, step.End = now.Sub(p.Began), messages.StepUnsettled
	case actors.EndFailed:
		step.End = messages.StepFailed
	case actors.EndWithdrawn:
		step.End = messages.StepUnneeded
	case actors.EndLeftOut:
		step.End = messages.StepLeftOut
		if p.Late() {
			step.End = messages.StepLate
		}
	case actors.EndAnswered:
	}
	return step
}
