package gateway

import (
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// lookBack finds out what a session that began anew does not tell of. A bot that
// was never here before has missed nothing.
func (a *gateway) lookBack(c *actor.Context, guilds []messages.GuildID) {
	now := time.Now()
	a.gap = a.mark.gapSince(now, a.cfg.CatchUp, guilds)
	if a.gap == nil {
		a.alive(c)
		return
	}
	a.cfg.Log.Info("a new session: looking for what was missed", "since", a.gap.after.Time(), "guilds", len(guilds))
	actors.After(c, gapWait, gapEnds{a.gap})
	a.gap.listed = a.cfg.Shard != 0 // all direct messages come to the first shard (Discord documentation, Gateway: Sharding)
	if !a.gap.listed {
		a.askDirects(c)
	}
}

// uncache has no answer given again: nobody tells what was deleted meanwhile.
func (a *gateway) uncache(c *actor.Context) {
	if a.cfg.Cache != nil {
		c.Send(a.cfg.Cache, &messages.ForgetAnswers{})
	}
}

// gapEnds forgets a gap, whoever is still to be told of it.
func (a *gateway) gapEnds(g *gap) {
	if a.gap != g { // a later session has its own
		return
	}
	if !g.over() {
		a.cfg.Log.Error("not all is known that was missed: some of it stays unanswered",
			"guilds_missing", len(g.guilds), "direct_messages_listed", g.listed)
	}
	a.gap = nil
}

// alive moves the mark, and has it kept now and then.
func (a *gateway) alive(c *actor.Context) {
	now := time.Now()
	a.mark.alive(now, a.gap)
	if a.mark.due(now) {
		actors.Ask(c, a.cfg.Journal, &messages.KeepAlive{
			Shard: a.cfg.Shard, At: a.mark.at, Skew: a.mark.skew,
		}, journalWait, keepAsked{})
	}
	a.keep(c)
}

// behind reports whether something may have been missed that no channel has taken
// up yet.
func (a *gateway) behind() bool {
	for d := range a.mark.open {
		if _, ok := d.event.(*messages.CatchUp); ok {
			return true
		}
	}
	return !a.gap.over()
}

// received hands on what somebody said. In a direct message, what was missed comes
// first.
func (a *gateway) received(c *actor.Context, m *messages.MessageReceived) {
	now := time.Now()
	if a.runs { // what a resumed session repeats was said a while ago
		a.mark.heard(m.Message.ID, now)
	}
	if m.Message.Guild == 0 {
		a.direct(c, m.Message.Channel)
	}
	d := a.delivery(m.Message.Channel, m, m.Seq)
	a.mark.begin(d, m.Message.ID.Time())
	a.say(c, d)
}

// guildBack has the channels of a guild catch up in which something was said
// meanwhile. What it tells of Discord's clock makes the mark better known.
func (a *gateway) guildBack(c *actor.Context, m *messages.GuildSeen) {
	now := time.Now()
	for i := range m.Channels {
		a.mark.seen(m.Channels[i].LastMessage, now)
	}
	if a.gap == nil && a.runs { // else Discord may still be repeating what was said before
		a.alive(c)
	}
	for _, id := range a.gap.guild(m) {
		a.catchUp(c, id, m.Guild)
	}
	a.keep(c)
}

func (a *gateway) askDirects(c *actor.Context) {
	actors.Ask(c, a.cfg.Journal, &messages.GetDirects{Limit: maxDirects}, journalWait, directsAsked{})
}

// directs has direct messages catch up: Discord does not tell of those.
func (a *gateway) directs(c *actor.Context, m actors.Answered) {
	if a.gap == nil || a.gap.listed {
		return
	}
	found, ok := m.Message.(*messages.Directs)
	if !ok {
		actors.After(c, listPause, directsAsked{})
		return
	}
	a.gap.listed = true
	for _, id := range found.Channels {
		a.direct(c, id)
	}
	a.keep(c)
}

// direct has a direct message catch up, unless it was told of the gap already.
func (a *gateway) direct(c *actor.Context, id messages.ChannelID) {
	if a.gap.direct(id) {
		a.catchUp(c, id, 0)
	}
}

// catchUp tells a channel of the gap.
func (a *gateway) catchUp(c *actor.Context, id messages.ChannelID, guild messages.GuildID) {
	d := a.delivery(id, &messages.CatchUp{Guild: guild, After: a.gap.after}, 0)
	d.wait = catchUpWait
	a.mark.begin(d, a.gap.after.Time().Add(overlap))
	a.send(c, d)
}
