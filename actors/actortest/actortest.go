// Package actortest runs actors in tests: no sleeps on real time, no polling.
//
// An idle actor has no goroutine, so in a synctest bubble [synctest.Wait]
// returns exactly when every inbox is empty, and time moves only when all is
// idle.
package actortest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"

	"github.com/anthdm/hollywood/actor"
)

// An Engine is an engine in a synctest bubble.
type Engine struct {
	*actor.Engine
	t *testing.T
}

// Run calls f in a bubble with a fresh engine.
func Run(t *testing.T, f func(*testing.T, Engine)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e, err := actor.NewEngine(actor.NewEngineConfig())
		if err != nil {
			t.Fatal(err)
		}
		f(t, Engine{e, t})
	})
}

// Log returns a logger that writes to nowhere.
func Log() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Start spawns an actor that ends with the test, and with it what it has under
// way. A goroutine that it leaves behind fails the test.
func (e Engine) Start(p actor.Producer) *actor.PID {
	pid := e.Spawn(func() actor.Receiver {
		r := p()
		if _, hosted := r.(actors.Mortal); hosted {
			return r
		}
		return &mortal{Receiver: r}
	}, "test")
	e.t.Cleanup(func() {
		synctest.Wait() // an actor whose child ends just as it does itself would wait for it for ever
		e.Stop(pid)
	})
	return pid
}

// A mortal is an actor with a life of its own, as under a host, but for crashes.
type mortal struct {
	actor.Receiver
	life actors.Life
}

func (m *mortal) Life() *actors.Life { return &m.life }

func (m *mortal) Receive(c *actor.Context) {
	switch c.Message().(type) {
	case actor.Initialized, actor.Started:
	case actor.Stopped: // its sender is that of the last message
		defer m.life.End()
	default:
		if actors.IsArrival(c.Sender()) && !m.life.Take(c.Message(), c.Sender()) {
			return
		}
	}
	m.Receiver.Receive(c)
}

// Stop ends the actor and waits until it has ended.
func (e Engine) Stop(pid *actor.PID) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	<-e.PoisonCtx(ctx, pid).Done()
}

// Tell sends m and waits until all is quiet.
func (e Engine) Tell(pid *actor.PID, m any) {
	e.Send(pid, m)
	synctest.Wait()
}

// Probe starts an actor that keeps what it receives.
func (e Engine) Probe() *Probe { return e.Fake(func(*actor.Context) {}) }

// Fake starts an actor that keeps what it receives and deals with it by f.
func (e Engine) Fake(f func(*actor.Context)) *Probe {
	p := new(Probe)
	p.PID = e.SpawnFunc(func(c *actor.Context) {
		switch m := c.Message().(type) {
		case actor.Initialized, actor.Started, actor.Stopped:
		default:
			p.keep(m)
			f(c)
		}
	}, "probe")
	e.t.Cleanup(func() { e.Stop(p.PID) })
	return p
}

// A Probe is an actor that keeps what it receives.
type Probe struct {
	PID *actor.PID
	mu  sync.Mutex //nolint:forbidigo // the test reads what the actor writes
	got []any
}

func (p *Probe) keep(m any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, m)
}

// Take waits until all is quiet and returns what came since the last Take.
func (p *Probe) Take() []any {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	got := p.got
	p.got = nil
	return got
}

// Ask asks the target for the test and returns the answer, waiting in virtual
// time for at most an hour.
func (e Engine) Ask(target *actor.PID, m any) (any, error) {
	e.t.Helper()
	answers := make(chan actors.Answered, 1)
	pid := e.SpawnFunc(func(c *actor.Context) {
		switch got := c.Message().(type) {
		case actor.Started:
			actors.Ask(c, target, m, time.Hour, nil)
		case actors.Answered:
			answers <- got
		}
	}, "asker")
	got := <-answers
	e.Stop(pid)
	return got.Message, got.Err
}
