// Package user is the actor that stands for one person: how fast they may ask,
// and what of them enters a prompt.
//
// It hears [messages.Admit], [messages.GetUserContext], [messages.Forget] and
// [messages.RefusePersona], and keeps what they want kept with the journal by
// [messages.KeepNote]. After a crash it reads that again; it forgets the
// requests of the last minute, so that a person may ask a few times too often.
//
// It is not promised that the context comes soon: as long as the journal cannot
// be read the question stays open, for an answer that does not know of a
// /clear would bring back what somebody wanted gone. What is told holds at once,
// even if it turns out that it could not be kept: it is what the person wants.
package user

import (
	"log/slog"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

const (
	journalWait = 5 * time.Second
	reload      = time.Second // the pause after the notes could not be read
	maxWaiting  = 256         // questions that wait for the notes
)

// Config is what a user is made of.
type Config struct {
	User    messages.UserID
	RPM     int                     // triggers that any minute may hold, all at once if they like; 0 for any number
	Roles   map[messages.RoleID]int // the same for who has one of these roles; the highest of a person's holds
	Guilds  *actor.PID              // the region of guilds, whose own rate is asked after the person's; nil for none
	Journal *actor.PID
	Log     *slog.Logger
}

// A user is the actor.
type user struct {
	cfg     Config
	owner   string // of the notes
	state   state
	waiting []question // until the notes are loaded: at most maxWaiting
}

// A question is one that has to wait.
type question struct {
	asker   *actor.PID
	channel messages.ChannelID
}

// kept tags the asks of the journal: who is to be told how it went.
type kept struct {
	asker *actor.PID
	done  any
}

// load tags the ask for the notes and makes the actor ask again.
type load struct{}

// New returns the producer of a user.
func New(cfg Config) actor.Producer {
	return func() actor.Receiver {
		return &user{cfg: cfg, owner: "user/" + cfg.User.String(), state: state{rpm: cfg.RPM, roles: cfg.Roles}}
	}
}

// MaySleep agrees when the last minute was silent: what else is known is kept.
func (a *user) MaySleep() bool { return len(a.waiting) == 0 && a.state.idle(time.Now()) }

// Weight returns the memory that the user takes, in bytes.
func (a *user) Weight() int { return a.state.weight() }

func (a *user) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.load(c)
	case load:
		a.load(c)
	case *messages.Admit:
		a.admit(c, m)
	case *messages.GetUserContext:
		a.context(c, m)
	case *messages.Forget:
		a.forget(c, m)
	case *messages.RefusePersona:
		a.keep(c, a.state.refusePersona(m.Refuse), &messages.Kept{})
	case *actors.Withdrawn:
		a.withdraw(c.Sender())
	case actors.Answered:
		a.answered(c, m)
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

func (a *user) load(c *actor.Context) {
	actors.Ask(c, a.cfg.Journal, &messages.GetNotes{Owner: a.owner}, journalWait, load{})
}

// admit has the guild answer for whom it is not too fast, so that what a person
// asks in vain does not use up what others may ask.
func (a *user) admit(c *actor.Context, m *messages.Admit) {
	wait, ok := a.state.bucket.Pass(m.Trigger, a.state.most(m.Roles), time.Now())
	switch {
	case !ok:
		c.Respond(&messages.Failure{Cause: messages.CauseUserRate, Retry: messages.RetryNever, After: wait})
	case m.Guild != 0 && a.cfg.Guilds != nil:
		c.Engine().SendWithSender(a.cfg.Guilds, &messages.Deliver{To: uint64(m.Guild), Message: m}, c.Sender())
	default:
		c.Respond(&messages.Admitted{})
	}
}

func (a *user) context(c *actor.Context, m *messages.GetUserContext) {
	switch {
	case a.state.loaded:
		c.Respond(a.state.context(m.Channel))
	case len(a.waiting) == maxWaiting:
		c.Respond(&messages.Refused{Reason: messages.RefusedFull, RetryAfter: reload})
	default:
		a.waiting = append(a.waiting, question{c.Sender(), m.Channel})
	}
}

func (a *user) withdraw(asker *actor.PID) {
	a.waiting = slices.DeleteFunc(a.waiting, func(q question) bool { return q.asker.Equals(asker) })
}

func (a *user) forget(c *actor.Context, m *messages.Forget) {
	n, ok := a.state.forget(m.Channel, m.Before)
	if !ok {
		c.Respond(&messages.Refused{Reason: messages.RefusedFull})
		return
	}
	a.keep(c, n, &messages.Forgot{})
}

// keep has a note written down; its asker is told when it is on disk.
func (a *user) keep(c *actor.Context, n note, done any) {
	m := &messages.KeepNote{Owner: a.owner, Key: n.key, Value: n.value}
	actors.Ask(c, a.cfg.Journal, m, journalWait, kept{c.Sender(), done})
}

func (a *user) answered(c *actor.Context, m actors.Answered) {
	switch tag := m.Tag.(type) {
	case load:
		a.loaded(c, m)
	case kept:
		if m.Err != nil {
			a.cfg.Log.Error("note not kept", "user_id", a.cfg.User, "err", m.Err)
			c.Send(tag.asker, &messages.Failure{Cause: messages.CauseInternal, Retry: messages.RetryOnce, Detail: "not kept"})
			return
		}
		c.Send(tag.asker, tag.done)
	}
}

func (a *user) loaded(c *actor.Context, m actors.Answered) {
	notes, ok := m.Message.(*messages.Notes)
	if !ok {
		a.cfg.Log.Warn("notes not read, again after a pause", "user_id", a.cfg.User, "err", m.Err)
		actors.After(c, reload, load{})
		return
	}
	a.state.load(notes.Values)
	for _, q := range a.waiting {
		c.Send(q.asker, a.state.context(q.channel))
	}
	a.waiting = nil
}
