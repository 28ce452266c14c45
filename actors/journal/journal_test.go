package journal_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors"
	"troupe/actors/actortest"
	"troupe/actors/journal"
	"troupe/messages"
	"troupe/store"

	"github.com/anthdm/hollywood/actor"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func start(e actortest.Engine, s journal.Store, health *actor.PID) *actor.PID {
	pid := e.Start(journal.New(journal.Config{Store: s, Health: health, Log: actortest.Log()}))
	synctest.Wait()
	return pid
}

func note(value string) *messages.KeepNote {
	return &messages.KeepNote{Owner: "user/1", Key: "k", Value: value}
}

// book keeps the answers to what a crowd asks at once.
type book struct {
	mu      sync.Mutex
	answers []actors.Answered
}

func (b *book) take() []actors.Answered {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	got := b.answers
	b.answers = nil
	return got
}

// crowd asks all at once, from one actor.
func crowd(e actortest.Engine, target *actor.PID, ms ...any) *book {
	b := &book{}
	e.SpawnFunc(func(c *actor.Context) {
		switch m := c.Message().(type) {
		case actor.Started:
			for i, q := range ms {
				actors.Ask(c, target, q, time.Hour, i)
			}
		case actors.Answered:
			b.mu.Lock()
			b.answers = append(b.answers, m)
			b.mu.Unlock()
		}
	}, "crowd")
	return b
}

func errs(answers []actors.Answered) (n int) {
	for _, a := range answers {
		if a.Err != nil {
			n++
		}
	}
	return n
}

// Each command is answered as the store answers it, and each question sees what
// was acknowledged before.
func TestCommandsAndQuestions(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		pid := start(e, store.NewMemory(), nil)
		ask := func(m any) any {
			t.Helper()
			got, err := e.Ask(pid, m)
			if err != nil {
				t.Fatalf("%T: %v", m, err)
			}
			return got
		}
		trigger := messages.Trigger{ID: 7, Channel: 3, State: messages.TriggerAccepted}
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		kept := &messages.Kept{}
		piece := messages.Piece{Analyzer: "memory", Owner: "user/1", From: 8, To: 8, Person: 1}
		first := piece
		first.ID = 1
		fact := messages.Derived{Owner: "user/1", Key: "fact/1", Value: "{}", Sources: []messages.Source{{Message: 8, Person: 1}}}
		for _, step := range []struct{ ask, want any }{
			{&messages.AcceptTrigger{Trigger: trigger}, &messages.Accepted{Trigger: trigger, Fresh: true}},
			{&messages.AcceptTrigger{Trigger: trigger}, &messages.Accepted{Trigger: trigger}},
			{&messages.GetTrigger{ID: 7}, &messages.TriggerFound{Trigger: trigger, Found: true}},
			{&messages.GetUnfinishedChannels{}, &messages.UnfinishedChannels{Channels: []messages.ChannelID{3}}},
			{&messages.GetUnfinished{Channel: 3}, &messages.Unfinished{Triggers: []messages.Trigger{trigger}}},
			{&messages.KeepPart{Trigger: 7, Message: 8}, kept},
			{&messages.KeepFinal{Trigger: 7, Text: "t"}, kept},
			{&messages.KeepShared{Nonce: "n", Covers: []messages.MessageID{7}}, kept},
			{&messages.GetShared{Trigger: 7}, &messages.SharedFound{Shared: messages.KeepShared{Nonce: "n", Covers: []messages.MessageID{7}}}},
			{&messages.GetShared{Trigger: 6}, &messages.SharedFound{}},
			{&messages.CountAttempt{Trigger: 7}, kept},
			{&messages.EndTrigger{Trigger: 7, State: messages.TriggerAnswered}, kept},
			{&messages.GetUnfinishedChannels{}, &messages.UnfinishedChannels{}},
			{&messages.ReviseTrigger{Trigger: trigger}, kept},
			{&messages.Quarantine{Actor: "a"}, kept},
			{&messages.KeepSession{Shard: 1, Session: messages.Session{ID: "s"}}, kept},
			{&messages.KeepAlive{Shard: 1, At: at, Skew: time.Second}, kept},
			{&messages.GetSession{Shard: 1}, &messages.SessionFound{Session: messages.Session{ID: "s"}, Alive: at, Skew: time.Second, Found: true}},
			{&messages.GetDirects{Limit: 5}, &messages.Directs{Channels: []messages.ChannelID{3}}},
			{&messages.AttemptMade{Model: "m", At: at}, kept},
			{&messages.GetAttempts{Since: at}, &messages.Attempts{Attempts: []messages.AttemptMade{{Model: "m", At: at}}}},
			{note("v"), kept},
			{&messages.GetNotes{Owner: "user/1"}, &messages.Notes{Values: map[string]string{"k": "v"}}},
			{&messages.KeepPieces{Pieces: []messages.Piece{piece}}, kept},
			{&messages.GetPieces{Analyzer: "memory", Limit: 5}, &messages.Pieces{Pieces: []messages.Piece{first}, Backlog: 1}},
			{&messages.SettlePieces{Pieces: []messages.Piece{first}, Keep: []messages.Derived{fact}}, &messages.Settled{Done: true}},
			{&messages.SettlePieces{Pieces: []messages.Piece{first}}, &messages.Settled{}},
			{&messages.GetKept{Owner: "user/1"}, &messages.KeptFound{Notes: map[string]string{"k": "v"}, Derived: []messages.Derived{fact}}},
			{&messages.ForgetSources{Messages: []messages.MessageID{8}}, &messages.SourcesForgotten{Dropped: []messages.DerivedKey{{Owner: "user/1", Key: "fact/1"}}}},
			{&messages.ForgetChannels{Channels: []messages.ChannelID{3}}, kept},
			{&messages.KeepDerived{Keep: []messages.Derived{fact}}, kept},
			{&messages.GetPerson{User: 1}, &messages.PersonFound{Notes: map[string]string{"k": "v"}, Derived: []messages.Derived{fact}}},
			{&messages.ErasePerson{User: 1}, &messages.Erased{Dropped: []messages.DerivedKey{{Owner: "user/1", Key: "fact/1"}}}},
			{&messages.Prune{Before: 9}, &messages.Pruned{}},
		} {
			if d := cmp.Diff(step.want, ask(step.ask)); d != "" {
				t.Errorf("%T (-want +got):\n%s", step.ask, d)
			}
		}
	})
}

// A lone write is on disk as soon as the store is; a thousand share few commits.
func TestGroupCommit(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newFaulty()
		s.set(func(context.Context, []any) error { time.Sleep(5 * time.Millisecond); return nil })
		pid := start(e, s, nil)
		time.Sleep(time.Second)
		began := time.Now()
		if _, err := e.Ask(pid, note("alone")); err != nil || time.Since(began) != 5*time.Millisecond {
			t.Errorf("a lone write: %v after %v", err, time.Since(began))
		}
		var many []any
		for range 1000 {
			many = append(many, note("one of many"))
		}
		all := crowd(e, pid, many...)
		time.Sleep(20 * time.Millisecond) // of four commits
		if got := all.take(); len(got) != 1000 || errs(got) != 0 {
			t.Errorf("%d answers, %d errors", len(got), errs(got))
		}
		if n := len(s.applied()); n > 2+4 { // the probe at the start and the lone write
			t.Errorf("%d commits of %v writes", n, s.applied())
		}
	})
}

// Many questions are asked of the store some at a time. What makes it panic
// harms nobody else.
func TestReadsAreBounded(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newFaulty()
		pid := e.Start(journal.New(journal.Config{Store: s, Reads: 3, Asks: 20, Log: actortest.Log()}))
		var many []any
		for range 29 {
			many = append(many, &messages.GetNotes{Owner: "user/1"})
		}
		all := crowd(e, pid, append([]any{&messages.GetNotes{Owner: "broken"}}, many...)...)
		time.Sleep(time.Second)
		got := all.take()
		if len(got) != 30 || errs(got) != 30-23+1 {
			t.Errorf("%d answers, %d errors", len(got), errs(got))
		}
		if s.reads != 3 {
			t.Errorf("%d reads at a time", s.reads)
		}
	})
}

// What nobody waits for is written all the same: who left, and who never waited.
func TestNobodyWaits(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newFaulty()
		s.set(func(context.Context, []any) error { time.Sleep(time.Second); return nil })
		pid := start(e, s, nil)
		e.Send(pid, &messages.KeepNote{Owner: "user/1", Key: "sent", Value: "v"})
		e.SpawnFunc(func(c *actor.Context) {
			if _, ok := c.Message().(actor.Started); ok {
				for _, key := range []string{"one", "two"} {
					cancel := actors.Ask(c, pid, &messages.KeepNote{Owner: "user/1", Key: key, Value: "v"}, time.Hour, nil)
					cancel()
				}
			}
		}, "asker")
		time.Sleep(5 * time.Second)
		want := map[string]string{"sent": "v", "one": "v", "two": "v"}
		got, _ := s.Memory.Notes(t.Context(), "user/1")
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// At its end, who waits is told to come again.
func TestStop(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newFaulty()
		s.set(func(context.Context, []any) error { time.Sleep(time.Minute); return nil })
		pid := e.Spawn(journal.New(journal.Config{Store: s, Log: actortest.Log()}), "test")
		all := crowd(e, pid, note("a"), note("b"), note("c"))
		synctest.Wait()
		e.Stop(pid)
		for _, a := range all.take() {
			var refused *messages.Refused
			if !errors.As(a.Err, &refused) || refused.Reason != messages.RefusedRestarted {
				t.Errorf("answered %v", a)
			}
		}
		time.Sleep(2 * time.Minute) // until the store has returned
	})
}

// Metrics are registered once, however often a journal is made.
func TestMetrics(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		metrics := prometheus.NewRegistry()
		for range 2 {
			pid := e.Start(journal.New(journal.Config{Store: store.NewMemory(), Metrics: metrics, Log: actortest.Log()}))
			if _, err := e.Ask(pid, note("v")); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := testutil.GatherAndCount(metrics, "troupe_journal_group_writes"); n != 1 || err != nil {
			t.Error(n, err)
		}
		if problems, err := testutil.GatherAndLint(metrics); err != nil || len(problems) > 0 {
			t.Error(problems, err)
		}
	})
}
