package user

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"troupe/messages"
)

const (
	maxFacts    = 100 // of one person: some 3 KiB of memory each at most
	maxFactText = 300 // characters
	maxAbout    = 100 // the same
	// alike is the cosine from which on two embeddings say the same in other words.
	alike = 0.9
)

// A known is what is known of a person by what they said. Its slices are never
// changed, only replaced: they are sent.
type known struct {
	facts []messages.Fact     // the newest first; at most maxFacts, no two about the same
	next  int                 // number of the next fact: none is given twice
	said  []messages.SaidNote // the eldest first; at most maxSaid
}

// remember returns what is known when facts were told, in any order: of two about the
// same, or that say the same, the newer holds.
func (k known) remember(told []messages.Fact) known {
	facts := slices.Clone(k.facts)
	for _, f := range told {
		if f.Told.IsZero() && f.Message != 0 {
			f.Told = f.Message.Time()
		}
		switch i := like(facts, &f); {
		case i < 0:
			f.Key = prefixFact + strconv.Itoa(k.next)
			k.next++
			facts = append(facts, f)
		case byAge(f, facts[i]) > 0:
			f.Key = facts[i].Key
			facts[i] = f
		}
	}
	k.facts = newestFirst(facts)
	for len(k.facts) > maxFacts {
		i := spare(k.facts)
		k.facts = slices.Delete(k.facts, i, i+1)
	}
	return k
}

// like returns which of the facts is about the same as f, or else says what is most
// like it; -1 if none does.
func like(facts []messages.Fact, f *messages.Fact) int {
	about := strings.TrimSpace(f.About)
	most, closest := -1, alike
	for i := range facts {
		if about != "" && strings.EqualFold(about, strings.TrimSpace(facts[i].About)) {
			return i
		}
		if c := messages.Cosine(f.Vector, facts[i].Vector); c >= closest {
			most, closest = i, c
		}
	}
	return most
}

// byAge orders facts by when they were told.
func byAge(a, b messages.Fact) int {
	return cmp.Or(a.Told.Compare(b.Told), cmp.Compare(a.Message, b.Message), strings.Compare(a.Text, b.Text))
}

func newestFirst(facts []messages.Fact) []messages.Fact {
	slices.SortStableFunc(facts, func(a, b messages.Fact) int { return byAge(b, a) })
	return facts
}

// spare returns which fact goes when there is no room: the eldest of those that do
// not always matter, else the eldest.
func spare(facts []messages.Fact) int {
	for i, f := range slices.Backward(facts) {
		if !f.Always {
			return i
		}
	}
	return len(facts) - 1
}

// forget returns what is known without a fact, or without any for "".
func (k known) forget(key string) known {
	k.facts = slices.DeleteFunc(slices.Clone(k.facts), func(f messages.Fact) bool { return key == "" || f.Key == key })
	return k
}

// edit returns what is known when a fact is otherwise. It has no source but the
// person then, and may be told where it could be before. It reports false if there is
// no such fact.
func (k known) edit(key, text string, now time.Time) (known, bool) {
	i := slices.IndexFunc(k.facts, func(f messages.Fact) bool { return f.Key == key })
	if i < 0 {
		return k, false
	}
	facts := slices.Clone(k.facts)
	facts[i].Text, facts[i].Told, facts[i].Message, facts[i].Vector = text, now, 0, nil
	k.facts = newestFirst(facts)
	return k, true
}

// without returns what is known when messages are gone, and what is no more on disk.
func (k known) without(m *messages.SourcesGone, owner string) known {
	gone := func(id messages.MessageID, key string) bool {
		return id != 0 && slices.Contains(m.Messages, id) || slices.Contains(m.Dropped, messages.DerivedKey{Owner: owner, Key: key})
	}
	k.facts = slices.DeleteFunc(slices.Clone(k.facts), func(f messages.Fact) bool { return gone(f.Message, f.Key) })
	k.said = slices.DeleteFunc(slices.Clone(k.said), func(n messages.SaidNote) bool { return gone(n.Message, keyOf(&n)) })
	return k
}
