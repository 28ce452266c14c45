// Package command is the actor that answers slash commands, all but /chat, and
// registers them with Discord.
//
// It hears [messages.CommandUsed], which Discord was told of already that an
// answer comes, asks whom the command needs, all at once and each with a
// deadline, and answers by a job for Discord's router. At
// [messages.SessionStarted] it registers the commands if they have changed
// since the journal's note. list.go is what commands there are.
//
// On a crash it forgets the commands under way: Discord shows them as thinking
// until their 15 minutes are over. Using one twice does no harm.
package command

import (
	"context"
	"log/slog"
	"path"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A Discord is what this actor needs of Discord. Its errors are
// [*messages.Limited], for which the router comes again, and
// [*messages.Failure]; both methods may be repeated.
type Discord interface {
	Respond(ctx context.Context, r *messages.Response) (messages.Sent, error)
	RegisterCommands(ctx context.Context, app messages.ApplicationID, all []messages.Command) error
}

// Config is what the actor of commands is made of. All PIDs must be set.
type Config struct {
	Self     messages.UserID // the bot
	Personas []Persona       // at least one and at most 24; the one of a guild that chose none first
	Started  time.Time       // when the process was

	Users      *actor.PID   // the region
	Guilds     *actor.PID   // the region
	Channels   *actor.PID   // the region
	Quota      *actor.PID   // of the model
	Pools      []*actor.PID // routers, as /status lists them
	Coalescers []*actor.PID // as /status lists them
	Analyzers  []*actor.PID // the same
	Cache      *actor.PID   // of answers; nil for none
	Health     *actor.PID
	Supervisor *actor.PID
	Journal    *actor.PID
	Router     *actor.PID // the pool of Discord's requests
	Discord    Discord
	Log        *slog.Logger
}

// How long the actor waits for Discord, its router's queue included.
const (
	respondQueue    = 30 * time.Second
	respondTimeout  = 10 * time.Second
	registerQueue   = 2 * time.Minute
	registerTimeout = 30 * time.Second
	grace           = 5 * time.Second // for the router to say that it was in vain
	journalWait     = 10 * time.Second
)

// A command is the actor.
type command struct {
	cfg          Config
	state        state
	takers       map[messages.InteractionID]*actor.PID // who brought what is under way, to be told when it is done with
	registration registration
	starter      *actor.PID // who told of the session, until its commands are seen to; nil for nobody
}

// What is asked, as the tags of the answers.
type (
	// asked is a question of a command.
	asked struct {
		id messages.InteractionID
		to address
	}
	// saying is the answer to a command.
	saying struct{ id messages.InteractionID }
	// rejecting is the word that too many are under way.
	rejecting   struct{}
	noteAsked   struct{}
	registering struct{}
	noteKept    struct{}
)

// sayAgain says the answer to a command once more.
type sayAgain struct{ id messages.InteractionID }

// registerAgain sees to the registration once more.
type registerAgain struct{}

// New returns the producer of the actor of commands.
func New(cfg Config) actor.Producer {
	all := facts{
		self: cfg.Self, started: cfg.Started, personas: cfg.Personas, entries: entries(cfg.Personas),
		pools: namesOf(cfg.Pools), coalescers: namesOf(cfg.Coalescers), analyzers: namesOf(cfg.Analyzers), caches: cfg.Cache != nil,
	}
	return func() actor.Receiver {
		return &command{
			cfg:          cfg,
			state:        state{facts: all, open: map[messages.InteractionID]*open{}},
			takers:       map[messages.InteractionID]*actor.PID{},
			registration: registration{commands: All(cfg.Personas)},
		}
	}
}

// namesOf returns what comes last in each PID's ID: of router/discord, discord.
func namesOf(all []*actor.PID) []string {
	var names []string
	for _, pid := range all {
		names = append(names, path.Base(pid.GetID()))
	}
	return names
}

func (a *command) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case *messages.CommandUsed:
		a.used(c, m)
	case *messages.SessionStarted:
		a.sessionStarted(c, m)
	case *messages.GetCommands:
		c.Respond(&messages.Commands{Commands: a.registration.commands})
	case actors.Answered:
		a.answered(c, m)
	case sayAgain:
		a.say(c, m.id)
	case registerAgain:
		a.askNote(c)
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

func (a *command) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case asked:
		a.heard(c, tag, m)
	case saying:
		a.said(c, tag.id, m)
	case rejecting:
		if err := outcome(m); err != nil {
			a.cfg.Log.Warn("command not refused either", "err", err)
		}
	case noteAsked:
		a.noteAnswered(c, m)
	case registering:
		a.registered(c, m)
	case noteKept:
		if m.Err != nil { // the next process registers once more
			a.cfg.Log.Warn("registration not kept", "err", m.Err)
		}
	}
}

// used takes up a command. One that comes again is under way already; who
// brought it last is told.
func (a *command) used(c *actor.Context, u *messages.CommandUsed) {
	todo, o := a.state.begin(u, time.Now())
	if todo == expire || todo == reject {
		a.taken(c, c.Sender())
	} else {
		a.takers[u.Interaction.ID] = c.Sender()
	}
	switch todo { //nolint:exhaustive // the others are not how a command begins
	case expire:
		a.cfg.Log.Warn("command too old to be answered", "command", u.Name, "interaction_id", u.Interaction.ID)
	case reject:
		a.cfg.Log.Warn("command refused: too many under way", "command", u.Name, "user_id", u.User.ID)
		a.respond(c, u, &messages.Response{Interaction: u.Interaction, Content: sayBusy()}, rejecting{})
	case ask:
		for _, q := range o.plan.asks {
			to, m := a.resolve(q, u)
			actors.Ask(c, to, m, q.wait, asked{u.Interaction.ID, q.to})
		}
	case speak:
		a.say(c, u.Interaction.ID)
	}
}

// taken tells who brought a command that it is done with.
func (a *command) taken(c *actor.Context, taker *actor.PID) {
	if taker != nil {
		c.Send(taker, &messages.Taken{})
	}
}

// resolve returns whom a question goes to, and in what form.
func (a *command) resolve(q question, u *messages.CommandUsed) (*actor.PID, any) {
	switch q.to.whom {
	case theUser:
		return a.cfg.Users, &messages.Deliver{To: uint64(u.User.ID), Message: q.message}
	case theGuild:
		return a.cfg.Guilds, &messages.Deliver{To: uint64(u.Guild), Message: q.message}
	case theChannel:
		return a.cfg.Channels, &messages.Deliver{To: uint64(u.Channel), Message: q.message}
	case theQuota:
		return a.cfg.Quota, q.message
	case theHealth:
		return a.cfg.Health, q.message
	case theSupervisor:
		return a.cfg.Supervisor, q.message
	case theCache:
		return a.cfg.Cache, q.message
	case theJournal:
		return a.cfg.Journal, q.message
	case aPool:
		return a.cfg.Pools[q.to.index], q.message
	case anAnalyzer:
		return a.cfg.Analyzers[q.to.index], q.message
	case aCoalescer:
	}
	return a.cfg.Coalescers[q.to.index], q.message
}

// heard takes what became of a question.
func (a *command) heard(c *actor.Context, q asked, m actors.Answered) {
	if m.Err != nil {
		a.cfg.Log.Warn("command goes on without an answer", "interaction_id", q.id, "whom", int(q.to.whom), "err", m.Err)
	}
	if a.state.answered(q.id, q.to, answer{m.Message, m.Err}, time.Now()) == speak {
		a.say(c, q.id)
	}
}
