// Package waitlist is the actor that holds the questions which the model cannot
// answer now.
//
// It owns who waits in which line, one for each guild. It hears
// [messages.StandBy] of a turn whose generation has failed since the model is not
// available, tells it its [messages.Place], and answers [messages.Proceed] when
// it may be tried again: first one question at a time, then more with each of
// which it hears [messages.Served]. Guilds take turns.
//
// When it crashes its waiters are told by its host, and try again at once; who
// fails stands by anew, in the order in which the questions were asked.
//
// A place says how many questions of the same guild wait before this one, or are
// being tried. Those that come when the model is back already, and never stood by, are not counted.
package waitlist

import (
	"cmp"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Config is what a waitlist is made of.
type Config struct {
	Line  int // questions of one guild that wait; 100 if 0
	Total int // of all guilds; 10 000 if 0

	Health *actor.PID // is told that questions wait; nil for nobody
	Log    *slog.Logger
}

// A waitlist is the actor.
type waitlist struct {
	cfg    Config
	state  *state
	askers actors.Askers[messages.MessageID]
	strain actors.Strained
	alarm  actors.Alarm
}

type tick struct{}

// New returns the producer of a waitlist.
func New(cfg Config) actor.Producer {
	l := limits{Line: cmp.Or(cfg.Line, 100), Total: cmp.Or(cfg.Total, 10_000)}
	return func() actor.Receiver {
		return &waitlist{cfg: cfg, state: newState(l), strain: actors.Strained{Health: cfg.Health, Of: "waitlist"}}
	}
}

func (a *waitlist) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
	case *messages.StandBy:
		a.standBy(c, m)
	case *messages.GetOutage:
		outage := a.state.outage()
		c.Respond(&outage)
	case *messages.Served:
		a.act(c, a.state.served(m.Trigger, time.Now()))
	case *actors.Withdrawn:
		a.withdrawn(c)
	case tick:
		a.alarm.Rang()
		a.act(c, a.state.tick(time.Now()))
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// standBy takes a question in. Without a sender there is nobody to wait.
func (a *waitlist) standBy(c *actor.Context, m *messages.StandBy) {
	asker := c.Sender()
	if asker == nil {
		return
	}
	a.askers.Drop(m.Trigger) // it is asked for by another turn
	todo, room := a.state.standBy(m, time.Now())
	if !room {
		c.Respond(&messages.Refused{Reason: messages.RefusedFull, RetryAfter: m.After})
	} else {
		a.askers.Add(m.Trigger, asker)
	}
	a.act(c, todo)
}

func (a *waitlist) withdrawn(c *actor.Context) {
	if id, waited := a.askers.Withdraw(c.Sender()); waited {
		a.act(c, a.state.leave(id, time.Now()))
	}
}

// act tells who is to be told, and sets the timer.
func (a *waitlist) act(c *actor.Context, todo []action) {
	for _, t := range todo {
		asker, told := a.askers.Of(t.trigger), t.tell
		if asker == nil {
			continue
		}
		if _, waits := told.(*messages.Place); waits {
			told = actors.Partial{Message: told}
		} else {
			a.askers.Drop(t.trigger)
		}
		c.Engine().Send(asker, told)
	}
	if a.state.outage().Waiting > 0 {
		a.strain.Tell(c, messages.LevelQueued, "Gemini is not available", time.Now())
	}
	a.alarm.Set(c, a.state.wake(), tick{})
}
