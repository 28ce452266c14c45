package actors

import (
	"context"
	"sync"

	"github.com/anthdm/hollywood/actor"
)

// A Life is one incarnation of an actor: all that it has under way. It belongs
// to the goroutine that runs the actor.
type Life struct {
	ctx     context.Context // made when first needed: most lives have no Go
	stop    context.CancelFunc
	open    map[*actor.PID]*work // by the sender of what they bring
	running sync.WaitGroup       // goroutines of Go
}

// A Mortal is a receiver that keeps a [Life] for what it hosts. In an actor
// without such a host, what is under way outlives a crash.
type Mortal interface {
	actor.Receiver
	Life() *Life
}

// A work is one ask, timer or goroutine of a life. What it brings comes with
// its PID as the sender, by whose pointer it is known.
type work struct {
	life   *Life
	engine *actor.Engine
	owner  *actor.PID
	from   *actor.PID
	stop   func()
}

// workID is the ID of the PID of all work. Nobody is registered under it.
const workID = "work"

// nothing is the result of work that has none.
type nothing struct{}

func lifeOf(c *actor.Context) *Life {
	if host, ok := c.Receiver().(Mortal); ok {
		return host.Life()
	}
	return &Life{}
}

func (l *Life) begin(c *actor.Context, stop func()) *work {
	w := &work{
		life:   l,
		engine: c.Engine(),
		owner:  c.PID(),
		from:   &actor.PID{Address: c.Engine().Address(), ID: workID},
		stop:   stop,
	}
	if l.open == nil {
		l.open = map[*actor.PID]*work{}
	}
	l.open[w.from] = w
	return w
}

func (l *Life) context() context.Context {
	if l.ctx == nil {
		l.ctx, l.stop = context.WithCancel(context.Background())
	}
	return l.ctx
}

// cancel ends the work; what it may have sent already will be dropped.
func (w *work) cancel() {
	if _, ok := w.life.open[w.from]; ok {
		delete(w.life.open, w.from)
		w.stop()
	}
}

// arrive sends what the work brings to its actor, from any goroutine.
func (w *work) arrive(m any) { w.engine.SendWithSender(w.owner, m, w.from) }

// IsArrival reports whether a message with this sender is the result of an ask,
// a timer or a goroutine, of whichever life.
func IsArrival(sender *actor.PID) bool { return sender != nil && sender.ID == workID }

// Take keeps the books of an arrival. It reports whether it is to be handled:
// what was cancelled or is of a former life is not.
func (l *Life) Take(m any, sender *actor.PID) bool {
	if _, mine := l.open[sender]; !mine {
		return false
	}
	if _, more := m.(Progress); !more {
		delete(l.open, sender)
	}
	_, empty := m.(nothing)
	return !empty
}

// Busy returns how many asks, timers and goroutines are under way.
func (l *Life) Busy() int { return len(l.open) }

// End cancels all that is under way. The channel is closed when the last
// goroutine has returned.
func (l *Life) End() (done <-chan struct{}) {
	for _, w := range l.open {
		w.cancel()
	}
	ended := make(chan struct{})
	if l.stop == nil {
		close(ended)
		return ended
	}
	l.stop()
	go func() {
		l.running.Wait()
		close(ended)
	}()
	return ended
}
