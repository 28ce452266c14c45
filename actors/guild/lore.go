package guild

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"troupe/messages"
)

const (
	maxLore    = 200 // of one guild: some 3 KiB of memory each at most
	maxTold    = 30  // in one context
	maxSources = 10  // of one that was told several times; those of its own text are all kept
	maxVetoes  = 500 // of all people
	// near is the cosine from which on two embeddings say the same in other words.
	near = 0.9
)

// A lore is what a guild remembers. Its slices are never changed, only replaced: they
// are sent.
type lore struct {
	on     bool
	pieces []messages.Lore // the newest first; at most maxLore
	vetoes []veto          // the eldest first; at most maxVetoes
	next   int             // number of the next piece: none is given twice
	ended  bool            // it was turned off before it is known whether it was on
}

// A veto is of a person who wants something forgotten: the like of it, from or about
// them, is never kept again. What it said is not kept either.
type veto struct {
	Number int             `json:"-"`
	Vector []byte          `json:"v,omitzero"` // of what it said; nil if there is none
	Hash   []byte          `json:"h"`          // of what it said: see [normal]
	Person messages.UserID `json:"person"`
}

// learn returns what is remembered when there is more, in any order. What says the
// same as another becomes one with it, with the newer text, where that widens nobody's
// audience: if both are from one channel or from channels that are open to all.
func (l lore) learn(told []messages.Lore, open func(messages.ChannelID) bool) lore {
	pieces := slices.Clone(l.pieces)
	for _, p := range told {
		if p.Text == "" || p.Channel == 0 || l.vetoed(&p) {
			continue
		}
		p.Sources = inOrder(p.Sources)
		i := slices.IndexFunc(pieces, func(q messages.Lore) bool {
			return same(&p, &q) && (p.Channel == q.Channel || open(p.Channel) && open(q.Channel))
		})
		if i < 0 {
			p.Key = prefixLore + strconv.Itoa(l.next)
			l.next++
			pieces = append(pieces, p)
			continue
		}
		pieces[i] = merged(&pieces[i], &p)
	}
	l.pieces = newestFirst(pieces)
	l.pieces = l.pieces[:min(len(l.pieces), maxLore)]
	return l
}

// merged returns what becomes of a piece that is told once more.
func merged(p, again *messages.Lore) messages.Lore {
	newer, older := *p, again
	if byAge(again, p) > 0 {
		newer, older = *again, p
		newer.Key = p.Key
	}
	for _, s := range older.Sources {
		if len(newer.Sources) < maxSources && !slices.Contains(newer.Sources, s) {
			newer.Sources = append(slices.Clip(newer.Sources), s)
		}
	}
	newer.Sources = inOrder(newer.Sources)
	return newer
}

// inOrder returns the sources as the journal keeps them.
func inOrder(sources []messages.Source) []messages.Source {
	return slices.Compact(slices.SortedFunc(slices.Values(sources), func(a, b messages.Source) int {
		return cmp.Or(cmp.Compare(a.Message, b.Message), cmp.Compare(a.Person, b.Person))
	}))
}

// same reports whether two pieces of a kind say the same.
func same(a, b *messages.Lore) bool {
	return a.Kind == b.Kind && (messages.Cosine(a.Vector, b.Vector) >= near || normal(a) == normal(b))
}

// normal returns what texts have in common that say the same in the same words. In
// code all may matter.
func normal(l *messages.Lore) string {
	if l.Kind == messages.LoreSnippet {
		return strings.TrimSpace(l.Text)
	}
	return strings.Trim(strings.ToLower(strings.Join(strings.Fields(l.Text), " ")), "?!. ")
}

func hashOf(l *messages.Lore) []byte {
	sum := sha256.Sum256([]byte(normal(l)))
	return sum[:16]
}

func byAge(a, b *messages.Lore) int {
	return cmp.Or(a.Told.Compare(b.Told), cmp.Compare(a.Message, b.Message), strings.Compare(a.Text, b.Text))
}

func newestFirst(pieces []messages.Lore) []messages.Lore {
	slices.SortStableFunc(pieces, func(a, b messages.Lore) int { return byAge(&b, &a) })
	return pieces
}

// concerns reports whether a piece is from a person, or about them.
func concerns(p *messages.Lore, person messages.UserID) bool {
	return slices.ContainsFunc(p.Sources, func(s messages.Source) bool { return s.Person == person && person != 0 })
}

func (l lore) vetoed(p *messages.Lore) bool {
	return slices.ContainsFunc(l.vetoes, func(v veto) bool { return v.forbids(p) })
}

func (v *veto) forbids(p *messages.Lore) bool {
	return concerns(p, v.Person) && (messages.Cosine(v.Vector, p.Vector) >= near || slices.Equal(v.Hash, hashOf(p)))
}

// forget returns what is remembered when somebody has a piece forgotten. It reports
// false if there is no such piece, or it is not theirs to forget: what is not told
// where they are is not, unless it is from or about them.
func (l lore) forget(m *messages.ForgetLore, here *messages.Audience) (lore, bool) {
	i := slices.IndexFunc(l.pieces, func(p messages.Lore) bool { return p.Key == m.Key })
	if i < 0 || !l.on {
		return l, false
	}
	p := &l.pieces[i]
	if concerns(p, m.Person) {
		return l.forbid(p, m.Person), true
	}
	if !m.Manages || !here.MayHear(m.Guild, p.Channel) {
		return l, false
	}
	l.pieces = slices.Delete(slices.Clone(l.pieces), i, i+1)
	return l, true
}

// forbid forgets a piece for good, and all that is like it.
func (l lore) forbid(p *messages.Lore, person messages.UserID) lore {
	v := veto{Number: 1, Vector: p.Vector, Hash: hashOf(p), Person: person}
	if n := len(l.vetoes); n > 0 {
		v.Number = l.vetoes[n-1].Number + 1
	}
	l.vetoes = append(slices.Clone(l.vetoes), v)
	l.vetoes = l.vetoes[max(len(l.vetoes)-maxVetoes, 0):]
	l.pieces = slices.DeleteFunc(slices.Clone(l.pieces), func(q messages.Lore) bool { return v.forbids(&q) })
	return l
}

// told returns of what is remembered that which everybody here may hear, and what is
// from or about a person; at most so much.
func (l lore) told(guild messages.GuildID, here *messages.Audience, person messages.UserID, most int) (told []messages.Lore) {
	if !l.on {
		return nil
	}
	for i := range l.pieces {
		p := &l.pieces[i]
		if len(told) < most && (here.MayHear(guild, p.Channel) || concerns(p, person)) {
			told = append(told, *p)
		}
	}
	return told
}

// lent returns what may be remembered: nothing, where the guild does not want it.
func (l lore) lent() lore {
	if !l.on {
		l.pieces = nil
	}
	return l
}

// outside returns what is remembered without what is from some channels.
func (l lore) outside(channels []messages.ChannelID) lore {
	l.pieces = slices.DeleteFunc(slices.Clone(l.pieces), func(p messages.Lore) bool { return slices.Contains(channels, p.Channel) })
	return l
}

// without returns what is remembered when messages are gone, and what is no more on
// disk.
func (l lore) without(m *messages.SourcesGone, owner string) lore {
	dropped := func(key string) bool { return slices.Contains(m.Dropped, messages.DerivedKey{Owner: owner, Key: key}) }
	l.pieces = slices.DeleteFunc(slices.Clone(l.pieces), func(p messages.Lore) bool {
		return dropped(p.Key) || slices.ContainsFunc(p.Sources, func(s messages.Source) bool {
			return s.Message != 0 && slices.Contains(m.Messages, s.Message)
		})
	})
	l.vetoes = slices.DeleteFunc(slices.Clone(l.vetoes), func(v veto) bool { return dropped(v.key()) })
	return l
}

func (l lore) weight() int {
	w := 112 * len(l.vetoes)
	for i := range l.pieces {
		p := &l.pieces[i]
		w += 192 + len(p.Text) + len(p.Vector) + 16*len(p.Sources)
	}
	for i := range l.vetoes {
		w += len(l.vetoes[i].Vector)
	}
	return w
}
