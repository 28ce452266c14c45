package geminisim

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"troupe/messages"
)

// The bounds of what is worth remembering.
const (
	maxLore    = 5   // pieces
	maxSnippet = 600 // characters, its title included
	maxLoreSay = 240 // characters of other kinds
	maxPhrase  = 8   // words
	maxGags    = 3
)

// A piece is one thing that a community may want to remember.
type piece struct {
	Kind     string   `json:"kind"`
	Text     string   `json:"text"`
	Messages []int    `json:"messages"`
	About    []string `json:"about"` // whom
}

var (
	strong = regexp.MustCompile(`(?i)\b(?:won|shipped|released|finally|first time|congrats|congratulations|birthday|anniversary|` +
		`gewonnen|endlich|geburtstag|jubiläum|zum ersten mal|glückwunsch)\b|[🎉🏆🥇]`)
	custom = regexp.MustCompile(`(?i)^(?:(?:and|so|btw|remember|reminder|note)[:,]? )*(our [\p{L}\d' -]{2,40} (?:is|are) \S.{1,160}|` +
		`we (?:always )?meet (?:every|each|on|at) \S.{1,160}|the rule (?:here )?is \S.{1,160}|the (?:server|bot|game server) runs \S.{1,160}|` +
		`unser[e]? [\p{L}\d' -]{2,40} (?:ist|sind) \S.{1,160}|wir treffen uns (?:jede[nrs]?|am|um) \S.{1,160})$`)
	comment = regexp.MustCompile(`^\s*(?://+|#+!?|--+|/\*+|;+|%+)\s*(\S.*?)\s*(?:\*/)?\s*$`)
	polite  = " good morning night evening thanks thank happy birthday congrats congratulations welcome hello sorry guten morgen danke "
)

// lore finds code, moments, what is so, and what everybody says again and again.
func lore(t task) any {
	pieces := []piece{}
	names := speakers(t.lines)
	for _, l := range t.lines {
		if len(pieces) == maxLore {
			break
		}
		if p, ok := snippetOf(l); ok {
			pieces = append(pieces, p)
			continue
		}
		if inJest(l.text) {
			continue
		}
		if p, ok := momentOf(l, names); ok {
			pieces = append(pieces, p)
		} else {
			pieces = append(pieces, factsOf(l, names)...)
		}
	}
	pieces = append(gags(t.lines), pieces...)
	return pieces[:min(len(pieces), maxLore)]
}

// snippetOf takes up code of two lines or more, under its first comment or line.
func snippetOf(l numbered) (piece, bool) {
	m := codeBlock.FindStringSubmatch(l.text)
	if m == nil {
		return piece{}, false
	}
	title, lines := "", 0
	for c := range strings.SplitSeq(m[2], "\n") {
		if strings.TrimSpace(c) == "" {
			continue
		}
		if lines++; lines == 1 {
			title = c
			if said := comment.FindStringSubmatch(c); said != nil {
				title = said[1]
			}
		}
	}
	if lines < 2 {
		return piece{}, false
	}
	title = oneLine(title, 80)
	room := maxSnippet - len([]rune(title)) - len("\n```\n\n```") - len(m[1])
	text := title + "\n```" + m[1] + "\n" + shorten(m[2], room) + "\n```"
	return piece{messages.LoreSnippet, text, []int{l.n}, []string{l.who}}, true
}

// momentOf takes up what happened, from its strong words.
func momentOf(l numbered, names []string) (piece, bool) {
	text := strings.Join(strings.Fields(prose(l.text)), " ")
	if len(strings.Fields(text)) < 3 || strings.HasSuffix(text, "?") || !strong.MatchString(text) || doubtful(text) {
		return piece{}, false
	}
	about := append([]string{l.who}, namedIn(text, l.who, names)...)
	return piece{messages.LoreMoment, shorten(l.who+": "+text, maxLoreSay), []int{l.n}, about}, true
}

// factsOf takes up what a message states of the community.
func factsOf(l numbered, names []string) []piece {
	var found []piece
	for _, s := range sentences(prose(l.text)) {
		m := custom.FindStringSubmatch(strings.TrimRight(s, ".! "))
		if m == nil || strings.HasSuffix(s, "?") || doubtful(s) {
			continue
		}
		about := append([]string{}, namedIn(m[1], "", names)...)
		found = append(found, piece{messages.LoreFact, shorten(capital(m[1]), maxLoreSay-1) + ".", []int{l.n}, about})
	}
	return found
}

// speakers returns who spoke, in the order of their first words, up to a bound.
func speakers(lines []numbered) []string {
	const most = 100
	var names []string
	for _, l := range lines {
		if len(names) < most && !slices.Contains(names, l.who) {
			names = append(names, l.who)
		}
	}
	return names
}

// namedIn returns which of the names stand in a text, but one.
func namedIn(text, but string, names []string) []string {
	var found []string
	padded := " " + strings.Join(wordsOf(text), " ") + " "
	for _, who := range names {
		name := strings.Join(wordsOf(who), " ")
		if name != "" && who != but && strings.Contains(padded, " "+name+" ") {
			found = append(found, who)
		}
	}
	return found
}

// wordsOf returns the words of a text in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’'
	})
}

// A phrase is some words in a row, and the lines that have them.
type phrase struct {
	text  string
	words int
	in    []int // lines
}

// gags finds phrases that three messages of two people share, the most frequent first.
func gags(all []numbered) []piece {
	found := phrases(all)
	shared := slices.DeleteFunc(found, func(p *phrase) bool { return len(p.in) < 3 || !ofSeveral(p.in, all) || !telling(p.text) })
	slices.SortStableFunc(shared, func(a, b *phrase) int {
		return cmp.Or(cmp.Compare(len(b.in), len(a.in)), cmp.Compare(b.words, a.words))
	})
	pieces := []piece{}
	taken := map[int]bool{}
	for _, p := range shared {
		if len(pieces) == maxGags {
			break
		}
		if slices.ContainsFunc(p.in, func(i int) bool { return taken[i] }) { // another part of the same phrase
			continue
		}
		gag := piece{Kind: messages.LoreGag, Text: "“" + p.text + "”"}
		for _, i := range p.in {
			taken[i] = true
			gag.Messages = append(gag.Messages, all[i].n)
			if !slices.Contains(gag.About, all[i].who) {
				gag.About = append(gag.About, all[i].who)
			}
		}
		pieces = append(pieces, gag)
	}
	return pieces
}

// phrases lists all phrases of three words and more, in the order of their first use.
func phrases(all []numbered) []*phrase {
	var list []*phrase
	by := map[string]*phrase{}
	for i, l := range all {
		for s := range strings.SplitSeq(prose(l.text), "\n") {
			words := wordsOf(s)
			words = words[:min(len(words), 60)]
			for from := range words {
				for to := from + 3; to <= min(from+maxPhrase, len(words)); to++ {
					text := strings.Join(words[from:to], " ")
					p := by[text]
					if p == nil {
						p = &phrase{text: text, words: to - from}
						by[text] = p
						list = append(list, p)
					}
					if len(p.in) == 0 || p.in[len(p.in)-1] != i {
						p.in = append(p.in, i)
					}
				}
			}
		}
	}
	return list
}

func ofSeveral(lines []int, all []numbered) bool {
	return slices.ContainsFunc(lines, func(i int) bool { return all[i].who != all[lines[0]].who })
}

// telling reports whether a phrase is more than small words and manners.
func telling(text string) bool {
	for w := range strings.FieldsSeq(text) {
		if strings.Contains(polite, " "+w+" ") {
			return false
		}
	}
	for w := range strings.FieldsSeq(text) {
		if len([]rune(w)) >= 4 && !strings.Contains(stopWords, " "+w+" ") && !strings.Contains(dull, " "+w+" ") {
			return true
		}
	}
	return false
}
