package geminisim

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"troupe/messages"
)

// How much is looked at, in bytes: of what was said before, the latest; of the
// question, the beginning, to find out of what kind it is.
const (
	maxHistory  = 64 << 10
	maxQuestion = 4 << 10
)

// A scene is a prompt as the understudy sees it.
type scene struct {
	question string // without what stands around it
	lower    string
	asker    string   // "" unless the prompt names them
	quoted   string   // the message that the question replies to
	files    []string // attached, by name
	said     []line   // before, oldest first
	system   string
	server   string
	channel  string
	language language
	role     role
	random   *rand.Rand // of the prompt: the same for the same
}

// A line is what one person, or the bot, said.
type line struct {
	who  string // "" for the bot
	text string
}

func newScene(p *messages.Prompt) *scene {
	s := &scene{system: p.System, random: rand.New(rand.NewPCG(hash(p), 1))}
	if turns := p.Turns; len(turns) > 0 {
		if m := place.FindStringSubmatch(turns[0].Text); m != nil && len(turns) > 1 {
			s.server, s.channel, turns = m[1], m[2], turns[1:]
		}
		last := len(turns) - 1
		s.said = history(turns[:last])
		s.readQuestion(turns[last].Text)
	}
	s.lower = strings.ToLower(strings.ToValidUTF8(s.question[:min(len(s.question), maxQuestion)], ""))
	s.language = detect(s.lower)
	s.role = roleOf(p.System)
	return s
}

// place matches how the prompt tells where one is, in a turn before all others.
var place = regexp.MustCompile(`^The server is called "([^"\n]{1,100})", the channel "([^"\n]{1,100})"`)

// hash is FNV-1a of all that is in a prompt.
func hash(p *messages.Prompt) uint64 {
	h := uint64(14695981039346656037)
	write := func(s string) {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h *= 1099511628211 // as a byte of zero between two texts
	}
	write(p.System)
	for _, t := range p.Turns {
		write(t.Text)
	}
	return h
}

// maxName is how long a name may be, in bytes: Discord allows 32 characters.
const maxName = 128

// speaker takes the name off the beginning of what somebody says.
func speaker(text string) (who, said string, ok bool) {
	i := strings.IndexByte(text[:min(len(text), maxName+1)], ':')
	if i <= 0 || !strings.HasPrefix(text[i:], ": ") || text[0] == ' ' || strings.IndexByte(text[:i], '\n') >= 0 {
		return "", text, false
	}
	return text[:i], text[i+2:], true
}

// history reads what was said before, from the latest on as far as it is looked
// at. A line without a name goes on with the one before it.
func history(turns []messages.Turn) []line {
	from, size := len(turns), 0
	for from > 0 && size < maxHistory {
		from--
		size += len(turns[from].Text)
	}
	var said []line
	for _, t := range turns[from:] {
		text := t.Text
		if len(text) > maxHistory {
			text = strings.ToValidUTF8(text[len(text)-maxHistory:], "")
		}
		if t.Speaker == messages.SpeakerModel {
			said = append(said, line{text: withoutSubtext(text)})
			continue
		}
		said = append(said, readLines(text)...)
	}
	return said
}

// readLines takes people's lines apart. What is around them says nothing.
func readLines(text string) []line {
	var said []line
	for l := range strings.SplitSeq(text, "\n") {
		if fence.MatchString(l) || l == "[…]" {
			continue
		}
		if who, what, ok := speaker(l); ok {
			said = append(said, line{who: who, text: what})
		} else if len(said) > 0 {
			said[len(said)-1].text += "\n" + strings.TrimPrefix(l, "  ")
		}
	}
	return said
}

// withoutSubtext drops the lines in small print, such as our own footer.
func withoutSubtext(text string) string {
	var kept []string
	for l := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(l, "-# ") {
			kept = append(kept, l)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

var (
	replied  = regexp.MustCompile("^In reply to .*:\n(```+)\n")
	fence    = regexp.MustCompile("^```+$")
	attached = regexp.MustCompile(`^\(attached, but you cannot see it: "([^"\n]*)"\)\n?`)
	personal = regexp.MustCompile(`(?i)(^|\PL)(i|me|my|mine|we|us|our)(\PL|$)`)
	mention  = regexp.MustCompile(`<@[!&]?\d{1,20}>`)
	command  = regexp.MustCompile(`(?i)^(please|repeat|say|echo|quote|reverse|shout|summari[sz]e|translate|count|note|question|todo|tl;?dr)\b`)
)

// readQuestion takes off what the turn has put around the question.
func (s *scene) readQuestion(text string) {
	if m := replied.FindStringSubmatch(text); m != nil {
		quoted, rest, _ := strings.Cut(text[len(m[0]):], "\n"+m[1]+"\n")
		if chain := readLines(quoted); len(chain) > 0 {
			s.quoted = strings.TrimSpace(chain[len(chain)-1].text)
		}
		text = rest
	}
	for m := attached.FindStringSubmatch(text); m != nil; m = attached.FindStringSubmatch(text) {
		text = text[len(m[0]):]
		s.files = append(s.files, m[1])
	}
	if who, said, ok := speaker(text); ok {
		if s.knows(who) || personal.MatchString(said) && !command.MatchString(who) {
			s.asker, text = who, said
		}
	}
	s.question = strings.TrimSpace(mention.ReplaceAllString(text, ""))
	if n := len(s.said); n > 0 && s.said[n-1].text == s.question { // the question itself
		s.said = s.said[:n-1]
	}
}

func (s *scene) knows(name string) bool {
	return slices.ContainsFunc(s.said, func(l line) bool { return strings.EqualFold(l.who, name) })
}

// pick takes one of the texts, by the prompt.
func (s *scene) pick(texts ...string) string { return texts[s.random.IntN(len(texts))] }

// quote shows a text as quoted, shortened and on lines of its own.
func quote(text string) string {
	text = strings.ReplaceAll(shorten(strings.TrimSpace(text), 300), "```", "'''")
	return "> " + strings.ReplaceAll(text, "\n", "\n> ")
}

// shorten cuts a text at a number of characters.
func shorten(text string, most int) string {
	text = strings.ToValidUTF8(text, "")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	r := []rune(text)
	return strings.TrimSpace(string(r[:most-1])) + "…"
}

// oneLine puts a text on one line, shortened.
func oneLine(text string, most int) string {
	return shorten(strings.Join(strings.Fields(text), " "), most)
}
