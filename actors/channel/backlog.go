package channel

import (
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	// backlogPause is the pause before what is unfinished is read again. It doubles
	// up to backlogRest.
	backlogPause = 250 * time.Millisecond
	backlogRest  = 10 * time.Second
	// backlogHolds is how many times it is tried before what is asked meanwhile waits
	// for it no longer: after half a minute, if the journal fails at once.
	backlogHolds = 8
)

func (a *channel) askBacklog(c *actor.Context) {
	actors.Ask(c, a.cfg.Journal, &messages.GetUnfinished{Channel: a.cfg.ID}, journalWait, backlogAsked{})
}

// backlog takes up what a former instance left without outcome. What is asked
// meanwhile comes after it. When it cannot be read it is tried again, for ever, but
// in the end nothing waits for that: one question that is not readable would
// silence the channel.
func (a *channel) backlog(c *actor.Context, m actors.Answered) {
	u, ok := m.Message.(*messages.Unfinished)
	if !ok {
		a.unreadBacklog(c, m.Err)
		return
	}
	for _, t := range u.Triggers {
		if a.state.ask(t, time.Now()) {
			a.state.takeUp(t)
			if t.Kind == messages.TriggerCommand {
				actors.After(c, ackLimit, mayBeHeard{})
			}
			a.place.guild = t.Guild
		}
	}
	if a.unread < backlogHolds {
		a.wokenBy(c)
	} else {
		a.step(c)
	}
}

func (a *channel) unreadBacklog(c *actor.Context, err error) {
	if a.unread == 0 {
		a.cfg.Log.Error("unfinished triggers not read", "channel_id", a.cfg.ID, "err", err)
	}
	actors.After(c, actors.Doubled(backlogPause, a.unread, backlogRest), backlogAsked{})
	if a.unread++; a.unread == backlogHolds {
		a.wokenBy(c)
	}
}
