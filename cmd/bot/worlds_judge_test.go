package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"troupe/messages"
	"troupe/sim/geminisim"
)

// How a mark stands in a prompt.
const (
	kindFact    = "fact"
	kindLore    = "lore"
	kindSummary = "summary"
	kindStyle   = "style" // which has no marks
	kindSaid    = "said"
)

// A mark is a word that was said once, by which it is found again.
type mark struct {
	word string
	id   messages.MessageID
	who  *dweller
	room *room
	gone time.Time // when it was deleted or edited; zero if it was not
}

var markWord = regexp.MustCompile(`zq\d+n\d+x`)

func (w *realm) newMark(d *dweller, c *room) *mark {
	m := &mark{word: fmt.Sprintf("zq%dn%dx", w.seed, len(w.marks)), who: d, room: c}
	w.marks = append(w.marks, m)
	return m
}

// A book has the prompts that Gemini got. An answer names its prompt.
type book struct {
	mu      sync.Mutex
	prompts []asked
}

// An asked prompt is one that Gemini got, and when.
type asked struct {
	at     time.Time
	prompt *messages.Prompt
}

// answer answers as the stand-in does what analyzers ask.
func (b *book) answer(p *messages.Prompt) geminisim.Reply {
	b.mu.Lock()
	b.prompts = append(b.prompts, asked{time.Now(), p})
	n := len(b.prompts) - 1
	b.mu.Unlock()
	if p.Schema != "" {
		return geminisim.StandIn(p)
	}
	return geminisim.Reply{Text: fmt.Sprintf("This is answer %d.", n)}
}

var answerNumber = regexp.MustCompile(`answer (\d+)\.`)

// all returns the prompts so far.
func (b *book) all() []asked {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clip(b.prompts)
}

// judge looks at the prompts of what was asked since it did so last, as things are
// now: nothing has changed since.
func (w *realm) judge() {
	prompts := w.all()
	replies := map[*room]map[messages.MessageID][]string{}
	for _, q := range w.open {
		if replies[q.room] == nil {
			replies[q.room] = w.replies(q.room)
		}
		given := replies[q.room][q.id]
		if len(given) == 0 && !q.room.gone {
			w.t.Errorf("world %d: %s has no answer to %d", w.seed, q.asker.name, q.id)
		}
		for _, text := range given {
			n := -1
			if m := answerNumber.FindStringSubmatch(text); m != nil {
				_, _ = fmt.Sscan(m[1], &n)
			}
			if n < 0 || n >= len(prompts) {
				w.t.Errorf("world %d: %s is told %q", w.seed, q.asker.name, text)
				continue
			}
			w.seen.prompts++
			w.judgePrompt(&q, prompts[n].prompt)
		}
	}
	w.open = nil
}

// replies returns what the bot has answered in a room, by what it answers.
func (w *realm) replies(c *room) map[messages.MessageID][]string {
	texts := map[messages.MessageID][]string{}
	for to, all := range w.discord.Replies(c.id) {
		for i := range all {
			texts[to] = append(texts[to], all[i].Content)
		}
	}
	return texts
}

// judgePrompt counts what the prompt of an answer has in it, and what it may not.
func (w *realm) judgePrompt(q *question, p *messages.Prompt) {
	for i, turn := range p.Turns {
		last := i == len(p.Turns)-1
		for _, part := range partsOf(turn.Text, last) {
			for _, word := range markWord.FindAllString(part.text, -1) {
				m := w.find(word)
				why := "it is of another world"
				if m != nil {
					why = w.wrong(q, m, part.kind)
				}
				if why != "" {
					w.leaks(q, word, part.kind, why, p)
					continue
				}
				w.seen.count(part.kind, 1)
			}
		}
		if last && strings.Contains(turn.Text, "About who asks:") {
			if w.styled(q) {
				w.seen.count(kindStyle, 1)
			} else {
				w.leaks(q, "style", kindStyle, "too little was said where all who read this may see it", p)
			}
		}
	}
}

func (w *realm) leaks(q *question, word, kind, why string, p *messages.Prompt) {
	w.seen.leaks++
	w.t.Errorf("world %d: %s asks in %d, and the prompt has %s as %s: %s", w.seed, q.asker.name, q.room.id, word, kind, why)
	if w.seen.leaks == 1 {
		for _, turn := range p.Turns {
			w.t.Log(turn.Text)
		}
	}
}

func (w *realm) find(word string) *mark {
	for _, m := range w.marks {
		if m.word == word {
			return m
		}
	}
	return nil
}

// A part is what stands in a turn, and as what.
type part struct{ kind, text string }

var toldOf = regexp.MustCompile("(?s)What [^\n]*, who asks, has told you[^\n]*\n(```+)\n.*?\n```+\n")

// partsOf takes a turn apart.
func partsOf(text string, last bool) []part {
	switch {
	case strings.HasPrefix(text, "What this server likes to remember:"):
		return []part{{kindLore, text}}
	case strings.HasPrefix(text, "Earlier in this channel, in short:"):
		return []part{{kindSummary, text}}
	case last:
		return []part{{kindFact, toldOf.FindString(text)}, {kindSaid, toldOf.ReplaceAllString(text, "")}}
	}
	return []part{{kindSaid, text}}
}

// wrong returns why a mark may not stand in the prompt of an answer; "" if it may.
func (w *realm) wrong(q *question, m *mark, kind string) string {
	cleared := q.asker.cleared[q.room.id]
	switch {
	case !m.gone.IsZero():
		return "it is deleted or edited"
	case !w.hears(q.room, m.room):
		return "not all who read this may see where it was said"
	case kind != kindFact && kind != kindLore && m.room != q.room:
		return "it was said elsewhere"
	case (kind == kindSaid || kind == kindSummary) && m.who == q.asker && m.id < cleared:
		return "they have cleared it"
	case kind != kindSaid && m.id < m.who.after:
		return "who said it has had it forgotten"
	case kind == kindFact && m.who != q.asker:
		return "it is another's"
	case kind == kindFact && (!m.who.memory || !m.who.private.IsZero()):
		return "they do not want it remembered"
	case kind == kindLore && !w.homeOf(q.room).lore:
		return "the guild wants no lore"
	}
	return ""
}

func (w *realm) homeOf(c *room) *home {
	for _, h := range w.homes {
		if h.id == c.guild {
			return h
		}
	}
	return &home{}
}

// hears reports whether all who may read a room may read another, by Discord's rules:
// of one guild, since nothing leaves one, nor what people say to the bot alone. Who is
// in a thread is not looked at: what is said there stays there.
func (w *realm) hears(in, from *room) bool {
	switch {
	case in == from || in.parent == from:
		return true
	case in.guild != from.guild || in.guild == 0 || from.parent != nil:
		return false
	}
	for _, d := range w.folk {
		if w.sees(d, in) && !w.sees(d, from) {
			return false
		}
	}
	return true
}

// styled reports whether so much of what somebody said may be known where they ask
// that it may be known how they write.
func (w *realm) styled(q *question) bool {
	heard := 0
	for _, t := range q.asker.asked {
		if w.hears(q.room, t.room) {
			heard++
		}
	}
	return q.asker.profile && q.asker.private.IsZero() && heard >= 8
}

// judgeAnalyzers looks at what the analyzers have asked Gemini.
func (w *realm) judgeAnalyzers() {
	for _, s := range w.all() {
		if s.prompt.Schema == "" {
			continue
		}
		places := map[*room]bool{}
		for _, turn := range s.prompt.Turns {
			for _, word := range markWord.FindAllString(turn.Text, -1) {
				if m := w.find(word); m != nil {
					places[m.room] = true
					if why := w.unwanted(m, s); why != "" {
						w.seen.leaks++
						w.t.Errorf("world %d: an analyzer asks about %s at %v: %s\n%s", w.seed, word, s.at, why, s.prompt.System)
					}
				}
			}
		}
		if len(places) > 1 {
			w.seen.leaks++
			w.t.Errorf("world %d: an analyzer asks about %d places together:\n%s", w.seed, len(places), s.prompt.Turns[0].Text)
		}
	}
}

// settled is the time after which what somebody wants is so, in what Gemini gets.
const settled = time.Second

// unwanted returns why a mark may not stand in the prompt of an analyzer; "" if it may.
func (w *realm) unwanted(m *mark, s asked) string {
	after := func(t time.Time) bool { return !t.IsZero() && s.at.After(t.Add(settled)) }
	notes := strings.HasPrefix(s.prompt.System, "You keep notes about a person")
	lore := strings.HasPrefix(s.prompt.System, "You keep what a community")
	switch {
	case after(m.who.private):
		return "who said it is private"
	case after(m.gone) && (!notes || !m.room.gone): // what somebody told of themselves outlives the channel
		return "it is deleted or edited"
	case m.id < m.who.after && after(m.who.deleted):
		return "who said it has had it forgotten"
	case notes && !m.who.ever:
		return "who said it has not let itself be remembered"
	case lore && !w.homeOf(m.room).ever:
		return "the guild has never wanted lore"
	}
	return ""
}
