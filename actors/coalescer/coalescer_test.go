package coalescer_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/actors/coalescer"
	"troupe/actors/router"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// A waiter joins at its start and keeps what it hears.
type waiter struct {
	pid    *actor.PID
	cancel func()

	mu   sync.Mutex
	told []any
	end  any
}

func (w *waiter) hear(m any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch m := m.(type) {
	case actors.Progress:
		w.told = append(w.told, m.Message)
	case actors.Answered:
		if w.end = m.Message; m.Err != nil {
			w.end = m.Err
		}
	}
}

// seen returns the progress that w was told of.
func (w *waiter) seen() []any {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.told)
}

// got returns the answer or the error, or nil.
func (w *waiter) got() any {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end
}

// leave makes a waiter withdraw.
type leave struct{}

func join(e actortest.Engine, target *actor.PID, job *messages.Job, patience time.Duration) *waiter {
	w := &waiter{}
	w.pid = e.SpawnFunc(func(c *actor.Context) {
		switch m := c.Message().(type) {
		case actor.Started:
			w.cancel = actors.Ask(c, target, &messages.Join{Key: "k", Job: job}, patience, nil)
		case leave:
			w.cancel()
		default:
			w.hear(m)
		}
	}, "waiter")
	synctest.Wait()
	return w
}

func start(e actortest.Engine, router *actor.PID) *actor.PID {
	return e.Start(coalescer.New(coalescer.Config{
		Name: "generation", Linger: 2 * time.Second, Router: router, Log: actortest.Log(),
	}))
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// With a real router: many who ask the same share one run, see it grow from
// whenever they came, and its result may be joined for as long as it lingers.
func TestOneRunForMany(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pool := e.Start(router.New(router.Config{Name: "gemini", Log: actortest.Log()}))
		pid := start(e, pool)
		var runs atomic.Int32
		job := &messages.Job{Run: func(_ context.Context, emit func(any)) any {
			runs.Add(1)
			emit("a")
			time.Sleep(time.Second)
			emit("ab")
			time.Sleep(time.Second)
			return &messages.Generation{Text: "abc"}
		}}
		ann := join(e, pid, job, time.Minute)
		bob := join(e, pid, job, time.Minute)
		time.Sleep(1500 * time.Millisecond)
		eve := join(e, pid, job, time.Minute)
		time.Sleep(2 * time.Second)
		dan := join(e, pid, job, time.Minute)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		equal(t, int32(1), runs.Load())
		equal(t, []any{"a", "ab"}, ann.seen())
		equal(t, []any{"a", "ab"}, bob.seen())
		equal(t, []any{"ab"}, eve.seen())
		g := &messages.Generation{Text: "abc"}
		equal(t, &messages.Joined{Result: g, Waiters: 3, First: true}, ann.got())
		for _, w := range []*waiter{bob, eve, dan} {
			equal(t, &messages.Joined{Result: g, Waiters: 3}, w.got())
		}
		join(e, pid, job, time.Minute)
		equal(t, int32(2), runs.Load())
		time.Sleep(2 * time.Second) // until it is over
	})
}

// The last waiter who leaves ends the run; who leaves before does not. A waiter
// that runs out of patience leaves too.
func TestTheLastOneCancels(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pool := e.Start(router.New(router.Config{Name: "gemini", Log: actortest.Log()}))
		pid := start(e, pool)
		var ended atomic.Bool
		job := &messages.Job{Run: func(ctx context.Context, _ func(any)) any {
			<-ctx.Done()
			ended.Store(true)
			return &messages.Failure{Cause: messages.CauseCancelled}
		}}
		ann := join(e, pid, job, time.Minute)
		bob := join(e, pid, job, 5*time.Second)
		e.Tell(ann.pid, leave{})
		if ended.Load() {
			t.Fatal("the run ended while somebody waited")
		}
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if !ended.Load() {
			t.Error("the run goes on and nobody waits for it")
		}
		if err, _ := bob.got().(error); !errors.Is(err, actors.ErrTimeout) {
			t.Errorf("who ran out of patience got %v", err)
		}
	})
}

// Whatever an ask can end in reaches the waiters as the contract says: as
// Joined, Refused or Failure. A failure is not kept.
func TestEndings(t *testing.T) {
	refused := &messages.Refused{Reason: messages.RefusedQuota, RetryAfter: time.Second}
	failure := &messages.Failure{Cause: messages.CauseSafety}
	restarted := &messages.Refused{Reason: messages.RefusedRestarted}
	tests := []struct {
		name   string
		answer any // nil for none
		asks   int
		want   any
	}{
		{"a result", &messages.JobDone{Result: 7}, 1, &messages.Joined{Result: 7, Waiters: 1, First: true}},
		{"a result that is nil", &messages.JobDone{}, 1, &messages.Joined{Waiters: 1, First: true}},
		{"refused", refused, 1, refused},
		{"no quota", failure, 1, failure},
		{"a failed run", &messages.JobDone{Result: failure}, 1, failure},
		{"the router restarts", restarted, 2, restarted},
		{"the router crashes", &actors.Failed{Actor: "router", Cause: "ouch"}, 2, restarted},
		{
			"the router crashes at this job", &actors.Failed{Actor: "router", Cause: "ouch", Quarantine: true}, 1,
			&messages.Failure{Cause: messages.CauseInternal, Detail: "router crashed: ouch"},
		},
		{
			"no answer", nil, 1,
			&messages.Failure{Cause: messages.CauseTimeout, Retry: messages.RetryOnce, Detail: "the router: no answer in time"},
		},
		{
			"nonsense", "what?", 1,
			&messages.Failure{Cause: messages.CauseInternal, Detail: "the router's answer is none to a job"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				pool := e.Fake(func(c *actor.Context) {
					if _, ok := c.Message().(*messages.Job); ok && tt.answer != nil {
						c.Respond(tt.answer)
					}
				})
				pid := start(e, pool.PID)
				w := join(e, pid, &messages.Job{}, time.Hour)
				time.Sleep(10 * time.Minute)
				equal(t, tt.want, w.got())
				asks := 0
				for _, m := range pool.Take() {
					if _, ok := m.(*messages.Job); ok {
						asks++
					}
				}
				equal(t, tt.asks, asks)
			})
		})
	}
}

// The coalescer waits for the router as long as the job says, and somewhat
// longer: the router's own word comes first.
func TestPatienceFitsTheJob(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pool := e.Probe()
		pid := start(e, pool.PID)
		short := messages.Job{Wait: 10 * time.Second, Timeout: 20 * time.Second}
		for _, job := range []messages.Job{short, {}} {
			least := 3 * time.Minute // the bounds of a router, where the job has none
			if job.Wait > 0 {
				least = job.Wait + job.Timeout
			}
			w := join(e, pid, &job, time.Hour)
			time.Sleep(least + time.Second)
			if w.got() != nil {
				t.Errorf("gave up within %v: %v", least, w.got())
			}
			time.Sleep(time.Minute)
			if w.got() == nil {
				t.Errorf("waits far longer than %v", least)
			}
		}
	})
}

// When it ends, nobody is left waiting and no job running.
func TestStop(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pool := e.Probe()
		pid := e.Spawn(coalescer.New(coalescer.Config{Router: pool.PID, Linger: time.Second, Log: actortest.Log()}), "test")
		w := join(e, pid, &messages.Job{}, time.Hour)
		e.Stop(pid)
		var refused *messages.Refused
		if err, _ := w.got().(error); !errors.As(err, &refused) || refused.Reason != messages.RefusedRestarted {
			t.Errorf("who waits at the end gets %v", w.got())
		}
		if got := pool.Take(); len(got) != 2 || !cmp.Equal(got[1], &actors.Withdrawn{}) {
			t.Errorf("the router hears %v", got)
		}
	})
}

// Metrics count by outcome, also when a coalescer is made anew.
func TestMetrics(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		metrics := prometheus.NewRegistry()
		pool := e.Fake(func(c *actor.Context) { c.Respond(&messages.JobDone{}) })
		cfg := coalescer.Config{
			Name: "user_context", Linger: time.Second, Router: pool.PID, Metrics: metrics, Log: actortest.Log(),
		}
		for range 2 {
			pid := e.Start(coalescer.New(cfg))
			for range 3 {
				join(e, pid, &messages.Job{}, time.Minute)
			}
			got, err := e.Ask(pid, &messages.GetCoalescer{})
			if err != nil {
				t.Fatal(err)
			}
			want := &messages.CoalescerState{Name: "user_context", Kept: 1, Joins: 3, Hits: 2, Refused: map[string]int{}}
			equal(t, any(want), got)
		}
		if n := testutil.CollectAndCount(metrics, "troupe_coalescer_joins_total"); n != 2 {
			t.Errorf("%d outcomes", n)
		}
		if problems, err := testutil.GatherAndLint(metrics); err != nil || len(problems) > 0 {
			t.Error(problems, err)
		}
	})
}
