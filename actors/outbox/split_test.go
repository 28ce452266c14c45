package outbox

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	word := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"empty", "", nil},
		{"white space", " \n\t", nil},
		{"short", " hi \n", []string{"hi"}},
		{"exact", word(100), []string{word(100)}},
		{"one too many", word(101), []string{word(100), "x"}},
		{"trimming may make it fit", word(100) + "  ", []string{word(100)}},
		{"surrogate pairs count twice", strings.Repeat("😀", 51), []string{strings.Repeat("😀", 50), "😀"}},
		{"word", word(60) + " " + word(60), []string{word(60), word(60)}},
		{
			"sentence before word",
			word(60) + ". " + word(20) + " " + word(60),
			[]string{word(60) + ".", word(20) + " " + word(60)},
		},
		{
			"line before sentence",
			word(55) + "\n" + word(20) + ". " + word(60),
			[]string{word(55), word(20) + ". " + word(60)},
		},
		{
			"paragraph before line",
			word(55) + "\n\n" + word(20) + "\n" + word(60),
			[]string{word(55), word(20) + "\n" + word(60)},
		},
		{
			"not after a short paragraph",
			word(10) + "\n\n" + word(60) + " " + word(60),
			[]string{word(10) + "\n\n" + word(60), word(60)},
		},
		{
			"list item whole",
			"- " + word(20) + "\n- " + word(20) + " " + word(20) + "\n  " + word(20) + " " + word(20),
			[]string{"- " + word(20), "- " + word(20) + " " + word(20) + "\n  " + word(20) + " " + word(20)},
		},
		{
			"list item too long",
			"1. " + word(60) + " " + word(60) + "\n2. b",
			[]string{"1. " + word(60), word(60) + "\n2. b"},
		},
		{
			"link whole",
			word(20) + " [a b](https://example.com/" + word(60) + ") " + word(20),
			[]string{word(20), "[a b](https://example.com/" + word(60) + ")", word(20)},
		},
		{"mention whole", word(90) + "<@175928847299117063>", []string{word(90), "<@175928847299117063>"}},
		{"emoji whole", word(90) + "<a:wave:175928847299117063>", []string{word(90), "<a:wave:175928847299117063>"}},
		{"command whole", word(80) + "</chat new:175928847299117063>", []string{word(80), "</chat new:175928847299117063>"}},
		{"smaller than", "1 < " + word(99), []string{"1 <", word(99)}},
		{
			"fence moved whole",
			"so:\n```go\n" + word(60) + "\n" + word(26) + "\n```",
			[]string{"so:", "```go\n" + word(60) + "\n" + word(26) + "\n```"},
		},
		{
			"fence cut",
			"```go\n" + word(60) + "\n" + word(60) + "\n```\nend",
			[]string{"```go\n" + word(60) + "\n```", "```go\n" + word(60) + "\n```\nend"},
		},
		{
			"indentation in a cut fence",
			"```go\n" + word(60) + "\n\t" + word(60) + "\n```",
			[]string{"```go\n" + word(60) + "\n```", "```go\n\t" + word(60) + "\n```"},
		},
		{"open fence closed", "```go\nx", []string{"```go\nx\n```"}},
		{"one-line fence", "```x``` y", []string{"```x``` y"}},
		{"wide full stop", strings.Repeat("字", 70) + "。" + strings.Repeat("字", 40), []string{strings.Repeat("字", 70) + "。", strings.Repeat("字", 40)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Split(tt.text, minLimit)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// bare is what of a text is neither white space nor a line that fences code.
func bare(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if _, ok := opens(strings.TrimRight(line, "\n")); !ok {
			b.WriteString(line)
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, b.String())
}

// fenced reports whether every code block of a text is closed.
func fenced(text string) bool {
	open := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") && strings.Count(line, "```") == 1 {
			open = !open
		}
	}
	return !open
}

// markdown writes a text as a model might.
func markdown(r *rand.Rand) string {
	words := []string{
		"a", "word", "sentence.", "what?", "schön", "字字字", "😀👍🏽", "`some code`", "**very bold**", "<@175928847299117063>",
		"<:wave:175928847299117063>", "[a link](https://example.com/x_(y))", "https://example.com/a/b?c=d", "[", "(", "*", "<",
	}
	text := func(n int) string {
		var w []string
		for range 1 + r.IntN(n) {
			w = append(w, words[r.IntN(len(words))])
		}
		return strings.Join(w, " ")
	}
	var b strings.Builder
	for range 1 + r.IntN(12) {
		switch r.IntN(5) {
		case 0:
			fmt.Fprintf(&b, "## %s\n\n", text(5))
		case 1:
			for i := range 1 + r.IntN(6) {
				fmt.Fprintf(&b, "%d. %s\n", i+1, text(30))
			}
			b.WriteString("\n")
		case 2:
			for range 1 + r.IntN(6) {
				fmt.Fprintf(&b, "%*s- %s\n", r.IntN(3)*2, "", text(20))
			}
			b.WriteString("\n")
		case 3:
			b.WriteString("```go\n")
			for range 1 + r.IntN(20) {
				fmt.Fprintf(&b, "%*sfunc x() { return }\n", r.IntN(4), "")
			}
			b.WriteString("```\n")
		default:
			b.WriteString(text(80) + "\n\n")
		}
	}
	return b.String()
}

// check states what holds for any text.
func check(t *testing.T, text string, limit int) []string {
	t.Helper()
	parts := Split(text, limit)
	for _, p := range parts {
		if n := units(p); n > limit {
			t.Fatalf("a part of %d, limit %d", n, limit)
		}
		if strings.TrimSpace(p) == "" {
			t.Fatalf("an empty part in %q", parts)
		}
	}
	trimmed := strings.TrimRightFunc(text, unicode.IsSpace)
	var joined strings.Builder
	last := 0
	for _, p := range cut(text, limit, len(text)+1) {
		if strings.TrimSpace(trimmed[last:p.start]) != "" {
			t.Fatalf("%q is lost", trimmed[last:p.start])
		}
		joined.WriteString(trimmed[last:p.start] + trimmed[p.start:p.end])
		last = p.end
	}
	if joined.String() != trimmed {
		t.Fatalf("joined %q, want %q", joined.String(), trimmed)
	}
	return parts
}

// The parts of what a model writes hold the text, whole blocks closed, no link,
// mention or emoji cut, and stay as they are while the text grows.
func TestSplitMarkdown(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		text := markdown(r)
		limit := minLimit + 20 + r.IntN(1900)
		parts := check(t, text, limit)
		if got, want := bare(strings.Join(parts, "\n")), bare(text); got != want {
			t.Fatalf("limit %d: %s", limit, cmp.Diff(want, got))
		}
		for _, p := range parts {
			if !fenced(p) {
				t.Fatalf("open code block in %q", p)
			}
			for _, whole := range []string{"<@175928847299117063>", "<:wave:175928847299117063>", "[a link](https://example.com/x_(y))", "https://example.com/a/b?c=d"} {
				if strings.Count(p, whole[:9]) > strings.Count(p, whole)+strings.Count(p, "[a link](https://example.com/x_(y))")*btoi(whole[0] == 'h') {
					t.Fatalf("%q is cut in %q", whole, p)
				}
			}
		}
		for n := range text {
			if n%37 != 0 {
				continue
			}
			early := Split(text[:n], limit)
			for i := range len(early) - 1 {
				if early[i] != parts[i] {
					t.Fatalf("part %d changed as the text grew from %d:\n%q\n%q", i, n, early[i], parts[i])
				}
			}
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func FuzzSplit(f *testing.F) {
	f.Add("```go\nx\n```\n- a\n  b\n[a](b) <@1> `c` **d**", 100)
	f.Add(strings.Repeat("[", 300), 100)
	f.Add("```\n"+strings.Repeat("\n", 300)+"x", 100)
	f.Add(strings.Repeat("\u0301", 300), 100)
	f.Add(strings.Repeat("`", 300)+"\n"+strings.Repeat("```\n", 100), 100)
	f.Add("```go"+strings.Repeat(" ", 300)+"\nx", 100)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = minLimit + limit&0x7FF
		parts := check(t, text, limit)
		for _, n := range []int{len(text) / 2, len(text) - 1} {
			if n < 0 || strings.ToValidUTF8(text[:n], "") != text[:n] {
				continue
			}
			early := Split(text[:n], limit)
			for i := range len(early) - 1 {
				if early[i] != parts[i] {
					t.Fatalf("part %d changed as the text grew: %q, %q", i, early[i], parts[i])
				}
			}
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat(markdown(rand.New(rand.NewPCG(1, 2)))+"\n", 10)[:10_000]
	for b.Loop() {
		Split(text, 2000)
	}
}
