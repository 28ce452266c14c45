package gateway

import (
	"context"
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// commanded is how far a command has come that is a question.
type commanded struct {
	question bool
	began    time.Time
	asking   bool // it is being answered to Discord
	told     bool // it was, or Discord knows it no more
	taken    bool // the channel has it
	apology  bool // the channel cannot have it
}

type (
	// acked tells that a command was answered to Discord, or could not be.
	acked struct {
		d   *delivery
		err error
	}
	ackDue struct{ d *delivery }
)

// command deals with a command. Discord waits 3 s at most for an answer to it.
func (a *gateway) command(c *actor.Context, m *messages.CommandUsed) {
	if m.Name == "chat" {
		a.question(c, m)
		return
	}
	d := &delivery{to: a.cfg.Commands, message: m, event: m, seq: m.Seq}
	d.command.began = time.Now()
	a.ack(c, d)
}

// question hands a command on that is a question. Discord is told that it will be
// answered when its channel has it: what was promised then outlives the process. A
// channel that is not so fast is not waited for, lest Discord give the command up.
// A question in a direct message comes after what was missed there.
func (a *gateway) question(c *actor.Context, m *messages.CommandUsed) {
	if m.Guild == 0 {
		a.direct(c, m.Channel)
	}
	d := a.delivery(m.Channel, m, m.Seq)
	d.command = commanded{question: true, began: time.Now()}
	a.say(c, d)
	actors.After(c, ackLate, ackDue{d})
}

// ack answers a command to Discord, once, as long as that waits.
func (a *gateway) ack(c *actor.Context, d *delivery) {
	if d.command.asking {
		return
	}
	d.command.asking = true
	m := d.event.(*messages.CommandUsed)
	ack, private, until := a.cfg.Ack, a.cfg.Private(m.Name), d.command.began.Add(ackWait)
	if now := time.Now(); until.Before(now) { // it is told again, and Discord may know it all the same
		until = now.Add(ackPause)
	}
	actors.Go(c, func(ctx context.Context) any {
		ctx, cancel := context.WithDeadline(ctx, until)
		defer cancel()
		for {
			err := ack(ctx, m.Interaction, private)
			f, failed := errors.AsType[*messages.Failure](err)
			if err == nil || failed && f.Retry == messages.RetryNever || ctx.Err() != nil {
				return acked{d, err}
			}
			select { // what is limited or has failed may go through in a moment
			case <-time.After(ackPause):
			case <-ctx.Done():
				return acked{d, err}
			}
		}
	})
}

// acked goes on with a command that was answered to Discord. One that Discord does
// not know any more is done with: nobody could see an answer to it.
func (a *gateway) acked(c *actor.Context, m acked) {
	used := m.d.event.(*messages.CommandUsed)
	if m.err != nil {
		a.cfg.Log.Warn("command not acknowledged", "command", used.Name, "err", m.err)
	}
	switch {
	case m.d.command.question:
		m.d.command.told = true
		told := &messages.CommandAcknowledged{
			Channel: used.Channel, Trigger: messages.MessageID(used.Interaction.ID), Gone: m.err != nil,
		}
		c.Send(a.cfg.Channels, &messages.Deliver{To: uint64(used.Channel), Message: told})
		if m.err != nil {
			a.acknowledge(c, m.d)
			return
		}
		a.commandOver(c, m.d)
	case m.err != nil:
		a.acknowledge(c, m.d)
	default:
		a.again(c, m.d)
	}
}

// takenUp goes on with an event that was taken.
func (a *gateway) takenUp(c *actor.Context, d *delivery) {
	if !d.command.question {
		a.acknowledge(c, d)
		return
	}
	d.command.taken = true
	a.commandOver(c, d)
}

// commandOver is done with a question when its channel has it, and Discord knows.
func (a *gateway) commandOver(c *actor.Context, d *delivery) {
	switch {
	case d.done || !d.command.taken && !d.command.apology:
	case !d.command.told:
		a.ack(c, d)
	case d.command.apology:
		a.apologize(c, d)
	default:
		a.acknowledge(c, d)
	}
}
