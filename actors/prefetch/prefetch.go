// Package prefetch is the actor that has what prompts need read before somebody
// asks.
//
// It owns what was learned of when channels are asked something: at the same time of
// the day or of the week, as often before, or when [messages.Expected] says that
// somebody mostly does so. It hears [messages.Asked] of channels,
// and before such a time tells the channel [messages.Warm], and asks the guild and
// who asked there last what a turn would ask them, so that all of them wake. It does
// so only while nothing is to be gone without ([messages.Health]) and Discord's pool
// has nothing to do.
//
// It never keeps anything of what people wrote, and nothing on disk: on a crash it
// begins to learn anew; people who let the bot learn how they write are expected again
// as soon as they ask something. While nothing is expected it sets no timer.
package prefetch

import (
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a prefetch is made of.
type Config struct {
	Idle     time.Duration // who hears nothing for so long falls asleep
	Channels *actor.PID    // the region
	Users    *actor.PID    // the region
	Guilds   *actor.PID    // the region
	Health   *actor.PID
	Pool     *actor.PID            // the router of requests to Discord
	Metrics  prometheus.Registerer // nil for none
	Log      *slog.Logger
}

// wakeWait is how long it waits for those whom it wakes.
const wakeWait = 5 * time.Second

// A prefetch is the actor.
type prefetch struct {
	cfg     Config
	metrics *metrics
	state   *state
	looking *warming // it is being found out whether all is quiet; nil if nothing is
	calm    *actors.Calm
	alarm   actors.Alarm
}

type (
	tick      struct{}
	wakeAsked struct{} // what comes of it is of no interest
)

// New returns the producer of a prefetch.
func New(cfg Config) actor.Producer {
	m := newMetrics(cfg.Metrics)
	return func() actor.Receiver {
		return &prefetch{cfg: cfg, metrics: m, state: newState(cfg.Idle)}
	}
}

func (a *prefetch) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
	case *messages.Asked:
		a.wakeAt(c, a.state.asked(m, time.Now()))
		a.metrics.settled(a.state.settle())
	case *messages.Expected:
		a.wakeAt(c, a.state.expect(m, time.Now()))
	case tick:
		a.alarm.Rang()
		a.tick(c)
	case actors.Answered:
		a.looked(c, m)
	case actor.Stopped:
		a.alarm.Unset()
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// tick looks whether all is quiet, if something is to be warmed. While it looks it
// has nothing else to do: see [prefetch.looked].
func (a *prefetch) tick(c *actor.Context) {
	if a.looking != nil {
		return
	}
	w, next := a.state.tick(time.Now())
	a.metrics.settled(a.state.settle())
	if w == nil {
		a.wakeAt(c, next)
		return
	}
	a.looking, a.calm = w, actors.AskCalm(c, actors.CalmOf{Health: a.cfg.Health, Pool: a.cfg.Pool}, nil)
}

// looked goes on when it is known whether all is quiet.
func (a *prefetch) looked(c *actor.Context, m actors.Answered) {
	if m.Tag == (wakeAsked{}) {
		return
	}
	now := time.Now()
	settled, quiet := a.calm.Take(m, now)
	if !settled {
		return
	}
	w := a.looking
	a.looking = nil
	if quiet {
		a.warm(c, w, now)
	} else {
		a.metrics.withheld()
		a.state.withhold(now)
	}
	a.tick(c)
}

// warm wakes what a turn would ask.
func (a *prefetch) warm(c *actor.Context, w *warming, now time.Time) {
	if a.state.warmed(w, now) {
		a.metrics.warmed()
	}
	c.Send(a.cfg.Channels, &messages.Deliver{To: uint64(w.channel), Message: &messages.Warm{Guild: w.guild}})
	if w.guild != 0 {
		actors.Ask(c, a.cfg.Guilds, &messages.Deliver{
			To: uint64(w.guild), Message: &messages.GetGuildContext{Guild: w.guild, Channel: w.channel},
		}, wakeWait, wakeAsked{})
	}
	actors.Ask(c, a.cfg.Users, &messages.Deliver{
		To: uint64(w.asker), Message: &messages.GetUserContext{User: w.asker, Channel: w.channel},
	}, wakeWait, wakeAsked{})
}

// wakeAt has a tick come at a time; for the zero time nothing is to be done but what
// was before.
func (a *prefetch) wakeAt(c *actor.Context, at time.Time) {
	if !at.IsZero() {
		a.alarm.Set(c, at, tick{})
	}
}
