package geminisim

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	measured = regexp.MustCompile(`\b(\d[\d,.]{0,8}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)(k)?[ -]?(characters?|chars?|letters?|words?|wörter|zeichen|palabras|mots|paragraphs?|sentences?|lines?|pages?)\b`)
	kinds    = regexp.MustCompile(`\b(story|tale|novel|geschichte|essay|article|report|speech|blog ?post|poem|verse|haiku|gedicht|text|lorem ipsum|letter|wall of text)\b`)
	writing  = regexp.MustCompile(`\b(write|tell|compose|generate|give me|make|need|want|schreib\w*|erzähl\w*|escribe|écris|long|short|another)\b`)
	depth    = regexp.MustCompile(`\b(in detail|at length|in depth|long answer|elaborate|as long as (?:you can|possible))\b`)
	subject  = regexp.MustCompile(`(?i)\b(?:about|on|of|explain|describe|über|sobre|sur) ([^\n.,;:!?]{2,60})`)
	size     = regexp.MustCompile(`(?i)\b(?:of |in |with )?` + measured.String())
)

// maxWritten bounds a text, in characters.
const maxWritten = 20000

// An extent is how much is to be written.
type extent struct {
	n    int
	unit string // "characters", "words", "paragraphs", "sentences"
}

// write writes a text of the length that is asked for.
func write(s *scene) (speech, bool) {
	kind := kinds.FindString(s.lower)
	long := measured.FindStringSubmatch(s.lower)
	switch {
	case long != nil && (writing.MatchString(s.lower) || kind != "" || strings.HasPrefix(s.lower, long[0])):
	case kind != "" && (writing.MatchString(s.lower) || len(strings.Fields(s.lower)) <= 4):
	case depth.MatchString(s.lower):
	default:
		return speech{}, false
	}
	w := &writer{random: s.random, topic: s.topic(kind), story: isStory(kind)}
	if kind == "poem" || kind == "verse" || kind == "gedicht" || kind == "haiku" {
		return speech{body: w.poem(kind)}, true
	}
	e := s.extentOf(long, kind)
	lead := ""
	if e.unit == "characters" && e.n > maxWritten {
		e.n, lead = maxWritten, fmt.Sprintf("I stop at %d characters.", maxWritten)
	}
	return speech{lead: lead, body: w.text(e)}, true
}

func isStory(kind string) bool {
	return kind == "story" || kind == "tale" || kind == "novel" || kind == "geschichte"
}

// topic finds what the text is to be about.
func (s *scene) topic(kind string) string {
	about := ""
	if m := subject.FindStringSubmatch(size.ReplaceAllString(s.question, "")); m != nil {
		about = m[1]
	}
	about = strings.Trim(oneLine(depth.ReplaceAllString(about, ""), 60), " `*_~|>#-\"'")
	if about == "" && isStory(kind) {
		return s.pick("an old theatre", "a lighthouse", "the last train", "a borrowed umbrella")
	}
	if about == "" {
		return s.pick("patience", "the art of waiting", "small things", "theatre")
	}
	return about
}

// extentOf returns the length that a question asks for, within bounds.
func (s *scene) extentOf(long []string, kind string) extent {
	if long == nil {
		e := extent{1500, "characters"}
		if kind == "novel" || kind == "essay" || kind == "wall of text" {
			e.n = 3500
		}
		switch {
		case strings.Contains(s.lower, "short") || strings.Contains(s.lower, "brief"):
			e.n = 500
		case strings.Contains(s.lower, "very long") || strings.Contains(s.lower, "as long as"):
			e.n = 9000
		case strings.Contains(s.lower, "long") || depth.MatchString(s.lower):
			e.n = 5000
		}
		return e
	}
	n := amount(strings.NewReplacer(",", "", ".", "").Replace(long[1]))
	if long[2] == "k" {
		n *= 1000
	}
	n = max(n, 1)
	switch long[3][0] {
	case 'p': // paragraphs, pages; palabras
		switch {
		case strings.HasPrefix(long[3], "page"):
			return extent{n * 1800, "characters"}
		case strings.HasPrefix(long[3], "pal"):
			return extent{min(n, 3500), "words"}
		}
		return extent{min(n, 40), "paragraphs"}
	case 's', 'l':
		if !strings.HasPrefix(long[3], "let") {
			return extent{min(n, 200), "sentences"}
		}
	case 'w', 'm':
		return extent{min(n, 3500), "words"}
	}
	return extent{n, "characters"}
}

// reached reports whether a text is as long as it may be if more is added.
func (e extent) reached(text, more string) bool {
	switch e.unit {
	case "words":
		return len(strings.Fields(text))+len(strings.Fields(more)) > e.n
	default:
		return utf8.RuneCountInString(text)+utf8.RuneCountInString(more) > e.n
	}
}
