package chaos

import (
	"cmp"
	"fmt"
	"regexp"
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

// An indexed finds the questions that messages are about.
type indexed struct {
	asks     []*ask
	triggers map[messages.MessageID]*ask
	families map[string][]*ask
}

func index(r *Record) *indexed {
	x := &indexed{triggers: map[messages.MessageID]*ask{}, families: map[string][]*ask{}}
	for i := range r.Asks {
		a := &ask{Ask: &r.Asks[i], begun: -1, whole: -1, seen: r.Asks[i].Trigger}
		x.asks = append(x.asks, a)
		x.triggers[a.Trigger] = a
		x.families[family(a.Tag)] = append(x.families[family(a.Tag)], a)
	}
	return x
}

// about returns the questions that a message is about, and the tag that it
// answers, if it does.
func (x *indexed) about(m *discordsim.Message) (asks []*ask, tag string) {
	if found := answered.FindStringSubmatch(m.Content); found != nil {
		tag = found[1]
	}
	var direct *ask
	switch {
	case m.Interaction != 0:
		direct = x.triggers[messages.MessageID(m.Interaction)]
	case m.Reply != nil:
		direct = x.triggers[m.Reply.ID]
	}
	group := x.families[family(tag)]
	if tag == "" && direct != nil {
		group = x.families[family(direct.Tag)]
	}
	if tag != "" && len(group) == 1 {
		return group, tag
	}
	if direct != nil {
		asks = append(asks, direct)
	}
	for _, a := range group {
		if a != direct && a.Channel == m.Channel && slices.Contains(addressed(m.Content), a.Asker) {
			asks = append(asks, a)
		}
	}
	return asks, tag
}

// concerns reports whether a message is about a question.
func (x *indexed) concerns(m *discordsim.Message, a *Ask) bool {
	asks, _ := x.about(m)
	return slices.ContainsFunc(asks, func(b *ask) bool { return b.Trigger == a.Trigger })
}

var address = regexp.MustCompile(`^(\s*<@\d+>)+`)

// addressed returns who is mentioned where a text begins.
func addressed(text string) (ids []messages.UserID) {
	for m := range strings.FieldsSeq(strings.ReplaceAll(address.FindString(text), "><", "> <")) {
		if id, err := messages.ParseID[messages.UserID](strings.Trim(m, "<@>")); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
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
		m = &said{shown: -1}
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

// isWhole reports whether the messages so far hold a whole outcome.
func (c *checker) isWhole(a *ask) bool {
	p := c.pieces(a)
	if len(p.refusals) > 0 {
		return true
	}
	for _, m := range p.answer {
		if strings.HasSuffix(m.Content, cutNote[1:]) {
			return true
		}
		if strings.Contains(c.text(m), ".end") {
			return c.fits(a, p.answer)
		}
	}
	return false
}

// pieces are the messages of a question, by what they hold.
type pieces struct {
	answer   []*said // with words of the answer
	begins   int     // of those, that begin one
	refusals []*said
	thinking bool
}

func (c *checker) pieces(a *ask) (p pieces) {
	for _, m := range a.said {
		switch {
		case m.Thinking:
			p.thinking = true
		case m.tag == "":
			p.refusals = append(p.refusals, m)
		default:
			p.answer = append(p.answer, m)
			if strings.Contains(m.Content, ".begin") {
				p.begins++
			}
		}
	}
	return p
}

// text returns what a message holds: the file, where that stands for the text.
func (c *checker) text(m *said) string {
	for _, f := range m.Attachments {
		if text, ok := c.Files[f.ID]; ok {
			return text
		}
	}
	return strings.TrimSpace(address.ReplaceAllString(m.Content, ""))
}

// joined returns the words of messages, one space between two.
func (c *checker) joined(list []*said) string {
	var words []string
	for _, m := range list {
		words = append(words, strings.Fields(c.text(m))...)
	}
	return strings.Join(words, " ")
}

// fits reports whether messages hold the whole answer to one of the wordings of
// the question, and nothing else.
func (c *checker) fits(a *ask, list []*said) bool {
	got := c.joined(list)
	for _, tag := range append([]string{a.Tag}, a.Edits...) {
		if got == normal(Answer(tag)) {
			return true
		}
	}
	return false
}

func normal(text string) string { return strings.Join(strings.Fields(text), " ") }

// cutNote is how an answer ends that is said to be cut off.
const cutNote = " -# (cut off)"

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

// unkept reports whether a command that was acknowledged cannot be known to the bot
// any more: it could not keep it in time, and Discord tells a new session of no
// commands of the one before.
func (c *checker) unkept(a *ask) bool {
	return c.gave("disk-full", a.At.Add(-storeDown), a.At.Add(time.Second)) ||
		c.gave(killed, a.At, a.At.Add(time.Second)) && c.gave(newSession, a.At, a.At.Add(2*startWait))
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

// surplus reports whether the messages hold a whole answer and something more.
func (c *checker) surplus(a *ask, list []*said) bool {
	for i := range list {
		for j := i + 1; j <= len(list); j++ {
			if c.fits(a, list[i:j]) {
				return true
			}
		}
	}
	return false
}

// order finds questions of one person in one channel that had their outcome too
// early. A command is asked when it is sent, and seen in the channel once it is
// acknowledged: what lies between has no order with it.
func (c *checker) order() {
	type line struct {
		channel messages.ChannelID
		asker   messages.UserID
	}
	lines := map[line][]*ask{}
	for _, a := range c.asks {
		if a.begun >= 0 && a.whole >= 0 && a.Deleted.IsZero() {
			l := line{a.Channel, a.Asker}
			c.first(a, lines[l])
			lines[l] = append(lines[l], a)
		}
	}
}

// first checks that nothing of a question's outcome came before those of the
// questions before it were whole.
func (c *checker) first(a *ask, before []*ask) {
	for _, b := range slices.Backward(before) {
		if b.Trigger < a.Trigger && b.seen < a.seen && a.begun < b.whole {
			c.breach(OutOfOrder, a, nil, "it was answered from %s on, but %v %s, asked before, not before %s",
				clock(c.Events[a.begun].At), b.Trigger, b.Tag, clock(c.Events[b.whole].At))
			c.verdict.Breaches[len(c.verdict.Breaches)-1].Before = b.Ask
			return
		}
	}
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

func eventName(e Event) string {
	switch e.Kind {
	case discordsim.MessageCreated:
		return "posted"
	case discordsim.MessageDeleted:
		return "deleted"
	case discordsim.MessageEdited, discordsim.TypingStarted, discordsim.WorldChanged:
	}
	return "edited"
}
