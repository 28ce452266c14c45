package geminisim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"troupe/messages"
)

// notesOn returns what is noted of messages by Ann, as "about: fact", with a star where
// it matters always.
func notesOn(t task) string {
	var list []string
	for _, n := range notes(t).([]note) {
		star := ""
		if n.Always {
			star = "*"
		}
		list = append(list, fmt.Sprintf("%s%s: %s", n.About, star, n.Fact))
	}
	return strings.Join(list, " | ")
}

func byAnn(texts ...string) task {
	var t task
	for i, text := range texts {
		t.lines = append(t.lines, numbered{n: i + 1, who: "Ann", text: text})
	}
	return t
}

// What people state of themselves is noted.
func TestNotes(t *testing.T) {
	for said, want := range map[string]string{
		"I live in Graz":                          "home: lives in Graz",
		"btw, I'm living in Graz now :)":          "home: lives in Graz",
		"I currently live in the Netherlands.":    "home: lives in the Netherlands",
		"I just moved to Vienna from Graz":        "home: lives in Vienna",
		"I’m from New Zealand":                    "home: is from New Zealand",
		"I'm originally from Linz":                "origin: is originally from Linz",
		"ich wohne in Graz":                       "home: lives in Graz",
		"hallo, ich heiße Anna":                   "name: their name is Anna",
		"my name is Anna Berg":                    "name: their name is Anna Berg",
		"everyone calls me Annie":                 "",
		"my friends call me Annie":                "nickname: their nickname is Annie",
		"I work as a nurse":                       "job: works as a nurse",
		"I work at CERN, and my cat is called Mo": "job: works at CERN | cat's name: their cat is called Mo",
		"I'm a backend developer at a bank":       "job: is a backend developer at a bank",
		"I'm an electrician":                      "job: is an electrician",
		"I am studying physics":                   "studies: studies physics",
		"ich arbeite als Lehrerin":                "job: works as Lehrerin",
		"my dog's name is Rex!":                   "dog's name: their dog is called Rex",
		"Meine Katze heißt Mo":                    "cat's name: their cat is called Mo",
		"I have two kids":                         "children: has two kids",
		"I've got a black cat named Mo":           "cats: has a black cat called Mo",
		"ich habe zwei Katzen":                    "cats: has two cats",
		"I love hiking":                           "taste: hiking: loves hiking",
		"I really hate the rain":                  "taste: rain: hates the rain",
		"I don't like olives":                     "taste: olives: does not like olives",
		"i can't stand mondays":                   "taste: mondays: cannot stand mondays",
		"I prefer tea over coffee":                "taste: coffee or tea: prefers tea to coffee",
		"ich mag Schach":                          "taste: schach: likes Schach",
		"ich mag keine Oliven":                    "taste: oliven: does not like Oliven",
		"my favorite color is green":              "favourite colour: their favourite colour is green",
		"Meine Lieblingsfarbe ist Blau":           "favourite colour: their favourite colour is Blau",
		"I am vegan":                              "diet: is vegan",
		"I'm no longer vegan":                     "diet: is not vegan",
		"ich bin Vegetarierin":                    "diet: is vegetarian",
		"I'm allergic to peanuts":                 "allergy to peanuts: is allergic to peanuts",
		"my birthday is on May 3rd":               "birthday: their birthday is May 3rd",
		"my birthday is today":                    "",
		"my timezone is Europe/Vienna":            "timezone: their timezone is Europe/Vienna",
		"I'm in UTC+2":                            "timezone: their timezone is UTC+2",
		"I speak German and a bit of Spanish":     "languages: speaks German and Spanish",
		"I speak for everybody":                   "",
		"I use Neovim btw":                        "editor: uses Neovim",
		"i use arch":                              "operating system: uses arch",
		"I use Obsidian for my notes":             "use of obsidian: uses Obsidian",
		"i use it daily":                          "",
		"please always answer in German":          "answer language*: wants answers in German",
		"Bitte antworte mir immer auf Englisch":   "answer language*: wants answers in English",
		"answer in French":                        "",
		"keep it short, please":                   "answer length*: wants short answers",
		"I prefer detailed answers":               "answer length*: wants detailed answers",
		"fass dich kurz":                          "answer length*: wants short answers",
		"call me Max":                             "how to address*: wants to be called Max",
		"call me later":                           "",
		"please use metric units":                 "units*: wants metric units",
		"no emojis please":                        "emojis*: wants no emojis",
		"I live in Graz with my cat":              "home: lives in Graz",
		"im a student":                            "job: is a student",
		"ich komme aus Wien":                      "home: is from Wien",
		"I was born on the 3rd of May 1990":       "birthday: their birthday is 3rd of May 1990",
		"reply in German from now on":             "answer language*: wants answers in German",
		"I'm vegan and live in Graz":              "diet: is vegan | home: lives in Graz",
		"I'm Ann and I live in Graz":              "home: lives in Graz",
		"hi! My name is Anna. I love chess.":      "name: their name is Anna | taste: chess: loves chess",
	} {
		if got := notesOn(byAnn(said)); got != want {
			t.Errorf("%q:\n got %q\nwant %q", said, got, want)
		}
	}
}

// What is played, asked, supposed, quoted, of others or beyond belief is not.
func TestNoNotes(t *testing.T) {
	for _, said := range []string{
		"I live in Graz lol", "I'm vegan 😂", "haha I live in a tree", "I love mondays /s", "I hate you all jk", "just kidding, I'm from Linz",
		"do you live in Graz?", "I live in Graz?", "should I say I live in Graz?", "I wish I lived in Graz", "I would love a cat", "I'd love to live in Graz",
		"maybe I live in Graz", "if I were a nurse", "imagine I live in Graz", "in the game I work as a nurse", "my character is a nurse",
		"> I live in Graz", "he said \"I live in Graz\"", "Bob said I live in Graz", "my sister lives in Rome", "Bob is vegan", "she loves tea",
		"I am Batman", "I have 900 cats", "I live on the moon", "I live in Mordor", "I am the king of France", "I'm a wizard", "I'm from the future",
		"I am happy", "I'm a bit tired", "I'm at work", "I'm from work", "I love you", "I love it", "I like how it works", "I hate this", "I have a question",
		"I have two minutes", "my name is on the list", "I use a fork", "I'm in", "call me maybe", "my code is called main", "I used to live in Graz",
		"I never liked tea", "I live in fear", "thanks", "", "ok", "ich habe Hunger", "ich bin müde", "ich mag dich", "```\nI live in Graz\n```",
		"we live in Graz", "you live in Graz", "people say I live in Graz", "I'm a monster", "I work hard", "I study a lot", "I almost moved to Rome", "I love my job", "i love u", "I prefer not to", "I like to move it", "I like Go more than Rust", "I moved to plan B",
		"I work for free", "Call me Dr. Who", "my birthday is in 2 weeks",
	} {
		if got := notesOn(byAnn(said)); got != "" {
			t.Errorf("%q: %s", said, got)
		}
	}
}

// Of two notes about the same the later stays, and what is known is not said again.
func TestNotesChange(t *testing.T) {
	if got, want := notesOn(byAnn("I live in Graz", "I love tea", "I moved to Vienna", "I hate tea")), "home: lives in Vienna | taste: tea: hates tea"; got != want {
		t.Error(got)
	}
	k := byAnn("I live in Graz", "I love tea")
	k.known = []string{"home: lives in Graz", "taste: tea: hates tea"}
	if got, want := notesOn(k), "taste: tea: loves tea"; got != want {
		t.Error(got)
	}
}

// The prompt is read as the analyzers write it.
func TestReadTask(t *testing.T) {
	p := &messages.Prompt{
		System: "You keep notes about a person. Answer in JSON.",
		Turns: []messages.Turn{
			{Text: "```\n[1] I live in Rome\n```"},
			{Text: "Known:\n```\n1. home: lives in Linz\n2. diet: is vegan\n```\nMessages:\n````\n[1] hi\n[2] code:\n```go\nx\n```\nI live in Graz\n[3] I am vegan\n[x] no\n````\nAnswer now."},
		},
		Schema: `{"type":"array","items":{"type":"object","properties":{}}}`,
	}
	got := StandIn(p)
	want := `[{"about":"home","fact":"lives in Graz","message":2,"always":false}]`
	if diff := cmp.Diff(Reply{Text: want}, got); diff != "" {
		t.Error(diff)
	}
	p.Turns = []messages.Turn{{Text: "Messages:\n```\n[1] hello\n```"}}
	if got := StandIn(p).Text; got != "[]" {
		t.Error(got)
	}
}

// Other prompts for JSON get the emptiest that there is, without a footer.
func TestSchemaOfOthers(t *testing.T) {
	for schema, want := range map[string]string{
		`{"type": "array", "items": {"type":"string"}}`:         "[]",
		`{"type":"object","properties":{"a":{"type":"array"}}}`: "{}",
	} {
		if got := StandIn(&messages.Prompt{System: "x", Schema: schema, Turns: []messages.Turn{{Text: "hi"}}}).Text; got != want {
			t.Errorf("%s: %s", schema, got)
		}
	}
}
