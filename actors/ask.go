package actors

import (
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/anthdm/hollywood/actor"
)

// Answered is how an ask ends: with a message, or with an error. The error is
// [ErrTimeout], a [*Failed], or what the other answered if that was an error.
type Answered struct {
	Tag     any // of the ask
	Message any // nil if Err is set
	Err     error
}

// Progress tells of an ask before its answer. There may be any number.
type Progress struct {
	Tag     any // of the ask
	Message any
}

// Partial is sent to the sender of a question, as often as wanted before the
// answer. The asker hears of it as [Progress].
type Partial struct{ Message any }

// Withdrawn tells that the sender does not wait any more for the answer to what
// it asked: it ran out of time, changed its mind or crashed.
type Withdrawn struct{}

// ErrTimeout ends an ask that was not answered in time.
var ErrTimeout = errors.New("no answer in time")

// Failed is the answer of an actor that crashed while it owed one.
type Failed struct {
	Actor      string // its PID's ID
	Cause      string // the value of the panic
	Quarantine bool   // asking the same again is of no use
}

func (f *Failed) Error() string { return f.Actor + " crashed: " + f.Cause }

// askKind is the first part of the ID of an asker, "ask/1".
const askKind = "ask"

// An ask is the process that waits for one answer. It has no goroutine.
type ask struct {
	*work
	pid    *actor.PID
	target *actor.PID
	tag    any
	timer  *time.Timer
	ended  atomic.Bool
}

// serial makes the IDs of askers unique in the process.
var serial atomic.Uint64

// Ask sends m to target. The answer arrives at the actor of c as [Answered],
// within the timeout; what comes later is dropped. The actor alone may call
// cancel, after which nothing arrives.
func Ask(c *actor.Context, target *actor.PID, m any, timeout time.Duration, tag any) (cancel func()) {
	a := &ask{target: target, tag: tag}
	a.work = lifeOf(c).begin(c, a.withdraw)
	a.pid = actor.NewPID(a.engine.Address(), askKind+"/"+strconv.FormatUint(serial.Add(1), 36))
	a.timer = time.AfterFunc(timeout+time.Hour, a.expire) // not before a.timer is set
	a.engine.SpawnProc(a)
	a.timer.Reset(timeout)
	a.engine.SendWithSender(target, m, a.pid)
	return a.cancel
}

// OpenAsk reports whether pid is an ask of this engine that is still open.
func OpenAsk(e *actor.Engine, pid *actor.PID) bool {
	if !IsAsk(pid) {
		return false
	}
	return e.Registry.GetPID(askKind, pid.ID[len(askKind)+1:]) != nil
}

// IsAsk reports whether pid is the address of an ask.
func IsAsk(pid *actor.PID) bool {
	return pid != nil && len(pid.ID) > len(askKind) && pid.ID[:len(askKind)+1] == askKind+"/"
}

// Send takes the answer: [actor.Processer].
func (a *ask) Send(_ *actor.PID, m any, _ *actor.PID) {
	if p, ok := m.(Partial); ok {
		if !a.ended.Load() {
			a.arrive(Progress{Tag: a.tag, Message: p.Message})
		}
		return
	}
	if !a.end() {
		return
	}
	if err, ok := m.(error); ok {
		a.arrive(Answered{Tag: a.tag, Err: err})
		return
	}
	a.arrive(Answered{Tag: a.tag, Message: m})
}

// end closes the ask. It reports whether it was open.
func (a *ask) end() bool {
	if !a.ended.CompareAndSwap(false, true) {
		return false
	}
	a.timer.Stop()
	a.engine.Registry.Remove(a.pid)
	return true
}

func (a *ask) expire() {
	if a.end() {
		a.engine.SendWithSender(a.target, &Withdrawn{}, a.pid)
		a.arrive(Answered{Tag: a.tag, Err: ErrTimeout})
	}
}

func (a *ask) withdraw() {
	if a.end() {
		a.engine.SendWithSender(a.target, &Withdrawn{}, a.pid)
	}
}

// Start, PID, Invoke and Shutdown complete [actor.Processer]; an ask has no
// inbox to start or stop.

// Start does nothing.
func (a *ask) Start() {}

// PID returns the address that the other answers to.
func (a *ask) PID() *actor.PID { return a.pid }

// Invoke does nothing.
func (a *ask) Invoke([]actor.Envelope) {}

// Shutdown does nothing.
func (a *ask) Shutdown() {}
