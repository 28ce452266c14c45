package geminisim

import (
	"strings"

	"troupe/messages"
)

// A speech has an essence, which alone is given by a concise persona, and what
// is said around it.
type speech struct {
	lead string
	body string
	tail string
}

// An act gives the answer to one kind of question. ok is false if the question
// is of another kind.
type act func(*scene) (a speech, ok bool)

// acts returns all kinds of questions; the first that fits is the one.
func acts() []act {
	return []act{
		introduce, help, // of itself
		roll, flip, choose, joke, // by chance
		reckon,
		spoken, summarize, whoSaid, people, // from the channel
		count, countTo, echo, // texts
		code,
		write,
		list,
		greet, thank, sayBye,
		admit,
	}
}

// understudy answers in the place of a model, for demonstrations without one.
//
// It knows nothing of the world. It counts and quotes what it was told, knows who
// said what before, reckons, rolls dice, fills pages, writes lists and code from
// a small stock, and says what it cannot do. It reads the prompts that our turns
// make: a system text, people's lines as "Name: text", the question last.
//
// What background analyzers ask it is answered in JSON; see analyses.
//
// It is a pure function: the same prompt has the same answer, and no clock and no
// chance enter into it. An answer is never empty, whatever the prompt; what is
// quoted and written is bounded to some 20,000 characters.
func understudy(p *messages.Prompt) string {
	if answer, ok := analyze(p); ok {
		return answer
	}
	s := newScene(p)
	return strings.ToValidUTF8(s.dress(s.perform()), "")
}

func (s *scene) perform() speech {
	for _, do := range acts() {
		if a, ok := do(s); ok {
			return a
		}
	}
	return wonder(s)
}

// lines joins the parts of an answer that there are.
func lines(parts ...string) string { return joined("\n", parts) }

// paragraphs joins the parts of an answer with space between them.
func paragraphs(parts ...string) string { return joined("\n\n", parts) }

func joined(between string, parts []string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, between)
}
