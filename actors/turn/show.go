package turn

import (
	"errors"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// progress shows how the answer grows.
func (a *turn) progress(c *actor.Context, m actors.Progress) {
	text, ok := m.Message.(string)
	if !ok {
		return
	}
	if a.state.grow(text) {
		a.tellOutbox(c, &messages.GrowReply{Trigger: a.state.trigger.ID, Text: text})
	}
}

func (a *turn) askWord(c *actor.Context) {
	actors.Ask(c, a.cfg.Channel, &messages.GetWord{Trigger: a.state.trigger.ID}, wordWait, wordAsked{})
}

// word takes the right to speak.
func (a *turn) word(c *actor.Context, m actors.Answered) {
	if errors.Is(m.Err, actors.ErrTimeout) { // there are many questions before this one
		a.askWord(c)
		return
	}
	w, ok := m.Message.(*messages.Word)
	if !ok { // the channel has given this question up, or is new: it starts another turn
		a.cfg.Log.Info("turn without the word", "trigger_id", a.state.trigger.ID, "err", m.Err)
		return
	}
	a.state.mayspeak(w.Trigger)
	a.open(c)
}

// open opens the reply: from now on there may be something to see.
func (a *turn) open(c *actor.Context) {
	if !a.state.opens() {
		return
	}
	if a.state.decided() {
		a.deliver(c)
		return
	}
	reply := a.state.reply()
	a.tellOutbox(c, &messages.OpenReply{Reply: reply})
	if text := a.state.text; text != "" {
		a.tellOutbox(c, &messages.GrowReply{Trigger: reply.Trigger, Text: text})
	}
}

func (a *turn) tellOutbox(c *actor.Context, m any) {
	c.Send(a.cfg.Outbox, &messages.Deliver{To: uint64(a.state.trigger.Channel), Message: m})
}
