package turn

import (
	"cmp"
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// progress shows how the answer grows, or where the question stands in line.
func (a *turn) progress(c *actor.Context, m actors.Progress) {
	if p, ok := m.Message.(*messages.Place); ok {
		a.placed(c, p)
		return
	}
	text, ok := m.Message.(string)
	if !ok {
		return
	}
	a.state.record.grew(time.Now())
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
	a.state.record.note(messages.StepWord, time.Now())
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
	a.state.opened = true
	a.tellOutbox(c, &messages.OpenReply{Reply: reply})
	if text := cmp.Or(a.state.text, a.state.outage.place); text != "" {
		a.tellOutbox(c, &messages.GrowReply{Trigger: reply.Trigger, Text: text})
	}
}

func (a *turn) tellOutbox(c *actor.Context, m any) {
	c.Send(a.cfg.Outbox, &messages.Deliver{To: uint64(a.state.trigger.Channel), Message: m})
}

// deliver brings the answer, or the reason why there is none, to the channel:
// once it is decided and the channel has given the word.
func (a *turn) deliver(c *actor.Context) {
	if !a.state.delivers() {
		return
	}
	if a.state.outcome == messages.TriggerUndeliverable {
		a.tellOutbox(c, &messages.CancelReply{Reply: a.state.reply()}) // else it would go on typing
		a.end(c)
		return
	}
	if len(a.state.parts) > 0 { // an earlier try has answered, together with others
		a.end(c)
		return
	}
	actors.Ask(c, a.cfg.Outbox, &messages.Deliver{
		To: uint64(a.state.trigger.Channel),
		Message: &messages.FinishReply{
			Reply: a.state.reply(), Text: a.state.text, Note: a.state.note,
		},
	}, deliveryWait, deliveryAsked{})
}

func (a *turn) delivered(c *actor.Context, m actors.Answered) {
	posted, _ := m.Message.(*messages.ReplyPosted)
	a.state.record.delivered(posted, time.Now())
	if posted != nil && a.state.trigger.Revision == 0 { // when an edit was heard is not known
		a.cfg.Metrics.shown(a.state.outcome, time.Since(a.state.record.heard))
	}
	switch pause, then := a.state.posted(posted, m.Err, time.Now()); then {
	case deliverSoon:
		actors.After(c, pause, deliverAgain{})
	case lookSoon:
		actors.After(c, pause, lookAgain{})
	case done:
		a.end(c)
	}
}

// A step says how to go on after a delivery has ended.
type step int

const (
	done        step = iota // the outcome is known
	deliverSoon             // look what is there, and ask the outbox again
	lookSoon                // look what is in the channel, and ask the outbox again
)

// posted takes what the outbox answered, and says how to go on, after what pause.
// What has not got through may have all the same.
func (s *state) posted(p *messages.ReplyPosted, err error, now time.Time) (pause time.Duration, then step) {
	if p != nil {
		s.parts = p.Parts
		return 0, done
	}
	f, failed := errors.AsType[*messages.Failure](err)
	if !failed && s.tries < maxTries { // the outbox crashed or is full
		s.tries++
		s.sent, s.again, s.unsure = false, true, true
		return time.Duration(s.tries) * time.Second, deliverSoon
	}
	if s.begun.IsZero() {
		s.begun = now
	}
	if failed && f.Cause == messages.CauseUnreachable && now.Sub(s.begun) < lookFor {
		s.sent, s.again, s.unsure = false, true, true
		return lookPause, lookSoon
	}
	s.outcome, s.cause = messages.TriggerUndeliverable, messages.CauseInternal
	if failed {
		s.cause = f.Cause
	}
	return 0, done
}

// askParts asks which messages hold the answer so far, before an outbox is asked
// again that has crashed: the later messages of a command have no nonce by which
// it would find them.
func (a *turn) askParts(c *actor.Context) {
	actors.Ask(c, a.cfg.Journal, &messages.GetTrigger{ID: a.state.trigger.ID}, partsWait, partsAsked{})
}

// askShared asks for the message that was to answer the question along with others.
func (a *turn) askShared(c *actor.Context) {
	actors.Ask(c, a.cfg.Journal, &messages.GetShared{Trigger: a.state.trigger.ID}, journalWait, sharedAsked{})
}
