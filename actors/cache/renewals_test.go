package cache

import (
	"testing"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/messages"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// A renewer is a cache among fakes.
type renewer struct {
	actortest.Engine
	pid    *actor.PID
	health *actortest.Probe // takes a level too, which is how the bot fares from then on
	result any              // of the pool; nil if it says nothing
	pool   *actortest.Probe
	counts *prometheus.Registry
}

func newRenewer(e actortest.Engine) *renewer {
	r := &renewer{Engine: e, counts: prometheus.NewRegistry(), result: &messages.Generation{Text: "new"}}
	var level messages.Level
	r.health = e.Fake(func(c *actor.Context) {
		switch m := c.Message().(type) {
		case messages.Level:
			level = m
		case *messages.GetHealth:
			c.Respond(&messages.Health{Level: level})
		}
	})
	quota := e.Fake(func(c *actor.Context) { c.Respond(&messages.QuotaState{}) })
	r.pool = e.Fake(func(c *actor.Context) {
		switch c.Message().(type) {
		case *messages.GetPool:
			c.Respond(&messages.PoolState{})
		case *messages.Job:
			c.Respond(actors.Partial{Message: "n"})
			if r.result != nil {
				c.Respond(&messages.JobDone{Result: r.result})
			}
		}
	})
	r.pid = e.Start(New(Config{
		TTL: 10 * time.Minute, Health: r.health.PID, Quota: quota.PID, Pool: r.pool.PID,
		Metrics: r.counts, Log: actortest.Log(),
	}))
	return r
}

// keep has the cache keep an answer that is given again that often.
func (r *renewer) keep(key string, id messages.MessageID, given int) {
	r.Tell(r.pid, renewing(&messages.KeepAnswer{
		Key: key, Text: "old", Made: time.Now(), Channel: 1, Messages: []messages.MessageID{id},
	}, 10))
	for range given {
		r.get(key)
	}
}

func (r *renewer) get(key string) string {
	got, err := r.Ask(r.pid, &messages.GetAnswer{Key: key})
	if err != nil {
		return err.Error()
	}
	return got.(*messages.CachedAnswer).Text
}

// jobs returns what the pool was to run since the last time, by its kind.
func (r *renewer) jobs() (kinds []string) {
	for _, m := range r.pool.Take() {
		if job, ok := m.(*messages.Job); ok {
			kinds = append(kinds, job.Kind)
		}
	}
	return kinds
}

// count returns how many renewals had an outcome.
func (r *renewer) count(outcome string) float64 {
	return testutil.ToFloat64(newMetrics(r.counts).renewals.WithLabelValues(outcome))
}

// What is asked for often is made anew before it is too old, one after the other,
// the one that is asked for most first; the others go when they are too old.
func TestRenews(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		r := newRenewer(e)
		r.keep("often", 1, 3)
		r.keep("rarely", 2, 2)
		r.keep("most", 3, 4)
		time.Sleep(8*time.Minute - 1)
		if jobs := r.jobs(); jobs != nil {
			t.Errorf("too soon: %v", jobs)
		}
		time.Sleep(4 * time.Minute)
		if d := cmp.Diff([]string{"most", "often"}, r.jobs()); d != "" {
			t.Error(d)
		}
		for key, want := range map[string]string{"most": "new", "often": "new", "rarely": ""} {
			if got := r.get(key); got != want {
				t.Errorf("%s: %q", key, got)
			}
		}
		if n := r.count(outcomeRenewed); n != 2 {
			t.Errorf("%v are renewed", n)
		}
	})
}

// When times are not quiet nothing is made anew, until they are.
func TestWithheld(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		r := newRenewer(e)
		r.keep("k", 1, 3)
		r.Tell(r.health.PID, messages.LevelReduced)
		time.Sleep(8*time.Minute + time.Second)
		if jobs := r.jobs(); jobs != nil || r.count(outcomeWithheld) != 1 {
			t.Errorf("%v is made anew, %v are withheld", jobs, r.count(outcomeWithheld))
		}
		r.Tell(r.health.PID, messages.LevelNormal)
		time.Sleep(time.Minute)
		if n := len(r.jobs()); n != 1 || r.get("k") != "new" {
			t.Errorf("%d are made anew", n)
		}
	})
}

// Where the model does not answer, or not in time, the answer gets too old, and
// others are made anew all the same.
func TestNotRenewed(t *testing.T) {
	for name, result := range map[string]any{"failed": &messages.Failure{}, "silent": nil} {
		t.Run(name, func(t *testing.T) {
			actortest.Run(t, func(t *testing.T, e actortest.Engine) {
				r := newRenewer(e)
				r.result = result
				r.keep("k", 1, 4)
				r.keep("j", 2, 3)
				time.Sleep(10*time.Minute + time.Second)
				if d := cmp.Diff([]string{"k", "j"}, r.jobs()); d != "" {
					t.Error(d)
				}
				if got := r.get("k"); got != "" || r.count(outcomeFailed) != 2 {
					t.Errorf("%q is given, %v failed", got, r.count(outcomeFailed))
				}
			})
		})
	}
}

// What is deleted while it is made anew is not there afterwards.
func TestDeletedMeanwhile(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		r := newRenewer(e)
		r.result = nil
		r.keep("k", 1, 3)
		time.Sleep(8*time.Minute + time.Second)
		if n := len(r.jobs()); n != 1 {
			t.Fatalf("%d are made anew", n)
		}
		e.Tell(r.pid, &messages.ForgetAnswers{Channel: 1, Messages: []messages.MessageID{1}})
		time.Sleep(time.Minute)
		if got := r.get("k"); got != "" {
			t.Errorf("%q is given", got)
		}
	})
}
