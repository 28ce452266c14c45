package web

import (
	"html"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// printer writes a parsed text: as HTML, or its words alone.
type printer struct {
	names  names
	plain  bool
	source []byte
	out    strings.Builder
}

func (p *printer) print(pr parser.Parser, s string) {
	if len(s) > renderLimit {
		s = s[:renderLimit]
	}
	p.source = []byte(commonMark(strings.ToValidUTF8(s, "\uFFFD")))
	doc := pr.Parse(text.NewReader(p.source))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			p.close(n)
			return ast.WalkContinue, nil
		}
		return p.open(n), nil
	}) // the function above never fails
}

// open writes what comes before the children of a node.
func (p *printer) open(n ast.Node) ast.WalkStatus {
	switch n := n.(type) {
	case *ast.Text:
		p.text(n)
	case *ast.String:
		p.escape(string(n.Value))
	case *ast.FencedCodeBlock:
		p.code(n)
		return ast.WalkSkipChildren
	case *ast.AutoLink:
		p.autoLink(n)
		return ast.WalkSkipChildren
	case *reference:
		p.reference(n)
	case *ast.Link:
		p.openLink(n.Destination)
	case *ast.Image: // Discord shows no pictures in a text, but the link
		p.escape("!")
		p.openLink(n.Destination)
	case *span:
		if p.plain && n.mark == '|' {
			p.escape("(spoiler)")
			return ast.WalkSkipChildren
		}
		p.tag(n.tag())
	default:
		p.tag(openTag(n))
	}
	return ast.WalkContinue
}

// close writes what comes after the children of a node.
func (p *printer) close(n ast.Node) {
	switch n := n.(type) {
	case *ast.Link:
		p.closeLink(n.Destination)
	case *ast.Image:
		p.closeLink(n.Destination)
	}
	tag := openTag(n)
	name, _, _ := strings.Cut(strings.Trim(tag, "<>"), " ")
	if name != "" {
		p.tag("</" + name + ">")
	}
	if p.plain && n.Type() == ast.TypeBlock {
		p.out.WriteByte(' ')
	}
}

// openTag returns the tag that a node's children are in, "" for none.
func openTag(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Paragraph:
		return "<p>"
	case *ast.Heading:
		return "<h" + strconv.Itoa(min(n.Level+2, 6)) + ">" // below the headings of the page
	case *ast.Blockquote:
		return "<blockquote>"
	case *ast.List:
		if n.IsOrdered() {
			return `<ol start="` + strconv.Itoa(n.Start) + `">`
		}
		return "<ul>"
	case *ast.ListItem:
		return "<li>"
	case *ast.CodeSpan:
		return "<code>"
	case *subtext:
		return "<small>"
	case *span:
		return n.tag()
	}
	return ""
}

// openLink begins a link that leaves the page. One that does not lead to the
// web is shown as it was written.
func (p *printer) openLink(destination []byte) {
	if href, ok := webAddress(string(destination)); ok {
		p.tag(`<a href="` + html.EscapeString(href) + `" target="_blank" rel="noopener noreferrer">`)
		return
	}
	p.escape("[")
}

func (p *printer) closeLink(destination []byte) {
	if _, ok := webAddress(string(destination)); ok {
		p.tag("</a>")
		return
	}
	p.escape("](" + string(destination) + ")")
}

// webAddress returns an address that a person may be sent to.
func webAddress(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	return u.String(), true
}

func (p *printer) text(n *ast.Text) {
	s := n.Segment.Value(p.source)
	if !n.IsRaw() {
		s = util.UnescapePunctuations(s)
	}
	p.escape(string(s))
	if n.SoftLineBreak() || n.HardLineBreak() {
		p.tag("<br>")
		if p.plain {
			p.out.WriteByte(' ')
		}
	}
}

func (p *printer) code(n *ast.FencedCodeBlock) {
	p.tag(`<pre tabindex="0"`)
	if language := n.Language(p.source); len(language) > 0 && !p.plain {
		p.out.WriteString(` data-language="` + html.EscapeString(string(language)) + `"`)
	}
	p.tag("><code>")
	p.escape(strings.TrimSuffix(string(n.Lines().Value(p.source)), "\n"))
	p.tag("</code></pre>")
}

func (p *printer) autoLink(n *ast.AutoLink) {
	label := n.Label(p.source)
	if _, ok := webAddress(string(label)); !ok {
		p.escape("<" + string(label) + ">")
		return
	}
	p.openLink(label)
	p.escape(string(label))
	p.closeLink(label)
}

// reference writes a mention, an emoji or a time.
func (p *printer) reference(n *reference) {
	class, shown := "mention", ""
	switch n.sort {
	case "@", "@!":
		shown = "@" + orElse(p.names.people[n.id], "unknown")
	case "@&":
		shown = "@role"
	case "#":
		class, shown = "mention channel", "#"+orElse(p.names.channels[n.id], "unknown")
	case "/":
		shown = "/" + n.name
	case "everyone":
		shown = "@" + n.name
	case ":":
		class, shown = "emoji", ":"+n.name+":"
	case "t":
		p.time(n)
		return
	}
	p.tag(`<span class="` + class + `">`)
	p.escape(shown)
	p.tag("</span>")
}

// time writes a time for the page to show in the reader's own zone. The text is
// for those who have no script.
func (p *printer) time(n *reference) {
	seconds, err := strconv.ParseInt(n.id, 10, 64)
	if err != nil || seconds < 0 || seconds > 253402300799 { // the year 9999
		p.escape("<t:" + n.id + ">")
		return
	}
	at := time.Unix(seconds, 0).UTC()
	p.tag(`<time datetime="` + at.Format(time.RFC3339) + `" data-style="` + orElse(n.name, "f") + `">`)
	p.escape(at.Format("2 January 2006 15:04 UTC"))
	p.tag("</time>")
}

// tag writes HTML of our own.
func (p *printer) tag(s string) {
	if !p.plain {
		p.out.WriteString(s)
	}
}

// escape writes what somebody else has written.
func (p *printer) escape(s string) {
	if !p.plain {
		s = html.EscapeString(s)
	}
	p.out.WriteString(s)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
