package geminisim

import (
	"regexp"
	"strings"
)

// A role is what the persona asks for, as far as the understudy can play it.
type role int

const (
	plain role = iota
	concise
	pirate
	roast
	tutor
)

// playing matches how a persona is told what it is.
var playing = regexp.MustCompile(`You are ((?:Mrs?\. |Dr\. )?[^\n.:;]{1,80})`)

// roleOf finds the role in a system text, by the words of the persona that come
// last.
func roleOf(system string) role {
	parts := playing.FindAllStringSubmatch(system, -1)
	if len(parts) == 0 {
		return plain
	}
	is := strings.ToLower(parts[len(parts)-1][1])
	switch {
	case strings.Contains(is, "pirate"):
		return pirate
	case strings.Contains(is, "roast"):
		return roast
	case strings.Contains(is, "tutor"):
		return tutor
	case strings.Contains(is, "concise"):
		return concise
	default:
		return plain
	}
}

// partOf returns what the persona is told to be, or "".
func partOf(system string) string {
	parts := playing.FindAllStringSubmatch(system, -1)
	if len(parts) == 0 {
		return ""
	}
	return strings.TrimSpace(parts[len(parts)-1][1])
}

// dress says an answer in the way of the role.
func (s *scene) dress(a speech) string {
	switch s.role { //nolint:exhaustive // a plain one says it as it is
	case concise:
		return a.body
	case pirate:
		a.lead = joined(" ", []string{s.pick("Ahoy!", "Arr, matey!", "Avast!", "Shiver me timbers!"), a.lead})
		a.tail = joined(" ", []string{a.tail, s.pick("Fair winds to ye.", "Now back to the rigging.", "May yer rum never run dry.")})
	case roast:
		a.lead = joined(" ", []string{s.pick(
			"You asked that in public, and I respect the courage.",
			"Out of all the questions in the world, this one made it.",
			"I have been a stand-in for minutes, and already this.",
			"Bold of you to ask the one who has no model.",
		), a.lead})
	case tutor:
		a.tail = joined(" ", []string{a.tail, s.pick(
			"What would you have said?",
			"Can you tell why?",
			"Which step would you take next?",
		)})
	}
	if strings.Contains(a.body, "\n") || strings.HasPrefix(a.body, "> ") {
		return paragraphs(a.lead, a.body, a.tail)
	}
	return paragraphs(joined(" ", []string{a.lead, a.body}), a.tail)
}
