// Package cache is the actor that keeps answers which may be given again.
//
// It owns those answers and what they are dropped with. It hears
// [messages.GetAnswer], which it answers at once with [messages.CachedAnswer],
// [messages.KeepAnswer], [messages.ForgetAnswers] and [messages.AnswerBypassed];
// [messages.GetCache] is answered by [messages.CacheState].
//
// Whether an answer may be given again, and to whom, is up to who makes the keys:
// here equal keys get the same answer and others do not. What a key does not hold,
// the answer must not depend on.
//
// What was given again often is made anew before it is too old, one after the
// other and only in quiet times: it asks health, the quota and the pool for those.
//
// On a crash it starts empty, and so nothing is given again that was to be
// forgotten.
package cache

import (
	"cmp"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a cache is made of. Zero fields take the values that are named
// beside them.
type Config struct {
	TTL     time.Duration // how long an answer may be given again; must not be 0
	Stale   time.Duration // how long where there may be no other; 6 times TTL
	Young   time.Duration // answers that are not that old yet are the coalescer's to share; none
	Entries int           // answers at most; 10,000
	Bytes   int           // of memory at most, as estimated; 16 MiB
	Health  *actor.PID    // these three say whether times are quiet
	Quota   *actor.PID
	Pool    *actor.PID // makes answers anew; nil for nobody
	Metrics prometheus.Registerer
	Log     *slog.Logger
}

// sweepEvery is how often answers that are too old leave memory. They are not
// given again before that either.
const sweepEvery = time.Minute

type cache struct {
	cfg      Config
	metrics  *metrics
	state    *state
	sweeping bool     // a timer is set
	renewing *renewal // nil if none is under way
}

type sweep struct{}

// New returns the producer of a cache.
func New(cfg Config) actor.Producer {
	cfg.Entries, cfg.Bytes, cfg.Stale = cmp.Or(cfg.Entries, 10_000), cmp.Or(cfg.Bytes, 16<<20), cmp.Or(cfg.Stale, 6*cfg.TTL)
	m := newMetrics(cfg.Metrics)
	return func() actor.Receiver {
		return &cache{
			cfg: cfg, metrics: m,
			state: newState(limits{ttl: cfg.TTL, stale: cfg.Stale, young: cfg.Young, entries: cfg.Entries, bytes: cfg.Bytes}),
		}
	}
}

func (a *cache) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.metrics.stand(a.state) // an instance that crashed may have told otherwise
	case *messages.GetAnswer:
		a.get(c, m)
	case *messages.KeepAnswer:
		a.keep(c, m)
	case *messages.ForgetAnswers:
		a.state.forget(m)
		a.metrics.stand(a.state)
	case *messages.AnswerBypassed:
		a.state.bypass(m.Why)
		a.metrics.asked(m.Why)
	case actors.Progress: // of an answer that is made anew: nobody reads along
	case actors.Answered:
		a.answered(c, m)
	case sweep:
		a.sweep(c)
	case *messages.GetCache:
		c.Respond(a.state.report())
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

func (a *cache) get(c *actor.Context, m *messages.GetAnswer) {
	answer, hit := a.state.get(m.Key, m.Stale, time.Now())
	a.metrics.found(hit)
	c.Respond(&answer)
}

func (a *cache) keep(c *actor.Context, m *messages.KeepAnswer) {
	a.state.keep(m, time.Now())
	a.metrics.stand(a.state)
	a.sweepLater(c)
}

func (a *cache) sweep(c *actor.Context) {
	a.sweeping = false
	a.state.sweep(time.Now())
	a.metrics.stand(a.state)
	a.sweepLater(c)
	a.renewNext(c)
}

func (a *cache) sweepLater(c *actor.Context) {
	if !a.sweeping && a.state.kept.Len() > 0 {
		a.sweeping = true
		actors.After(c, sweepEvery, sweep{})
	}
}
