package geminisim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A writer fills pages with sentences from a stock.
type writer struct {
	random *rand.Rand
	topic  string
	story  bool
	used   map[string]bool // sentences
}

func (w *writer) pick(texts ...string) string { return texts[w.random.IntN(len(texts))] }

// text writes paragraphs until the length is reached, with a heading and a list
// now and then where there is space for them.
func (w *writer) text(e extent) string {
	switch e.unit {
	case "sentences":
		var all []string
		for range e.n {
			all = append(all, w.sentence())
		}
		return strings.Join(all, " ")
	case "paragraphs":
		var all []string
		for range e.n {
			all = append(all, w.paragraph())
		}
		return strings.Join(all, "\n\n")
	}
	var b strings.Builder
	roomy := e.unit == "characters" && e.n >= 1000 || e.unit == "words" && e.n >= 200
	if roomy {
		b.WriteString("# " + w.title())
	}
	for n := 1; ; n++ {
		before, more := "\n\n", w.paragraph()
		switch {
		case b.Len() == 0:
			before = ""
		case roomy && n%4 == 0:
			more = fmt.Sprintf("## %s\n%s", w.heading(n/4), more)
		case roomy && n%4 == 3 && !w.story:
			more = w.points()
		}
		if e.reached(b.String(), before+more) {
			return w.finish(b.String(), before, e)
		}
		b.WriteString(before + more)
	}
}

// finish adds sentences as long as they fit; where not even one does, a part of
// one.
func (w *writer) finish(text, before string, e extent) string {
	for range 12 {
		more := before + w.sentence()
		if e.reached(text, more) {
			continue
		}
		text += more
		before = " "
	}
	if text == "" && e.unit == "words" {
		return strings.Join(strings.Fields(w.paragraph())[:min(e.n, 5)], " ") + "."
	}
	if text == "" {
		text = w.sentence()
		for utf8.RuneCountInString(text) > e.n {
			_, size := utf8.DecodeLastRuneInString(text)
			text = text[:len(text)-size]
		}
		text = strings.TrimSpace(text)
	}
	return text
}

func (w *writer) title() string {
	if w.story {
		return capital(w.pick("The tale of ", "What became of ", "The night of ") + w.topic)
	}
	return capital(w.pick("On ", "A few words on ", "Thoughts about ") + w.topic)
}

func (w *writer) heading(n int) string {
	if w.story {
		return fmt.Sprintf("Part %d", n+1)
	}
	return w.pick("A closer look", "What follows from it", "The other side", "In practice", "A short digression")
}

// paragraph is three to five sentences, of which one may be emphasised.
func (w *writer) paragraph() string {
	var all []string
	for range 3 + w.random.IntN(3) {
		all = append(all, w.sentence())
	}
	if w.random.IntN(3) == 0 {
		all[len(all)-1] = "*" + all[len(all)-1] + "*"
	}
	return strings.Join(all, " ")
}

// points is a short list with its introduction.
func (w *writer) points() string {
	all := []string{w.pick("Three things are worth keeping in mind:", "It comes down to this:", "In short:")}
	for range 3 {
		all = append(all, "- **"+capital(w.pick(virtues()...))+"**: "+lowerFirst(w.sentence()))
	}
	return strings.Join(all, "\n")
}

// sentence is one that was not used yet, as long as there are any.
func (w *writer) sentence() string {
	if w.used == nil {
		w.used = map[string]bool{}
	}
	text := ""
	for range 20 {
		text = w.thought()
		if w.story {
			text = w.tale()
		}
		if !w.used[text] {
			break
		}
	}
	w.used[text] = true
	return text
}

// tale is a sentence of a story.
func (w *writer) tale() string {
	who := w.pick("the prompter", "an old stagehand", "a girl with a lantern", "the ticket seller", "the captain", "her brother",
		"a cat without a name", "the night watchman", "the second violin", "a stranger in grey")
	did := w.pick("looked for", "whispered of", "had waited years for", "could not forget", "wrote a letter about",
		"closed the door on", "once sold", "carried home", "counted the days without", "laughed about")
	what := w.pick(w.topic, w.topic, w.topic, "the missing key", "a promise", "the way back", "the third bell", "what the sea had left",
		"an empty seat", "yesterday's rain", "the last page")
	when := w.pick("before the curtain rose", "while the others slept", "as if nothing had happened", "in the light of one candle",
		"when the clock struck nine", "on a Tuesday of all days", "and nobody asked why", "until the snow came", "for the second time")
	switch w.random.IntN(7) {
	case 0:
		return fmt.Sprintf("%s, %s %s %s.", capital(when), who, did, what)
	case 1:
		return fmt.Sprintf("“%s,” said %s, and thought of %s.",
			w.pick("It was never lost", "Somebody must stay", "You will laugh", "I have seen worse", "The road is long"), who, what)
	case 2:
		return fmt.Sprintf("%s %s, %s.", capital(w.pick("nobody spoke of", "everything began with", "there was no word for")), what, when)
	case 3:
		return fmt.Sprintf("“%s?” asked %s.", w.pick("Is this about ", "Who remembers ", "And who will speak of ", "What do you know of ")+what, who)
	default:
		return fmt.Sprintf("%s %s %s %s.", capital(who), did, what, when)
	}
}

// thought is a sentence of an essay.
func (w *writer) thought() string {
	all := virtues()
	i := w.random.IntN(len(all))
	virtue, other := all[i], all[(i+1+w.random.IntN(len(all)-1))%len(all)]
	switch w.random.IntN(12) {
	case 0:
		return fmt.Sprintf("To think of %s is to think of %s.", w.topic, virtue)
	case 1:
		return fmt.Sprintf("Whoever speaks of %s speaks of %s as well.", w.topic, virtue)
	case 2:
		return fmt.Sprintf("%s there is more %s in %s than one thinks.",
			w.pick("At first sight,", "In the end,", "For most people,", "On a quiet day,"), virtue, w.topic)
	case 3:
		return fmt.Sprintf("There is no %s without %s, and no hurry either.", virtue, other)
	case 4:
		return fmt.Sprintf("It is easy to praise %s and hard to live by it.", virtue)
	case 5:
		return fmt.Sprintf("%s what can be learned from %s.",
			capital(w.pick("no book has yet written down", "children know already", "it takes a winter to understand", "only practice shows")), w.topic)
	case 6:
		return fmt.Sprintf("A stand-in can only %s, where a model would explain.",
			w.pick("point at "+w.topic, "walk around "+w.topic, "repeat that "+virtue+" helps"))
	case 7:
		return fmt.Sprintf("Nothing helps with %s like %s%s.", w.topic, virtue, w.pick("", ", except "+other, " does", " and "+other))
	case 8:
		return fmt.Sprintf("Ask ten people about %s, and %s will be the answer of %s.", w.topic, virtue, w.pick("three", "five", "nine", "nobody"))
	case 9:
		return fmt.Sprintf("With %s comes %s, %s.", virtue, other, w.pick("as a rule", "and seldom late", "or so it is said", "unless it rains"))
	case 10:
		return fmt.Sprintf("%s and %s are neighbours who %s.", capital(virtue), other, w.pick("seldom meet", "share a fence", "lend each other salt"))
	default:
		return fmt.Sprintf("Between %s and %s lies %s.", virtue, w.pick("habit", "chance", "haste", "doubt"),
			w.pick("the whole of "+w.topic, "a narrow path", "more than a word", "what we call "+w.topic))
	}
}

func virtues() []string {
	return []string{"patience", "care", "courage", "humour", "attention", "order", "curiosity", "rest", "practice", "trust", "clarity"}
}

// poem is a haiku, or four verses.
func (w *writer) poem(kind string) string {
	if kind == "haiku" {
		return lines("The stage is empty.", capital(w.topic)+" — a breath, then", "the curtain comes down.")
	}
	ends := [][2]string{
		{"in the light", "and then it was night."},
		{"by the sea", "and at last it was free."},
		{"at the door", "a dance on the floor."},
		{"in the rain", "gone, and here again."},
		{"like a stone", "and we were alone."},
	}
	var verses []string
	for _, i := range w.random.Perm(len(ends))[:4] {
		verses = append(verses, lines(
			fmt.Sprintf("%s stood %s,", capital(w.topic), ends[i][0]),
			w.pick("and nobody had called its name,", "as quiet as a folded page,", "the way it was before we came,"),
			w.pick("it hummed a little on its way,", "we saw it once and looked away,", "and all of us went home that day,"),
			ends[i][1]))
	}
	return strings.Join(verses, "\n\n")
}

func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[size:]
}
