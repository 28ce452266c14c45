package gateway

import (
	"cmp"
	"errors"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// event hands an event on to who takes it.
func (a *gateway) event(c *actor.Context, event any) {
	switch m := event.(type) {
	case *messages.MessageReceived:
		a.received(c, m)
	case *messages.MessageEdited:
		a.toChannel(c, m.Message.Channel, m, m.Seq)
	case *messages.MessagesDeleted:
		a.toChannel(c, m.Channel, m, m.Seq)
	case *messages.CommandUsed:
		a.command(c, m)
	case *messages.SessionStarted:
		a.send(c, &delivery{to: a.cfg.Commands, message: m, event: m})
		a.uncache(c)
		a.lookBack(c, m.Guilds)
		a.sessionRuns(c)
	case *messages.SessionResumed:
		a.sessionRuns(c)
	case *messages.GuildSeen:
		a.guildEvent(c, m)
		a.guildBack(c, m)
	default:
		a.guildEvent(c, event)
	}
}

// sessionRuns takes up what a former process left unanswered.
func (a *gateway) sessionRuns(c *actor.Context) {
	a.runs = true
	a.tellHealth(c, true)
	a.askBacklog(c)
	a.keep(c)
}

func (a *gateway) sessionChanged(c *actor.Context, s messages.Session) {
	a.changed = &s
	a.keep(c)
}

// keep has the session kept as it is now, once its beginning was dealt with and
// what was missed before it is taken up: a later instance that resumed it would
// not hear of those again.
func (a *gateway) keep(c *actor.Context) {
	if a.changed == nil || !a.runs || a.behind() {
		return
	}
	session := *a.changed
	a.changed = nil
	actors.Ask(c, a.cfg.Journal, &messages.KeepSession{Shard: a.cfg.Shard, Session: session}, journalWait, keepAsked{})
}

// guildEvent tells a guild of itself. That is done with when the guild has it on
// disk: Discord would tell it again only in another session.
func (a *gateway) guildEvent(c *actor.Context, event any) {
	var guild messages.GuildID
	var seq int64
	switch m := event.(type) {
	case *messages.GuildSeen:
		guild, seq = m.Guild, m.Seq
	case *messages.GuildGone:
		guild, seq = m.Guild, m.Seq
	case *messages.ChannelSeen:
		guild, seq = m.Channel.Guild, m.Seq
	case *messages.ChannelGone:
		guild, seq = m.Guild, m.Seq
	case *messages.RoleSeen:
		guild, seq = m.Guild, m.Seq
	case *messages.RoleGone:
		guild, seq = m.Guild, m.Seq
	case *messages.BotRolesChanged:
		guild, seq = m.Guild, m.Seq
	case *messages.BotThreadChanged:
		guild, seq = m.Guild, m.Seq
	default:
		a.cfg.Log.Warn("event without a taker", "type", eventType(event))
		return
	}
	if guild == 0 { // a channel of direct messages: nobody has to know
		a.client.Acknowledge(seq)
		return
	}
	a.tellGuild(c, guild, event, seq)
}

// toChannel has a channel take an event.
func (a *gateway) toChannel(c *actor.Context, id messages.ChannelID, event any, seq int64) {
	a.send(c, a.delivery(id, event, seq))
}

func (a *gateway) delivery(id messages.ChannelID, event any, seq int64) *delivery {
	return &delivery{to: a.cfg.Channels, message: &messages.Deliver{To: uint64(id), Message: event}, event: event, seq: seq}
}

func (a *gateway) send(c *actor.Context, d *delivery) {
	d.out = true
	actors.Ask(c, d.to, d.message, cmp.Or(d.wait, takeWait), d)
}

// taken acknowledges an event, or sends it again after a pause. One that made its
// taker crash twice is not sent again.
func (a *gateway) taken(c *actor.Context, d *delivery, m actors.Answered) {
	d.out = false
	failed, crashed := errors.AsType[*actors.Failed](m.Err)
	setAside := crashed && failed.Quarantine
	if m.Err != nil && !setAside {
		a.refused(d, m.Err)
	}
	switch {
	case d.guild != 0:
		a.guildTold(c, d, m.Err == nil || setAside)
	case m.Err == nil:
		a.takenUp(c, d)
	case setAside:
		a.quarantined(c, d)
	default:
		a.lines.join(d, true)
		a.later(c, d)
	}
}

// later sends an event again after a pause.
func (a *gateway) later(c *actor.Context, d *delivery) {
	if _, ok := d.event.(*messages.CatchUp); ok {
		a.stalls.begin(d.channel())
		actors.After(c, d.pause(), catchUpAgain{d})
		return
	}
	actors.After(c, d.pause(), resend{d})
}

// refused notes that an event was not taken.
func (a *gateway) refused(d *delivery, err error) {
	d.tries++
	if d.tries == noteworthy {
		a.cfg.Log.Warn("event not taken again and again", "type", eventType(d.event), "tries", d.tries, "err", err)
	}
}

// pause returns how long to wait before it is sent again.
func (d *delivery) pause() time.Duration { return actors.Doubled(firstPause, d.tries-1, lastPause) }

// quarantined deals with an event that made its taker crash twice, and will not
// be taken again. The session itself is nobody's fault: it is told of anew.
func (a *gateway) quarantined(c *actor.Context, d *delivery) {
	if m, ok := d.event.(*messages.SessionStarted); ok {
		again := *m
		actors.After(c, lastPause, resend{&delivery{to: d.to, message: &again, event: &again}})
		return
	}
	a.leave(c, d)
	if d.command.question {
		d.command.apology = true
		a.commandOver(c, d)
		return
	}
	a.apologize(c, d)
}

// apologize tells who said something to the bot that it cannot take up. The
// event is done with when that is said, or cannot be.
func (a *gateway) apologize(c *actor.Context, d *delivery) {
	reply, asked := asksFor(d.event, a.cfg.Self)
	if !asked {
		a.acknowledge(c, d)
		return
	}
	actors.Ask(c, a.cfg.Outbox, &messages.Deliver{To: uint64(reply.Channel), Message: &messages.FinishReply{
		Reply: reply, Text: apology,
	}}, apologyWait, apologyAsked{d})
}

// acknowledge says that an event is done with.
func (a *gateway) acknowledge(c *actor.Context, d *delivery) {
	d.done = true
	delete(a.mark.open, d)
	a.client.Acknowledge(d.seq)
	a.leave(c, d)
	a.keep(c)
}
