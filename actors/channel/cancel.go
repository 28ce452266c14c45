package channel

import (
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	partsWait   = 2 * time.Second // for what has been said to a question so far
	cancelWait  = 5 * time.Minute // for the outbox, which has a deadline of its own
	cancelPause = time.Second     // before an outbox that crashed is asked again
	maxCancels  = 5               // times that it is asked
	keepPause   = 5 * time.Second // before an outcome is written again
)

// A deletion is an event of deleted messages. It is done with when the questions
// among them are cancelled: a process that ends before hears of it again.
type deletion struct {
	sender *actor.PID
	open   int // questions that are not cancelled yet
}

// A cancellation is a deleted question on its way to its outcome.
type cancellation struct {
	*deletion
	trigger messages.Trigger
	tries   int
}

// What a cancellation waits for, in this order, as tags of asks, and to begin
// again with.
type (
	partsAsked  struct{ x *cancellation }
	cancelAsked struct{ x *cancellation }
	cancelKept  struct{ x *cancellation }
)

// deleted forgets messages. A question among them is cancelled, and what has
// been said to it so far goes too.
func (a *channel) deleted(c *actor.Context, ids []messages.MessageID, sender *actor.PID) {
	d := &deletion{sender: sender}
	for _, id := range ids {
		a.state.remove(id)
		a.unmiss(c, id)
		if asked := a.state.find(id); asked != nil {
			d.open++
			x := &cancellation{deletion: d, trigger: asked.trigger}
			a.drop(c, id)
			a.askParts(c, x)
		}
	}
	if d.open == 0 {
		a.reply(c, sender, &messages.Taken{})
	}
	a.step(c)
}

// askParts asks which messages hold what was said to a question: an outbox that
// has crashed meanwhile does not know.
func (a *channel) askParts(c *actor.Context, x *cancellation) {
	actors.Ask(c, a.cfg.Journal, &messages.GetTrigger{ID: x.trigger.ID}, partsWait, partsAsked{x})
}

func (a *channel) partsFound(c *actor.Context, x *cancellation, m actors.Answered) {
	if found, ok := m.Message.(*messages.TriggerFound); ok && found.Found {
		x.trigger.Parts = found.Trigger.Parts
	}
	x.tries++
	actors.Ask(c, a.cfg.Outbox, a.cancelReply(&x.trigger, true), cancelWait, cancelAsked{x})
}

// cancelled keeps the outcome when nothing of the answer is to be seen any more.
func (a *channel) cancelled(c *actor.Context, x *cancellation, m actors.Answered) {
	if m.Err != nil && x.tries < maxCancels {
		actors.After(c, cancelPause, partsAsked{x})
		return
	}
	if m.Err != nil {
		a.cfg.Log.Warn("what was said to a deleted question may stay", "channel_id", a.cfg.ID, "trigger_id", x.trigger.ID, "err", m.Err)
	}
	a.endCancelled(c, x)
}

func (a *channel) endCancelled(c *actor.Context, x *cancellation) {
	actors.Ask(c, a.cfg.Journal, &messages.EndTrigger{
		Trigger: x.trigger.ID, State: messages.TriggerCancelled, Cause: messages.CauseCancelled,
	}, journalWait, cancelKept{x})
}

// cancelKept tells that the event is done with. An outcome that cannot be kept is
// tried again: else the question would be answered after a restart.
func (a *channel) cancelKept(c *actor.Context, x *cancellation, m actors.Answered) {
	if m.Err != nil {
		a.cfg.Log.Error("outcome not kept", "channel_id", a.cfg.ID, "trigger_id", x.trigger.ID, "err", m.Err)
		actors.After(c, keepPause, cancelKept{x})
		return
	}
	if x.open--; x.open == 0 {
		a.reply(c, x.sender, &messages.Taken{})
	}
}

// cancelReply tells the outbox that there will be no answer.
func (a *channel) cancelReply(t *messages.Trigger, erase bool) *messages.Deliver {
	return &messages.Deliver{To: uint64(a.cfg.ID), Message: &messages.CancelReply{
		Reply: messages.Reply{
			Trigger: t.ID, Revision: t.Revision, Channel: t.Channel, Guild: t.Guild, Asker: t.Asker.ID, Parts: t.Parts,
		},
		Delete: erase,
	}}
}
