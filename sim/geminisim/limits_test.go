package geminisim_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"
	"troupe/sim/geminisim"
)

// A quota is told as Gemini tells it, and who waits as long as told gets in.
func TestQuota(t *testing.T) {
	cfg := geminisim.Config{Answer: says("Yes."), Quotas: map[string]geminisim.Quota{model: {RPM: 2, RPD: 3}}}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		for range 2 {
			if got := w.outcome("hi"); got != `answer "Yes."` {
				t.Error(got)
			}
		}
		time.Sleep(500 * time.Microsecond) // less than RetryInfo can tell
		_, err := w.client.Generate(t.Context(), ask("hi"), nil)
		f := failureOf(t, err)
		if f.Cause != messages.CauseMinuteQuota || len(f.Limits) != 1 || f.Limits[0] != (messages.Limit{What: "rpm", Value: 2}) {
			t.Errorf("%+v", f)
		}
		time.Sleep(f.After)
		if got := w.outcome("hi"); got != `answer "Yes."` {
			t.Error(got)
		}
		time.Sleep(time.Minute)
		_, err = w.client.Generate(t.Context(), ask("hi"), nil)
		f = failureOf(t, err)
		if f.Cause != messages.CauseDayQuota || f.Limits[0] != (messages.Limit{What: "rpd", Value: 3}) {
			t.Errorf("%+v", f)
		}
		time.Sleep(f.After)
		if got := w.outcome("hi"); got != `answer "Yes."` {
			t.Error(got)
		}
		c := w.sim.Count(model)
		if c.Requests != 6 || c.Answered != 4 || c.Refused != 2 || c.DayRequests != 1 || c.MinuteRequests != 1 {
			t.Errorf("counted %+v", c)
		}
		w.sim.SetQuota(model, geminisim.Quota{TPM: 10})
		if got := w.outcome("more than ten tokens, all of them together and this is why it is long"); got != "minute_quota, after 1m0s" {
			t.Error(got)
		}
	})
}

// With whatever many at once, the sums of the count are those of the outcomes.
func TestCountIsExact(t *testing.T) {
	cfg := geminisim.Config{
		Answer: says("One two three four five six seven eight."), Chunk: 5,
		Latency: geminisim.Latency{First: time.Second, Last: 3 * time.Second},
		Quotas:  map[string]geminisim.Quota{model: {RPM: 70, TPM: 2000}},
	}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		for i, setting := range []string{"status=503,times=4", "cut=2,times=3", "drop,times=2"} {
			time.AfterFunc(time.Duration(i)*time.Second, func() { w.fault("gemini.stream:" + setting) })
		}
		var mu sync.Mutex
		var told geminisim.Count
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 50 * time.Millisecond)
				g, err := w.client.Generate(t.Context(), ask(fmt.Sprint("question ", i)), nil)
				mu.Lock()
				defer mu.Unlock()
				told.Requests++
				u := messages.Usage{}
				switch {
				case err == nil && g.Cut:
					told.Cut, u = told.Cut+1, g.Usage
				case err == nil:
					told.Answered, u = told.Answered+1, g.Usage
				case failureOf(t, err).Cause == messages.CauseMinuteQuota:
					told.Refused++
				default:
					told.Failed++
				}
				told.Usage.Prompt += u.Prompt
				told.Usage.Output += u.Output
				told.Usage.Total += u.Total
			})
		}
		wg.Wait()
		synctest.Wait()
		got := w.sim.Count(model)
		if got.MinuteRequests != got.Requests-got.Refused || got.Refused != 30 || got.Failed != 6 || got.Cut != 3 {
			t.Errorf("counted %+v", got)
		}
		got.MinuteRequests, got.MinuteTokens, got.DayRequests = 0, 0, 0
		if got != told {
			t.Errorf("counted %+v\nbut told %+v", got, told)
		}
	})
}

// What is over the capacity is refused, and the capacity can change.
func TestCapacity(t *testing.T) {
	cfg := geminisim.Config{
		Answer: says("Yes."), Latency: geminisim.Latency{First: 2 * time.Second},
		Capacity: geminisim.Capacity{Calls: 3},
	}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		if ok, refused := w.crowd(5); ok != 3 || refused != 2 {
			t.Errorf("%d answered, %d refused", ok, refused)
		}
		w.sim.SetCapacity(geminisim.Capacity{Calls: 4})
		if ok, refused := w.crowd(5); ok != 4 || refused != 1 {
			t.Errorf("%d answered, %d refused", ok, refused)
		}
		w.sim.SetCapacity(geminisim.Capacity{})
		if ok, refused := w.crowd(50); ok != 50 || refused != 0 {
			t.Errorf("%d answered, %d refused", ok, refused)
		}
		if l := w.sim.Load(); l != (geminisim.Load{Peak: 50}) {
			t.Errorf("load %+v", l)
		}
	})
}

// What is over a slow capacity makes all wait.
func TestSlowCapacity(t *testing.T) {
	cfg := geminisim.Config{
		Answer: says("Yes."), Latency: geminisim.Latency{First: time.Second, Last: 2 * time.Second},
		Capacity: geminisim.Capacity{Calls: 4, Slow: true},
	}
	inWorld(t, cfg, func(t *testing.T, w *world) {
		for callers, want := range map[int]time.Duration{1: 2 * time.Second, 4: 2 * time.Second, 8: 4 * time.Second} {
			start := time.Now()
			if ok, _ := w.crowd(callers); ok != callers {
				t.Errorf("%d of %d answered", ok, callers)
			}
			if took := time.Since(start); took < want || took > want+want/2 {
				t.Errorf("%d took %v, want %v", callers, took, want)
			}
		}
	})
}

// crowd has so many ask at once.
func (w *world) crowd(callers int) (answered, refused int) {
	outcomes := make(chan string, callers)
	for range callers {
		go func() { outcomes <- w.outcome("hi") }()
	}
	for range callers {
		switch got := <-outcomes; got {
		case `answer "Yes."`:
			answered++
		case "minute_quota, backoff":
			refused++
		default:
			w.t.Error(got)
		}
	}
	return answered, refused
}
