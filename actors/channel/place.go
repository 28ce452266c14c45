package channel

import (
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	placeWait  = 500 * time.Millisecond // for the guild to answer, before it is asked again
	placePause = 100 * time.Millisecond // before it is
	placeTries = 10                     // of a channel that does not know its place yet, before it goes on without
	placeAge   = 30 * time.Second       // after which the guild is asked again
)

// A place is what the rules need to know of the channel itself.
type place struct {
	id       messages.ChannelID
	guild    messages.GuildID   // 0 for a direct message
	parent   messages.ChannelID // of a thread
	thread   bool
	joined   bool // a thread that the bot is in
	brought  bool // what was heard since the guild was asked brings the bot in, if this is a thread
	self     messages.UserID
	botRoles []messages.RoleID
	sealed   bool // the bot may not read here
	lore     bool // of the guild is kept
}

// note takes from a message that the bot is in the thread from now on: Discord
// brings in who writes there, or is mentioned (Discord documentation, Threads).
// The guild may be told of it only later.
func (p *place) note(m *messages.Message) {
	if m.Author.ID == p.self || slices.Contains(m.Mentions, p.self) {
		p.joined, p.brought = p.joined || p.thread, true
	}
}

// askPlace asks the guild about the channel when there is an event, unless the last
// answer is fresh: whether the event asks something may depend on it.
func (a *channel) askPlace(c *actor.Context, event any) {
	if guild := guildOf(event); guild != 0 {
		a.place.guild = guild
	}
	now := time.Now()
	if a.place.guild == 0 || now.Sub(a.placed) < placeAge {
		return
	}
	a.placing, a.placed = true, now
	a.place.brought = false
	a.askGuild(c)
}

func (a *channel) askGuild(c *actor.Context) {
	question := &messages.GetGuildContext{Guild: a.place.guild, Channel: a.cfg.ID}
	actors.Ask(c, a.cfg.Guilds, &messages.Deliver{To: uint64(a.place.guild), Message: question}, placeWait, placeAsked{})
}

func guildOf(event any) messages.GuildID {
	switch m := event.(type) {
	case *messages.MessageReceived:
		return m.Message.Guild
	case *messages.MessageEdited:
		return m.Message.Guild
	case *messages.MessagesDeleted:
		return m.Guild
	case *messages.CommandUsed:
		return m.Guild
	case *messages.CatchUp:
		return m.Guild
	case *messages.Warm:
		return m.Guild
	}
	return 0
}

// guildAnswered takes what the guild knows of the channel. One that was never told
// asks again for a while: it would pass over what is a question only there.
func (a *channel) guildAnswered(c *actor.Context, m actors.Answered) {
	g, ok := m.Message.(*messages.GuildContext)
	if !ok && !a.known {
		if a.tries++; a.tries < placeTries {
			actors.After(c, placePause, placeAgain{})
			return
		}
	}
	a.known = a.known || ok
	if ok && g.Known {
		a.place.parent, a.place.botRoles = g.Parent, g.BotRoles
		a.place.thread = g.Kind == messages.ChannelThread
		a.place.joined = a.place.thread && (g.Joined || a.place.brought)
		a.place.sealed, a.place.lore = !g.CanRead(), g.KeepsLore
	} else {
		a.cfg.Log.Debug("guild unknown", "channel_id", a.cfg.ID, "guild_id", a.place.guild, "err", m.Err)
	}
	a.placing = false
	if a.waking == 0 {
		a.release(c)
		a.step(c)
	}
}

// needsPlace reports whether an event waits for the guild's answer. A mention of
// the bot does not, nor a reply to it; but none overtakes what waits.
func (a *channel) needsPlace(event any) bool {
	m, ok := event.(*messages.MessageReceived)
	return a.placing && (len(a.held) > 0 || !ok || !a.cfg.Rules.certain(&m.Message, a.place))
}
