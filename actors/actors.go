// Package actors holds what all actors share: to ask without waiting ([Ask]),
// to let work that blocks run beside an actor ([Go]), to set a timer ([After]).
// Each kind of actor is a package below it; `ls actors` is the cast.
//
// What an actor has under way ends with its [Life], one incarnation of it: no
// answer, result or timer of an instance that crashed reaches the next one.
package actors

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/anthdm/hollywood/actor"
)

// Go runs f beside the actor of c and sends its result to that actor, unless it
// was cancelled first; a nil result is not sent. Whatever may block runs under
// Go: an actor itself never does. A panic in f is a crash of the actor.
// The actor alone may call cancel.
func Go(c *actor.Context, f func(ctx context.Context) any) (cancel func()) {
	life := lifeOf(c)
	ctx, stop := context.WithCancel(life.context())
	w := life.begin(c, stop)
	life.running.Go(func() {
		defer stop()
		w.arrive(guarded(ctx, f))
	})
	return w.cancel
}

// guarded returns the result of f, or how it panicked.
func guarded(ctx context.Context, f func(context.Context) any) (m any) {
	defer func() {
		if v := recover(); v != nil {
			m = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	if m = f(ctx); m == nil {
		m = nothing{}
	}
	return m
}

// After sends m to the actor of c when d has passed, unless it was cancelled.
// The actor alone may call cancel.
func After(c *actor.Context, d time.Duration, m any) (cancel func()) {
	life := lifeOf(c)
	var timer *time.Timer
	w := life.begin(c, func() { timer.Stop() })
	timer = time.AfterFunc(d, func() { w.arrive(m) })
	return w.cancel
}

// A Panic is the value of a panic in work that ran beside an actor, and where
// it happened. It makes the actor crash.
type Panic struct {
	Value any
	Stack []byte
}

// Unhandled deals with a message that no case of Receive names: it reports the
// type, never the content. Every Receive ends with it.
func Unhandled(c *actor.Context, log *slog.Logger) {
	switch m := c.Message().(type) {
	case actor.Initialized, actor.Started, actor.Stopped, *Withdrawn:
	default:
		log.Warn("unhandled message", "actor", c.PID().GetID(), "type", fmt.Sprintf("%T", m))
	}
}
