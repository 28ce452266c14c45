package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// What Discord shows for a text, as its clients do (Discord's help centre,
// Markdown Text 101; Discord documentation, Message formatting).
var rendered = []struct{ name, text, html string }{
	{"plain", "hello", `<p>hello</p>`},
	{"lines", "a\nb\n\nc", `<p>a<br>b</p><p>c</p>`},
	{"bold", "**a** and **a b**", `<p><strong>a</strong> and <strong>a b</strong></p>`},
	{"bold beside letters and brackets", "**「a」**b", `<p><strong>「a」</strong>b</p>`},
	{"bold beside spaces", "** a **", `<p><strong> a </strong></p>`},
	{"bold over lines", "**a\nb**", `<p><strong>a<br>b</strong></p>`},
	{"italic", "*a* _b_", `<p><em>a</em> <em>b</em></p>`},
	{"no italic", "2 * 3 * 4, snake_case_name", `<p>2 * 3 * 4, snake_case_name</p>`},
	{"bold italic", "***a***", `<p><em><strong>a</strong></em></p>`},
	{"underline", "__a__b", `<p><u>a</u>b</p>`},
	{"strike", "~~a~~ ~b~", `<p><s>a</s> ~b~</p>`},
	{"nested", "**a *b* __c__**", `<p><strong>a <em>b</em> <u>c</u></strong></p>`},
	{"not closed", "**a *b", `<p>**a *b</p>`},
	{"escaped", `\*a\* \# \\ ¯\_(ツ)_/¯`, `<p>*a* # \ ¯_(ツ)_/¯</p>`},
	{"spoiler", "||a||", `<p><span class="spoiler" role="button" tabindex="0" aria-label="Spoiler, press to show" aria-expanded="false">a</span></p>`},

	{"headings", "# a\n## b ##\n### c\ntext", `<h3>a</h3><h4>b</h4><h5>c</h5><p>text</p>`},
	{"no heading", "#### a\n#b", `<p>#### a<br>#b</p>`},
	{"subtext", "-# a **b**\nc", `<small>a <strong>b</strong></small><p>c</p>`},
	{"quote ends with its line", "> a\n> b\nc", `<blockquote><p>a<br>b</p></blockquote><p>c</p>`},
	{"quote of all the rest", "a\n>>> b\n\nc", `<p>a</p><blockquote><p>b</p><p>c</p></blockquote>`},
	{"quotes do not nest", "> > a", `<blockquote><p>&gt; a</p></blockquote>`},
	{"no quote", ">a", `<p>&gt;a</p>`},
	{"list", "- a\n* b\n  - c\nd", `<ul><li>a</li></ul><ul><li>b<ul><li>c</li></ul></li></ul><p>d</p>`},
	{"numbered list", "a\n4. b\n5. c", `<p>a</p><ol start="4"><li>b</li><li>c</li></ol>`},
	{"list nests at any indent", "1. a\n - b\n2. c", `<ol start="1"><li>a<ul><li>b</li></ul></li><li>c</li></ol>`},
	{"item of several lines", "- a\n  b\n- c", `<ul><li>a<br>b</li><li>c</li></ul>`},
	{"no list", "+ a\n1) b\n-", `<p>+ a<br>1) b<br>-</p>`},
	{"no rule, no table, no indented code", "***\n---\n\n    a\n\n|a|b|\n|-|-|", "<p>***<br>---</p><p>a</p><p>|a|b|<br>|-|-|</p>"},

	{"code", "`a *b* <c>` ``d`e``", "<p><code>a *b* &lt;c&gt;</code> <code>d`e</code></p>"},
	{"fence", "```go\nx := \"<b>\"\n\ny\n```", "<pre tabindex=\"0\" data-language=\"go\"><code>x := &#34;&lt;b&gt;&#34;\n\ny</code></pre>"},
	{"fence without language", "```\na\n  b\n```", "<pre tabindex=\"0\"><code>a\n  b</code></pre>"},
	{"fence of one line", "a ```b c``` d", `<p>a</p><pre tabindex="0"><code>b c</code></pre><p>d</p>`},
	{"fence with one word", "```\nabc\n```", `<pre tabindex="0"><code>abc</code></pre>`},
	{"fence not closed", "```go\na", "<p>```go<br>a</p>"},
	{"fence in a quote", "> ```\n> a\n> ```\nb", `<blockquote><pre tabindex="0"><code>a</code></pre></blockquote><p>b</p>`},
	{"fence in an item", "1. a\n   ```\n   b\n     c\n   ```\n2. d", "<ol start=\"1\"><li>a<pre tabindex=\"0\"><code>b\n  c</code></pre></li><li>d</li></ol>"},
	{"quote in a fence", "```\n> a\n- b\n# c\n```", "<pre tabindex=\"0\"><code>&gt; a\n- b\n# c</code></pre>"},

	{"link", "[a *b*](https://x.y/z?q=1&r=2)", `<p><a href="https://x.y/z?q=1&amp;r=2" target="_blank" rel="noopener noreferrer">a <em>b</em></a></p>`},
	{"bare link", "see https://x.y/a_b_c.", `<p>see <a href="https://x.y/a_b_c" target="_blank" rel="noopener noreferrer">https://x.y/a_b_c</a>.</p>`},
	{"link in brackets", "<https://x.y>", `<p><a href="https://x.y" target="_blank" rel="noopener noreferrer">https://x.y</a></p>`},
	{"picture", "![a](https://x.y)", `<p>!<a href="https://x.y" target="_blank" rel="noopener noreferrer">a</a></p>`},
	{"no link", "[a](javascript:alert(1)) <javascript:alert(1)> <a@b.c>", `<p>[a](javascript:alert(1)) &lt;javascript:alert(1)&gt; &lt;a@b.c&gt;</p>`},
	{"no HTML", `<img src=x onerror="alert(1)"> &lt;`, `<p>&lt;img src=x onerror=&#34;alert(1)&#34;&gt; &amp;lt;</p>`},

	{"people", "<@2> <@!3> <@1> <@77>", `<p><span class="mention">@Ann</span> <span class="mention">@Bob</span> <span class="mention">@Troupe</span> <span class="mention">@unknown</span></p>`},
	{"roles and all", "<@&5> @everyone @here @everyoneelse", `<p><span class="mention">@role</span> <span class="mention">@everyone</span> <span class="mention">@here</span> @everyoneelse</p>`},
	{"channels", "<#10> <#77>", `<p><span class="mention channel">#general</span> <span class="mention channel">#unknown</span></p>`},
	{"command", "</persona set:8>", `<p><span class="mention">/persona set</span></p>`},
	{"emoji", "<:smile:8> <a:dance:9> 😀", `<p><span class="emoji">:smile:</span> <span class="emoji">:dance:</span> 😀</p>`},
	{"time", "<t:1700000000>", `<p><time datetime="2023-11-14T22:13:20Z" data-style="f">14 November 2023 22:13 UTC</time></p>`},
	{"time with a style", "<t:1700000000:R>", `<p><time datetime="2023-11-14T22:13:20Z" data-style="R">14 November 2023 22:13 UTC</time></p>`},
	{"no time", "<t:9999999999999> <t:1:x>", `<p>&lt;t:9999999999999&gt; &lt;t:1:x&gt;</p>`},
	{"references in code", "`<@2>`", `<p><code>&lt;@2&gt;</code></p>`},
}

func TestMarkdownIsDiscords(t *testing.T) {
	md, n := newMarkdown(), newNames(newFakeWorld().overview)
	for _, tt := range rendered {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.html, md.render(tt.text, n)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// A quoted message is one line of words, and keeps what is under a spoiler.
func TestPlain(t *testing.T) {
	md, n := newMarkdown(), newNames(newFakeWorld().overview)
	for text, want := range map[string]string{
		"# a\n\n**b** <@2>\n> c":  "a b @Ann c",
		"the end: ||they marry||": "the end: (spoiler)",
		"```go\nx\n```":           "x",
		"<b> & [a](https://b.c)":  "<b> & a",
		strings.Repeat("ä", 200):  strings.Repeat("ä", 139) + "…",
	} {
		if got := md.plain(text, n); got != want {
			t.Errorf("plain(%q) = %q, want %q", text, got, want)
		}
	}
}

// A text that is made to be slow to read is not. The best of a few times counts:
// the machine may be busy.
func TestMarkdownHasNoSlowTexts(t *testing.T) {
	const slow = 3 * time.Second // with the race detector; otherwise all take less than 0.1 s
	md, n := newMarkdown(), newNames(newFakeWorld().overview)
	for _, unit := range []string{"*", "_a", "**a", "||", "[", "![", "](", "`a", "```", "> ", ">", "- ", "1. ", "<", "<@", "  - a\n", "*a_", "~~a", "\\", "(https://a", "a\n```\n"} {
		text, best := strings.Repeat(unit, renderLimit/len(unit)), time.Hour
		for tries := 0; tries < 5 && best > slow; tries++ {
			start := time.Now()
			md.render(text, n)
			best = min(best, time.Since(start))
		}
		if best > slow {
			t.Errorf("%q, repeated, takes %v", unit, best)
		}
	}
}

// allowed are the elements that a text may become, with their attributes.
var allowed = map[string][]string{
	"p": nil, "br": nil, "h3": nil, "h4": nil, "h5": nil, "small": nil, "blockquote": nil, "ul": nil, "li": nil,
	"strong": nil, "em": nil, "u": nil, "s": nil, "code": nil,
	"ol": {"start"}, "pre": {"tabindex", "data-language"}, "time": {"datetime", "data-style"},
	"span": {"class", "role", "tabindex", "aria-label", "aria-expanded"},
	"a":    {"href", "target", "rel"},
}

// Whatever is written, the page gets no element, attribute or address but those
// that are allowed, every element is closed, and no word is lost in between.
func FuzzMarkdownIsHarmless(f *testing.F) {
	for _, tt := range rendered {
		f.Add(tt.text)
	}
	f.Add("[a](https://x\" onclick=\"alert(1))")
	f.Add("```\"><script>\na\n```")
	f.Add("<t:1:R><:a\"b:1></x onclick=1:2>")
	md, n := newMarkdown(), newNames(newFakeWorld().overview)
	f.Fuzz(func(t *testing.T, text string) {
		out := md.render(text, n)
		var open []string
		tokens := html.NewTokenizer(strings.NewReader(out))
		for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
			switch token := tokens.Token(); kind {
			case html.ErrorToken, html.TextToken:
			case html.StartTagToken:
				checkTag(t, token)
				if token.Data != "br" {
					open = append(open, token.Data)
				}
			case html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != token.Data {
					t.Fatalf("</%s> closes %v in %s", token.Data, open, out)
				}
				open = open[:len(open)-1]
			case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
				t.Fatalf("%v in %s", token, out)
			}
		}
		if len(open) > 0 {
			t.Fatalf("%v not closed in %s", open, out)
		}
		md.plain(text, n)
	})
}

func checkTag(t *testing.T, token html.Token) {
	t.Helper()
	attributes, ok := allowed[token.Data]
	if !ok {
		t.Fatalf("element %v", token)
	}
	for _, a := range token.Attr {
		if !slices.Contains(attributes, a.Key) {
			t.Fatalf("attribute of %v", token)
		}
		if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") {
			t.Fatalf("address of %v", token)
		}
	}
}
