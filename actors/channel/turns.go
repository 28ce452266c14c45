package channel

import (
	"fmt"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// step starts the turns that are due and gives the word to those that may
// speak. Whether a command is served is not known before the guild has told.
func (a *channel) step(c *actor.Context) {
	if a.waking > 0 || len(a.state.queue) == 0 || a.placing && a.state.commanded() {
		return
	}
	a.fill(c, a.state.queue[0].trigger.ID)
	start, speak := a.state.due(time.Now())
	for _, t := range start {
		a.start(c, t)
	}
	for _, t := range speak {
		if r := a.turns[t.trigger.ID]; r != nil {
			a.giveWord(c, r, t)
		}
	}
}

// refusal returns why a question gets no answer, if so. What asks the bot where
// it does not serve is passed over, but a command shows that it waits.
func (a *channel) refusal(t *asked) messages.Cause {
	if t.refuse == "" && t.trigger.Kind == messages.TriggerCommand && !a.cfg.Rules.serves(a.place, t.trigger.Asker.ID) {
		t.refuse = messages.CauseNotServed
	}
	return t.refuse
}

// start begins a turn.
func (a *channel) start(c *actor.Context, t *asked) {
	q := &messages.Question{Trigger: t.trigger, Refuse: a.refusal(t)}
	r := a.turns[q.Trigger.ID]
	if r == nil {
		r = &running{}
		a.turns[q.Trigger.ID] = r
	}
	r.tries++
	r.refusing = q.Refuse != ""
	q.Again = t.again || r.tries > 1
	a.spawned++ // a turn that was stopped may still be ending under its own name
	id := fmt.Sprintf("%v.%d.%d", q.Trigger.ID, q.Trigger.Revision, a.spawned)
	r.pid = c.SpawnChild(a.cfg.Turn(q, c.PID()), "turn", actor.WithID(id),
		func(o *actor.Opts) { o.Kind = "turn" }, actor.WithInboxSize(4), actor.WithMaxRestarts(-1))
}

// turnCrashed counts the attempt: a later process is not to begin at the first.
func (a *channel) turnCrashed(c *actor.Context, m *messages.ActorCrashed) {
	a.forward(c, m)
	if m.Trigger != 0 {
		actors.Ask(c, a.cfg.Journal, &messages.CountAttempt{Trigger: m.Trigger}, journalWait, countAsked{m.Trigger})
	}
}

// wordAsked answers a turn that wants to speak: at once, or when it may.
func (a *channel) wordAsked(c *actor.Context, id messages.MessageID) {
	r, t := a.turns[id], a.state.find(id)
	if r == nil || t == nil {
		c.Respond(&messages.Failure{Cause: messages.CauseCancelled})
		return
	}
	r.word = c.Sender()
	if t.word {
		a.giveWord(c, r, t)
	}
}

func (a *channel) giveWord(c *actor.Context, r *running, t *asked) {
	if r.word != nil {
		c.Engine().Send(r.word, &messages.Word{Trigger: t.trigger})
		r.word = nil
	}
}

func (a *channel) turnEnded(c *actor.Context, m *messages.TurnEnded) {
	a.state.answered(m, a.cfg.Self)
	a.keep(c, m.Keep)
	a.drop(c, m.Trigger)
	a.step(c)
}

// keep has the cache keep an answer, unless a message of it is gone: here it is
// known for sure, whichever came first.
func (a *channel) keep(c *actor.Context, m *messages.KeepAnswer) {
	if m != nil && a.cfg.Cache != nil && a.state.find(m.Messages[0]) != nil && !slices.ContainsFunc(m.Messages, a.state.isGone) {
		c.Send(a.cfg.Cache, m)
	}
}

// uncache has the cache forget the answers that messages which are gone asked for
// or held.
func (a *channel) uncache(c *actor.Context, ids []messages.MessageID) {
	if a.cfg.Cache != nil && len(ids) > 0 {
		c.Send(a.cfg.Cache, &messages.ForgetAnswers{Channel: a.cfg.ID, Messages: ids})
	}
}

// stop ends a turn, if there is one.
func (a *channel) stop(c *actor.Context, id messages.MessageID) {
	if r := a.turns[id]; r != nil {
		c.Engine().Poison(r.pid)
		delete(a.turns, id)
	}
}

// turnGaveUp has a person told that there will be no answer, since the turn
// that was to make it crashed too often; or gives up if even that crashed.
func (a *channel) turnGaveUp(c *actor.Context, m *messages.ActorGaveUp) {
	a.forward(c, m)
	for id, r := range a.turns {
		if r.pid.GetID() != m.Actor {
			continue
		}
		c.Engine().Poison(r.pid)
		t := a.state.find(id)
		if t != nil && !r.refusing {
			t.refuse = messages.CauseInternal
			a.start(c, t)
			a.step(c)
			return
		}
		if t != nil {
			c.Send(a.cfg.Outbox, a.cancelReply(&t.trigger, false)) // else it would go on typing
		}
		a.drop(c, id)
		actors.Ask(c, a.cfg.Journal, &messages.EndTrigger{
			Trigger: id, State: messages.TriggerRefused, Cause: messages.CauseInternal,
		}, journalWait, endAsked{id})
		a.step(c)
		return
	}
}
