package outbox

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minLimit is the smallest limit that [Split] keeps to: room for a fence that
// is reopened and closed, and for text within it.
const minLimit = 100

// Split cuts text into parts of at most limit UTF-16 code units each, a measure
// that is never smaller than Discord's own count of characters. It cuts after a
// paragraph if it can, else after a line, a sentence, a word; inside a list
// item, a code block, other markup, a link, a mention or an emoji only where one
// alone is longer than a part. A code block that is cut, or left open at the
// end, is closed, and reopened with its language in the next part.
//
// White space at a cut is dropped. All parts but the last stay the same when
// text is appended, so a growing text may be split again and again. Text of
// white space alone has no parts. A limit under 100 counts as 100.
func Split(text string, limit int) []string {
	return split(text, limit, math.MaxInt)
}

// split is [Split], ended after so many parts.
func split(text string, limit, most int) []string {
	var parts []string
	for _, p := range cut(text, max(limit, minLimit), most) {
		parts = append(parts, p.render(text))
	}
	return parts
}

// A piece is a stretch of a text, with the code block that is cut by it.
type piece struct {
	start, end int
	reopened   fence // open before the start
	closed     fence // open at the end
}

func (p piece) render(text string) string {
	return p.reopened.opening() + text[p.start:p.end] + p.closed.closing()
}

// A fence begins a code block. The zero fence is none.
type fence struct {
	ticks int
	info  string // the language
}

// Longer runs of backticks and longer languages are no fences to us, so that
// what is inserted at a cut is bounded.
const (
	maxTicks     = 8
	maxFenceLine = 40
)

func (f fence) opening() string {
	if f.ticks == 0 {
		return ""
	}
	return strings.Repeat("`", f.ticks) + f.info + "\n"
}

func (f fence) closing() string {
	if f.ticks == 0 {
		return ""
	}
	return "\n" + strings.Repeat("`", f.ticks)
}

// opens returns the fence that the line begins a code block with, if it does.
func opens(line string) (fence, bool) {
	line = strings.TrimLeft(line, " \t")
	if len(line) > maxFenceLine {
		return fence{}, false
	}
	n := run(line, '`')
	info := strings.TrimSpace(line[n:])
	if n < 3 || n > maxTicks || strings.Contains(info, "`") {
		return fence{}, false
	}
	return fence{ticks: n, info: info}, true
}

// closes reports whether the line ends the code block of f.
func (f fence) closes(line string) bool {
	line = strings.TrimSpace(line)
	n := run(line, '`')
	return n >= f.ticks && n == len(line)
}

// run returns how often b is repeated at the start of s.
func run(s string, b byte) int {
	return len(s) - len(strings.TrimLeft(s, string(b)))
}

// cut finds the pieces of a text, or the first so many.
func cut(text string, limit, most int) []piece {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	var pieces []piece
	at := place{}
	for len(pieces) < most {
		if at.fence.ticks == 0 {
			at.pos = len(text) - len(strings.TrimLeftFunc(text[at.pos:], unicode.IsSpace))
		}
		if at.pos == len(text) {
			break
		}
		p, next := cutOne(text, at, limit)
		pieces = append(pieces, p)
		at = next
	}
	return pieces
}

// A place is where a piece may begin, and what is open there.
type place struct {
	pos   int
	fence fence
	item  bool // inside a list item
}

// cutOne finds the piece that begins at a place, and where the next one begins.
// Apart from whether the rest fits, it depends only on the first limit+1 units.
func cutOne(text string, at place, limit int) (piece, place) {
	room := limit - units(at.fence.opening())
	p := piece{start: at.pos, reopened: at.fence}
	most := advance(text, at.pos, room)
	if most == len(text) {
		s := scan(text, at, room)
		p.end = len(text)
		if s.most == len(text) { // room for the closing fence
			p.closed = s.at.fence
		}
		return p, place{pos: len(text)}
	}
	_, size := utf8.DecodeRuneInString(text[most:])
	best := scan(text[:most+size], at, room).choose()
	p.end, p.closed = best.end, best.next.fence
	return p, best.next
}

// units counts UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += unitsOf(r)
	}
	return n
}

func unitsOf(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// advance returns the furthest position from pos with at most n units between.
func advance(text string, pos, n int) int {
	for i, r := range text[pos:] {
		if n -= unitsOf(r); n < 0 {
			return pos + i
		}
	}
	return len(text)
}
