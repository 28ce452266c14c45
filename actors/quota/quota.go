// Package quota is the actor that knows what may still be asked of Gemini.
//
// It owns what one Gemini project has used: the requests and input tokens of
// each model in the last minute, its requests of the day, and the day's money of
// all models together. It hears [messages.Reserve] before a request is sent and
// [messages.Settle] after it, and answers [messages.GetQuota] by
// [messages.QuotaState]. A request is noted before it may be sent ([Intents]), and
// told to the journal when it is settled ([messages.AttemptMade]), from which the
// minute and the day are rebuilt at the start and after a crash; until then
// reservations wait. One of which is not known whether it was sent counts as sent.
//
// No crash and no death of the process loses a request: what was let go stays in a
// book that the next instance takes over, and in the intents. A loss of power may
// lose those that were under way.
//
// It is not promised that Gemini counts alike. When it says no ([messages.Failure]
// in a Settle), its word counts: a lower limit is learned, a model is paused.
package quota

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a quota is made of.
type Config struct {
	Default  Limits                                       // of models that Models does not name
	Models   map[string]Limits                            // by name
	SpendCap float64                                      // dollars a day, all models together; 0 for none
	Price    func(model string, u messages.Usage) float64 // dollars of a request; nil if all are free
	Zone     *time.Location                               // whose midnight begins the day: America/Los_Angeles
	Journal  *actor.PID                                   // keeps the attempts
	Health   *actor.PID                                   // is told when the models' quota does not last; nil for nobody
	Model    string                                       // that answers
	Spare    string                                       // that answers when the other's quota does not last; "" for none
	Intents  Intents
	Metrics  prometheus.Registerer // nil for none
	Log      *slog.Logger
}

// How long the quota waits, and for how many it lets wait.
const (
	journalWait = 30 * time.Second // for an attempt to be kept or found
	loadPause   = time.Second      // before the attempts are asked for again
	intendPause = time.Second      // before a reservation is tried again that was not noted
	keepPause   = 5 * time.Second  // before attempts are told again
	tickPause   = 10 * time.Second
	mostWaiting = 1000 // reservations, until the attempts are loaded
)

type quota struct {
	cfg     Config
	metrics *metrics
	state   *state
	strain  actors.Strained
	loaded  bool
	waiting []letter              // until then
	asking  map[uint64]*actor.PID // who waits until a reservation is noted
	stuck   bool                  // reservations cannot be noted
	failed  []uint64              // attempts that the journal did not keep, to be told again
}

// A letter is mail that waits.
type letter struct {
	sender  *actor.PID
	message any
}

type (
	// loadAsked tags the question for the attempts.
	loadAsked struct{}
	// keepAsked tags an attempt that is to be kept.
	keepAsked struct{ id uint64 }
	loadAgain struct{}
	keepAgain struct{}
	tick      struct{}
)

// New returns the producer of a quota. Its instances share a book: there must
// be one actor of a producer.
func New(cfg Config) actor.Producer {
	m := newMetrics(cfg.Metrics)
	b := newBook()
	r := rules{Default: cfg.Default, Models: cfg.Models, SpendCap: cfg.SpendCap, Price: cfg.Price, Zone: cfg.Zone}
	return func() actor.Receiver {
		return &quota{
			cfg: cfg, metrics: m, state: newState(r, b, rand.Uint64(), time.Now()), asking: map[uint64]*actor.PID{},
			strain: actors.Strained{Health: cfg.Health, Of: "quota"},
		}
	}
}

func (a *quota) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.load(c)
		actors.After(c, tickPause, tick{})
	case *messages.Reserve, *messages.Settle:
		a.take(c, letter{c.Sender(), m})
	case *actors.Withdrawn:
		a.withdrawn(c)
	case intended:
		a.intended(c, m)
	case actors.Answered:
		a.answered(c, m)
	case loadAgain:
		a.load(c)
	case keepAgain:
		a.keepAgain(c)
	case tick:
		a.tick(c)
	case *messages.GetQuota:
		c.Respond(a.state.report(time.Now()))
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// take deals with a letter, or keeps it until it is known what is used.
func (a *quota) take(c *actor.Context, l letter) {
	_, reserve := l.message.(*messages.Reserve)
	switch {
	case a.loaded:
		a.read(c, l)
	case reserve && len(a.waiting) >= mostWaiting:
		c.Send(l.sender, &messages.Limited{Wait: loadPause, What: waitLoading})
	default: // what is to be settled is bounded by what was reserved
		a.waiting = append(a.waiting, l)
	}
}

func (a *quota) read(c *actor.Context, l letter) {
	switch m := l.message.(type) {
	case *messages.Reserve:
		a.reserve(c, l.sender, m)
	case *messages.Settle:
		a.settle(c, m)
	}
	a.metrics.stand(a.state, time.Now())
}

// reserve answers a reservation, as soon as it is noted. Without a sender nobody
// would settle it.
func (a *quota) reserve(c *actor.Context, asker *actor.PID, m *messages.Reserve) {
	if asker == nil {
		return
	}
	id, err := a.state.reserve(asker.String(), m.Model, m.Tokens, time.Now())
	if err != nil {
		a.metrics.refuse(m.Model, err)
		c.Send(asker, err)
		return
	}
	a.asking[id] = asker
	a.intend(c, id)
}

func (a *quota) settle(c *actor.Context, m *messages.Settle) {
	made, learned := a.state.settle(m, time.Now())
	a.tell(learned)
	if made != nil {
		a.keep(c, made)
	}
	if !m.Sent {
		a.unintend(c, m.ID)
	}
}

// withdrawn takes back what somebody asked for who does not wait any more.
func (a *quota) withdrawn(c *actor.Context) {
	asker := c.Sender()
	if asker == nil {
		return
	}
	a.waiting = slices.DeleteFunc(a.waiting, func(l letter) bool { return l.sender != nil && l.sender.Equals(asker) })
	id := a.state.withdraw(asker.String(), time.Now())
	if _, noting := a.asking[id]; noting {
		delete(a.asking, id) // it is taken back when it is noted
	} else if id != 0 {
		a.unintend(c, id)
	}
}

func (a *quota) tick(c *actor.Context) {
	actors.After(c, tickPause, tick{})
	if a.loaded {
		now := time.Now()
		a.keep(c, a.state.tick(now)...)
		a.metrics.stand(a.state, now)
		level, why := a.state.strain(a.cfg.Model, a.cfg.Spare, now)
		a.strain.Tell(c, level, why, now)
	}
}

// tell writes down what Gemini has taught.
func (a *quota) tell(l lesson) {
	for _, limit := range l.lowered {
		a.cfg.Log.Warn("gemini allows less than is configured: write it into the configuration",
			"model", l.model, "limit", limit.What, "value", limit.Value)
	}
	if l.cause != "" {
		a.cfg.Log.Warn("gemini said no: the model is paused", "model", l.model, "cause", l.cause, "pause", l.pause)
	}
}
