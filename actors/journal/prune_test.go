package journal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"troupe/actors/actortest"
	"troupe/actors/journal"
	"troupe/messages"
	"troupe/store"
)

// What has ended is forgotten when it is older than the horizon, by itself.
func TestPrune(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(20 * 365 * 24 * time.Hour) // the bubble begins before Discord did
		s := store.NewMemory()
		pid := e.Start(journal.New(journal.Config{Store: s, Horizon: 72 * time.Hour, Log: actortest.Log()}))
		id := messages.MessageIDAt(time.Now())
		for _, m := range []any{
			&messages.AcceptTrigger{Trigger: messages.Trigger{ID: id}},
			&messages.EndTrigger{Trigger: id, State: messages.TriggerAnswered},
			&messages.AcceptTrigger{Trigger: messages.Trigger{ID: id + 1}},
		} {
			if _, err := e.Ask(pid, m); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			wait  time.Duration
			ended bool
		}{{71 * time.Hour, true}, {3 * time.Hour, false}} {
			time.Sleep(step.wait)
			synctest.Wait()
			if _, found, _ := s.Trigger(t.Context(), id); found != step.ended {
				t.Errorf("after %v more the trigger that ended is there: %v", step.wait, found)
			}
			if _, found, _ := s.Trigger(t.Context(), id+1); !found {
				t.Error("a trigger without outcome is gone")
			}
		}
	})
}

// A hoarder has very much to forget.
type hoarder struct {
	*store.Memory
	left   int         // prunings
	pruned []time.Time // when
}

func (h *hoarder) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	results, err := h.Memory.Apply(ctx, writes, written)
	for i, w := range writes {
		if _, ok := w.(*messages.Prune); ok {
			h.left--
			h.pruned = append(h.pruned, time.Now())
			results[i] = &messages.Pruned{More: h.left > 0}
		}
	}
	return results, err
}

// Much is forgotten bit by bit, with room for others between, and then nothing
// for an hour.
func TestPruneMuch(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := &hoarder{Memory: store.NewMemory(), left: 40}
		start(e, s, nil)
		began := time.Now()
		time.Sleep(50 * time.Minute)
		synctest.Wait()
		if len(s.pruned) != 40 {
			t.Fatalf("it pruned %d times", len(s.pruned))
		}
		if took := s.pruned[39].Sub(began); took > 2*time.Minute {
			t.Errorf("it took until %v after the start", took)
		}
		for i, at := range s.pruned[1:] {
			if pause := at.Sub(s.pruned[i]); pause < 100*time.Millisecond {
				t.Errorf("pause %d is %v", i, pause)
			}
		}
	})
}

// How an answer came about can be asked for a day, and not for ever.
func TestTraces(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		time.Sleep(20 * 365 * 24 * time.Hour) // the bubble begins before Discord did
		pid := e.Start(journal.New(journal.Config{Store: store.NewMemory(), Log: actortest.Log()}))
		id := messages.MessageIDAt(time.Now())
		e.Tell(pid, &messages.KeepTrace{Trace: messages.Trace{Trigger: id, Parts: []messages.MessageID{id + 1}, Model: "m"}})
		for _, step := range []struct {
			wait  time.Duration
			there bool
		}{{time.Second, true}, {messages.TraceLife - time.Minute, true}, {2 * time.Hour, false}} {
			time.Sleep(step.wait)
			m, err := e.Ask(pid, &messages.GetTrace{Message: id + 1})
			if err != nil {
				t.Fatal(err)
			}
			if found := m.(*messages.TraceFound).Traces; (len(found) == 1 && found[0].Model == "m") != step.there {
				t.Errorf("after %v more there is %+v", step.wait, found)
			}
		}
	})
}
