package chaos

import (
	"slices"

	"troupe/messages"
)

// order finds questions of one person in one channel that had their outcome too
// early. A command is asked when it is sent, and seen in the channel once it is
// acknowledged: what lies between has no order with it.
func (c *checker) order() {
	type line struct {
		channel messages.ChannelID
		asker   messages.UserID
	}
	lines := map[line][]*ask{}
	for _, a := range c.asks {
		if a.begun >= 0 && a.whole >= 0 && a.Deleted.IsZero() {
			l := line{a.Channel, a.Asker}
			c.first(a, lines[l])
			lines[l] = append(lines[l], a)
		}
	}
}

// first checks that nothing of a question's outcome came before those of the
// questions before it were whole.
func (c *checker) first(a *ask, before []*ask) {
	for _, b := range slices.Backward(before) {
		if b.Trigger < a.Trigger && b.seen < a.seen && a.begun < b.whole {
			c.breach(OutOfOrder, a, nil, "it was answered from %s on, but %v %s, asked before, not before %s",
				clock(c.Events[a.begun].At), b.Trigger, b.Tag, clock(c.Events[b.whole].At))
			c.verdict.Breaches[len(c.verdict.Breaches)-1].Before = b.Ask
			return
		}
	}
}
