package supervision

import (
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A SupervisorConfig is what a supervisor is made of.
type SupervisorConfig struct {
	Health  *actor.PID    // is told what is down; may be nil
	Journal *actor.PID    // keeps what is in quarantine; may be nil
	Retry   time.Duration // the pause before a part that gave up is revived; doubles up to 16 times
	Steady  time.Duration // a revived part that lasts so long without a crash is up again
	Crashed func(kind string)
	Log     *slog.Logger
}

// A supervisor watches the parts of the bot. They start anew by themselves; it
// revives those that gave up, tells health what is down, and puts what crashes
// an actor twice into quarantine. When it crashes the parts go on, and its next
// instance revives those that are down, as if they had given up just now.
type supervisor struct {
	cfg SupervisorConfig
	*watched
}

// A watched is what a supervisor knows of the parts. It outlives its instances, of
// which there is one at a time: who gave up says so just once.
type watched struct {
	restarts int
	down     map[string]*outage // by the actor's PID's ID
}

// An outage is a part that gave up.
type outage struct {
	part    messages.PartDown
	pause   time.Duration
	revived func() // cancels that it counts as up again
}

// revive is to be sent to the actor now.
type revive struct{ actor string }

// steady tells that a revived actor has lasted.
type steady struct{ actor string }

// Supervisor returns the producer of a supervisor.
func Supervisor(cfg SupervisorConfig) actor.Producer {
	known := &watched{down: map[string]*outage{}}
	return func() actor.Receiver { return &supervisor{cfg, known} }
}

func (s *supervisor) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		s.started(c)
	case *messages.ActorCrashed:
		s.crashed(c, m)
	case *messages.ActorGaveUp:
		s.gaveUp(c, m)
	case revive:
		s.revive(c, m.actor)
	case steady:
		s.steady(c, m.actor)
	case *messages.GetParts:
		c.Respond(s.parts())
	case actors.Answered: // of what was put into quarantine
		if m.Err != nil {
			s.cfg.Log.Error("quarantine not kept", "err", m.Err)
		}
	default:
		actors.Unhandled(c, s.cfg.Log)
	}
}

// started sees to the parts that a former instance was to revive: its timers ended
// with it.
func (s *supervisor) started(c *actor.Context) {
	for id, o := range s.down {
		o.revived = nil
		actors.After(c, o.pause, revive{id})
	}
}

func (s *supervisor) crashed(c *actor.Context, m *messages.ActorCrashed) {
	s.restarts++
	if s.cfg.Crashed != nil {
		s.cfg.Crashed(m.Kind)
	}
	if o := s.down[m.Actor]; o != nil && o.revived != nil { // it has not lasted: what comes next may
		s.watch(c, o, m.Pause)
	}
	if m.Again && s.cfg.Journal != nil {
		actors.Ask(c, s.cfg.Journal, &messages.Quarantine{
			Actor: m.Actor, Message: m.Message, Stack: m.Stack, Trigger: m.Trigger,
		}, time.Minute, nil)
	}
}

func (s *supervisor) gaveUp(c *actor.Context, m *messages.ActorGaveUp) {
	o := s.down[m.Actor]
	if o == nil {
		o = &outage{part: messages.PartDown{Part: m.Actor, Cause: m.Cause, Background: m.Background}, pause: s.cfg.Retry}
		s.down[m.Actor] = o
		s.tellHealth(c, &o.part)
	} else {
		o.pause = min(2*o.pause, 16*s.cfg.Retry)
	}
	if o.revived != nil {
		o.revived()
		o.revived = nil
	}
	actors.After(c, o.pause, revive{m.Actor})
}

func (s *supervisor) revive(c *actor.Context, id string) {
	o := s.down[id]
	if o == nil {
		return
	}
	pid := c.GetPID(id)
	if pid == nil { // it was put to sleep, and starts afresh when needed
		s.steady(c, id)
		return
	}
	c.Send(pid, Revive{})
	s.watch(c, o, 0)
}

// watch counts a part as up again once an instance that comes after a pause has lasted.
func (s *supervisor) watch(c *actor.Context, o *outage, pause time.Duration) {
	if o.revived != nil {
		o.revived()
	}
	o.revived = actors.After(c, pause+s.cfg.Steady, steady{o.part.Part})
}

func (s *supervisor) steady(c *actor.Context, id string) {
	if s.down[id] != nil {
		delete(s.down, id)
		s.tellHealth(c, &messages.PartUp{Part: id})
	}
}

func (s *supervisor) tellHealth(c *actor.Context, m any) {
	if s.cfg.Health != nil {
		c.Send(s.cfg.Health, m)
	}
}

func (s *supervisor) parts() *messages.Parts {
	p := &messages.Parts{Restarts: s.restarts}
	for _, o := range s.down {
		p.Down = append(p.Down, o.part)
	}
	return p
}
