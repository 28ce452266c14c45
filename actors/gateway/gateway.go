// Package gateway is the actor that holds the session of one Discord shard.
//
// It owns the connection and what has been handed on: each event goes to the
// channel or guild that it is about, and is acknowledged to the session once
// that says [messages.Taken]. What is not taken is sent again. Commands are
// answered to Discord at once, before anything else is done with them.
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
	// MissingIntent tells that the content of messages is withheld.
	MissingIntent func()
}

// Config is what a gateway is made of.
type Config struct {
	Shard    int
	Connect  func(restore messages.Session, hooks Hooks) Client
	Ack      func(ctx context.Context, i messages.Interaction, private bool) error
	Private  func(command string) bool // only who uses it sees the answer
	Channels *actor.PID                // the region
	Guilds   *actor.PID                // the region
	Commands *actor.PID
	Journal  *actor.PID
	Health   *actor.PID
	Fatal    func(error) // the session cannot go on until the operator acts
	Log      *slog.Logger
}

// How long the gateway waits for others.
const (
	takeWait    = 2 * time.Minute // for an event to be taken, before it is sent again
	journalWait = 10 * time.Second
	ackWait     = 2500 * time.Millisecond // Discord's own bound is 3 s (Interactions: Responding)
	firstPause  = 500 * time.Millisecond  // before an event that was not taken is sent again; doubles
	lastPause   = 30 * time.Second
)

// A gateway is the actor.
type gateway struct {
	cfg     Config
	client  Client
	content bool
}

// incoming is an event of a client. Those of an earlier client are void: they
// come again.
type incoming struct {
	from  *Client
	event any
}

// A delivery is an event on its way to who takes it.
type delivery struct {
	to    *actor.PID
	id    uint64
	event any
	seq   int64
	tries int
}

type (
	sessionAsked   struct{}
	backlogAsked   struct{}
	keepAsked      struct{}
	wakeAsked      struct{}
	resend         struct{ d *delivery }
	sessionChanged struct{ session messages.Session }
	contentMissing struct{}
	disconnected   struct{ err error }
)

// acked tells that a command was answered to Discord, or could not be.
type acked struct {
	command *messages.CommandUsed
	err     error
}

// New returns the producer of a gateway.
func New(cfg Config) actor.Producer {
	return func() actor.Receiver { return &gateway{cfg: cfg, content: true} }
}

func (a *gateway) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.tellHealth(c, false)
		actors.Ask(c, a.cfg.Journal, &messages.GetSession{Shard: a.cfg.Shard}, journalWait, sessionAsked{})
	case actors.Answered:
		a.answered(c, m)
	case incoming:
		if m.from == &a.client {
			a.event(c, m.event)
		}
	case acked:
		a.acked(c, m)
	case resend:
		a.send(c, m.d)
	case sessionChanged:
		actors.Ask(c, a.cfg.Journal, &messages.KeepSession{Shard: a.cfg.Shard, Session: m.session}, journalWait, keepAsked{})
	case contentMissing:
		a.content = false
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
	case *delivery:
		a.taken(c, tag, m)
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
	} else {
		a.cfg.Log.Error("kept session not read: starting a new one", "err", m.Err)
	}
	engine, self, from := c.Engine(), c.PID(), &a.client
	client := a.cfg.Connect(session, Hooks{
		Handle:        func(event any) { engine.Send(self, incoming{from, event}) },
		Changed:       func(s messages.Session) { engine.Send(self, sessionChanged{s}) },
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

// event hands an event on to who takes it.
func (a *gateway) event(c *actor.Context, event any) {
	switch m := event.(type) {
	case *messages.MessageReceived:
		a.send(c, &delivery{to: a.cfg.Channels, id: uint64(m.Message.Channel), event: m, seq: m.Seq})
	case *messages.MessageEdited:
		a.send(c, &delivery{to: a.cfg.Channels, id: uint64(m.Message.Channel), event: m, seq: m.Seq})
	case *messages.MessagesDeleted:
		a.send(c, &delivery{to: a.cfg.Channels, id: uint64(m.Channel), event: m, seq: m.Seq})
	case *messages.CommandUsed:
		a.command(c, m)
	case *messages.SessionStarted:
		a.tellHealth(c, true)
		c.Send(a.cfg.Commands, m)
		actors.Ask(c, a.cfg.Journal, &messages.GetUnfinishedChannels{}, journalWait, backlogAsked{})
	case *messages.SessionResumed:
		a.tellHealth(c, true)
		actors.Ask(c, a.cfg.Journal, &messages.GetUnfinishedChannels{}, journalWait, backlogAsked{})
	default:
		a.guildEvent(c, event)
	}
}

// guildEvent tells a guild of itself. What a guild has forgotten it asks for,
// so the event is done with at once.
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
	default:
		a.cfg.Log.Warn("event without a taker", "type", eventType(event))
		return
	}
	if guild != 0 {
		c.Send(a.cfg.Guilds, &messages.Deliver{To: uint64(guild), Message: event})
	}
	a.client.Acknowledge(seq)
}

func (a *gateway) send(c *actor.Context, d *delivery) {
	actors.Ask(c, d.to, &messages.Deliver{To: d.id, Message: d.event}, takeWait, d)
}

// taken acknowledges an event, or sends it again after a pause. One that is in
// quarantine is done with: its asker has been told.
func (a *gateway) taken(c *actor.Context, d *delivery, m actors.Answered) {
	failed, crashed := errors.AsType[*actors.Failed](m.Err)
	if m.Err == nil || crashed && failed.Quarantine {
		a.client.Acknowledge(d.seq)
		return
	}
	d.tries++
	a.cfg.Log.Warn("event not taken", "type", eventType(d.event), "tries", d.tries, "err", m.Err)
	actors.After(c, min(firstPause<<min(d.tries-1, 10), lastPause), resend{d})
}

// command answers a command to Discord, which waits 3 s at most.
func (a *gateway) command(c *actor.Context, m *messages.CommandUsed) {
	ack, private := a.cfg.Ack, a.cfg.Private(m.Name)
	actors.Go(c, func(ctx context.Context) any {
		ctx, cancel := context.WithTimeout(ctx, ackWait)
		defer cancel()
		return acked{m, ack(ctx, m.Interaction, private)}
	})
}

// acked hands a command on. One that Discord does not know any more is done
// with: nobody could see an answer to it.
func (a *gateway) acked(c *actor.Context, m acked) {
	if m.err != nil {
		a.cfg.Log.Warn("command not acknowledged", "command", m.command.Name, "err", m.err)
		a.client.Acknowledge(m.command.Seq)
		return
	}
	if m.command.Name == "chat" {
		a.send(c, &delivery{to: a.cfg.Channels, id: uint64(m.command.Channel), event: m.command, seq: m.command.Seq})
		return
	}
	c.Send(a.cfg.Commands, m.command)
	a.client.Acknowledge(m.command.Seq)
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
