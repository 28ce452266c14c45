// Package guild is the actor that stands for one guild: what Discord tells of
// it, and what its people chose.
//
// It hears [messages.GuildSeen] and what changes later, answers
// [messages.GetGuildContext] at once, and has the journal keep the personas
// that [messages.SetPersona] chooses.
//
// Discord tells all of a guild once in a session. After a crash the guild is
// unknown until a session starts anew: what would need permissions is tried, and
// roles and threads do not address the bot. What was chosen is read again; until
// that has come, the bot has no persona.
package guild

import (
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Config is what a guild is made of.
type Config struct {
	Guild   messages.GuildID
	Self    messages.UserID // the bot
	Journal *actor.PID
	Log     *slog.Logger
}

const (
	journalWait = 5 * time.Second
	firstPause  = time.Second // after the notes could not be read; doubles
	lastPause   = time.Minute
)

// A guild is the actor.
type guild struct {
	cfg   Config
	owner string // of the notes
	tries int    // to read the notes
	state state
}

// load tags the ask for the notes, and makes the actor ask again.
type load struct{}

// keeping tags the ask to keep a note.
type keeping struct {
	note  note
	asker *actor.PID // nil if nobody is to be told
}

// New returns the producer of a guild.
func New(cfg Config) actor.Producer {
	return func() actor.Receiver {
		return &guild{
			cfg:   cfg,
			owner: "guild/" + cfg.Guild.String(),
			state: state{id: cfg.Guild, self: cfg.Self},
		}
	}
}

// MaySleep says that there is nothing in memory that only Discord could tell
// again.
func (a *guild) MaySleep() bool { return !a.state.known }

// Weight returns the memory that the guild takes, in bytes.
func (a *guild) Weight() int { return a.state.weight() }

func (a *guild) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case *messages.GetGuildContext:
		c.Respond(a.state.context(m.Channel))
	case *messages.GuildSeen:
		a.state.seen(m)
	case *messages.GuildGone:
		a.gone(m)
	case *messages.ChannelSeen:
		a.state.channelSeen(&m.Channel)
	case *messages.ChannelGone:
		a.channelGone(c, m.Channel)
	case *messages.BotThreadChanged:
		a.state.threadChanged(m.Channel, m.Joined)
	case *messages.RoleSeen:
		a.state.roleSeen(&m.Role)
	case *messages.RoleGone:
		a.state.roleGone(m.Role)
	case *messages.BotRolesChanged:
		a.state.botRolesChanged(m.Roles)
	case *messages.SetPersona:
		a.setPersona(c, m)
	case actor.Started, load:
		actors.Ask(c, a.cfg.Journal, &messages.GetNotes{Owner: a.owner}, journalWait, load{})
	case actors.Answered:
		a.answered(c, m)
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// gone forgets a guild that the bot was removed from. One that is out of reach
// is told of anew when it comes back; until then it is as it was.
func (a *guild) gone(m *messages.GuildGone) {
	if !m.Unavailable {
		a.state.gone()
	}
}

// channelGone forgets a channel, and what was chosen for it.
func (a *guild) channelGone(c *actor.Context, id messages.ChannelID) {
	for _, n := range a.state.channelGone(id) {
		a.keep(c, n, nil)
	}
}

func (a *guild) setPersona(c *actor.Context, m *messages.SetPersona) {
	switch {
	case len(m.Persona) > maxName:
		c.Respond(&messages.Failure{Cause: messages.CauseInternal, Detail: "the name of the persona is too long"})
	case !a.state.personas.room(m.Channel, m.Persona):
		c.Respond(&messages.Refused{Reason: messages.RefusedFull})
	default:
		a.keep(c, noteOf(m.Channel, m.Persona), c.Sender())
	}
}

// keep has a note written down. It holds when that is done.
func (a *guild) keep(c *actor.Context, n note, asker *actor.PID) {
	actors.Ask(c, a.cfg.Journal, &messages.KeepNote{Owner: a.owner, Key: n.key, Value: n.value},
		journalWait, keeping{n, asker})
}

func (a *guild) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case load:
		a.loaded(c, m)
	case keeping:
		a.kept(c, tag, m.Err)
	}
}

// loaded takes what was chosen, or asks for it again after a pause.
func (a *guild) loaded(c *actor.Context, m actors.Answered) {
	notes, ok := m.Message.(*messages.Notes)
	if !ok {
		pause := min(firstPause<<min(a.tries, 10), lastPause)
		a.tries++
		a.cfg.Log.Warn("notes not read, again after a pause", "guild_id", a.cfg.Guild, "pause", pause, "err", m.Err)
		actors.After(c, pause, load{})
		return
	}
	a.state.personas.load(notes.Values)
}

func (a *guild) kept(c *actor.Context, k keeping, err error) {
	var told any = &messages.Kept{}
	if err == nil {
		a.state.personas.kept(k.note)
	} else {
		a.cfg.Log.Error("note not kept", "guild_id", a.cfg.Guild, "key", k.note.key, "err", err)
		told = &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryOnce, Detail: "not kept"}
	}
	if k.asker != nil {
		c.Send(k.asker, told)
	}
}
