package geminisim

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

func loreOf(said ...string) []piece {
	return lore(task{lines: readNumbered(numberedLines(said), true)}).([]piece)
}

// numberedLines numbers messages, of which each may have several lines.
func numberedLines(said []string) []string {
	var all []string
	for i, s := range said {
		all = append(all, strings.Split("["+string(rune('1'+i))+"] "+s, "\n")...)
	}
	return all
}

// What a community may want to remember is found, and from whom it is.
func TestLore(t *testing.T) {
	for name, tt := range map[string]struct {
		said []string
		want []piece
	}{
		"nothing": {nil, []piece{}},
		"chatter": {[]string{"Ann: hi", "Bob: how is it going?", "Ann: not bad", "Bob: good morning everyone"}, []piece{}},
		"moment": {
			[]string{"Ann: we finally shipped version 2 🎉", "Bob: congrats Ann, well done!", "Bob: did we win?", "Carl: haha imagine we had won"},
			[]piece{
				{messages.LoreMoment, "Ann: we finally shipped version 2 🎉", []int{1}, []string{"Ann"}},
				{messages.LoreMoment, "Bob: congrats Ann, well done!", []int{2}, []string{"Bob", "Ann"}},
			},
		},
		"facts": {
			[]string{
				"Ann: our mascot is a duck. We meet every Friday at 8!", "Bob: the rule is no spoilers", "Bob: the server runs Debian",
				"Carl: is our mascot a duck?", "Carl: maybe our mascot is a goose", "Bob: our admin is Ann",
			},
			[]piece{
				{messages.LoreFact, "Our mascot is a duck.", []int{1}, []string{}},
				{messages.LoreFact, "We meet every Friday at 8.", []int{1}, []string{}},
				{messages.LoreFact, "The rule is no spoilers.", []int{2}, []string{}},
				{messages.LoreFact, "The server runs Debian.", []int{3}, []string{}},
				{messages.LoreFact, "Our admin is Ann.", []int{6}, []string{"Ann"}},
			},
		},
		"gag": {
			[]string{"Ann: Beware of the goose!", "Bob: lol", "Bob: beware of the GOOSE", "Carl: again: beware of the goose", "Ann: ok"},
			[]piece{{messages.LoreGag, "“beware of the goose”", []int{1, 3, 4}, []string{"Ann", "Bob", "Carl"}}},
		},
		"of one person": {[]string{"Ann: beware of the goose", "Ann: beware of the goose", "Ann: beware of the goose"}, []piece{}},
		"twice only":    {[]string{"Ann: beware of the goose", "Bob: beware of the goose"}, []piece{}},
		"manners":       {[]string{"Ann: good morning all friends", "Bob: good morning all friends", "Carl: good morning all friends"}, []piece{}},
		"small words":   {[]string{"Ann: I do not", "Bob: I do not", "Carl: I do not"}, []piece{}},
		"snippet": {
			[]string{"Ann: this:\n```go\n// reverse a slice\nslices.Reverse(s)\nreturn s\n```\nok?", "Bob: ```sh\nmake\nmake check\n```", "Bob: ```\none line\n```"},
			[]piece{
				{messages.LoreSnippet, "reverse a slice\n```go\n// reverse a slice\nslices.Reverse(s)\nreturn s\n```", []int{1}, []string{"Ann"}},
				{messages.LoreSnippet, "make\n```sh\nmake\nmake check\n```", []int{2}, []string{"Bob"}},
			},
		},
	} {
		if diff := cmp.Diff(tt.want, loreOf(tt.said...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Code that is kept is bounded, and its fence closed.
func TestLoreIsShort(t *testing.T) {
	p := loreOf("Ann: ```go\n" + strings.Repeat("a := 1\n", 500) + "```")
	if len(p) != 1 || len([]rune(p[0].Text)) > maxSnippet || !strings.HasSuffix(p[0].Text, "\n```") {
		t.Error(p)
	}
}

// Whatever the prompt, the answer is JSON of the form that was asked for, bounded and
// always the same, and speaks of messages that there are.
func FuzzAnalyze(f *testing.F) {
	f.Add("Known:\n1. home: x\nMessages:\n```\n[1] Ann: I live in Graz\n[2] Bob: our mascot is a duck\n```")
	f.Add("```\n[1] Ann: ```go\na\nb\n```\n[2] Ann: I love \xff <b>&\n[3] Ann: beware of the goose")
	f.Add("````\n[1] : x\n[99999999999] Ann: x\n[2] Ann: my cat is called Mo, I have 2 dogs named A and B\n````\n```\n```")
	f.Add("")
	f.Add("I have two cats named A and B. I prefer tea to coffee, my name is X and I use Vim for work")
	f.Fuzz(func(t *testing.T, said string) {
		if len(said) > 4096 {
			t.Skip()
		}
		checkAnalyses(t, said)
		checkAnalyses(t, "Messages:\n`````\n[1] Ann: "+said+"\n[2] Bob: "+said+"\n[3] Ann: "+said+"\n`````")
		checkAnalyses(t, "Known:\n````\n1. home: lives in Graz\n````\nMessages:\n`````\n[1] "+said+"\n[2] "+said+"\n`````")
	})
}

func checkAnalyses(t *testing.T, turn string) {
	t.Helper()
	p := &messages.Prompt{Schema: `{"type":"array"}`, Turns: []messages.Turn{{Text: turn}}}
	has := func(named bool, n int) bool {
		return slices.ContainsFunc(readTask(p, named).lines, func(l numbered) bool { return l.n == n })
	}
	answer := func(system string, v any) {
		p.System = system
		text := StandIn(p).Text
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(v); err != nil || d.More() || text != StandIn(p).Text {
			t.Fatalf("%s: %v", text, err)
		}
	}
	var noted []note
	answer("You keep notes about a person.", &noted)
	for _, n := range noted {
		if n.About == "" || n.Fact == "" || !has(false, n.Message) || len([]rune(n.Fact)) > maxNote {
			t.Errorf("%+v", n)
		}
	}
	var summary struct{ Summary string }
	answer("You sum up a conversation.", &summary)
	if n := len(strings.Fields(summary.Summary)); n == 0 || n > maxSummary {
		t.Errorf("%d words: %s", n, summary.Summary)
	}
	var found []piece
	answer("You keep what a community wants to remember.", &found)
	kinds := []string{messages.LoreMoment, messages.LoreGag, messages.LoreFact, messages.LoreSnippet}
	for _, l := range found {
		known := !slices.ContainsFunc(l.Messages, func(n int) bool { return !has(true, n) })
		if l.Text == "" || len(l.Messages) == 0 || !known || l.About == nil || !slices.Contains(kinds, l.Kind) || len([]rune(l.Text)) > maxSnippet {
			t.Errorf("%+v", l)
		}
	}
	if len(noted) > maxNotes || len(found) > maxLore {
		t.Errorf("%d notes, %d pieces", len(noted), len(found))
	}
}
