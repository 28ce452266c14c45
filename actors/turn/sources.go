package turn

import (
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A source is a check or a source of context, by its name in a trace.
type source string

// What a turn asks before it asks the model. The first three are checks: without
// them it is not known whether, and how, there may be an answer.
const (
	ofAdmission source = "admission" // the asker's own rate, and the guild's
	ofHealth    source = "health"    // what to go without: see level.go
	ofGuild     source = "guild"     // its persona, emojis, and what the bot may do
	ofUser      source = "user"      // what they have cleared, and want
	ofWindow    source = "window"    // what was said in the channel before
	ofPins      source = "pins"      // of the channel
	ofChain     source = "reply"     // what the question replies to: see chain.go
	ofDiscord   source = "discord"   // the chain, where the window does not have it
	ofOutage    source = "outage"    // whether others wait for the model
	ofCache     source = "cache"     // an answer that is there already: see reuse.go
)

// fileAsked tags the ask for an attachment.
type fileAsked struct{ id uint64 }

// How long each is waited for, before the answer does without. The wait is that
// of the slowest, not their sum.
const (
	admitWait   = time.Second
	contextWait = 300 * time.Millisecond
	windowWait  = 1500 * time.Millisecond // the channel waits for Discord's history
	fileWait    = 3 * time.Second
	chainWait   = 500 * time.Millisecond
)

// askSources asks for all at once that does not depend on the rest.
func (a *turn) askSources(c *actor.Context) {
	t, checks, sources := &a.state.trigger, &a.state.checks, &a.state.context
	checks.Ask(c, a.cfg.Users, to(t.Asker.ID, &messages.Admit{
		User: t.Asker.ID, Roles: t.Roles, Guild: t.Guild, Trigger: t.ID,
	}), admitWait, ofAdmission)
	if a.cfg.Health != nil {
		checks.Ask(c, a.cfg.Health, &messages.GetHealth{}, contextWait, ofHealth)
	}
	if t.Guild != 0 {
		checks.Ask(c, a.cfg.Guilds, to(t.Guild, &messages.GetGuildContext{Guild: t.Guild, Channel: t.Channel}), contextWait, ofGuild)
	}
	sources.Ask(c, a.cfg.Users, to(t.Asker.ID, &messages.GetUserContext{User: t.Asker.ID, Channel: t.Channel}), contextWait, ofUser)
	sources.Ask(c, a.cfg.Channel, &messages.GetWindow{Trigger: t.ID}, windowWait, ofWindow)
	sources.Ask(c, a.cfg.Channel, &messages.GetPins{}, contextWait, ofPins)
	a.askChain(c)
	if a.cfg.OutageWait > 0 {
		sources.Ask(c, a.cfg.Waitlist, &messages.GetOutage{}, contextWait, ofOutage)
	}
	for _, file := range a.readable(t.Attachments) {
		sources.Ask(c, a.cfg.Personal, a.fetch(t, file), fileWait, fileAsked{file.ID})
	}
}

// settled goes on when a check or a source of context has ended.
func (a *turn) settled(c *actor.Context, m actors.Answered) {
	a.state.settle(m, time.Now())
	if m.Tag == ofWindow {
		a.readChain(c)
	}
	a.askCache(c)
	a.proceed(c)
}

// settle takes what a check or a source of context came to. What is not known is
// done without.
func (s *state) settle(m actors.Answered, now time.Time) {
	s.context.Settle(m, now)
	switch tag := m.Tag.(type) {
	case source:
		s.learn(tag, m, now)
	case fileAsked:
		if text, read := fileText(m); read {
			s.frame.files[tag.id] = text
		}
	}
}

// learn takes what one of them came to.
func (s *state) learn(what source, m actors.Answered, now time.Time) {
	switch what {
	case ofAdmission:
		s.admitted(m.Err, now)
	case ofHealth:
		if h, ok := m.Message.(*messages.Health); ok {
			s.levelKnown(h.Level)
		}
		s.passed(ofHealth, m.Err, now)
	case ofGuild:
		g, _ := m.Message.(*messages.GuildContext)
		s.guildKnown(g, m.Err, now)
	case ofUser:
		u, _ := m.Message.(*messages.UserContext)
		s.userKnown(u)
	case ofWindow:
		if w, ok := m.Message.(*messages.Window); ok {
			s.frame.window = *w
		}
		s.chained(ofWindow, s.frame.window.Lines, m.Err, now)
	case ofPins:
		if p, ok := m.Message.(*messages.Pins); ok {
			s.frame.pins = p.Lines
		}
	case ofDiscord:
		s.chained(ofDiscord, linesOf(m, s.frame.self.ID), m.Err, now)
	case ofChain: // ended by the two before
	case ofOutage:
		o, _ := m.Message.(*messages.Outage)
		s.outageKnown(o)
	case ofCache:
		answer, _ := m.Message.(*messages.CachedAnswer)
		s.reused(answer, now)
	}
}

// admitted takes the answer of the asker's own rate. What cannot be checked is
// let pass: the limits of the whole bot hold in any case.
func (s *state) admitted(err error, now time.Time) {
	f, refused := errors.AsType[*messages.Failure](err)
	if !refused {
		s.passed(ofAdmission, err, now)
		return
	}
	s.stopped(ofAdmission, f, now)
	if s.outcome == "" {
		s.refuse(f.Cause, f.After, now)
	}
}

// guildKnown takes what of the guild matters; nil if that is not known. Where
// the bot may not write there is no answer.
func (s *state) guildKnown(g *messages.GuildContext, err error, now time.Time) {
	s.frame.guild = g
	if g == nil || !g.Known || g.CanPost() || s.trigger.Kind == messages.TriggerCommand {
		s.passed(ofGuild, err, now)
		return
	}
	f := &messages.Failure{Cause: messages.CauseNoPermission}
	s.stopped(ofGuild, f, now)
	if s.outcome == "" {
		s.outcome, s.cause = messages.TriggerUndeliverable, f.Cause
	}
}

// passed ends a check that lets the answer pass, or that could not be made.
func (s *state) passed(check source, err error, now time.Time) {
	if err != nil {
		s.checks.LeaveOut(check, err, now)
		return
	}
	s.checks.Answer(check, now)
}

// stopped ends a check that lets no answer pass: nothing else is of use then.
func (s *state) stopped(check source, f *messages.Failure, now time.Time) {
	s.checks.Fail(check, f, now)
	s.context.Withdraw(now)
	s.chain.Withdraw(now)
}

// userKnown takes what of the asker enters the prompt; nil if that is not known.
func (s *state) userKnown(u *messages.UserContext) {
	if u == nil { // perhaps they have cleared their conversation: do without what they said
		u = &messages.UserContext{Cleared: s.trigger.ID}
	}
	s.frame.user = *u
}
