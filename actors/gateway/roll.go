package gateway

import (
	"slices"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// rolls are what guilds were told of themselves that is not done with, in order.
// What one has not taken would undo what it was told later, if it were told just
// that again: all from there on is told again, and is done with only then.
type rolls map[messages.GuildID][]*delivery

// join puts d last. It reports whether d may be sent now: nothing before it waits
// to be told again.
func (r rolls) join(d *delivery) bool {
	waits := slices.ContainsFunc(r[d.guild], func(other *delivery) bool { return !other.out && !other.taken })
	r[d.guild] = append(r[d.guild], d)
	return !waits
}

// done takes out and returns what the guild has taken with all that was before it.
func (r rolls) done(guild messages.GuildID) []*delivery {
	roll := r[guild]
	n := slices.IndexFunc(roll, func(d *delivery) bool { return !d.taken })
	if n < 0 {
		delete(r, guild)
		return roll
	}
	r[guild] = roll[n:]
	return roll[:n]
}

// stuck returns what the guild has not taken and is the first to be told again,
// when nothing is on its way that could reach it before that; else nil.
func (r rolls) stuck(guild messages.GuildID) *delivery {
	roll := r[guild]
	if len(roll) == 0 || slices.ContainsFunc(roll, func(d *delivery) bool { return d.out }) {
		return nil
	}
	return roll[0]
}

// tellGuild tells a guild of itself.
func (a *gateway) tellGuild(c *actor.Context, guild messages.GuildID, event any, seq int64) {
	d := &delivery{
		to: a.cfg.Guilds, message: &messages.Deliver{To: uint64(guild), Message: event}, event: event, seq: seq, guild: guild,
	}
	if a.rolls.join(d) {
		a.send(c, d)
	}
}

// guildTold acknowledges what a guild has taken, or cannot take, and has it told
// the rest again after a pause.
func (a *gateway) guildTold(c *actor.Context, d *delivery, taken bool) {
	d.taken = taken
	for _, done := range a.rolls.done(d.guild) {
		a.acknowledge(c, done)
	}
	if first := a.rolls.stuck(d.guild); first != nil {
		actors.After(c, first.pause(), tellAgain{d.guild})
	}
}

func (a *gateway) tellAgain(c *actor.Context, guild messages.GuildID) {
	for _, d := range a.rolls[guild] {
		d.taken = false
		a.send(c, d)
	}
}
