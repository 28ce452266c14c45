package gateway

import (
	"slices"

	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A speaker is somebody in one channel.
type speaker struct {
	channel messages.ChannelID
	user    messages.UserID
}

// lines are what people have said that does not reach its channel at once, in
// the order in which they said it: what was not taken and comes again, a command
// that is not answered to Discord yet, and behind those what the same person said
// later, which must not overtake them.
type lines map[speaker][]*delivery

// saidBy returns who said an event, and the ID by which it is in order; 0 if it is
// nothing that somebody said to be answered.
func saidBy(event any) (who speaker, id messages.MessageID) {
	switch m := event.(type) {
	case *messages.MessageReceived:
		return speaker{m.Message.Channel, m.Message.Author.ID}, m.Message.ID
	case *messages.CommandUsed:
		return speaker{m.Channel, m.User.ID}, messages.MessageID(m.Interaction.ID)
	}
	return speaker{}, 0
}

// join puts d into its line, if there is one already or it is to begin one. It
// reports whether d is in a line.
func (l lines) join(d *delivery, begin bool) bool {
	who, id := saidBy(d.event)
	line, busy := l[who]
	if id == 0 || !busy && !begin {
		return false
	}
	i, _ := slices.BinarySearchFunc(line, id, func(other *delivery, id messages.MessageID) int {
		if _, before := saidBy(other.event); before > id {
			return 1
		}
		return -1 // what a resumed session repeats comes after the first
	})
	if !slices.Contains(line, d) {
		l[who] = slices.Insert(line, i, d)
	}
	return true
}

// first reports whether nothing is before d.
func (l lines) first(d *delivery) bool {
	who, _ := saidBy(d.event)
	return slices.Index(l[who], d) <= 0
}

// leave takes d out of its line and returns who is first then, if somebody is.
func (l lines) leave(d *delivery) (next *delivery) {
	who, _ := saidBy(d.event)
	i := slices.Index(l[who], d)
	if i < 0 {
		return nil
	}
	l[who] = slices.Delete(l[who], i, i+1)
	if len(l[who]) == 0 {
		delete(l, who)
		return nil
	}
	return l[who][0]
}

// say hands on what somebody said, unless something that they said before is on
// its way, or the channel has to catch up first.
func (a *gateway) say(c *actor.Context, d *delivery) {
	if (!a.lines.join(d, false) || a.lines.first(d)) && !a.stalls.join(d) {
		a.send(c, d)
	}
}

// again sends what comes again, or waited, if it is its turn.
func (a *gateway) again(c *actor.Context, d *delivery) {
	if !d.out && !d.done && a.lines.first(d) && !a.stalls.join(d) {
		a.send(c, d)
	}
}

// leave lets go on who waits for d.
func (a *gateway) leave(c *actor.Context, d *delivery) {
	if next := a.lines.leave(d); next != nil {
		a.again(c, next)
	}
}
