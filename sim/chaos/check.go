package chaos

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"troupe/messages"
	"troupe/sim/discordsim"
)

// A said is a message of the bot's, as it is after the events so far.
type said struct {
	discordsim.Message
	tag   string // of the question that it answers; "" for a refusal
	asks  []*ask
	shown int // the first event after which it had a text
	born  time.Time
}

// An ask is a question with what came of it.
type ask struct {
	*Ask
	said  []*said // in order of their IDs
	begun int     // the first event that showed something of its outcome; -1: none
	whole int     // the first event after which its outcome was whole; -1: never
	at    time.Time
	last  time.Time          // when anything of it changed last
	seen  messages.MessageID // where it stands in the channel: a command appears when it is acknowledged
}

// A checker goes through a record.
type checker struct {
	*Record
	*indexed
	said    map[messages.MessageID]*said
	verdict Verdict
}

// Check finds what in a record is not as promised.
func Check(r *Record) *Verdict {
	c := &checker{Record: r, indexed: index(r), said: map[messages.MessageID]*said{}}
	c.verdict.Outcomes, c.verdict.Refusals = map[Outcome]int{}, map[string]int{}
	for i, e := range r.Events {
		if e.Message.Author == r.Bot && !e.Message.Notice {
			c.replay(i, e)
		}
	}
	c.strays()
	for _, a := range c.asks {
		c.verdict.Outcomes[c.outcome(a)]++
	}
	c.order()
	return &c.verdict
}

// replay takes in one event.
func (c *checker) replay(i int, e Event) {
	m := c.said[e.Message.ID]
	switch e.Kind {
	case discordsim.MessageDeleted:
		if m != nil {
			delete(c.said, e.Message.ID)
			for _, a := range m.asks {
				a.said = slices.DeleteFunc(a.said, func(s *said) bool { return s == m })
			}
		}
		return
	case discordsim.MessageCreated, discordsim.MessageEdited:
	case discordsim.TypingStarted, discordsim.WorldChanged:
		return
	}
	if m == nil {
		m = &said{shown: -1, born: e.At}
		c.said[e.Message.ID] = m
	}
	m.Message = e.Message
	c.attribute(m)
	if e.Message.Thinking {
		return
	}
	if m.shown < 0 {
		m.shown = i
	}
	for _, a := range m.asks {
		a.last = e.At
		if a.begun < 0 {
			a.begun = i
		}
		if a.whole < 0 && c.isWhole(a) {
			a.whole, a.at = i, e.At
		}
	}
}

// attribute finds out again what a message is about.
func (c *checker) attribute(m *said) {
	asks, tag := c.about(&m.Message)
	m.tag = tag
	for _, a := range asks {
		if slices.Contains(m.asks, a) {
			continue
		}
		if a.Kind == Command && len(a.said) == 0 {
			a.seen = m.ID
		}
		m.asks = append(m.asks, a)
		at, _ := slices.BinarySearchFunc(a.said, m, func(x, y *said) int { return cmp.Compare(x.ID, y.ID) })
		a.said = slices.Insert(a.said, at, m)
	}
}

func (c *checker) breach(w Wrong, a *ask, m *said, format string, args ...any) {
	b := Breach{Wrong: w, Detail: fmt.Sprintf(format, args...)}
	if a != nil {
		b.Ask = a.Ask
	}
	if m != nil {
		b.Message = m.ID
	}
	c.verdict.Breaches = append(c.verdict.Breaches, b)
}

// strays finds messages that are about no question: of one that was deleted
// nothing can be told, if it was refused.
func (c *checker) strays() {
	for id, m := range c.said {
		deleted := func(a *ask) bool { return a.Channel == m.Channel && !a.Deleted.IsZero() }
		switch {
		case len(m.asks) > 1:
			c.verdict.Joint += len(m.asks)
		case len(m.asks) == 0 && !slices.ContainsFunc(c.asks, deleted):
			c.breach(Orphan, nil, m, "message %v in channel %v is about nothing that was asked: %s", id, m.Channel, brief(m.Content))
		}
	}
}

// outcome says what became of a question.
func (c *checker) outcome(a *ask) Outcome {
	for _, m := range a.said {
		if m.Channel != a.Channel {
			c.breach(WrongChannel, a, m, "answered in channel %v", m.Channel)
		}
	}
	p := c.pieces(a)
	if len(p.waiting) > 0 && len(p.answer)+len(p.refusals) > 0 {
		c.breach(Orphan, a, p.waiting[0], "it still says that the question waits")
	}
	switch {
	case len(p.answer) == 0 && len(p.refusals) == 0:
		return c.nothing(a, p)
	case p.begins+len(p.refusals) > 1:
		c.breach(Doubled, a, nil, "%d answers and %d refusals", p.begins, len(p.refusals))
		return Answered
	case len(p.refusals) == 1:
		return c.refused(a, p.refusals[0])
	}
	return c.answer(a, p)
}

// nothing is the outcome of a question that has none to be seen.
func (c *checker) nothing(a *ask, p pieces) Outcome {
	switch {
	case len(p.waiting) > 0:
		c.breach(Lost, a, p.waiting[0], "it says for ever that it waits")
	case !a.Deleted.IsZero():
		return Cancelled
	case a.Kind == Command && !a.Acknowledged && c.disturbed(a.At.Add(-2*time.Second), a.At.Add(4*time.Second)):
		return Dead
	case a.Kind == Command && c.unkept(a):
		return Dead
	case a.Kind == Command && !a.Acknowledged:
		c.breach(Lost, a, nil, "the command was not acknowledged in time, and nothing was in the way")
	case p.thinking:
		c.breach(Lost, a, nil, "it says for ever that the bot thinks")
	default:
		c.breach(Lost, a, nil, "nothing was said to it")
	}
	return None
}

// lateAck is when the bot acknowledges a command at last that it could not keep yet:
// 1.5 s after it heard of it.
const lateAck = 1400 * time.Millisecond

// unkept reports whether a command was acknowledged that the bot could not keep in
// time, and cannot know any more: Discord tells a new session of no commands of the
// one before.
func (c *checker) unkept(a *ask) bool {
	return len(a.said) > 0 && a.said[0].born.Sub(a.At) >= lateAck && c.gave(newSession, a.At, a.At.Add(2*startWait))
}

// answer checks the one answer of a question.
func (c *checker) answer(a *ask, p pieces) Outcome {
	got := c.joined(p.answer)
	switch {
	case c.fits(a, p.answer):
		if t := a.Deleted; !t.IsZero() && a.at.After(t.Add(time.Second)) && !c.disturbed(a.At.Add(-2*time.Second), a.at) {
			c.breach(NotCancelled, a, nil, "it was answered %v after it was deleted", a.at.Sub(t).Round(time.Millisecond))
		}
		return Answered
	case strings.HasSuffix(got, cutNote) && c.given(a, "gemini-cut", "gemini-hang") != "":
		return ToldCut
	case c.surplus(a, p.answer):
		c.breach(Orphan, a, p.answer[len(p.answer)-1], "the whole answer is there, and more of it in %d messages", len(p.answer))
		return Answered
	}
	c.breach(CutOff, a, p.answer[0], "%d messages hold %d words of %d", len(p.answer),
		len(strings.Fields(got)), len(strings.Fields(Answer(a.Tag))))
	return None
}

// disturbed reports whether any fault was at work that keeps the bot from
// hearing or from saying something.
func (c *checker) disturbed(from, to time.Time) bool {
	for i := range c.Given {
		if c.Given[i].during(from, to) {
			return true
		}
	}
	return false
}
