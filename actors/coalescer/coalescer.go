// Package coalescer is the actor by which many who want the same share one job.
//
// It owns who waits for which key, and results that have just come in. It hears
// [messages.Join], has the router run the job of the first who asks with a key
// ([messages.Job]), and tells all waiters of its progress and its end:
// [messages.Joined], or the [messages.Refused] or [messages.Failure] that it
// ended in. [messages.GetCoalescer] is answered by [messages.CoalescerState].
//
// When the router crashes, a job is asked for once more. When the coalescer
// crashes it forgets everything: its waiters are told by its host, its jobs are
// cancelled.
//
// Whether two requests are the same is up to who makes the keys. A waiter's own
// patience is its own business too: it withdraws. All waiters of a job share the
// job's deadlines, however late they joined.
package coalescer

import (
	"cmp"
	"log/slog"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a coalescer is made of. Zero fields take the values that are
// named beside them.
type Config struct {
	Name    string                // "user_context", "server_context", "generation"
	Linger  time.Duration         // how long a result may be joined after its end; not at all
	Keys    int                   // jobs under way; 1000
	Waiters int                   // of one job; 1000
	Memory  int                   // bytes of the results that linger; 16 MiB
	Wait    time.Duration         // the router's bound for a job that gives none; 1 minute
	Timeout time.Duration         // the same, of its run; 2 minutes
	Router  *actor.PID            // runs the jobs
	Metrics prometheus.Registerer // nil for none
	Log     *slog.Logger
}

func (cfg Config) withDefaults() Config {
	cfg.Keys = cmp.Or(cfg.Keys, 1000)
	cfg.Waiters = cmp.Or(cfg.Waiters, 1000)
	cfg.Memory = cmp.Or(cfg.Memory, 16<<20)
	cfg.Wait = cmp.Or(cfg.Wait, time.Minute)
	cfg.Timeout = cmp.Or(cfg.Timeout, 2*time.Minute)
	return cfg
}

// margin is what a router may take beyond a job's own bounds: for the quota's
// word, and to settle when it crashes (5 s and 10 s, package router and
// supervision's DefaultPolicy).
const margin = 15 * time.Second

type coalescer struct {
	cfg     Config
	metrics *metrics
	state   *state
	waiters actors.Askers[uint64]
	cancels map[uint64]func() // of the jobs under way, by flight
	alarm   actors.Alarm
}

type (
	// asked tags the ask for a flight's job.
	asked struct{ flight uint64 }
	tick  struct{}
)

// New returns the producer of a coalescer.
func New(cfg Config) actor.Producer {
	cfg = cfg.withDefaults()
	m := newMetrics(cfg.Name, cfg.Metrics)
	return func() actor.Receiver {
		return &coalescer{
			cfg:     cfg,
			metrics: m,
			state:   newState(limits{Linger: cfg.Linger, Keys: cfg.Keys, Waiters: cfg.Waiters, Memory: cfg.Memory}),
			cancels: map[uint64]func(){},
		}
	}
}

func (a *coalescer) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Started:
		a.metrics.stand(a.state) // an instance that crashed may have told otherwise
	case *messages.Join:
		a.join(c, m)
	case actors.Progress:
		a.act(c, a.state.progress(m.Tag.(asked).flight, m.Message))
	case actors.Answered:
		a.answered(c, m)
	case *actors.Withdrawn:
		a.withdrawn(c)
	case tick:
		a.alarm.Rang()
		a.state.tick(time.Now())
		a.act(c, nil)
	case *messages.GetCoalescer:
		report := a.state.report(time.Now())
		report.Name = a.cfg.Name
		c.Respond(report)
	case actor.Stopped:
		a.act(c, a.state.shut())
		a.alarm.Unset()
	default:
		actors.Unhandled(c, a.cfg.Log)
	}
}

// join takes a waiter in. Without a sender there is nobody to wait.
func (a *coalescer) join(c *actor.Context, m *messages.Join) {
	asker := c.Sender()
	if asker == nil {
		return
	}
	id, how, todo := a.state.join(m.Key, m.Job, time.Now())
	a.waiters.Add(id, asker)
	a.metrics.joined(how)
	a.act(c, todo)
}

func (a *coalescer) withdrawn(c *actor.Context) {
	if id, waited := a.waiters.Withdraw(c.Sender()); waited {
		a.act(c, a.state.withdraw(id))
	}
}

func (a *coalescer) answered(c *actor.Context, m actors.Answered) {
	id := m.Tag.(asked).flight
	delete(a.cancels, id)
	e := endOf(m)
	if e.crashed {
		a.cfg.Log.Warn("the router lost a job", "coalescer", a.cfg.Name, "err", m.Err)
	}
	a.act(c, a.state.ended(id, e, time.Now()))
}

// act does what the state says and sets the timer that it needs next.
func (a *coalescer) act(c *actor.Context, todo []action) {
	for _, do := range todo {
		switch do.verb {
		case ask:
			a.metrics.asked(do.flight)
			a.ask(c, do.flight)
		case cancel:
			a.cancels[do.flight.id]()
			delete(a.cancels, do.flight.id)
		case tell:
			c.Send(a.waiters.Of(do.waiter), actors.Partial{Message: do.message})
		case answer:
			c.Send(a.waiters.Drop(do.waiter), do.message)
		}
	}
	a.metrics.stand(a.state)
	a.alarm.Set(c, a.state.next(), tick{})
}

func (a *coalescer) ask(c *actor.Context, f *flight) {
	patience := cmp.Or(f.job.Wait, a.cfg.Wait) + cmp.Or(f.job.Timeout, a.cfg.Timeout) + margin
	a.cancels[f.id] = actors.Ask(c, a.cfg.Router, f.job, patience, asked{f.id})
}

// endOf reads how the ask for a job ended.
func endOf(m actors.Answered) ending {
	switch e := m.Err.(type) { //nolint:errorlint // answers are never wrapped
	case nil:
		return endOfRun(m.Message)
	case *messages.Refused:
		return ending{err: e, crashed: e.Reason == messages.RefusedRestarted}
	case *messages.Failure:
		return ending{err: e}
	case *actors.Failed:
		if e.Quarantine {
			return ending{err: &messages.Failure{Cause: messages.CauseInternal, Detail: e.Error()}}
		}
		return ending{err: &messages.Refused{Reason: messages.RefusedRestarted}, crashed: true}
	}
	return ending{err: &messages.Failure{
		Cause: messages.CauseTimeout, Retry: messages.RetryOnce, Detail: "the router: " + m.Err.Error(),
	}}
}

// endOfRun reads the answer to a job that ran. One that failed has no result.
func endOfRun(m any) ending {
	done, ok := m.(*messages.JobDone)
	if !ok {
		return ending{err: &messages.Failure{Cause: messages.CauseInternal, Detail: "the router's answer is none to a job"}}
	}
	if err, failed := done.Result.(error); failed {
		return ending{err: err}
	}
	return ending{result: done.Result}
}
