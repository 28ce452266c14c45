package turn

import (
	"regexp"
	"strings"

	"troupe/messages"
)

// mostTicks bounds a row of backticks in what is fenced, so that a fence stays
// short whatever is in it.
const mostTicks = 15

var (
	manyTicks = regexp.MustCompile("`{16,}")
	ticks     = regexp.MustCompile("`{3,}")
	// breaks are all that ends a line (Unicode Standard, section 5.8).
	breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
)

// fence puts a text between fences that are longer than any row of backticks in
// it, so that nothing in it ends them.
func fence(text string) string {
	text = manyTicks.ReplaceAllString(text, strings.Repeat("`", mostTicks))
	mark := "```"
	for _, row := range ticks.FindAllString(text, -1) {
		mark = strings.Repeat("`", max(len(mark), len(row)+1))
	}
	return mark + "\n" + strings.TrimRight(text, "\n") + "\n" + mark
}

// quote keeps a name on one line and within quotation marks, and short.
func quote(s string) string {
	s = strings.NewReplacer(`"`, "'", "`", "'").Replace(oneLine(s))
	return `"` + shorten(s, 100) + `"`
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// shorten cuts a text to a number of characters.
func shorten(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i]
		}
	}
	return s
}

// said returns what somebody said as the model is shown it. What they say over
// several lines is indented, so that none of it looks like somebody else's.
func (f *frame) said(l messages.Line, text string) string {
	return f.name(l) + ": " + strings.ReplaceAll(breaks.Replace(text), "\n", "\n  ")
}

// name returns how a line's author is called in a prompt.
func (f *frame) name(l messages.Line) string {
	if name := oneLine(l.Name); name != "" {
		return strings.ReplaceAll(name, ":", "")
	}
	if name := f.names[l.Author.String()]; name != "" {
		return name
	}
	return "somebody"
}

// mention is how Discord writes somebody's name in a text (Discord
// documentation, Reference: Message Formatting).
var mention = regexp.MustCompile(`<@!?(\d{1,20})>`)

// known returns the names of the bot and of those who spoke lately.
func (f *frame) known(t *messages.Trigger) map[string]string {
	names := map[string]string{
		f.self.ID.String():  oneLine(f.self.Name),
		t.Asker.ID.String(): oneLine(t.Asker.Name),
	}
	for _, lines := range [][]messages.Line{f.pins, f.chain, f.window.Lines} {
		for _, l := range lines {
			names[l.Author.String()] = oneLine(l.Name)
		}
	}
	return names
}

// readable writes names for mentions, as far as they are known: people read
// them so.
func (f *frame) readable(text string) string {
	if !strings.Contains(text, "<@") {
		return text
	}
	return mention.ReplaceAllStringFunc(text, func(m string) string {
		if name := f.names[strings.Trim(m, "<@!>")]; name != "" {
			return "@" + name
		}
		return m
	})
}
