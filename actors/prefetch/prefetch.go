// Package prefetch is the actor that has what prompts need read before somebody
// asks.
//
// It owns what was learned of when channels are asked something: at the same time of
// the day or of the week, as often before. It hears [messages.Asked] of channels,
// and before such a time tells the channel [messages.Warm], and asks the guild and
// who asked there last what a turn would ask them, so that all of them wake. It does
// so only while nothing is to be gone without ([messages.Health]) and Discord's pool
// has nothing to do.
//
// It never keeps anything of what people wrote, and nothing on disk: on a crash it
// begins to learn anew. While nothing is expected it sets no timer.
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

// lookWait is how long it waits for a word that all is quiet.
const lookWait = 5 * time.Second

// A prefetch is the actor.
type prefetch struct {
	cfg     Config
	metrics *metrics
	state   *state
	looking *warming     // it is being found out whether all is quiet; nil if nothing is
	quiet   actors.Group // of that
	busy    bool         // it is not
	alarm   time.Time    // of the timer that is set; zero if none is
	unset   func()
}

type (
	tick struct{}

	healthAsked struct{}
	poolAsked   struct{}
	wakeAsked   struct{} // what comes of it is of no interest
)

// New returns the producer of a prefetch.
func New(cfg Config) actor.Producer {
	m := newMetrics(cfg.Metrics)
	return func() actor.Receiver {
		return &prefetch{cfg: cfg, metrics: m, state: newState(cfg.Idle), unset: func() {}}
	}
}

func (a *prefetch) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
	case *messages.Asked:
		a.wakeAt(c, a.state.asked(m, time.Now()))
		a.metrics.settled(a.state.settle())
	case tick:
		a.alarm = time.Time{}
		a.tick(c)
	case actors.Answered:
		a.looked(c, m)
	case actor.Stopped:
		a.unset()
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
	a.looking, a.busy, a.quiet = w, false, actors.AllSettled()
	a.quiet.Ask(c, a.cfg.Health, &messages.GetHealth{}, lookWait, healthAsked{})
	a.quiet.Ask(c, a.cfg.Pool, &messages.GetPool{}, lookWait, poolAsked{})
}

// looked goes on when it is known whether all is quiet. Who does not tell is busy.
func (a *prefetch) looked(c *actor.Context, m actors.Answered) {
	if m.Tag == (wakeAsked{}) || a.looking == nil {
		return
	}
	now := time.Now()
	a.quiet.Settle(m, now)
	switch told := m.Message.(type) {
	case *messages.Health:
		a.busy = a.busy || told.Level != messages.LevelNormal
	case *messages.PoolState:
		a.busy = a.busy || told.Queued+told.Parked > 0 || 2*told.Running > told.Limit
	default:
		a.busy = true
	}
	if !a.quiet.Done() {
		return
	}
	w := a.looking
	a.looking = nil
	if a.busy {
		a.metrics.withheld()
		a.state.withhold(now)
	} else {
		a.warm(c, w, now)
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
		}, lookWait, wakeAsked{})
	}
	actors.Ask(c, a.cfg.Users, &messages.Deliver{
		To: uint64(w.asker), Message: &messages.GetUserContext{User: w.asker, Channel: w.channel},
	}, lookWait, wakeAsked{})
}

// wakeAt sets the timer, unless an earlier one is set; the zero time is never.
func (a *prefetch) wakeAt(c *actor.Context, at time.Time) {
	if at.IsZero() || !a.alarm.IsZero() && !at.Before(a.alarm) {
		return
	}
	a.unset()
	a.alarm = at
	a.unset = actors.After(c, time.Until(at), tick{})
}
