package supervision

import (
	"container/list"
	"context"
	"log/slog"
	"strconv"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A RegionConfig is what a region is made of.
type RegionConfig struct {
	Kind   string                          // of the entities: the first part of their PIDs' IDs
	Make   func(id uint64) actor.Producer  // of one entity
	Policy Policy                          // of each entity
	Idle   time.Duration                   // without mail for so long, an entity is put to sleep
	Budget int64                           // bytes that all entities together may keep in memory; 0 for any
	Hold   int                             // messages kept for an entity while its old instance ends
	Weight func(entities int, bytes int64) // is told what there is, for metrics; may be nil
	Log    *slog.Logger
}

// Region returns the producer of the actor through which all mail to the
// entities of a kind goes, as [*messages.Deliver]. It starts them on demand and
// puts them to sleep: the idlest when memory is short, all that hear nothing
// for a while.
//
// An entity sleeps only if it agrees and nothing has been sent to it since it
// was asked, and its next instance starts only when the old one has ended: no
// message is lost and there are never two.
func Region(cfg RegionConfig) actor.Producer {
	cfg.Policy.Kind = cfg.Kind
	return func() actor.Receiver {
		return &region{cfg: cfg, entities: map[uint64]*entity{}, byUse: list.New()}
	}
}

// A Sleeper is an entity that may have reasons to stay awake beside what it has
// under way. It is asked in its own goroutine, between messages.
type Sleeper interface{ MaySleep() bool }

// A Weigher is an entity that counts towards its region's budget. It is asked
// in its own goroutine, after each message.
type Weigher interface{ Weight() int }

// An entity is what a region knows of one actor.
type entity struct {
	id        uint64
	pid       *actor.PID
	use       *list.Element // in region.byUse; nil while it ends
	last      time.Time     // of the last mail
	delivered uint64
	asked     uint64 // delivered, when asked to sleep, plus one; 0 if no answer is due
	unwilling bool   // it would not sleep, and has had no mail since
	weight    int
	held      []envelope // while the old instance ends
}

type region struct {
	cfg      RegionConfig
	entities map[uint64]*entity
	byUse    *list.List // of *entity, the idlest first
	weight   int64      // of all
}

// doze asks an entity whether it may sleep.
type doze struct{}

// dozing is the answer.
type dozing struct {
	id      uint64
	willing bool
}

// weighed tells that an entity's weight has changed.
type weighed struct {
	id     uint64
	weight int
}

// ended tells that an entity's old instance is gone.
type ended struct{ id uint64 }

// round makes a region look for the idle.
type round struct{}

func (r *region) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		actors.After(c, r.cfg.Idle/4, round{})
	case *messages.Deliver:
		r.deliver(c, m.To, envelope{m.Message, c.Sender()})
	case dozing:
		r.dozing(c, m)
	case weighed:
		r.weighed(c, m)
	case ended:
		r.ended(c, m.id)
	case round:
		r.askIdle(c, time.Now().Add(-r.cfg.Idle))
		actors.After(c, r.cfg.Idle/4, round{})
	default:
		actors.Unhandled(c, r.cfg.Log)
	}
}

func (r *region) deliver(c *actor.Context, id uint64, e envelope) {
	to := r.entities[id]
	if to == nil {
		to = r.spawn(c, id)
	}
	if to.use == nil {
		r.hold(c, to, e)
		return
	}
	to.last = time.Now()
	to.delivered++
	to.unwilling = false
	r.byUse.MoveToBack(to.use)
	c.Engine().SendWithSender(to.pid, e.message, e.sender)
}

func (r *region) spawn(c *actor.Context, id uint64) *entity {
	e := &entity{id: id}
	e.use = r.byUse.PushBack(e)
	r.entities[id] = e
	e.pid = c.SpawnChild(Host(r.cfg.Make(id), r.cfg.Policy), r.cfg.Kind,
		actor.WithID(strconv.FormatUint(id, 10)),
		withKind(r.cfg.Kind), actor.WithInboxSize(1), actor.WithMaxRestarts(-1))
	return e
}

// withKind makes a child's PID kind/id, without its parent's before it.
func withKind(kind string) actor.OptFunc {
	return func(o *actor.Opts) { o.Kind = kind }
}

func (r *region) hold(c *actor.Context, to *entity, e envelope) {
	if len(to.held) < r.cfg.Hold {
		to.held = append(to.held, e)
		return
	}
	if actors.IsAsk(e.sender) {
		c.Engine().Send(e.sender, &messages.Refused{Reason: "full", RetryAfter: time.Second})
	}
}

// askIdle asks those to sleep that have had no mail since then.
func (r *region) askIdle(c *actor.Context, since time.Time) {
	for el := r.byUse.Front(); el != nil; el = el.Next() {
		e := el.Value.(*entity)
		if e.last.After(since) {
			return
		}
		r.ask(c, e)
	}
}

func (r *region) ask(c *actor.Context, e *entity) {
	e.asked = e.delivered + 1
	c.Send(e.pid, doze{})
}

func (r *region) dozing(c *actor.Context, m dozing) {
	e := r.entities[m.id]
	if e == nil || e.use == nil || e.asked == 0 {
		return
	}
	quiet := e.asked == e.delivered+1
	e.asked = 0
	if !m.willing || !quiet {
		e.unwilling = quiet
		r.shrink(c)
		return
	}
	r.byUse.Remove(e.use)
	e.use = nil
	r.weight -= int64(e.weight)
	engine, self := c.Engine(), c.PID()
	context.AfterFunc(engine.Poison(e.pid), func() { engine.Send(self, ended{m.id}) })
	r.tellWeight()
}

// ended starts an entity anew if it got mail while it ended.
func (r *region) ended(c *actor.Context, id uint64) {
	e := r.entities[id]
	if e == nil || e.use != nil {
		return
	}
	delete(r.entities, id)
	for _, held := range e.held {
		r.deliver(c, id, held)
	}
	r.tellWeight()
}

func (r *region) weighed(c *actor.Context, m weighed) {
	e := r.entities[m.id]
	if e == nil || e.use == nil {
		return
	}
	r.weight += int64(m.weight - e.weight)
	e.weight = m.weight
	r.tellWeight()
	r.shrink(c)
}

// shrink asks the idlest to sleep, as many as bring the rest within the budget.
// It begins a little before that is used up, since they do not sleep at once.
func (r *region) shrink(c *actor.Context) {
	if r.cfg.Budget <= 0 {
		return
	}
	over := r.weight - (r.cfg.Budget - r.cfg.Budget/32)
	for el := r.byUse.Front(); el != nil && over > 0; el = el.Next() {
		e := el.Value.(*entity)
		if e.unwilling {
			continue
		}
		over -= int64(e.weight)
		if e.asked == 0 {
			r.ask(c, e)
		}
	}
}

func (r *region) tellWeight() {
	if r.cfg.Weight != nil {
		r.cfg.Weight(len(r.entities), r.weight)
	}
}

// doze is the host's part: it says whether its actor may sleep.
func (h *host) doze(c *actor.Context) {
	id, err := strconv.ParseUint(c.PID().GetID()[len(h.policy.Kind)+1:], 10, 64)
	if err != nil {
		return
	}
	c.Send(c.Sender(), dozing{id, h.maySleep(c)})
}

func (h *host) maySleep(c *actor.Context) bool {
	if h.condition == down || !h.stash.empty() || h.Life().Busy() > 0 || len(c.Children()) > 0 {
		return false
	}
	for _, asker := range h.owed {
		if actors.OpenAsk(c.Engine(), asker) {
			return false
		}
	}
	s, ok := h.receiver.(Sleeper)
	return !ok || s.MaySleep()
}

// weigh is the host's part: it tells the region what its actor may weigh, with
// room to grow, so that it need not be told at every message and never thinks it
// lighter than it is.
func (h *host) weigh(c *actor.Context) {
	w, ok := h.receiver.(Weigher)
	if !ok || c.Parent() == nil {
		return
	}
	weight := w.Weight()
	if weight <= h.weight && weight >= h.weight-h.weight/4 {
		return
	}
	h.weight = weight + weight/8
	id, err := strconv.ParseUint(c.PID().GetID()[len(h.policy.Kind)+1:], 10, 64)
	if err == nil {
		c.Send(c.Parent(), weighed{id, h.weight})
	}
}
