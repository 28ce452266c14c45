package turn

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// cacheWait is how long the cache is waited for, beside the sources that are slow.
const cacheWait = 50 * time.Millisecond

// A reuse is what is known of whether an answer may be given again: one from the
// cache to this question, or this one to others.
type reuse struct {
	alone  bool             // the question stands alone, and there is a cache
	looked bool             // the cache was asked, or bypassed
	key    string           // in the cache; "" if the answer may not be given again
	text   string           // of the answer, if it may; "" until there is one
	made   time.Time        // when the model ended it
	hit    bool             // it came from the cache
	prompt *messages.Prompt // that the model was asked last; nil before
}

// askCache asks for an answer that is there already, as soon as it is known on
// what that depends, while the rest of the context may be on its way.
func (a *turn) askCache(c *actor.Context) {
	s := &a.state
	if a.cfg.Cache == nil || s.reuse.looked || !s.keyed() {
		return
	}
	s.reuse.looked = true
	if why := s.bypass(); why != "" {
		c.Send(a.cfg.Cache, &messages.AnswerBypassed{Why: why})
		return
	}
	s.context.Ask(c, a.cfg.Cache, &messages.GetAnswer{Key: s.reuse.key, Stale: s.level >= messages.LevelFallback}, cacheWait, ofCache)
}

// keyed reports whether there may be an answer, and it is known, or cannot be,
// what the key of the cache takes: who the bot is to be, to whom.
func (s *state) keyed() bool {
	return s.outcome == "" && s.checks.Done() && s.endOf(ofUser) != actors.EndNone
}

// endOf returns how a source of context has ended.
func (s *state) endOf(tag source) actors.End {
	for _, p := range s.context.Parts() {
		if p.Tag == tag {
			return p.End
		}
	}
	return actors.EndNone
}

// bypass returns why the cache is not asked, or "", and makes the key. An answer
// to a question that was asked anew replaces the one that is there.
func (s *state) bypass() (why string) {
	g, t := s.frame.guild, &s.trigger
	switch {
	case !s.alone():
		return messages.BypassContext
	case t.Guild != 0 && (g == nil || !g.Known), s.endOf(ofUser) != actors.EndAnswered:
		return messages.BypassUnknown
	}
	s.frame.persona = s.chosen()
	s.reuse.key = s.frame.reuseKey(t)
	if t.Revision > 0 {
		return messages.BypassRevised
	}
	return ""
}

// alone reports whether the question stands alone, as far as is known: not if it
// names somebody who is around, or the answer is to be like its asker writes, which
// may come to light later.
func (s *state) alone() bool {
	if s.reuse.alone && (s.frame.mentionsAny(&s.trigger) || s.frame.style(&s.trigger) != "") {
		s.reuse.alone, s.reuse.key = false, ""
	}
	return s.reuse.alone
}

// mentionsAny reports whether a question has a word of the name of somebody who is
// around: the bot, who asks, who spoke lately.
func (f *frame) mentionsAny(t *messages.Trigger) bool {
	text := wordsOf(t.Text)
	for _, name := range f.known(t) {
		if slices.ContainsFunc(wordsOf(name), func(word string) bool { return slices.Contains(text, word) }) {
			return true
		}
	}
	return false
}

func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !isWordRune(r) })
}

// bare returns the frame of a question that stands alone: who the bot is, and
// nothing else, so that the answer depends on nothing else.
func (f *frame) bare() *frame {
	return &frame{
		model: f.model, persona: f.persona, self: f.self, maxTokens: f.maxTokens, budget: f.budget, tokens: f.tokens,
		window: messages.Window{Anchor: f.window.Anchor},
	}
}

// reuseKey returns what two questions have in common of which one may be given the
// answer to the other, if both stand alone: where that was and is, and all that
// shapes the answer. Where not everybody in a guild may look, it stays in the
// channel: that something was asked there at all is not for others to know.
func (f *frame) reuseKey(t *messages.Trigger) string {
	scope := "channel/" + t.Channel.String()
	if t.Guild != 0 && f.guild != nil && f.guild.Public {
		scope = "guild/" + t.Guild.String()
	}
	p := f.bare().build(t)
	h := sha256.New()
	for _, part := range []string{p.Model, fmt.Sprint(p.MaxTokens), p.System, t.Sameness()} {
		h.Write(fmt.Appendf(nil, "%d:%s", len(part), part))
	}
	return scope + "/" + hex.EncodeToString(h.Sum(nil))
}

// reused takes what the cache has. What else was asked is of no use then.
func (s *state) reused(m *messages.CachedAnswer, now time.Time) {
	if m == nil || m.Text == "" || s.outcome != "" || !s.alone() {
		return
	}
	s.text, s.outcome, s.note = m.Text, messages.TriggerAnswered, reuseNote(m.Made)
	s.share = s.trigger.Channel.String() + "/" + s.reuse.key + "/" + fmt.Sprint(m.Made.UnixMilli())
	s.reuse.text, s.reuse.made, s.reuse.hit = m.Text, m.Made, true
	s.context.Withdraw(now)
}

// generated takes what the generation has ended in: an answer that is whole, and
// nothing but text, may be given again.
func (s *state) generated(result any, now time.Time) {
	g, ok := result.(*messages.Generation)
	if ok && s.outcome == "" && g.Plain() {
		s.reuse.text, s.reuse.made = g.Text, now
	}
}

// The job that makes an answer anew waits for nobody's sake.
const (
	renewWait  = 10 * time.Second // before it runs; later there may be others
	renewBytes = 1024             // of memory that it takes beside the texts: an estimate of structs
)

// keeps returns what the cache is to be told of the answer, with how to make it
// anew; nil for nothing.
func (a *turn) keeps() *messages.KeepAnswer {
	keep := a.state.keeps()
	if keep == nil || !a.state.renewable() {
		return keep
	}
	cfg, prompt := a.cfg, a.state.reuse.prompt // not the turn, which would stay in memory
	from := messages.Trigger{Guild: a.state.trigger.Guild, Channel: a.state.trigger.Channel}
	keep.Renew = func() *messages.Job {
		job := generation(&cfg, prompt, &from, true)
		job.Priority, job.Wait = messages.PriorityBackground, renewWait
		return job
	}
	keep.Weight = renewBytes + len(prompt.System)
	for _, t := range prompt.Turns {
		keep.Weight += len(t.Text)
	}
	return keep
}

// renewable reports whether an answer that is kept can be made anew from what the
// model was asked. What the spare model said is not: in quiet times it is the other
// that is asked, and the answer has another key.
func (s *state) renewable() bool {
	p := s.reuse.prompt
	return p != nil && !s.reuse.hit && p.Model == s.model.first
}

// keeps returns what the cache is to be told of the answer; nil for nothing.
func (s *state) keeps() *messages.KeepAnswer {
	r := &s.reuse
	if r.key == "" || r.text == "" || s.outcome != messages.TriggerAnswered || s.text != r.text {
		return nil
	}
	return &messages.KeepAnswer{
		Key: r.key, Text: r.text, Made: r.made, Reused: r.hit, Channel: s.trigger.Channel,
		Messages: append([]messages.MessageID{s.trigger.ID}, s.parts...),
	}
}
