package web

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

const (
	renderLimit = 16 << 10 // bytes of a text that are rendered; Discord's own are at most 6000 characters
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

// A markdown renders texts in Discord's Markdown. The parser is goldmark's, of
// CommonMark, with Discord's own spans and references in place of its emphasis;
// dialect.go brings the lines into its form. Its renderer is not used: printer
// writes no tag but its own.
type markdown struct{ parser parser.Parser }

// newMarkdown returns a renderer of Discord's Markdown: what Discord does not
// know, such as raw HTML, tables and indented code, is text.
func newMarkdown() markdown {
	never := regexp.MustCompile(`^\b\B`) // tied to the beginning, or it is sought everywhere
	links := extension.NewLinkifyParser(
		extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}),
		extension.WithLinkifyURLRegexp(regexp.MustCompile(`^https?://[^\s<>|]+`)),
		extension.WithLinkifyWWWRegexp(never),
		extension.WithLinkifyEmailRegexp(never),
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
