// Package router is the actor that is a pool: it runs jobs against one upstream,
// so many at once and no more.
//
// It hears [messages.Job] and answers [messages.JobDone] or [messages.Refused];
// [messages.GetPool] is answered by [messages.PoolState]. What cannot start at
// once waits in a bounded queue in which guilds take turns. It asks the quota
// ([messages.Reserve]) when a job that needs it comes to its turn, and settles
// when the job has run. If it crashes, its jobs are cancelled, their askers are
// told by its host, and it starts with an empty queue and a fresh limit.
//
// Jobs run in the order of their turns only as far as they start: there is no
// promise about the order in which they end.
package router

import (
	"context"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a router is made of. Zero fields take the values that are
// named beside them.
type Config struct {
	Name        string                // of the pool: "discord", "gemini", "context"
	Capacity    int                   // jobs that wait, parked ones included; 1000
	Concurrency Concurrency           // 1 to 4 times Start; a Start of 5
	Wait        time.Duration         // the longest a job may wait; 1 minute
	Timeout     time.Duration         // of one run; 2 minutes
	Ageing      time.Duration         // a priority that had no turn for so long gets one; 10 s
	Breaker     Breaker               // more than half of at least 10 calls in 30 s; a pause of 5 s to 1 minute
	Health      *actor.PID            // is told when jobs fail or wait long; nil for nobody
	Quota       *actor.PID            // admits jobs with a reservation; nil for no quota
	Metrics     prometheus.Registerer // nil for none
	Log         *slog.Logger
}

// quotaPatience bounds the wait for the quota's word.
const quotaPatience = 5 * time.Second

type router struct {
	cfg     Config
	metrics *metrics
	state   *state
	strain  actors.Strained
	open    map[uint64]*ticket // by task
	askers  map[string]uint64  // tasks by the ID of who asked
	alarm   actors.Alarm
}

// A ticket is what the shell knows of a task.
type ticket struct {
	asker       *actor.PID         // nil if nobody is to be answered
	cancel      context.CancelFunc // of the run; nil before
	reservation uint64             // 0 for none
}

type (
	// admission tags the question to the quota.
	admission struct{ task uint64 }
	// ran is what a run tells its router.
	ran struct {
		task    uint64
		result  any
		latency time.Duration // to the first thing emitted, or to the end
	}
	tick struct{}
)

// New returns the producer of a router.
func New(cfg Config) actor.Producer {
	cfg = cfg.withDefaults()
	m := newMetrics(cfg.Name, cfg.Metrics)
	return func() actor.Receiver {
		return &router{
			cfg:     cfg,
			metrics: m,
			state:   newState(cfg.limits()),
			strain:  actors.Strained{Health: cfg.Health, Of: "router/" + cfg.Name},
			open:    map[uint64]*ticket{},
			askers:  map[string]uint64{},
		}
	}
}

func (a *router) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.metrics.stand(a.state, time.Now()) // an instance that crashed may have told otherwise
	case *messages.Job:
		a.submit(c, m)
	case ran:
		a.ran(c, m)
	case actors.Answered:
		a.admitted(c, m)
	case *actors.Withdrawn:
		a.withdrawn(c)
	case tick:
		a.alarm.Rang()
		a.act(c, a.state.tick(time.Now()))
	case *messages.GetPool:
		report := a.state.report(time.Now())
		report.Name = a.cfg.Name
		c.Respond(report)
	case actor.Stopped:
		a.alarm.Unset()
		a.act(c, a.state.shut())
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// tellStrain tells health how it goes: as often as anything does, which is when it
// matters.
func (a *router) tellStrain(c *actor.Context) {
	if a.cfg.Health == nil {
		return
	}
	now := time.Now()
	level, why := a.state.strain(now)
	a.strain.Tell(c, level, why, now)
}

func (a *router) submit(c *actor.Context, m *messages.Job) {
	t, todo := a.state.submit(m, time.Now())
	a.open[t.id] = &ticket{asker: c.Sender()}
	if asker := c.Sender(); asker != nil {
		a.askers[asker.ID] = t.id
	}
	a.act(c, todo)
}

func (a *router) withdrawn(c *actor.Context) {
	if asker := c.Sender(); asker != nil {
		if id, ok := a.askers[asker.ID]; ok {
			delete(a.askers, asker.ID)
			a.open[id].asker = nil
			a.act(c, a.state.withdraw(id, time.Now()))
		}
	}
}

// act does what the state says and sets the timer that it needs next.
func (a *router) act(c *actor.Context, todo []action) {
	for _, do := range todo {
		switch do.verb {
		case run:
			a.run(c, do.task)
		case admit:
			actors.Ask(c, a.cfg.Quota, do.task.job.Reserve, quotaPatience, admission{do.task.id})
		case answer:
			a.answer(c, do.task, do.result)
		case stop:
			a.open[do.task.id].cancel()
		case release:
			a.settle(c, a.open[do.task.id], &messages.Settle{})
		case forget:
			delete(a.open, do.task.id)
		}
	}
	a.metrics.stand(a.state, time.Now())
	a.tellStrain(c)
	a.alarm.Set(c, a.state.next(), tick{})
}

// answer gives a task's asker its answer.
func (a *router) answer(c *actor.Context, t *task, result any) {
	a.metrics.answered(t.job, result)
	if asker := a.open[t.id].asker; asker != nil {
		delete(a.askers, asker.ID)
		c.Send(asker, result)
	}
}

func (a *router) admitted(c *actor.Context, m actors.Answered) {
	id := m.Tag.(admission).task
	reserved, ok := m.Message.(*messages.Reserved)
	if !ok {
		if m.Err != nil && !expected(m.Err) {
			a.cfg.Log.Warn("the quota gave no answer", "pool", a.cfg.Name, "err", m.Err)
		}
		a.act(c, a.state.unreserved(id, m.Err, time.Now()))
		return
	}
	a.open[id].reservation = reserved.ID
	a.act(c, a.state.reserved(id, time.Now()))
}

// expected reports whether err is a word of the quota's.
func expected(err error) bool {
	switch err.(type) { //nolint:errorlint // answers are never wrapped
	case *messages.Limited, *messages.Failure:
		return true
	}
	return false
}

// settle tells the quota what became of the reservation of a task, if it has one.
func (a *router) settle(c *actor.Context, t *ticket, m *messages.Settle) {
	if t.reservation == 0 {
		return
	}
	m.ID = t.reservation
	t.reservation = 0
	c.Send(a.cfg.Quota, m)
}

func (a *router) ran(c *actor.Context, m ran) {
	t := a.open[m.task]
	t.cancel = nil
	result, bill := settlement(m.result)
	a.settle(c, t, bill)
	a.act(c, a.state.finished(m.task, result, m.latency, time.Now()))
}

// settlement tells what a run used of its reservation, and its bare result.
func settlement(result any) (any, *messages.Settle) {
	bill := &messages.Settle{Sent: true}
	if spent, ok := result.(*messages.Spent); ok {
		result = spent.Result
		bill.Usage, bill.Sent = spent.Usage, spent.Sent
		bill.Failure, _ = result.(*messages.Failure)
		return result, bill
	}
	switch r := result.(type) {
	case *messages.Limited:
		bill.Sent = false
	case *messages.Generation:
		bill.Usage = r.Usage
	case *messages.TryAgain:
		bill.Failure = r.Failure
	case *messages.Failure:
		bill.Failure = r
	}
	if f := bill.Failure; f != nil {
		bill.Usage, bill.Sent = f.Usage, !f.Unsent
	}
	return result, bill
}
