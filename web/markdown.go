package web

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	renderLimit = 64 << 10 // bytes of a text that are rendered
	quoteLimit  = 140      // characters of a quoted message
)

// names are what the IDs in a text are shown as.
type names struct{ people, channels map[string]string }

func newNames(o Overview) names {
	n := names{people: map[string]string{o.Bot.ID: o.Bot.Name}, channels: make(map[string]string)}
	for _, p := range o.People {
		n.people[p.ID] = p.Name
	}
	for _, c := range o.Channels {
		n.channels[c.ID] = c.Name
	}
	return n
}

// A markdown renders texts in Discord's Markdown.
type markdown struct{ parser parser.Parser }

// newMarkdown returns a renderer of Discord's Markdown: what Discord does not
// know, such as raw HTML, tables and indented code, is text.
func newMarkdown() markdown {
	links := extension.NewLinkifyParser(
		extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}),
		extension.WithLinkifyURLRegexp(regexp.MustCompile(`^https?://[^\s<>|]+`)),
		extension.WithLinkifyWWWRegexp(regexp.MustCompile(`^\b\B`)),   // never
		extension.WithLinkifyEmailRegexp(regexp.MustCompile(`^\b\B`)), // never
	)
	return markdown{parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(subtextParser{}, 100),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(referenceParser{}, 250),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(spanParser{'*', 1}, 500),
			util.Prioritized(spanParser{'_', 1}, 500),
			util.Prioritized(spanParser{'~', 2}, 500),
			util.Prioritized(spanParser{'|', 2}, 500),
			util.Prioritized(links, 999),
		),
	)}
}

// render turns a text in Discord's Markdown into HTML. Every letter of the text
// is escaped on its way; tags and attributes come from this file alone.
func (md markdown) render(s string, n names) string {
	p := printer{names: n}
	p.print(md.parser, s)
	return p.out.String()
}

// plain returns the beginning of a text without its Markdown, in one line.
func (md markdown) plain(s string, n names) string {
	p := printer{names: n, plain: true}
	p.print(md.parser, s)
	out := []rune(strings.Join(strings.Fields(p.out.String()), " "))
	if len(out) > quoteLimit {
		return string(out[:quoteLimit-1]) + "…"
	}
	return string(out)
}

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
	p.source = []byte(endQuotes(strings.ToValidUTF8(s, "\uFFFD")))
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
	default:
		p.tag(openTag(n))
	}
	return ast.WalkContinue
}

// close writes what comes after the children of a node.
func (p *printer) close(n ast.Node) {
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
	case *ast.Link:
		return linkTag(string(n.Destination))
	case *ast.Image: // Discord shows no pictures in a text
		return linkTag(string(n.Destination))
	case *subtext:
		return "<small>"
	case *span:
		return n.tag()
	}
	return ""
}

// linkTag returns the tag of a link that leaves the page, or "<span>" if the
// destination is not of the web.
func linkTag(destination string) string {
	u, err := url.Parse(destination)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "<span>"
	}
	return `<a href="` + html.EscapeString(u.String()) + `" target="_blank" rel="noopener noreferrer">`
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
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		p.escape(string(line.Value(p.source)))
	}
	p.tag("</code></pre>")
}

func (p *printer) autoLink(n *ast.AutoLink) {
	tag := "<span>"
	if n.AutoLinkType == ast.AutoLinkURL {
		tag = linkTag(string(n.URL(p.source)))
	}
	name, _, _ := strings.Cut(strings.Trim(tag, "<>"), " ")
	p.tag(tag)
	p.escape(string(n.Label(p.source)))
	p.tag("</" + name + ">")
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
		p.time(n.id)
		return
	}
	p.tag(`<span class="` + class + `">`)
	p.escape(shown)
	p.tag("</span>")
}

func (p *printer) time(seconds string) {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n < 0 || n > 253402300799 { // the year 9999
		p.escape("<t:" + seconds + ">")
		return
	}
	at := time.Unix(n, 0).UTC()
	p.tag(`<time datetime="` + at.Format(time.RFC3339) + `">`)
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

// endQuotes sets an empty line after a quote, which in Discord ends with its
// line and in CommonMark goes on.
func endQuotes(s string) string {
	var out strings.Builder
	fenced, quoted := false, false
	for line := range strings.Lines(s) {
		start := strings.TrimLeft(line, " ")
		if strings.HasPrefix(start, "```") && strings.Count(start, "```") == 1 {
			fenced = !fenced
		}
		q := !fenced && strings.HasPrefix(start, ">")
		if quoted && !q {
			out.WriteByte('\n')
		}
		quoted = q
		out.WriteString(line)
	}
	return out.String()
}
