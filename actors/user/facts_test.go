package user

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

func fact(message messages.MessageID, about, text string) messages.Fact {
	return messages.Fact{About: about, Text: text, Message: message << 22, Told: (message << 22).Time()}
}

func embedded(message messages.MessageID, about, text string, v []byte) messages.Fact {
	f := fact(message, about, text)
	f.Vector = v
	return f
}

func texts(k known) []string {
	var all []string
	for _, f := range k.facts {
		all = append(all, strings.TrimPrefix(f.Key, "fact/")+" "+f.Text)
	}
	return all
}

func TestRemember(t *testing.T) {
	tests := []struct {
		name string
		told []messages.Fact
		want []string // the newest first
	}{
		{"two things", []messages.Fact{fact(1, "home", "Oslo"), fact(2, "job", "nurse")}, []string{"2 nurse", "1 Oslo"}},
		{"a newer holds", []messages.Fact{fact(1, "home", "Oslo"), fact(2, " HOME", "Bergen")}, []string{"1 Bergen"}},
		{"an older does not", []messages.Fact{fact(2, "home", "Bergen"), fact(1, "home", "Oslo")}, []string{"1 Bergen"}},
		{"the same", []messages.Fact{fact(1, "home", "Oslo"), fact(1, "home", "Oslo")}, []string{"1 Oslo"}},
		{"about nothing", []messages.Fact{fact(1, "", "Oslo"), fact(2, "", "nurse")}, []string{"2 nurse", "1 Oslo"}},
		{"alike in other words", []messages.Fact{embedded(1, "home", "Oslo", east), embedded(2, "city", "Bergen", northEast)}, []string{"1 Bergen"}},
		{"not alike", []messages.Fact{embedded(1, "home", "Oslo", east), embedded(2, "job", "nurse", north)}, []string{"2 nurse", "1 Oslo"}},
		{"what it is about goes first", []messages.Fact{
			embedded(1, "home", "Oslo", north), embedded(2, "city", "Oslo?", east), embedded(3, "home", "Bergen", northEast),
		}, []string{"1 Bergen", "2 Oslo?"}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, texts(known{next: 1}.remember(tt.told))); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// What a person said in whatever order, and however often, comes to the newest about
// each thing, no number is given twice, and what was sent is not changed.
func TestRememberInAnyOrder(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		var told []messages.Fact
		newest := map[string]messages.Fact{}
		for range r.IntN(30) {
			f := fact(messages.MessageID(r.IntN(50)+1), fmt.Sprint("thing ", r.IntN(8)), fmt.Sprint("text ", r.IntN(3)))
			told = append(told, f)
			if was, ok := newest[f.About]; !ok || byAge(f, was) > 0 {
				newest[f.About] = f
			}
		}
		k := known{next: 1}
		for chunk := range slices.Chunk(told, 1+r.IntN(5)) {
			before := k
			copied := slices.Clone(k.facts)
			k = k.remember(chunk)
			if d := cmp.Diff(copied, before.facts); d != "" {
				t.Fatalf("seed %d: what was sent is changed: %s", seed, d)
			}
		}
		keys, got := map[string]bool{}, map[string]messages.Fact{}
		for _, f := range k.facts {
			keys[f.Key] = true
			f.Key = ""
			got[f.About] = f
		}
		if d := cmp.Diff(newest, got); d != "" || len(keys) != len(k.facts) {
			t.Fatalf("seed %d: %d keys for %d facts; %s", seed, len(keys), len(k.facts), d)
		}
		r.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		if d := cmp.Diff(k, k.remember(told), cmp.AllowUnexported(known{})); d != "" {
			t.Fatalf("seed %d: told again: %s", seed, d)
		}
	}
}

// When there is no room the eldest goes that does not always matter, and its number
// is not given again.
func TestRememberIsBounded(t *testing.T) {
	k := known{next: 1}
	for i := range maxFacts {
		f := fact(messages.MessageID(i+10), fmt.Sprint(i), "text")
		f.Always = i < 2
		k = k.remember([]messages.Fact{f})
	}
	k = k.remember([]messages.Fact{fact(1000, "new", "new")})
	keys := make([]string, len(k.facts))
	for i, f := range k.facts {
		keys[i] = f.Key
	}
	if len(keys) != maxFacts || slices.Contains(keys, "fact/3") || !slices.Contains(keys, "fact/1") || keys[0] != "fact/101" {
		t.Errorf("there are %v", keys)
	}
	if k = k.remember([]messages.Fact{fact(1, "old", "old")}); len(k.facts) != maxFacts || slices.Contains(texts(k), "102 old") {
		t.Error("the eldest is taken in where there is no room")
	}
	for i := range k.facts {
		k.facts[i].Always = true
	}
	newer := fact(2000, "newer", "newer")
	newer.Always = true
	if k = k.remember([]messages.Fact{newer}); len(k.facts) != maxFacts || k.facts[0].Text != "newer" {
		t.Errorf("%d facts that all matter always", len(k.facts))
	}
}

func TestEdit(t *testing.T) {
	f := embedded(1, "home", "Oslo", east)
	f.Guild, f.Channel, f.Always = 7, 5, true
	k := known{next: 1}.remember([]messages.Fact{f, fact(2, "job", "nurse")})
	edited, ok := k.edit("fact/1", "Bergen", noon)
	want := messages.Fact{Key: "fact/1", About: "home", Text: "Bergen", Always: true, Guild: 7, Channel: 5, Told: noon}
	if d := cmp.Diff(want, edited.facts[0]); d != "" || !ok {
		t.Error(ok, d)
	}
	if d := cmp.Diff([]string{"2 nurse", "1 Oslo"}, texts(k)); d != "" {
		t.Error("what was sent is changed", d)
	}
	if _, ok := k.edit("fact/9", "x", noon); ok {
		t.Error("a fact is edited that is not there")
	}
	if again := edited.remember([]messages.Fact{fact(3, "home", "Oslo")}); again.facts[0].Text != "Bergen" {
		t.Error("what was said before replaces what was told by command")
	}
}

// What is recalled is what was kept, and garbage is left alone.
func TestRecall(t *testing.T) {
	f := embedded(1, "home", "Oslo", east)
	f.Guild, f.Channel = 7, 5
	k := known{next: 1}.remember([]messages.Fact{f, fact(2, "job", "nurse")}).
		note([]messages.SaidNote{{Message: 3 << 22, Language: "no", Words: 4, Casual: true, Topics: []string{"fjord"}, Guild: 7, Channel: 5}})
	kept := k.derived(42)
	if d := cmp.Diff([]messages.Source{{Message: 1 << 22, Person: 42}}, kept[1].Sources); d != "" || kept[1].Owner != "user/42" {
		t.Error(kept[1].Owner, d)
	}
	garbage := []messages.Derived{
		{Key: "fact/x", Value: "{}"}, {Key: "fact/0", Value: "{}"}, {Key: "fact/7", Value: "["}, {Key: "said/0", Value: "{}"}, {Key: "said/9", Value: "7"}, {Key: "mood/1"},
	}
	if d := cmp.Diff(k, recall(append(garbage, kept...), 0), cmp.AllowUnexported(known{})); d != "" {
		t.Error(d)
	}
	if got := recall(kept, 9); got.next != 9 {
		t.Errorf("the next number is %d", got.next)
	}
}

// What is gone is known no more, by its message or by its key.
func TestWithout(t *testing.T) {
	k := known{next: 1}.remember([]messages.Fact{fact(1, "home", "Oslo"), fact(2, "job", "nurse"), {About: "tea", Text: "green", Told: noon}}).
		note([]messages.SaidNote{{Message: 1 << 22}, {Message: 2 << 22}, {Message: 3 << 22}})
	k = k.without(&messages.SourcesGone{
		Messages: []messages.MessageID{1 << 22, 0},
		Dropped:  []messages.DerivedKey{{Owner: "user/42", Key: "fact/2"}, {Owner: "user/43", Key: "fact/3"}, {Owner: "user/42", Key: "said/8388608"}},
	}, "user/42")
	if d := cmp.Diff([]string{"3 green"}, texts(k)); d != "" || len(k.said) != 1 || k.said[0].Message != 3<<22 {
		t.Error(k.said, d)
	}
}
