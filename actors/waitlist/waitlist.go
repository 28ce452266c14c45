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
	Log   *slog.Logger
}

// A waitlist is the actor.
type waitlist struct {
	cfg    Config
	state  *state
	askers map[messages.MessageID]*actor.PID
	ids    map[string]messages.MessageID // by the asker's PID
	alarm  time.Time                     // of the timer that is set; zero if none is
	unset  func()
}

type tick struct{}

// New returns the producer of a waitlist.
func New(cfg Config) actor.Producer {
	l := limits{Line: cmp.Or(cfg.Line, 100), Total: cmp.Or(cfg.Total, 10_000)}
	return func() actor.Receiver {
		return &waitlist{
			cfg: cfg, state: newState(l), askers: map[messages.MessageID]*actor.PID{},
			ids: map[string]messages.MessageID{}, unset: func() {},
		}
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
		a.alarm = time.Time{}
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
	a.forget(m.Trigger) // it is asked for by another turn
	todo, room := a.state.standBy(m, time.Now())
	if !room {
		c.Respond(&messages.Refused{Reason: messages.RefusedFull, RetryAfter: m.After})
	} else {
		a.askers[m.Trigger], a.ids[asker.String()] = asker, m.Trigger
	}
	a.act(c, todo)
}

func (a *waitlist) withdrawn(c *actor.Context) {
	asker := c.Sender()
	if asker == nil {
		return
	}
	if id, ok := a.ids[asker.String()]; ok {
		a.forget(id)
		a.act(c, a.state.leave(id, time.Now()))
	}
}

func (a *waitlist) forget(id messages.MessageID) {
	if asker := a.askers[id]; asker != nil {
		delete(a.ids, asker.String())
		delete(a.askers, id)
	}
}

// act tells who is to be told, and sets the timer.
func (a *waitlist) act(c *actor.Context, todo []action) {
	for _, t := range todo {
		asker := a.askers[t.trigger]
		if asker == nil {
			continue
		}
		if place, waits := t.tell.(*messages.Place); waits {
			c.Engine().Send(asker, actors.Partial{Message: place})
			continue
		}
		a.forget(t.trigger)
		c.Engine().Send(asker, t.tell)
	}
	if at := a.state.wake(); !at.Equal(a.alarm) {
		a.unset()
		a.alarm, a.unset = at, func() {}
		if !at.IsZero() {
			a.unset = actors.After(c, time.Until(at), tick{})
		}
	}
}
