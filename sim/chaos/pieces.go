package chaos

import (
	"regexp"
	"strings"
)

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
	waiting  []*said // that say that the question waits
}

// inLine is how a message begins that says that its question waits for Gemini.
const inLine = "Gemini is not available right now. I will answer this"

func (c *checker) pieces(a *ask) (p pieces) {
	for _, m := range a.said {
		switch {
		case m.Thinking:
			p.thinking = true
		case m.tag == "" && strings.HasPrefix(c.text(m), inLine):
			p.waiting = append(p.waiting, m)
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
	return strings.TrimSpace(reused.ReplaceAllString(address.ReplaceAllString(m.Content, ""), ""))
}

// reused is the line beneath an answer that was made for somebody else before.
var reused = regexp.MustCompile(`\n-# From an answer of <t:\d+:R>\.$`)

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
