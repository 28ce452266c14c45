package journal_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"troupe/actors/actortest"
	"troupe/actors/journal"
	"troupe/messages"
	"troupe/store"

	"github.com/google/go-cmp/cmp"
)

// A faulty store does what before says, then what a store in memory does.
type faulty struct {
	*store.Memory

	mu     sync.Mutex
	before func(ctx context.Context, writes []any) error
	groups []int // sizes of what was applied
	reads  int   // at a time, at most
	under  int
}

func newFaulty() *faulty {
	return &faulty{Memory: store.NewMemory(), before: func(context.Context, []any) error { return nil }}
}

func (f *faulty) set(before func(ctx context.Context, writes []any) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
}

func (f *faulty) Apply(ctx context.Context, writes []any, written func([]any)) ([]any, error) {
	f.mu.Lock()
	before := f.before
	f.mu.Unlock()
	if err := before(ctx, writes); err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.groups = append(f.groups, len(writes))
	f.mu.Unlock()
	return f.Memory.Apply(ctx, writes, written)
}

func (f *faulty) Notes(ctx context.Context, owner string) (map[string]string, error) {
	f.mu.Lock()
	f.under++
	f.reads = max(f.reads, f.under)
	f.mu.Unlock()
	time.Sleep(time.Millisecond)
	f.mu.Lock()
	f.under--
	f.mu.Unlock()
	if owner == "broken" {
		panic("a row that cannot be")
	}
	return f.Memory.Notes(ctx, owner)
}

func (f *faulty) applied() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.groups
}

// What no store can take fails alone, and so does what makes it panic.
func TestBadWritesFailAlone(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newFaulty()
		s.set(func(_ context.Context, writes []any) error {
			time.Sleep(time.Millisecond)
			for _, w := range writes {
				switch n, _ := w.(*messages.KeepNote); {
				case n == nil:
				case n.Value == "bad":
					return errors.New("it is bad")
				case n.Value == "terrible":
					panic("it is terrible")
				}
			}
			return nil
		})
		health := e.Probe()
		pid := start(e, s, health.PID)
		var many []any
		for i := range 200 {
			many = append(many, &messages.KeepNote{Owner: "user/1", Key: fmt.Sprint(i), Value: "fine"})
		}
		many[17], many[18], many[150] = note("bad"), note("terrible"), note("bad")
		all := crowd(e, pid, many...)
		time.Sleep(time.Second)
		got := all.take()
		if len(got) != 200 || errs(got) != 3 {
			t.Errorf("%d answers, %d errors", len(got), errs(got))
		}
		kept, _ := s.Memory.Notes(t.Context(), "user/1")
		if len(kept) != 197 {
			t.Errorf("%d notes are kept", len(kept))
		}
		if d := cmp.Diff([]any{&messages.PartUp{Part: "store"}}, health.Take()); d != "" {
			t.Errorf("health hears (-want +got):\n%s", d)
		}
	})
}

// A store that fails is told to health once, answers with a failure to be tried
// again, and is noticed to work again without anybody writing.
func TestStoreDownAndUp(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newFaulty()
		health := e.Probe()
		pid := start(e, s, health.PID)
		if d := cmp.Diff([]any{&messages.PartUp{Part: "store"}}, health.Take()); d != "" {
			t.Fatal(d)
		}
		s.set(func(context.Context, []any) error { return errors.New("disk full: make room") })
		for range 3 {
			_, err := e.Ask(pid, note("v"))
			want := &messages.Failure{
				Cause: messages.CauseInternal, Retry: messages.RetryBackoff, Detail: "disk full: make room",
			}
			if d := cmp.Diff(error(want), err); d != "" {
				t.Error(d)
			}
		}
		if d := cmp.Diff([]any{&messages.PartDown{Part: "store", Cause: "disk full: make room"}}, health.Take()); d != "" {
			t.Error(d)
		}
		time.Sleep(time.Minute)
		if got := health.Take(); len(got) > 0 {
			t.Errorf("health hears %v", got)
		}
		s.set(func(context.Context, []any) error { return nil })
		time.Sleep(time.Minute)
		if d := cmp.Diff([]any{&messages.PartUp{Part: "store"}}, health.Take()); d != "" {
			t.Error(d)
		}
		if _, err := e.Ask(pid, note("v")); err != nil {
			t.Error(err)
		}
	})
}

// A store that hangs counts as down after a while, and a commit has an end.
// Meanwhile the queue is bounded, and reads go on.
func TestStoreHangs(t *testing.T) {
	actortest.Run(t, func(t *testing.T, e actortest.Engine) {
		s := newFaulty()
		health := e.Probe()
		pid := e.Start(journal.New(journal.Config{Store: s, Health: health.PID, Queue: 10, Log: actortest.Log()}))
		health.Take()
		s.set(func(ctx context.Context, _ []any) error { <-ctx.Done(); return ctx.Err() })
		var many []any
		for range 12 {
			many = append(many, note("v"))
		}
		all := crowd(e, pid, many...)
		time.Sleep(6 * time.Second)
		if got := all.take(); len(got) != 2 || errs(got) != 2 {
			t.Errorf("beyond the bound: %v", got)
		}
		if _, ok := health.Take()[0].(*messages.PartDown); !ok {
			t.Error("health does not know")
		}
		if _, err := e.Ask(pid, &messages.GetNotes{Owner: "user/1"}); err != nil {
			t.Errorf("a read meanwhile: %v", err)
		}
		time.Sleep(25 * time.Second)
		if got := all.take(); len(got) == 0 || errs(got) != len(got) {
			t.Errorf("after the commit's end: %v", got)
		}
		s.set(func(context.Context, []any) error { return nil })
		time.Sleep(time.Minute)
		if n := len(all.take()); n+1 > 10 {
			t.Errorf("%d more answers", n)
		}
	})
}
