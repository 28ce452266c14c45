package turn

import (
	"regexp"
	"strings"
	"unicode"

	"troupe/messages"
)

// Bounds of a question that may stand alone. What is longer tells a story, and
// stories have somebody in them.
const (
	maxAlone      = 200 // bytes
	maxAloneWords = 25
)

// standsAlone reports whether a question surely refers to nothing outside itself,
// so that whoever asks it at any time and anywhere may get the same answer. It
// knows a few forms of English questions and says no to everything else: no is
// always right, if dearer. So it also says no to what it could well be wrong
// about, such as most sentences that name something as known ("the plan").
func standsAlone(t *messages.Trigger) bool {
	if t.ReplyTo != 0 || t.ReplyText != "" || len(t.Attachments) > 0 || len(t.Text) > maxAlone || personal(t.Text) {
		return false
	}
	written := strings.Fields(strings.TrimRight(t.Text, "?!. "))
	if len(written) < 2 || len(written) > maxAloneWords || !isPlain(t.Text) {
		return false
	}
	words := make([]string, len(written))
	for i, w := range written {
		words[i] = strings.Trim(strings.ToLower(w), `"()`)
		if i > 0 && isName(w) {
			return false
		}
	}
	words = tidied(words)
	for i, w := range words {
		if w == "" || listed(outward, w) || strings.ContainsAny(w, "'’") || w == "the" && !isDefinite(words[i+1:]) {
			return false
		}
	}
	return hasForm(words)
}

// isPlain reports whether a text is of Latin letters, numbers and what stands
// between them in a sentence or a sum: not a link, a mention, code or a list.
func isPlain(text string) bool {
	before := ' '
	for _, r := range text {
		switch {
		case r > unicode.MaxASCII && r != '’' && !unicode.Is(unicode.Latin, r), r < ' ':
			return false
		case r <= unicode.MaxASCII && !isWordRune(r) && !strings.ContainsRune(` '"().?!+-*/^%=#&`, r):
			return false
		case isWordRune(r) && !unicode.IsDigit(r) && before == '.': // a file, or an address
			return false
		}
		before = r
	}
	return true
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// isName reports whether a word may be somebody's name: one with a capital, unless
// it is known to be another, or is all capitals as abbreviations are.
func isName(word string) bool {
	word = strings.Trim(word, `"()?!.`)
	lower := strings.ToLower(word)
	return word != lower && !listed(proper, lower) && (len(word) > 6 || word != strings.ToUpper(word) || len(word) < 2)
}

// tidied leaves politeness out and writes out what is shortened.
func tidied(words []string) []string {
	if words[0] == "please" {
		words = words[1:]
	}
	if n := len(words) - 1; n >= 0 && words[n] == "please" {
		words = words[:n]
	}
	if len(words) > 0 && (words[0] == "what's" || words[0] == "what’s" || words[0] == "whats") {
		words = append([]string{"what", "is"}, words[1:]...)
	}
	return words
}

// isDefinite reports whether what follows "the" says by itself which one it is.
func isDefinite(rest []string) bool {
	switch {
	case len(rest) == 0:
		return false
	case listed(unique, rest[0]):
		return true
	}
	for i, w := range rest[:min(len(rest), 4)] {
		if w == "of" || w == "between" {
			return i > 0 && i+1 < len(rest) && listed(measures, rest[i-1])
		}
	}
	return false
}

// alone matches the questions that may stand alone. What is open in them is looked
// at word by word.
var alone = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`what (?:is|are) (?P<topic>.+)`,
	`what (?:does|do) (?P<topic>.+) (?:mean|stand for)`,
	`how (?:does|do) (?P<topic>.+) work`,
	`how (?:is|are) (?P<topic>.+) (?:made|calculated|computed|formed|produced|measured|pronounced|spelled|defined)`,
	`how many .+ (?:are |is |fit )?in (?:a|an) .+`,
	`how many .+ (?:does|do) (?:a|an) .+ have`,
	`how to \w+ (?:a|an) .+ in (?:go|golang|python|java|javascript|typescript|rust|c|c\+\+|sql|bash|git|linux|excel|html|css)`,
	`who (?:wrote|composed|painted) (?P<topic>.+)`,
	`who (?:invented|discovered) .+`,
	`when (?:was|were) .+ (?:invented|discovered|founded)`,
	`why (?:is|are) (?:the )?(?:sky|sea|ocean|water|grass|sun|moon|snow|blood|leaves|clouds) (?:blue|green|red|yellow|white|salty|wet)`,
	`explain (?:how (?P<topic>.+) works?|what (?P<topic>.+) (?:is|are|means?))`,
	`(?:define|explain) (?P<topic>.+)`,
	`translate (?P<topic>.+) (?:to|into) [a-z]+`,
	`convert \d\S* .+ (?:to|into|in) .+`,
	`(?:calculate|compute) [\d(][\d().+*/^%= -]*`,
	`list (?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten) .+`,
	`is \d+ (?:a )?(?:prime|even|odd)(?: number)?`,
	`(?:is|are) (?:a|an) .+ (?:a|an) .+`,
}, `|`) + `)$`)

// hasForm reports whether a question has one of the forms, and a topic where that
// takes one.
func hasForm(words []string) bool {
	m := alone.FindStringSubmatch(strings.Join(words, " "))
	if m == nil {
		return false
	}
	for i, name := range alone.SubexpNames() {
		if name == "topic" && m[i] != "" && !isTopic(strings.Fields(m[i])) {
			return false
		}
	}
	return true
}

// isTopic reports whether words name a thing: one that begins like a state does
// ("down", "broken", "going on") is about something that is not named.
func isTopic(words []string) bool {
	first := words[0]
	switch {
	case listed(states, first), strings.HasSuffix(first, "ly"):
		return false
	case strings.HasSuffix(first, "ed"), strings.HasSuffix(first, "ing"):
		return false
	}
	return len(words) <= 12
}

// listed reports whether a list holds a word.
func listed(list, word string) bool { return strings.Contains(list, " "+word+" ") }
