package geminisim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of a summary.
const (
	maxSummary = 120 // words
	maxSummed  = 900 // characters
	maxQuoted  = 24  // words of one message
)

var (
	deciding = regexp.MustCompile(`(?i)\b(?:let'?s|we(?:'ll| will| should| agreed| decided| need| must)|decided|decision|agreed|deadline|plan(?:ned)?|` +
		`moved to|postponed|cancel+ed|due|schedule[d]?|vote[d]?|wir (?:machen|treffen|nehmen|sollten|müssen)|beschlossen|einigen)\b`)
	dated = regexp.MustCompile(`(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\btomorrow\b|\btonight\b|\bnext (?:week|month|year)\b|` +
		`\b(?:january|february|march|april|june|july|august|september|october|november|december)\b|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|morgen)\b`)
	number = regexp.MustCompile(`\d`)
	done   = regexp.MustCompile(`(?i)\b(?:shipped|released|fixed|broken?|crash(?:ed|es)?|fails?|failed|works? now|merged|deployed|won|lost|bug|outage)\b`)
)

// A statement is a message that a summary may take up.
type statement struct {
	at     int // its place in the conversation
	who    string
	text   string
	asks   bool
	weight int
}

// summaryOf says who took part, and quotes the weightiest of what was said in its order.
func summaryOf(t task) any {
	return struct {
		Summary string `json:"summary"`
	}{extract(t.lines)}
}

func extract(lines []numbered) string {
	if len(lines) == 0 {
		return "Nothing was said."
	}
	said := weigh(lines, true)
	if len(said) == 0 {
		said = weigh(lines, false)
	}
	text := takingPart(lines)
	left := maxSummary - len(strings.Fields(text))
	room := maxSummed - utf8.RuneCountInString(text)
	slices.SortStableFunc(said, func(a, b statement) int { return cmp.Compare(b.weight, a.weight) })
	var kept []statement
	for _, s := range said {
		words, characters := len(strings.Fields(s.told())), 1+utf8.RuneCountInString(s.told())
		if words <= left && characters <= room {
			kept, left, room = append(kept, s), left-words, room-characters
		}
	}
	slices.SortFunc(kept, func(a, b statement) int { return cmp.Compare(a.at, b.at) })
	for _, s := range kept {
		text += " " + s.told()
	}
	return text
}

// takingPart names who spoke.
func takingPart(lines []numbered) string {
	var names []string
	for _, l := range lines {
		if who := oneLine(l.who, 40); !slices.Contains(names, who) {
			names = append(names, who)
		}
	}
	const most = 6
	if more := len(names) - most; more > 0 {
		names = append(names[:most:most], fmt.Sprintf("%d more", more))
	}
	if len(names) == 1 {
		return names[0] + " spoke alone."
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last] + " talked."
}

// weigh returns what was said, with how much it matters; without jokes and single words
// if only what is in earnest is wanted. What follows a question, by another, answers it.
func weigh(lines []numbered, earnest bool) []statement {
	var said []statement
	asked := ""
	for i, l := range lines {
		text := strings.Join(strings.Fields(prose(l.text)), " ")
		words := len(strings.Fields(text))
		if text == "" || earnest && (words < 2 || inJest(l.text)) {
			continue
		}
		s := statement{at: i, who: oneLine(l.who, 40), text: text, asks: strings.HasSuffix(text, "?"), weight: min(words/4, 3)}
		for _, sign := range []*regexp.Regexp{deciding, deciding, dated, number, done} { // a decision counts twice
			if sign.MatchString(text) {
				s.weight += 2
			}
		}
		if s.asks || asked != "" && asked != s.who {
			s.weight += 2
		}
		asked = ""
		if s.asks {
			asked = s.who
		}
		said = append(said, s)
	}
	return said
}

// told is how the summary has a statement.
func (s statement) told() string {
	words := strings.Fields(s.text)
	text := strings.Join(words, " ")
	if len(words) > maxQuoted {
		text = strings.Join(words[:maxQuoted], " ") + "…"
	}
	verb := "said"
	if s.asks {
		verb = "asked"
	}
	return fmt.Sprintf("%s %s “%s”.", s.who, verb, strings.TrimRight(shorten(text, 300), "."))
}
