package supervision

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Host returns a producer of actors whose panics the framework never sees: it
// would end the process after some (Hollywood 1.0.5, process.go). When the
// actor panics,
//
//   - whoever still waits for an answer of it gets [*actors.Failed];
//   - what it had under way is cancelled, its children are stopped, and both
//     are awaited, so that no two instances work side by side;
//   - mail is kept, up to a bound, and handed on in order to a new instance,
//     which comes after a pause that grows;
//   - its supervisor is told. Too many failures in a time, and the actor
//     refuses everything until it gets [Revive].
//
// An instance that panicked gets no Stopped: all it owns beside memory must be
// under way by package actors.
func Host(producer actor.Producer, policy Policy) actor.Producer {
	return func() actor.Receiver { return &host{make: producer, policy: policy} }
}

// Revive makes an actor that gave up try again.
type Revive struct{}

// maxPoison bounds how many messages an actor remembers to have panicked at.
const maxPoison = 100

// A condition is how a hosted actor fares.
type condition int

const (
	down condition = iota // until its next instance has started
	up
	gone // gave up
)

type host struct {
	make   actor.Producer
	policy Policy

	receiver  actor.Receiver // the instance; nil unless up
	life      *actors.Life
	condition condition
	remains   remains      // of the instance before
	owed      []*actor.PID // asks that may still be open
	stash     stash
	failures  []time.Time // within the window
	poison    map[any]int // how often a message made it panic; bounded
	round     int         // counts crashes; what is told of an older one is void
	weight    int         // last told to the region
}

// rise ends the pause after a crash.
type rise struct {
	round   int
	settled bool // the old instance's work has ended
}

// Life returns what the present instance has under way: [actors.Mortal].
func (h *host) Life() *actors.Life {
	if h.life == nil {
		h.life = &actors.Life{}
	}
	return h.life
}

// Receive gives the message to the instance, if there is one.
func (h *host) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Initialized:
	case actor.Started:
		h.start(c)
	case actor.Stopped:
		h.end(c)
	case rise:
		h.rise(c, m)
	case Revive:
		h.revive(c)
	case doze:
		h.doze(c)
	default:
		h.take(c, m)
	}
}

// start makes an instance and tells it so, with the Started at hand.
func (h *host) start(c *actor.Context) {
	if h.condition == up {
		return
	}
	h.condition = up
	h.try(c, actor.Started{}, func() {
		h.receiver = h.make()
		h.receiver.Receive(c)
	})
	h.replay(c)
}

// take handles a message, keeps it for later, or refuses it.
func (h *host) take(c *actor.Context, m any) {
	sender := c.Sender()
	switch {
	case h.stash.replays(sender):
		if h.stash.arrived(h.condition == up) {
			h.handle(c, m)
			h.replay(c)
		}
	case actors.IsArrival(sender):
		if h.condition == up && h.Life().Take(m, sender) {
			h.handle(c, m)
		}
	case h.condition == gone:
		h.refuse(c, sender)
	case h.condition == up && h.stash.empty():
		h.handle(c, m)
	case h.stash.size() < h.policy.Stash:
		h.stash.push(m, sender)
	default:
		h.refuse(c, sender)
	}
}

func (h *host) handle(c *actor.Context, m any) {
	if p, ok := m.(*actors.Panic); ok {
		h.crash(c, m, p)
		return
	}
	sender := c.Sender()
	if len(h.poison) > 0 && hasSelf(m) && h.poison[m] > 1 {
		c.Engine().Send(sender, &actors.Failed{Actor: c.PID().GetID(), Cause: "in quarantine", Quarantine: true})
		return
	}
	h.try(c, m, func() { h.receiver.Receive(c) })
	if !h.policy.Forwards && actors.OpenAsk(c.Engine(), sender) {
		h.owe(c, sender)
	}
	h.weigh(c)
}

// try runs f, which deals with m, and survives it.
func (h *host) try(c *actor.Context, m any, f func()) {
	var p *actors.Panic
	func() {
		defer func() {
			if v := recover(); v != nil {
				var beside bool
				if p, beside = v.(*actors.Panic); !beside { // else work beside the actor panicked, and it says so
					p = &actors.Panic{Value: v, Stack: debug.Stack()}
				}
			}
		}()
		if h.policy.Before != nil {
			h.policy.Before(m)
		}
		f()
	}()
	if p != nil {
		h.crash(c, m, p)
	}
}

// replay sends the eldest message of the stash to itself: only the framework
// can set what Context.Message returns. Newer mail is kept until it is back.
func (h *host) replay(c *actor.Context) {
	if h.condition != up || h.stash.empty() || h.stash.under() {
		return
	}
	m, sender := h.stash.next(c.Engine().Address())
	c.Engine().SendWithSender(c.PID(), m, sender)
}

// owe remembers who has asked and was not answered at once. Those answered
// meanwhile are forgotten now and then.
func (h *host) owe(c *actor.Context, asker *actor.PID) {
	if len(h.owed) >= 8 && len(h.owed) == cap(h.owed) {
		still := h.owed[:0]
		for _, pid := range h.owed {
			if actors.OpenAsk(c.Engine(), pid) {
				still = append(still, pid)
			}
		}
		clear(h.owed[len(still):])
		h.owed = still
	}
	h.owed = append(h.owed, asker)
}

func (h *host) crash(c *actor.Context, m any, p *actors.Panic) {
	again := h.again(m)
	cause := fmt.Sprint(p.Value)
	pause, more := h.fail(time.Now())
	h.tell(c, m, &messages.ActorCrashed{Cause: cause, Stack: string(p.Stack), Again: again, Pause: pause})
	if actors.IsAsk(c.Sender()) {
		c.Engine().Send(c.Sender(), &actors.Failed{Actor: c.PID().GetID(), Cause: cause, Quarantine: again})
	}
	for _, asker := range h.owed { // what these asked is not what it crashed at
		if actors.OpenAsk(c.Engine(), asker) {
			c.Engine().Send(asker, &actors.Failed{Actor: c.PID().GetID(), Cause: cause})
		}
	}
	h.owed = nil
	h.condition, h.receiver = down, nil
	h.round++
	h.leave(c)
	if more {
		h.await(c, pause)
		return
	}
	h.giveUp(c, cause)
}

// again counts a message that made the actor panic. It reports whether it did
// so before. Messages of others are pointers, the same if they are sent again.
func (h *host) again(m any) bool {
	if !hasSelf(m) {
		return false
	}
	if h.poison == nil || len(h.poison) > maxPoison {
		h.poison = map[any]int{}
	}
	h.poison[m]++
	return h.poison[m] > 1
}

// hasSelf reports whether a message is told apart from others with the same
// content: pointers to what has no size may all be equal.
func hasSelf(m any) bool {
	t := reflect.TypeOf(m)
	return t.Kind() == reflect.Pointer && t.Elem().Size() > 0
}

// tell tells of a crash at a message.
func (h *host) tell(c *actor.Context, m any, told *messages.ActorCrashed) {
	told.Kind, told.Actor, told.Message = h.policy.Kind, c.PID().GetID(), fmt.Sprintf("%T", m)
	h.policy.Log.Error("actor crashed", "actor", told.Actor, "message", told.Message,
		"cause", told.Cause, "quarantine", told.Again, "stack", told.Stack)
	if h.policy.Supervisor == nil {
		return
	}
	if h.policy.Trigger != nil {
		told.Trigger = messages.MessageID(h.policy.Trigger(m))
	}
	c.Send(h.policy.Supervisor, told)
}

// fail counts a failure. It returns the pause before the next instance, or
// that there is to be none.
func (h *host) fail(now time.Time) (pause time.Duration, more bool) {
	kept := h.failures[:0]
	for _, t := range h.failures {
		if now.Sub(t) < h.policy.Window {
			kept = append(kept, t)
		}
	}
	h.failures = append(kept, now)
	return h.policy.backoff(len(h.failures)), len(h.failures) <= h.policy.MaxFailures
}

func (h *host) giveUp(c *actor.Context, cause string) {
	h.condition = gone
	for _, e := range h.stash.clear() {
		h.refuse(c, e.sender)
	}
	h.policy.Log.Error("actor gave up", "actor", c.PID().GetID(), "failures", len(h.failures))
	if h.policy.Supervisor != nil {
		c.Send(h.policy.Supervisor, &messages.ActorGaveUp{
			Kind: h.policy.Kind, Actor: c.PID().GetID(), Cause: cause, Background: h.policy.Background,
		})
	}
}

// revive lets one that gave up try again.
func (h *host) revive(c *actor.Context) {
	if h.condition != gone {
		return
	}
	h.condition, h.failures = down, nil
	h.await(c, 0)
}

// rise asks the framework for a Started, with which start begins.
func (h *host) rise(c *actor.Context, m rise) {
	if m.round != h.round {
		return
	}
	if !m.settled {
		h.giveUp(c, "the work of its last instance does not end")
		return
	}
	c.Engine().Send(c.PID(), actor.Started{})
}

// refuse tells an asker that there is nobody to answer.
func (h *host) refuse(c *actor.Context, sender *actor.PID) {
	if actors.IsAsk(sender) {
		c.Engine().Send(sender, &actors.Failed{Actor: c.PID().GetID(), Cause: "it is down and takes no more mail"})
	}
}

// end is the actor's regular end.
func (h *host) end(c *actor.Context) {
	if h.condition == up {
		h.try(c, actor.Stopped{}, func() { h.receiver.Receive(c) })
	}
	h.round++
	h.condition = gone
	h.Life().End()
	for _, asker := range h.owed {
		h.refuse(c, asker)
	}
	for _, e := range h.stash.clear() {
		h.refuse(c, e.sender)
	}
}
