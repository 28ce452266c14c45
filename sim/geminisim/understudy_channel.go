package geminisim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	saying  = regexp.MustCompile(`\bwhat (?:did|has|have|was|were) (.{1,60}?)(?: just| last)? (?:say|said|saying|write|wrote|written|writing|post|posted|talk|talking|ask|asked|tell)\b(?:.{0,20}\babout (.{1,60}?)[?!. ]*$)?`)
	summary = regexp.MustCompile(`\b(?:summari[sz]e|summary|recap|tl;?dr|catch me up|what happened|what did (?:i|we) miss|what(?:'s| is) (?:going on|this (?:chat|channel|conversation) about))\b|\bzusammen(?:fass|gefasst)|\bresumen\b|\brésum`)
	saidIt  = regexp.MustCompile(`\bwho (?:said|asked|wrote|mentioned|posted|(?:talked|spoke|was talking) (?:about|of)) (?:something about |anything about |about )?["“]?(.{2,80}?)["”]?[?!. ]*$`)
	present = regexp.MustCompile(`\bwho(?:'s| is| was| were| are)? (?:else )?(?:here|there|around|talking|talked|present|online|in (?:this|the) (?:chat|channel|room))\b|\bwer ist (?:hier|da)\b`)
)

// spoken tells what somebody said.
func spoken(s *scene) (speech, bool) {
	m := saying.FindStringSubmatch(s.lower)
	if m == nil {
		return speech{}, false
	}
	who, theirs := s.speakerOf(m[1])
	if theirs == nil {
		return speech{}, false
	}
	about := strings.TrimSpace(m[2])
	var found []line
	for _, l := range s.said {
		if theirs(l) && strings.Contains(strings.ToLower(l.text), about) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		if about != "" {
			about = " about " + about
		}
		return speech{body: fmt.Sprintf("I was shown nothing that %s said%s.", who, about)}, true
	}
	if strings.Contains(s.lower, " just ") || strings.Contains(s.lower, " last ") {
		found = found[len(found)-1:]
	}
	const most = 5
	lead := fmt.Sprintf("%s said:", capital(who))
	if hidden := len(found) - most; hidden > 0 {
		lead = fmt.Sprintf("%s said %d things that I was shown; the latest are:", capital(who), len(found))
		found = found[hidden:]
	}
	var quotes []string
	for _, l := range found {
		if who == several {
			l.text = l.who + ": " + l.text
		}
		quotes = append(quotes, quote(l.text))
	}
	return speech{lead: lead, body: strings.Join(quotes, "\n")}, true
}

// several stands for people who are not named.
const several = "the others"

// speakerOf says whom words such as "ann", "she" or "i" mean, and which lines
// are theirs. It returns nil for words that mean nobody.
func (s *scene) speakerOf(words string) (who string, theirs func(line) bool) {
	words = " " + strings.TrimSpace(words) + " "
	for _, l := range slices.Backward(s.said) {
		if l.who != "" && strings.Contains(words, " "+strings.ToLower(l.who)+" ") {
			return l.who, func(o line) bool { return o.who == l.who }
		}
	}
	switch strings.TrimSpace(words) {
	case "i", "we":
		if s.asker == "" {
			return several, func(l line) bool { return l.who != "" }
		}
		return "you", func(l line) bool { return strings.EqualFold(l.who, s.asker) }
	case "you", "u", "the bot", "the assistant":
		return "I", func(l line) bool { return l.who == "" }
	case "he", "she", "they", "the last person", "the last one":
		for _, l := range slices.Backward(s.said) {
			if l.who != "" && !strings.EqualFold(l.who, s.asker) {
				return l.who, func(o line) bool { return o.who == l.who }
			}
		}
		return "anybody else", func(line) bool { return false }
	case "people", "everyone", "everybody", "anyone", "somebody", "someone", "others", "the others", "all":
		return several, func(l line) bool { return l.who != "" && !strings.EqualFold(l.who, s.asker) }
	}
	if name := strings.TrimSpace(words); name != "" && !strings.Contains(name, " ") && name != "it" && name != "this" && name != "that" {
		return capital(name), func(line) bool { return false } // nobody who spoke here
	}
	return "", nil
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// summarize tells what was said, as far as counting goes.
func summarize(s *scene) (speech, bool) {
	if !summary.MatchString(s.lower) {
		return speech{}, false
	}
	said := s.said
	if inline := readLines(s.question); len(inline) >= 3 {
		said = inline
	} else if text := s.given(); text != "" {
		return speech{
			lead: fmt.Sprintf("In short, of %s:", s.words(text)),
			body: lines(quote(firstSentence(text)), often(text)),
		}, true
	}
	if len(said) == 0 {
		return speech{body: "Nothing was said here that I was shown, so there is nothing to sum up."}, true
	}
	voices := voicesOf(said)
	var list []string
	var all strings.Builder
	for _, v := range voices[:min(len(voices), 12)] {
		list = append(list, fmt.Sprintf("- **%s** (%d): “%s”", v.who, v.lines, oneLine(v.longest, 120)))
	}
	for _, l := range said {
		all.WriteString(l.text + "\n")
	}
	return speech{
		lead: fmt.Sprintf("%s from %s:", plural(len(said), "message"), plural(len(voices), "voice")),
		body: lines(strings.Join(list, "\n"), often(all.String())),
		tail: "A stand-in counts and quotes; to understand takes a real model.",
	}, true
}

// given returns the text that a question brings along: behind a colon, in what
// it replies to, or in quotation marks.
func (s *scene) given() string {
	if s.quoted != "" {
		return s.quoted
	}
	if m := quotedText.FindStringSubmatch(s.question); m != nil {
		return m[1]
	}
	if _, text, ok := strings.Cut(s.question, ":"); ok {
		return strings.TrimSpace(text)
	}
	return ""
}

var quotedText = regexp.MustCompile(`["“„«]([^"“”„«»]+)["”“»]`)

// firstSentence returns the beginning of a text, up to its first full stop.
func firstSentence(text string) string {
	if i := strings.IndexAny(text, ".!?\n"); i > 0 {
		text = text[:i+1]
	}
	return shorten(strings.TrimSpace(text), 300)
}

// A voice is what one person, or the bot, has said in all.
type voice struct {
	who     string
	lines   int
	longest string
}

// voicesOf gathers who spoke, the most talkative first.
func voicesOf(said []line) []voice {
	var voices []voice
	for _, l := range said {
		who := cmp.Or(l.who, "me")
		i := slices.IndexFunc(voices, func(v voice) bool { return v.who == who })
		if i < 0 {
			i = len(voices)
			voices = append(voices, voice{who: who})
		}
		voices[i].lines++
		if len(l.text) > len(voices[i].longest) {
			voices[i].longest = l.text
		}
	}
	slices.SortStableFunc(voices, func(a, b voice) int { return cmp.Compare(b.lines, a.lines) })
	return voices
}

// often names the longer words that come more than once.
func often(text string) string {
	counts := map[string]int{}
	var order []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if n := len([]rune(w)); n < 4 || n > 30 || strings.Contains(dull, " "+w+" ") {
			continue
		}
		if counts[w]++; counts[w] == 2 {
			order = append(order, w)
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	if len(order) == 0 {
		return ""
	}
	return "Words that came up often: " + strings.Join(order[:min(len(order), 5)], ", ") + "."
}

// dull are words that tell nothing of what a talk is about.
const dull = " that this with have from they what when your about there their would could should were been will just like then " +
	"than them some also into only very does dont because which where here said aber dass eine nicht sind auch para pero como este pour dans avec mais "

// whoSaid finds who spoke of something.
func whoSaid(s *scene) (speech, bool) {
	m := saidIt.FindStringSubmatch(s.lower)
	if m == nil {
		return speech{}, false
	}
	var quotes []string
	for _, l := range slices.Backward(s.said) {
		if strings.Contains(strings.ToLower(l.text), m[1]) && len(quotes) < 5 {
			quotes = append(quotes, quote(cmp.Or(l.who, "me")+": "+l.text))
		}
	}
	if len(quotes) == 0 {
		return speech{body: fmt.Sprintf("Nobody that I was shown spoke of “%s”.", shorten(m[1], 80))}, true
	}
	slices.Reverse(quotes)
	return speech{lead: "This is what I was shown:", body: strings.Join(quotes, "\n")}, true
}

// people tells who spoke.
func people(s *scene) (speech, bool) {
	if !present.MatchString(s.lower) {
		return speech{}, false
	}
	var names []string
	for _, v := range voicesOf(s.said) {
		if v.who != "me" {
			names = append(names, fmt.Sprintf("**%s** (%d)", v.who, v.lines))
		}
	}
	if len(names) == 0 {
		return speech{body: "I have seen nobody speak here yet, but you."}, true
	}
	more := ""
	if len(names) > 30 {
		names, more = names[:30], " and others"
	}
	return speech{
		body: "I have heard " + strings.Join(names, ", ") + more + ".",
		tail: "Who only reads, I do not see.",
	}, true
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
