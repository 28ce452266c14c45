// Package supervision is who watches, and where actors run: tree.go is the
// outline of the running system, host.go keeps one actor alive, region.go
// keeps the entities of one kind, supervisor.go watches the parts.
package supervision

import (
	"log/slog"
	"math/rand/v2"
	"time"

	"troupe/actors"

	"github.com/anthdm/hollywood/actor"
)

// A Policy says what happens when an actor panics.
type Policy struct {
	Kind       string     // the label of the actor: in logs, metrics, quarantine
	Supervisor *actor.PID // is told of each crash; may be nil
	Log        *slog.Logger

	MaxFailures int           // within Window; one more and the actor gives up
	Window      time.Duration //
	MinBackoff  time.Duration // the pause before the second instance; doubles from then on
	MaxBackoff  time.Duration
	Settle      time.Duration // how long the old instance's work and children may take to end
	Stash       int           // messages kept meanwhile; more are refused

	// Background says that nobody waits for the actor: the bot answers as well
	// without it.
	Background bool
	// Forwards says that the actor passes questions on to others, who owe the
	// answers: its crash fails only the one at hand.
	Forwards bool
	// Trigger tells what a message is about, for who must apologize; may be nil.
	Trigger func(m any) (id uint64)
	// Before is called with each message before the actor gets it; a panic in
	// it is the actor's. It may be nil.
	Before func(m any)
}

// DefaultPolicy is for actors on which people wait: quick to come back, and in
// doubt given up on rather than spun.
func DefaultPolicy(kind string, supervisor *actor.PID, log *slog.Logger) Policy {
	return Policy{
		Kind:        kind,
		Supervisor:  supervisor,
		Log:         log,
		MaxFailures: 10,
		Window:      time.Minute,
		MinBackoff:  10 * time.Millisecond,
		MaxBackoff:  5 * time.Second,
		Settle:      10 * time.Second,
		Stash:       1000,
	}
}

// BackgroundPolicy is for actors on which nobody waits: they come back slowly, so that
// one that always crashes costs nothing.
func BackgroundPolicy(kind string, supervisor *actor.PID, log *slog.Logger) Policy {
	p := DefaultPolicy(kind, supervisor, log)
	p.Background, p.MaxFailures, p.Window = true, 8, 10*time.Minute
	p.MinBackoff, p.MaxBackoff = time.Second, time.Minute
	return p
}

// backoff returns the pause after the n-th failure in a row, n ≥ 1, with a
// quarter of jitter so that what failed together does not come back together.
func (p *Policy) backoff(n int) time.Duration {
	d := actors.Doubled(p.MinBackoff, n-1, p.MaxBackoff)
	return d + time.Duration(rand.Float64()*float64(d)/4) //nolint:gosec // jitter needs no secrecy
}
