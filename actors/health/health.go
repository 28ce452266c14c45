// Package health is the actor that knows how the bot fares on this node.
//
// It hears from supervisors what is down ([messages.PartDown],
// [messages.PartUp]) and from gateways how Discord is reached
// ([messages.GatewayState]), and answers [messages.GetHealth]. On a crash it
// begins with nothing down and nothing connected, until it is told.
package health

import (
	"log/slog"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Config is what the health of a node is made of.
type Config struct {
	// Changed is told the state at the start and whenever it changes, from the
	// actor's goroutine: for what answers without asking, such as /readyz. It
	// must not block, and what it gets is never changed.
	Changed func(*messages.Health)
	Log     *slog.Logger
}

// A health is the actor.
type health struct {
	cfg   Config
	state state
}

// New returns the producer of the health of a node.
func New(cfg Config) actor.Producer {
	return func() actor.Receiver { return &health{cfg: cfg, state: newState()} }
}

func (a *health) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.cfg.Changed(a.state.health())
	case *messages.PartDown:
		a.partDown(m)
	case *messages.PartUp:
		a.partUp(m)
	case *messages.GatewayState:
		a.tell(a.state.gateway(*m))
	case *messages.GetHealth:
		c.Respond(a.state.health())
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

func (a *health) partDown(m *messages.PartDown) {
	a.cfg.Log.Error("part down", "part", m.Part, "cause", m.Cause)
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
