package geminisim

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

var update = flag.Bool("update", false, "write the golden file anew")

const system = `You are a bot in a Discord chat.
You are helpful: friendly, clear and to the point.

Between fences of backticks stands what people said in the channel, as lines "Name: text".`

// talk is what was said before the questions of the tests.
func talk(question string) *messages.Prompt {
	return &messages.Prompt{System: system, Turns: []messages.Turn{
		{Text: `The server is called "Theatre", the channel "stage".`},
		{Text: "```\nAnn: I like tea very much\nBob: me too, but tea at night\n  keeps me up\nAnn: then drink less tea\n```"},
		{Speaker: messages.SpeakerModel, Text: "Tea is fine.\n-# offline stand-in"},
		{Text: "```\nBob: thanks\nCarl Smith: is anybody here?\n```"},
		{Text: question},
	}}
}

// The questions of testdata/questions.txt are answered as testdata/answers.txt
// has it, with every code fence closed.
func TestAnswers(t *testing.T) {
	questions, err := os.ReadFile("testdata/questions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for q := range strings.SplitSeq(strings.TrimSpace(string(questions)), "\n") {
		answer := understudy(talk(strings.ReplaceAll(q, `\n`, "\n")))
		if strings.Count(answer, "```")%2 != 0 {
			t.Errorf("%s: a fence is open", q)
		}
		if n := utf8.RuneCountInString(answer); n > 700 {
			answer = string([]rune(answer)[:500]) + fmt.Sprintf("\n(%d characters in all)", n)
		}
		fmt.Fprintf(&got, "======== %s\n%s\n\n", q, answer)
	}
	golden(t, "testdata/answers.txt", got.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update accepts):\n%s", file, diff)
	}
}

// Each persona has its way with the same question.
func TestPersonas(t *testing.T) {
	var got strings.Builder
	for _, persona := range []string{
		"You are helpful: friendly.", "You are concise. Answer in few words.", "You are a roast comedian among friends.",
		"You are an old pirate captain with a surprising education.", "You are a patient tutor.", "You are Mr. Fox, a critic.",
	} {
		for _, q := range []string{"what is 6*7?", "who are you?", "list 3 fruits", "why?"} {
			p := talk(q)
			p.System = "You are a bot in a Discord chat.\n" + persona
			fmt.Fprintf(&got, "======== %s %s\n%s\n\n", persona, q, understudy(p))
		}
	}
	golden(t, "testdata/personas.txt", got.String())
}

// A text has the length that was asked for, less a sentence at most.
func TestLengths(t *testing.T) {
	for _, n := range []int{1, 3, 50, 100, 500, 1999, 2000, 3000, 8000, 20000} {
		for _, what := range []string{"characters about tea", "characters of a story", "letters"} {
			q := fmt.Sprintf("write %d %s", n, what)
			text := understudy(talk(q))
			if got := utf8.RuneCountInString(text); got > n || got < n-120 {
				t.Errorf("%s: %d characters", q, got)
			}
		}
	}
	for _, n := range []int{1, 3, 50, 200, 800, 2500} {
		q := fmt.Sprintf("write an essay of %d words about tea", n)
		if got := len(strings.Fields(understudy(talk(q)))); got > n || got < n-20 {
			t.Errorf("%s: %d words", q, got)
		}
	}
	for _, n := range []int{1, 2, 7} {
		q := fmt.Sprintf("write %d paragraphs about tea", n)
		if got := strings.Count(understudy(talk(q)), "\n\n") + 1; got != n {
			t.Errorf("%s: %d paragraphs", q, got)
		}
	}
	if n := utf8.RuneCountInString(understudy(talk("write 100k characters"))); n > maxWritten+100 || n < maxWritten-100 {
		t.Errorf("%d characters", n)
	}
}

func TestReckon(t *testing.T) {
	for question, want := range map[string]string{
		"17*23":                         "= **391**",
		"What is 17 * 23?":              "= **391**",
		"hi, what's 2+2*2 =":            "= **6**",
		"(2+2)*2":                       "= **8**",
		"-3 - -4":                       "= **1**",
		"2^3^2":                         "= **512**",
		"-2^2":                          "= **-4**",
		"2**10":                         "= **1024**",
		"2^-2":                          "= **0.25**",
		"1,000,000 / 3":                 "≈ **333333.333333**",
		"0.1+0.2":                       "= **0.3**",
		"17 mod 5":                      "= **2**",
		"15% of 80":                     "= **12**",
		"3 squared plus 4 squared":      "= **25**",
		"what is the square root of 2?": "≈ **1.414214**",
		"sqrt(2.25)":                    "= **1.5**",
		"sqrt(-1)":                      "A negative number has no square root here.",
		"20!":                           "= **2432902008176640000**",
		"1/0":                           "Dividing by zero has no answer.",
		"1/(2-2)":                       "Dividing by zero has no answer.",
		"5 mod 0":                       "Dividing by zero has no answer.",
		"0^-1":                          "Dividing by zero has no answer.",
		"9^9^9":                         "That number is too large for me.",
		"1000!":                         "That number is too large for me.",
		"2^0.5":                         "That number is too large for me.",
		"was ist 6 mal 7?":              "= **42**",
	} {
		if a, ok := reckon(newScene(talk(question))); !ok || !strings.HasSuffix(a.body, want) {
			t.Errorf("%s: %q, %v", question, a.body, ok)
		}
	}
	for _, question := range []string{
		"", "17", "what is love?", "1 2", "(1", "1+", "what is 2 apples + 2 pears", "+", "()", "5 % 2.5", "1..2+3",
		strings.Repeat("(", 100) + "1+1" + strings.Repeat(")", 100), strings.Repeat("-", 200) + "1", strings.Repeat("sqrt", 70) + "4",
	} {
		if a, ok := reckon(newScene(talk(question))); ok {
			t.Errorf("%q is %q", question, a.body)
		}
	}
}

// Every language has its first snippet, and the ones in Go are Go.
func TestSnippets(t *testing.T) {
	for part := range strings.SplitSeq(snippets, "\n== ") {
		head, body, _ := strings.Cut(part, "\n")
		tongue, task, ok := strings.Cut(head, " ")
		if !ok || strings.HasPrefix(head, "Code") {
			continue
		}
		if tongueIn("write it in "+tongue) != tongue || snippet(tongue, "") == "" || snippet(tongue, task) == "" || taskIn(task) != task {
			t.Errorf("%s cannot be found", head)
		}
		if tongue != "go" {
			continue
		}
		if !strings.HasPrefix(body, "package") {
			body = "package p\n" + body
		}
		if _, err := parser.ParseFile(token.NewFileSet(), task, body, parser.SkipObjectResolution); err != nil {
			t.Error(err)
		}
	}
}

// Whatever it is asked, the understudy has one answer, some of it, and within
// bounds.
func FuzzUnderstudy(f *testing.F) {
	questions, err := os.ReadFile("testdata/questions.txt")
	if err != nil {
		f.Fatal(err)
	}
	for q := range strings.SplitSeq(strings.TrimSpace(string(questions)), "\n") {
		f.Add(system, "Ann: hello\nBob: "+q, q)
	}
	f.Add("", "", "")
	f.Add("You are concise", "\xff: \xff", "\xff")
	f.Fuzz(func(t *testing.T, system, before, question string) {
		p := &messages.Prompt{System: system, Turns: []messages.Turn{{Text: before}, {Speaker: messages.SpeakerModel, Text: before}, {Text: question}}}
		answer := understudy(p)
		switch {
		case strings.TrimSpace(answer) == "":
			t.Error("it says nothing")
		case !utf8.ValidString(answer):
			t.Errorf("%q is no UTF-8", answer)
		case utf8.RuneCountInString(answer) > 30000:
			t.Errorf("%d characters", utf8.RuneCountInString(answer))
		case answer != understudy(p):
			t.Error("it has two answers")
		}
	})
}
