package journal

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// world is a state with a store of which the test says what it does.
type world struct {
	t     *testing.T
	s     *state
	names map[uint64]string
	group []write // that the store has
	log   []string
}

func newWorld(t *testing.T, cfg limits) *world {
	w := &world{t: t, s: newState(cfg), names: map[uint64]string{}}
	w.note(w.s.start())
	w.succeed()
	w.want("probe", "up")
	return w
}

func (w *world) write(names ...string) {
	for _, name := range names {
		id := w.s.nextID()
		w.names[id] = name
		w.note(w.s.write(id, name))
	}
}

func (w *world) succeed() {
	r := result{took: time.Millisecond}
	for _, g := range w.group {
		r.answers = append(r.answers, "ok "+g.command.(string))
	}
	w.note(w.s.committed(r))
}

func (w *world) fail(err string, late bool) {
	w.note(w.s.committed(result{err: errors.New(err), late: late}))
}

func (w *world) note(todo []action) {
	for _, a := range todo {
		switch a.verb {
		case commit:
			w.group = a.writes
			w.log = append(w.log, "commit "+spell(a.writes))
		case probe:
			w.group = nil
			w.log = append(w.log, "probe")
		case answer:
			w.log = append(w.log, fmt.Sprintf("%s: %v", w.names[a.id], a.message))
		case blame:
			w.log = append(w.log, fmt.Sprintf("blame %v: %s", a.message, a.cause))
		case read:
			w.log = append(w.log, "read "+w.names[a.id])
		case down:
			w.log = append(w.log, "down: "+a.cause)
		case up:
			w.log = append(w.log, "up")
		case pause:
			w.log = append(w.log, "pause")
		case announce, linger: // not for these writes
		}
	}
}

func spell(writes []write) string {
	var names []string
	for _, w := range writes {
		names = append(names, w.command.(string))
	}
	return strings.Join(names, " ")
}

func (w *world) want(log ...string) {
	w.t.Helper()
	if d := cmp.Diff(log, w.log); d != "" {
		w.t.Fatalf("(-want +got):\n%s", d)
	}
	w.log = nil
}

var wide = limits{Batch: 100, Queue: 100, Reads: 10, Asks: 10}

// A lone write is committed at once; what comes meanwhile goes together, in
// order, and in groups no larger than may be.
func TestGroups(t *testing.T) {
	w := newWorld(t, limits{Batch: 3, Queue: 100})
	w.write("a")
	w.want("commit a")
	w.write("b", "c", "d", "e")
	w.want()
	w.succeed()
	w.want("a: ok a", "commit b c d")
	w.write("f")
	w.succeed()
	w.want("b: ok b", "c: ok c", "d: ok d", "commit e f")
	w.succeed()
	w.want("e: ok e", "f: ok f")
	if w.s.held() != 0 {
		t.Errorf("%d writes are held", w.s.held())
	}
}

// The queue is bounded; who is refused is told how long what waits will take.
func TestQueueIsBounded(t *testing.T) {
	w := newWorld(t, limits{Batch: 2, Queue: 4})
	w.write("x")
	w.succeed()
	w.log = nil
	w.write("a", "b", "c", "d", "e")
	w.want("commit a", "e: refused: full, again in 3ms")
	w.succeed()
	w.write("f")
	w.want("a: ok a", "commit b c")
}

// A write that the store does not take fails alone: the others of its group are
// done, in their order.
func TestOneBadWrite(t *testing.T) {
	w := newWorld(t, wide)
	w.write("a", "b", "BAD", "c", "d")
	w.succeed()
	w.want("commit a", "a: ok a", "commit b BAD c d")
	w.write("e")
	w.fail("no such thing", false)
	w.want("probe")
	w.succeed()
	w.want("commit b BAD")
	w.fail("no such thing", false)
	w.succeed()
	w.want("probe", "commit b")
	w.succeed()
	w.want("b: ok b", "commit BAD")
	w.fail("no such thing", false)
	w.succeed()
	w.want("probe", "blame BAD: no such thing", "BAD: internal: no such thing", "commit c d")
	w.succeed()
	w.want("c: ok c", "d: ok d", "commit e")
}

// A store that fails fails all that is at hand, without a try for each, and is
// told of once; what comes later is tried, and once it works that is told too.
func TestStoreFails(t *testing.T) {
	w := newWorld(t, wide)
	w.write("a", "b", "c")
	w.succeed()
	w.log = nil
	w.fail("disk full", false)
	w.fail("disk is still full", false)
	w.want("probe", "down: disk is still full",
		"b: internal: disk is still full", "c: internal: disk is still full", "pause")
	w.write("d")
	w.fail("full", false)
	w.fail("full", false)
	w.want("commit d", "probe", "d: internal: full") // no second pause
	w.note(w.s.again())
	w.fail("full", false)
	w.want("probe", "pause")
	w.note(w.s.again())
	w.succeed()
	w.want("probe", "up")
	w.note(w.s.again())
	w.want()
}

// One that fails in the middle of a search for a bad write fails all that is
// left of it. One that takes too long is not searched at all.
func TestStoreFailsWhileSplitting(t *testing.T) {
	w := newWorld(t, wide)
	w.write("x", "a", "b", "c", "d")
	w.succeed()
	w.fail("bad", false)
	w.succeed()
	w.log = nil
	w.fail("worse", false)
	w.fail("worse", false)
	w.want("probe", "down: worse", "a: internal: worse", "b: internal: worse",
		"c: internal: worse", "d: internal: worse", "pause")
	w.write("e", "f")
	w.succeed()
	w.want("commit e", "up", "e: ok e", "commit f")
	w.fail("too late", true)
	w.want("down: too late", "f: internal: too late") // it is to be called already
}

// A store that does not return counts as down until it does.
func TestSlowStore(t *testing.T) {
	w := newWorld(t, wide)
	w.note(w.s.slow())
	w.write("a", "b")
	w.note(w.s.slow())
	w.note(w.s.slow())
	w.succeed()
	w.want("commit a", "down: it has not answered for 5s", "up", "a: ok a", "commit b")
}

// Questions are asked side by side up to a bound, wait up to another, and are
// refused then. One that nobody waits for any more is not asked.
func TestReads(t *testing.T) {
	w := newWorld(t, limits{Batch: 1, Queue: 1, Reads: 2, Asks: 2})
	ids := map[string]uint64{}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		id := w.s.nextID()
		w.names[id], ids[name] = name, id
		w.note(w.s.ask(id, name))
	}
	w.want("read a", "read b", "e: refused: full")
	w.s.withdraw(ids["c"])
	w.note(w.s.found(ids["b"], "ok", nil))
	w.want("b: ok", "read d")
	w.note(w.s.found(ids["a"], nil, errors.New("broken")))
	w.want("a: internal: broken")
	if w.s.unreadable() {
		t.Error("the second error in a row is news")
	}
	w.note(w.s.found(ids["d"], "ok", nil))
	if !w.s.unreadable() {
		t.Error("the first error is no news")
	}
}

// Triggers are announced when they outlive the process; a late word is void.
func TestWritten(t *testing.T) {
	s := newState(wide)
	s.store = working
	id := s.nextID()
	s.write(id, &messages.AcceptTrigger{})
	s.write(s.nextID(), &messages.KeepPart{})
	todo := s.written([]any{"accepted"})
	if len(todo) != 1 || todo[0].verb != announce || todo[0].id != id || todo[0].message != "accepted" {
		t.Errorf("to do: %+v", todo)
	}
	s.committed(result{answers: []any{"accepted"}})
	if todo = s.written([]any{"accepted"}); len(todo) != 0 {
		t.Errorf("announced late: %+v", todo)
	}
}
