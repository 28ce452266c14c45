// Package gateway is the actor that holds the session of one Discord shard.
//
// It owns the connection and what has been handed on: each event goes to the
// channel or guild that it is about, and is acknowledged to the session once
// that says [messages.Taken]: it has it on disk. What is not taken is sent again.
// What one person says in a channel, and what a guild is told of itself, stays in
// order. Commands are answered to Discord at once, before anything else is done
// with them.
//
// When a session cannot be resumed, the channels in which something was said
// meanwhile are told to catch up, before they hear of anything later. How far back
// is kept by the journal: until when all that Discord told of was dealt with.
//
// An event that made its taker crash twice is taken no more; if it was said to
// the bot, its author is told.
//
// On a crash the connection ends, and the next instance resumes from the
// session that the journal keeps: Discord then repeats what was not taken.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// A Client is a connection to Discord's gateway that keeps itself up.
type Client interface {
	// Run returns when ctx ends, or with an error that only the operator can mend.
	Run(ctx context.Context) error
	// Acknowledge says that the event with this receipt is done with.
	Acknowledge(seq int64)
}

// Hooks are what a client calls, from any goroutine.
type Hooks struct {
	Handle  func(event any)
	Changed func(messages.Session)
	// Alive tells that all that Discord had sent until now was given to Handle.
	Alive func()
	// Lost tells that the connection has ended; the client makes another.
	Lost func()
	// MissingIntent tells that the content of messages is withheld.
	MissingIntent func()
}

// Config is what a gateway is made of.
type Config struct {
	Shard    int
	Connect  func(restore messages.Session, hooks Hooks) Client
	Ack      func(ctx context.Context, i messages.Interaction, private bool) error
	Private  func(command string) bool // only who uses it sees the answer
	Self     messages.UserID           // the bot
	CatchUp  time.Duration             // how old what was missed may be to be taken up; 0 for nothing
	Channels *actor.PID                // the region
	Guilds   *actor.PID                // the region
	Outbox   *actor.PID                // the region
	Commands *actor.PID
	Cache    *actor.PID // of answers; nil for none
	Journal  *actor.PID
	Health   *actor.PID
	Fatal    func(error) // the session cannot go on until the operator acts
	Log      *slog.Logger
}

// How long the gateway waits for others.
const (
	takeWait    = 2 * time.Minute // for an event to be taken, before it is sent again
	journalWait = 10 * time.Second
	sweepPause  = time.Minute
	listPause   = time.Second             // before direct messages are listed again
	catchUpWait = 15 * time.Minute        // for a channel to catch up, which gives up earlier
	maxDirects  = 1000                    // direct messages that are caught up with, those used last
	ackWait     = 2500 * time.Millisecond // Discord's own bound is 3 s (Interactions: Responding)
	ackLate     = 1500 * time.Millisecond // after which a question is answered to Discord though it is not taken yet
	ackPause    = 100 * time.Millisecond  // before a command is acknowledged again
	apologyWait = 5 * time.Minute         // for the outbox, which has a deadline of its own
	firstPause  = 500 * time.Millisecond  // before an event that was not taken is sent again; doubles
	lastPause   = 30 * time.Second
	noteworthy  = 4 // tries of an event that was not taken
)

// A gateway is the actor.
type gateway struct {
	cfg     Config
	client  Client
	content bool
	runs    bool              // a session has begun or was resumed
	changed *messages.Session // to be kept; nil for none
	mark    mark
	lines   lines
	stalls  stalls
	rolls   rolls
	gap     *gap // of a session that began of late; nil if it has none
}

// incoming is an event of a client. Those of an earlier client are void: they
// come again.
type incoming struct {
	from  *Client
	event any
}

// A delivery is an event on its way to who takes it.
type delivery struct {
	to      *actor.PID
	message any // what carries the event there, or the event itself
	event   any
	seq     int64
	wait    time.Duration // for it to be taken
	tries   int
	out     bool             // it was sent, and is not answered
	guild   messages.GuildID // that is told of itself; else 0
	taken   bool             // by that guild, when it was sent last
	done    bool             // it is acknowledged
	command commanded
}

type (
	sessionAsked   struct{}
	backlogAsked   struct{}
	keepAsked      struct{}
	wakeAsked      struct{}
	directsAsked   struct{}
	alive          struct{}
	sweep          struct{}
	gapEnds        struct{ gap *gap }
	apologyAsked   struct{ d *delivery }
	resend         struct{ d *delivery }
	catchUpAgain   struct{ d *delivery }
	tellAgain      struct{ guild messages.GuildID }
	sessionChanged struct{ session messages.Session }
	contentMissing struct{}
	connectionLost struct{}
	disconnected   struct{ err error }
)

// New returns the producer of a gateway.
func New(cfg Config) actor.Producer {
	return func() actor.Receiver {
		return &gateway{cfg: cfg, content: true, lines: lines{}, stalls: stalls{}, rolls: rolls{}}
	}
}

func (a *gateway) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.tellHealth(c, false)
		actors.After(c, sweepPause, sweep{})
		actors.Ask(c, a.cfg.Journal, &messages.GetSession{Shard: a.cfg.Shard}, journalWait, sessionAsked{})
	case actors.Answered:
		a.answered(c, m)
	case incoming:
		if m.from == &a.client {
			a.event(c, m.event)
		}
	case acked:
		a.acked(c, m)
	case ackDue:
		a.ack(c, m.d)
	case resend:
		a.again(c, m.d)
	case catchUpAgain:
		a.catchUpAgain(c, m.d)
	case tellAgain:
		a.tellAgain(c, m.guild)
	case sessionChanged:
		a.sessionChanged(c, m.session)
	case alive:
		if a.runs { // else Discord may still be repeating what was said before
			a.alive(c)
		}
	case directsAsked:
		a.askDirects(c)
	case sweep:
		a.sweep(c)
	case gapEnds:
		a.gapEnds(m.gap)
	case contentMissing:
		a.content = false
	case connectionLost:
		a.runs = false
		a.tellHealth(c, false)
	case disconnected:
		a.disconnected(c, m.err)
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

func (a *gateway) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case sessionAsked:
		a.connect(c, m)
	case backlogAsked:
		a.wake(c, m)
	case directsAsked:
		a.directs(c, m)
	case *delivery:
		a.taken(c, tag, m)
	case apologyAsked:
		a.acknowledge(c, tag.d)
	case keepAsked, wakeAsked:
		if m.Err != nil {
			a.cfg.Log.Warn("gateway goes on without an answer", "err", m.Err)
		}
	}
}

// connect begins with the session that was kept, or a new one if that cannot be
// read: what was missed then is found in the channels' history.
func (a *gateway) connect(c *actor.Context, m actors.Answered) {
	var session messages.Session
	if found, ok := m.Message.(*messages.SessionFound); ok {
		session = found.Session
		a.mark.at, a.mark.skew = found.Alive, found.Skew
	} else {
		a.cfg.Log.Error("kept session not read: starting a new one", "err", m.Err)
	}
	engine, self, from := c.Engine(), c.PID(), &a.client
	client := a.cfg.Connect(session, Hooks{
		Handle:        func(event any) { engine.Send(self, incoming{from, event}) },
		Changed:       func(s messages.Session) { engine.Send(self, sessionChanged{s}) },
		Alive:         func() { engine.Send(self, alive{}) },
		Lost:          func() { engine.Send(self, connectionLost{}) },
		MissingIntent: func() { engine.Send(self, contentMissing{}) },
	})
	a.client = client
	actors.Go(c, func(ctx context.Context) any { return disconnected{client.Run(ctx)} })
}

func (a *gateway) disconnected(c *actor.Context, err error) {
	a.tellHealth(c, false)
	if err != nil && !errors.Is(err, context.Canceled) {
		a.cfg.Fatal(err)
	}
}

func (a *gateway) tellHealth(c *actor.Context, connected bool) {
	c.Send(a.cfg.Health, &messages.GatewayState{Shard: a.cfg.Shard, Connected: connected, Content: a.content})
}

// sweep looks for questions that nobody is at: those of a channel that has
// crashed along with others and hears of nothing new. One shard does it for all.
func (a *gateway) sweep(c *actor.Context) {
	actors.After(c, sweepPause, sweep{})
	if a.runs && a.cfg.Shard == 0 {
		a.askBacklog(c)
	}
}

// askBacklog asks which channels have questions without an outcome.
func (a *gateway) askBacklog(c *actor.Context) {
	actors.Ask(c, a.cfg.Journal, &messages.GetUnfinishedChannels{}, journalWait, backlogAsked{})
}

// wake has the channels take up what a former process left unanswered.
func (a *gateway) wake(c *actor.Context, m actors.Answered) {
	u, ok := m.Message.(*messages.UnfinishedChannels)
	if !ok {
		a.cfg.Log.Error("unfinished channels not read", "err", m.Err)
		return
	}
	for _, id := range u.Channels {
		actors.Ask(c, a.cfg.Channels, &messages.Deliver{To: uint64(id), Message: &messages.Wake{}}, takeWait, wakeAsked{})
	}
}

func eventType(event any) string { return fmt.Sprintf("%T", event) }
