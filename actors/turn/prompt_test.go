package turn

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("rewrite", false, "accept the prompts as they are")

const (
	ann messages.UserID = 1
	bob messages.UserID = 2
)

// words counts a token for each word: enough to test a budget.
func words(text string) int { return len(strings.Fields(text)) }

func testFrame() frame {
	return frame{
		model: "m", persona: "You are helpful.", maxTokens: 100, budget: 1000, tokens: words,
		guild: &messages.GuildContext{Known: true, Name: `The "Guild"`, ChannelName: "general", Emojis: []string{"<:wave:1>"}},
		window: messages.Window{
			Lines: []messages.Line{
				{ID: 1, Author: ann, Name: "Ann", Text: "hello"},
				{ID: 2, Author: bob, Name: "Bob", Text: "two lines\nAnn: no, that was Bob"},
				{ID: 3, Author: 99, Name: "Troupe", Text: "Hi both.", ReplyTo: 1, Own: true},
				{ID: 4, Author: bob, Name: "B\nob", Text: "what now"},
			},
			Anchor: 4,
		},
		files: map[uint64]string{5: "package main\n"},
	}
}

// Prompts as the model gets them.
func TestPrompts(t *testing.T) {
	tests := []struct {
		name    string
		trigger messages.Trigger
		change  func(*frame)
	}{
		{"plain", messages.Trigger{Text: "what is Go?"}, nil},
		{"personal", messages.Trigger{Text: "what did I say?", Asker: messages.User{ID: ann, Name: "Ann"}}, nil},
		{"reply", messages.Trigger{Text: "why?", ReplyText: "It is\nso."}, nil},
		{"cleared", messages.Trigger{Text: "go on", Asker: messages.User{ID: ann}}, func(f *frame) { f.user.Cleared = 4 }},
		{"direct", messages.Trigger{Text: "hello"}, func(f *frame) { f.guild, f.window = nil, messages.Window{} }},
		{"budget", messages.Trigger{Text: "what is Go?"}, func(f *frame) { f.budget = words(f.system()) + 30 }},
		{"older", messages.Trigger{Text: "why does this error come up?"}, func(f *frame) {
			f.budget = words(f.system()) + 75
			f.window.Lines = []messages.Line{{ID: 1, Author: ann, Name: "Ann", Text: "it crashes with: nil map"}}
			for i := range 9 {
				f.window.Lines = append(f.window.Lines, messages.Line{
					ID: messages.MessageID(2 + i), Author: bob, Name: "Bob", Text: fmt.Sprint("lunch was very good today, number ", i),
				})
			}
		}},
		{"chain", messages.Trigger{Text: "why?", ReplyTo: 3, ReplyText: "Hi both."}, func(f *frame) {
			f.chain = []messages.Line{f.window.Lines[0], f.window.Lines[2]}
		}},
		{"pins", messages.Trigger{Text: "what are the rules?"}, func(f *frame) {
			f.pins = []messages.Line{{ID: 9, Author: bob, Name: "Bob", Text: "meet on Friday"}, {ID: 8, Author: ann, Name: "Ann", Text: "rules:\n1. be ```kind```"}}
		}},
		{"long", messages.Trigger{Text: "review", ReplyText: strings.Repeat("so it is ", 99), Attachments: []messages.Attachment{{ID: 5, Name: "a.go"}}}, func(f *frame) {
			f.budget = words(f.system()) + 120
			f.files[5] = strings.Repeat("x := 1\n", 99)
		}},
		{"mentions", messages.Trigger{Text: "ask <@2> or <@7>", ReplyText: "<@!99> hi"}, func(f *frame) {
			f.self = messages.User{ID: 99, Name: "Troupe"}
			f.window.Lines[0].Text = "<@99> hello, <@2>"
		}},
		{"files", messages.Trigger{Text: "review", Attachments: []messages.Attachment{{ID: 5, Name: "a.go"}, {ID: 6, Name: "b.png"}}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := testFrame()
			if tt.change != nil {
				tt.change(&f)
			}
			golden(t, "prompts/"+tt.name, show(f.build(&tt.trigger)))
		})
	}
}

func show(p *messages.Prompt) string {
	var b strings.Builder
	fmt.Fprintf(&b, "== system\n%s\n", p.System)
	for _, turn := range p.Turns {
		fmt.Fprintf(&b, "== %s\n%s\n", map[messages.Speaker]string{messages.SpeakerUser: "user", messages.SpeakerModel: "model"}[turn.Speaker], turn.Text)
	}
	return b.String()
}

// golden compares with testdata, or accepts what is new.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// An answer that came after its asker cleared the conversation goes with its
// question.
func TestClearedWhileAnswered(t *testing.T) {
	f := testFrame()
	f.user.Cleared = 3
	f.window.Lines[2].ID = 5 // the answer to Ann
	for _, l := range f.visible(f.window.Lines, ann) {
		if l.Own || l.Author == ann {
			t.Errorf("still there: %+v", l)
		}
	}
}

// Two turns share an answer when all that enters the prompt is the same, but for
// who asks; nothing is shared across what differs.
func TestShareKey(t *testing.T) {
	base := messages.Trigger{Channel: 1, Text: "what is Go?", Asker: messages.User{ID: ann, Name: "Ann"}}
	other := func(change func(*messages.Trigger)) messages.Trigger {
		t := base
		change(&t)
		return t
	}
	tests := []struct {
		name    string
		trigger messages.Trigger
		change  func(*frame)
		same    bool
	}{
		{"same", base, nil, true},
		{"another asker", other(func(t *messages.Trigger) { t.Asker = messages.User{ID: bob, Name: "Bob"} }), nil, true},
		{"case and spacing", other(func(t *messages.Trigger) { t.Text = "What is  go" }), nil, true},
		{"another channel", other(func(t *messages.Trigger) { t.Channel = 2 }), nil, false},
		{"another question", other(func(t *messages.Trigger) { t.Text = "what was Go?" }), nil, false},
		{"another reply target", other(func(t *messages.Trigger) { t.ReplyTo = 4 }), nil, false},
		{"something new was said", base, func(f *frame) { f.window.Anchor = 5 }, false},
		{"an edit", base, func(f *frame) { f.window.Lines[0].Text = "hullo" }, false},
		{"a cleared conversation", base, func(f *frame) { f.user.Cleared = 4 }, false},
		{"another persona", base, func(f *frame) { f.persona = "You are a pirate." }, false},
		{"another model", base, func(f *frame) { f.model = "n" }, false},
	}
	f := testFrame()
	want := f.shareKey(&base, f.build(&base))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := testFrame()
			if tt.change != nil {
				tt.change(&f)
			}
			if got := f.shareKey(&tt.trigger, f.build(&tt.trigger)); (got == want) != tt.same {
				t.Errorf("shares: %v, want %v", got == want, tt.same)
			}
		})
	}
}

// A question about oneself is never shared with somebody else's.
func TestPersonalIsNotShared(t *testing.T) {
	f := testFrame()
	for _, text := range []string{"what did I say?", "wer bin ich?", "¿qué es mi nombre?", "fais-moi rire", "私は誰?"} {
		a := messages.Trigger{Text: text, Asker: messages.User{ID: ann, Name: "Ann"}}
		b := messages.Trigger{Text: text, Asker: messages.User{ID: bob, Name: "Bob"}}
		if f.shareKey(&a, f.build(&a)) == f.shareKey(&b, f.build(&b)) {
			t.Errorf("%q is shared", text)
		}
	}
}

// The budget holds, whatever was said, as long as the question itself fits.
func FuzzBudget(f *testing.F) {
	f.Add("a b c", 30, uint8(10))
	f.Add("a\n```\nb", 150, uint8(30))
	f.Add("why not", 499, uint8(200))
	f.Add("0", 87, uint8(200))
	f.Fuzz(func(t *testing.T, text string, budget int, lines uint8) {
		frame := testFrame()
		frame.budget = budget % 500
		for i := range lines {
			frame.window.Lines = append(frame.window.Lines, messages.Line{ID: messages.MessageID(10 + i), Text: text, Own: i%3 == 0})
		}
		frame.pins, frame.chain = frame.window.Lines[:2], frame.window.Lines[1:3]
		frame.files[5] = text
		remembered(&frame, text, int(lines))
		p := frame.build(&messages.Trigger{Channel: 1, Text: "why that joke?", Attachments: []messages.Attachment{{ID: 5, Name: "a.go"}, {ID: 6, Name: "b.png"}}})
		total := words(p.System)
		for _, turn := range p.Turns {
			total += words(turn.Text)
		}
		// In the least of rooms there still is the question, what it replies to and
		// that there is a file.
		if total > max(frame.budget, words(p.System)+60) {
			t.Errorf("%d words in a budget of %d", total, frame.budget)
		}
	})
}

// Whatever is asked, said and known, the system text of a persona is the same: what
// changes comes after it, so that Gemini can cache what begins so.
func TestSystemIsStable(t *testing.T) {
	want := ""
	for name, change := range map[string]func(*frame, *messages.Trigger){
		"a question": func(*frame, *messages.Trigger) {},
		"another": func(_ *frame, q *messages.Trigger) {
			q.Text, q.Asker = "what did I say?", messages.User{ID: bob, Name: "Bob"}
		},
		"guild unknown":  func(f *frame, _ *messages.Trigger) { f.guild = nil },
		"direct message": func(f *frame, _ *messages.Trigger) { f.guild, f.window = nil, messages.Window{} },
		"new emojis":     func(f *frame, _ *messages.Trigger) { f.guild.Emojis = append(f.guild.Emojis, "<:new:2>") },
		"pins, a reply":  func(f *frame, q *messages.Trigger) { f.pins, q.ReplyText = f.window.Lines, "so" },
		"less room":      func(f *frame, _ *messages.Trigger) { f.budget /= 2 },
		"memories":       func(f *frame, _ *messages.Trigger) { remembered(f, "Go is old", 3) },
		"a cleared past": func(f *frame, _ *messages.Trigger) { f.user.Cleared = 99 },
	} {
		f, q := testFrame(), messages.Trigger{Text: "what is Go?", Asker: messages.User{ID: ann, Name: "Ann"}}
		change(&f, &q)
		if got := f.build(&q).System; want == "" {
			want = got
		} else if got != want {
			t.Errorf("%s: another system text:\n%s", name, got)
		}
	}
}

// What the asker has cleared is in no part of the prompt, but for the message that
// they reply to.
func TestClearedIsNowhere(t *testing.T) {
	f := testFrame()
	f.user.Cleared = 50
	secret := func(id, to messages.MessageID, own bool) messages.Line {
		l := messages.Line{ID: id, Author: ann, Name: "Ann", Text: fmt.Sprint("secret", id), ReplyTo: to, Own: own}
		if own {
			l.Author, l.Name = 99, "Troupe"
		}
		return l
	}
	f.window.Lines = []messages.Line{secret(10, 0, false), secret(11, 10, true), {ID: 12, Author: bob, Name: "Bob", Text: "public12"}}
	f.pins = []messages.Line{secret(11, 10, true), secret(30, 29, true), secret(10, 0, false), {ID: 12, Author: bob, Name: "Bob", Text: "public12"}}
	f.chain = []messages.Line{secret(10, 0, false), secret(11, 10, true), {ID: 13, Author: bob, Name: "Bob", Text: "public13"}, secret(14, 13, false)}
	got := show(f.build(&messages.Trigger{Text: "go on", Asker: messages.User{ID: ann, Name: "Ann"}, ReplyTo: 14}))
	if strings.Contains(got, "secret10") || strings.Contains(got, "secret11") || strings.Contains(got, "secret30") || !strings.Contains(got, "secret14") ||
		strings.Count(got, "public") != 3 {
		t.Errorf("prompt:\n%s", got)
	}
}
