package outbox

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const zeroWidthJoiner = '\u200d'

// joins reports whether r belongs to the character before it.
func joins(r rune) bool {
	return r == zeroWidthJoiner || unicode.In(r, unicode.Mn, unicode.Me, unicode.Variation_Selector) ||
		r >= 0x1F3FB && r <= 0x1F3FF // skin tones
}

// marker returns how long the marker is that a line begins with, white space
// included, and whether it begins a list item.
func marker(line string) (lead int, item bool) {
	text := strings.TrimLeft(line, " \t")
	lead = len(line) - len(text)
	n := 0
	switch {
	case text == "":
		return lead, false
	case strings.ContainsRune("-*+", rune(text[0])):
		n, item = 1, true
	case text[0] == '#':
		n = run(text, '#')
	case text[0] == '>':
		n = run(text, '>')
	default:
		digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
		if digits > 0 && digits < 10 && len(text) > digits && (text[digits] == '.' || text[digits] == ')') {
			n, item = digits+1, true
		}
	}
	rest := text[n:]
	if n == 0 || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return lead, false
	}
	return lead + n + len(rest) - len(strings.TrimLeft(rest, " \t")), item
}

// sentenceEnds reports whether text ends with a sentence, quotes and brackets
// behind it included.
func sentenceEnds(text string) bool {
	text = strings.TrimRight(text, `"')]*_”’»`)
	r, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(".!?…。！？", r)
}

// wideStop reports whether text ends with a full stop that needs no space.
func wideStop(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune("。！？", r)
}

// A span is where markup of one line ends that does not like to be cut; 0 is
// nowhere. What is loose may be cut between words before words are cut.
type span struct {
	whole int
	loose int
}

// What begins and is not ended within so many bytes is no markup.
const (
	maxLabel    = 300  // text of a link, emphasised text
	maxURL      = 1000 // address of a link
	maxTag      = 120  // mention, emoji, time
	likelyLabel = 80   // text in an open bracket that is more likely a link's than not
)

// spanAt returns the markup that begins at line[i:]. If the line is open, it
// goes on beyond what is known, and what is not ended by then counts as markup.
func spanAt(line string, i int, open bool) span {
	s := line[i:]
	switch s[0] {
	case '<':
		return span{whole: i + tag(s, open)}
	case '[':
		label := ended(s, balanced(s, '[', ']'), maxLabel, open)
		if label == len(s) && s[label-1] != ']' && label > likelyLabel {
			return span{loose: i + label}
		}
		return span{whole: i + link(s, label, open)}
	case 'h':
		if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
			return span{whole: i + min(until(s, " \t\r"), maxURL)}
		}
	case '`', '*', '_', '|', '~':
		if i == 0 || line[i-1] != s[0] {
			return span{loose: i + emphasis(s, open)}
		}
	}
	return span{}
}

// until returns the length of s before any of the characters.
func until(s, chars string) int {
	if n := strings.IndexAny(s, chars); n >= 0 {
		return n
	}
	return len(s)
}

// ended returns n if s is longer than that, which is where its end was found;
// else, the length of s if that may go on, within a bound.
func ended(s string, n, bound int, open bool) int {
	switch {
	case n < len(s) && n <= bound:
		return n + 1
	case n >= len(s) && open && len(s) <= bound:
		return len(s)
	}
	return 0
}

// tag returns the length of a mention, emoji, time or command that s begins
// with: <@1> <@&1> <#1> <:a:1> <a:a:1> <t:1:R> </a b:1> <https://a>.
func tag(s string, open bool) int {
	if len(s) < 2 {
		return ended(s, len(s), maxTag, open)
	}
	stop := "> \t\r"
	switch s[1] {
	case '/':
		stop = ">"
	case '@', '#', ':', 'a', 't', 'h', 'i':
	default:
		return 0
	}
	bound := maxTag
	if s[1] == 'h' {
		bound = maxURL
	}
	n := until(s, stop)
	if n < len(s) && s[n] != '>' {
		return 0
	}
	return ended(s, n, bound, open)
}

// link returns the length of the link [text](address) that s begins with, of
// which the text is label bytes long, brackets included.
func link(s string, label int, open bool) int {
	switch {
	case label == 0:
		return 0
	case label == len(s) && open:
		return label
	case label == len(s) || s[label] != '(':
		return 0
	}
	address := ended(s[label:], balanced(s[label:], '(', ')'), maxURL, open)
	if address == 0 {
		return 0
	}
	return label + address
}

// balanced returns where the bracket that s begins with is closed, or len(s).
func balanced(s string, opening, closing byte) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case opening:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(s)
}

// emphasis returns the length of code, bold, struck or hidden text that s
// begins with.
func emphasis(s string, open bool) int {
	n := run(s, s[0])
	if s[0] != '`' && n < 2 {
		return 0 // a single star or underscore is more often none
	}
	mark := s[:n]
	if len(s) > n && s[0] != '`' && s[n] == ' ' {
		return 0
	}
	end := strings.Index(s[n:], mark)
	if end < 0 {
		return ended(s, len(s), maxLabel, open)
	}
	if n+end > maxLabel {
		return 0
	}
	end += n
	return end + run(s[end:], s[0])
}
