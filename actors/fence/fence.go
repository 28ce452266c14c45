// Package fence shows a model what people said, so that it takes it for just that.
package fence

import (
	"regexp"
	"strings"
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

// Around puts a text between fences that are longer than any row of backticks in
// it, so that nothing in it ends them.
func Around(text string) string {
	text = manyTicks.ReplaceAllString(text, strings.Repeat("`", mostTicks))
	mark := "```"
	for _, row := range ticks.FindAllString(text, -1) {
		mark = strings.Repeat("`", max(len(mark), len(row)+1))
	}
	return mark + "\n" + strings.TrimRight(text, "\n") + "\n" + mark
}

// Hanging indents the second line of a text and those after it, so that none of them
// looks like the beginning of another.
func Hanging(text string) string { return strings.ReplaceAll(breaks.Replace(text), "\n", "\n  ") }

// OneLine returns a text without what ends a line.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Quote keeps a name on one line and within quotation marks, and short.
func Quote(s string) string {
	s = strings.NewReplacer(`"`, "'", "`", "'").Replace(OneLine(s))
	return `"` + Shorten(s, 100) + `"`
}

// Shorten cuts a text to a number of characters.
func Shorten(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i]
		}
	}
	return s
}

// Name returns how somebody is called at the beginning of a line: "" if there is no
// name to speak of.
func Name(name string) string { return strings.ReplaceAll(OneLine(name), ":", "") }
