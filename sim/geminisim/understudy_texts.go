package geminisim

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var (
	counting = regexp.MustCompile(`\b(?:how many|count(?: the)?|number of) (words|characters|chars|letters|lines|sentences|vowels|messages)\b(?:.{0,20}?\b(?:in|of|are|is|does|here)\b)?`)
	letterIn = regexp.MustCompile(`\bhow many (?:times )?(?:letter )?['"“]?(\pL)['"”]?(?:'?s)? (?:are |is )?(?:there )?(?:in|does) (?:the word )?['"“]?(\pL+)`)
	countUp  = regexp.MustCompile(`\bcount (?:up )?(?:(?:from )(\d{1,6}) )?to (\d{1,6})\b`)
	repeat   = regexp.MustCompile(`(?is)^(?:please )?(repeat|echo|say|quote|reverse|shout|uppercase|lowercase)(?: after me| this| that)?:? +(.+)$`)
)

// count counts words, characters and more in what it is given.
func count(s *scene) (speech, bool) {
	if m := letterIn.FindStringSubmatch(s.lower); m != nil {
		n := strings.Count(m[2], m[1])
		return speech{lead: "I count", body: fmt.Sprintf("**%d** × “%s” in “%s”.", n, m[1], shorten(m[2], 100))}, true
	}
	m := counting.FindStringSubmatchIndex(s.lower)
	if m == nil {
		return speech{}, false
	}
	what := s.lower[m[2]:m[3]]
	if what == "messages" {
		return speech{body: fmt.Sprintf("I was shown **%s** before this one.", plural(len(s.said), "message"))}, true
	}
	text := s.given()
	if text == "" && len(s.lower) == len(s.question) { // lower case may have another length elsewhere
		text = strings.TrimRight(strings.TrimSpace(s.question[m[1]:]), "?")
	}
	if n := len(s.said); n > 0 && (text == "" || slices.Contains([]string{"that", "it", "this", "the last message"}, strings.ToLower(text))) {
		text = s.said[n-1].text
	}
	if text == "" {
		text = s.question
	}
	return speech{
		lead: "In",
		body: lines(quote(text), fmt.Sprintf("I count **%s**.", tell(text, what))),
	}, true
}

// tell says how many of something a text has.
func tell(text, what string) string {
	is := func(f func(rune) bool) (n int) {
		for _, r := range text {
			if f(r) {
				n++
			}
		}
		return n
	}
	switch what {
	case "words":
		return plural(len(strings.Fields(text)), "word")
	case "lines":
		return plural(strings.Count(text, "\n")+1, "line")
	case "sentences":
		return plural(max(1, is(func(r rune) bool { return strings.ContainsRune(".!?", r) })), "sentence")
	case "letters":
		return plural(is(unicode.IsLetter), "letter")
	case "vowels":
		return plural(is(func(r rune) bool { return strings.ContainsRune("aeiouäöüáéíóúàèâêîôûAEIOUÄÖÜ", r) }), "vowel")
	default:
		return plural(is(func(rune) bool { return true }), "character")
	}
}

// countTo counts aloud.
func countTo(s *scene) (speech, bool) {
	m := countUp.FindStringSubmatch(s.lower)
	if m == nil {
		return speech{}, false
	}
	from, to := 1, atoi(m[2])
	if m[1] != "" {
		from = atoi(m[1])
	}
	if to-from > 2000 || from > to {
		return speech{body: "I count upwards, and two thousand at most."}, true
	}
	var b strings.Builder
	for n := from; n <= to; n++ {
		b.WriteString(strconv.Itoa(n))
		if n < to {
			b.WriteString(", ")
		}
	}
	return speech{body: b.String() + "."}, true
}

// echo says a text again, as it is or in another way.
func echo(s *scene) (speech, bool) {
	m := repeat.FindStringSubmatch(s.question)
	if m == nil {
		return speech{}, false
	}
	text := strings.Trim(strings.TrimSpace(m[2]), `"“”`)
	switch strings.ToLower(m[1]) {
	case "reverse":
		r := []rune(strings.ToValidUTF8(text, ""))
		slices.Reverse(r)
		text = string(r)
	case "shout", "uppercase":
		text = strings.ToUpper(text)
	case "lowercase":
		text = strings.ToLower(text)
	}
	if strings.TrimSpace(text) == "" {
		return speech{}, false
	}
	return speech{body: quote(text)}, true
}
