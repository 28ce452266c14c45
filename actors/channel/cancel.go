package channel

import (
	"context"
	"errors"
	"strings"
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
	maxRest     = 200             // messages after a question in which answers to it are looked for
)

// A deletion is an event of deleted messages. It is done with when the questions
// among them are cancelled: a process that ends before hears of it again.
type deletion struct {
	sender *actor.PID
	open   int // of what is to be done: questions that are not cancelled yet, and what else came of the messages
}

// A cancellation is a deleted question on its way to its outcome.
type cancellation struct {
	*deletion
	trigger messages.Trigger
	begun   time.Time
	tries   int
	looks   int // for what is left, that failed
}

// What a cancellation waits for, in this order, as tags of asks, and to begin
// again with.
type (
	partsAsked  struct{ x *cancellation }
	cancelAsked struct{ x *cancellation }
	restAsked   struct{ x *cancellation }
	cancelKept  struct{ x *cancellation }
)

// deleted forgets messages. A question among them is cancelled, and what has
// been said to it so far goes too.
func (a *channel) deleted(c *actor.Context, ids []messages.MessageID, sender *actor.PID) {
	d := &deletion{sender: sender}
	a.uncache(c, ids)
	a.forgetSources(c, d, ids)
	for _, id := range ids {
		a.state.remove(id)
		a.pins.set(id, "")
		if asked := a.state.find(id); asked != nil {
			d.open++
			x := &cancellation{deletion: d, trigger: asked.trigger, begun: time.Now()}
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
		a.endCancelled(c, x)
		return
	}
	a.askRest(c, x)
}

// askRest looks whether anything of the answer is left in the channel: neither an
// outbox nor a journal that has crashed at the wrong moment knows of it.
func (a *channel) askRest(c *actor.Context, x *cancellation) {
	if a.cfg.History == nil || x.trigger.Kind == messages.TriggerCommand {
		a.endCancelled(c, x)
		return
	}
	id, trigger, self, history := a.cfg.ID, x.trigger.ID, a.cfg.Self.ID, a.cfg.History
	actors.Ask(c, a.cfg.Pool, &messages.Job{
		Kind: "look_up", Guild: a.place.guild, Fair: id.String(), Key: "history/" + id.String(),
		Priority: messages.PriorityRetry, Wait: readWait, Timeout: readTime,
		Run: func(ctx context.Context, _ func(any)) any {
			lines, err := history.HistoryAfter(ctx, id, trigger, maxRest)
			return messages.Result(rest(lines, trigger, self), err)
		},
	}, readWait+2*readTime, restAsked{x})
}

// rest returns the bot's messages that answer a question. One that begins with
// mentions answers others too, and stays with what follows it.
func rest(lines []messages.Message, trigger messages.MessageID, self messages.UserID) []messages.MessageID {
	var parts []messages.MessageID
	for i := range lines {
		switch m := &lines[i]; {
		case m.Author.ID != self || m.ReplyTo != trigger:
		case strings.HasPrefix(m.Content, "<@"):
			return parts
		default:
			parts = append(parts, m.ID)
		}
	}
	return parts
}

// restFound has the rest deleted, if there is any.
func (a *channel) restFound(c *actor.Context, x *cancellation, m actors.Answered) {
	err := m.Err
	if done, ok := m.Message.(*messages.JobDone); ok {
		parts, read := done.Result.([]messages.MessageID)
		switch {
		case read && (len(parts) == 0 || x.tries >= maxCancels):
			a.endCancelled(c, x)
			return
		case read:
			x.trigger.Parts = parts
			x.tries++
			actors.Ask(c, a.cfg.Outbox, a.cancelReply(&x.trigger, true), cancelWait, cancelAsked{x})
			return
		}
		err, _ = done.Result.(error)
	}
	failure, told := errors.AsType[*messages.Failure](err)
	if told && failure.Retry == messages.RetryNever || time.Since(x.begun) > missedWait {
		a.cfg.Log.Warn("what was said to a deleted question is not looked for", "channel_id", a.cfg.ID, "trigger_id", x.trigger.ID, "err", err)
		a.endCancelled(c, x)
		return
	}
	actors.After(c, actors.Doubled(cancelPause, x.looks, readRest), restAsked{x})
	x.looks++
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
	a.dealtWith(c, x.deletion)
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
