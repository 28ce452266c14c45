package router_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/actors/router"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
)

func pool(e actortest.Engine, slots int, quota *actor.PID) *actor.PID {
	return e.Start(router.New(router.Config{
		Name: "test", Concurrency: router.Concurrency{Start: slots, Pinned: true}, Quota: quota, Log: actortest.Log(),
	}))
}

func work(d time.Duration, result any) *messages.Job {
	return &messages.Job{Kind: "work", Guild: 1, Run: func(ctx context.Context, _ func(any)) any {
		select {
		case <-time.After(d):
			return result
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
}

// As many jobs run at once as there are slots, and no more.
func TestSlots(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		p := pool(e, 2, nil)
		began := time.Now()
		ends := make(chan time.Duration, 5)
		for range 5 {
			go func() {
				if _, err := e.Ask(p, work(time.Second, "ok")); err != nil {
					t.Error(err)
				}
				ends <- time.Since(began)
			}()
		}
		for i, want := range []time.Duration{1, 1, 2, 2, 3} {
			if got := <-ends; got != want*time.Second {
				t.Errorf("job %d ended after %v, want %ds", i+1, got, want)
			}
		}
	})
}

// What a run emits comes before its answer; a panic fails that one job alone.
func TestEmitAndPanic(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		p := pool(e, 1, nil)
		var got []any
		e.SpawnFunc(func(c *actor.Context) {
			switch m := c.Message().(type) {
			case actor.Started:
				actors.Ask(c, p, &messages.Job{Run: func(_ context.Context, emit func(any)) any {
					emit("a")
					emit("ab")
					return "abc"
				}}, time.Minute, nil)
			case actors.Progress:
				got = append(got, m.Message)
			case actors.Answered:
				got = append(got, m.Message.(*messages.JobDone).Result)
			}
		}, "asker")
		synctest.Wait()
		if len(got) != 3 || got[0] != "a" || got[1] != "ab" || got[2] != "abc" {
			t.Errorf("heard %v", got)
		}
		m, err := e.Ask(p, &messages.Job{Run: func(context.Context, func(any)) any { panic("ouch") }})
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := m.(*messages.JobDone).Result.(*messages.Failure); !ok || f.Cause != messages.CauseInternal {
			t.Errorf("a panic is answered %v", m)
		}
		if m, err := e.Ask(p, work(0, "fine")); err != nil || m.(*messages.JobDone).Result != "fine" {
			t.Errorf("the next job is answered %v, %v", m, err)
		}
	})
}

// A job that needs quota asks for it when its turn comes, and settles.
func TestReserveAndSettle(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		asked := 0
		quota := e.Fake(func(c *actor.Context) {
			if _, ok := c.Message().(*messages.Reserve); ok {
				if asked++; asked == 1 {
					c.Respond(&messages.Limited{Wait: time.Minute / 2, What: "rpm"})
					return
				}
				c.Respond(&messages.Reserved{ID: 7})
			}
		})
		p := pool(e, 1, quota.PID)
		began := time.Now()
		job := work(0, &messages.Generation{Usage: messages.Usage{Total: 42}})
		job.Reserve = &messages.Reserve{Model: "m", Tokens: 10}
		if _, err := e.Ask(p, job); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited != time.Minute/2 {
			t.Errorf("ran after %v", waited)
		}
		got := quota.Take()
		settle, ok := got[len(got)-1].(*messages.Settle)
		if !ok || settle.ID != 7 || !settle.Sent || settle.Usage.Total != 42 {
			t.Errorf("settled with %+v", got[len(got)-1])
		}
	})
}

// Who goes takes the job along; the slot is free when its run has ended.
func TestWithdrawn(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		p := pool(e, 1, nil)
		ended := false
		e.SpawnFunc(func(c *actor.Context) {
			if _, ok := c.Message().(actor.Started); ok {
				actors.Ask(c, p, &messages.Job{Run: func(ctx context.Context, _ func(any)) any {
					<-ctx.Done()
					ended = errors.Is(ctx.Err(), context.Canceled)
					return nil
				}}, time.Second, nil)
			}
		}, "asker")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !ended {
			t.Error("the run goes on")
		}
		if m, err := e.Ask(p, &messages.GetPool{}); err != nil || m.(*messages.PoolState).Running != 0 {
			t.Errorf("the pool stands at %+v, %v", m, err)
		}
	})
}
