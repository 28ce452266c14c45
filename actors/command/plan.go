package command

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"troupe/messages"
)

// A whom says who is asked by a command.
type whom int

// Whom commands ask.
const (
	theUser    whom = iota // who used it
	theGuild               // where it was used
	theChannel             // where it was used
	theQuota
	theHealth
	theSupervisor
	theCache
	theJournal
	aPool
	aCoalescer
	anAnalyzer
)

// An address is one of those whom a command asks.
type address struct {
	whom  whom
	index int // of a pool or coalescer; of several questions to one and the same: which
}

// A question is what a command asks one other.
type question struct {
	to      address
	message any
	wait    time.Duration
}

// How long commands wait for others.
const (
	readWait   = time.Second      // for what is shown beside other things: what is late is left out
	writeWait  = 8 * time.Second  // for what is to be kept, longer than the journal is waited for
	soleWait   = 10 * time.Second // for what the whole answer is about
	deleteWait = time.Minute      // for all that is kept about a person to be forgotten: the journal does that in steps
)

// An answer is what became of a question.
type answer struct {
	message any
	err     error
}

// answers are those of one command, by who gave them.
type answers map[address]answer

// from returns the message that somebody answered with, if it did.
func from[A any](all answers, to address) (message A, ok bool) {
	message, ok = all[to].message.(A)
	return message, ok
}

// A plan is what a command asks, all at once, and what it says when all has
// been answered or is late.
type plan struct {
	asks  []question
	say   func(got answers, now time.Time) string
	files func(got answers, now time.Time) []messages.File // that go with it; nil for none
}

// only is the plan of a command that needs nobody else.
func only(text string) plan {
	return plan{say: func(answers, time.Time) string { return text }}
}

// A use is a command that somebody used, with what it takes to plan it.
type use struct {
	*messages.CommandUsed
	*facts
}

// manages reports whether who used the command may manage the guild.
func (u *use) manages() bool {
	return u.Permissions&(messages.PermissionManageGuild|messages.PermissionAdministrator) != 0
}

// facts are what does not change from use to use.
type facts struct {
	self       messages.UserID // the bot
	started    time.Time       // when the process was
	personas   []Persona       // the default first
	entries    []entry
	pools      []string // names
	coalescers []string // names
	analyzers  []string // names
	caches     bool     // there is a cache of answers
}

// analyzes reports whether there is an analyzer. Without it nothing can be turned on.
func (f *facts) analyzes(name messages.Analyzer) bool {
	return slices.Contains(f.analyzers, string(name))
}

// planned returns the plan of a use.
func (f *facts) planned(u *messages.CommandUsed) plan {
	e := find(f.entries, u.Name)
	if e == nil {
		return only(sayUnknown(u.Name))
	}
	s, ok := e.chosen(u.Name)
	switch {
	case !ok:
		return only(sayNoSubcommand(e.Command))
	case s.plan == nil:
		return only(sayUnknown(u.Name))
	}
	if fault := faultOf(&s.Subcommand, u.Options); fault != "" {
		return only(fault)
	}
	return s.plan(&use{u, f})
}

// faultOf returns what is wrong with the options of what is used, or "". Discord
// checks them too, but by the list that it was given last.
func faultOf(c *messages.Subcommand, options map[string]string) string {
	for _, o := range c.Options {
		value, given := options[o.Name]
		switch {
		case !given && o.Required:
			return sayMissing(c.Name, o.Name)
		case !given:
		case len(o.Choices) > 0 && !slices.ContainsFunc(o.Choices, func(c messages.Choice) bool { return c.Value == value }):
			return sayNoChoice(o)
		case o.MaxLength > 0 && utf8.RuneCountInString(value) > o.MaxLength:
			return sayTooLong(o)
		}
	}
	for name := range options {
		if !slices.ContainsFunc(c.Options, func(o messages.CommandOption) bool { return o.Name == name }) {
			return sayOutdated(c.Name)
		}
	}
	return ""
}

// persona returns the persona of that name; of one that does not exist any more,
// or of none, the default.
func (f *facts) persona(name string) Persona {
	for _, p := range f.personas {
		if strings.EqualFold(p.Name, name) {
			return p
		}
	}
	return f.personas[0]
}

func planHelp(u *use) plan {
	return plan{asks: askPersona(u), say: func(got answers, _ time.Time) string {
		return sayHelp(u.self, u.entries, presentOf(u, got))
	}}
}

func planClear(u *use) plan {
	to := address{whom: theUser}
	forget := &messages.Forget{User: u.User.ID, Channel: u.Channel, Before: messages.MessageID(u.Interaction.ID)}
	return plan{
		asks: []question{{to, forget, writeWait}},
		say:  func(got answers, _ time.Time) string { return sayCleared(u.Guild == 0, got[to].err) },
	}
}
