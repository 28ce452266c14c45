package quota_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/actors/journal"
	"troupe/actors/quota"
	"troupe/messages"
	"troupe/store"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func config(t *testing.T, journal *actor.PID, change func(*quota.Config)) quota.Config {
	t.Helper()
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	cfg := quota.Config{
		Default: quota.Limits{RPM: 3}, Zone: zone, Journal: journal, Intents: store.NewMemory(), Log: actortest.Log(),
		Price: func(_ string, u messages.Usage) float64 { return float64(u.Output) },
	}
	if change != nil {
		change(&cfg)
	}
	return cfg
}

// reserve reserves one request, and settles it if it is let go.
func reserve(t *testing.T, e actortest.Engine, pid *actor.PID, settle *messages.Settle) error {
	t.Helper()
	got, err := e.Ask(pid, &messages.Reserve{Model: "m", Tokens: 10})
	if err != nil {
		return err
	}
	if settle != nil {
		told := *settle
		told.ID = got.(*messages.Reserved).ID
		e.Tell(pid, &told)
	}
	return nil
}

var sent = &messages.Settle{Sent: true, Usage: messages.Usage{Prompt: 8, Output: 2}}

// With a real journal: what was sent is kept, and a new process goes on counting
// where the last one ended.
func TestGoesOnCounting(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(20 * 365 * 24 * time.Hour) // the bubble begins before Discord did, and all is pruned
		s := store.NewMemory()
		j := e.Start(journal.New(journal.Config{Store: s, Log: actortest.Log()}))
		first := e.Start(quota.New(config(t, j, nil)))
		for range 2 {
			if err := reserve(t, e, first, sent); err != nil {
				t.Fatal(err)
			}
		}
		if err := reserve(t, e, first, &messages.Settle{}); err != nil { // not sent
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		second, began := e.Start(quota.New(config(t, j, nil))), time.Now()
		if err := reserve(t, e, second, sent); err != nil || time.Since(began) != 0 {
			t.Fatalf("what is left of the minute: %v after %v", err, time.Since(began))
		}
		var limited *messages.Limited
		if err := reserve(t, e, second, sent); !errors.As(err, &limited) || limited.Wait > 41*time.Second || limited.Wait < 40*time.Second {
			t.Errorf("a fourth within the minute: %v", err)
		}
		got, err := e.Ask(second, &messages.GetQuota{})
		if err != nil {
			t.Fatal(err)
		}
		q := got.(*messages.QuotaState)
		if m := q.Models[0]; m.DayRequests != 3 || m.DayTokens != 30 || q.Spent != 6 {
			t.Errorf("counted %+v", q)
		}
		time.Sleep(time.Second) // the journal takes its time with what nobody waits for
		attempts, _ := s.Attempts(t.Context(), time.Time{})
		if len(attempts) != 3 || attempts[0].Input != 8 || attempts[0].Output != 2 || attempts[0].Cost != 2 {
			t.Errorf("kept %+v", attempts)
		}
	})
}

// A desk is a journal that answers as it is told.
type desk struct {
	mu   sync.Mutex
	fail bool
	kept []*messages.AttemptMade // acknowledged
	told int                     // attempts that it was told
}

func (d *desk) set(fail bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = fail
}

func (d *desk) receive(c *actor.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch m := c.Message().(type) {
	case *messages.GetAttempts:
		if d.fail {
			c.Respond(&messages.Failure{Cause: messages.CauseInternal})
			return
		}
		c.Respond(&messages.Attempts{})
	case *messages.AttemptMade:
		d.told++
		if d.fail {
			c.Respond(&messages.Refused{Reason: messages.RefusedFull})
			return
		}
		d.kept = append(d.kept, m)
		c.Respond(&messages.Kept{})
	}
}

func (d *desk) count() (kept, told int) {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.kept), d.told
}

// Until it is known what was used, nothing is let go: who asks waits, in bounds,
// and who leaves meanwhile is not counted.
func TestWaitsForTheJournal(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := &desk{fail: true}
		pid := e.Start(quota.New(config(t, e.Fake(d.receive).PID, func(cfg *quota.Config) { cfg.Default.RPM = 2000 })))
		var mu sync.Mutex
		var answers []actors.Answered
		e.SpawnFunc(func(c *actor.Context) {
			switch m := c.Message().(type) {
			case actor.Started:
				for i := range 1002 {
					cancel := actors.Ask(c, pid, &messages.Reserve{Model: "m"}, time.Hour, i)
					if i == 5 {
						cancel()
					}
				}
			case actors.Answered:
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, m)
			}
		}, "asker")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		mu.Lock()
		for _, a := range answers {
			if _, ok := errors.AsType[*messages.Limited](a.Err); !ok {
				t.Errorf("before it is known: %v", a)
			}
		}
		early := len(answers)
		mu.Unlock()
		if early > 2 {
			t.Errorf("%d answers before it is known", early)
		}
		d.set(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		answers = slices.DeleteFunc(answers, func(a actors.Answered) bool { return a.Err != nil })
		if len(answers) < 999 || len(answers) > 1000 {
			t.Errorf("%d reserved", len(answers))
		}
		got, _ := e.Ask(pid, &messages.GetQuota{})
		if n := got.(*messages.QuotaState).Models[0].MinuteRequests; n != len(answers) {
			t.Errorf("%d counted, %d reserved", n, len(answers))
		}
	})
}

// A pad notes intents, unless it is full. It takes its time.
type pad struct {
	mu    sync.Mutex
	full  bool
	takes time.Duration
	noted []uint64
}

func (p *pad) Intend(_ context.Context, a messages.AttemptMade) error {
	time.Sleep(p.takes)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full {
		return errors.New("there is no room")
	}
	p.noted = append(p.noted, a.ID)
	return nil
}

func (p *pad) Unintend(_ context.Context, id uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noted = slices.DeleteFunc(p.noted, func(noted uint64) bool { return noted == id })
	return nil
}

// What is not noted is not let go, and does not count; what is taken back, even
// while it is being noted, is not noted in the end.
func TestNotedFirst(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		p := &pad{full: true}
		pid := e.Start(quota.New(config(t, e.Fake((&desk{}).receive).PID, func(cfg *quota.Config) {
			cfg.Default.RPD, cfg.Intents = 1, p
		})))
		var limited *messages.Limited
		if err := reserve(t, e, pid, nil); !errors.As(err, &limited) || limited.Wait != time.Second {
			t.Errorf("there is no room for it: %v", err)
		}
		p.full, p.takes = false, time.Second
		nobody := actor.NewPID(e.Address(), "ask/nobody")
		e.SendWithSender(pid, &messages.Reserve{Model: "m"}, nobody)
		e.SendWithSender(pid, &actors.Withdrawn{}, nobody)
		began := time.Now()
		if err := reserve(t, e, pid, &messages.Settle{}); err != nil || time.Since(began) != time.Second {
			t.Errorf("there is room: %v after %v", err, time.Since(began))
		}
		time.Sleep(time.Minute)
		if len(p.noted) != 0 {
			t.Errorf("noted: %v", p.noted)
		}
		if err := reserve(t, e, pid, nil); err != nil || len(p.noted) != 1 {
			t.Errorf("noted: %v, %v", p.noted, err)
		}
	})
}

// What crashes the journal is not told it for ever.
func TestGivesUpWhatCrashesTheJournal(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		j := e.Fake(func(c *actor.Context) {
			if _, ok := c.Message().(*messages.GetAttempts); ok {
				c.Respond(&messages.Attempts{})
				return
			}
			c.Respond(&actors.Failed{Actor: "journal", Cause: "ouch", Quarantine: true})
		})
		pid := e.Start(quota.New(config(t, j.PID, nil)))
		if err := reserve(t, e, pid, sent); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		told := 0
		for _, m := range j.Take() {
			if _, ok := m.(*messages.AttemptMade); ok {
				told++
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
}

// What the journal does not keep it is told again, until it does, and once only.
func TestKeepsTrying(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := &desk{}
		pid := e.Start(quota.New(config(t, e.Fake(d.receive).PID, nil)))
		synctest.Wait()
		d.set(true)
		for range 3 {
			if err := reserve(t, e, pid, sent); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		if kept, told := d.count(); kept != 0 || told < 6 {
			t.Errorf("%d kept, told %d times", kept, told)
		}
		d.set(false)
		time.Sleep(time.Minute)
		if kept, _ := d.count(); kept != 3 {
			t.Errorf("%d kept", kept)
		}
	})
}

// A new instance of the same producer, as after a crash, knows of the requests
// that are under way and takes their bills.
func TestCrash(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := &desk{}
		producer := quota.New(config(t, e.Fake(d.receive).PID, nil))
		first := e.Spawn(producer, "quota")
		got, err := e.Ask(first, &messages.Reserve{Model: "m", Tokens: 10})
		if err != nil {
			t.Fatal(err)
		}
		id := got.(*messages.Reserved).ID
		e.Stop(first)
		second := e.Start(producer)
		for range 2 {
			if err := reserve(t, e, second, &messages.Settle{Sent: true}); err != nil {
				t.Fatal(err)
			}
		}
		if err := reserve(t, e, second, nil); err == nil {
			t.Error("what is under way is not counted")
		}
		e.Tell(second, &messages.Settle{ID: id, Sent: true, Usage: messages.Usage{Prompt: 7}})
		if kept, _ := d.count(); kept != 3 {
			t.Errorf("%d kept", kept)
		}
	})
}

// A reservation that comes too late for who asked is taken back.
func TestTooLateForTheAsker(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := &desk{}
		pid := e.Start(quota.New(config(t, e.Fake(d.receive).PID, func(cfg *quota.Config) { cfg.Default.RPM = 1 })))
		synctest.Wait()
		// The answer and the withdrawal cross: who asks has no mailbox.
		nobody := actor.NewPID(e.Address(), "ask/nobody")
		e.SendWithSender(pid, &messages.Reserve{Model: "m"}, nobody)
		e.SendWithSender(pid, &actors.Withdrawn{}, nobody)
		if err := reserve(t, e, pid, sent); err != nil {
			t.Error(err)
		}
	})
}

// A reservation that is never settled counts as sent, without anybody asking.
func TestNeverSettled(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		d := &desk{}
		pid := e.Start(quota.New(config(t, e.Fake(d.receive).PID, nil)))
		if err := reserve(t, e, pid, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Minute)
		if kept, _ := d.count(); kept != 1 {
			t.Errorf("%d kept", kept)
		}
	})
}

// Metrics tell what is left and why not more.
func TestMetrics(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		metrics := prometheus.NewRegistry()
		d := &desk{}
		for range 2 {
			pid := e.Start(quota.New(config(t, e.Fake(d.receive).PID, func(cfg *quota.Config) { cfg.Metrics = metrics })))
			for range 4 {
				_ = reserve(t, e, pid, sent) // the last one is refused
			}
		}
		got := map[string]float64{}
		families, err := metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				got[f.GetName()] += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
		want := map[string]float64{
			"troupe_quota_left": 0, "troupe_quota_spent_dollars": 6,
			"troupe_quota_unkept_attempts": 0, "troupe_quota_refused_total": 2,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if problems, err := testutil.GatherAndLint(metrics); err != nil || len(problems) > 0 {
			t.Error(problems, err)
		}
	})
}
