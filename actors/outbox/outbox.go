// Package outbox is the actor that brings answers to one channel.
//
// It owns the replies that go out there: their messages, their edits, and the
// budgets of posts and edits that Discord grants the channel, as learnt from its
// answers. It hears [messages.OpenReply], [messages.GrowReply],
// [messages.FinishReply] and [messages.CancelReply] from turns. It asks the pool
// with a [messages.Job] for each request to Discord, and the journal to keep
// [messages.KeepPart], [messages.KeepFinal] and [messages.KeepShared].
//
// What goes first, when posts or edits are short: the first post of an answer and
// posts of finished ones in the order of their arrival, then edits that finish
// an answer, then edits that show progress, of which only the latest text counts.
// Those who asked the same are answered in one message when posts are short.
//
// After a crash it knows nothing: turns ask again, and since nonces depend on
// nothing but the question, posting again finds what was posted.
package outbox

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Discord is what an outbox needs of Discord's edge. The errors are
// [*messages.Limited], if nothing was sent, and [*messages.Failure].
type Discord interface {
	Post(ctx context.Context, m *messages.Post) (messages.Sent, error)
	Edit(ctx context.Context, m *messages.Edit) (messages.Sent, error)
	Delete(ctx context.Context, channel messages.ChannelID, message messages.MessageID) error
	Typing(ctx context.Context, channel messages.ChannelID) error
	Respond(ctx context.Context, m *messages.Response) (messages.Sent, error)
}

// Config is what an outbox is made of.
type Config struct {
	Channel messages.ChannelID
	Discord Discord
	Pool    *actor.PID // the router through which all requests go
	Journal *actor.PID //
	// Deadline is how long nothing may get through to the channel before finished
	// replies are given up, and after how long a post that may have come through is
	// not repeated. A reply is given up after five times as long in any case. 0 for
	// [messages.NonceLife].
	Deadline time.Duration
	Log      *slog.Logger
}

// journalWait bounds the wait for the journal's word.
const journalWait = 10 * time.Second

// An outbox is the actor. Its state is in state.go; here is who waits for what.
type outbox struct {
	cfg    Config
	state  *state
	serial uint64 // of askers
	askers actors.Askers[uint64]
	alarm  actors.Alarm
}

type (
	// requested tags a question to the pool.
	requested struct{ id uint64 }
	// kept tags a question to the journal.
	kept struct{ id uint64 }
	tick struct{}
)

// New returns the producer of an outbox.
func New(cfg Config) actor.Producer {
	if cfg.Deadline <= 0 {
		cfg.Deadline = messages.NonceLife
	}
	return func() actor.Receiver {
		return &outbox{
			cfg:   cfg,
			state: newState(cfg.Channel, cfg.Deadline),
		}
	}
}

func (a *outbox) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case *messages.OpenReply:
		a.act(c, a.state.open(m.Reply, time.Now()))
	case *messages.GrowReply:
		a.act(c, a.state.grow(m.Trigger, m.Text, time.Now()))
	case *messages.FinishReply:
		a.act(c, a.state.finish(a.asker(c), m.Reply, m.Text, m.Note, time.Now()))
	case *messages.CancelReply:
		a.act(c, a.state.cancel(a.asker(c), m.Reply, m.Delete, time.Now()))
	case actors.Progress:
		a.progress(c, m)
	case actors.Answered:
		a.answered(c, m)
	case *actors.Withdrawn:
		a.withdrawn(c)
	case tick:
		a.alarm.Rang()
		a.act(c, a.state.tick(time.Now()))
	case actor.Stopped:
		a.alarm.Unset()
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// MaySleep says that no reply is open and no limit is to be remembered.
func (a *outbox) MaySleep() bool { return a.state.idle(time.Now()) }

// Weight returns the bytes that open replies keep in memory, about.
func (a *outbox) Weight() int { return a.state.weight() }

// asker returns the number by which the state knows who asks.
func (a *outbox) asker(c *actor.Context) uint64 {
	a.serial++
	if pid := c.Sender(); actors.IsAsk(pid) {
		a.askers.Add(a.serial, pid)
	}
	return a.serial
}

// withdrawn forgets who does not wait any more. The reply goes on its way: the
// turn that asked may have crashed, and the next one will ask again.
func (a *outbox) withdrawn(c *actor.Context) {
	a.askers.Withdraw(c.Sender())
}

// act does what the state says and sets the timer that it needs next.
func (a *outbox) act(c *actor.Context, todo []any) {
	for _, do := range todo {
		switch do := do.(type) {
		case request:
			job := a.job(do)
			actors.Ask(c, a.cfg.Pool, job, job.Wait+job.Timeout+answerMargin, requested{do.id})
		case write:
			actors.Ask(c, a.cfg.Journal, do.what, journalWait, kept{do.id})
		case answer:
			a.answer(c, do)
		}
	}
	a.alarm.Set(c, a.state.wake, tick{})
}

func (a *outbox) answer(c *actor.Context, m answer) {
	if pid := a.askers.Drop(m.asker); pid != nil {
		c.Send(pid, m.result)
	}
}

// answered takes in what the pool or the journal has answered.
func (a *outbox) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case requested:
		a.requested(c, tag.id, m)
	case kept:
		a.kept(c, tag.id, m.Err)
	}
}

func (a *outbox) requested(c *actor.Context, id uint64, m actors.Answered) {
	err := m.Err
	if done, ok := m.Message.(*messages.JobDone); ok {
		switch result := done.Result.(type) {
		case messages.Sent:
			a.act(c, a.state.sent(id, result, time.Now()))
			return
		case *messages.Failure:
			err = result
		}
	}
	a.cfg.Log.Info("request failed", "channel_id", a.cfg.Channel, "err", err)
	a.act(c, a.state.failed(id, err, time.Now()))
}

func (a *outbox) kept(c *actor.Context, id uint64, err error) {
	if err == nil {
		a.act(c, a.state.written(id, time.Now()))
		return
	}
	a.cfg.Log.Warn("not kept by the journal", "channel_id", a.cfg.Channel, "err", err)
	var after time.Duration
	if refused, ok := err.(*messages.Refused); ok { //nolint:errorlint // what the journal answers is not wrapped
		after = refused.RetryAfter
	}
	a.act(c, a.state.unwritten(id, after, time.Now()))
}

// progress takes in that a request waits in the pool for a limit to pass.
func (a *outbox) progress(c *actor.Context, m actors.Progress) {
	tag, asked := m.Tag.(requested)
	limited, ok := m.Message.(*messages.Limited)
	if !asked || !ok || limited.What == limitGlobal {
		return
	}
	a.cfg.Log.Info("limit met", "channel_id", a.cfg.Channel, "limit", limited.What, "wait", limited.Wait)
	a.act(c, a.state.limited(tag.id, limited.Wait, time.Now()))
}
