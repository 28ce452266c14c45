package coalescer

import (
	"fmt"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// start is some time: cores know no clock.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a state with its waiters named, and a clock.
type world struct {
	t     *testing.T
	s     *state
	now   time.Time
	names map[uint64]string
	ids   map[string]uint64
	last  uint64 // the newest flight
	log   []string
}

func newWorld(t *testing.T, change func(*limits)) *world {
	cfg := limits{Linger: 2 * time.Second, Keys: 100, Waiters: 100, Memory: 1 << 20}
	if change != nil {
		change(&cfg)
	}
	return &world{t: t, s: newState(cfg), now: start, names: map[uint64]string{}, ids: map[string]uint64{}}
}

func (w *world) join(name, key string) {
	id, how, todo := w.s.join(key, &messages.Job{Kind: key}, w.now)
	w.names[id], w.ids[name] = name, id
	w.log = append(w.log, name+" is "+how)
	w.note(todo)
}

func (w *world) leave(name string) { w.note(w.s.withdraw(w.ids[name])) }

// tell lets the job of "k" tell something.
func (w *world) tell(text string) { w.note(w.s.progress(w.flight("k"), text)) }

// end ends the job of a key.
func (w *world) end(key string, e ending) { w.note(w.s.ended(w.flight(key), e, w.now)) }

func (w *world) flight(key string) uint64 {
	w.t.Helper()
	f := w.s.flights[key]
	if f == nil {
		w.t.Fatalf("no job of %q is under way", key)
	}
	return f.id
}

func (w *world) note(todo []action) {
	for _, a := range todo {
		switch a.verb {
		case ask:
			w.last = a.flight.id
			w.log = append(w.log, "ask "+a.flight.job.Kind)
		case cancel:
			w.log = append(w.log, "cancel "+a.flight.job.Kind)
		case tell:
			w.log = append(w.log, fmt.Sprintf("tell %s %v", w.names[a.waiter], a.message))
		case answer:
			w.log = append(w.log, w.names[a.waiter]+" gets "+spell(a.message))
		}
	}
}

func spell(m any) string {
	switch m := m.(type) {
	case *messages.Joined:
		own := ""
		if m.First {
			own = ", own"
		}
		return fmt.Sprintf("%v of %d%s", m.Result, m.Waiters, own)
	case error:
		return m.Error()
	}
	return fmt.Sprintf("%T", m)
}

func (w *world) want(log ...string) {
	w.t.Helper()
	if d := cmp.Diff(log, w.log); d != "" {
		w.t.Fatalf("(-want +got):\n%s", d)
	}
	w.log = nil
}

// All who ask while a job is under way share it; who comes late is told at once
// how far it has come.
func TestSharing(t *testing.T) {
	w := newWorld(t, nil)
	w.join("ann", "k")
	w.want("ann is first", "ask k")
	w.tell("a")
	w.tell("ab")
	w.want("tell ann a", "tell ann ab")
	w.now = w.now.Add(time.Hour) // equal requests join whatever their age
	w.join("bob", "k")
	w.want("bob is joined", "tell bob ab")
	w.tell("abc")
	w.want("tell ann abc", "tell bob abc")
	w.end("k", ending{result: "abcd"})
	w.want("ann gets abcd of 2, own", "bob gets abcd of 2")
}

// A result may be joined for a time after its end, and not longer; however long
// the job took.
func TestLingering(t *testing.T) {
	w := newWorld(t, nil)
	w.join("ann", "k")
	w.now = w.now.Add(time.Minute)
	w.end("k", ending{result: "r"})
	w.want("ann is first", "ask k", "ann gets r of 1, own")
	w.now = w.now.Add(2*time.Second - 1)
	w.join("bob", "k")
	w.want("bob is lingered", "bob gets r of 1")
	if at := w.s.next(); at.Sub(w.now) != 1 {
		t.Errorf("it leaves in %v", at.Sub(w.now))
	}
	w.now = w.now.Add(1)
	w.join("eve", "k")
	w.want("eve is first", "ask k")
	if n := w.s.shelf.bytes; n != 0 {
		t.Errorf("%d bytes linger", n)
	}
}

// An error is told to all and not kept.
func TestErrors(t *testing.T) {
	for _, err := range []error{
		&messages.Refused{Reason: messages.RefusedFull},
		&messages.Failure{Cause: messages.CauseSafety},
	} {
		w := newWorld(t, nil)
		w.join("ann", "k")
		w.join("bob", "k")
		w.end("k", ending{err: err})
		w.join("eve", "k")
		w.want("ann is first", "ask k", "bob is joined",
			"ann gets "+err.Error(), "bob gets "+err.Error(), "eve is first", "ask k")
	}
}

// Who leaves does no harm to the others, not even who came first; the last one
// takes the job along.
func TestLeaving(t *testing.T) {
	w := newWorld(t, nil)
	w.join("ann", "k")
	w.join("bob", "k")
	w.join("eve", "k")
	w.leave("ann")
	w.leave("ann")
	w.want("ann is first", "ask k", "bob is joined", "eve is joined")
	w.leave("eve")
	w.tell("b")
	w.want("tell bob b")
	gone := w.last
	w.leave("bob")
	w.want("cancel k")
	w.note(w.s.progress(gone, "late"))
	w.note(w.s.ended(gone, ending{result: "late"}, w.now))
	w.want()
	w.join("ann", "k") // nothing is left of the job that was cancelled
	w.want("ann is first", "ask k")
}

// A job that the router lost is asked for once more, for all who wait. What it
// had told is void for who comes later.
func TestRetrying(t *testing.T) {
	lost := ending{err: &messages.Refused{Reason: messages.RefusedRestarted}, crashed: true}
	w := newWorld(t, nil)
	w.join("ann", "k")
	w.tell("old")
	w.end("k", lost)
	w.want("ann is first", "ask k", "tell ann old", "ask k")
	w.join("bob", "k")
	w.tell("new")
	w.end("k", ending{result: "new!"})
	w.want("bob is joined", "tell ann new", "tell bob new", "ann gets new! of 2, own", "bob gets new! of 2")
	w.join("ann", "twice")
	w.end("twice", lost)
	w.end("twice", lost)
	w.want("ann is first", "ask twice", "ask twice", "ann gets refused: restarted")
	if n := w.s.report(w.now).Retried; n != 2 {
		t.Errorf("%d retried", n)
	}
}

// Keys and waiters are bounded, and who is refused is told when to come again.
func TestBounds(t *testing.T) {
	w := newWorld(t, func(l *limits) { l.Keys, l.Waiters = 2, 2 })
	w.join("x", "took a second")
	w.now = w.now.Add(time.Second)
	w.end("took a second", ending{err: &messages.Failure{Cause: messages.CauseEmpty}})
	w.log = nil
	w.join("ann", "a")
	w.join("bob", "b")
	w.join("eve", "c")
	w.want("ann is first", "ask a", "bob is first", "ask b", "eve is refused", "eve gets refused: keys, again in 500ms")
	w.join("eve", "a")
	w.join("dan", "a")
	w.want("eve is joined", "dan is refused", "dan gets refused: waiters, again in 1s")
	w.leave("eve")
	w.join("dan", "a")
	w.want("dan is joined")
	want := &messages.CoalescerState{
		Open: 2, Waiting: 3, Joins: 7, Hits: 2,
		Refused: map[string]int{messages.RefusedKeys: 1, messages.RefusedWaiters: 1},
	}
	if d := cmp.Diff(want, w.s.report(w.now)); d != "" {
		t.Error(d)
	}
}

// What lingers fits into the budget: the oldest leaves first, and what is too
// large does not stay at all.
func TestMemory(t *testing.T) {
	w := newWorld(t, func(l *limits) { l.Memory = 10 * resultBytes })
	run := func(key string, size int) {
		w.join("ann", key)
		w.end(key, ending{result: &messages.Generation{Text: string(make([]byte, size))}})
	}
	run("a", 3*resultBytes)
	run("b", 3*resultBytes)
	run("c", 3*resultBytes)
	run("d", 20*resultBytes)
	for key, lingers := range map[string]bool{"a": false, "b": true, "c": true, "d": false} {
		if got := w.s.shelf.get(key, w.now) != nil; got != lingers {
			t.Errorf("%s lingers: %v", key, got)
		}
	}
	w.s.tick(w.now.Add(time.Minute))
	if w.s.shelf.bytes != 0 || w.s.shelf.size() != 0 || !w.s.next().IsZero() {
		t.Errorf("%d bytes of %d results linger for ever", w.s.shelf.bytes, w.s.shelf.size())
	}
}

// At its end it leaves nobody waiting and no job running.
func TestShut(t *testing.T) {
	w := newWorld(t, nil)
	w.join("ann", "k")
	w.join("bob", "k")
	w.log = nil
	w.note(w.s.shut())
	w.want("cancel k", "ann gets refused: restarted", "bob gets refused: restarted")
}
