package web

import (
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

var (
	kindSpan      = ast.NewNodeKind("Span")
	kindReference = ast.NewNodeKind("Reference")
	kindSubtext   = ast.NewNodeKind("Subtext")
)

// span is text between two runs of the same mark.
type span struct {
	ast.BaseInline
	mark   byte
	length int // of the run: 1 or 2
}

func (*span) Kind() ast.NodeKind            { return kindSpan }
func (n *span) Dump(source []byte, lvl int) { ast.DumpHelper(n, source, lvl, nil, nil) }

// tag returns what the span is in HTML.
func (n *span) tag() string {
	switch {
	case n.mark == '|':
		return `<span class="spoiler" role="button" tabindex="0" aria-label="Spoiler, press to show" aria-expanded="false">`
	case n.mark == '~':
		return "<s>"
	case n.mark == '_' && n.length == 2:
		return "<u>"
	case n.length == 2:
		return "<strong>"
	}
	return "<em>"
}

// spanParser finds spans of one mark.
type spanParser struct {
	mark   byte
	length int // of the run: exactly 2, or 1 and more
}

func (p spanParser) Trigger() []byte { return []byte{p.mark} }

func (p spanParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	d := parser.ScanDelimiter(line, before, 1, p)
	if d.OriginalLength < p.length || p.length == 2 && d.OriginalLength > 2 {
		block.Advance(d.OriginalLength) // at once: a long run is not looked at again from each of its marks
		return ast.NewTextSegment(segment.WithStop(segment.Start + d.OriginalLength))
	}
	d.CanOpen, d.CanClose = p.flanks(before, line[d.OriginalLength:], d.OriginalLength)
	d.Segment = segment.WithStop(segment.Start + d.OriginalLength)
	block.Advance(d.OriginalLength)
	pc.PushDelimiter(d)
	return d
}

// flanks reports whether a run may begin and end a span. Other than CommonMark,
// Discord has a span of two marks anywhere, be it beside a space or a letter.
func (p spanParser) flanks(before rune, after []byte, length int) (opens, closes bool) {
	next := rune(' ')
	if len(after) > 0 {
		next = util.ToRune(after, 0)
	}
	switch {
	case length > 1:
		return true, true
	case p.mark == '_':
		return !wordRune(before), !wordRune(next)
	}
	return !util.IsSpaceRune(next), !util.IsSpaceRune(before)
}

// wordRune is what \w is in Discord's patterns.
func wordRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// IsDelimiter reports whether b is the mark.
func (p spanParser) IsDelimiter(b byte) bool { return b == p.mark }

// CanOpenCloser reports whether two runs belong together.
func (p spanParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch returns the span for two runs of which n marks were used up.
func (p spanParser) OnMatch(n int) ast.Node { return &span{mark: p.mark, length: n} }

// reference is an ID in angle brackets that Discord shows as a name, or a
// mention of everybody.
type reference struct {
	ast.BaseInline
	sort string // @ @! @& # / : t everyone
	id   string
	name string // of a command or emoji; style of a time
}

func (*reference) Kind() ast.NodeKind            { return kindReference }
func (n *reference) Dump(source []byte, lvl int) { ast.DumpHelper(n, source, lvl, nil, nil) }

// longestForm is more than any reference has, in bytes: 100 letters of a command's
// name, its ID and the marks. To look for a pattern takes time for all of a text,
// match or not.
const longestForm = 512

// The forms are those of Discord's documentation, Reference: Message formatting.
var (
	idForm       = regexp.MustCompile(`^<(@!|@&|@|#)(\d{1,20})>`)
	namedForm    = regexp.MustCompile(`^<(?:(/)([-_ \p{L}\p{N}]{1,100})|a?(:)(\w{2,32})):(\d{1,20})>`)
	timeForm     = regexp.MustCompile(`^<t:(\d{1,13})(?::([tTdDfFR]))?>`)
	everyoneForm = regexp.MustCompile(`^@(everyone|here)\b`)
)

// referenceParser finds references.
type referenceParser struct{}

func (referenceParser) Trigger() []byte { return []byte{'<', '@'} }

func (referenceParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	n, length := parseReference(line[:min(len(line), longestForm)])
	if n == nil {
		return nil // not a nil *reference: the parser compares
	}
	block.Advance(length)
	return n
}

// parseReference returns the reference that a line begins with and its length in
// bytes, or nil.
func parseReference(line []byte) (n *reference, length int) {
	form := everyoneForm
	if line[0] == '<' && len(line) > 1 {
		switch line[1] {
		case '@', '#':
			form = idForm
		case '/', ':', 'a':
			form = namedForm
		case 't':
			form = timeForm
		}
	}
	m := form.FindSubmatch(line)
	if m == nil {
		return nil, 0
	}
	switch form {
	case idForm:
		n = &reference{sort: string(m[1]), id: string(m[2])}
	case namedForm:
		n = &reference{sort: string(m[1]) + string(m[3]), name: string(m[2]) + string(m[4]), id: string(m[5])}
	case timeForm:
		n = &reference{sort: "t", id: string(m[1]), name: string(m[2])}
	default:
		n = &reference{sort: "everyone", name: string(m[1])}
	}
	return n, len(m[0])
}

// subtext is a line of small print, which begins with "-# ".
type subtext struct{ ast.BaseBlock }

func (*subtext) Kind() ast.NodeKind            { return kindSubtext }
func (n *subtext) Dump(source []byte, lvl int) { ast.DumpHelper(n, source, lvl, nil, nil) }

// subtextParser finds lines of small print.
type subtextParser struct{}

func (subtextParser) Trigger() []byte { return []byte{'-'} }

func (subtextParser) Open(_ ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	const mark = "-# "
	line, segment := reader.PeekLine()
	if len(line) <= len(mark) || string(line[:len(mark)]) != mark {
		return nil, parser.NoChildren
	}
	n := &subtext{}
	rest := text.NewSegment(segment.Start+len(mark), segment.Stop)
	n.Lines().Append(rest.TrimRightSpace(reader.Source()))
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

func (subtextParser) Continue(ast.Node, text.Reader, parser.Context) parser.State {
	return parser.Close
}

func (subtextParser) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph lets small print follow a line of text.
func (subtextParser) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine keeps indented lines what they are.
func (subtextParser) CanAcceptIndentedLine() bool { return false }
