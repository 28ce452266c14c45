package geminisim

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The bounds of what is noted.
const (
	maxNotes = 20  // in one answer
	maxNote  = 200 // characters
	maxValue = 60  // characters of what somebody told, such as a place
)

// A note is one fact that a person told of themselves.
type note struct {
	About   string `json:"about"` // what of them: a newer note about the same takes its place
	Fact    string `json:"fact"`
	Message int    `json:"message"`
	Always  bool   `json:"always"` // it matters for every answer
}

// A told is what a rule reads off a clause: about what, and the fact with {} for who
// told it.
type told struct {
	about  string
	fact   string
	always bool
}

// A rule reads one kind of statement. Its function is given what the groups of the
// pattern matched, cleaned; it returns the zero value for what it had better leave.
type rule struct {
	pattern *regexp.Regexp // of a whole clause
	read    func(m []string) told
}

// noteRules returns all rules; the first that fits is the one. They are made at their
// first use, since their patterns take milliseconds.
var noteRules = sync.OnceValue(func() []rule {
	return slices.Concat(personRules(), homeRules(), workRules(), familyRules(), tasteRules(), wishRules())
})

// notes takes up what people say of themselves in the first person and in earnest. Of
// two notes about the same thing the later stays, and what is known is not said again.
func notes(t task) any {
	rules := noteRules()
	found := []note{}
	for _, l := range t.lines {
		if inJest(l.text) {
			continue
		}
		for _, s := range sentences(prose(l.text)) {
			if doubtful(s) {
				continue
			}
			for _, c := range clauses(s) {
				if f, ok := apply(rules, c); ok {
					found = keep(found, f.by(l))
				}
			}
		}
	}
	found = slices.DeleteFunc(found, func(n note) bool {
		return slices.ContainsFunc(t.known, func(k string) bool { return strings.EqualFold(k, n.About+": "+n.Fact) })
	})
	return found[:min(len(found), maxNotes)]
}

// by makes a note of what somebody told.
func (f told) by(l numbered) note {
	return note{
		About:   strings.ToLower(oneLine(f.about, maxValue)),
		Fact:    oneLine(subjectless(f.fact), maxNote),
		Message: l.n,
		Always:  f.always,
	}
}

// subjectless leaves out of whom a fact is.
func subjectless(fact string) string {
	if rest, ok := strings.CutPrefix(fact, "{} "); ok {
		fact = rest
	}
	return strings.TrimSuffix(strings.NewReplacer("{}'s", "their", "{}", "they").Replace(fact), ".")
}

// keep adds a note in the place of an earlier one about the same.
func keep(found []note, n note) []note {
	found = slices.DeleteFunc(found, func(o note) bool { return o.About == n.About })
	return append(found, n)
}

func apply(rules []rule, clause string) (told, bool) {
	for _, r := range rules {
		m := r.pattern.FindStringSubmatch(clause)
		if m == nil {
			continue
		}
		for i := range m {
			m[i] = cleaned(m[i])
		}
		if f := r.read(m); f.fact != "" {
			return f, true
		}
	}
	return told{}, false
}

var (
	supposed = regexp.MustCompile(`(?i)\b(?:wish|would|wouldn['’]t|could|might|maybe|perhaps|probably|if|unless|suppose|dream(?:ed|t)?|used to|once|never|almost|` +
		`someday|one day|i['’]d|says?|said|told|wrote|quote|wäre|würde|hätte|könnte|vielleicht|wenn|falls|sagte?|früher)\b|["“”„«»]|\?$`)
	absurd = regexp.MustCompile(`(?i)\b(?:moon|mars|venus|jupiter|pluto|sun|space|hell|heaven|narnia|hogwarts|mordor|atlantis|matrix|batman|superman|spider-?man|` +
		`god|jesus|satan|devil|santa|king|queen|emperor|president|pope|billionaire|immortal|alien|vampire|werewolf|wizard|witch|dragon|unicorn|robot|ghost|` +
		`zombie|t-?rex|dinosaurs?|mond|gott|kaiser|papst)\b`)
	many   = regexp.MustCompile(`\b\d[\d.,]{2,}\b`)
	joints = regexp.MustCompile(`(?i)(?:\s*[,;]\s*(?:(?:and|but|so|und|aber)\s+)?|\s+(?:and|but|und|aber|because|denn)\s+|\s+-\s+)` +
		`(i['’]?m\b|i['’]ve\b|i\b|my\b|call me\b|please\b|ich\b|meine?n?\b|bitte\b|nenn)`)
	elided  = regexp.MustCompile(`(?i)^((?:i|i'm|im|i am) .+?),? and ((?:live|work|study|speak|use) .+)$`)
	fillers = regexp.MustCompile(`(?i)^(?:(?:hi|hey|hello|hallo|well|so|oh|ok|okay|btw|fyi|by the way|actually|also|yes|yeah|nope|and|but|yep|ah|ja|nein|übrigens|` +
		`just so you know|for the record|(?:please )?(?:remember|note)(?: that)?|merk dir(?:, dass)?)(?:\s*[,:!]\s*|\s+|$))+`)
	trailers = regexp.MustCompile(`(?i)(?:[\s,]+(?:now|currently|right now|these days|nowadays|btw|by the way|though|too|as well|actually|already|haha|please|bitte|thanks|danke|` +
		`anymore|any more|a lot|so much|very much|jetzt|übrigens|[:;]-?[)D(P]|<3))+$`)
)

// doubtful reports whether a sentence is asked, supposed, quoted or beyond belief.
func doubtful(sentence string) bool {
	return supposed.MatchString(sentence) || absurd.MatchString(sentence)
}

// clauses cuts a sentence where another statement in the first person begins, and drops
// what leads in and ends it.
func clauses(sentence string) []string {
	var all []string
	var add func(c string)
	add = func(c string) {
		c = strings.ReplaceAll(cleaned(fillers.ReplaceAllString(strings.TrimSpace(c), "")), "’", "'")
		if m := elided.FindStringSubmatch(c); m != nil {
			add(m[1])
			c = "I " + m[2]
		}
		if len(c) > 3 && strings.EqualFold(c[:3], "im ") {
			c = "I'm " + c[3:]
		}
		if c != "" && len(c) <= maxNote {
			all = append(all, c)
		}
	}
	from := 0
	for _, at := range joints.FindAllStringSubmatchIndex(sentence, -1) {
		if at[0] > from { // not what the sentence begins with
			add(sentence[from:at[0]])
		}
		from = at[2]
	}
	add(sentence[from:])
	return all
}

// cleaned takes signs and small words off both ends.
func cleaned(s string) string {
	for {
		t := strings.TrimFunc(s, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsSymbol(r) && r != '+' && r != '<' || strings.ContainsRune(".,;!…:*_~️-", r)
		})
		t = trailers.ReplaceAllString(t, "")
		if t == s {
			return s
		}
		s = t
	}
}

// short reports whether what was told is some words that can stand in a note.
func short(value string, words int) bool {
	n := len(strings.Fields(value))
	return n > 0 && n <= words && utf8.RuneCountInString(value) <= maxValue && !many.MatchString(value)
}

// is builds the pattern of a whole clause.
func is(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?i)^(?:` + pattern + `)$`) }

// has reports whether a list of words in spaces has one.
func has(list, word string) bool { return strings.Contains(list, " "+strings.ToLower(word)+" ") }

// firstWord returns the first word of a text.
func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}
