package outbox

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A level says what a cut would break; a smaller one is better however little
// text comes before it.
type level int

const (
	cutClean  level = iota // nothing
	cutItem                // a list item
	cutBlock               // a code block, between two lines
	cutMarkup              // a line of code, or emphasised text, between two words
	cutWord                // a word
	cutWhole               // a link, a mention, an emoji, a character
	levels
)

// A class says how natural a cut is among those of its level.
type class int

const (
	afterRune class = iota
	afterWord
	afterSentence
	afterLine
	afterParagraph
)

// A candidate is a place where a piece may end.
type candidate struct {
	end   int // of the piece; 0 for no candidate
	class class
	next  place
}

// A scanner reads the window of text that one piece may fill and keeps the best
// cut of each level.
type scanner struct {
	view  string // the text up to one character past the window
	from  place
	room  int // units that the piece may fill, an inserted closing fence included
	half  int // position from which a more natural cut is better than a later one
	most  int // furthest end of the piece
	at    place
	blank bool // the line before was empty
	body  bool // the open code block has text in this piece
	best  [levels]candidate
}

// scan reads view from the place on.
func scan(view string, at place, room int) *scanner {
	s := &scanner{view: view, from: at, room: room, at: at}
	s.most = advance(view, at.pos, room)
	s.half = s.from.pos + (s.most-s.from.pos)/2
	s.limit()
	for s.at.pos < len(view) {
		line, _, _ := strings.Cut(view[s.at.pos:], "\n")
		next := min(s.at.pos+len(line)+1, len(view))
		s.line(line)
		s.blank = strings.TrimSpace(line) == ""
		s.at.pos = next
	}
	return s
}

// limit sets how far the piece may reach with the fence that is open now.
func (s *scanner) limit() {
	s.most = advance(s.view, s.from.pos, s.room-units(s.at.fence.closing()))
}

// line reads the line at the current position.
func (s *scanner) line(line string) {
	if s.at.fence.ticks > 0 {
		s.codeLine(line)
		return
	}
	if strings.TrimSpace(line) == "" {
		return
	}
	lead, item := marker(line)
	indented := line[0] == ' ' || line[0] == '\t'
	inside := s.at.item && !item && !strings.HasPrefix(line, "#") && (indented || !s.blank)
	s.at.item = inside
	s.lineStart()
	s.at.item = inside || item
	if f, ok := opens(line); ok {
		s.at.fence = f
		s.body = false
		s.limit()
		return
	}
	s.words(line, lead)
}

// lineStart offers to cut before the line at the current position.
func (s *scanner) lineStart() {
	l, c := cutClean, afterLine
	switch {
	case s.at.fence.ticks > 0:
		l = cutBlock
	case s.at.item:
		l = cutItem
	}
	if s.blank {
		c = afterParagraph
	}
	s.offer(l, c, s.at.pos-1, s.at.pos)
}

// codeLine reads a line of a code block.
func (s *scanner) codeLine(line string) {
	if s.at.fence.closes(line) {
		s.at.fence = fence{}
		s.limit()
		return
	}
	if strings.TrimSpace(line) == "" {
		return // a part that begins with it might hold nothing but the end of the block
	}
	s.lineStart()
	for i, r := range line {
		pos := s.at.pos + i
		switch {
		case unicode.IsSpace(r):
			s.offer(cutMarkup, afterWord, pos, pos+utf8.RuneLen(r))
		default:
			s.offer(between(line, i), afterRune, pos, pos)
			s.body = true
		}
	}
}

// words offers to cut inside a line of text, of which the first lead bytes are
// the marker of a list item, heading or quotation.
func (s *scanner) words(line string, lead int) {
	clean := cutClean
	if s.at.item {
		clean = cutItem
	}
	start, whole, loose := 0, 0, 0 // of the markup that i is in
	for i := lead; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		pos := s.at.pos + i
		if i >= whole {
			m := spanAt(line, i, s.at.pos+len(line) == len(s.view))
			start, whole, loose = i, m.whole, max(loose, m.loose)
		}
		switch {
		case start < i && i < whole:
			s.offer(cutWhole, afterRune, pos, pos)
		case unicode.IsSpace(r):
			l, c := clean, afterWord
			if i < loose {
				l = cutMarkup
			} else if sentenceEnds(line[:i]) {
				c = afterSentence
			}
			s.offer(l, c, pos, pos+size)
		case i > 0 && i >= loose && wideStop(line[:i]):
			s.offer(clean, afterSentence, pos, pos)
		default:
			s.offer(between(line, i), afterRune, pos, pos)
		}
		i += size
	}
}

// between returns what a cut before line[i:] breaks, which is no space.
func between(line string, i int) level {
	next, _ := utf8.DecodeRuneInString(line[i:])
	prev, _ := utf8.DecodeLastRuneInString(line[:i])
	if joins(next) || prev == zeroWidthJoiner {
		return cutWhole
	}
	return cutWord
}

// offer keeps a cut that ends the piece at end and begins the next one at next,
// if it is possible and better than what is known of its level.
func (s *scanner) offer(l level, c class, end, next int) {
	if end <= s.from.pos || end > s.most || s.at.fence.ticks > 0 && !s.body {
		return
	}
	to := s.at
	to.pos = next
	if s.at.fence.ticks == 0 {
		end = s.from.pos + len(strings.TrimRightFunc(s.view[s.from.pos:end], unicode.IsSpace))
	}
	old := &s.best[l]
	if old.end > s.half && old.class > c {
		return
	}
	*old = candidate{end: end, class: c, next: to}
}

// choose returns the best cut. A code block of more empty lines than fit has
// none: it is cut anywhere.
func (s *scanner) choose() candidate {
	for _, c := range s.best {
		if c.end > 0 {
			return c
		}
	}
	end := advance(s.view, s.from.pos, s.room-units(s.from.fence.closing()))
	return candidate{end: end, next: place{pos: end, fence: s.from.fence, item: s.from.item}}
}
