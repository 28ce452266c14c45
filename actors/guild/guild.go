// Package guild is the actor that stands for one guild: what Discord tells of
// it, and what its people chose.
//
// It hears [messages.GuildSeen] and what changes later, tells who brought that
// [messages.Taken] when it is on disk, and answers [messages.GetGuildContext], and
// [messages.Admit] by the rate of all its people together.
// It has the journal keep the personas that [messages.SetPersona] chooses.
//
// It takes in what an analyzer concluded that is worth remembering
// ([messages.Learned]), if the guild wants that ([messages.SetLore]), and tells it where
// all who read it could have read it at its source. People see and change it by
// [messages.GetLore] and [messages.ForgetLore]. These changes are made one after the
// other, and hold when they are on disk; where that is not known, it is read again.
//
// Discord tells all of a guild once in a session, which outlives the actor and the
// process. So a new instance first reads what was written down; what it hears
// meanwhile waits. A guild that nobody has told of is unknown: what would need
// permissions is tried, and roles and threads do not address the bot.
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
	RPM     int             // triggers of all its people that any minute may hold; 0 for any number
	Journal *actor.PID
	Cache   *actor.PID // of answers; nil for none
	Log     *slog.Logger
}

const (
	journalWait = 5 * time.Second
	firstPause  = time.Second // after the notes could not be read or written; doubles
	lastPause   = time.Minute
	maxHeld     = 1000 // messages that wait for the notes
)

// A guild is the actor.
type guild struct {
	cfg    Config
	owner  string // of the notes
	tries  int    // to read the notes
	loaded bool
	held   []held // until the notes are read
	state  state
	record record
	keeps  int // notes under way that somebody chose
	bucket actors.Bucket

	reading  bool // it is not known what is on disk of the lore: changes wait
	stale    bool // what is being read, or will be remembered, may be older than what is on disk
	changes  actors.Changes
	failures int // of changes, one after the other
}

// held is a message that waits.
type held struct {
	message any
	sender  *actor.PID
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

// MaySleep says that all is on disk, and that the last minute's rate counts no
// more.
func (a *guild) MaySleep() bool {
	return a.loaded && a.keeps == 0 && !a.changes.Open() && !a.record.open() && a.bucket.Idle(time.Now())
}

// Weight returns the memory that the guild takes, in bytes.
func (a *guild) Weight() int { return a.state.weight() + a.bucket.Weight() }

func (a *guild) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case *messages.GetGuildContext, *messages.GetLore, *messages.SetPersona, *messages.GuildSeen, *messages.GuildGone, *messages.ChannelSeen,
		*messages.ChannelGone, *messages.BotThreadChanged, *messages.RoleSeen, *messages.RoleGone, *messages.BotRolesChanged:
		a.admit(c, held{m, c.Sender()})
	case *messages.Admit:
		a.rate(c, m)
	case *messages.Learned:
		a.change(c, actors.Change{Message: m, Asker: c.Sender()}, maxLearned)
	case *messages.SetLore:
		a.state.turnOff(m) // before what has to wait
		a.change(c, actors.Change{Message: m, Asker: c.Sender()}, maxChanges)
	case *messages.ForgetLore:
		a.change(c, actors.Change{Message: m, Asker: c.Sender()}, maxChanges)
	case *messages.SourcesGone:
		a.sourcesGone(m)
	case *actors.Withdrawn:
		a.withdraw(c.Sender())
	case actor.Started, load:
		a.load(c)
	case keepAgain:
		a.keepAgain(c)
	case actors.Answered:
		a.answered(c, m)
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

func (a *guild) load(c *actor.Context) {
	a.reading, a.stale = true, false
	actors.Ask(c, a.cfg.Journal, &messages.GetKept{Owner: a.owner}, journalWait, load{})
}

// rate answers whether a trigger fits the guild's rate, of which nothing is on
// disk: after a crash its people may ask a little too often.
func (a *guild) rate(c *actor.Context, m *messages.Admit) {
	if wait, ok := a.bucket.Pass(m.Trigger, a.cfg.RPM, time.Now()); !ok {
		a.reply(c, c.Sender(), &messages.Failure{Cause: messages.CauseGuildRate, Retry: messages.RetryNever, After: wait})
		return
	}
	a.reply(c, c.Sender(), &messages.Admitted{})
}

// admit takes a message up, or lets it wait until the notes are read.
func (a *guild) admit(c *actor.Context, m held) {
	switch {
	case a.loaded:
		a.take(c, m)
	case len(a.held) < maxHeld:
		a.held = append(a.held, m)
	default:
		a.reply(c, m.sender, &messages.Refused{Reason: messages.RefusedFull, RetryAfter: time.Second})
	}
}

func (a *guild) take(c *actor.Context, h held) {
	switch m := h.message.(type) {
	case *messages.GetGuildContext:
		a.reply(c, h.sender, a.state.context(m.Channel))
		return
	case *messages.GetLore:
		a.reply(c, h.sender, a.found(m))
		return
	case *messages.SetPersona:
		a.setPersona(c, m, h.sender)
		return
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
	}
	a.record.wait(c.Engine(), h.sender)
	a.keepTold(c)
}

func (a *guild) reply(c *actor.Context, to *actor.PID, m any) {
	if to != nil {
		c.Engine().Send(to, m)
	}
}

// gone forgets a guild that the bot was removed from. One that is out of reach
// is told of anew when it comes back; until then it is as it was.
func (a *guild) gone(m *messages.GuildGone) {
	if !m.Unavailable {
		a.state.gone()
	}
}

// channelGone forgets a channel, what was chosen for it, what was answered in it and
// what is remembered from it.
func (a *guild) channelGone(c *actor.Context, id messages.ChannelID) {
	if a.cfg.Cache != nil {
		c.Send(a.cfg.Cache, &messages.ForgetAnswers{Channel: id})
	}
	gone, notes := a.state.channelGone(id)
	for _, n := range notes {
		a.keep(c, n, nil)
	}
	a.change(c, actors.Change{Message: lost{gone}}, maxChanges)
}

func (a *guild) setPersona(c *actor.Context, m *messages.SetPersona, asker *actor.PID) {
	switch {
	case len(m.Persona) > maxName:
		a.reply(c, asker, &messages.Failure{Cause: messages.CauseInternal, Detail: "the name of the persona is too long"})
	case !a.state.personas.room(m.Channel, m.Persona):
		a.reply(c, asker, &messages.Refused{Reason: messages.RefusedFull})
	default:
		a.keep(c, noteOf(m.Channel, m.Persona), asker)
	}
}

// keep has a note written down. It holds when that is done.
func (a *guild) keep(c *actor.Context, n note, asker *actor.PID) {
	a.keeps++
	actors.Ask(c, a.cfg.Journal, &messages.KeepNote{Owner: a.owner, Key: n.key, Value: n.value},
		journalWait, keeping{n, asker})
}

func (a *guild) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case load:
		a.notes(c, m)
	case keeping:
		a.kept(c, tag, m.Err)
	case toldAsked:
		a.toldKept(c, m.Err)
	case changing:
		a.wrote(c, tag, m)
	}
}

// notes takes what was written down, and then what has waited for it; or asks for
// it again after a pause.
func (a *guild) notes(c *actor.Context, m actors.Answered) {
	kept, ok := m.Message.(*messages.KeptFound)
	if !ok {
		a.cfg.Log.Warn("notes not read, again after a pause", "guild_id", a.cfg.Guild, "err", m.Err)
		actors.After(c, pause(a.tries), load{})
		a.tries++
		return
	}
	a.tries = 0
	if a.stale {
		a.load(c)
		return
	}
	a.reading = false
	if a.loaded {
		a.state.lore = a.state.lore.reread(kept)
	} else {
		a.begin(c, kept)
	}
	if !a.state.lore.on && len(a.state.lore.pieces) > 0 {
		a.changes.Add(actors.Change{Message: tidy{}}, maxChanges)
	}
	a.next(c)
}

// begin takes up what a former instance left, and what has waited for that.
func (a *guild) begin(c *actor.Context, kept *messages.KeptFound) {
	a.loaded = true
	a.state.personas.load(kept.Notes)
	a.state.lore = a.state.lore.load(kept)
	a.recall(kept.Notes[noteTold])
	for _, h := range a.held {
		a.take(c, h)
	}
	a.held = nil
}

func pause(tries int) time.Duration { return actors.Doubled(firstPause, tries, lastPause) }

func (a *guild) kept(c *actor.Context, k keeping, err error) {
	a.keeps--
	var told any = &messages.Kept{}
	if err == nil {
		a.state.personas.take(k.note)
	} else {
		a.cfg.Log.Error("note not kept", "guild_id", a.cfg.Guild, "key", k.note.key, "err", err)
		told = &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryOnce, Detail: "not kept"}
	}
	a.reply(c, k.asker, told)
}
