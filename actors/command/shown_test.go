package command

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"troupe/messages"
)

// ours are the references that an answer may hold: times, and people whom lore is
// from or about.
var ours = regexp.MustCompile(`<t:\d+:[tR]>|<@6>`)

// bare returns what of a text Discord may take for markup: not what is escaped or
// shown as code, nor our own references.
func bare(text string) string {
	var b strings.Builder
	all := []rune(ours.ReplaceAllString(text, ""))
	for i := 0; i < len(all); i++ {
		switch all[i] {
		case '\\':
			i++
		case '`':
			for i++; i < len(all) && all[i] != '`'; i++ {
			}
		default:
			b.WriteRune(all[i])
		}
	}
	return b.String()
}

// Whatever was remembered of somebody or of a server, it is shown within Discord's
// bound, in a line each, and mentions nobody.
func FuzzShown(f *testing.F) {
	for _, s := range []string{
		"", "tea", "<@5> <@&7> @everyone @here <#1> </help:1>", `\<@5> \\<@5>`, "`<@5>` ```\n@everyone```", strings.Repeat("<", 5000),
		strings.Repeat("😀", 5000), "**bold** _it_ ~~no~~ ||x|| [a](http://b)", "\u202egnp.exe\x00\xff", "# big\n> quote\n- list",
	} {
		f.Add(s, "lore", uint8(5))
	}
	f.Fuzz(func(t *testing.T, text, word string, n uint8) {
		fact := messages.Fact{Key: "fact/" + word, Text: text, About: text, Guild: 1<<64 - 1, Channel: 1<<64 - 1, Message: 1<<64 - 1, Told: noon}
		lore := messages.Lore{
			Key: "lore/" + word, Kind: word, Text: text, Channel: 1<<64 - 1, Message: 1<<64 - 1, Told: noon, Sources: []messages.Source{{Person: 6}},
		}
		known := &messages.Facts{
			Consent: testConsent(),
			Profile: messages.Profile{Messages: 1, Language: word, Words: 7, Topics: []string{text, word, text, word, text, text}, Hours: []int{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23}},
		}
		found := &messages.LoreFound{On: true}
		for range int(n)%20 + 1 {
			known.Facts, found.Lore = append(known.Facts, fact), append(found.Lore, lore)
		}
		facts, piece := done(theUser, known), done(theGuild, found)
		kept := done(theUser, &messages.Kept{})
		for _, one := range []struct {
			used *messages.CommandUsed
			got  answers
		}{
			{used("memory view"), facts},
			{used("memory view", "page", "2"), facts},
			{used("memory view", "page", word), facts},
			{used("memory edit", "number", "3", "text", text), kept},
			{used("memory edit", "number", text, "text", "x"), kept},
			{used("memory forget", "number", text), nil},
			{used("memory " + text), nil},
			{used(word), nil},
			{used("lore view"), piece},
			{used("lore view", "page", "2"), piece},
			{used("lore forget", "number", text), nil},
			{used("privacy delete", "confirm", text), nil},
			{used("privacy choose", "what", text, "value", word), nil},
		} {
			got := testFacts().planned(one.used).say(withLate(one.got), noon)
			if units(got) > maxText || got == "" || !utf8.ValidString(got) {
				t.Fatalf("/%s: %d characters: %q", one.used.Name, units(got), got)
			}
			if b := bare(got); strings.Contains(b, "<") || strings.Contains(b, "@everyone") || strings.Contains(b, "@here") {
				t.Fatalf("/%s mentions: %q", one.used.Name, got)
			}
		}
	})
}

// withLate returns answers that are there to be looked into.
func withLate(got answers) answers {
	if got == nil {
		return answers{}
	}
	return got
}

func TestQuoted(t *testing.T) {
	for _, tt := range []struct {
		text string
		most int
		want string
	}{
		{"tea at five", 20, "tea at five"},
		{" two\n\nlines ", 20, "two lines"},
		{"abcdef", 3, "abc…"},
		{"abc", 3, "abc"},
		{"***", 2, `\*\*…`},
		{`a\*b`, 20, `a\\\*b`},
		{"@everyone", 20, "@\u200beveryone"},
		{"<@5>", 20, "\\<@\u200b5\\>"},
		{"a\u202eb\x07c", 20, "abc"},
		{"👩‍👧", 20, "👩‍👧"},
	} {
		if got := quoted(tt.text, tt.most); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Each item is on one page, in order, and the last page says where it ends.
func TestListingPages(t *testing.T) {
	l := listing{head: "head", foot: "\nfoot", view: "/list"}
	var all []string
	for i := range 200 {
		l.items = append(l.items, strings.Repeat("x", 10+i)+"!")
	}
	for page := 1; ; page++ {
		text := l.page(page)
		if strings.HasPrefix(text, "There is no page") {
			if page < 5 || !strings.Contains(text, "`/list page:") {
				t.Errorf("after %d pages: %q", page-1, text)
			}
			break
		}
		if units(text) > maxText || !strings.HasPrefix(text, "head\n") || !strings.HasSuffix(text, "\n\nfoot") {
			t.Fatalf("page %d: %q", page, text)
		}
		for line := range strings.Lines(text) {
			if item, ok := strings.CutSuffix(line, "!\n"); ok {
				all = append(all, item+"!")
			}
		}
		if more := strings.Contains(text, "more: `/list page:"); more != (len(all) < len(l.items)) {
			t.Errorf("page %d: more is %v after %d items", page, more, len(all))
		}
	}
	if strings.Join(all, "") != strings.Join(l.items, "") {
		t.Errorf("%d items of %d", len(all), len(l.items))
	}
}

func TestKeyOf(t *testing.T) {
	for number, want := range map[string]string{"3": "fact/3", " #12 ": "fact/12", "007": "fact/7", "": "", "all": "", "-1": "", "1.5": "", "3 4": "", "99999999999999999999": ""} {
		if key, ok := keyOf(factKind, number); ok != (want != "") || ok && key != want {
			t.Errorf("%q: %q, %v", number, key, ok)
		}
	}
}

func TestSayHours(t *testing.T) {
	for want, hours := range map[string][]int{"": nil, "0–1": {0}, "7–8, 19–22": {20, 7, 19, 21, 20}, "0–24": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}} {
		if got := sayHours(hours); got != want {
			t.Errorf("%v: %q", hours, got)
		}
	}
}
