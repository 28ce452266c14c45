package geminisim_test

import (
	"strings"
	"testing"

	"troupe/messages"
	"troupe/sim/geminisim"
)

// The stand-in says that it is one, under every answer, and the client gets the
// answer as it is.
func TestStandIn(t *testing.T) {
	inWorld(t, geminisim.Config{}, func(t *testing.T, w *world) {
		for question, want := range map[string]string{
			"what is 17*23?": "`17*23` = **391**",
			"thanks":         "",
			"roll 2d6":       "🎲",
		} {
			g, err := w.client.Generate(t.Context(), ask(question), nil)
			if err != nil || !strings.HasPrefix(g.Text, want) || !strings.HasSuffix(g.Text, geminisim.Footer) || g.Truncated {
				t.Errorf("%s: %+v, %v", question, g, err)
			}
		}
	})
}

// An answer in JSON is nothing else, on the wire too, and a list is whole whatever the
// bound.
func TestStandInInJSON(t *testing.T) {
	said := "[1] Ann: I live in Graz\n[2] Ann: our mascot is a duck & a goose\n[3] Ann: the rule is no spoilers"
	inWorld(t, geminisim.Config{Chunk: 7}, func(t *testing.T, w *world) {
		for _, tt := range []struct {
			system, said string
			most         int
			want         string
		}{
			{"You keep notes about a person.", "[1] I live in Graz", 0, `[{"about":"home","fact":"lives in Graz","message":1,"always":false}]`},
			{
				"You sum up a conversation.", said, 0,
				`{"summary":"Ann spoke alone. Ann said “I live in Graz”. Ann said “our mascot is a duck & a goose”. Ann said “the rule is no spoilers”."}`,
			},
			{
				"You keep what a community wants to remember.", said, 50,
				`[{"kind":"fact","text":"Our mascot is a duck & a goose.","messages":[2],"about":[]}]`,
			},
			{"You keep what a community wants to remember.", said, 5, `[]`},
			{"You are a bot.", said, 0, `[]`},
		} {
			p := ask("Messages:\n```\n" + tt.said + "\n```")
			p.System, p.Schema, p.MaxTokens = tt.system, `{"type":"array"}`, tt.most
			answer := geminisim.StandIn(p).Text
			if answer != tt.want {
				t.Errorf("%s: %s", tt.system, answer)
			}
			p.MaxTokens = 0
			if g, err := w.client.Generate(t.Context(), p, nil); err != nil || tt.most == 0 && g.Text != tt.want {
				t.Errorf("%s: %+v, %v", tt.system, g, err)
			}
		}
	})
}

// An answer that is cut is told so, closes its code and keeps its footer.
func TestStandInIsCut(t *testing.T) {
	for question, want := range map[string]string{
		"write 3000 characters": geminisim.Footer,
		"fizzbuzz in go":        "\n```" + geminisim.Footer,
	} {
		p := ask(question)
		p.MaxTokens = 80
		r := geminisim.StandIn(p)
		if !strings.HasSuffix(r.Text, want) || r.Finish != "MAX_TOKENS" || strings.Count(r.Text, "```")%2 != 0 {
			t.Errorf("%s: %s %q", question, r.Finish, r.Text)
		}
	}
}

// Whatever it is asked, the stand-in answers within the bound.
func FuzzStandIn(f *testing.F) {
	f.Add("write 3000 characters", 1)
	f.Add("fizzbuzz in go", 50)
	f.Add("roll a die", 1)
	f.Add("help", 0)
	f.Fuzz(func(t *testing.T, question string, most int) {
		p := &messages.Prompt{Turns: []messages.Turn{{Text: question}}, MaxTokens: max(0, most)}
		r := geminisim.StandIn(p)
		n := geminisim.CountTokens(r.Text)
		if r.Text == "" || p.MaxTokens > 0 && n > p.MaxTokens {
			t.Errorf("%d tokens of %d: %q", n, p.MaxTokens, r.Text)
		}
	})
}
