// Package quota is the actor that knows what may still be asked of Gemini.
//
// It owns what one Gemini project has used: the requests and input tokens of
// each model in the last minute, its requests of the day, and the day's money of
// all models together. It hears [messages.Reserve] before a request is sent and
// [messages.Settle] after it, and answers [messages.GetQuota] by
// [messages.QuotaState]. Every request that reached the wire is told to the
// journal ([messages.AttemptMade]), from which the minute and the day are
// rebuilt at the start and after a crash; until then reservations wait.
//
// A crash loses no request: what was let go stays in a book that the next
// instance takes over. The end of the process loses those that were under way
// and not settled; at most as many as ran at a time.
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
	Metrics  prometheus.Registerer                        // nil for none
	Log      *slog.Logger
}

// How long the quota waits, and for how many it lets wait.
const (
	journalWait = 30 * time.Second // for an attempt to be kept or found
	loadPause   = time.Second      // before the attempts are asked for again
	keepPause   = 5 * time.Second  // before attempts are told again
	tickPause   = 10 * time.Second
	mostWaiting = 1000 // reservations, until the attempts are loaded
)

type quota struct {
	cfg     Config
	metrics *metrics
	state   *state
	loaded  bool
	waiting []letter // until then
	failed  []uint64 // attempts that the journal did not keep, to be told again
}

// A letter is mail that waits.
type letter struct {
	sender  *actor.PID
	message any
}

type (
	// loadAsked tags the question for the attempts.
	loadAsked struct{}
	// keepAsked tags what is to be kept.
	keepAsked struct{ attempt uint64 }
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
		return &quota{cfg: cfg, metrics: m, state: newState(r, b, rand.Uint64(), time.Now())}
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
		attempt, learned := a.state.settle(m, time.Now())
		a.tell(learned)
		a.keep(c, attempt)
	}
	a.metrics.stand(a.state, time.Now())
}

// reserve answers a reservation. Without a sender nobody would settle it.
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
	c.Send(asker, &messages.Reserved{ID: id})
}

// withdrawn takes back what somebody asked for who does not wait any more.
func (a *quota) withdrawn(c *actor.Context) {
	asker := c.Sender()
	if asker == nil {
		return
	}
	a.waiting = slices.DeleteFunc(a.waiting, func(l letter) bool { return l.sender != nil && l.sender.Equals(asker) })
	a.state.withdraw(asker.String(), time.Now())
}

func (a *quota) tick(c *actor.Context) {
	actors.After(c, tickPause, tick{})
	if a.loaded {
		a.keep(c, a.state.tick(time.Now())...)
		a.metrics.stand(a.state, time.Now())
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
