// Package user is the actor that stands for one person: how fast they may ask,
// what of them enters a prompt, and what may be learned of them at all.
//
// It hears [messages.Admit], [messages.GetUserContext], [messages.Forget] and
// [messages.RefusePersona], and keeps what they want kept with the journal by
// [messages.KeepNote]. After a crash it reads that again; it forgets the
// requests of the last minute, so that a person may ask a few times too often.
//
// It has what the person said ([messages.Said]) analysed as far as they consent
// ([messages.SetConsent]), and takes in what it came to ([messages.Learned]). They see
// and change that by [messages.GetFacts], [messages.ForgetFacts] and
// [messages.EditFact], and are forgotten by [messages.DeletePerson]. These changes are
// made one after the other, and hold when they are on disk; where that is not known,
// it is read again. But a consent that ends has ended at once.
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

	Memory    *actor.PID // analyzes what the person tells of themselves; nil for nobody
	Behaviour *actor.PID // analyzes how they write; nil for nobody
	Cache     *actor.PID // of answers; nil for none
	Channels  *actor.PID // the region of channels; nil for none
	Expects   *actor.PID // reads ahead for who is expected; nil for nobody

	Log *slog.Logger
}

// A user is the actor.
type user struct {
	cfg     Config
	owner   string // of the notes
	state   state
	waiting []held // until the notes are loaded: at most maxWaiting

	reading  bool // it is not known what is on disk: changes wait
	stale    bool // what is being read, or will be known, may be older than what is on disk
	changes  actors.Changes
	failures int      // of changes, one after the other
	erasure  *erasure // nil if the person is not to be forgotten
}

// held is a message that has to wait.
type held struct {
	message any
	sender  *actor.PID
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
		return &user{
			cfg: cfg, owner: cfg.User.Owner(), state: state{rpm: cfg.RPM, roles: cfg.Roles, user: cfg.User}, reading: true,
		}
	}
}

// MaySleep agrees when the last minute was silent: what else is known is kept.
func (a *user) MaySleep() bool {
	return len(a.waiting) == 0 && !a.changes.Open() && a.state.idle(time.Now())
}

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
	case *messages.GetUserContext, *messages.GetConsent, *messages.GetFacts, *messages.Said:
		a.hold(c, held{m, c.Sender()})
	case *messages.Forget:
		a.forget(c, m)
	case *messages.RefusePersona:
		a.keep(c, a.state.refusePersona(m.Refuse), &messages.Kept{})
	case *messages.Learned:
		a.change(c, m, maxLearned)
	case *messages.SetConsent:
		a.state.choose(m) // before what has to wait
		a.change(c, m, maxChanges)
	case *messages.ForgetFacts, *messages.EditFact:
		a.change(c, m, maxChanges)
	case *messages.DeletePerson:
		a.deletePerson(c, m)
	case eraseOn:
		a.erase(c)
	case *messages.SourcesGone:
		a.sourcesGone(m)
	case *actors.Withdrawn:
		a.withdraw(c.Sender())
	case actors.Answered:
		a.answered(c, m)
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

func (a *user) load(c *actor.Context) {
	a.reading, a.stale = true, false
	actors.Ask(c, a.cfg.Journal, &messages.GetKept{Owner: a.owner}, journalWait, load{})
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

// hold takes a message up, or has it wait until the notes are loaded.
func (a *user) hold(c *actor.Context, h held) {
	_, untold := h.message.(*messages.Said)
	switch {
	case a.state.loaded:
		a.take(c, h)
	case len(a.waiting) < maxWaiting:
		a.waiting = append(a.waiting, h)
	case !untold:
		c.Respond(&messages.Refused{Reason: messages.RefusedFull, RetryAfter: reload})
	}
}

func (a *user) take(c *actor.Context, h held) {
	switch m := h.message.(type) {
	case *messages.GetUserContext:
		a.reply(c, h.sender, a.state.context(m.Channel))
	case *messages.GetConsent:
		consent := a.state.consent
		a.reply(c, h.sender, &consent)
	case *messages.GetFacts:
		a.reply(c, h.sender, a.state.facts())
	case *messages.Said:
		a.said(c, m)
	}
}

func (a *user) reply(c *actor.Context, to *actor.PID, m any) {
	if to != nil {
		c.Send(to, m)
	}
}

// said has what the person said analysed.
func (a *user) said(c *actor.Context, m *messages.Said) {
	for _, piece := range a.state.pieces(m) {
		analyzer := a.cfg.Memory
		if piece.Analyzer == messages.AnalyzerBehaviour {
			analyzer = a.cfg.Behaviour
		}
		if analyzer != nil {
			c.Send(analyzer, &messages.Work{Piece: piece})
		}
	}
	a.expect(c)
}

// withdraw forgets who does not wait any more. What the person wants is done all the
// same; an analyzer comes again.
func (a *user) withdraw(asker *actor.PID) {
	if asker == nil {
		return
	}
	a.waiting = slices.DeleteFunc(a.waiting, func(h held) bool { return h.sender != nil && h.sender.Equals(asker) })
	a.changes.Drop(func(change actors.Change) bool {
		_, learned := change.Message.(*messages.Learned)
		return learned && change.Asker != nil && change.Asker.Equals(asker)
	})
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
	case changing:
		if m.Err != nil {
			a.fail(c, m.Err)
			return
		}
		tag.then(c, m.Message)
	}
}

// loaded takes what was kept, and then what has waited for it; or asks again after a
// pause.
func (a *user) loaded(c *actor.Context, m actors.Answered) {
	kept, ok := m.Message.(*messages.KeptFound)
	if !ok {
		a.cfg.Log.Warn("notes not read, again after a pause", "user_id", a.cfg.User, "err", m.Err)
		actors.After(c, reload, load{})
		return
	}
	if a.stale {
		a.load(c)
		return
	}
	a.reading = false
	a.state.reread(kept)
	if !a.state.loaded {
		a.state.load(kept.Notes)
	}
	for _, h := range a.waiting {
		a.take(c, h)
	}
	a.waiting = nil
	if lent := a.state.lent(); len(lent.facts)+len(lent.said) < len(a.state.known.facts)+len(a.state.known.said) {
		a.changes.Add(actors.Change{Message: tidy{}}, maxChanges)
	}
	a.next(c)
}
