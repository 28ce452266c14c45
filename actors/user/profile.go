package user

import (
	"cmp"
	"maps"
	"slices"

	"troupe/messages"
)

const (
	maxSaid  = 50 // messages that a profile is made of
	maxWords = 4  // topics of one
)

// note returns what is known when it was told how messages were written, in any
// order. The latest messages count.
func (k known) note(said []messages.SaidNote) known {
	by := make(map[messages.MessageID]messages.SaidNote, len(k.said)+len(said))
	for _, n := range slices.Concat(k.said, said) {
		n.Topics = n.Topics[:min(len(n.Topics), maxWords)]
		by[n.Message] = n
	}
	k.said = latest(slices.Collect(maps.Values(by)))
	return k
}

// latest returns the latest messages, the eldest first.
func latest(said []messages.SaidNote) []messages.SaidNote {
	slices.SortFunc(said, func(a, b messages.SaidNote) int { return cmp.Compare(a.Message, b.Message) })
	return said[max(len(said)-maxSaid, 0):]
}
