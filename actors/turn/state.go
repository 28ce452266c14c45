package turn

import (
	"strconv"
	"strings"
	"time"

	"troupe/actors"
	"troupe/messages"
)

// A state is how far an answer has come. Its methods take what was heard and
// say what is to be done.
type state struct {
	frame   frame
	persona func(string) string
	refuses messages.Cause // see messages.Question
	again   bool           // this is not the first try of the answer

	checks  actors.Group // whether there may be an answer
	context actors.Group // what the prompt is made of
	chain   actors.Group // where what the question replies to is looked for
	reading bool         // Discord was asked for it
	reuse   reuse        // of an answer from the cache, or of this one later
	unsure  bool         // whether an earlier try has answered already
	cause   messages.Cause
	after   time.Duration // when to come back, with cause

	trigger messages.Trigger // as the channel gave it, anew with the word
	word    bool             // it may speak
	opened  bool             // the outbox was told of the reply
	erased  bool             // the outbox has deleted what it had of it, since the question is gone
	share   string           // the key of the generation
	shared  messages.KeepShared
	text    string // so far; the whole answer once decided
	note    string
	outcome messages.TriggerState // "" until decided
	sent    bool                  // the outbox was asked to finish
	tries   int                   // of what crashed under way
	shorter bool                  // the prompt was cut down once
	model   models
	level   messages.Level // what to go without
	outage  outage
	record  record
	parts   []messages.MessageID // that hold the answer, once it stands in the channel

	begun time.Time            // when it was first looked what is in the channel; zero before
	looks int                  // that failed
	left  []messages.MessageID // in the channel, by an earlier try
}

// A next says how to go on after a generation has ended.
type next int

const (
	speak    next = iota // it is decided what to say
	joinNow              // ask again, with a shorter prompt
	joinSoon             // ask again after a pause
	standBy              // ask again when the model is back
)

// maxTries bounds how often a turn asks again what crashed on the other side.
const maxTries = 3

func newState(cfg Config, q *messages.Question) state {
	s := state{
		frame:   frame{model: cfg.Model, maxTokens: cfg.MaxTokens, budget: cfg.Budget, tokens: cfg.Tokens, files: map[uint64]string{}, self: cfg.Self},
		persona: cfg.Persona,
		model:   models{first: cfg.Model, spare: cfg.Spare},
		outage:  outage{wait: cfg.OutageWait},
		refuses: q.Refuse,
		again:   q.Again,
		unsure:  q.Again,
		trigger: q.Trigger,
		record:  record{heard: q.Trigger.Accepted},
		checks:  actors.All(),
		context: actors.AllSettled(),
		chain:   actors.FirstOf(),
		reuse:   reuse{alone: cfg.Cache != nil && standsAlone(&q.Trigger)},
	}
	s.decideAtOnce()
	return s
}

// decideAtOnce decides what needs no model: a refusal, an answer that the store
// has already, a mention without a question.
func (s *state) decideAtOnce() {
	t := &s.trigger
	switch {
	case s.refuses != "":
		s.refuse(s.refuses, 0, time.Time{})
	case t.Final != "":
		s.text, s.outcome = t.Final, messages.TriggerAnswered
	case t.Text == "" && len(t.Attachments) == 0 && t.ReplyText == "":
		s.text, s.outcome = greeting, messages.TriggerAnswered
	}
}

// generates reports whether the model is to be asked.
func (s *state) generates() bool { return s.outcome == "" }

// decided reports whether it is known what to say.
func (s *state) decided() bool { return s.outcome != "" }

// ready reports whether all is known that the prompt depends on.
func (s *state) ready() bool { return s.outcome == "" && s.checks.Done() && s.context.Done() }

// delivers reports, once, that it is decided what to say and may be said.
func (s *state) delivers() bool {
	if s.outcome == "" || !s.opens() || s.sent {
		return false
	}
	s.sent = true
	return true
}

// prompt builds what the model is asked, and the key by which others may share
// the answer. What a person wants of personas wins over the guild.
func (s *state) prompt() (*messages.Prompt, string) {
	s.frame.persona = s.chosen()
	f := &s.frame
	if s.alone() {
		f = f.bare()
	}
	p := f.build(&s.trigger)
	s.reuse.prompt, s.record.origins = p, f.origins
	s.share = f.shareKey(&s.trigger, p)
	return p, s.share
}

// chosen returns who the bot is to be, as the model is told of it.
func (s *state) chosen() string {
	name := ""
	if s.frame.guild != nil && !s.frame.user.PlainPersona {
		name = s.frame.guild.Persona
	}
	return s.persona(name)
}

// partsKnown takes which messages hold the answer so far; nil if that is not
// known.
func (s *state) partsKnown(m *messages.TriggerFound) {
	if m != nil && len(m.Trigger.Parts) > 0 {
		s.trigger.Parts = m.Trigger.Parts
	}
}

// mayspeak takes the word.
func (s *state) mayspeak(t messages.Trigger) {
	s.word, s.trigger = true, t
	if t.Final != "" && s.outcome == "" {
		s.text, s.outcome = t.Final, messages.TriggerAnswered
	}
}

// grow takes the text so far. It reports whether to show it.
func (s *state) grow(text string) bool {
	if s.outcome != "" {
		return false
	}
	s.text = text
	return s.opens()
}

// opens reports whether the reply may be opened: there is the word, and it is
// known what an earlier turn has posted.
func (s *state) opens() bool { return s.word && !s.unsure }

// sharedKnown takes the message that was to answer the question along with
// others before this turn; nil if that is not known.
func (s *state) sharedKnown(m *messages.SharedFound) {
	if m != nil {
		s.shared = m.Shared
	}
}

// result takes what the generation ended in.
func (s *state) result(result any, now time.Time) next {
	if s.outcome != "" {
		return speak
	}
	switch r := result.(type) {
	case *messages.Generation:
		s.answer(r)
	case *messages.Failure:
		if r.Retry == messages.RetryShorter && !s.shorter {
			s.shorter = true
			s.frame.budget /= 2
			return joinNow
		}
		if s.outlasts(r.Cause, r.After, now) {
			return standBy
		}
		if r.Cause == messages.CauseDayQuota && s.otherModel() {
			return joinNow
		}
		s.fail(r.Cause, r.After, now)
	case *messages.Refused:
		if r.Reason == messages.RefusedRestarted && s.tries < maxTries {
			s.tries++
			return joinSoon
		}
		if s.outlasts(refusedCause(r.Reason), r.RetryAfter, now) {
			return standBy
		}
		s.fail(refusedCause(r.Reason), r.RetryAfter, now)
	case *actors.Failed:
		if s.tries < maxTries {
			s.tries++
			return joinSoon
		}
		s.fail(messages.CauseInternal, 0, now)
	case error:
		s.fail(messages.CauseTimeout, 0, now)
	default:
		s.refuse(messages.CauseInternal, 0, now)
	}
	return speak
}

func (s *state) answer(g *messages.Generation) {
	s.text, s.outcome = g.Text, messages.TriggerAnswered
	switch {
	case strings.TrimSpace(g.Text) == "":
		s.refuse(messages.CauseEmpty, 0, time.Time{})
	case g.Cut:
		s.note = cutNote
	case g.Truncated:
		s.note = longNote
	default:
		s.note = g.Note
	}
}

// fail decides what to say when the generation has failed. What has come of an
// answer stays, marked as cut off, unless the failure is about just that.
func (s *state) fail(cause messages.Cause, after time.Duration, now time.Time) {
	about := cause == messages.CauseSafety || cause == messages.CauseRecitation
	if about || strings.TrimSpace(s.text) == "" {
		s.refuse(cause, after, now)
		return
	}
	s.outcome, s.note = messages.TriggerAnswered, cutNote
}

// refusedCause returns what people are told when a pool has refused.
func refusedCause(reason string) messages.Cause {
	switch reason {
	case messages.RefusedQuota:
		return messages.CauseMinuteQuota
	case messages.RefusedBreaker:
		return messages.CauseOverloaded
	}
	return messages.CauseBusy
}

func (s *state) refuse(cause messages.Cause, after time.Duration, now time.Time) {
	s.outcome, s.cause, s.after, s.note = messages.TriggerRefused, cause, after, ""
	s.text = refusal(cause, after, now)
	s.share = "refusal/" + string(cause) + "/" + strconv.Itoa(int(after/time.Second))
}

// reply names the answer to the outbox.
func (s *state) reply() messages.Reply {
	t := &s.trigger
	r := messages.Reply{
		Trigger: t.ID, Revision: t.Revision, Channel: t.Channel, Guild: t.Guild,
		Asker: t.Asker.ID, AskerName: t.Asker.Name, Share: s.share, Parts: s.known(),
		Again: s.again, Opened: s.opened, Shared: s.shared, Interaction: t.Interaction, Started: t.Accepted,
	}
	if t.Kind != messages.TriggerCommand {
		r.ReplyTo = t.ID
	}
	return r
}
