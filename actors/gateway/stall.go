package gateway

import (
	"slices"

	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// stalls are channels that crashed on being told to catch up and are not told again
// yet. What was missed there comes first, so what people say now waits.
type stalls map[messages.ChannelID]*stall

type stall struct {
	behind  int // how many times the channel is to be told again
	waiting []*delivery
}

// begin notes that a channel is to be told to catch up once more.
func (s stalls) begin(id messages.ChannelID) {
	if s[id] == nil {
		s[id] = &stall{}
	}
	s[id].behind++
}

// join lets d wait if its channel is stalled, and reports whether it does.
func (s stalls) join(d *delivery) bool {
	who, _ := saidBy(d.event)
	at := s[who.channel]
	if at == nil {
		return false
	}
	if !slices.Contains(at.waiting, d) {
		at.waiting = append(at.waiting, d)
	}
	return true
}

// end notes that a channel is told again, and returns what has waited for the last
// time of those.
func (s stalls) end(id messages.ChannelID) []*delivery {
	at := s[id]
	if at == nil {
		return nil
	}
	if at.behind--; at.behind > 0 {
		return nil
	}
	delete(s, id)
	return at.waiting
}

// catchUpAgain tells a channel once more to catch up, and then what has waited.
func (a *gateway) catchUpAgain(c *actor.Context, d *delivery) {
	a.send(c, d)
	for _, waiting := range a.stalls.end(d.channel()) {
		a.again(c, waiting)
	}
}

// channel returns the channel that an event is for.
func (d *delivery) channel() messages.ChannelID {
	m, ok := d.message.(*messages.Deliver)
	if !ok {
		return 0
	}
	return messages.ChannelID(m.To)
}
