// Package health is the actor that knows how the bot fares on this node.
//
// It hears from supervisors what is down ([messages.PartDown],
// [messages.PartUp]) and from gateways how Discord is reached
// ([messages.GatewayState]), and from who is under strain what is to be gone
// without ([messages.Strain]): the highest of what was asked for lately is the
// level. It answers [messages.GetHealth]. On a crash it begins with nothing down,
// nothing connected and the normal level, until it is told.
package health

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what the health of a node is made of.
type Config struct {
	// Changed is told the state at the start and whenever it changes, from the
	// actor's goroutine: for what answers without asking, such as /readyz. It
	// must not block, and what it gets is never changed.
	Changed func(*messages.Health)
	Metrics prometheus.Registerer // nil for none
	Log     *slog.Logger
}

// A health is the actor.
type health struct {
	cfg   Config
	level prometheus.Gauge
	state state
	alarm actors.Alarm
}

// eased is the end of some strain.
type eased struct{}

// New returns the producer of the health of a node.
func New(cfg Config) actor.Producer {
	level := actors.Registered(cfg.Metrics, prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "troupe_health_level", Help: "What the bot goes without: 0 normal, 1 reduced, 2 fallback, 3 queued.",
	}))
	return func() actor.Receiver { return &health{cfg: cfg, level: level, state: newState()} }
}

func (a *health) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.level.Set(float64(messages.LevelNormal)) // an instance that crashed may have told otherwise
		a.cfg.Changed(a.state.health())
	case *messages.PartDown:
		a.partDown(m)
	case *messages.PartUp:
		a.partUp(m)
	case *messages.GatewayState:
		a.tell(a.state.gateway(*m))
	case *messages.Strain:
		a.strain(c, a.state.strain(*m, time.Now()))
	case eased:
		a.alarm.Rang()
		a.strain(c, a.state.ease(time.Now()))
	case *messages.GetHealth:
		c.Respond(a.state.health())
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// partDown logs it as loudly as it matters: nobody need get up at night for what works
// in the background.
func (a *health) partDown(m *messages.PartDown) {
	level := slog.LevelError
	if m.Background {
		level = slog.LevelWarn
	}
	a.cfg.Log.Log(context.Background(), level, "part down", "part", m.Part, "cause", m.Cause, "background", m.Background)
	a.tell(a.state.partDown(*m))
}

func (a *health) partUp(m *messages.PartUp) {
	a.cfg.Log.Info("part up", "part", m.Part)
	a.tell(a.state.partUp(m.Part))
}

func (a *health) tell(changed bool) {
	if changed {
		a.cfg.Changed(a.state.health())
	}
}

// strain tells what has changed of the level, and looks again when that may be over.
func (a *health) strain(c *actor.Context, changed bool) {
	if changed {
		a.level.Set(float64(a.state.level))
		a.logLevel()
	}
	a.tell(changed)
	a.alarm.Set(c, a.state.eases(), eased{})
}

func (a *health) logLevel() {
	if a.state.level == messages.LevelNormal {
		a.cfg.Log.Info("nothing is gone without any more")
		return
	}
	a.cfg.Log.Warn("goes without something", "level", a.state.level.String(), "why", a.state.why)
}
