package bot_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"troupe/actors/analyzer"
	"troupe/gemini"
	"troupe/messages"
	"troupe/sim/discordsim"
	"troupe/sim/geminisim"

	"github.com/google/go-cmp/cmp"
)

var acceptPlanted = flag.Bool("planted", false, "accept what is remembered of the planted conversation as it is")

// A planting is something that somebody says in the planted conversation.
type planting struct {
	at   int // which message it is
	who  string
	text string
	word string // of what is to be remembered; "" if nothing is
}

// plantings are the facts and what only looks like some. Ann and Bob speak, of whom
// Ann lets the bot remember.
func plantings() []planting {
	return []planting{
		{12, "Ann", "I live in Linz, by the way", ""}, // until she moves
		{40, "Ann", "I work as a nurse", "nurse"},
		{77, "Bob", "I live in Oslo", ""},
		{101, "Ann", "I am Batman lol", ""},
		{130, "Ann", "my cat is called Mo", "Mo"},
		{163, "Ann", "please always answer in German", "German"},
		{188, "Ann", "haha I have 900 cats", ""},
		{230, "Ann", "I moved to Graz", "Graz"},
		{245, "Ann", "I'm vegan", "vegan"},
		{301, "Ann", "if I were rich I would live in Monaco", ""},
		{333, "Ann", "my favourite colour is teal", "teal"},
		{361, "Bob", "my dog is called Rex", ""},
		{390, "Ann", "in the game I am a level 80 paladin", ""},
		{420, "Ann", "I use Neovim", "Neovim"},
		{466, "Ann", "I wish I was a bird", ""},
	}
}

// conversation is what is said: 500 messages, most of which are nothing.
func conversation() (said []planting) {
	r := rand.New(rand.NewPCG(1, 2))
	chatter := []string{
		"what time is it in Tokyo?", "ok", "that was a long day", "can you count to five?", "nice", "we decided to meet on Friday at 8",
		"hm, let me think", "the build is red again", "did you see that?", "the deadline for the report is May 12", "fine by me", "thanks!",
		"how do I boil an egg?", "no idea", "the new server costs 40 dollars a month", "brb", "roll a die", "sounds good",
	}
	for i := range 500 {
		said = append(said, planting{at: i, who: []string{"Ann", "Bob"}[r.IntN(2)], text: chatter[r.IntN(len(chatter))]})
	}
	for _, p := range plantings() {
		said[p.at] = p
	}
	return said
}

// What is worth it of a conversation of 500 messages is remembered, and goes with its
// source; what was said long ago is in the prompt in short.
func TestPlanted(t *testing.T) {
	onStage(t, discordsim.Config{}, func(s *stage) {
		s.cfg.Answer.Always = []messages.ChannelID{s.general}
		s.cfg.Memory.PromptTokens = 4000
		s.cfg.Gemini.RequestsPerDay, s.cfg.Gemini.TokensPerMinute, s.cfg.Limits.DailySpend = 0, 0, 0
		s.gemini.SetAnswer(func(p *messages.Prompt) geminisim.Reply {
			if p.Schema != "" {
				return geminisim.StandIn(p)
			}
			return geminisim.Reply{Text: "I see."}
		})
		stop := s.run(nil)
		s.use(s.ann, "memory on", nil)
		time.Sleep(time.Minute)
		ids := map[int]messages.MessageID{}
		people := map[string]messages.UserID{"Ann": s.ann, "Bob": s.bob}
		for _, p := range conversation() {
			ids[p.at] = s.say(discordsim.Say{Person: people[p.who], Channel: s.general, Text: p.text})
			time.Sleep(20 * time.Second)
		}
		time.Sleep(time.Hour)
		view := func() string {
			s.use(s.ann, "memory view", nil)
			time.Sleep(time.Minute)
			seen, err := s.discord.Messages(s.general, 0, 1, s.ann)
			if err != nil || len(seen) != 1 {
				t.Fatal(seen, err)
			}
			return seen[0].Content
		}
		golden(t, "memory.txt", view())
		s.say(discordsim.Say{Person: s.ann, Channel: s.general, Text: "remember when we decided to meet, and where do I live?"})
		time.Sleep(time.Minute)
		asked := s.prompted("remember when")
		golden(t, "prompt.txt", shown(asked))
		if n := asked.Tokens(gemini.EstimateTokens); n > s.cfg.Memory.PromptTokens {
			t.Errorf("the prompt has %d tokens", n)
		}

		if err := s.discord.Delete(s.ann, s.general, ids[130]); err != nil {
			t.Fatal(err)
		}
		if err := s.discord.Edit(s.ann, s.general, ids[40], "I work as a baker"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		golden(t, "memory-later.txt", view())
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// prompted returns what Gemini was asked last for an answer to a text.
func (s *stage) prompted(text string) (last *messages.Prompt) {
	s.t.Helper()
	for _, call := range s.gemini.Calls() {
		if p := call.Prompt; p != nil && p.Schema == "" && strings.Contains(p.Turns[len(p.Turns)-1].Text, text) {
			last = p
		}
	}
	if last == nil {
		s.t.Fatalf("nobody asked %q", text)
	}
	return last
}

func shown(p *messages.Prompt) string {
	var b strings.Builder
	for _, turn := range p.Turns {
		fmt.Fprintf(&b, "--- %s\n%s\n", []string{"user", "model"}[turn.Speaker], turn.Text)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "planted", name)
	if *acceptPlanted {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path) //nolint:gosec // a file of the test
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.TrimRight(string(want), "\n"), strings.TrimRight(got, "\n")); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

// A model remembers the planted facts and nothing else: the stand-in, and the real one
// where there is a key.
func TestPlantedMind(t *testing.T) {
	t.Run("stand-in", func(t *testing.T) {
		plantedMind(t, func(p *messages.Prompt) (string, error) { return geminisim.StandIn(p).Text, nil })
	})
	t.Run("Gemini", func(t *testing.T) {
		key := os.Getenv("GEMINI_API_KEY")
		if key == "" {
			t.Skip("GEMINI_API_KEY is not set")
		}
		client, err := gemini.New(t.Context(), gemini.Config{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		plantedMind(t, func(p *messages.Prompt) (string, error) {
			g, err := client.Generate(t.Context(), p, nil)
			if err != nil {
				return "", err
			}
			return g.Text, nil
		})
	})
}

func plantedMind(t *testing.T, ask func(*messages.Prompt) (string, error)) {
	t.Helper()
	var mind analyzer.Mind
	for _, m := range analyzer.Minds() {
		if m.Name == messages.AnalyzerMemory {
			mind = m
		}
	}
	var batch analyzer.Batch
	facts := map[string]string{} // by what they are about
	conclude := func() {
		p := mind.Ask(&batch)
		p.Model = gemini.DefaultModel
		answer, err := ask(p)
		if err != nil {
			t.Fatal(err)
		}
		learned, err := mind.Conclude(&batch, answer)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range learned.Facts {
			facts[strings.ToLower(f.About)] = f.Text
			batch.Facts = append([]messages.Fact{f}, batch.Facts...)
		}
		batch.Pieces = nil
	}
	for _, p := range conversation() {
		if p.who != "Ann" {
			continue
		}
		id := messages.MessageID(1000 + p.at)
		batch.Pieces = append(batch.Pieces, messages.Piece{From: id, To: id, Channel: 1, Text: p.text})
		if len(batch.Pieces) == mind.Batch {
			conclude()
		}
	}
	if len(batch.Pieces) > 0 {
		conclude()
	}
	left := facts
	for _, p := range plantings() {
		found := ""
		for about, text := range left {
			if p.word != "" && strings.Contains(text, p.word) {
				found = about
			}
		}
		if p.word != "" && found == "" {
			t.Errorf("not remembered: %q", p.text)
		}
		delete(left, found)
	}
	if len(left) > 0 {
		t.Errorf("remembered too: %q", left)
	}
}
