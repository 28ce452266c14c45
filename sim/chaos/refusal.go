package chaos

import (
	"strings"
	"time"
)

// A reason is a refusal as people read it, and the faults that may lead to it.
type reason struct {
	begins string
	name   string
	faults []string
}

// reasons are the refusals that are known. One for which no fault is named is
// never explained: nothing that a lab does should lead to it.
var reasons = []reason{
	{"I have used up what Gemini lets me ask in a minute", "minute quota", []string{"gemini-429"}},
	{"I have used up what Gemini lets me ask in a day", "day quota", nil},
	{"My budget for today is spent", "budget", nil},
	{"You ask faster than", "user rate", nil},
	{"This server asks faster than", "guild rate", nil},
	{"Gemini had nothing to say", "empty", []string{"gemini-empty"}},
	{"Gemini is not available", "overloaded", []string{"gemini-error", "gemini-429", "gemini-hang", "gemini-cut"}},
	{"More people are asking", "busy", []string{"gemini-hang", "gemini-429", "gemini-error"}},
	{"The answer took too long", "timeout", []string{"gemini-hang"}},
	{"Something went wrong on my side", internal, nil}, // see deaths
}

// internal names the apology for what the bot cannot answer: after ten deaths, it
// may be the question that kills it.
const (
	internal  = "internal"
	maxDeaths = 10
)

// deaths returns how often the bot died while a question had no outcome, or may
// have: one that is told to stop twice does.
func (c *checker) deaths(a *ask) (n int) {
	for i := range c.Given {
		if g := &c.Given[i]; (g.Fault == killed || g.Fault == halted) && g.From.After(a.At) && g.From.Before(a.last) {
			n++
		}
	}
	return n
}

// before is how long a fault may have been given before the question: breakers
// and pauses outlast what they are made for.
const before = 30 * time.Second

// refused checks a refusal.
func (c *checker) refused(a *ask, m *said) Outcome {
	text := c.text(m)
	for _, r := range reasons {
		if !strings.HasPrefix(text, r.begins) {
			continue
		}
		why := c.given(a, r.faults...)
		if r.name == internal && c.deaths(a) >= maxDeaths {
			why = "ten deaths of the bot"
		}
		if why == "" {
			c.breach(Unexplained, a, m, "refused (%s): %s", r.name, brief(text))
			why = "nothing"
		}
		c.verdict.Refusals[r.name+", since "+why]++
		return Refused
	}
	c.breach(Unexplained, a, m, "what is said to it is no answer and no refusal that is known: %s", brief(text))
	return Refused
}

// given returns the first of the faults that was given in time to bear on a
// question, or "".
func (c *checker) given(a *ask, faults ...string) string {
	for _, name := range faults {
		if c.gave(name, a.At.Add(-before), a.last) {
			return name
		}
	}
	return ""
}

// gave reports whether a fault was at work between two times.
func (c *checker) gave(name string, from, to time.Time) bool {
	for i := range c.Given {
		if g := &c.Given[i]; g.Fault == name && g.during(from, to) {
			return true
		}
	}
	return false
}
