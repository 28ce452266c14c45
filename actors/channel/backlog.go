package channel

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// backlogPause is the pause before what is unfinished is read again.
const backlogPause = 10 * time.Second

func (a *channel) askBacklog(c *actor.Context, tag backlogAsked) {
	actors.Ask(c, a.cfg.Journal, &messages.GetUnfinished{Channel: a.cfg.ID}, journalWait, tag)
}

// backlog takes up what a former instance left without outcome. When that cannot
// be read it comes later, and what is asked meanwhile does not wait for it.
func (a *channel) backlog(c *actor.Context, m actors.Answered, again bool) {
	if u, ok := m.Message.(*messages.Unfinished); ok {
		for _, t := range u.Triggers {
			if a.state.ask(t, time.Now()) {
				a.state.takeUp(t)
				a.place.guild = t.Guild
			}
		}
	} else {
		level := slog.LevelError
		if again {
			level = slog.LevelDebug
		}
		a.cfg.Log.Log(context.Background(), level, "unfinished triggers not read", "channel_id", a.cfg.ID, "err", m.Err)
		actors.After(c, backlogPause, backlogAsked{again: true})
	}
	if again {
		a.step(c)
		return
	}
	a.wokenBy(c)
}
