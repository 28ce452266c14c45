package turn

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

// A world is a question somewhere, and what is remembered of its asker and of the
// place, from anywhere. Each text is a mark of its own.
type world struct {
	s     state
	q     messages.Trigger
	guild messages.GuildContext // as it is, known or not
	known bool                  // the asker
	facts []messages.Fact
}

func newWorld(r *rand.Rand) *world {
	somewhere := func() messages.ChannelID { return messages.ChannelID(r.UintN(6)) }
	w := &world{known: r.UintN(8) > 0, q: messages.Trigger{
		ID: 100, Guild: messages.GuildID(r.UintN(3)), Channel: 1 + messages.ChannelID(r.UintN(5)), Asker: messages.User{ID: ann, Name: "Ann"},
		Text: []string{"what is recursion?", "what did we say that happened?", "and that?", "was markf1 a joke?"}[r.UintN(4)],
	}}
	w.guild = messages.GuildContext{Known: r.UintN(4) > 0, Public: r.UintN(2) > 0, Parent: somewhere(), Permissions: messages.PermissionAll}
	for range r.UintN(4) {
		w.guild.Open = append(w.guild.Open, somewhere())
	}
	slices.Sort(w.guild.Open)
	user := &messages.UserContext{Cleared: messages.MessageID(r.UintN(20))}
	for i := range r.UintN(9) {
		user.Facts = append(user.Facts, messages.Fact{
			Text: fmt.Sprintf("markf%d ", i), Always: r.UintN(2) > 0, Guild: messages.GuildID(r.UintN(3)), Channel: somewhere(), Message: messages.MessageID(r.UintN(3)), Told: noon,
		})
		w.guild.Lore = append(w.guild.Lore, messages.Lore{Text: fmt.Sprintf("markl%d ", i), Channel: somewhere(), Told: noon})
	}
	w.facts = user.Facts
	window := messages.Window{Lines: []messages.Line{{ID: 50, Author: bob, Name: "Bob", Text: "hello"}}, Anchor: 50}
	for i := range r.UintN(9) {
		window.Chunks = append(window.Chunks, messages.Chunk{Text: fmt.Sprintf("markc%d ", i), From: messages.MessageID(3 * i), To: messages.MessageID(3*i + 2)})
	}
	if !w.known {
		user = nil
	}
	w.s = newState(testConfig(), &messages.Question{Trigger: w.q})
	w.s.reuse.alone = standsAlone(&w.q)
	w.s.frame.window = window
	w.s.userKnown(user)
	if w.q.Guild != 0 && r.UintN(8) > 0 {
		w.s.guildKnown(&w.guild, nil, noon)
	}
	return w
}

// heard reports whether all who read the answer may read a channel too, as the
// promise has it.
func (w *world) heard(guild messages.GuildID, channel messages.ChannelID) bool {
	switch {
	case guild != w.q.Guild, channel == 0:
		return false
	case channel == w.q.Channel:
		return true
	case guild == 0, w.s.frame.guild == nil, !w.guild.Known:
		return false
	}
	return channel == w.guild.Parent || slices.Contains(w.guild.Open, channel)
}

// Wherever a question is asked and whatever is remembered from anywhere: nothing
// enters that not all may read who read the answer, nor what the asker has cleared,
// nor anything where a question stands alone; and what may and has to, does.
func TestNothingLeaks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	entered := map[string]int{}
	for n := range 1000 {
		w := newWorld(r)
		p, _ := w.s.prompt()
		text := show(p)[len(p.System):]
		text = strings.ReplaceAll(text, w.q.Text, "")
		check := func(mark string, may, must bool) {
			t.Helper()
			in := strings.Contains(text, mark)
			if in {
				entered[mark[:5]]++
			}
			if in && !may || !in && may && must {
				t.Fatalf("world %d, %q: in the prompt %v, may be %v, must be %v\n%+v\n%+v\n%s", n, mark, in, may, must, w.q, w.guild, text)
			}
		}
		alone := standsAlone(&w.q)
		for i, fact := range w.facts {
			must := fact.Always || personal(w.q.Text) || i == 1 && strings.Contains(w.q.Text, "markf1")
			check(fmt.Sprintf("markf%d ", i), !alone && w.known && w.heard(fact.Guild, fact.Channel), must)
		}
		for i, l := range w.guild.Lore {
			may := !alone && w.s.frame.guild != nil && w.heard(w.q.Guild, l.Channel)
			check(fmt.Sprintf("markl%d ", i), may, strings.Contains(w.q.Text, "happened") || strings.Contains(w.q.Text, "joke"))
		}
		for i, c := range w.s.frame.window.Chunks {
			check(fmt.Sprintf("markc%d ", i), !alone && w.known && c.From >= w.s.frame.user.Cleared, true)
		}
		if tokens := p.Tokens(words); tokens > w.s.frame.budget {
			t.Fatalf("world %d: %d tokens", n, tokens)
		}
	}
	for _, kind := range []string{"markf", "markl", "markc"} {
		if entered[kind] < 100 {
			t.Errorf("%s entered %d times in all: the worlds are too small", kind, entered[kind])
		}
	}
}

// Two who ask the same share an answer just if the model would be asked the same for
// each: not if something different is remembered of them, or they write otherwise,
// and that enters; but always if nothing does.
func TestShareOfRecall(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	shared, apart := 0, 0
	for n := range 1000 {
		text := []string{"why is it so?", "ok?", "what of tea?", "is that mine?"}[r.UintN(4)]
		key := func(asker messages.User) (key, prompt string, bare bool) {
			f := testFrame()
			f.user.Said = wrote(7+int(r.UintN(2)), messages.SaidNote{Channel: 1, Words: 20, Casual: r.UintN(2) > 0, Language: []string{"", "de", "xx"}[r.UintN(3)]})
			for range r.UintN(3) {
				f.user.Facts = append(f.user.Facts, messages.Fact{
					Text: []string{"drinks tea", "plays go"}[r.UintN(2)], Always: r.UintN(3) == 0, Channel: messages.ChannelID(1 + r.UintN(2)), Told: noon.Add(time.Duration(r.UintN(2)) * 48 * time.Hour),
				})
			}
			q := &messages.Trigger{Channel: 1, Text: text, Asker: asker}
			p := f.build(q)
			return f.shareKey(q, p), show(p), f.brought == "" && !personal(text)
		}
		keyA, promptA, bareA := key(messages.User{ID: ann, Name: "Ann"})
		keyB, promptB, bareB := key(messages.User{ID: bob, Name: "Bob"})
		if (keyA == keyB) != (promptA == promptB) || bareA && bareB && keyA != keyB || bareA != bareB && keyA == keyB {
			t.Fatalf("pair %d: one key %v for\n%s\n%s", n, keyA == keyB, promptA, promptB)
		}
		if keyA == keyB {
			shared++
		} else {
			apart++
		}
	}
	if shared < 50 || apart < 50 {
		t.Errorf("%d pairs share, %d do not: the pairs are too alike", shared, apart)
	}
}
