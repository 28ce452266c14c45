package router

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"troupe/actors"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

// run starts a task beside the router. The slot is free again when [ran]
// arrives, even if the task was withdrawn: a run that is cancelled is not over.
func (a *router) run(c *actor.Context, t *task) {
	ticket := a.open[t.id]
	// The context is not that of actors.Go, since cancelling that one also drops
	// the result, and with it the news that the slot is free.
	ctx, cancel := context.WithCancel(context.Background())
	ticket.cancel = cancel
	r := runner{
		job:     t.job,
		task:    t.id,
		engine:  c.Engine(),
		asker:   ticket.asker,
		timeout: cmp.Or(t.job.Timeout, a.cfg.Timeout),
		log:     a.cfg.Log,
	}
	actors.Go(c, func(life context.Context) any {
		defer cancel()
		defer context.AfterFunc(life, cancel)()
		return r.run(ctx)
	})
}

// A runner is one run of a job, beside the router.
type runner struct {
	job     *messages.Job
	task    uint64
	engine  *actor.Engine
	asker   *actor.PID
	timeout time.Duration
	log     *slog.Logger

	began   time.Time
	latency time.Duration // to the first thing emitted
}

func (r *runner) run(ctx context.Context) ran {
	ctx, done := context.WithTimeout(ctx, r.timeout)
	defer done()
	r.began = time.Now()
	result := r.guarded(ctx)
	if r.latency == 0 {
		r.latency = time.Since(r.began)
	}
	return ran{task: r.task, result: result, latency: r.latency}
}

// guarded returns the job's result. A panic is a bug of who made the job, not of
// the router: it answers that one job and leaves the others alone.
func (r *runner) guarded(ctx context.Context) (result any) {
	defer func() {
		if v := recover(); v != nil {
			cause := fmt.Sprint(v)
			r.log.Error("job panicked", "kind", r.job.Kind, "cause", cause, "stack", string(debug.Stack()))
			result = &messages.Failure{Cause: messages.CauseInternal, Detail: "panic in a job: " + r.job.Kind}
		}
	}()
	return r.job.Run(ctx, func(m any) { r.emit(ctx, m) })
}

// emit sends m to the asker, if it still waits.
func (r *runner) emit(ctx context.Context, m any) {
	if r.latency == 0 {
		r.latency = max(time.Since(r.began), 1)
	}
	if r.asker != nil && ctx.Err() == nil {
		r.engine.Send(r.asker, actors.Partial{Message: m})
	}
}
