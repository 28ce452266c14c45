// Package journal is the actor through which the node keeps things durably.
//
// It hears the commands and questions of messages/journal.go, notes.go and trace.go,
// and those of analysis.go about what is kept. What
// is written while a commit is under way is committed together after it, so
// that a lone write is on disk at once and a thousand share a few flushes; where
// many share, the next wait some milliseconds for each other, since a processor
// is idle while the disk flushes. A
// command is answered when the store has it on disk; questions are answered
// beside the commits and see all that was acknowledged before.
//
// Writes are done in the order in which they came, also when nobody waits for
// them any more. A write that the store does not take fails alone. When the
// store itself fails, what was at hand is answered with [messages.Failure], and
// health is told [messages.PartDown] and, when it works again,
// [messages.PartUp].
//
// On a crash or at its end it drops what is not committed: who has no answer
// writes again. A write that was done but not acknowledged may be done twice.
package journal

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// A Store is what the journal writes to and reads from. It is used from several
// goroutines at once, but by Apply from one at a time.
type Store interface {
	// Apply does all the writes or none, in their order, and returns when they
	// are durable. A write is one of the journal's commands; its result is what
	// answers the command.
	// written is told the results before that, when the writes outlive the
	// process, though not yet the machine.
	Apply(ctx context.Context, writes []any, written func(results []any)) (results []any, err error)

	Trigger(ctx context.Context, id messages.MessageID) (messages.Trigger, bool, error)
	Unfinished(ctx context.Context, channel messages.ChannelID) ([]messages.Trigger, error)
	UnfinishedChannels(ctx context.Context) ([]messages.ChannelID, error)
	Session(ctx context.Context, shard int) (messages.SessionFound, error)
	Directs(ctx context.Context, limit int) ([]messages.ChannelID, error)
	Attempts(ctx context.Context, since time.Time) ([]messages.AttemptMade, error)
	Notes(ctx context.Context, owner string) (map[string]string, error)
	Shared(ctx context.Context, trigger messages.MessageID) ([]messages.KeepShared, error)
	Traces(ctx context.Context, message messages.MessageID) (messages.TraceFound, error)
	Pieces(ctx context.Context, analyzer messages.Analyzer, limit int) (messages.Pieces, error)
	Kept(ctx context.Context, owner string) (messages.KeptFound, error)
	Person(ctx context.Context, user messages.UserID) (messages.PersonFound, error)
}

// Config is what a journal is made of. Zero fields take the values that are
// named beside them.
type Config struct {
	Store   Store
	Health  *actor.PID // is told when the store fails and works again; nil for nobody
	Batch   int        // writes of one commit; 512
	Queue   int        // writes that are not committed yet; 8192
	Reads   int        // questions to the store at a time; 8
	Asks    int        // questions that wait; 4096
	Horizon time.Duration
	Metrics prometheus.Registerer // nil for none
	Log     *slog.Logger
}

// DefaultHorizon is how long what has ended is kept, where Config gives no
// other: a message older than that is not taken for a question any more. A
// gateway's session can be resumed for minutes and catching up reaches back some
// hours; a week leaves room for a bot that was down over the holidays. No
// horizon is shorter than two days, since the quota must find today's requests.
const (
	DefaultHorizon  = 7 * 24 * time.Hour
	shortestHorizon = 2 * 24 * time.Hour
)

// How long the journal waits.
const (
	commitTimeout = 30 * time.Second // for a commit; whoever asked has given up by then
	readTimeout   = 10 * time.Second
	slowCommit    = 5 * time.Second       // from then on the store counts as down
	probePause    = 5 * time.Second       // before a store that is down is tried again
	patience      = 25 * time.Millisecond // that a write has for which nobody waits
	gather        = 5 * time.Millisecond  // that any has in a journal that is busy
	blamePause    = 5 * time.Minute       // before the same cause is logged again
	firstPrune    = time.Minute
	prunePause    = time.Hour
	pruneBreath   = 250 * time.Millisecond // before there is more forgotten
)

// busy is how many writes of one commit tell that more will come at once.
const busy = 8

func (cfg Config) withDefaults() Config {
	cfg.Batch = cmp.Or(cfg.Batch, 512)
	cfg.Queue = cmp.Or(cfg.Queue, 8192)
	cfg.Reads = cmp.Or(cfg.Reads, 8)
	cfg.Asks = cmp.Or(cfg.Asks, 4096)
	cfg.Horizon = max(cmp.Or(cfg.Horizon, DefaultHorizon), shortestHorizon)
	return cfg
}

type journal struct {
	cfg     Config
	metrics *metrics
	state   *state
	askers  actors.Askers[uint64]
	unwatch func()    // ends the watch over the commit under way
	blamed  string    // the cause that was logged last
	blames  time.Time // when
	pruning uint64    // what our own pruning is known by
}

type (
	// committed is what a commit tells, or a probe.
	committed struct{ result }
	// found is what a question to the store tells.
	found struct {
		id     uint64
		answer any
		err    error
	}
	slow  struct{} // the commit under way takes long
	again struct{} // the store is down: is it still?
	// written tells that the group at hand outlives the process. One of a former
	// instance is void.
	written struct {
		by      *journal
		answers []any
	}
	// lingered ends a wait of the queue.
	lingered struct{}
	prune    struct{} // the time has come to forget
	pruneOn  struct{} // there is more to forget
)

// New returns the producer of a journal.
func New(cfg Config) actor.Producer {
	cfg = cfg.withDefaults()
	m := newMetrics(cfg.Metrics)
	return func() actor.Receiver {
		return &journal{
			cfg:     cfg,
			metrics: m,
			state:   newState(limits{Batch: cfg.Batch, Queue: cfg.Queue, Reads: cfg.Reads, Asks: cfg.Asks}),
			unwatch: func() {},
		}
	}
}

func (a *journal) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.act(c, a.state.start())
		actors.After(c, firstPrune, prune{})
	case *messages.AcceptTrigger, *messages.KeepPart, *messages.KeepFinal, *messages.KeepShared, *messages.EndTrigger,
		*messages.CountAttempt, *messages.ReviseTrigger, *messages.KeepSession, *messages.KeepAlive,
		*messages.Quarantine, *messages.AttemptMade, *messages.KeepNote, *messages.KeepTrace, *messages.Prune,
		*messages.KeepPieces, *messages.SettlePieces, *messages.KeepDerived, *messages.ForgetSources, *messages.DropPieces,
		*messages.ForgetChannels, *messages.ErasePerson:
		a.act(c, a.state.write(a.remember(c), m))
	case *messages.GetTrigger, *messages.GetUnfinished, *messages.GetUnfinishedChannels, *messages.GetSession,
		*messages.GetDirects, *messages.GetAttempts, *messages.GetNotes, *messages.GetShared, *messages.GetTrace,
		*messages.GetPieces, *messages.GetKept, *messages.GetPerson:
		a.act(c, a.state.ask(a.remember(c), m))
	case written:
		if m.by == a {
			a.act(c, a.state.written(m.answers))
		}
	case committed:
		a.committed(c, m)
	case found:
		a.found(c, m)
	case *actors.Withdrawn:
		a.withdrawn(c)
	case slow:
		a.act(c, a.state.slow())
	case again:
		a.act(c, a.state.again())
	case lingered:
		a.act(c, a.state.lingered())
	case prune:
		actors.After(c, prunePause, prune{})
		a.prune(c)
	case pruneOn:
		a.prune(c)
	case actor.Stopped:
		a.act(c, a.state.shut())
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// remember notes who waits for what comes next, if anybody does.
func (a *journal) remember(c *actor.Context) (id uint64) {
	id = a.state.nextID()
	if asker := c.Sender(); asker != nil {
		a.askers.Add(id, asker)
	}
	return id
}

// withdrawn forgets who asked. A question is not asked any more, but a write is
// done all the same: half of what the asker did may be there already.
func (a *journal) withdrawn(c *actor.Context) {
	if id, waited := a.askers.Withdraw(c.Sender()); waited {
		a.state.withdraw(id)
	}
}

// act does what the state says.
func (a *journal) act(c *actor.Context, todo []action) {
	for _, do := range todo {
		switch do.verb {
		case commit:
			a.commit(c, do.writes)
		case probe:
			a.probe(c)
		case read:
			a.read(c, do.id, do.message)
		case answer:
			a.answer(c, do.id, do.message)
		case blame:
			a.blame(do)
		case down:
			a.cfg.Log.Error("the store fails", "err", do.cause)
			c.Send(a.cfg.Health, &messages.PartDown{Part: storePart, Cause: do.cause})
		case up:
			a.cfg.Log.Info("the store works")
			c.Send(a.cfg.Health, &messages.PartUp{Part: storePart})
		case announce:
			if asker := a.askers.Of(do.id); asker != nil {
				c.Send(asker, actors.Partial{Message: do.message})
			}
		case pause:
			actors.After(c, probePause, again{})
		case linger:
			actors.After(c, do.wait, lingered{})
		}
	}
	a.metrics.waiting.Set(float64(a.state.held()))
}

// blame logs why a write was not taken, once in a while for one cause: what is
// not taken comes again.
func (a *journal) blame(do action) {
	now := time.Now()
	if do.cause == a.blamed && now.Sub(a.blames) < blamePause {
		return
	}
	a.blamed, a.blames = do.cause, now
	a.cfg.Log.Error("the store does not take a write", "type", typeOf(do.message), "err", do.cause)
}

// storePart names the store to health.
const storePart = "store"

func (a *journal) answer(c *actor.Context, id uint64, m any) {
	a.metrics.answered(m)
	if pruned, ok := m.(*messages.Pruned); ok && id == a.pruning && pruned.More {
		actors.After(c, pruneBreath, pruneOn{})
	}
	if asker := a.askers.Drop(id); asker != nil {
		c.Send(asker, m)
	}
}

func (a *journal) committed(c *actor.Context, m committed) {
	a.unwatch()
	a.act(c, a.state.committed(m.result))
}

func (a *journal) found(c *actor.Context, m found) {
	if m.err != nil && a.state.unreadable() {
		a.cfg.Log.Error("the store cannot be read", "err", m.err)
	}
	a.act(c, a.state.found(m.id, m.answer, m.err))
}

// prune has some of what is old forgotten.
func (a *journal) prune(c *actor.Context) {
	a.pruning = a.state.nextID()
	now := time.Now()
	a.act(c, a.state.write(a.pruning, &messages.Prune{
		Before: messages.MessageIDAt(now.Add(-a.cfg.Horizon)), Traces: messages.MessageIDAt(now.Add(-messages.TraceLife)),
	}))
}
