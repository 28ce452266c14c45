// Package health is the actor that knows how the bot fares on this node.
//
// It hears from supervisors what is down ([messages.PartDown],
// [messages.PartUp]) and from gateways how Discord is reached
// ([messages.GatewayState]), and answers [messages.GetHealth]. On a crash it
// begins with nothing down and nothing connected, until it is told.
package health

import (
	"log/slog"
	"slices"
	"strings"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Config is what the health of a node is made of.
type Config struct {
	// Changed is told the state whenever it changes, from the actor's
	// goroutine: for what answers without asking, such as /readyz.
	Changed func(*messages.Health)
	Log     *slog.Logger
}

type health struct {
	cfg      Config
	down     map[string]messages.PartDown
	gateways map[int]messages.GatewayState
}

// New returns the producer of the health of a node.
func New(cfg Config) actor.Producer {
	return func() actor.Receiver {
		return &health{cfg: cfg, down: map[string]messages.PartDown{}, gateways: map[int]messages.GatewayState{}}
	}
}

func (a *health) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case *messages.PartDown:
		a.down[m.Part] = *m
		a.cfg.Log.Error("part down", "part", m.Part, "cause", m.Cause)
		a.cfg.Changed(a.state())
	case *messages.PartUp:
		delete(a.down, m.Part)
		a.cfg.Log.Info("part up", "part", m.Part)
		a.cfg.Changed(a.state())
	case *messages.GatewayState:
		a.gateways[m.Shard] = *m
		a.cfg.Changed(a.state())
	case *messages.GetHealth:
		c.Respond(a.state())
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// state returns what is told: connected is who has every shard connected.
func (a *health) state() *messages.Health {
	h := &messages.Health{Connected: len(a.gateways) > 0, Content: true}
	for _, g := range a.gateways {
		h.Connected = h.Connected && g.Connected
		h.Content = h.Content && g.Content
	}
	for _, d := range a.down {
		h.Down = append(h.Down, d)
	}
	slices.SortFunc(h.Down, func(a, b messages.PartDown) int { return strings.Compare(a.Part, b.Part) })
	return h
}
