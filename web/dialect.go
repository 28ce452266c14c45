package web

import (
	"regexp"
	"strings"
)

// Discord reads lines otherwise than CommonMark does. What follows rewrites
// them, so that a parser of CommonMark sees the same blocks as Discord:
//
//   - a quote is "> " and ends with its line, ">>> " and ends with the message;
//     quotes do not nest
//   - a code block begins and ends anywhere in a line; one that does not end is
//     text
//   - headings have three levels; bullets are - and *, numbers end with a dot
//   - any further indent nests a list; a line without one ends it, and a list
//     needs no empty line before it
//
// Not the same: a span, such as bold, ends with its paragraph here.

const (
	listIndent = 4  // columns between two levels of lists; a marker is padded to it
	listDepth  = 11 // levels that Discord nests
)

var (
	quoteLine = regexp.MustCompile(`^ *> `)
	quoteRest = regexp.MustCompile(`^ *>>> `)
	listLine  = regexp.MustCompile(`^( *)([-*]|\d{1,9}\.) +(\S.*)$`)
	blockLine = regexp.MustCompile(`^(?:#{1,3} +\S|-# +\S)`)            // a block to both
	otherLine = regexp.MustCompile(`^(?:#|>|~~~|[-*+](?: |$)|\d+[.)])`) // a block to CommonMark alone, unless it is one of the above
	language  = regexp.MustCompile(`^[a-zA-Z0-9_+\-.#]+\n`)
	ticks     = regexp.MustCompile("`+")
)

// commonMark returns a text in Discord's Markdown as CommonMark.
func commonMark(s string) string {
	var d dialect
	d.rewrite(s, false)
	return d.out.String()
}

// dialect is a text that is being rewritten.
type dialect struct {
	out   strings.Builder
	lists []int // indents of the items that are open, outermost first
	after lineKind
}

type lineKind int

const (
	afterBlank lineKind = iota
	afterText
	afterItem // or a line that goes on with one
)

// rewrite adds s, line by line. quoted says that it is the inside of a quote.
func (d *dialect) rewrite(s string, quoted bool) {
	for s != "" {
		if inside, rest, ok := cutQuote(s); ok && !quoted {
			d.quote(inside)
			s = rest
			continue
		}
		line, rest, _ := strings.Cut(s, "\n")
		if before, code, after, ok := cutCode(s, len(line)); ok {
			d.code(before, code)
			s = after
			continue
		}
		d.line(line)
		s = rest
	}
}

// cutQuote cuts a quote off the beginning of s. Its marks are left out.
func cutQuote(s string) (inside, rest string, ok bool) {
	if mark := quoteRest.FindString(s); mark != "" {
		return s[len(mark):], "", true
	}
	var lines []string
	for rest = s; ; {
		mark := quoteLine.FindString(rest)
		if mark == "" {
			return strings.Join(lines, "\n"), rest, lines != nil
		}
		line, after, _ := strings.Cut(rest[len(mark):], "\n")
		lines, rest = append(lines, line), after
	}
}

// cutCode cuts s at a code block that begins within its first n bytes.
func cutCode(s string, n int) (before, code, after string, ok bool) {
	const fence = "```"
	start := strings.Index(s[:n], fence)
	if start < 0 || start > 0 && s[start-1] == '\\' {
		return "", "", "", false
	}
	code, after, ok = strings.Cut(s[start+len(fence):], fence)
	if !ok || strings.TrimSpace(code) == "" {
		return "", "", "", false
	}
	return s[:start], code, strings.TrimPrefix(after, "\n"), true
}

func (d *dialect) quote(inside string) {
	var in dialect
	in.rewrite(inside, true)
	d.lists = nil
	for line := range strings.Lines(in.out.String()) {
		d.out.WriteString("> " + line)
	}
	d.blank()
}

// code adds a code block, in the item of a list if it is indented like one.
func (d *dialect) code(before, code string) {
	indent := ""
	switch {
	case strings.TrimSpace(before) != "":
		d.line(before)
		indent = d.itemIndent()
	case before != "":
		indent = d.itemIndent()
	default:
		d.lists = nil
	}
	head := language.FindString(code)
	body := trimCode(code[len(head):])
	if body == "" { // what looked like a language is the code
		head, body = "", trimCode(code)
	}
	fence := "```"
	for _, run := range ticks.FindAllString(body, -1) {
		if len(run) >= len(fence) {
			fence = run + "`"
		}
	}
	d.out.WriteString(indent + fence + strings.TrimSuffix(head, "\n") + "\n")
	for line := range strings.Lines(body + "\n") {
		d.out.WriteString(indent + dedent(line, len(before)))
	}
	d.out.WriteString(indent + fence + "\n")
	d.after = afterText
	if d.lists != nil {
		d.after = afterItem
	}
}

func trimCode(s string) string { return strings.TrimRight(strings.TrimLeft(s, "\n"), " \n") }

// dedent takes at most n spaces from the beginning of a line.
func dedent(line string, n int) string {
	for n > 0 && strings.HasPrefix(line, " ") {
		line, n = line[1:], n-1
	}
	return line
}

func (d *dialect) line(line string) {
	text := strings.TrimLeft(line, " ")
	if text == "" {
		d.blank()
		return
	}
	if m := listLine.FindStringSubmatch(line); m != nil {
		d.item(len(m[1]), m[2], m[3])
		return
	}
	if text == line || d.lists == nil {
		d.lists = nil
		if d.after == afterItem {
			d.blank()
		}
		d.out.WriteString(escapeStart(text) + "\n")
		d.after = afterText
		return
	}
	d.out.WriteString(d.itemIndent() + escapeStart(text) + "\n")
	d.after = afterItem
}

// item adds an item of a list at its level.
func (d *dialect) item(indent int, marker, text string) {
	for len(d.lists) > 0 && (d.lists[len(d.lists)-1] >= indent || len(d.lists) == listDepth) {
		d.lists = d.lists[:len(d.lists)-1]
	}
	if d.after == afterText {
		d.blank() // without it, only a list that begins with 1 ends a paragraph
	}
	pad := strings.Repeat(" ", max(1, listIndent-len(marker)))
	d.out.WriteString(d.itemIndent() + marker + pad + escapeStart(text) + "\n")
	d.lists = append(d.lists, indent)
	d.after = afterItem
}

// itemIndent is the indent of what is in the innermost item.
func (d *dialect) itemIndent() string { return strings.Repeat(" ", listIndent*len(d.lists)) }

func (d *dialect) blank() {
	d.out.WriteString("\n")
	d.after = afterBlank
}

// escapeStart keeps the beginning of a line from being a block of CommonMark
// that is none of Discord.
func escapeStart(text string) string {
	mark := otherLine.FindString(text)
	switch {
	case mark == "" || blockLine.MatchString(text):
	case mark[0] >= '0' && mark[0] <= '9': // only punctuation can be escaped
		return mark[:len(mark)-1] + `\` + text[len(mark)-1:]
	default:
		return `\` + text
	}
	if strings.HasPrefix(text, "```") {
		return "\\`\\`\\`" + text[3:] // a code block that does not end
	}
	return text
}
