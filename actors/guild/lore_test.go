package guild

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

var east, northEast, north = []byte{127, 0}, []byte{127, 40}, []byte{0, 127} // the first two are alike

// gag is something that was said in a message by a person.
func gag(message messages.MessageID, channel messages.ChannelID, person messages.UserID, text string) messages.Lore {
	return messages.Lore{
		Kind: messages.LoreGag, Text: text, Channel: channel, Message: message << 22, Told: (message << 22).Time().UTC(),
		Sources: []messages.Source{{Message: message << 22, Person: person}},
	}
}

func with(l messages.Lore, change func(*messages.Lore)) messages.Lore {
	change(&l)
	return l
}

func embedded(l messages.Lore, v []byte) messages.Lore {
	return with(l, func(l *messages.Lore) { l.Vector = v })
}

// open says that 10 and 12 are open to all.
func open(channel messages.ChannelID) bool { return channel == 10 || channel == 12 }

func emptyLore() lore { return lore{on: true, next: 1} }

func textsOf(all []messages.Lore) []string {
	var texts []string
	for _, p := range all {
		texts = append(texts, strings.TrimPrefix(p.Key, "lore/")+" "+p.Text)
	}
	return texts
}

func TestLearn(t *testing.T) {
	snippet := func(message messages.MessageID, text string) messages.Lore {
		return with(gag(message, 10, 1, text), func(l *messages.Lore) { l.Kind = messages.LoreSnippet })
	}
	tests := []struct {
		name string
		told []messages.Lore
		want []string // the newest first
	}{
		{"two things", []messages.Lore{gag(1, 10, 1, "the cat"), gag(2, 10, 1, "the dog")}, []string{"2 the dog", "1 the cat"}},
		{"in the same words", []messages.Lore{gag(1, 10, 1, "the cat"), gag(2, 10, 1, " The  CAT!")}, []string{"1  The  CAT!"}},
		{"an older comes later", []messages.Lore{gag(2, 10, 1, "The cat!"), gag(1, 10, 1, "the cat")}, []string{"1 The cat!"}},
		{"another kind", []messages.Lore{gag(1, 10, 1, "the cat"), with(gag(2, 10, 1, "the cat"), func(l *messages.Lore) { l.Kind = messages.LoreFact })}, []string{"2 the cat", "1 the cat"}},
		{"in other words", []messages.Lore{embedded(gag(1, 10, 1, "the cat"), east), embedded(gag(2, 10, 1, "that cat"), northEast)}, []string{"1 that cat"}},
		{"not alike", []messages.Lore{embedded(gag(1, 10, 1, "the cat"), east), embedded(gag(2, 10, 1, "the dog"), north)}, []string{"2 the dog", "1 the cat"}},
		{"in channels that are open", []messages.Lore{gag(1, 10, 1, "the cat"), gag(2, 12, 1, "the cat")}, []string{"1 the cat"}},
		{"in a channel that is not", []messages.Lore{gag(1, 10, 1, "the cat"), gag(2, 11, 1, "the cat")}, []string{"2 the cat", "1 the cat"}},
		{"in one such channel", []messages.Lore{gag(1, 11, 1, "the cat"), gag(2, 11, 1, "the cat")}, []string{"1 the cat"}},
		{"in two such channels", []messages.Lore{gag(1, 11, 1, "the cat"), gag(2, 13, 1, "the cat")}, []string{"2 the cat", "1 the cat"}},
		{"code", []messages.Lore{snippet(1, "a b"), snippet(2, "A b")}, []string{"2 A b", "1 a b"}},
		{"nothing", []messages.Lore{gag(1, 10, 1, ""), gag(2, 0, 1, "nowhere")}, nil},
	}
	for _, tt := range tests {
		got := emptyLore().learn(tt.told, open)
		if d := cmp.Diff(tt.want, textsOf(got.pieces)); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// What becomes one is from all that it was told by, as far as there is room, and of
// where its text was said.
func TestLearnUnites(t *testing.T) {
	l := emptyLore().learn([]messages.Lore{gag(1, 10, 1, "the cat"), gag(3, 12, 3, "The cat"), gag(2, 10, 2, "THE CAT")}, open)
	want := with(gag(3, 12, 3, "The cat"), func(l *messages.Lore) {
		l.Key = "lore/1"
		l.Sources = []messages.Source{{Message: 1 << 22, Person: 1}, {Message: 2 << 22, Person: 2}, {Message: 3 << 22, Person: 3}}
	})
	if d := cmp.Diff([]messages.Lore{want}, l.pieces); d != "" {
		t.Error(d)
	}
	for i := range messages.MessageID(20) {
		l = l.learn([]messages.Lore{gag(10+i, 10, 1, "the cat")}, open)
	}
	sources := l.pieces[0].Sources
	if len(sources) != maxSources || !slices.Contains(sources, messages.Source{Message: 29 << 22, Person: 1}) {
		t.Errorf("it is from %v", sources)
	}
	many := with(gag(50, 10, 1, "the cat"), func(l *messages.Lore) {
		for i := range messages.MessageID(15) {
			l.Sources = append(l.Sources, messages.Source{Message: 100 + i, Person: 1})
		}
	})
	if got := l.learn([]messages.Lore{many}, open).pieces[0]; len(got.Sources) != 16 {
		t.Errorf("of its own sources it has %d", len(got.Sources))
	}
}

// What is told again changes nothing, what was sent is not changed, no number is
// given twice, and of what says the same in the same place the newest text holds,
// whatever the order.
func TestLearnInAnyOrder(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		var told []messages.Lore
		newest := map[string]string{}
		for i := range r.IntN(30) {
			channel := messages.ChannelID(10 + r.IntN(4))
			said := fmt.Sprint("thing ", r.IntN(5))
			p := gag(messages.MessageID(i+1), channel, 1, said+strings.Repeat("!", r.IntN(4)))
			told = append(told, p)
			where := fmt.Sprint(said, " in ", channel)
			if open(channel) {
				where = said + " for all"
			}
			newest[where] = p.Text
		}
		r.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		l := emptyLore()
		for chunk := range slices.Chunk(told, 1+r.IntN(5)) {
			before := l.pieces
			copied := slices.Clone(before)
			l = l.learn(chunk, open)
			if d := cmp.Diff(copied, before); d != "" {
				t.Fatalf("seed %d: what was sent is changed: %s", seed, d)
			}
		}
		got, keys := map[string]string{}, map[string]bool{}
		for _, p := range l.pieces {
			where := fmt.Sprint(normal(&p), " in ", p.Channel)
			if open(p.Channel) {
				where = normal(&p) + " for all"
			}
			got[where] = p.Text
			keys[p.Key] = true
		}
		if d := cmp.Diff(newest, got); d != "" || len(keys) != len(l.pieces) {
			t.Fatalf("seed %d: %d keys for %d; %s", seed, len(keys), len(l.pieces), d)
		}
		if d := cmp.Diff(textsOf(l.pieces), textsOf(l.learn(told, open).pieces)); d != "" {
			t.Fatalf("seed %d: told again: %s", seed, d)
		}
	}
}

func TestLoreIsBounded(t *testing.T) {
	l := emptyLore()
	for i := range maxLore + 1 {
		l = l.learn([]messages.Lore{gag(messages.MessageID(i+2), 10, 1, fmt.Sprint("thing ", i))}, open)
	}
	if l = l.learn([]messages.Lore{gag(1, 10, 1, "old")}, open); len(l.pieces) != maxLore || l.pieces[maxLore-1].Key != "lore/2" {
		t.Errorf("%d, the eldest of them %s", len(l.pieces), l.pieces[len(l.pieces)-1].Key)
	}
}

// Who may have what forgotten, and what then may not come again.
func TestForget(t *testing.T) {
	here := &messages.Audience{Guild: id, Channel: 10, Open: []messages.ChannelID{10, 12}}
	full := emptyLore().learn([]messages.Lore{
		embedded(with(gag(1, 10, 1, "the cat"), func(l *messages.Lore) { l.Sources = append(l.Sources, messages.Source{Person: 2}) }), east),
		gag(2, 11, 1, "the dog"), gag(3, 11, 3, "THE CAT"), gag(4, 13, 1, "the cat"),
	}, open)
	tests := []struct {
		name string
		m    messages.ForgetLore
		left []string // nil if it is refused
	}{
		{"somebody else", messages.ForgetLore{Key: "lore/1", Person: 9}, nil},
		{"nobody", messages.ForgetLore{Key: "lore/1"}, nil},
		{"what is not there", messages.ForgetLore{Key: "lore/9", Person: 1, Manages: true}, nil},
		{"who said it", messages.ForgetLore{Key: "lore/1", Person: 1}, []string{"3 THE CAT", "2 the dog"}},
		{"whom it is about", messages.ForgetLore{Key: "lore/1", Person: 2}, []string{"4 the cat", "3 THE CAT", "2 the dog"}},
		{"who manages the guild", messages.ForgetLore{Key: "lore/1", Person: 9, Manages: true}, []string{"4 the cat", "3 THE CAT", "2 the dog"}},
		{"but not what they may not see", messages.ForgetLore{Key: "lore/2", Person: 9, Manages: true}, nil},
		{"what is theirs, wherever", messages.ForgetLore{Key: "lore/2", Person: 1}, []string{"4 the cat", "3 THE CAT", "1 the cat"}},
	}
	for _, tt := range tests {
		tt.m.Guild, tt.m.Channel = id, 10
		got, ok := full.forget(&tt.m, here)
		if ok != (tt.left != nil) {
			t.Errorf("%s: %v", tt.name, ok)
		}
		if d := cmp.Diff(tt.left, textsOf(got.pieces)); ok && d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
		if vetoes := len(got.vetoes); vetoes > 0 != (ok && tt.m.Person != 9) {
			t.Errorf("%s: %d vetoes", tt.name, vetoes)
		}
	}
	off := full
	if off.on = false; textsOf(off.lent().pieces) != nil {
		t.Error("what is not wanted is lent")
	}
	if _, ok := off.forget(&messages.ForgetLore{Guild: id, Key: "lore/1", Person: 1}, here); ok {
		t.Error("what is not told is forgotten")
	}
}

// The like of what somebody had forgotten is not kept, if it is from or about them.
func TestVeto(t *testing.T) {
	here := &messages.Audience{Guild: id, Channel: 10}
	l := emptyLore().learn([]messages.Lore{embedded(gag(1, 10, 1, "the cat"), east), gag(2, 10, 1, "the dog")}, open)
	l, _ = l.forget(&messages.ForgetLore{Guild: id, Key: "lore/1", Person: 1}, here)
	l, _ = l.forget(&messages.ForgetLore{Guild: id, Key: "lore/2", Person: 1}, here)
	l = emptyLore().reread(&messages.KeptFound{Derived: l.derived(id)})
	tests := []struct {
		name string
		p    messages.Lore
		want bool
	}{
		{"the same", embedded(gag(5, 10, 1, "the cat"), east), true},
		{"in other words", embedded(gag(5, 11, 1, "that cat"), northEast), true},
		{"without an embedding", gag(5, 10, 1, "The cat."), true},
		{"which had none", gag(5, 10, 1, "the dog"), true},
		{"which has one now", embedded(gag(5, 10, 1, "the dog"), north), true},
		{"something else", embedded(gag(5, 10, 1, "the bird"), north), false},
		{"from another", embedded(gag(5, 10, 2, "the cat"), east), false},
		{"about them", with(gag(5, 10, 2, "the dog"), func(l *messages.Lore) { l.Sources = append(l.Sources, messages.Source{Person: 1}) }), true},
	}
	for _, tt := range tests {
		if refused := len(l.learn([]messages.Lore{tt.p}, open).pieces) == 0; refused != tt.want {
			t.Errorf("%s: refused %v", tt.name, refused)
		}
	}
	for _, d := range l.derived(id) {
		if strings.Contains(d.Value, "cat") || strings.Contains(d.Value, "dog") {
			t.Errorf("%s tells what was forgotten", d.Key)
		}
	}
	for i := range messages.MessageID(maxVetoes) {
		l = l.learn([]messages.Lore{gag(i+10, 10, 2, fmt.Sprint("thing ", i))}, open)
		l, _ = l.forget(&messages.ForgetLore{Guild: id, Key: l.pieces[0].Key, Person: 2}, here)
	}
	if len(l.vetoes) != maxVetoes || l.vetoes[0].Number != 3 {
		t.Errorf("%d vetoes, the first %d", len(l.vetoes), l.vetoes[0].Number)
	}
}

// What is told in a channel may be heard by all there; who asks sees what is from or
// about them besides.
func TestTold(t *testing.T) {
	s := toldState()
	s.lore = emptyLore().learn([]messages.Lore{
		gag(1, 10, 1, "open"), gag(2, 11, 2, "wings"), gag(3, 20, 3, "act one"), gag(4, 21, 4, "props"),
	}, s.isOpen)
	for channel, want := range map[messages.ChannelID][]string{
		10: {"1 open"}, 11: {"2 wings", "1 open"}, 20: {"3 act one", "1 open"}, 21: {"4 props", "2 wings", "1 open"},
	} {
		c := s.context(channel)
		if d := cmp.Diff(want, textsOf(c.Lore)); d != "" || !c.KeepsLore {
			t.Errorf("in %d: %s", channel, d)
		}
	}
	if d := cmp.Diff([]string{"4 props", "1 open"}, textsOf(s.lore.told(id, s.audience(10), 4, 100))); d != "" {
		t.Error(d)
	}
	s.channelSeen(&messages.Channel{ID: 11, Name: "wings"})
	if d := cmp.Diff([]string{"2 wings", "1 open"}, textsOf(s.context(10).Lore)); d != "" {
		t.Error("when all may see it:", d)
	}
	for i := range messages.MessageID(maxTold) {
		s.lore = s.lore.learn([]messages.Lore{gag(10+i, 10, 1, fmt.Sprint(i))}, s.isOpen)
	}
	if got := s.context(10).Lore; len(got) != maxTold || got[0].Text != "29" {
		t.Errorf("%d are told, the first %+v", len(got), got[0])
	}
	s.lore.on = false
	if c := s.context(10); c.Lore != nil || c.KeepsLore || s.lore.told(id, s.audience(10), 1, 100) != nil {
		t.Errorf("when it is off: %v", c.Lore)
	}
}

// The open channels are those that are public, whatever Discord told last.
func TestOpen(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		s := newState()
		for range rng.IntN(30) {
			tellSomething(s, rng)
			var want []messages.ChannelID
			for id, c := range s.channels {
				if s.public(c) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			if d := cmp.Diff(want, s.everybodys()); d != "" {
				t.Fatalf("seed %d: %s", seed, d)
			}
		}
	}
}

func TestWithout(t *testing.T) {
	l := emptyLore().learn([]messages.Lore{
		with(gag(1, 10, 1, "the cat"), func(l *messages.Lore) {
			l.Sources = append(l.Sources, messages.Source{Message: 7}, messages.Source{Person: 3})
		}),
		gag(2, 10, 1, "the dog"), gag(3, 10, 1, "the bird"), gag(4, 10, 1, "the fish"),
	}, open)
	l, _ = l.forget(&messages.ForgetLore{Guild: id, Key: "lore/4", Person: 1}, &messages.Audience{})
	l = l.without(&messages.SourcesGone{
		Messages: []messages.MessageID{7, 0},
		Dropped:  []messages.DerivedKey{{Owner: "guild/7", Key: "lore/2"}, {Owner: "guild/8", Key: "lore/3"}, {Owner: "guild/7", Key: "veto/1"}},
	}, "guild/7")
	if d := cmp.Diff([]string{"3 the bird"}, textsOf(l.pieces)); d != "" || len(l.vetoes) != 0 {
		t.Error(l.vetoes, d)
	}
}

// What is reread is what was kept, and garbage is left alone.
func TestReread(t *testing.T) {
	l := emptyLore().learn([]messages.Lore{embedded(gag(1, 10, 1, "the cat"), east), gag(2, 11, 1, "the dog"), gag(3, 10, 1, "the bird")}, open)
	l, _ = l.forget(&messages.ForgetLore{Guild: id, Key: "lore/3", Person: 1}, &messages.Audience{})
	kept := l.derived(id)
	kept = append(kept, messages.Derived{Key: "lore/x"}, messages.Derived{Key: "lore/0"}, messages.Derived{Key: "lore/8", Value: "["},
		messages.Derived{Key: "veto/9", Value: "7"}, messages.Derived{Key: "mood/1"})
	got := emptyLore().reread(&messages.KeptFound{Notes: map[string]string{"lore/next": "4"}, Derived: kept})
	if d := cmp.Diff(l, got, cmp.AllowUnexported(lore{}, veto{})); d != "" {
		t.Error(d)
	}
	if got := got.reread(&messages.KeptFound{}); got.next != 4 || !got.on {
		t.Errorf("then %+v", got)
	}
	if empty := emptyLore(); l.weight() <= empty.weight() {
		t.Error("it weighs nothing")
	}
}
