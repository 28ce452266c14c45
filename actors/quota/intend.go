package quota

import (
	"context"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// Intents note which requests are about to be sent, so that they outlive the
// process. Those that the journal has not heard of when the next one begins it tells
// among the attempts, as open. The store does. A note takes some microseconds: it
// waits for no disk.
type Intents interface {
	Intend(ctx context.Context, a messages.AttemptMade) error
	Unintend(ctx context.Context, id uint64) error
}

// intended tells that a reservation is noted, or could not be.
type intended struct {
	id  uint64
	err error
}

// intend has a reservation noted.
func (a *quota) intend(c *actor.Context, id uint64) {
	intents, intent := a.cfg.Intents, a.state.intent(id)
	actors.Go(c, func(ctx context.Context) any {
		return intended{id, intents.Intend(ctx, intent)}
	})
}

// intended lets a request go that is noted, and takes back one that is not: it
// would not be counted if the process died.
func (a *quota) intended(c *actor.Context, m intended) {
	asker := a.asking[m.id]
	delete(a.asking, m.id)
	switch {
	case asker == nil: // it was withdrawn meanwhile
		a.unintend(c, m.id)
	case m.err == nil:
		a.stuck = false
		a.state.grant(m.id)
		c.Send(asker, &messages.Reserved{ID: m.id})
	default:
		if !a.stuck {
			a.cfg.Log.Error("requests cannot be noted: they wait", "err", m.err, "pause", intendPause)
		}
		a.stuck = true
		a.state.settle(&messages.Settle{ID: m.id}, time.Now())
		c.Send(asker, &messages.Limited{Wait: intendPause, What: waitStore})
	}
}

// unintend takes back a request that was not sent.
func (a *quota) unintend(c *actor.Context, id uint64) {
	intents, log := a.cfg.Intents, a.cfg.Log
	actors.Go(c, func(ctx context.Context) any {
		if err := intents.Unintend(ctx, id); err != nil {
			log.Warn("a request that was not sent cannot be taken back: it counts after the next start", "err", err)
		}
		return nil
	})
}
